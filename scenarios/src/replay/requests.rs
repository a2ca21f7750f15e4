//! Requests and webhooks: the tape, with the names of operations, the faults that struck, and what
//! each request caused.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use seams::WireError;
use serde::Deserialize;

use super::{Kind, Lane, Reply, TraceLine, about, operations::Operations};
use crate::{
    oracle::history::{Actor, Delivery, History, Vendor},
    sim::{
        Played,
        struck::{self, Struck},
        tape::{Entry, Outcome, Party},
    },
};

/// One line for each exchange on the tape, and for each webhook that was lost before it.
pub(super) fn lines(played: &Played) -> Vec<TraceLine> {
    played.tape.read(|tape| of(tape, played))
}

fn of(tape: &[Entry], played: &Played) -> Vec<TraceLine> {
    let history = &played.history;
    let struck = struck::matched(&played.struck, tape);
    let (operations, caused) = (Operations::known(), Caused::of(history));
    let mut seen = BTreeSet::new();
    let mut lines = Vec::with_capacity(tape.len());
    for (place, entry) in tape.iter().enumerate() {
        lines.push(match lane(entry.from) {
            (vendor, true) => webhook(entry, vendor, &mut seen),
            (sender, false) => request(entry, sender, &operations, &caused),
        });
        if let (Some(line), Some(struck)) = (lines.last_mut(), struck.get(&place)) {
            line.faults = told(struck);
        }
    }
    lines.extend(lost(&history.deliveries, tape));
    lines
}

fn request(entry: &Entry, from: Lane, operations: &Operations, caused: &Caused<'_>) -> TraceLine {
    let to = if &*entry.to == "jerky.test" {
        Lane::Jerky
    } else {
        Lane::Polish
    };
    let (path, query) = (entry.path.path(), entry.path.query());
    let found = operations.find(to, &entry.method, path);
    let what = match &found {
        Some((id, _)) => (*id).to_owned(),
        None => format!("{} {path}", entry.method),
    };
    let values = found.map(|(_, values)| values).unwrap_or_default();
    let key = entry.idempotency_key.as_ref();
    let key = key.and_then(|key| key.to_str().ok());
    let mut names: BTreeSet<String> = values.iter().map(|value| (*value).to_owned()).collect();
    names.extend(about::words(query.unwrap_or_default()).map(str::to_owned));
    names.extend(about::words(key.unwrap_or_default()).map(str::to_owned));
    let about = values.iter().map(|value| (*value).to_owned());
    let about = about
        .chain(query.map(readable))
        .chain(key.map(str::to_owned));
    let about: Vec<String> = about.collect();
    let mut line = message(entry, Kind::Request, (from, to), what);
    line.about = about.join(" ");
    names.extend(caused.by(entry, to, &names));
    line.names = names;
    line
}

fn webhook(entry: &Entry, from: Lane, seen: &mut BTreeSet<(Lane, String)>) -> TraceLine {
    let body = entry.body.as_deref().unwrap_or_default();
    let told: Message = serde_json::from_slice(body).unwrap_or_default();
    let what = if told.topic.is_empty() {
        "unreadable".to_owned()
    } else {
        told.topic.clone()
    };
    let mut line = message(entry, Kind::Webhook, (from, Lane::Hub), what);
    line.about = told.in_words();
    if entry.is_forged {
        line.faults.push("forged (delivery)".to_owned());
    } else if !seen.insert((from, told.id.clone())) {
        line.about.push_str(" again");
    }
    line.names = [told.subject, told.id].into();
    line
}

fn message(entry: &Entry, kind: Kind, (from, to): (Lane, Lane), what: String) -> TraceLine {
    TraceLine {
        until: entry.ended_at,
        to,
        result: match &entry.outcome {
            Outcome::Replied(status) => Reply::Status(*status),
            Outcome::Failed(error) => Reply::Failed(in_words(error)),
            Outcome::GaveUp => Reply::GaveUp,
        },
        ..TraceLine::note(entry.sent_at, kind, from, what)
    }
}

/// Webhooks that a fault lost before they left: no tape has them.
fn lost<'h>(
    deliveries: &'h [Delivery],
    tape: &[Entry],
) -> impl Iterator<Item = TraceLine> + use<'h> {
    let webhooks = tape.iter().filter(|entry| lane(entry.from).1);
    let sent: BTreeSet<(Lane, Timestamp)> = webhooks
        .map(|entry| (lane(entry.from).0, entry.sent_at))
        .collect();
    let from = |delivery: &Delivery| match delivery.vendor {
        Vendor::Jerky => Lane::Jerky,
        Vendor::Polish => Lane::Polish,
    };
    let is_lost = move |delivery: &&Delivery| {
        delivery.arrived_at.is_none() && !sent.contains(&(from(delivery), delivery.sent_at))
    };
    deliveries.iter().filter(is_lost).map(move |delivery| {
        let Delivery {
            message,
            subject,
            sequence,
            ..
        } = delivery;
        TraceLine {
            to: Lane::Hub,
            about: format!("{message} {subject} {sequence}"),
            result: Reply::Lost,
            faults: vec!["webhook_lost (delivery)".to_owned()],
            names: [subject.clone(), message.clone()].into(),
            ..TraceLine::note(
                delivery.sent_at,
                Kind::Webhook,
                from(delivery),
                "webhook".to_owned(),
            )
        }
    })
}

