//! The number a listing shows in the shop.
//!
//! Over its components: what eligible lots hold that nobody has a claim on, less the safety stock
//! that the vendor withholds of the item and less the mapping's, once each; floored to what one
//! selling unit takes; the scarcest component decides; floored to the order multiple; nothing when
//! that is below the minimum order. The arithmetic allocates nothing and looks nothing up but
//! through the two closures it is given.

#[cfg(test)]
mod tests;

use std::fmt;

use jiff::civil::Date;
use thiserror::Error;

use crate::catalogue::minimum_order::sellable;
use crate::catalogue::{Component, Listing};
use crate::lot::Stocked;
use crate::quantity::{Quantity, Units};
use crate::sku::{JerkySku, PolishSku};

/// The stock of one jerky item, as far as a listing is concerned.
#[derive(Clone, Copy, Debug)]
pub struct ItemStock<'a, L> {
    /// Its lots.
    pub lots: &'a [L],
    /// What the vendor withholds of the item as a whole. Lots do not deduct it.
    pub safety_stock: Quantity,
    /// The day in the warehouse's zone.
    pub today: Date,
}

/// A listing's number, and why it is no higher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    /// What the shop shows.
    pub units: Units,
    /// The scarcest component: its place in the listing.
    pub component: usize,
    /// Free stock of that component that the listing may use, in its base units.
    pub eligible: Quantity,
    /// Safety stock taken off it, the vendor's and the mapping's, in base units.
    pub withheld: Quantity,
    /// How many units that component allows.
    pub allowed: Units,
    /// The step that gave the number.
    pub step: Step,
}

/// The last step that lowered a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The component's own stock.
    Component,
    /// Flooring to the order multiple.
    OrderMultiple,
    /// Too little for a minimum order.
    MinimumOrder,
}

/// The stock of a component is not known yet. Publishing zero instead would wipe a listing for
/// want of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the stock of {} is not known, so {} has no number yet", component.sku(), listing.polish)]
pub struct UnknownStock<'c> {
    /// The listing.
    pub listing: &'c Listing,
    /// Its first component without known stock.
    pub component: &'c Component,
}

/// The number of `listing`: `item` gives the stock of a jerky item, `own` the `available` of a
/// product of the shop.
pub fn published<'c, 's, L: Stocked + 's>(
    listing: &'c Listing,
    item: impl Fn(&JerkySku) -> Option<ItemStock<'s, L>>,
    own: impl Fn(&PolishSku) -> Option<Units>,
) -> Result<Published, UnknownStock<'c>> {
    let mut scarcest = Published {
        units: Units::ZERO,
        component: 0,
        eligible: Quantity::ZERO,
        withheld: Quantity::ZERO,
        allowed: Units::MAX,
        step: Step::Component,
    };
    for (place, component) in listing.components.iter().enumerate() {
        let allowed = match component {
            Component::Jerky(part) => item(&part.sku).map(|stock| {
                let eligible = eligible(stock.lots, stock.today, listing.min_days);
                let withheld = stock
                    .safety_stock
                    .or_zero()
                    .saturating_add(part.safety_stock);
                (
                    eligible,
                    withheld,
                    part.need.units_from(eligible.less(withheld)),
                )
            }),
            Component::Own(part) => own(&part.sku).map(|available| {
                let eligible = Quantity::new(available.get());
                let withheld = Quantity::new(part.safety_stock.get());
                (eligible, withheld, part.allows(available))
            }),
        };
        let (eligible, withheld, allowed) = allowed.ok_or(UnknownStock { listing, component })?;
        if allowed < scarcest.allowed {
            scarcest = Published {
                component: place,
                eligible,
                withheld,
                allowed,
                ..scarcest
            };
        }
    }
    Ok(scarcest.rounded(listing))
}

/// The free stock of the lots that may be sold on `today` with at least `min_days` left.
pub fn eligible<L: Stocked>(lots: &[L], today: Date, min_days: u16) -> Quantity {
    lots.iter()
        .filter(|lot| lot.is_eligible(today, min_days))
        .map(Stocked::unreserved)
        .sum()
}

impl Published {
    /// The number and its reason in words, for reports.
    pub fn explained<'a>(&'a self, listing: &'a Listing) -> impl fmt::Display + 'a {
        Explanation {
            published: self,
            listing,
        }
    }

    fn rounded(self, listing: &Listing) -> Self {
        let units = sellable(self.allowed, listing.minimum_order, listing.order_multiple);
        let step = if units == self.allowed {
            Step::Component
        } else if units.is_positive() || self.allowed < listing.order_multiple {
            Step::OrderMultiple
        } else {
            Step::MinimumOrder
        };
        Self {
            units,
            step,
            ..self
        }
    }
}

struct Explanation<'a> {
    published: &'a Published,
    listing: &'a Listing,
}

impl fmt::Display for Explanation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Published {
            units,
            component,
            eligible,
            withheld,
            allowed,
            step,
        } = self.published;
        let sku = self
            .listing
            .components
            .get(*component)
            .map_or("no component", Component::sku);
        write!(
            f,
            "{units}: {sku} allows {allowed} ({eligible} eligible, {withheld} withheld)"
        )?;
        match step {
            Step::Component => Ok(()),
            Step::OrderMultiple => {
                write!(
                    f,
                    ", floored to multiples of {}",
                    self.listing.order_multiple
                )
            }
            Step::MinimumOrder => {
                write!(
                    f,
                    ", below the minimum order of {}",
                    self.listing.minimum_order
                )
            }
        }
    }
}
