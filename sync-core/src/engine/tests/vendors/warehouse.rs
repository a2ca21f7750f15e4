//! The warehouse: levels, reservations, adjustments.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{Stock, Vendors, problem};
use crate::{
    engine::Observation,
    lot::LotStatus,
    outbox::{Change, ChangeKind, Outcome, Reply, ReservationPart, ReserveLine},
    quantity::Quantity,
    sku::{EventId, JerkySku, Location, LotId, OrderId, ReservationId, ShipmentRef},
    unit::Unit,
    vendor::jerky::view::{
        AllocationView, BatchResultView, CauseView, CommitLineView, CommitView, JerkyEventKind,
        JerkyEventView, LotView, ReservationLineView, ReservationState, ReservationView,
        StockLevelView,
    },
};

impl Vendors {
    pub(in crate::engine::tests) fn level(&self, sku: &JerkySku) -> StockLevelView {
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
    pub(in crate::engine::tests) fn change(
        &mut self,
        sku: &JerkySku,
        cause: &str,
        by: impl FnOnce(&mut Stock),
    ) {
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

    pub(super) fn reserve(
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

    pub(super) fn with_levels(&self, mut view: ReservationView) -> Outcome {
        view.stock = view
            .lines
            .iter()
            .map(|line| self.level(&line.sku))
            .collect();
        Outcome::Applied(Reply::Reservation(Box::new(view)))
    }

    pub(super) fn resolve(
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
                by(row, stock, part.quantity.get());
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

    pub(super) fn commit(
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

    pub(super) fn release(
        &mut self,
        id: &ReservationId,
        parts: Option<&[ReservationPart]>,
    ) -> Outcome {
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
            let kept = row.quantity.less(row.released);
            row.allocations[0].quantity = kept;
            row.allocations.retain(|part| part.quantity.is_positive());
            stock.reserved -= quantity;
        });
        self.with_levels(self.reservations[place].clone())
    }

    /// Lets every pending reservation end, as at the end of its time to live.
    pub(in crate::engine::tests) fn expire(&mut self, now: Timestamp) {
        for place in 0..self.reservations.len() {
            let view = &self.reservations[place];
            if view.state != ReservationState::Pending || view.expires_at > now + self.ahead {
                continue;
            }
            let id = view.id.clone();
            let _ = self.release(&id, None);
            self.reservations[place].state = ReservationState::Expired;
        }
    }

    pub(super) fn adjust(&mut self, change: &Change) -> BatchResultView {
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
