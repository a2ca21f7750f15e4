//! The warehouse: one state, one entry point. Pure: its time is passed in, it draws nothing but
//! keyed ids, and it knows nothing of HTTP, tokens or webhooks.
//!
//! Every stock number derives from movements between accounts (`moves`), so conservation holds by
//! construction.

mod account;
mod adjustment;
mod asked;
mod bins;
mod commit;
mod count;
mod events;
mod expiry;
mod fefo;
mod goods;
mod item;
mod listing;
mod lot;
mod lot_status;
mod mirror;
mod moves;
mod release;
mod reservation;

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::Timestamp;
use seams::Keyed;
use serde::{Deserialize, Serialize};

use self::{
    adjustment::Remembered, events::Feed, expiry::Agenda, item::ItemState, lot::Place, moves::Move,
};
use crate::{
    catalogue::{Catalogue, CatalogueItem, OpeningLot},
    command::{Caller, Command, Outcome, Reply},
    ids::{Actor, ChangeId, Reference, ReservationId, Sku},
    model::{Event, Reservation, StockLevel},
    problem::{Problem, ProblemKind},
    quantity::Quantity,
    truth::{Account, CauseKind, Fact, Stamp, Truth},
};

pub(crate) use self::adjustment::refused as refused_change;

/// The vendor's settings that bear on stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WarehousePolicy {
    /// How long committed goods wait for the carrier, in minutes.
    pub pickup_minutes: u32,
    /// How many events the feed keeps.
    pub feed_capacity: usize,
}

/// The state of the jerky vendor's stock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Warehouse {
    policy: WarehousePolicy,
    #[serde(with = "keyed_by_seed")]
    keyed: Keyed,
    items: BTreeMap<Sku, ItemState>,
    reservations: BTreeMap<ReservationId, Arc<Reservation>>,
    /// Those that are pending.
    open: BTreeSet<ReservationId>,
    by_reference: BTreeMap<Reference, Vec<ReservationId>>,
    changes: BTreeMap<Actor, BTreeMap<ChangeId, Remembered>>,
    agenda: Agenda,
    feed: Feed,
    truth: Truth,
    /// The next item that changes keeps its sequence.
    #[serde(skip)]
    keeps_sequence: bool,
}

/// Either what was asked for, or the problem. Boxed, as a problem is large and rare.
type Answer<T> = Result<T, Box<Problem>>;

impl Default for WarehousePolicy {
    fn default() -> Self {
        Self {
            pickup_minutes: 60,
            feed_capacity: 10_000,
        }
    }
}

impl Warehouse {
    /// A warehouse with its opening stock. Ids are drawn from `keyed`.
    pub fn open(
        catalogue: Catalogue,
        policy: WarehousePolicy,
        keyed: Keyed,
        now: Timestamp,
    ) -> Self {
        let mut warehouse = Self {
            policy,
            keyed,
            items: BTreeMap::new(),
            reservations: BTreeMap::new(),
            open: BTreeSet::new(),
            by_reference: BTreeMap::new(),
            changes: BTreeMap::new(),
            agenda: Agenda::default(),
            feed: Feed::new(policy.feed_capacity),
            truth: Truth::default(),
            keeps_sequence: false,
        };
        for item in catalogue.items {
            warehouse.place(item, now);
        }
        warehouse
    }

    /// Carries out one command at `now`, after everything that time alone has brought about.
    pub fn handle(&mut self, by: &Caller, command: Command, now: Timestamp) -> Outcome {
        self.catch_up(now);
        let stamp = Stamp {
            at: now,
            actor: by.actor.clone(),
            operation: command.operation(),
            key: by.key.clone(),
        };
        let reply = self.carry_out(&stamp, command);
        Outcome {
            reply,
            events: self.feed.take_fresh(),
        }
    }

    /// Whether the next item that changes keeps its sequence, as a fault demands; what was set
    /// before and has not come to pass.
    pub(crate) fn keep_next_sequence(&mut self, keeps: bool) -> bool {
        std::mem::replace(&mut self.keeps_sequence, keeps)
    }

    /// Carries out what time alone has brought about: reservations lapse, carriers pick up.
    pub fn tick(&mut self, now: Timestamp) -> Vec<Arc<Event>> {
        self.catch_up(now);
        self.feed.take_fresh()
    }

