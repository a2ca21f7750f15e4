//! Recounts on the shop's side, settled by the listing's conflict policy, each once.

use serde::{Deserialize, Serialize};

use super::product::Product;
use crate::{
    catalogue::{JerkyComponent, Listing, Resolution},
    outbox::{Change, ChangeKind},
    quantity::{Quantity, Units},
    vendor::polish::view::CountView,
};

/// What was made of a recount; kept, so that it is made once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    /// The owner's number stands and is published again.
    KeptOwner,
    /// The owner's stock is brought to the count.
    Taken(Change),
    /// A person has to look.
    Review(String),
    /// It cannot be true.
    Bad(String),
    /// An earlier one of its product is on its way to the owner.
    Waits,
}

/// Settles a recount against what the listing should show.
pub(super) fn decide(
    view: &CountView,
    listing: Option<&Listing>,
    product: Option<&Product>,
    largest: i64,
) -> Verdict {
    if !(0..=largest).contains(&view.counted.get())
        || view.counted.checked_sub(view.previous_available) != Some(view.delta)
    {
        return Verdict::Bad(format!(
            "counted {} after {} is no difference of {}",
            view.counted, view.previous_available, view.delta
        ));
    }
    // The shop's recount of its own stock is the owner's word: the product itself tells it.
    let Some(listing) = listing.filter(|listing| listing.direction.accepts_counts()) else {
        return Verdict::KeptOwner;
    };
    let Some(owner) = product.and_then(|product| product.desired) else {
        return Verdict::Review("the stock behind the listing is not known".to_owned());
    };
    let counted = view.counted;
    if counted.is_zero() && view.previous_available.is_zero() {
        // Nothing where nothing was shown is what a reply with all its numbers gone says, too.
        return Verdict::KeptOwner;
    }
    let is_newest = view.previous_available == owner;
    match listing.conflict.resolve(owner, counted, is_newest) {
        Resolution::KeepOwner => Verdict::KeptOwner,
        Resolution::Review => Verdict::Review(format!(
            "counted {counted} where the owner has {owner}, and the policy is review"
        )),
        Resolution::TakeCount => take(view, listing, counted.saturating_sub(owner)),
    }
}

fn take(view: &CountView, listing: &Listing, delta: Units) -> Verdict {
    let mut components = listing.jerky();
    match (components.next(), listing.is_kit()) {
        (Some(component), false) => Verdict::Taken(Change {
            change_id: format!("count:{}", view.id),
            kind: ChangeKind::Adjustment,
            sku: component.sku.clone(),
            // Nobody told the lots apart: the warehouse spreads it.
            lot: None,
            location: None,
            quantity: in_stock(component, delta),
            unit: component.unit.base(),
            expires_on: None,
            reference: view.reference.clone(),
            reason: format!("recount of {} in the shop", view.sku),
        }),
        _ => Verdict::Review("a recount of a kit cannot be shared out to its parts".to_owned()),
    }
}

/// Supply is floored and demand ceiled: what was found counts less, what is missing more.
fn in_stock(component: &JerkyComponent, delta: Units) -> Quantity {
    if delta.is_negative() {
        let missing = delta.checked_neg().unwrap_or(Units::MAX);
        Quantity::ZERO.saturating_sub(component.need.stock_for(missing))
    } else {
        component.need.stock_in(delta)
    }
}
