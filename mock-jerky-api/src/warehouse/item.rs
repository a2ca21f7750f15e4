//! An item: its card, its lots, and the levels that follow from them.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use super::lot::Lot;
use crate::{
    catalogue::CatalogueItem,
    ids::{Actor, LotId, Sku},
    model::{Item, ItemKind, LotLevel, Mirror, StockLevel},
    quantity::{Amount, Decimal, Quantity, Unit},
    truth::Account,
};

/// An item and everything on its shelves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct ItemState {
    /// As the catalogue gave it; its opening lots live in `lots`.
    pub(super) card: CatalogueItem,
    pub(super) sequence: u64,
    pub(super) updated_at: Timestamp,
    pub(super) lots: BTreeMap<LotId, Lot>,
    pub(super) mirror: MirrorState,
}

/// What the owner of a mirrored item told last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct MirrorState {
    pub(super) quantity: Quantity,
    pub(super) source_sequence: u64,
    pub(super) updated_by: Option<Actor>,
}

impl ItemState {
    pub(super) fn new(mut card: CatalogueItem, now: Timestamp) -> Self {
        card.lots = Vec::new();
        Self {
            card,
            sequence: 1,
            updated_at: now,
            lots: BTreeMap::new(),
            mirror: MirrorState::default(),
        }
    }

    pub(super) fn sku(&self) -> &Sku {
        &self.card.sku
    }

    pub(super) fn unit(&self) -> Unit {
        self.card.unit
    }

    pub(super) fn is_mirror(&self) -> bool {
        self.card.kind == ItemKind::Mirror
    }

    pub(super) fn amount(&self, quantity: Quantity) -> Amount {
        Amount::new(quantity, self.unit())
    }

    pub(super) fn today(&self, now: Timestamp) -> Date {
        self.card.time_zone.today(now)
    }

    /// What a caller wrote, in base units; `None` where it does not fit this item.
    pub(super) fn read(&self, written: Decimal, unit: Unit) -> Option<Quantity> {
        let same_kind = unit.base() == self.unit().base();
        same_kind.then(|| written.in_base_of(unit)).flatten()
    }

    /// The item as it travels.
    pub(super) fn view(&self) -> Item {
        let card = &self.card;
        Item {
            sku: card.sku.clone(),
            name: card.name.clone(),
            kind: card.kind,
            gtin: card.gtin.clone(),
            unit: card.unit,
            packs: card.packs.clone(),
            storage: card.storage,
            warehouse: card.warehouse.clone(),
            time_zone: card.time_zone.clone(),
            safety_stock: self.amount(card.safety_stock),
            discontinued: card.discontinued,
            sequence: self.sequence,
            updated_at: self.updated_at,
        }
    }

    pub(super) fn mirror_view(&self) -> Mirror {
        Mirror {
            sku: self.card.sku.clone(),
            quantity: self.amount(self.mirror.quantity),
            unit: self.unit(),
            source_sequence: self.mirror.source_sequence,
            sequence: self.sequence,
            updated_by: self.mirror.updated_by.clone(),
            updated_at: self.updated_at,
        }
    }

    /// Every lot in every place, sold-out ones included.
    pub(super) fn lot_levels(&self, now: Timestamp) -> impl Iterator<Item = LotLevel> {
        let today = self.today(now);
        self.lots.iter().flat_map(move |(id, lot)| {
            let places = lot.bins.keys();
            places.map(move |location| self.lot_level(id, lot, location, today))
        })
    }

    /// The level at `now`, which alone decides what has expired.
    pub(super) fn level(&self, now: Timestamp) -> StockLevel {
        let mut totals = self.lot_totals(now);
        if self.is_mirror() {
            totals.available = self.mirror.quantity;
            totals.on_hand = self.mirror.quantity;
        }
        let withheld = self.card.safety_stock.min(totals.available).at_least_zero();
        StockLevel {
            sku: self.card.sku.clone(),
            warehouse: self.card.warehouse.clone(),
            unit: self.unit(),
            on_hand: self.amount(totals.on_hand),
            available: self.amount(totals.available - withheld),
            committed: self.amount(totals.committed),
            reserved: self.amount(totals.reserved),
            damaged: self.amount(totals.damaged),
            safety_stock: self.amount(withheld),
            quality_control: self.amount(totals.quality_control),
            sequence: self.sequence,
            as_of: now,
            lots: totals.lots,
        }
    }

    fn lot_totals(&self, now: Timestamp) -> Totals {
        let mut totals = Totals::default();
        for row in self.lot_levels(now) {
            if row.on_hand.quantity() != Quantity::ZERO {
                totals.add(row);
            }
        }
        totals
    }

    fn lot_level(
        &self,
        id: &LotId,
        lot: &Lot,
        location: &crate::Location,
        today: Date,
    ) -> LotLevel {
        let bin = lot.bin(location);
        let shelf = bin.balance(Account::OnHand);
        let judged = bin.balance(Account::QualityControl);
        let (available, quality_control) = if lot.is_eligible(today) {
            (shelf, judged)
        } else {
            (Quantity::ZERO, judged + shelf)
        };
        LotLevel {
            lot: id.clone(),
            location: location.clone(),
            status: lot.status,
            produced_on: lot.produced_on,
            expires_on: lot.expires_on,
            on_hand: self.amount(bin.on_hand()),
            available: self.amount(available),
            reserved: self.amount(bin.balance(Account::Reserved)),
            committed: self.amount(bin.balance(Account::Committed)),
            damaged: self.amount(bin.balance(Account::Damaged)),
            quality_control: self.amount(quality_control),
        }
    }
}

#[derive(Default)]
struct Totals {
    on_hand: Quantity,
    available: Quantity,
    reserved: Quantity,
    committed: Quantity,
    damaged: Quantity,
    quality_control: Quantity,
    lots: Vec<LotLevel>,
}

impl Totals {
    fn add(&mut self, row: LotLevel) {
        self.on_hand += row.on_hand.quantity();
        self.available += row.available.quantity();
        self.reserved += row.reserved.quantity();
        self.committed += row.committed.quantity();
        self.damaged += row.damaged.quantity();
        self.quality_control += row.quality_control.quantity();
        self.lots.push(row);
    }
}
