//! What happens to a process or a machine rather than to a request: a vendor dies, the
//! middleware's disk refuses, a clock is set.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Span;

/// Something that happens to a process, counted from the start of the traffic.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ProcessFault {
    /// A vendor's process dies and comes back.
    VendorCrash(VendorCrash),
    /// The middleware's store is locked by somebody else.
    StorageBusy(Outage),
    /// The disk of the middleware's store is full.
    StorageFull(Outage),
    /// A clock is set forward or back.
    ClockJump(ClockJump),
}

/// A vendor's process dies: its connections break, requests under way and rate limits are
/// forgotten, and what it had answered for is not.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct VendorCrash {
    /// Whose process.
    pub vendor: VendorName,
    /// At a time; at `1m` when no moment is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Span>,
    /// At the n-th request that reaches it, whoever sent it, instead of at a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nth_request: Option<u64>,
    /// Whether it dies before that request is applied, or after.
    pub phase: CrashPhase,
    /// How long it stays dead.
    pub restart_after: Span,
}

/// The middleware's store refuses every write for a while.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Outage {
    /// From when on.
    pub from: Span,
    /// How long.
    pub lasts: Span,
}

/// A clock is set, and set right again.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ClockJump {
    /// Whose clock.
    pub of: ClockOwner,
    /// By how many seconds it is set forward, or back when negative; at most 30 days.
    pub seconds: i64,
    /// When.
    pub at: Span,
    /// How long until it is set right; to the end of the traffic when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Span>,
}

/// A vendor.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum VendorName {
    /// The warehouse.
    #[default]
    Jerky,
    /// The shop.
    Polish,
}

/// Whose clock it is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ClockOwner {
    /// The middleware's.
    #[default]
    Hub,
    /// The warehouse's.
    Jerky,
    /// The shop's.
    Polish,
}

/// Whether the request at which a vendor dies was applied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CrashPhase {
    /// It was not.
    #[default]
    BeforeApply,
    /// It was, and nobody is told.
    AppliedReplyLost,
}

