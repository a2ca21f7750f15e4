//! What follows when goods that shipped lie in a lot that may not leave: it was recalled or has
//! expired, and no other lot has as much. The books wait for stock; the order's other lines do not.

use jiff::civil::Date;

use super::{
    demand::Owed,
    held::Held,
    item::Level,
    next::{Next, Trigger, Wait, World},
    order_saga::Case,
};
use crate::{
    expiry::is_usable,
    lot::LotStatus,
    outbox::{Command, ReservationPart},
    quantity::Quantity,
    sku::{LineId, LotId},
};

/// Commits each line by itself, a gift box with all its parts. A blocked line is passed over until
/// there is stock for it.
pub(super) fn commit<W: World>(case: &Case<'_, W>, held: &Held) -> Next {
    for (place, (shipment, _)) in case.facts.shipments.iter().enumerate() {
        for line in case.facts.lines.iter().map(|line| &line.line) {
            let parts: Vec<_> = parts(case, line)
                .map(|owed| (owed, uncommitted(case, owed, place + 1)))
                .filter(|(_, quantity)| quantity.is_positive())
                .collect();
            if parts.is_empty() || is_blocked(case, held, line, &parts) {
                continue;
            }
            let key = case.commit_key(held, shipment.as_str());
            let refusals = case.order.blocked.get(line).map_or(0, |line| line.refusals);
            let lines = parts.iter().map(|(owed, quantity)| ReservationPart {
                line: owed.held_line.clone(),
                quantity: *quantity,
            });
            let command = Command::Commit {
                order: case.order.id.clone(),
                reservation: held.id.clone(),
                shipment: shipment.clone(),
                lines: lines.collect(),
            };
            return Next::step(format!("{key}:{line}:{refusals}"), command);
        }
    }
    Next::Rest
}

/// The same, and woken when the stock of a blocked line changes.
pub(super) fn watch<W: World>(case: &Case<'_, W>, next: Next) -> Next {
    let blocked = case.order.blocked.keys();
    let on = blocked.flat_map(|line| parts(case, line));
    let on = on.filter(|owed| owed.rest(case.order, false).is_positive());
    let mut on: Vec<_> = on
        .map(|owed| Trigger::Stock(owed.component.sku.clone()))
        .collect();
    if on.is_empty() {
        return next;
    }
    match next {
        Next::Rest => Next::Wait(Wait {
            on,
            ..Wait::default()
        }),
        Next::Wait(mut wait) => {
            wait.on.append(&mut on);
            Next::Wait(wait)
        }
        step @ Next::Do(_) => step,
    }
}

fn parts<'c, W>(case: &'c Case<'_, W>, line: &LineId) -> impl Iterator<Item = &'c Owed<'c>> {
    case.owed.iter().filter(move |owed| owed.line.line == *line)
}

/// What the first `count` shipments took of it and nothing was committed for.
fn uncommitted<W>(case: &Case<'_, W>, owed: &Owed<'_>, count: usize) -> Quantity {
    let shipped = owed.shipped_until(case.facts, count);
    shipped.less(owed.committed(case.order))
}

fn is_blocked<W: World>(
    case: &Case<'_, W>,
    held: &Held,
    line: &LineId,
    parts: &[(&Owed<'_>, Quantity)],
) -> bool {
    let Some(blocked) = case.order.blocked.get(line) else {
        return false;
    };
    let level = |owed: &Owed<'_>| case.world.level(&owed.component.sku);
    let now: u64 = parts
        .iter()
        .filter_map(|(owed, _)| level(owed))
        .map(|level| level.sequence)
        .sum();
    let has_stock = |(owed, quantity): &(&Owed<'_>, Quantity)| {
        let today = case.world.today(&owed.component.sku);
        level(owed).is_some_and(|level| {
            let good = in_good_lots(held, &owed.held_line, level, today);
            level.sellable(today, 0) >= quantity.less(good)
        })
    };
    now <= blocked.seen || !parts.iter().all(has_stock)
}

/// How much a line holds in lots that may leave.
fn in_good_lots(held: &Held, line: &LineId, level: &Level, today: Date) -> Quantity {
    let may_leave = |lot: &LotId| {
        let mut lots = level.lots.iter().filter(|known| known.lot == *lot);
        lots.any(|lot| lot.status == LotStatus::Released && is_usable(lot.expires_on, today))
    };
    let parts = held.line(line).into_iter().flat_map(|line| &line.lots);
    let good = parts.filter(|part| may_leave(&part.lot));
    good.map(|part| part.quantity.less(part.committed)).sum()
}
