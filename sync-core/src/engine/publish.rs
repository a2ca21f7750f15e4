//! What a listing should show, and when to say so.
//!
//! A number is sent only when it differs from what the shop shows, so the echo of our own publish
//! leads to nothing, and only the newest number is ever sent.

use super::{
    item::Level,
    next::{Next, World},
    product::{Product, ProductFacts},
};
use crate::{
    catalogue::Listing,
    outbox::Command,
    published::{ItemStock, published},
    quantity::{Quantity, Units},
    sku::{JerkySku, PolishSku},
    sometimes::{Mark, reached},
    vendor::polish::view::{ConfirmMode, ProductKind, ProductView},
};

/// What becomes of a product that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    /// It is newer and good.
    Apply(ProductFacts),
    /// It says what is known, or less.
    Known,
    /// The shop's own stock is gone at once; a second reading will tell.
    Doubt(ProductFacts),
    /// It cannot be true.
    Bad(String),
}

/// Judges a product against what is known. Versions never go back.
pub(super) fn judge(product: &Product, view: &ProductView, largest: i64) -> Judgement {
    if let Err(reason) = check(view, largest) {
        return Judgement::Bad(reason);
    }
    let facts = ProductFacts::from(view);
    let Some(known) = &product.facts else {
        return Judgement::Apply(facts);
    };
    if facts.version < known.version || facts == *known {
        return Judgement::Known;
    }
    let wiped = facts.kind == ProductKind::Own
        && facts.available.is_zero()
        && known.available.is_positive();
    let reused = facts.version == known.version;
    if (wiped || reused) && product.doubt.as_ref() != Some(&facts) {
        return Judgement::Doubt(facts);
    }
    Judgement::Apply(facts)
}

/// What the formula gives for a listing. `unserved` is what orders that the shop confirmed by
/// itself will take of an item as soon as they are reserved.
pub(super) fn desired(
    listing: &Listing,
    world: &impl World,
    unserved: impl Fn(&JerkySku) -> Quantity,
) -> Option<Units> {
    let item = |sku: &JerkySku| {
        let level: &Level = world.level(sku)?;
        Some(ItemStock {
            lots: &level.lots,
            safety_stock: level.safety_stock.saturating_add(unserved(sku)),
            today: world.today(sku),
        })
    };
    let own = |sku: &PolishSku| world.product(sku)?.own_available();
    published(listing, item, own)
        .ok()
        .map(|published| published.units)
}

/// What follows for a product.
///
/// One that could not be read however often it was tried is not waited for: what is known of it may
/// still be true, and the version says whether it is. Nor is a recount that was given up.
pub(super) fn next(
    sku: &PolishSku,
    product: &Product,
    world: &impl World,
    is_dead: impl Fn(&str) -> bool,
) -> Next {
    if product.is_stale() {
        let key = format!("read:{sku}:{}", product.version());
        if product.is_outdated() || !is_dead(&key) {
            return Next::step(key, Command::ReadProduct { sku: sku.clone() });
        }
    }
    if let Next::Do(step) = recount(product)
        && !is_dead(&step.intention())
    {
        return Next::Do(step);
    }
    let (Some(desired), Some(facts)) = (product.desired, &product.facts) else {
        return Next::Rest;
    };
    if facts.available == desired || world.catalogue().listing(sku).is_none() {
        return Next::Rest;
    }
    wait_for_cause(product, facts, desired, world).or_else(|| {
        Next::step(
            format!("publish:{sku}:{}", facts.version),
            Command::Publish {
                sku: sku.clone(),
                available: desired,
                if_match: Some(facts.version),
            },
        )
    })
}

/// The shop lowered the number by itself: an order or a count is on its way here. Raising it again
/// before that arrives would sell the same stock twice. Lowering never waits.
fn wait_for_cause(
    product: &Product,
    facts: &ProductFacts,
    desired: Units,
    world: &impl World,
) -> Next {
    match product.foreign_until(world.policy().foreign_change_wait) {
        Some(until) if desired > facts.available && world.now() < until => {
            reached(Mark::ForeignNumber);
            let mut next = Next::sleep(until);
            if let Next::Wait(wait) = &mut next {
                wait.why = Some("for the cause of the shop's own change");
            }
            next
        }
        _ => Next::Rest,
    }
}

/// The oldest recount that was not answered for yet.
fn recount(product: &Product) -> Next {
    let Some(count) = product.counts.first() else {
        return Next::Rest;
    };
    let changes = count.changes.clone();
    Next::step(
        format!("count:{}:{}", count.count, product.rounds),
        Command::Adjust { changes },
    )
}

/// Whether the number a product shows is one that the shop changed by itself.
pub(super) fn is_foreign(product: &Product, listing: &Listing, facts: &ProductFacts) -> bool {
    facts.version > product.ours
        && product.ours > 0
        && (facts.confirm == ConfirmMode::Auto || listing.direction.accepts_counts())
        && product
            .facts
            .as_ref()
            .is_some_and(|known| known.available != facts.available)
}

fn check(view: &ProductView, largest: i64) -> Result<(), String> {
    let too_large = |units: Units| units.get() > largest || units.get() < -largest;
    for (name, units) in [("available", view.available), ("held", view.held)] {
        if too_large(units) {
            return Err(format!("{name} is {units}"));
        }
    }
    if view.held.is_negative() {
        return Err(format!("held is {}", view.held));
    }
    match (view.kind, view.on_hand, view.allocated) {
        (ProductKind::Own, Some(on_hand), Some(allocated)) => {
            if on_hand.is_negative() || allocated.is_negative() {
                return Err(format!("on_hand is {on_hand}, allocated {allocated}"));
            }
            if on_hand.checked_sub(allocated) == Some(view.available) {
                return Ok(());
            }
            Err(format!(
                "available is {}, but {on_hand} on hand less {allocated} allocated is not",
                view.available
            ))
        }
        (ProductKind::Own, _, _) => {
            Err("on_hand and allocated are missing from an own product".to_owned())
        }
        (ProductKind::Resale | ProductKind::Kit, _, _) if view.available.is_negative() => {
            Err(format!("available is {}", view.available))
        }
        (ProductKind::Resale | ProductKind::Kit, _, _) => Ok(()),
    }
}