/// What people are told of each of these kinds.
pub(crate) const PROCESS_KINDS: [(&str, &str); 5] = [
    (
        "hub_crash",
        "hub_crash
  The middleware's process dies: whatever it was waiting for is gone, what it stored is not.
  stands for: commit before write (apache/iggy#3847); the rule that a crash at any point and
  a replay give the same state.
  strikes: the middleware, at one of four moments, counted from the start of the traffic
    nth_request    while its n-th request is on the way
    nth_commit     right after its n-th commit
    every_commit   right after each commit whose number is a multiple of this
    at             at a time, such as \"30m\"
    restart_after  how long it stays dead (20s)
  phases, as that moment settles: request, commit, time",
    ),
    (
        "vendor_crash",
        "vendor_crash
  A vendor's process dies: its connections break, requests under way, requests that wait to be
  applied late and rate limits are forgotten; stock, orders, tokens, keys with their replies,
  cursors and webhooks that wait are not.
  stands for: commit before write (apache/iggy#3847); the rule that who asks again must be answered alike.
  strikes: a vendor, at one moment, counted from the start of the traffic
    vendor         jerky or polish (jerky)
    at             at a time (1m)
    nth_request    while the n-th request that reaches it is being served
    phase          before_apply or applied_reply_lost, for nth_request (before_apply)
    restart_after  how long it stays dead (20s)
  phases, as that moment settles: time, before_apply, applied_reply_lost",
    ),
    (
        "storage_busy",
        "storage_busy
  The middleware's store is locked by somebody else: SQLite refuses every write as busy.
  stands for: outbox outside the transaction (Truxify#11215): nothing is acknowledged that was not stored.
  strikes: the middleware's store, counted once for each write refused
    from           from when on (1m)
    lasts          how long (30s)
  phases: write",
    ),
    (
        "storage_full",
        "storage_full
  The disk of the middleware's store is full: SQLite refuses every write.
  stands for: outbox outside the transaction (Truxify#11215): nothing is acknowledged that was not stored.
  strikes: the middleware's store, counted once for each write refused
    from           from when on (1m)
    lasts          how long (30s)
  phases: write",
    ),
    (
        "clock_jump",
        "clock_jump
  A clock is set forward or back at once, and is wrong until it is set right.
  stands for: vendor clock skew; order is by the vendor's sequence, never by wall clock.
  strikes: the clock of the middleware or of a vendor
    of             hub, jerky or polish (hub)
    seconds        seconds forward, negative for back, at most 30 days either way (3600)
    at             when (1m)
    lasts          how long until it is set right (to the end of the traffic)
  phases, as `seconds` settles: forward, back",
    ),
];

/// As far as a clock is ever set: 30 days, in seconds.
const FARTHEST: u64 = 30 * 24 * 3600;

impl ProcessFault {
    /// The kind by which a file names it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::VendorCrash(_) => "vendor_crash",
            Self::StorageBusy(_) => "storage_busy",
            Self::StorageFull(_) => "storage_full",
            Self::ClockJump(_) => "clock_jump",
        }
    }

    /// How long it keeps somebody from the truth, in a run whose traffic lasts `duration`.
    pub fn lasts(&self, duration: Span) -> Span {
        match self {
            Self::VendorCrash(crash) => crash.restart_after,
            Self::StorageBusy(outage) | Self::StorageFull(outage) => outage.lasts,
            Self::ClockJump(jump) => jump.lasts.unwrap_or(duration),
        }
    }

    /// Its times and lengths of time, by the names of their fields.
    pub(super) fn spans(&self) -> [(&'static str, Option<Span>); 2] {
        match self {
            Self::VendorCrash(crash) => [
                ("at", crash.at),
                ("restart_after", Some(crash.restart_after)),
            ],
            Self::StorageBusy(outage) | Self::StorageFull(outage) => {
                [("from", Some(outage.from)), ("lasts", Some(outage.lasts))]
            }
            Self::ClockJump(jump) => [("at", Some(jump.at)), ("lasts", jump.lasts)],
        }
    }

    /// What is wrong with its values, by the name of the field.
    pub(super) fn complaint(&self) -> Option<&'static str> {
        match self {
            Self::VendorCrash(crash) if crash.at.is_some() && crash.nth_request.is_some() => {
                Some("`at` and `nth_request` are two moments, and a process dies at one")
            }
            Self::VendorCrash(crash) if crash.nth_request == Some(0) => {
                Some("`nth_request` counts from 1, so 0 never strikes")
            }
            Self::StorageBusy(outage) | Self::StorageFull(outage)
                if outage.lasts.as_millis() == 0 =>
            {
                Some("`lasts` is no time at all, so it never strikes")
            }
            Self::ClockJump(jump)
                if jump.seconds == 0 || jump.seconds.unsigned_abs() > FARTHEST =>
            {
                Some("`seconds` must not be 0, and at most 2592000 (30 days) forward or back")
            }
            _ => None,
        }
    }
}

impl VendorCrash {
    /// When it dies, if that is a time.
    pub fn time(&self) -> Option<Span> {
        match self.nth_request {
            Some(_) => None,
            None => Some(self.at.unwrap_or(Span::from_mins(1))),
        }
    }
}

impl Default for VendorCrash {
    fn default() -> Self {
        Self {
            vendor: VendorName::default(),
            at: None,
            nth_request: None,
            phase: CrashPhase::default(),
            restart_after: Span::from_secs(20),
        }
    }
}

impl Default for Outage {
    fn default() -> Self {
        Self {
            from: Span::from_mins(1),
            lasts: Span::from_secs(30),
        }
    }
}

impl Default for ClockJump {
    fn default() -> Self {
        Self {
            of: ClockOwner::default(),
            seconds: 3600,
            at: Span::from_mins(1),
            lasts: None,
        }
    }
}

impl VendorName {
    /// Its name in files and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Jerky => "jerky",
            Self::Polish => "polish",
        }
    }
}

impl ClockOwner {
    /// Its name in files and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hub => "hub",
            Self::Jerky => "jerky",
            Self::Polish => "polish",
        }
    }
}

impl CrashPhase {
    /// Its name in files and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BeforeApply => "before_apply",
            Self::AppliedReplyLost => "applied_reply_lost",
        }
    }
}

impl ProcessFault {
    /// The moments and lengths in it, to be changed.
    pub(crate) fn times_mut(&mut self) -> Vec<&mut Span> {
        match self {
            Self::VendorCrash(crash) => crash.at.iter_mut().collect(),
            Self::StorageBusy(outage) | Self::StorageFull(outage) => {
                vec![&mut outage.from, &mut outage.lasts]
            }
            Self::ClockJump(jump) => {
                let mut times = vec![&mut jump.at];
                times.extend(&mut jump.lasts);
                times
            }
        }
    }
}
