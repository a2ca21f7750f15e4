//! The tape in the oracle's words: the middleware's requests, and the webhooks sent to it.

use axum::extract::Query;
use http::{HeaderValue, Uri, uri::PathAndQuery};
use jiff::Timestamp;
use mock_kit::webhook::Delivery as Logged;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    oracle::history::{Delivery, Exchange, Vendor},
    sim::{
        struck::{Struck, matched},
        tape::{Entry, Outcome, Party},
    },
};

/// Every request of the middleware, by when it was sent.
pub(super) fn exchanges(tape: &[Entry], struck: &[Struck]) -> Vec<Exchange> {
    let struck = matched(struck, tape);
    let all = tape.iter().enumerate();
    let sent = all.filter(|(_, entry)| entry.from == Party::Hub);
    let told = sent.map(|(place, entry)| exchange(entry, struck.get(&place).copied()));
    let mut exchanges: Vec<Exchange> = told.collect();
    exchanges.sort_by_key(|exchange| exchange.sent_at);
    exchanges
}

/// Every webhook that left a vendor or was lost before it did, by when it was sent.
pub(super) fn deliveries(tape: &[Entry], lost: Vec<Delivery>) -> Vec<Delivery> {
    let mut deliveries: Vec<Delivery> = tape
        .iter()
        .filter_map(|entry| {
            let vendor = match entry.from {
                Party::Jerky => Vendor::Jerky,
                Party::Polish => Vendor::Polish,
                Party::Hub | Party::Shopper | Party::ShopStaff | Party::Warehouse => return None,
            };
            delivery(vendor, entry)
        })
        .chain(lost)
        .collect();
    deliveries.sort_by_key(|delivery| delivery.sent_at);
    deliveries
}

fn exchange(entry: &Entry, struck: Option<&Struck>) -> Exchange {
    Exchange {
        sent_at: entry.sent_at,
        ended_at: entry.ended_at,
        vendor: if &*entry.to == "jerky.test" {
            Vendor::Jerky
        } else {
            Vendor::Polish
        },
        method: entry.method.to_string(),
        path: entry.path.path().to_owned(),
        since: since(&entry.path),
        struck: struck.is_some(),
        misread: struck.is_some_and(Struck::misleads),
        status: status(&entry.outcome),
        idempotency_key: text(entry.idempotency_key.as_ref()),
        retry_after: text(entry.retry_after.as_ref()),
        date: text(entry.date.as_ref()),
        policy: text(entry.policy.as_ref()),
    }
}

/// What a poll for changed orders begins with: the beginning of time where it asks for all. One for
/// those of a status is none.
fn since(path: &PathAndQuery) -> Option<Timestamp> {
    if path.path() != "/orders" {
        return None;
    }
    let Query(poll): Query<Poll> = Query::try_from_uri(&Uri::from(path.clone())).ok()?;
    let begins = poll.updated_after.unwrap_or(Timestamp::MIN);
    poll.status.is_none().then_some(begins)
}

/// The part of a poll's query that is read here.
#[derive(Deserialize)]
struct Poll {
    status: Option<String>,
    updated_after: Option<Timestamp>,
}

fn delivery(vendor: Vendor, entry: &Entry) -> Option<Delivery> {
    let body = entry.body.as_ref()?;
    let message = Message::read(body);
    Some(Delivery {
        vendor,
        message: message.id,
        subject: message.subject,
        sequence: message.sequence,
        sent_at: entry.sent_at,
        signed_at: signed_at(entry),
        arrived_at: (!matches!(entry.outcome, Outcome::Failed(_))).then_some(entry.ended_at),
        status: status(&entry.outcome),
        forged: entry.is_forged,
        garbled: entry.is_garbled,
    })
}

/// Seconds of Unix time: alone, or as `t` among the shop's pairs of name and value.
fn signed_at(entry: &Entry) -> Option<Timestamp> {
    let told = text(entry.signed.as_ref())?;
    let mut pairs = told
        .split(',')
        .filter_map(|part| part.trim().split_once('='));
    let seconds = pairs.find(|(name, _)| *name == "t");
    let seconds = seconds.map_or(told.as_str(), |(_, seconds)| seconds);
    Timestamp::from_second(seconds.parse().ok()?).ok()
}

/// A webhook that a fault lost.
pub(in crate::sim) fn lost(vendor: Vendor, logged: &Logged) -> Delivery {
    let message: Message = serde_json::from_slice(&logged.message.body.0).unwrap_or_default();
    Delivery {
        vendor,
        message: message.id,
        subject: message.subject,
        sequence: message.sequence,
        sent_at: logged.created_at,
        signed_at: None,
        arrived_at: None,
        status: None,
        forged: false,
        garbled: false,
    }
}

fn status(outcome: &Outcome) -> Option<u16> {
    match outcome {
        Outcome::Replied(status) => Some(*status),
        Outcome::Failed(_) | Outcome::GaveUp => None,
    }
}

fn text(value: Option<&HeaderValue>) -> Option<String> {
    value
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned)
}

/// What both vendors' messages say of themselves; empty where bad data made them unreadable.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Message {
    id: String,
    #[serde(alias = "sku", alias = "resource_id")]
    subject: String,
    #[serde(alias = "version")]
    sequence: u64,
}

impl Message {
    /// As far as it can be read: one bad byte or field does not hide the others.
    fn read(body: &[u8]) -> Self {
        let body = String::from_utf8_lossy(body);
        serde_json::from_str(&body).unwrap_or_else(|_| {
            let document: Value = serde_json::from_str(&body).unwrap_or_default();
            let text = |names: &[&str]| {
                let found = names.iter().find_map(|name| document.get(name)?.as_str());
                found.unwrap_or_default().to_owned()
            };
            let number =
                |names: &[&str]| names.iter().find_map(|name| document.get(name)?.as_u64());
            Self {
                id: text(&["id"]),
                subject: text(&["sku", "resource_id"]),
                sequence: number(&["sequence", "version"]).unwrap_or_default(),
            }
        })
    }
}
