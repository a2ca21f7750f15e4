//! Two small vendors in memory, honest and complete enough to answer every command of the engine.
//! They say what happened as observations and remember keys, so a command repeated is applied once.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::{
    engine::Observation,
    lot::LotStatus,
    outbox::{Change, ChangeKind, Command, Outcome, Reply, ReservationPart, ReserveLine},
    quantity::{Quantity, Units},
    sku::{
        EventId, JerkySku, LineId, Location, LotId, OrderId, PolishSku, ReservationId, ReturnRef,
        ShipmentRef, Warehouse,
    },
    unit::Unit,
    vendor::{
        error::{PolishFault, Problem, Refusal},
        jerky::view::{
            AllocationView, BatchResultView, CauseView, CommitLineView, CommitView, ItemKind,
            ItemView, JerkyEventKind, JerkyEventView, LotView, MirrorView, ReservationLineView,
            ReservationState, ReservationView, StockLevelView,
        },
        polish::view::{
            ConfirmMode, LineQuantity, OrderLineView, OrderStatus, OrderView, PolishEventView,
            PolishTopic, ProductKind, ProductView, ReturnLineView, ReturnView, ShipmentView,
        },
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

    pub(super) fn level(&self, sku: &JerkySku) -> StockLevelView {
        let stock = &self.items[sku];
        let q = Quantity::new;
        let lot = LotView {
            lot: LotId::parse("L1").unwrap(),
            location: Location::parse("A-1").unwrap(),
            status: LotStatus::Released,
            produced_on: None,
            expires_on: stock.expires_on,
            on_hand: q(stock.on_hand),
            available: q(stock.free()),
            reserved: q(stock.reserved),
            committed: q(stock.committed),
            damaged: q(0),
            quality_control: q(stock.quality_control),
        };
        StockLevelView {
            sku: sku.clone(),
            unit: Unit::Piece,
            on_hand: lot.on_hand,
            available: lot.available,
            committed: lot.committed,
            reserved: lot.reserved,
            damaged: q(0),
            safety_stock: q(0),
            quality_control: lot.quality_control,
            sequence: stock.sequence,
            as_of: Timestamp::UNIX_EPOCH,
            lots: vec![lot],
        }
    }

    /// Changes an item and says so.
    pub(super) fn change(&mut self, sku: &JerkySku, cause: &str, by: impl FnOnce(&mut Stock)) {
        let stock = self.items.get_mut(sku).unwrap();
        by(stock);
        stock.sequence += 1;
        self.events += 1;
        let level = self.level(sku);
        let event = JerkyEventView {
            id: EventId::parse(&format!("evt_{}", self.events)).unwrap(),
            kind: JerkyEventKind::StockChanged,
            position: self.events,
            sku: sku.clone(),
            sequence: level.sequence,
            occurred_at: Timestamp::UNIX_EPOCH,
            cause: CauseView {
                kind: cause.into(),
                reference: None,
                actor: "test".into(),
            },
            stock: level,
            reservation: None,
        };
        self.said.push(Observation::JerkyWebhook {
            event: Box::new(event),
            raw: bytes::Bytes::from_static(b"{}"),
        });
    }

    fn tell(&mut self, topic: PolishTopic, resource: &str, version: u64) {
        self.events += 1;
        self.said.push(Observation::PolishWebhook(PolishEventView {
            id: EventId::parse(&format!("whk_{}", self.events)).unwrap(),
            topic,
            resource_id: resource.into(),
            version,
            occurred_at: Timestamp::UNIX_EPOCH,
        }));
    }

    pub(super) fn change_product(&mut self, sku: &PolishSku, by: impl FnOnce(&mut ProductView)) {
        let product = self.products.get_mut(sku).unwrap();
        by(product);
        product.version += 1;
        let version = product.version;
        self.tell(PolishTopic::ProductUpdated, sku.as_str(), version);
    }

    pub(super) fn place(&mut self, id: &str, sku: &str, quantity: i64, now: Timestamp) {
        let auto = self
            .products
            .get(&polish(sku))
            .is_some_and(|product| product.confirm == ConfirmMode::Auto);
        if auto && self.products[sku].available.get() < quantity {
            return; // The shop sells no more than it shows.
        }
        if auto {
            self.change_product(&polish(sku), |product| {
                product.available = Units::new(product.available.get() - quantity);
            });
        }
        let view = OrderView {
            id: order(id),
            status: if auto {
                OrderStatus::Confirmed
            } else {
                OrderStatus::Pending
            },
            reason: None,
            hold_expires_at: (!auto).then(|| now + SignedDuration::from_mins(30)),
            ready_to_ship: false,
            lines: vec![OrderLineView {
                line_id: line("1"),
                sku: polish(sku),
                quantity: Units::new(quantity),
                fulfilled: Units::ZERO,
                cancelled: Units::ZERO,
                returned: Units::ZERO,
                restocked: Units::ZERO,
            }],
            shipments: Vec::new(),
            returns: Vec::new(),
            cancellations: Vec::new(),
            version: 1,
            created_at: now,
            updated_at: now,
        };
        self.orders.insert(order(id), view);
        self.tell(PolishTopic::OrderCreated, id, 1);
    }

    fn change_order(&mut self, id: &OrderId, by: impl FnOnce(&mut OrderView)) {
        let order = self.orders.get_mut(id).unwrap();
        by(order);
        order.version += 1;
        let version = order.version;
        self.tell(PolishTopic::OrderUpdated, id.as_str(), version);
    }

    /// Ships up to `quantity`, if the shop lets the staff.
    pub(super) fn ship(&mut self, id: &str, quantity: i64, now: Timestamp) {
        let id = order(id);
        let Some(view) = self.orders.get(&id) else {
            return;
        };
        let row = &view.lines[0];
        let open = row.quantity.get() - row.fulfilled.get() - row.cancelled.get();
        let quantity = quantity.min(open);
        let live = matches!(
            view.status,
            OrderStatus::Confirmed | OrderStatus::PartiallyFulfilled
        );
        if !view.ready_to_ship || quantity <= 0 || !live {
            return;
        }
        let reference = ShipmentRef::parse(&format!("S{}", view.shipments.len() + 1)).unwrap();
        self.change_order(&id, |view| {
            view.shipments.push(ShipmentView {
                reference,
                shipped_at: now,
                lines: vec![LineQuantity {
                    line_id: line("1"),
                    quantity: Units::new(quantity),
                }],
            });
            let row = &mut view.lines[0];
            row.fulfilled = Units::new(row.fulfilled.get() + quantity);
            view.status = if quantity == open {
                OrderStatus::Fulfilled
            } else {
                OrderStatus::PartiallyFulfilled
            };
        });
    }

    pub(super) fn cancel(&mut self, id: &str) {
        let id = order(id);
        let Some(view) = self.orders.get(&id) else {
            return;
        };
        if matches!(
            view.status,
            OrderStatus::Fulfilled
                | OrderStatus::Returned
                | OrderStatus::Rejected
                | OrderStatus::Cancelled
        ) {
            return;
        }
        self.change_order(&id, |view| {
            let row = &mut view.lines[0];
            row.cancelled = Units::new(row.quantity.get() - row.fulfilled.get());
            view.status = if row.fulfilled.is_zero() {
                OrderStatus::Cancelled
            } else {
                OrderStatus::Fulfilled
            };
        });
    }

    /// Cancels the pending orders whose holds are over, as the shop does by itself.
    pub(super) fn end_holds(&mut self, now: Timestamp) {
        let over = self.orders.values().filter(|view| {
            view.status == OrderStatus::Pending
                && view.hold_expires_at.is_some_and(|end| end <= now)
        });
        for id in over.map(|view| view.id.to_string()).collect::<Vec<_>>() {
            self.cancel(&id);
        }
    }

    /// Takes back up to `quantity` of what was shipped, fit to be sold again.
    pub(super) fn take_back(&mut self, id: &str, quantity: i64, now: Timestamp) {
        let id = order(id);
        let Some(view) = self.orders.get(&id) else {
            return;
        };
        let row = &view.lines[0];
        let quantity = quantity.min(row.fulfilled.get() - row.returned.get());
        if quantity <= 0 {
            return;
        }
        let reference = ReturnRef::parse(&format!("R{}", view.returns.len() + 1)).unwrap();
        self.change_order(&id, |view| {
            view.returns.push(ReturnView {
                reference,
                returned_at: now,
                lines: vec![ReturnLineView {
                    line_id: line("1"),
                    quantity: Units::new(quantity),
                    restock: true,
                }],
            });
            let row = &mut view.lines[0];
            row.returned = Units::new(row.returned.get() + quantity);
            row.restocked = row.returned;
        });
    }

    /// Carries a command out, or finds that its key was used before.
    pub(super) fn carry_out(&mut self, command: &Command, key: &str, now: Timestamp) -> Outcome {
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
        match command {
            Command::Reserve {
                order,
                ttl_seconds,
                lines,
                ..
            } => self.reserve(order, lines, now, SignedDuration::from_secs(*ttl_seconds)),
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
                view.expires_at = now + SignedDuration::from_secs(*ttl_seconds);
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
        }
    }

    fn reservations_of(&self, order: &OrderId) -> Reply {
        let all = self.reservations.iter();
        let mine = all.filter(|view| view.reference == order.as_str());
        Reply::Reservations(mine.cloned().map(Ok).collect())
    }

    fn answer_order(&mut self, id: &OrderId, by: impl FnOnce(&mut OrderView) -> bool) -> Outcome {
        let mut view = self.orders[id].clone();
        let before = view.clone();
        if !by(&mut view) {
            return fault("invalid_state", 409);
        }
        if view != before {
            self.change_order(id, |known| *known = view);
        }
        Outcome::Applied(Reply::Order(Box::new(self.orders[id].clone())))
    }

    fn reserve(
        &mut self,
        order: &OrderId,
        lines: &[ReserveLine],
        now: Timestamp,
        ttl: SignedDuration,
    ) -> Outcome {
        let mut wanted: BTreeMap<&JerkySku, i64> = BTreeMap::new();
        for line in lines {
            *wanted.entry(&line.sku).or_default() += line.quantity.get();
        }
        if wanted
            .iter()
            .any(|(sku, quantity)| self.items[*sku].free() < *quantity)
        {
            return problem("insufficient-stock", 409);
        }
        for (sku, quantity) in &wanted {
            self.change(sku, "reservation", |stock| stock.reserved += quantity);
        }
        let lot = |line: &ReserveLine| AllocationView {
            lot: LotId::parse("L1").unwrap(),
            location: Location::parse("A-1").unwrap(),
            quantity: line.quantity,
            committed: Quantity::ZERO,
            expires_on: self.items[&line.sku].expires_on,
        };
        let view = ReservationView {
            id: ReservationId::parse(&format!("res_{}", self.reservations.len() + 1)).unwrap(),
            reference: order.to_string(),
            state: ReservationState::Pending,
            expires_at: now + ttl,
            created_at: now,
            lines: lines
                .iter()
                .map(|line| ReservationLineView {
                    line_id: line.line.clone(),
                    sku: line.sku.clone(),
                    unit: line.unit,
                    quantity: line.quantity,
                    committed: Quantity::ZERO,
                    released: Quantity::ZERO,
                    allocations: vec![lot(line)],
                })
                .collect(),
            commits: Vec::new(),
            stock: Vec::new(),
            unreadable: Vec::new(),
        };
        self.reservations.push(view.clone());
        self.with_levels(view)
    }

    fn with_levels(&self, mut view: ReservationView) -> Outcome {
        view.stock = view
            .lines
            .iter()
            .map(|line| self.level(&line.sku))
            .collect();
        Outcome::Applied(Reply::Reservation(Box::new(view)))
    }

    fn resolve(
        &mut self,
        id: &ReservationId,
        parts: &[ReservationPart],
        cause: &str,
        by: impl Fn(&mut ReservationLineView, &mut Stock, i64),
    ) -> usize {
        let place = self
            .reservations
            .iter()
            .position(|view| view.id == *id)
            .unwrap();
        let mut view = self.reservations[place].clone();
        for part in parts {
            let row = view
                .lines
                .iter_mut()
                .find(|row| row.line_id == part.line)
                .unwrap();
            let open = row.quantity.less(row.committed).less(row.released);
            assert!(part.quantity <= open, "{id} resolves more than is open");
            self.change(&row.sku.clone(), cause, |stock| {
                by(row, stock, part.quantity.get())
            });
        }
        let resolved =
            |row: &ReservationLineView| row.committed.saturating_add(row.released) == row.quantity;
        if view.lines.iter().all(resolved) {
            view.state = if view.lines.iter().any(|row| row.committed.is_positive()) {
                ReservationState::Committed
            } else {
                ReservationState::Released
            };
        }
        self.reservations[place] = view;
        place
    }

    fn commit(
        &mut self,
        id: &ReservationId,
        shipment: &ShipmentRef,
        parts: &[ReservationPart],
        now: Timestamp,
    ) -> Outcome {
        let place = self.resolve(id, parts, "commit", |row, stock, quantity| {
            row.committed = Quantity::new(row.committed.get() + quantity);
            row.allocations[0].committed = row.committed;
            stock.reserved -= quantity;
            stock.on_hand -= quantity;
        });
        let view = &mut self.reservations[place];
        view.commits.push(CommitView {
            reference: shipment.to_string(),
            at: now,
            lines: parts
                .iter()
                .map(|part| CommitLineView {
                    line_id: part.line.clone(),
                    quantity: part.quantity,
                })
                .collect(),
        });
        let view = view.clone();
        self.with_levels(view)
    }

    fn release(&mut self, id: &ReservationId, parts: Option<&[ReservationPart]>) -> Outcome {
        let view = self
            .reservations
            .iter()
            .find(|view| view.id == *id)
            .unwrap();
        if view.state != ReservationState::Pending {
            return problem("reservation-resolved", 409);
        }
        let all: Vec<_> = view
            .lines
            .iter()
            .map(|row| ReservationPart {
                line: row.line_id.clone(),
                quantity: row.quantity.less(row.committed).less(row.released),
            })
            .collect();
        let parts = parts.map_or(all, <[_]>::to_vec);
        let place = self.resolve(id, &parts, "release", |row, stock, quantity| {
            row.released = Quantity::new(row.released.get() + quantity);
            stock.reserved -= quantity;
        });
        self.with_levels(self.reservations[place].clone())
    }

    /// Lets every pending reservation end, as at the end of its time to live.
    pub(super) fn expire(&mut self, now: Timestamp) {
        for place in 0..self.reservations.len() {
            let view = &self.reservations[place];
            if view.state != ReservationState::Pending || view.expires_at > now {
                continue;
            }
            let id = view.id.clone();
            let _ = self.release(&id, None);
            self.reservations[place].state = ReservationState::Expired;
        }
    }

    fn adjust(&mut self, change: &Change) -> BatchResultView {
        if let Some(known) = self.applied_changes.get(&change.change_id) {
            return BatchResultView {
                replayed: true,
                ..known.clone()
            };
        }
        let quantity = change.quantity.get();
        self.change(&change.sku, "adjustment", |stock| match change.kind {
            ChangeKind::Adjustment => stock.on_hand += quantity,
            ChangeKind::Return => {
                stock.on_hand += quantity;
                stock.quality_control += quantity;
            }
            ChangeKind::Restock => stock.quality_control -= quantity,
            ChangeKind::Disposal => {
                stock.quality_control -= quantity;
                stock.on_hand -= quantity;
            }
        });
        let result = BatchResultView {
            change_id: change.change_id.clone(),
            status: 200,
            replayed: false,
            sequence: None,
            stock: Some(self.level(&change.sku)),
            problem: None,
        };
        self.applied_changes
            .insert(change.change_id.clone(), result.clone());
        result
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
