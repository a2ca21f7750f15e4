//! The one extension point: a fault decides, the shell carries out.

use std::{sync::Arc, time::Duration};

use http::{HeaderValue, StatusCode};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use seams::{Draw, Keyed};
use serde::{Deserialize, Serialize};

use super::{
    about::{About, Phase},
    reply::Reply,
    struck::Semantic,
    tamper::Tamper,
};
use crate::refusal::http_date;

/// A kind of fault: plain data that decides what happens to a request that its rule struck.
pub trait Fault {
    /// What it is.
    const ABOUT: About;

    /// The phase that its own fields settle, where they leave a rule no choice.
    fn phase(&self) -> Option<Phase> {
        None
    }

    /// What happens. All chance comes from `draws`.
    fn effect(&self, draws: &Draws) -> Effect;
}

/// Changes a reply or webhook body; `false` when there was no place for it, and then the fault did
/// not strike.
pub type Corruption = Box<dyn Fn(&mut Reply, &Draws) -> bool + Send + Sync>;

/// What the shell carries out for a fault, at the phase of its rule.
pub enum Effect {
    /// Wait, then go on.
    Delay(Duration),
    /// Wait, then drop the connection.
    Hold(Duration),
    /// Send the reply otherwise than it stands, or not at all.
    Tamper(Tamper),
    /// Nothing passes one way or both, and the connection is dropped after a while.
    Part {
        /// What does not pass.
        direction: Direction,
        /// How long the silence lasts.
        hold: Duration,
    },
    /// Do not take the connection.
    Shut,
    /// Take so many connections at once.
    Crowd {
        /// How many.
        most: usize,
        /// What becomes of the others.
        excess: Excess,
    },
    /// Answer that the client asked for something it cannot have.
    Deny(Denial),
    /// Answer that it is elsewhere.
    Redirect {
        /// The status.
        status: StatusCode,
        /// Where; `{path}` stands for the path and query of the request.
        location: Arc<str>,
    },
    /// Answer with this failure.
    Fail {
        /// The status.
        status: StatusCode,
        /// The `Retry-After` header.
        retry_after: RetryAfter,
        /// How long it tells the client to wait.
        wait: Duration,
    },
    /// Answer that the client's allowance is used up.
    Limit {
        /// The `Retry-After` header; `None` leaves it to the vendor.
        retry_after: Option<RetryAfter>,
        /// How long it tells the client to wait.
        wait: Duration,
    },
    /// Make the presented credential invalid.
    Revoke,
    /// Forget what was answered under the request's idempotency key.
    ForgetKey,
    /// Turn the client away, and let the request through later.
    Late {
        /// How much later.
        delay: Duration,
        /// What the client gets.
        farewell: Farewell,
        /// How long it is kept waiting for that, where it is silence.
        hold: Duration,
    },
    /// Let the handler play it.
    Play(Semantic),
    /// Answer with an earlier reply to the same request, at least this old.
    Stale(Duration),
    /// Change the body.
    Corrupt(Corruption),
    /// Change what becomes of a webhook.
    Deliver(Fate),
    /// The vendor's clock is off by this much.
    Skew(SignedDuration),
}

/// What a partition does not let pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// What is sent to the vendor: requests, and the answers to webhooks.
    ToVendor,
    /// What the vendor sends: replies, and webhooks.
    FromVendor,
    /// Either.
    #[default]
    Both,
}

/// What becomes of connections above a limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Excess {
    /// They wait until another one ends.
    #[default]
    Wait,
    /// They are refused.
    Refuse,
}

/// Why a client cannot have what it asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// It may not (403).
    Forbidden,
    /// There is no such thing (404).
    Missing,
    /// The thing is in another state (409, 412).
    Conflict(StatusCode),
}

/// What a client gets whose request is applied only later.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Farewell {
    /// Silence, and then a dropped connection.
    #[default]
    TimeOut,
    /// A dropped connection.
    Reset,
    /// `504 Gateway Timeout`.
    ServerError,
}

/// What becomes of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is never sent.
    Lost,
    /// Its first attempt waits.
    Delayed(Duration),
    /// It is sent again, so long after.
    Duplicated(Duration),
    /// It waits until a later one to the same endpoint has been sent, or for this long.
    Overtaken(Duration),
    /// A copy with altered content and a signature made without the secret is sent besides.
    Forged,
    /// It is sent again, so long after, with the time and the signature of the first.
    Replayed(Duration),
    /// So many attempts are signed with the secret before the last rotation.
    StaleSecret(u64),
    /// It is given up and its endpoint disabled, for so long or for good.
    Disabled(Option<Duration>),
    /// It waits for the next whole multiple of this.
    Burst(Duration),
}

impl Fate {
    /// Whether the webhook is not sent now.
    pub(crate) fn stops(self) -> bool {
        match self {
            Self::Lost
            | Self::Delayed(_)
            | Self::Overtaken(_)
            | Self::Disabled(_)
            | Self::Burst(_) => true,
            Self::Duplicated(_) | Self::Forged | Self::Replayed(_) | Self::StaleSecret(_) => false,
        }
    }
}

/// Forms of the `Retry-After` header (RFC 9110, 10.2.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RetryAfter {
    /// A number of seconds.
    Seconds,
    /// An HTTP date.
    Date,
    /// No header.
    #[default]
    Missing,
    /// A value that means nothing.
    Absurd,
}

impl RetryAfter {
    /// The header's value, its nonsense chosen by `draw`; `None` for no header.
    pub fn value(self, wait: Duration, now: Timestamp, draw: Draw) -> Option<HeaderValue> {
        let seconds = wait.as_millis().div_ceil(1000);
        let text = match self {
            Self::Missing => return None,
            Self::Seconds => seconds.to_string(),
            Self::Date => {
                let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::ZERO);
                http_date(now.saturating_add(wait).unwrap_or(now))
            }
            Self::Absurd => {
                let nonsense = ["-1", "99999999999999999999", "soon", "1e3", "0x10", "NaN"];
                draw.pick(&nonsense).copied().unwrap_or_default().to_owned()
            }
        };
        HeaderValue::try_from(text).ok()
    }
}

/// The decisions of one strike. Each is drawn under the rule's id, the operation and the number of
/// the hit there, so another rule or another operation's requests change none of them.
#[derive(Clone, Copy, Debug)]
pub struct Draws<'a> {
    keyed: Keyed,
    rule: &'a str,
    subject: &'a str,
    hit: u64,
}

impl<'a> Draws<'a> {
    /// The decisions of the `hit`-th time that `rule` concerns `subject`.
    pub fn new(keyed: Keyed, rule: &'a str, subject: &'a str, hit: u64) -> Self {
        Self {
            keyed,
            rule,
            subject,
            hit,
        }
    }

    /// The decision about `what`.
    pub fn draw(&self, what: &str) -> Draw {
        let purpose = format!("fault:{}:{what}", self.rule);
        self.keyed.draw(&purpose, self.subject, self.hit)
    }
}
