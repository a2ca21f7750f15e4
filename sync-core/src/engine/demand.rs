//! What an order takes from the jerky warehouse, line by line of its reservation.

use super::{
    item::Level,
    next::World,
    order::{Line, Order, OrderFacts, Part},
};
use crate::{
    catalogue::{Catalogue, Criticality, JerkyComponent, Listing},
    fefo::Shelf,
    lot::Lot,
    outbox::{LotPick, ReserveLine},
    quantity::{Quantity, Units},
    sku::{JerkySku, LineId, PolishSku},
    vendor::polish::view::ProductKind,
};

/// One component of one line of an order: one line of its reservation.
#[derive(Clone, Debug)]
pub(super) struct Owed<'a> {
    pub(super) line: &'a Line,
    pub(super) listing: &'a Listing,
    pub(super) component: &'a JerkyComponent,
    /// The reservation's name for it.
    pub(super) held_line: LineId,
}

impl Owed<'_> {
    /// How much stock `units` of the line take.
    pub(super) fn stock(&self, units: Units) -> Quantity {
        self.component.need.stock_for(units)
    }

    /// How much of `parts` concerns it.
    fn units_in(&self, parts: &[Part]) -> Units {
        let mine = parts.iter().filter(|part| part.line == self.line.line);
        mine.map(|part| part.quantity).sum()
    }

    /// What shipment number `place` takes of it: the difference of two sums, so that what rounding
    /// adds to the parts never exceeds what it adds to the whole.
    pub(super) fn shipped(&self, facts: &OrderFacts, place: usize) -> Quantity {
        self.shipped_until(facts, place + 1)
            .less(self.shipped_until(facts, place))
    }

    /// What the first `count` shipments take of it.
    pub(super) fn shipped_until(&self, facts: &OrderFacts, count: usize) -> Quantity {
        let shipments = facts.shipments.iter().take(count);
        self.stock(shipments.map(|(_, parts)| self.units_in(parts)).sum())
    }

    /// What was committed for it so far, by any of the order's reservations.
    pub(super) fn committed(&self, order: &Order) -> Quantity {
        let lines = order
            .reservations
            .iter()
            .filter_map(|held| held.line(&self.held_line));
        lines.map(|line| line.committed).sum()
    }

    /// What has to leave the warehouse for it and has not been committed.
    pub(super) fn rest(&self, order: &Order, open: bool) -> Quantity {
        self.stock(self.line.wanted(open))
            .less(self.committed(order))
    }
}

/// All components of all lines that lie in the jerky warehouse.
pub(super) fn owed<'a>(facts: &'a OrderFacts, catalogue: &'a Catalogue) -> Vec<Owed<'a>> {
    let mut owed = Vec::with_capacity(facts.lines.len());
    for line in &facts.lines {
        let Some(listing) = catalogue.listing(&line.sku) else {
            continue;
        };
        for (place, component) in listing.jerky().enumerate() {
            owed.extend(held_line(line, listing, place).map(|held_line| Owed {
                line,
                listing,
                component,
                held_line,
            }));
        }
    }
    owed
}

/// The lines whose product nobody knows, or that is made of stock nobody mapped.
pub(super) fn unknown_lines<'a>(
    facts: &'a OrderFacts,
    world: &'a impl World,
) -> impl Iterator<Item = &'a Line> {
    facts
        .lines
        .iter()
        .filter(|line| !is_known(&line.sku, world))
}

/// Whether any listing in the order must never be oversold.
pub(super) fn is_strong(owed: &[Owed<'_>]) -> bool {
    owed.iter()
        .any(|owed| owed.listing.criticality == Criticality::Strong)
}

/// The lines to reserve, or those for which the stock known here is too short. Lots are named when
/// any listing promises a shelf life: the vendor knows of no such promise.
pub(super) fn reserve_lines(
    order: &Order,
    owed: &[Owed<'_>],
    open: bool,
    world: &impl World,
) -> Result<Vec<ReserveLine>, Vec<LineId>> {
    let directed = owed.iter().any(|owed| owed.listing.min_days > 0);
    let mut shelves: Vec<(&JerkySku, Shelf<'_, Lot>)> = Vec::new();
    let mut lines = Vec::with_capacity(owed.len());
    let mut short = Vec::new();
    for owed in owed {
        let quantity = owed.rest(order, open);
        if quantity.is_zero() {
            continue;
        }
        let mut lots = Vec::new();
        if directed {
            match pick(&mut shelves, owed, quantity, world) {
                Some(picks) => lots = picks,
                None => short.push(owed.line.line.clone()),
            }
        }
        lines.push(ReserveLine {
            line: owed.held_line.clone(),
            sku: owed.component.sku.clone(),
            quantity,
            unit: owed.component.unit.base(),
            lots,
        });
    }
    if short.is_empty() {
        Ok(lines)
    } else {
        Err(short)
    }
}

/// The order's lines that the stock known here does not cover, all lines together.
pub(super) fn uncovered(
    order: &Order,
    owed: &[Owed<'_>],
    open: bool,
    world: &impl World,
) -> Vec<LineId> {
    let mut left: Vec<(&JerkySku, Quantity)> = Vec::new();
    let mut short = Vec::new();
    for owed in owed {
        let sku = &owed.component.sku;
        let place = left.iter().position(|(known, _)| *known == sku);
        let place = place.unwrap_or_else(|| {
            let sellable = |level: &Level| level.sellable(world.today(sku), owed.listing.min_days);
            left.push((sku, world.level(sku).map_or(Quantity::ZERO, sellable)));
            left.len() - 1
        });
        let wanted = owed.rest(order, open);
        if let Some((_, free)) = left.get_mut(place) {
            if *free < wanted {
                short.push(owed.line.line.clone());
            }
            *free = free.less(wanted);
        }
    }
    short
}

fn pick<'w>(
    shelves: &mut Vec<(&'w JerkySku, Shelf<'w, Lot>)>,
    owed: &Owed<'w>,
    quantity: Quantity,
    world: &'w impl World,
) -> Option<Vec<LotPick>> {
    let sku = &owed.component.sku;
    let place = match shelves.iter().position(|(known, _)| *known == sku) {
        Some(place) => place,
        None => {
            let level = world.level(sku)?;
            shelves.push((sku, Shelf::new(&level.lots, world.today(sku))));
            shelves.len() - 1
        }
    };
    let (_, shelf) = shelves.get_mut(place)?;
    let picks = shelf.pick(quantity, owed.listing.min_days).ok()?;
    let picks = picks.into_iter().map(|pick| LotPick {
        lot: pick.lot,
        location: pick.location,
        quantity: pick.quantity,
    });
    Some(picks.collect())
}

fn is_known(sku: &PolishSku, world: &impl World) -> bool {
    if world.catalogue().listing(sku).is_some() {
        return true;
    }
    let facts = world
        .product(sku)
        .and_then(|product| product.facts.as_ref());
    facts.is_some_and(|facts| match facts.kind {
        ProductKind::Own => true,
        ProductKind::Resale => false,
        ProductKind::Kit => facts.components.iter().all(|part| {
            let part = world.product(part);
            part.is_some_and(|part| part.own_available().is_some())
        }),
    })
}

/// The order's line itself where one component lies in the warehouse; a kit numbers them.
fn held_line(line: &Line, listing: &Listing, place: usize) -> Option<LineId> {
    if listing.jerky().nth(1).is_none() {
        return Some(line.line.clone());
    }
    LineId::parse(&format!("{}.{}", line.line, place + 1)).ok()
}
