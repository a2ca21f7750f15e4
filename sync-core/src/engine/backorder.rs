//! What follows when the stock does not suffice: read it again once, then refuse, or wait for more.

use super::{
    demand::uncovered,
    next::{Next, Trigger, Wait, World},
    order_saga::{Case, INSUFFICIENT},
};
use crate::{
    outbox::{Command, ReserveLine},
    sku::{JerkySku, LineId},
    sometimes::{Mark, reached},
};

/// What follows. `lines` is what to reserve, or the lines for which no lots can be named.
pub(super) fn next<W: World>(
    case: &Case<'_, W>,
    lines: Result<Vec<ReserveLine>, Vec<LineId>>,
) -> Next {
    let (order, shortage) = (case.order, &case.order.shortage);
    let mut skus: Vec<JerkySku> = case
        .owed
        .iter()
        .map(|owed| owed.component.sku.clone())
        .collect();
    skus.dedup();
    if !shortage.reread {
        let key = format!("stock:{}:{}", order.id, order.generation);
        return Next::step(key, Command::ReadStock { skus });
    }
    let open = case.facts.is_open();
    let short = match &lines {
        Ok(_) => uncovered(order, case.owed, open, case.world),
        Err(short) => short.clone(),
    };
    let first = shortage.refusals <= 1;
    let mut seen = shortage.seen.iter();
    let moved = seen.any(|seen| seen.has_moved(|sku| case.world.level(sku)));
    // Goods that left without a reservation cannot be called back.
    let waits = case.may_wait() || !open;
    match lines {
        Ok(lines) if short.is_empty() && (first || moved && waits) => {
            if moved {
                reached(Mark::BackorderServed);
            }
            case.reserve_now(lines)
        }
        _ if waits => Next::Wait(Wait {
            on: skus.into_iter().map(Trigger::Stock).collect(),
            ..Wait::default()
        })
        .with("shortfall", INSUFFICIENT.to_owned()),
        _ => {
            let all = || case.facts.lines.iter().map(|line| line.line.clone());
            let short = if short.is_empty() {
                all().collect()
            } else {
                short
            };
            case.refuse(INSUFFICIENT, &short)
        }
    }
}
