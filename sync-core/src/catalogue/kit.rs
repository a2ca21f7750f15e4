//! Kits: how many can be made of what is there, and what so many take. A listing of one component
//! is a kit like any other.

use crate::catalogue::listing::{JerkyComponent, Listing, OwnComponent};
use crate::quantity::{Quantity, Units};

/// How many kits the scarcest component allows: `min ⌊available/need⌋` over what each component
/// allows by itself. `None` for no component, which allows no conclusion.
pub fn makeable(allowed: impl IntoIterator<Item = Units>) -> Option<Units> {
    allowed.into_iter().min().map(Units::or_zero)
}

/// What `units` of `listing` take from the jerky warehouse: all of it or none.
pub fn jerky_demand(
    listing: &Listing,
    units: Units,
) -> impl Iterator<Item = (&JerkyComponent, Quantity)> {
    listing
        .jerky()
        .map(move |component| (component, component.need.stock_for(units)))
}

/// What `units` of `listing` take of the shop's own stock; held at the end of the range.
pub fn own_demand(listing: &Listing, units: Units) -> impl Iterator<Item = (&OwnComponent, Units)> {
    listing
        .own()
        .map(move |component| (component, component.demand(units)))
}

impl JerkyComponent {
    /// How many selling units `supply` allows, after this listing's safety stock.
    pub fn allows(&self, supply: Quantity) -> Units {
        self.need.units_from(supply.less(self.safety_stock))
    }
}

impl OwnComponent {
    /// How many selling units `available` allows, after this listing's safety stock.
    pub fn allows(&self, available: Units) -> Units {
        let supply = available.less(self.safety_stock).get();
        Units::new(supply / self.need.get().max(1))
    }

    /// How many of the product `units` of the listing take; held at the end of the range.
    pub fn demand(&self, units: Units) -> Units {
        units.checked_mul(self.need.get()).unwrap_or(Units::MAX)
    }
}
