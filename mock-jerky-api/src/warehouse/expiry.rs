//! What time alone brings about: reservations lapse, carriers pick up. Work is in proportion to
//! what is due, and each thing happens at its own time, however late the warehouse is asked.
//!
//! Lots are not here: whether one has expired is asked of its date and never stored.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Warehouse, lot::Place, moves::Move};
use crate::{
    ids::{Actor, ReservationId, Sku},
    model::EventType,
    quantity::Quantity,
    truth::{Account, CauseKind, Stamp},
};

/// What is due, by time and then in the order of its making.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Entry>", into = "Vec<Entry>")]
pub(super) struct Agenda {
    due: BTreeMap<(Timestamp, u64), Due>,
    made: u64,
}

/// Something that happens by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Due {
    /// A reservation lapses, unless it was resolved or extended meanwhile.
    Lapse(ReservationId),
    /// The carrier takes what was committed.
    PickUp(PickUp),
}

/// Goods waiting for the carrier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PickUp {
    pub(super) reservation: ReservationId,
    pub(super) goods: Vec<(Sku, Place, Quantity)>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    at: Timestamp,
    made: u64,
    due: Due,
}

impl Agenda {
    pub(super) fn add(&mut self, at: Timestamp, due: Due) {
        self.made += 1;
        self.due.insert((at, self.made), due);
    }

    pub(super) fn next(&self) -> Option<Timestamp> {
        self.due.keys().next().map(|(at, _)| *at)
    }

    fn take(&mut self, now: Timestamp) -> Option<(Timestamp, Due)> {
        let first = self.due.first_entry()?;
        let at = first.key().0;
        (at <= now).then(|| (at, first.remove()))
    }
}

impl Warehouse {
    pub(super) fn catch_up(&mut self, now: Timestamp) {
        while let Some((at, due)) = self.agenda.take(now) {
            match due {
                Due::Lapse(id) => self.lapse(&id, at),
                Due::PickUp(pick_up) => self.pick_up(&pick_up, at),
            }
        }
    }

    fn pick_up(&mut self, pick_up: &PickUp, at: Timestamp) {
        let stamp = by_itself("carrier", at);
        let subject = pick_up.reservation.shared();
        let mut touched = Vec::new();
        for (sku, place, quantity) in &pick_up.goods {
            self.post(
                &stamp,
                &Move {
                    sku,
                    place,
                    from: Account::Committed,
                    to: Account::Sold,
                    quantity: *quantity,
                    cause: CauseKind::Sale,
                    subject: Some(&subject),
                },
            );
            if !touched.contains(sku) {
                touched.push(sku.clone());
            }
        }
        let reference = self
            .reservations
            .get(&pick_up.reservation)
            .map(|held| held.reference.shared());
        for sku in touched {
            self.announce(
                &stamp,
                &sku,
                EventType::StockChanged,
                CauseKind::Sale,
                reference.clone(),
            );
        }
    }
}

/// The stamp of what nobody asked for.
pub(super) fn by_itself(actor: &str, at: Timestamp) -> Stamp {
    Stamp {
        at,
        actor: Actor::from(actor),
        operation: "tick",
        key: None,
    }
}

impl From<Vec<Entry>> for Agenda {
    fn from(entries: Vec<Entry>) -> Self {
        Self {
            made: entries.iter().map(|entry| entry.made).max().unwrap_or(0),
            due: entries
                .into_iter()
                .map(|entry| ((entry.at, entry.made), entry.due))
                .collect(),
        }
    }
}

impl From<Agenda> for Vec<Entry> {
    fn from(agenda: Agenda) -> Self {
        let entry = |((at, made), due)| Entry { at, made, due };
        agenda.due.into_iter().map(entry).collect()
    }
}
