//! Why a rule is refused. What a rule is, and what it may say, is in `rule`.

use super::registry;

/// Why a rule is refused: what was wrong, and what was probably meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// No kind, or one that does not exist.
    #[error("{} fault kind{}", unknown(.found), meant(.nearest))]
    Kind {
        /// What was given.
        found: Option<String>,
        /// What was probably meant.
        nearest: Vec<String>,
    },
    /// What happens to a process rather than to a request.
    #[error("{kind:?} happens to a process, and only scenario files know it; here, {instead}")]
    Process {
        /// The kind.
        kind: &'static str,
        /// What there is for it.
        instead: &'static str,
    },
    /// A field that neither rules nor this kind have.
    #[error("fault {kind} has no field {field:?}{}", meant(.nearest))]
    Field {
        /// The kind.
        kind: String,
        /// What was given.
        field: String,
        /// What was probably meant.
        nearest: Vec<String>,
    },
    /// A field with a value it cannot take.
    #[error("fault {kind}: {detail}")]
    Value {
        /// The kind.
        kind: String,
        /// What was wrong.
        detail: String,
    },
    /// A rule for another vendor.
    #[error("this is {vendor}, and the rule is for {found:?}")]
    Vendor {
        /// The vendor.
        vendor: &'static str,
        /// What was given.
        found: String,
    },
    /// An operation or topic that the vendor does not have.
    #[error("{vendor} has no operation or topic {found:?}{}", meant(.nearest))]
    Operation {
        /// The vendor.
        vendor: &'static str,
        /// What was given.
        found: String,
        /// What was probably meant.
        nearest: Vec<String>,
    },
    /// A client that the vendor does not have.
    #[error("{vendor} has no client {found:?}{}", meant(.nearest))]
    Client {
        /// The vendor.
        vendor: &'static str,
        /// What was given.
        found: String,
        /// What was probably meant.
        nearest: Vec<String>,
    },
    /// A second rule with the same id.
    #[error("there is a rule {0:?} already")]
    Duplicate(String),
}

impl RuleError {
    /// Why what was given is no kind of a rule.
    pub(super) fn no_kind(found: Option<&str>) -> Self {
        let mut of_processes = registry::OF_PROCESSES.iter();
        match of_processes.find(|(kind, _)| found == Some(*kind)) {
            Some((kind, instead)) => Self::Process { kind, instead },
            None => Self::Kind {
                found: found.map(str::to_owned),
                nearest: found.map(registry::nearest).unwrap_or_default(),
            },
        }
    }
}

fn unknown(found: &Option<String>) -> String {
    match found {
        Some(name) => format!("{name:?} is no"),
        None => "the rule names no".to_owned(),
    }
}

fn meant(nearest: &[String]) -> String {
    match nearest {
        [] => String::new(),
        [one] => format!("; did you mean {one:?}?"),
        several => format!("; did you mean one of {several:?}?"),
    }
}
