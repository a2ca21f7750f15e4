//! A fault rule: plain data in scenario files (TOML), the admin API (JSON) and generators.

use http::Method;
use schemars::JsonSchema;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, Error},
};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{
    about::{About, Phase},
    moment::Moment,
    plan::Names,
    registry::{self, FaultKind},
    rule_error::RuleError,
};
use crate::principal::Role;

/// What a fault matches, when it strikes, and what it does. Conditions left out match everything;
/// those given must all hold.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FaultRule {
    /// Its name in reports; decisions are drawn under it. Left out, it is made of the rule itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What it does: `kind` and that kind's own fields.
    #[serde(flatten)]
    pub fault: FaultKind,
    /// When in the life of a request it strikes, where the kind leaves a choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    /// Where it strikes.
    #[serde(flatten)]
    pub place: Place,
    /// When it strikes.
    #[serde(flatten)]
    pub timing: Timing,
}

/// Where a rule strikes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Place {
    /// Only this vendor: `jerky` or `polish`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
    /// Only these operations, by their id in the OpenAPI document; for webhooks, these topics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<OneOrMany>,
    /// Only this HTTP method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Only paths like this one; `*` stands for any characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Only requests of this client; the middleware's where left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<Who>,
    /// Only the first row about this SKU, order or other id; `*` stands for any characters. For bad
    /// data alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
}

/// When a rule strikes. Requests are counted from 1, those that match the place and the window.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Timing {
    /// Not before this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Moment>,
    /// Not from this on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
    /// At the requests with these numbers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub at: Vec<u64>,
    /// At the request with this number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nth: Option<u64>,
    /// At each request whose number is a multiple of this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<u64>,
    /// With this probability (0 to 1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chance: Option<f64>,
    /// At most so many times.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// Stays when the other rules are lifted: what is broken for good.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub lasting: bool,
}

/// One name or a list of names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum OneOrMany {
    /// One name.
    One(String),
    /// Any of these.
    Many(Vec<String>),
}

/// Whose requests a rule strikes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Who {
    /// All clients of a role.
    Role(Role),
    /// The client of this name; `any` for all.
    Name(String),
}

impl FaultRule {
    /// A rule that strikes every request of the middleware. Set fields to narrow it.
    pub fn new(fault: FaultKind) -> Self {
        Self {
            id: None,
            fault,
            phase: None,
            place: Place::default(),
            timing: Timing::default(),
        }
    }

    /// The phase it strikes in.
    pub fn phase(&self) -> Phase {
        let default = self.fault.about().phases.first().copied();
        let settled = self.fault.phase().or(self.phase);
        settled.or(default).unwrap_or(Phase::Reply)
    }

    /// Its id, or one made of all that the rule says: the same rule has the same id whatever other
    /// rules stand beside it.
    pub fn effective_id(&self) -> String {
        self.id.clone().unwrap_or_else(|| {
            let text = serde_json::to_string(self).unwrap_or_default();
            let hash = Sha256::digest(text.as_bytes());
            let mark: String = hash
                .iter()
                .take(4)
                .map(|byte| format!("{byte:02x}"))
                .collect();
            format!("{}-{mark}", self.fault.about().name)
        })
    }

    /// Reads a rule.
    ///
    /// # Errors
    /// [`RuleError`], with what was probably meant.
    pub fn from_fields(fields: Map<String, Value>) -> Result<Self, RuleError> {
        let found = fields.get("kind").and_then(Value::as_str);
        let about = found
            .and_then(registry::find)
            .ok_or_else(|| RuleError::no_kind(found))?;
        let mut groups = Groups::default();
        for (field, value) in fields {
            groups.sort_in(about, field, value)?;
        }
        let invalid = |detail: String| RuleError::Value {
            kind: about.name.to_owned(),
            detail,
        };
        let head: Head = traced(groups.head).map_err(invalid)?;
        let rule = Self {
            id: head.id,
            fault: FaultKind::parse(about.name, groups.own).map_err(invalid)?,
            phase: head.phase,
            place: traced(groups.place).map_err(invalid)?,
            timing: traced(groups.timing).map_err(invalid)?,
        };
        rule.check_values()?;
        Ok(rule)
    }

    /// Checks the names in the rule against a vendor's.
    ///
    /// # Errors
    /// [`RuleError::Vendor`], [`RuleError::Operation`] and [`RuleError::Client`].
    pub fn check_names(&self, names: &Names) -> Result<(), RuleError> {
        if let Some(found) = self
            .place
            .vendor
            .as_deref()
            .filter(|found| *found != names.vendor)
        {
            return Err(RuleError::Vendor {
                vendor: names.vendor,
                found: found.to_owned(),
            });
        }
        if let Some(found) = self.operations().iter().find(|name| !names.contains(name)) {
            return Err(RuleError::Operation {
                vendor: names.vendor,
                found: found.clone(),
                nearest: names.nearest(found),
            });
        }
        match &self.place.client {
            Some(Who::Name(found)) if !names.has_client(found) => Err(RuleError::Client {
                vendor: names.vendor,
                found: found.clone(),
                nearest: names.nearest_client(found),
            }),
            _ => Ok(()),
        }
    }

    /// The operations or topics it is limited to; empty for all.
    pub fn operations(&self) -> &[String] {
        self.place
            .operation
            .as_ref()
            .map_or(&[], OneOrMany::as_slice)
    }

    fn check_values(&self) -> Result<(), RuleError> {
        let checked = self.check_phase().and_then(|()| self.check_place());
        let checked = checked.and_then(|()| self.check_timing());
        checked.map_err(|detail| RuleError::Value {
            kind: self.fault.about().name.to_owned(),
            detail,
        })
    }

