//! The catalogue as the jerky vendor opens with it.

use mock_jerky_api::{
    Catalogue as Opening, CatalogueItem, NotADecimal, OpeningLot, Quantity, Unit as VendorUnit,
    model::{ItemKind, LotStatus, Pack, Storage},
};

use super::Untellable;
use crate::plan::{Catalogue, Item, Lot, Mirror, Unit};

/// What the warehouse opens with.
///
/// # Errors
/// When the vendor does not know the time zone.
pub(in crate::sim) fn warehouse(catalogue: &Catalogue, zone: &str) -> Result<Opening, Untellable> {
    let stocked = catalogue.items.iter().map(|item| stocked(item, zone));
    let mirrored = catalogue.mirrors.iter().map(|item| mirrored(item, zone));
    let items = stocked.chain(mirrored).collect::<Result<_, _>>()?;
    Ok(Opening { items })
}

fn stocked(item: &Item, zone: &str) -> Result<CatalogueItem, Untellable> {
    let unit = unit(item.unit);
    let blank = CatalogueItem::stocked(&item.sku, unit, zone)
        .map_err(|error| Untellable(error.to_string()))?;
    let quantity = item.unit.decimal(item.pack.quantity);
    let (min_celsius, max_celsius) = item.celsius;
    Ok(CatalogueItem {
        name: item.name.as_str().into(),
        gtin: item.gtin.as_str().into(),
        packs: vec![Pack {
            code: item.pack.code.to_owned(),
            quantity: quantity
                .parse()
                .map_err(|error: NotADecimal| Untellable(error.to_string()))?,
        }],
        storage: Storage {
            min_celsius,
            max_celsius,
        },
        safety_stock: Quantity(item.safety_stock),
        lots: item.lots.iter().map(lot).collect(),
        ..blank
    })
}

fn lot(lot: &Lot) -> OpeningLot {
    OpeningLot {
        lot: lot.lot.as_str().into(),
        location: lot.location.as_str().into(),
        status: LotStatus::Released,
        produced_on: Some(lot.produced_on.into()),
        expires_on: lot.expires_on.map(Into::into),
        quantity: Quantity(lot.quantity),
    }
}

fn mirrored(item: &Mirror, zone: &str) -> Result<CatalogueItem, Untellable> {
    let blank = CatalogueItem::mirror(&item.sku, VendorUnit::H87, zone)
        .map_err(|error| Untellable(error.to_string()))?;
    Ok(CatalogueItem {
        name: item.name.as_str().into(),
        gtin: item.gtin.as_str().into(),
        kind: ItemKind::Mirror,
        ..blank
    })
}

fn unit(unit: Unit) -> VendorUnit {
    match unit {
        Unit::Kgm => VendorUnit::Kgm,
        Unit::Grm => VendorUnit::Grm,
        Unit::H87 => VendorUnit::H87,
    }
}
