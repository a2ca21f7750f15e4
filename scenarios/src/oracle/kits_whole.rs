//! S11: a kit's components move together or not at all.

use std::collections::BTreeMap;

use super::{
    Case, Findings, Invariant, Violation,
    history::{JerkyFact, Listing, ReservedLine},
    names::JerkySku,
    order::OrderState,
    timeline::Step,
    trail::Trail,
};

/// S11.
pub(super) const INVARIANT: Invariant = Invariant {
    code: "S11",
    name: "kits_whole",
    meaning: "A kit's components move together or not at all.",
    formula: "each reservation and commit for an order with a kit takes the same number of kits of every jerky component",
    reads: "jerky reservations, orders, mapping",
    check,
};

// Judged for orders in which no other line needs the kit's items: there each item's quantity tells
// how many kits it stands for. Counterexample for the rest: a box of 1 original and 1 hot besides a
// bag of original; a reservation of 2 original and 1 hot is whole.

fn check(case: &Case<'_>, findings: &mut Findings) {
    for trail in case.trails.values() {
        let Some(order) = case.orders.get(trail.id) else {
            continue;
        };
        for kit in kits(case, order) {
            findings.judged();
            moves_whole(trail, &kit, findings);
        }
    }
}

/// A kit's items with what one kit needs of each.
type Needs<'h> = Vec<(&'h JerkySku, i64)>;

fn kits<'h>(case: &Case<'h>, order: &OrderState<'_>) -> Vec<Needs<'h>> {
    let mapping = &case.history.mapping;
    let listings: Vec<&Listing> = order
        .lines
        .values()
        .filter_map(|line| mapping.listings.get(line.sku))
        .collect();
    let mut users: BTreeMap<&JerkySku, usize> = BTreeMap::new();
    for (item, _) in listings.iter().flat_map(|listing| listing.jerky_needs()) {
        *users.entry(item).or_default() += 1;
    }
    listings
        .into_iter()
        .map(|listing| listing.jerky_needs().collect::<Needs<'_>>())
        .filter(|needs| needs.len() > 1)
        .filter(|needs| needs.iter().all(|(item, _)| users.get(item) == Some(&1)))
        .collect()
}

fn moves_whole(trail: &Trail<'_>, kit: &Needs<'_>, findings: &mut Findings) {
    for (index, step) in trail.steps.iter().enumerate() {
        let Step::Jerky(fact) = step else {
            continue;
        };
        let (JerkyFact::Opened { lines, .. } | JerkyFact::Committed { lines, .. }) = &fact.what
        else {
            continue;
        };
        if !is_whole(lines, kit) {
            findings.violated(|| Violation {
                subject: format!("order {}", trail.id),
                at: fact.at,
                expected: format!("the same number of kits of each of {}", named(kit)),
                found: fact.what.to_string(),
                history: trail.told(index),
            });
            return;
        }
    }
}

fn is_whole(lines: &[ReservedLine], kit: &Needs<'_>) -> bool {
    let mut kits = kit.iter().map(|(item, need)| {
        let of_item = lines.iter().filter(|line| line.sku == **item);
        let quantity: i64 = of_item.map(|line| line.quantity).sum();
        (quantity / (*need).max(1), quantity % (*need).max(1))
    });
    let first = kits.next().unwrap_or_default();
    first.1 == 0 && kits.all(|kits| kits == first)
}

fn named(kit: &Needs<'_>) -> String {
    let parts: Vec<String> = kit
        .iter()
        .map(|(item, need)| format!("{need} of {item}"))
        .collect();
    parts.join(" + ")
}

#[cfg(test)]
mod tests {
    use crate::oracle::testing::{World, assert_holds, assert_violated};

    #[test]
    fn a_whole_kit_holds() {
        assert_holds("kits_whole", &World::quiet_day().end());
    }

    #[test]
    fn a_kit_reserved_without_one_component_breaks_it() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BOX", 1);
        world.reserve("ORD-9", &[("J1", "A", 50)]);
        let broken = assert_violated("kits_whole", &world.end(), "ORD-9");
        assert!(
            broken.expected.ends_with("50 of J1 + 100 of J2"),
            "{broken}"
        );
    }

    #[test]
    fn a_kit_committed_in_other_proportions_breaks_it() {
        let mut world = World::quiet_day();
        world.place("ORD-9", "BOX", 2);
        let id = world.reserve("ORD-9", &[("J1", "A", 100), ("J2", "C", 200)]);
        world.confirm("ORD-9");
        world.ship("ORD-9", "SHIP-9", 2);
        world.commit(&id, "SHIP-9", &[("J1", "A", 100), ("J2", "C", 100)]);
        let broken = assert_violated("kits_whole", &world.end(), "ORD-9");
        assert!(broken.found.contains("committed"), "{broken}");
    }
}
