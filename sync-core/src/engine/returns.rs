//! What came back goes to the warehouse, line by line and once: into quality control, and from
//! there back on the shelf or, if its lot has expired meanwhile, out.

use std::collections::BTreeSet;

use super::{
    demand::Owed,
    held::HeldLot,
    next::{Next, World},
    order::ReturnedPart,
    order_saga::Case,
};
use crate::{
    expiry::is_usable,
    outbox::{Change, ChangeKind, Command},
    quantity::Quantity,
    sku::ReturnRef,
};

/// What follows: one batch for the first return that has not been brought in.
pub(super) fn next<W: World>(case: &Case<'_, W>) -> Next {
    for (place, (reference, parts)) in case.facts.returns.iter().enumerate() {
        let changes = changes(case, place, reference, parts);
        if changes.is_empty() {
            continue;
        }
        let (id, round) = (&case.order.id, case.order.rounds);
        return Next::step(
            format!("return:{id}:{reference}:{round}"),
            Command::Adjust { changes },
        );
    }
    Next::Rest
}

/// The changes of one return that were not answered for yet.
fn changes<W: World>(
    case: &Case<'_, W>,
    place: usize,
    reference: &ReturnRef,
    parts: &[ReturnedPart],
) -> Vec<Change> {
    let mut changes = Vec::new();
    for part in parts {
        for owed in case.owed.iter().filter(|owed| owed.line.line == part.line) {
            let before = returned_before(case, place, owed);
            let quantity = owed.component.need.stock_in(part.quantity);
            // Of what the books have not let go yet nobody knows which lot it came from.
            if owed.committed(case.order) < before.saturating_add(quantity) {
                continue;
            }
            for (number, (lot, quantity)) in lots(case, owed, before, quantity).enumerate() {
                let suffix = suffix(case, reference, owed, number);
                if !is_done(&case.order.returned, &suffix) {
                    push(case, &mut changes, owed, part, lot, quantity, &suffix);
                }
            }
        }
    }
    changes
}

/// What became of the changes of a batch, by their ids.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// Those with a definite answer.
    pub(super) answered: Vec<String>,
    /// Those that were refused because their lot may not leave.
    pub(super) ineligible: Vec<String>,
}

/// Notes which changes of a batch got a definite answer. A return is done when all movements
/// planned for it are: its lot's later expiry must not plan another.
pub(super) fn answered(returned: &mut BTreeSet<String>, planned: &[Change], answers: Answers) {
    let refused = |id: &String| Some(ineligible(id.strip_prefix("restock:")?));
    returned.extend(answers.ineligible.iter().filter_map(refused));
    returned.extend(answers.answered);
    // Goods that were only booked in may still be put somewhere.
    for change in planned
        .iter()
        .filter(|change| change.kind != ChangeKind::Return)
    {
        let suffix = suffix_of(&change.change_id);
        let mut same = planned
            .iter()
            .filter(|other| suffix_of(&other.change_id) == suffix);
        let is_stopped =
            change.kind == ChangeKind::Restock && returned.contains(&ineligible(suffix));
        if !is_stopped && same.all(|other| returned.contains(&other.change_id)) {
            returned.insert(done(suffix));
        }
    }
}

fn is_done(returned: &BTreeSet<String>, suffix: &str) -> bool {
    returned.contains(&done(suffix))
}

fn done(suffix: &str) -> String {
    format!("done:{suffix}")
}

/// Its lot may not leave, says the vendor.
fn ineligible(suffix: &str) -> String {
    format!("ineligible:{suffix}")
}

fn suffix_of(change_id: &str) -> &str {
    change_id
        .split_once(':')
        .map_or(change_id, |(_, suffix)| suffix)
}

/// Names one lot's share of one line of one return, for ever.
fn suffix<W>(case: &Case<'_, W>, reference: &ReturnRef, owed: &Owed<'_>, number: usize) -> String {
    let (order, line) = (&case.order.id, &owed.held_line);
    match number {
        0 => format!("{order}:{reference}:{line}"),
        more => format!("{order}:{reference}:{line}:{}", more + 1),
    }
}

fn push<W: World>(
    case: &Case<'_, W>,
    changes: &mut Vec<Change>,
    owed: &Owed<'_>,
    part: &ReturnedPart,
    lot: &HeldLot,
    quantity: Quantity,
    suffix: &str,
) {
    let sku = &owed.component.sku;
    let mut add = |kind: ChangeKind, name: &str| {
        let change_id = format!("{name}:{suffix}");
        if !case.order.returned.contains(&change_id) {
            changes.push(Change {
                change_id,
                kind,
                sku: sku.clone(),
                lot: Some(lot.lot.clone()),
                location: Some(lot.location.clone()),
                quantity,
                unit: owed.component.unit.base(),
                expires_on: None,
                reference: case.order.id.as_str().to_owned(),
                reason: format!("return of line {}", part.line),
            });
        }
    };
    add(ChangeKind::Return, "return");
    // What could not be booked in cannot be put anywhere, and the vendor would remember that no.
    if !case.order.returned.contains(&format!("return:{suffix}")) {
        return;
    }
    let today = case.world.today(sku);
    let is_ineligible = case.order.returned.contains(&ineligible(suffix));
    // The vendor's midnight may come before ours.
    let has_expired = is_ineligible && lot.expires_on == Some(today);
    if has_expired || !is_usable(lot.expires_on, today) {
        add(ChangeKind::Disposal, "dispose");
    } else if part.restock && !is_ineligible {
        add(ChangeKind::Restock, "restock");
    }
}

/// What of a line had come back before this return.
fn returned_before<W: World>(case: &Case<'_, W>, place: usize, owed: &Owed<'_>) -> Quantity {
    let earlier = case.facts.returns.iter().take(place);
    let parts = earlier.flat_map(|(_, parts)| parts);
    parts
        .filter(|part| part.line == owed.line.line)
        .map(|part| owed.component.need.stock_in(part.quantity))
        .sum()
}

/// The lots that `quantity` came from: those that left for the line, in the order in which they did,
/// after passing over what came back before.
fn lots<'a, W: World>(
    case: &'a Case<'_, W>,
    owed: &'a Owed<'_>,
    mut before: Quantity,
    mut quantity: Quantity,
) -> impl Iterator<Item = (&'a HeldLot, Quantity)> {
    let lines = case
        .order
        .reservations
        .iter()
        .filter_map(|held| held.line(&owed.held_line));
    lines.flat_map(|line| &line.left).filter_map(move |lot| {
        let left = lot.committed.less(before);
        before = before.less(lot.committed);
        let part = left.min(quantity);
        quantity = quantity.less(part);
        part.is_positive().then_some((lot, part))
    })
}
