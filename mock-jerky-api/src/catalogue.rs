//! What a warehouse opens with: items, and the lots on their shelves. Plain data, given by a
//! scenario or drawn by [`crate::Seed`].

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    date::{LotDate, Zone},
    ids::{Location, LotId, Sku},
    model::{ItemKind, LotStatus, Pack, Storage},
    quantity::{Quantity, Unit},
};

/// The opening stock of a warehouse.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Catalogue {
    /// The items, each SKU once; a later one replaces an earlier.
    pub items: Vec<CatalogueItem>,
}

/// An item and its lots. Quantities are base units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CatalogueItem {
    /// The vendor's name of it.
    pub sku: Sku,
    /// What people call it.
    pub name: Arc<str>,
    /// Who owns its stock.
    pub kind: ItemKind,
    /// GTIN with its check digit.
    pub gtin: Arc<str>,
    /// The unit of its quantities on the wire.
    pub unit: Unit,
    /// The packages it comes in.
    pub packs: Vec<Pack>,
    /// The conditions it is kept in.
    pub storage: Storage,
    /// The warehouse it lies in.
    pub warehouse: Arc<str>,
    /// The zone in which its lots expire.
    pub time_zone: Zone,
    /// What is withheld from its available stock.
    pub safety_stock: Quantity,
    /// No longer made.
    pub discontinued: bool,
    /// Its opening lots; none for a mirror.
    pub lots: Vec<OpeningLot>,
}

/// A lot in one place on the day of opening.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningLot {
    /// The lot. The same lot may lie in several places; its first entry tells status and dates.
    pub lot: LotId,
    /// The place.
    pub location: Location,
    /// Where it is in its life.
    pub status: LotStatus,
    /// When it was made.
    pub produced_on: Option<LotDate>,
    /// Its last usable day.
    pub expires_on: Option<LotDate>,
    /// How much lies there.
    pub quantity: Quantity,
}

impl CatalogueItem {
    /// A stocked item without lots, in Chicago, sold by `unit`: a start for explicit worlds.
    ///
    /// # Errors
    /// When the time zone is unknown.
    pub fn stocked(sku: &str, unit: Unit, time_zone: &str) -> Result<Self, crate::UnknownZone> {
        Ok(Self {
            sku: sku.into(),
            name: sku.into(),
            kind: ItemKind::Stocked,
            gtin: crate::seed::gtin(0).into(),
            unit,
            packs: Vec::new(),
            storage: Storage {
                min_celsius: 5,
                max_celsius: 25,
            },
            warehouse: "WH-1".into(),
            time_zone: time_zone.parse()?,
            safety_stock: Quantity::ZERO,
            discontinued: false,
            lots: Vec::new(),
        })
    }

    /// A mirror of stock that the other side owns.
    ///
    /// # Errors
    /// When the time zone is unknown.
    pub fn mirror(sku: &str, unit: Unit, time_zone: &str) -> Result<Self, crate::UnknownZone> {
        let mut item = Self::stocked(sku, unit, time_zone)?;
        item.kind = ItemKind::Mirror;
        Ok(item)
    }

    /// Adds a released lot.
    #[must_use]
    pub fn with_lot(mut self, lot: &str, expires_on: Option<LotDate>, quantity: Quantity) -> Self {
        self.lots.push(OpeningLot {
            lot: lot.into(),
            location: "A-01".into(),
            status: LotStatus::Released,
            produced_on: None,
            expires_on,
            quantity,
        });
        self
    }
}