fn told(struck: &Struck) -> Vec<String> {
    let lost = struck.faults.iter().map(|fault| {
        let phase = fault.phase.as_str();
        format!("{} ({phase})", fault.kind)
    });
    lost.collect()
}

/// Whose request it is, and whether it is a webhook.
fn lane(party: Party) -> (Lane, bool) {
    match party {
        Party::Hub => (Lane::Hub, false),
        Party::Jerky => (Lane::Jerky, true),
        Party::Polish => (Lane::Polish, true),
        Party::Shopper | Party::ShopStaff => (Lane::Shop, false),
        Party::Warehouse => (Lane::Warehouse, false),
    }
}

fn in_words(error: &WireError) -> &'static str {
    match error {
        WireError::Refused(_) => "refused",
        WireError::Closed(_) => "no reply",
        WireError::Cut(_) => "cut off",
        WireError::Protocol(_) => "no HTTP",
    }
}

/// A query as people read it.
fn readable(query: &str) -> String {
    query.replace("%3A", ":").replace("%2C", ",")
}

/// What both vendors' webhooks say of themselves; empty where bad data made them unreadable.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Message {
    id: String,
    #[serde(alias = "type")]
    topic: String,
    #[serde(alias = "sku", alias = "resource_id")]
    subject: String,
    #[serde(alias = "version")]
    sequence: u64,
}

impl Message {
    fn in_words(&self) -> String {
        format!("{} {} {}", self.id, self.subject, self.sequence)
    }
}

/// The facts of both vendors by time, to find what a request caused: a batch names nothing in its
/// path, and its body is not kept.
struct Caused<'h> {
    jerky: Vec<Effect<'h>>,
    polish: Vec<Effect<'h>>,
}

struct Effect<'h> {
    at: Timestamp,
    actor: Actor,
    key: Option<&'h str>,
    names: BTreeSet<&'h str>,
}

/// How long after its sender has given up a request may still be carried out.
const LATE: SignedDuration = SignedDuration::from_secs(2);

impl<'h> Caused<'h> {
    fn of(history: &'h History) -> Self {
        let jerky = history.jerky.iter().map(|fact| Effect {
            at: fact.at,
            actor: fact.actor,
            key: fact.key.as_deref(),
            names: about::of_jerky(&fact.what),
        });
        let polish = history.polish.iter().map(|fact| Effect {
            at: fact.at,
            actor: fact.actor,
            key: fact.key.as_deref(),
            names: about::of_polish(&fact.what),
        });
        let (mut jerky, mut polish): (Vec<_>, Vec<_>) = (jerky.collect(), polish.collect());
        jerky.sort_by_key(|effect| effect.at);
        polish.sort_by_key(|effect| effect.at);
        Self { jerky, polish }
    }

    /// What the facts are about that this request caused.
    fn by(&self, entry: &Entry, to: Lane, names: &BTreeSet<String>) -> Vec<String> {
        if entry.method == http::Method::GET {
            return Vec::new();
        }
        let facts = if to == Lane::Jerky {
            &self.jerky
        } else {
            &self.polish
        };
        let last = match entry.outcome {
            Outcome::Replied(_) => entry.ended_at,
            _ => entry
                .ended_at
                .saturating_add(LATE)
                .unwrap_or(Timestamp::MAX),
        };
        let first = facts.partition_point(|fact| fact.at < entry.sent_at);
        let during = facts.iter().skip(first).take_while(|fact| fact.at <= last);
        let caused = during.filter(|fact| fact.is_by(entry.from) && fact.fits(entry, names));
        let mut named: BTreeMap<&str, ()> = BTreeMap::new();
        caused.for_each(|fact| named.extend(fact.names.iter().map(|name| (*name, ()))));
        named.into_keys().map(str::to_owned).collect()
    }
}

impl Effect<'_> {
    fn is_by(&self, party: Party) -> bool {
        match party {
            Party::Hub => self.actor == Actor::Middleware,
            Party::Shopper => self.actor == Actor::Storefront,
            Party::ShopStaff | Party::Warehouse => self.actor == Actor::Staff || self.key.is_some(),
            Party::Jerky | Party::Polish => false,
        }
    }

    /// A request that names something caused only facts about it, or under its key.
    fn fits(&self, entry: &Entry, names: &BTreeSet<String>) -> bool {
        let path = entry.path.path();
        let is_batch = path.ends_with(":batch") || path.ends_with("/bulk");
        let is_named = self.names.iter().any(|name| names.contains(*name));
        let key = entry.idempotency_key.as_ref();
        let same_key = self.key.is_some() && key.and_then(|key| key.to_str().ok()) == self.key;
        is_batch || is_named || same_key || path == "/orders" || path == "/counts"
    }
}
