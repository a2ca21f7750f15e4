//! What the registry tells people about a kind of fault.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When in the life of a request or delivery a fault strikes.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Before the vendor applies the request; nothing has happened.
    BeforeApply,
    /// The vendor applied the request, and the reply is lost or replaced.
    AppliedReplyLost,
    /// The vendor applied the request, and the reply breaks off in its body.
    MidBody,
    /// The reply arrives, and is late or says something else.
    Reply,
    /// A webhook on its way to the receiver.
    Delivery,
}

/// What a kind of fault is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct About {
    /// Its name in rules.
    pub name: &'static str,
    /// One sentence.
    pub doc: &'static str,
    /// The incident or the rule that it stands for, in one sentence.
    pub incident: &'static str,
    /// The phases a rule may choose from; the first is the default.
    pub phases: &'static [Phase],
    /// Where it can strike, in words.
    pub strikes: &'static str,
    /// Its own fields.
    pub params: &'static [Param],
}

/// One field of a kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Param {
    /// The field's name.
    pub name: &'static str,
    /// What it means, its unit, its default.
    pub doc: &'static str,
}

impl Phase {
    /// The phase's name in rules and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BeforeApply => "before_apply",
            Self::AppliedReplyLost => "applied_reply_lost",
            Self::MidBody => "mid_body",
            Self::Reply => "reply",
            Self::Delivery => "delivery",
        }
    }
}
