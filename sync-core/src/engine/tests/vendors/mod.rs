//! Two small vendors in memory, honest and complete enough to answer every command of the engine.
//! They say what happened as observations and remember keys, so a command repeated is applied once.

mod shop;
mod warehouse;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::{
    engine::Observation,
    outbox::{Command, Outcome, Reply},
    quantity::{Quantity, Units},
    sku::{JerkySku, LineId, OrderId, PolishSku, Warehouse},
    unit::Unit,
    vendor::{
        error::{PolishFault, Problem, Refusal},
        jerky::view::{BatchResultView, ItemKind, ItemView, MirrorView, ReservationView},
        polish::view::{ConfirmMode, OrderStatus, OrderView, ProductKind, ProductView},
    },
};

pub(super) fn jerky(text: &str) -> JerkySku {
    JerkySku::parse(text).unwrap()
}

pub(super) fn polish(text: &str) -> PolishSku {
    PolishSku::parse(text).unwrap()
}

pub(super) fn order(text: &str) -> OrderId {
    OrderId::parse(text).unwrap()
}

fn line(text: &str) -> LineId {
    LineId::parse(text).unwrap()
}

/// Both vendors.
#[derive(Clone, Debug, Default)]
pub(super) struct Vendors {
    pub(super) items: BTreeMap<JerkySku, Stock>,
    pub(super) reservations: Vec<ReservationView>,
    pub(super) mirrors: BTreeMap<JerkySku, MirrorView>,
    pub(super) products: BTreeMap<PolishSku, ProductView>,
    pub(super) orders: BTreeMap<OrderId, OrderView>,
    pub(super) said: Vec<Observation>,
    /// How far the warehouse's clock is ahead.
    pub(super) ahead: SignedDuration,
    replies: BTreeMap<String, Outcome>,
    applied_changes: BTreeMap<String, BatchResultView>,
    events: u64,
}

/// One lot of one item.
#[derive(Clone, Debug)]
pub(super) struct Stock {
    pub(super) sequence: u64,
    pub(super) on_hand: i64,
    pub(super) reserved: i64,
    pub(super) committed: i64,
    pub(super) quality_control: i64,
    pub(super) expires_on: Option<jiff::civil::Date>,
}

impl Stock {
    pub(super) fn free(&self) -> i64 {
        self.on_hand - self.reserved - self.committed - self.quality_control
    }
}

impl Vendors {
    pub(super) fn stock(&mut self, sku: &str, on_hand: i64) {
        let stock = Stock {
            sequence: 1,
            on_hand,
            reserved: 0,
            committed: 0,
            quality_control: 0,
            expires_on: None,
        };
        self.items.insert(jerky(sku), stock);
    }

    pub(super) fn product(&mut self, sku: &str, kind: ProductKind, confirm: ConfirmMode, n: i64) {
        let own = kind == ProductKind::Own;
        let view = ProductView {
            sku: polish(sku),
            kind,
            confirm,
            moq: Units::new(1),
            order_multiple: Units::new(1),
            components: Vec::new(),
            on_hand: own.then_some(Units::new(n)),
            allocated: own.then_some(Units::ZERO),
            available: Units::new(n),
            held: Units::ZERO,
            sellable: Units::new(n),
            active: true,
            version: 1,
            updated_at: Timestamp::UNIX_EPOCH,
        };
        self.products.insert(view.sku.clone(), view);
    }

    /// What a hub reads when it starts.
    pub(super) fn sweep(&self) -> Vec<Observation> {
        let items = self.items.keys().map(|sku| {
            Ok(ItemView {
                sku: sku.clone(),
                name: sku.to_string(),
                kind: ItemKind::Stocked,
                unit: Unit::Piece,
                warehouse: Warehouse::parse("WH-1").unwrap(),
                time_zone: "America/Chicago".into(),
                safety_stock: Quantity::ZERO,
                discontinued: false,
                sequence: 1,
            })
        });
        let levels = self.items.keys().map(|sku| Ok(self.level(sku)));
        vec![
            Observation::Items(items.collect()),
            Observation::Stock(levels.collect()),
            Observation::Products {
                rows: self.products.values().cloned().map(Ok).collect(),
                cursor: None,
            },
            Observation::Orders {
                rows: self.orders.values().cloned().map(Ok).collect(),
                cursor: None,
            },
            Observation::Reservations(self.reservations.iter().cloned().map(Ok).collect()),
            Observation::Swept(crate::engine::Swept::Products {
                seen: self.products.keys().cloned().collect(),
            }),
        ]
    }

    /// Carries a command out, or finds that its key was used before.
    pub(in crate::engine::tests) fn carry_out(
        &mut self,
        command: &Command,
        key: &str,
        now: Timestamp,
    ) -> Outcome {
        if let Some(reply) = self.replies.get(key)
            && command.is_frozen()
        {
            return reply.clone();
        }
        let outcome = self.apply(command, now);
        if command.is_frozen() {
            self.replies.insert(key.to_owned(), outcome.clone());
        }
        outcome
    }