    /// When [`Warehouse::tick`] next has something to do.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.agenda.next()
    }

    /// All facts since the first lot came in.
    pub fn truth(&self) -> &Truth {
        &self.truth
    }

    /// The level of an item, for judges and benches; no command, no trace.
    pub fn level(&self, sku: &Sku, now: Timestamp) -> Option<StockLevel> {
        self.items.get(sku).map(|item| item.level(now))
    }

    /// All SKUs, in order.
    pub fn skus(&self) -> impl Iterator<Item = &Sku> {
        self.items.keys()
    }

    fn carry_out(&mut self, stamp: &Stamp, command: Command) -> Answer<Reply> {
        match command {
            Command::ListItems { after, limit } => Ok(self.list_items(after.as_ref(), limit)),
            Command::GetItem(sku) => Ok(Reply::Item(Box::new(self.item(&sku)?.view()))),
            Command::ListLots { sku, after, limit } => {
                self.list_lots(&sku, after.as_ref(), limit, stamp.at)
            }
            Command::ListStock { after, limit, only } => {
                Ok(self.list_stock(after.as_ref(), limit, only, stamp.at))
            }
            Command::GetStock(sku) => Ok(Reply::Level(Box::new(self.item(&sku)?.level(stamp.at)))),
            Command::ListEvents { after, limit } => self.feed.page(after, limit).map(Reply::Events),
            Command::ListReservations {
                after,
                limit,
                reference,
                state,
            } => Ok(self.list_reservations(after.as_ref(), limit, reference.as_ref(), state)),
            Command::GetReservation(id) => {
                let found = Reservation::clone(self.reservation(&id)?);
                Ok(Reply::Reservation(Box::new(found)))
            }
            Command::GetMirror(sku) => {
                Ok(Reply::Mirror(Box::new(self.mirrored(&sku)?.mirror_view())))
            }
            Command::CreateReservation(new) => self.create_reservation(stamp, new),
            Command::CommitReservation(id, request) => self.commit(stamp, &id, &request),
            Command::ReleaseReservation(id, request) => self.release(stamp, &id, &request),
            Command::ExtendReservation(id, request) => self.extend(stamp, &id, request),
            Command::AdjustBatch(changes) => self.adjust_batch(stamp, changes),
            Command::SetMirror(sku, availability) => self.set_mirror(stamp, &sku, &availability),
        }
    }

    fn item(&self, sku: &Sku) -> Answer<&ItemState> {
        self.items.get(sku).ok_or_else(|| {
            ProblemKind::UnknownSku
                .because(format!("no item {sku}"))
                .into()
        })
    }

    /// An item whose stock is owned here.
    fn stocked(&self, sku: &Sku) -> Answer<&ItemState> {
        let item = self.item(sku)?;
        if item.is_mirror() {
            let detail =
                format!("{sku} mirrors stock of the other side; only its owner changes it");
            return Err(ProblemKind::WrongOwner.because(detail).into());
        }
        Ok(item)
    }

    fn place(&mut self, mut card: CatalogueItem, now: Timestamp) {
        let stamp = Stamp {
            at: now,
            actor: "seed".into(),
            operation: "seed",
            key: None,
        };
        let sku = card.sku.clone();
        let lots = std::mem::take(&mut card.lots);
        self.truth.record(
            &stamp,
            Fact::ItemSeeded {
                sku: sku.clone(),
                kind: card.kind,
                unit: card.unit,
                time_zone: card.time_zone.clone(),
                safety_stock: card.safety_stock,
            },
        );
        self.items.insert(sku.clone(), ItemState::new(card, now));
        for lot in lots {
            self.place_lot(&stamp, &sku, lot);
        }
    }

    fn place_lot(&mut self, stamp: &Stamp, sku: &Sku, opening: OpeningLot) {
        let known = self
            .items
            .get(sku)
            .is_some_and(|item| item.lots.contains_key(&opening.lot));
        if !known {
            let dates = (opening.produced_on, opening.expires_on);
            self.open_lot(stamp, sku, &opening.lot, opening.status, dates);
        }
        let place = Place {
            lot: opening.lot,
            location: opening.location,
        };
        self.post(
            stamp,
            &Move {
                sku,
                place: &place,
                from: Account::Supplier,
                to: Account::OnHand,
                quantity: opening.quantity.max(Quantity::ZERO),
                cause: CauseKind::Seed,
                subject: None,
            },
        );
    }
}

/// Refuses a text whose length the document does not allow.
fn bounded(text: &str, most: usize, field: impl Fn() -> String) -> Answer<()> {
    let length = text.chars().take(most + 1).count();
    if (1..=most).contains(&length) {
        return Ok(());
    }
    Err(invalid(
        format!("must have 1 to {most} characters"),
        field(),
    ))
}

fn invalid(detail: impl Into<String>, field: impl Into<String>) -> Box<Problem> {
    Box::new(ProblemKind::InvalidRequest.because(detail).at(field))
}

/// A seed stands for its generator in snapshots.
mod keyed_by_seed {
    use seams::Keyed;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        keyed: &Keyed,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(keyed.seed())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Keyed, D::Error> {
        u64::deserialize(deserializer).map(Keyed::new)
    }
}
