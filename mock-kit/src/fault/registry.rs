//! All kinds of faults: the one list that rules, reports and `explain` share.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    about::{About, Phase},
    data::*,
    effect::{Draws, Effect, Fault},
    kinds::*,
    rule::traced,
};
use crate::nearest::nearest_three;

macro_rules! registry {
    (kinds: $($kind:ident),+; data: $($data:ident),+ $(;)?) => {
        /// What a fault does: one variant for each kind, one file for each.
        #[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        #[expect(missing_docs, reason = "each variant holds the documented type of its name")]
        pub enum FaultKind {
            $($kind($kind),)+
            $($data($data),)+
        }

        const ALL: &[About] = &[
            $(<$kind as Fault>::ABOUT,)+
            $(<$data as DataFault>::ABOUT,)+
        ];

        impl FaultKind {
            /// What this kind is.
            pub fn about(&self) -> &'static About {
                match self {
                    $(Self::$kind(_) => &<$kind as Fault>::ABOUT,)+
                    $(Self::$data(_) => &<$data as DataFault>::ABOUT,)+
                }
            }

            /// Whether it holds for the whole of its window, whatever is sent meanwhile.
            pub fn is_of_window(&self) -> bool {
                matches!(self, Self::ClockSkew(_))
            }

            /// The phase that its own fields settle, where they leave a rule no choice.
            pub fn phase(&self) -> Option<Phase> {
                match self {
                    $(Self::$kind(fault) => fault.phase(),)+
                    $(Self::$data(_) => None,)+
                }
            }

            /// Whether it changes data, and nothing else.
            pub fn is_bad_data(&self) -> bool {
                matches!(self, $(Self::$data(_))|+)
            }

            /// What happens to a request that its rule struck.
            pub(super) fn effect(&self, draws: &Draws) -> Effect {
                match self {
                    $(Self::$kind(fault) => fault.effect(draws),)+
                    $(Self::$data(fault) => {
                        let fault = fault.clone();
                        Effect::Corrupt(Box::new(move |reply, draws| fault.corrupt(reply, draws)))
                    })+
                }
            }

            /// The kind of this name with its own fields.
            pub(super) fn parse(name: &str, fields: Map<String, Value>) -> Result<Self, String> {
                $(if name == <$kind as Fault>::ABOUT.name {
                    return traced(fields).map(Self::$kind);
                })+
                $(if name == <$data as DataFault>::ABOUT.name {
                    return traced(fields).map(Self::$data);
                })+
                Err("no such kind".to_owned())
            }
        }
    };
}

registry! {
    kinds:
        Refuse, ConnectionLimit, Partition, EmptyReply, TruncatedBody, StalledBody, GarbageBytes,
        Trickle, Split,
        Forbidden, PhantomNotFound, FalseConflict, Redirect, WrongContentType, WrongLength,
        Latency, TimeOut, Reset, ReplyLost, ServerError, RateLimitStorm, TokenRevoked,
        PartialBatch, PageRepeated, PageSkipped, StaleRead, ClockSkew,
        LateApply, IdempotencyKeyIgnored, PageLooping, CursorExpired, SequenceGap, SequenceReused,
        WebhookReplayed, WebhookStaleSecret, WebhookDisabled, WebhookBurst,
        WebhookLost, WebhookDuplicated, WebhookDelayed, WebhookReordered, WebhookForged;
    data:
        NegativeQuantity, OverflowingQuantity, FloatForInteger, NumberAsText, NullField,
        MissingField, ExtraField, RenamedField, UnknownEnum, UnknownSku, SkuCase, SkuSpaces,
        ZeroWipe, WrongUnit, ImpossibleDate, NaiveTimestamp, OversizeString, InvalidUtf8,
        DuplicateSku, DayZeroDate,
        HtmlPage, TruncatedJson;
}

impl FaultKind {
    /// Whether it strikes connections as they are made, before anything is asked over them.
    pub fn is_of_connections(&self) -> bool {
        matches!(self, Self::Refuse(_) | Self::ConnectionLimit(_))
    }
}

/// All kinds, those that cut or change requests first and bad data last.
pub fn about_all() -> &'static [About] {
    ALL
}

/// The kind of this name.
pub fn find(name: &str) -> Option<&'static About> {
    ALL.iter().find(|about| about.name == name)
}

/// What happens to a process, and is known to scenario files alone: only who holds the process can do
/// it. Each with what a vendor that stands alone has for it.
pub const OF_PROCESSES: [(&str, &str); 5] = [
    ("hub_crash", "the middleware is no part of this mock"),
    ("vendor_crash", "POST /__admin/crash kills this mock"),
    (
        "storage_busy",
        "the middleware's store is no part of this mock",
    ),
    (
        "storage_full",
        "the middleware's store is no part of this mock",
    ),
    (
        "clock_jump",
        "PUT /__admin/clock sets this vendor's clock, as clock_skew does for a while",
    ),
];

/// The names of kinds most like `name`, nearest first.
pub fn nearest(name: &str) -> Vec<String> {
    nearest_of(name, ALL.iter().map(|about| about.name))
}

/// Up to three of `known` that are like `name`, nearest first.
pub(crate) fn nearest_of<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Vec<String> {
    let near = nearest_three(name, known);
    near.into_iter().map(str::to_owned).collect()
}