    /// What asking about a command finds.
    pub(super) fn ask(&self, command: &Command) -> Outcome {
        match command {
            Command::Reserve { order, .. } => Outcome::Found(self.reservations_of(order)),
            Command::Commit { reservation, .. }
            | Command::Release { reservation, .. }
            | Command::Extend { reservation, .. } => {
                let found = self
                    .reservations
                    .iter()
                    .find(|view| view.id == *reservation);
                Outcome::Found(Reply::Reservation(Box::new(found.unwrap().clone())))
            }
            Command::Confirm { order }
            | Command::Reject { order, .. }
            | Command::Cancel { order, .. } => {
                Outcome::Found(Reply::Order(Box::new(self.orders[order].clone())))
            }
            Command::Publish { sku, .. } => {
                Outcome::Found(Reply::Product(Box::new(self.products[sku].clone())))
            }
            Command::PublishMirror { sku, .. } => match self.mirrors.get(sku) {
                Some(mirror) => Outcome::Found(Reply::Mirror(mirror.clone())),
                None => problem("not-found", 404),
            },
            _ => unreachable!("{command:?} is not asked about"),
        }
    }

    fn apply(&mut self, command: &Command, now: Timestamp) -> Outcome {
        let there = now + self.ahead;
        match command {
            Command::Reserve {
                order,
                ttl_seconds,
                lines,
                ..
            } => self.reserve(order, lines, there, SignedDuration::from_secs(*ttl_seconds)),
            Command::Commit {
                reservation,
                shipment,
                lines,
                ..
            } => self.commit(reservation, shipment, lines, now),
            Command::Release {
                reservation, lines, ..
            } => self.release(reservation, lines.as_deref()),
            Command::Extend {
                reservation,
                ttl_seconds,
                ..
            } => {
                let view = self
                    .reservations
                    .iter_mut()
                    .find(|view| view.id == *reservation);
                let view = view.unwrap();
                let end = there + SignedDuration::from_secs(*ttl_seconds);
                view.expires_at = view.expires_at.max(end);
                Outcome::Applied(Reply::Reservation(Box::new(view.clone())))
            }
            Command::Confirm { order } => self.answer_order(order, |view| match view.status {
                OrderStatus::Pending => {
                    view.status = OrderStatus::Confirmed;
                    view.ready_to_ship = true;
                    true
                }
                OrderStatus::Confirmed => {
                    view.ready_to_ship = true;
                    true
                }
                _ => false,
            }),
            Command::Reject { order, .. } => self.answer_order(order, |view| {
                let pending = view.status == OrderStatus::Pending;
                if pending {
                    view.status = OrderStatus::Rejected;
                }
                pending
            }),
            Command::Cancel { order, .. } => self.answer_order(order, |view| {
                let row = &mut view.lines[0];
                row.cancelled = row.quantity.less(row.fulfilled);
                view.status = OrderStatus::Cancelled;
                true
            }),
            Command::Adjust { changes } => Outcome::Applied(Reply::Batch(
                changes
                    .iter()
                    .map(|change| Ok(self.adjust(change)))
                    .collect(),
            )),
            Command::Publish {
                sku,
                available,
                if_match,
            } => {
                if if_match.is_some_and(|version| version != self.products[sku].version) {
                    return fault("version_mismatch", 412);
                }
                self.change_product(sku, |product| product.available = *available);
                Outcome::Applied(Reply::Product(Box::new(self.products[sku].clone())))
            }
            Command::PublishMirror {
                sku,
                quantity,
                source_sequence,
                ..
            } => {
                let view = MirrorView {
                    sku: sku.clone(),
                    quantity: *quantity,
                    source_sequence: *source_sequence,
                };
                if self
                    .mirrors
                    .get(sku)
                    .is_some_and(|known| known.source_sequence >= *source_sequence)
                {
                    return problem("stale-sequence", 409);
                }
                self.mirrors.insert(sku.clone(), view.clone());
                Outcome::Applied(Reply::Mirror(view))
            }
            _ => self.read(command),
        }
    }

    fn read(&self, command: &Command) -> Outcome {
        match command {
            Command::ReadOrder { order } => match self.orders.get(order) {
                Some(view) => Outcome::Applied(Reply::Order(Box::new(view.clone()))),
                None => fault("not_found", 404),
            },
            Command::ReadProduct { sku } => match self.products.get(sku) {
                Some(view) => Outcome::Applied(Reply::Product(Box::new(view.clone()))),
                None => fault("not_found", 404),
            },
            Command::ReadStock { skus } => {
                let known = skus.iter().filter(|sku| self.items.contains_key(*sku));
                Outcome::Applied(Reply::Stock(known.map(|sku| Ok(self.level(sku))).collect()))
            }
            Command::ReadReservations { order } => Outcome::Applied(self.reservations_of(order)),
            Command::ReadReservation { .. } => unreachable!("the engine lists them instead"),
            Command::ReadMirror { sku } => match self.mirrors.get(sku) {
                Some(mirror) => Outcome::Applied(Reply::Mirror(mirror.clone())),
                None => problem("not-found", 404),
            },
            _ => unreachable!("{command:?} is no read"),
        }
    }

    fn reservations_of(&self, order: &OrderId) -> Reply {
        let all = self.reservations.iter();
        let mine = all.filter(|view| view.reference == order.as_str());
        Reply::Reservations(mine.cloned().map(Ok).collect())
    }
}

pub(super) fn problem(slug: &str, status: u16) -> Outcome {
    Outcome::Refused(Refusal::Problem(Problem {
        slug: slug.into(),
        status,
        detail: String::new(),
        shortfalls: Vec::new(),
    }))
}

pub(super) fn fault(code: &str, status: u16) -> Outcome {
    let error = PolishFault {
        code: code.into(),
        message: String::new(),
        field: None,
        current_version: None,
    };
    Outcome::Refused(Refusal::Polish {
        status,
        errors: vec![error],
    })
}
