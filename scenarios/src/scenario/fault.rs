//! `[[fault]]`: what goes wrong, at a vendor or with the middleware's own process.
//!
//! A vendor's fault is [`mock_kit::FaultRule`], the same plain data that the mocks' admin API
//! takes; what happens to a process is the harness's own, because only the harness can kill it.

use std::{borrow::Cow, num::NonZeroU64};

use mock_kit::{FaultRule, fault::about_all};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

use super::{PROCESS_KINDS, ProcessFault, Span};

/// The kind by which a file names a [`Crash`].
pub(crate) const CRASH: &str = "hub_crash";

/// One thing that goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Fault {
    /// The middleware's process dies and comes back on its store.
    Crash(Crash),
    /// Something happens to a vendor's process, to the middleware's disk, or to a clock.
    Process(ProcessFault),
    /// A vendor, or the way to it, misbehaves.
    Vendor(Box<FaultRule>),
}

/// The middleware's process dies: whatever it was waiting for is gone, what it stored is not.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "CrashFields", into = "CrashFields")]
pub struct Crash {
    /// At which point of the traffic.
    pub moment: Moment,
    /// How long it stays dead.
    pub restart_after: Span,
}

/// The point at which the process dies, counted from the start of the traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// While its n-th request is on the way.
    NthRequest(u64),
    /// Right after its n-th commit to the store.
    NthCommit(u64),
    /// Right after each commit whose number is a multiple of this.
    EveryCommit(u64),
    /// At a time.
    At(Span),
}

/// The middleware's process dies at one of four moments, counted from the start of the traffic.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CrashFields {
    /// `hub_crash`.
    kind: CrashKind,
    /// While its n-th request is on the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nth_request: Option<u64>,
    /// Right after its n-th commit to the store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nth_commit: Option<u64>,
    /// Right after each commit whose number is a multiple of this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    every_commit: Option<NonZeroU64>,
    /// At a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<Span>,
    /// How long it stays dead.
    #[serde(default = "restart_after")]
    restart_after: Span,
}

#[derive(Clone, Copy, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum CrashKind {
    HubCrash,
}

impl TryFrom<CrashFields> for Crash {
    type Error = &'static str;

    fn try_from(fields: CrashFields) -> Result<Self, Self::Error> {
        let moments = [
            fields.nth_request.map(Moment::NthRequest),
            fields.nth_commit.map(Moment::NthCommit),
            fields
                .every_commit
                .map(|every| Moment::EveryCommit(every.get())),
            fields.at.map(Moment::At),
        ];
        let mut given = moments.into_iter().flatten();
        let (Some(moment), None) = (given.next(), given.next()) else {
            return Err("a crash needs one moment: nth_request, nth_commit, every_commit or at");
        };
        match moment {
            Moment::NthRequest(0) => return Err("`nth_request` counts from 1, so 0 never strikes"),
            Moment::NthCommit(0) => return Err("`nth_commit` counts from 1, so 0 never strikes"),
            _ => {}
        }
        Ok(Self {
            moment,
            restart_after: fields.restart_after,
        })
    }
}

impl From<Crash> for CrashFields {
    fn from(crash: Crash) -> Self {
        let mut fields = Self {
            kind: CrashKind::HubCrash,
            nth_request: None,
            nth_commit: None,
            every_commit: None,
            at: None,
            restart_after: crash.restart_after,
        };
        match crash.moment {
            Moment::NthRequest(number) => fields.nth_request = Some(number),
            Moment::NthCommit(number) => fields.nth_commit = Some(number),
            Moment::EveryCommit(every) => fields.every_commit = NonZeroU64::new(every),
            Moment::At(time) => fields.at = Some(time),
        }
        fields
    }
}

fn restart_after() -> Span {
    Span::from_secs(20)
}

/// Every kind that a file may name: those of the vendors first, those of processes last.
pub fn fault_kinds() -> impl Iterator<Item = &'static str> {
    let vendors = about_all().iter().map(|about| about.name);
    vendors.chain(PROCESS_KINDS.iter().map(|(name, _)| *name))
}

impl Fault {
    /// The kind by which a file names it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Crash(_) => CRASH,
            Self::Process(fault) => fault.kind(),
            Self::Vendor(rule) => rule.fault.about().name,
        }
    }

    /// Its times and lengths of time, by the names of their fields. The windows of a vendor's rule
    /// are no length that anybody waits.
    pub(super) fn spans(&self) -> [(&'static str, Option<Span>); 2] {
        match self {
            Self::Process(fault) => fault.spans(),
            Self::Crash(crash) => {
                let at = match crash.moment {
                    Moment::At(at) => Some(at),
                    _ => None,
                };
                [("at", at), ("restart_after", Some(crash.restart_after))]
            }
            Self::Vendor(_) => [("from", None), ("until", None)],
        }
    }

    fn complaint(&self) -> Option<&'static str> {
        match self {
            Self::Process(fault) => fault.complaint(),
            Self::Crash(_) | Self::Vendor(_) => None,
        }
    }
}

impl<'de> Deserialize<'de> for Fault {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut table = toml::Table::deserialize(deserializer)?;
        let kind = table.get("kind").and_then(toml::Value::as_str);
        let is_crash = kind == Some(CRASH);
        let is_process = PROCESS_KINDS.iter().any(|(name, _)| kind == Some(*name));
        if is_crash || is_process {
            let fields = toml::Value::Table(table);
            let fault = match is_crash {
                true => fields.try_into().map(Self::Crash),
                false => fields.try_into().map(Self::Process),
            };
            let fault =
                fault.map_err(|error: toml::de::Error| de::Error::custom(error.message()))?;
            return match fault.complaint() {
                Some(complaint) => Err(de::Error::custom(complaint)),
                None => Ok(fault),
            };
        }
        for field in WINDOW {
            in_milliseconds(&mut table, field);
        }
        let fields = serde_json::to_value(table).map_err(de::Error::custom)?;
        let rule = serde_json::from_value(fields).map_err(de::Error::custom)?;
        Ok(Self::Vendor(Box::new(rule)))
    }
}

/// The fields of a rule that a file may give as a length of time from the start of the traffic.
const WINDOW: [&str; 2] = ["from", "until"];

/// Files write `"30m"` where the rule counts milliseconds; timestamps stay as they are.
fn in_milliseconds(table: &mut toml::Table, field: &str) {
    let span = table.get(field).and_then(toml::Value::as_str);
    if let Some(Ok(span)) = span.map(str::parse::<Span>)
        && let Ok(ms) = i64::try_from(span.as_millis())
    {
        table.insert(field.to_owned(), ms.into());
    }
}

impl JsonSchema for Fault {
    fn schema_name() -> Cow<'static, str> {
        "Fault".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let crash = generator.subschema_for::<CrashFields>();
        let process = generator.subschema_for::<ProcessFault>();
        let rule = generator.subschema_for::<FaultRule>();
        json_schema!({ "anyOf": [crash, process, rule] })
    }
}
