//! Kits: what so many of one take of each component. A listing of one component is a kit like any
//! other; how many can be made is in `published`.

use crate::catalogue::listing::{JerkyComponent, Listing, OwnComponent};
use crate::quantity::{Quantity, Units};

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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sku::PolishSku;

    fn part(need: i64, safety_stock: i64) -> OwnComponent {
        OwnComponent {
            sku: PolishSku::parse("NP-RED").unwrap(),
            need: Units::new(need),
            safety_stock: Units::new(safety_stock),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn a_part_allows_what_it_covers_and_no_more(
            need in 1..100i64,
            safety in 0..50i64,
            stock in 0..5_000i64,
        ) {
            let part = part(need, safety);
            let allowed = part.allows(Units::new(stock));
            let spare = Units::new(stock).less(Units::new(safety));
            prop_assert!(part.demand(allowed) <= spare);
            prop_assert!(part.demand(Units::new(allowed.get() + 1)) > spare);
        }
    }
}
