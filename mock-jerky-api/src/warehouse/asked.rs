//! A change as far as every kind of change reads it: unit, quantity, place.

use super::{
    Answer, invalid,
    item::ItemState,
    lot::{Lot, Place},
};
use crate::{
    ids::{Location, LotId},
    model::Change,
    problem::ProblemKind,
    quantity::{Quantity, Unit},
};

/// Where goods lie until somebody says better.
const DOCK: &str = "DOCK-1";

/// A change, read as far as every kind reads it.
pub(super) struct Asked {
    /// The unit of its quantities.
    pub(super) unit: Unit,
    quantity: Option<Answer<Quantity>>,
    place: Option<Place>,
}

impl Asked {
    pub(super) fn of(item: &ItemState, change: &Change) -> Self {
        let unit = change.unit.unwrap_or(item.unit());
        let read = |written| {
            item.read(written, unit).ok_or_else(|| {
                let (unit, own) = (unit.code(), item.unit().code());
                let detail = format!("{written} {unit} does not fit an item kept in {own}");
                ProblemKind::UnitMismatch
                    .because(detail)
                    .at("quantity")
                    .into()
            })
        };
        Self {
            unit,
            quantity: change.quantity.map(read),
            place: change.lot.clone().map(|lot| Place {
                location: change
                    .location
                    .clone()
                    .unwrap_or_else(|| usual_place(item.lots.get(&lot))),
                lot,
            }),
        }
    }

    pub(super) fn quantity(&self) -> Answer<Quantity> {
        self.quantity
            .clone()
            .unwrap_or_else(|| Err(invalid("how much?", "quantity")))
    }

    pub(super) fn above_zero(&self) -> Answer<Quantity> {
        let quantity = self.quantity()?;
        if quantity > Quantity::ZERO {
            return Ok(quantity);
        }
        Err(invalid("must be above zero", "quantity"))
    }

    pub(super) fn place(&self) -> Answer<&Place> {
        self.place
            .as_ref()
            .ok_or_else(|| invalid("which lot?", "lot"))
    }

    pub(super) fn lot_id<'a>(&self, change: &'a Change) -> Answer<&'a LotId> {
        change
            .lot
            .as_ref()
            .ok_or_else(|| invalid("which lot?", "lot"))
    }

    pub(super) fn lot_of<'a>(&self, item: &'a ItemState) -> Answer<&'a Lot> {
        let id = &self.place()?.lot;
        item.lots.get(id).ok_or_else(|| {
            let detail = format!("{} has no lot {id}", item.sku());
            ProblemKind::UnknownLot.because(detail).into()
        })
    }
}

/// The lot's one place, or the one with stock in it, or the dock.
pub(super) fn usual_place(lot: Option<&Lot>) -> Location {
    let bins = || lot.into_iter().flat_map(|lot| lot.bins.iter());
    let stocked = bins().find(|(_, bin)| bin.on_hand() > Quantity::ZERO);
    let place = stocked.or_else(|| bins().next());
    place.map_or_else(|| DOCK.into(), |(location, _)| location.clone())
}