    fn check_phase(&self) -> Result<(), String> {
        let Some(phase) = self.phase else {
            return Ok(());
        };
        let phases = self.fault.about().phases;
        if !phases.contains(&phase) {
            let names: Vec<&str> = phases.iter().map(|phase| phase.as_str()).collect();
            let names = names.join(", ");
            return Err(format!("phase {} is not one of: {names}", phase.as_str()));
        }
        match self.fault.phase() {
            Some(settled) if settled != phase => Err(format!(
                "phase {} is not the one that its own fields settle: {}",
                phase.as_str(),
                settled.as_str()
            )),
            _ => Ok(()),
        }
    }

    fn check_place(&self) -> Result<(), String> {
        let place = &self.place;
        if place.about.is_some() && !self.fault.is_bad_data() {
            return Err("`about` names a row, and only bad data strikes rows".to_owned());
        }
        if self.fault.is_of_connections()
            && let Some(field) = place.names_a_request()
        {
            return Err(format!(
                "`{field}` names a request, and this strikes connections, before there is one"
            ));
        }
        if let Some(method) = &place.method
            && !KNOWN_METHODS
                .iter()
                .any(|known| known.as_str().eq_ignore_ascii_case(method))
        {
            return Err(format!(
                "method {method:?} is not one of GET, POST, PUT, DELETE"
            ));
        }
        Ok(())
    }

    fn check_timing(&self) -> Result<(), String> {
        let timing = &self.timing;
        if let (Some(from), Some(until)) = (timing.from, timing.until)
            && from.is_never_before(until)
        {
            return Err("until is not after from, so it never strikes".to_owned());
        }
        if let Some(chance) = timing.chance
            && !(0.0..=1.0).contains(&chance)
        {
            return Err(format!("chance {chance} is not between 0 and 1"));
        }
        if timing.every == Some(0) || timing.nth == Some(0) || timing.at.contains(&0) {
            return Err("nth, every and at count from 1, so 0 never strikes".to_owned());
        }
        if timing.limit == Some(0) {
            return Err(
                "limit is how often it strikes at most, so with 0 it never does".to_owned(),
            );
        }
        if self.fault.is_of_window()
            && let Some(field) = timing.picks_a_request()
        {
            return Err(format!(
                "`{field}` picks single requests, and this holds from `from` until `until`, whatever \
                 is sent meanwhile"
            ));
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for FaultRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Map::deserialize(deserializer)?;
        Self::from_fields(fields).map_err(D::Error::custom)
    }
}

impl Place {
    /// A field that only a request can match.
    fn names_a_request(&self) -> Option<&'static str> {
        let fields = [
            ("operation", self.operation.is_some()),
            ("method", self.method.is_some()),
            ("path", self.path.is_some()),
        ];
        first_given(fields)
    }
}

impl Timing {
    /// A field that only a request, by its number, can match.
    pub fn picks_a_request(&self) -> Option<&'static str> {
        let fields = [
            ("at", !self.at.is_empty()),
            ("nth", self.nth.is_some()),
            ("every", self.every.is_some()),
            ("chance", self.chance.is_some()),
            ("limit", self.limit.is_some()),
        ];
        first_given(fields)
    }
}

impl OneOrMany {
    /// The names.
    pub fn as_slice(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Many(names) => names,
        }
    }
}

const KNOWN_METHODS: &[Method] = &[
    Method::GET,
    Method::POST,
    Method::PUT,
    Method::DELETE,
    Method::PATCH,
];

const HEAD: &[&str] = &["kind", "id", "phase"];
/// The fields of a rule that say where it strikes.
pub const PLACE: &[&str] = &["vendor", "operation", "method", "path", "client", "about"];
/// The fields of a rule that say when it strikes.
pub const TIMING: &[&str] = &[
    "from", "until", "at", "nth", "every", "chance", "limit", "lasting",
];

#[derive(Deserialize)]
struct Head {
    id: Option<String>,
    phase: Option<Phase>,
}

/// The fields of a rule by the part they belong to. Read part by part, an error can name its field.
#[derive(Default)]
struct Groups {
    head: Map<String, Value>,
    place: Map<String, Value>,
    timing: Map<String, Value>,
    own: Map<String, Value>,
}

impl Groups {
    fn sort_in(&mut self, about: &About, field: String, value: Value) -> Result<(), RuleError> {
        let own: Vec<&str> = about.params.iter().map(|param| param.name).collect();
        let parts = [
            (&mut self.own, &own[..]),
            (&mut self.head, HEAD),
            (&mut self.place, PLACE),
            (&mut self.timing, TIMING),
        ];
        for (group, names) in parts {
            if names.contains(&field.as_str()) {
                group.insert(field, value);
                return Ok(());
            }
        }
        let known = own.iter().chain(HEAD).chain(PLACE).chain(TIMING).copied();
        Err(RuleError::Field {
            kind: about.name.to_owned(),
            nearest: registry::nearest_of(&field, known),
            field,
        })
    }
}

/// Reads a part of a rule; an error begins with the field's name.
pub(super) fn traced<T: DeserializeOwned>(fields: Map<String, Value>) -> Result<T, String> {
    serde_path_to_error::deserialize(Value::Object(fields)).map_err(|error| error.to_string())
}

fn first_given(fields: impl IntoIterator<Item = (&'static str, bool)>) -> Option<&'static str> {
    let mut fields = fields.into_iter();
    fields.find_map(|(field, is_given)| is_given.then_some(field))
}
