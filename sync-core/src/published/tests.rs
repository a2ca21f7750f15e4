//! The published number against the rules it stands for.

use jiff::ToSpan;
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::catalogue::{ConflictPolicy, Criticality, Direction, JerkyComponent, OwnComponent};
use crate::factor::Factor;
use crate::lot::{Lot, LotStatus};
use crate::sku::{Location, LotId};
use crate::unit::Unit;

const TODAY: Date = date(2026, 6, 15);

fn lot(status: LotStatus, days: Option<i64>, on_hand: i64, reserved: i64) -> Lot {
    Lot {
        lot: LotId::parse("L1").unwrap(),
        location: Location::parse("A-1").unwrap(),
        status,
        expires_on: days.map(|days| TODAY.saturating_add(days.days())),
        on_hand: Quantity::new(on_hand),
        reserved: Quantity::new(reserved),
        committed: Quantity::ZERO,
        damaged: Quantity::ZERO,
        quality_control: Quantity::ZERO,
    }
}

fn jerky(sku: &str, need: (i64, i64), safety_stock: i64) -> Component {
    Component::Jerky(JerkyComponent {
        sku: JerkySku::parse(sku).unwrap(),
        need: Factor::new(need.0, need.1).unwrap(),
        unit: Unit::Gram,
        safety_stock: Quantity::new(safety_stock),
    })
}

fn own(sku: &str, need: i64) -> Component {
    Component::Own(OwnComponent {
        sku: PolishSku::parse(sku).unwrap(),
        need: Units::new(need),
        safety_stock: Units::ZERO,
    })
}

fn listing(components: Vec<Component>, multiple: i64, minimum: i64, min_days: u16) -> Listing {
    Listing {
        polish: PolishSku::parse("BOX").unwrap(),
        components,
        order_multiple: Units::new(multiple),
        minimum_order: Units::new(minimum),
        min_days,
        criticality: Criticality::Strong,
        direction: Direction::JerkyToPolish,
        conflict: ConflictPolicy::OwnerWins,
    }
}

fn number(listing: &Listing, lots: &[Lot], vendor_safety: i64, own: i64) -> Published {
    let item = |_: &JerkySku| {
        Some(ItemStock {
            lots,
            safety_stock: Quantity::new(vendor_safety),
            today: TODAY,
        })
    };
    published(listing, item, |_| Some(Units::new(own))).unwrap()
}

fn some_lot() -> impl Strategy<Value = Lot> {
    let status = prop::sample::select(&[LotStatus::Released, LotStatus::OnHold][..]);
    (
        status,
        prop::option::of(-3..40i64),
        -10..2_000i64,
        0..500i64,
    )
        .prop_map(|(status, days, on_hand, reserved)| lot(status, days, on_hand, reserved))
}

fn some_listing() -> impl Strategy<Value = Listing> {
    let needs = prop::collection::vec((1..80i64, 1..4i64, 0..200i64), 1..4);
    (needs, 1..5i64, 1..12i64, 0..30u16).prop_map(|(needs, multiple, minimum, min_days)| {
        let part = |(n, d, safety)| jerky("JRK", (n, d), safety);
        listing(
            needs.into_iter().map(part).collect(),
            multiple,
            minimum,
            min_days,
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_is_published_can_be_ordered_and_is_there(
        listing in some_listing(),
        lots in prop::collection::vec(some_lot(), 0..6),
        safety in 0..300i64,
    ) {
        let units = number(&listing, &lots, safety, 0).units;
        prop_assert!(units.is_zero() || units >= listing.minimum_order);
        prop_assert_eq!(units.get() % listing.order_multiple.get(), 0);
        let free = eligible(&lots, TODAY, listing.min_days).get();
        for part in listing.jerky() {
            let taken = part.need.stock_for(units).get();
            let kept = if units.is_zero() { 0 } else { safety + part.safety_stock.get() };
            prop_assert!(taken + kept <= free.max(0));
        }
    }

    #[test]
    fn no_larger_order_would_have_been_possible(
        listing in some_listing(),
        lots in prop::collection::vec(some_lot(), 0..6),
        safety in 0..300i64,
    ) {
        let units = number(&listing, &lots, safety, 0).units.get();
        let multiple = listing.order_multiple.get();
        let next = (units + multiple).max((listing.minimum_order.get() + multiple - 1) / multiple * multiple);
        let free = eligible(&lots, TODAY, listing.min_days).get();
        let covers = |part: &JerkyComponent| {
            part.need.stock_for(Units::new(next)).get() + part.safety_stock.get() + safety <= free
        };
        prop_assert!(!listing.jerky().all(covers));
    }

    #[test]
    fn more_stock_never_publishes_less(
        listing in some_listing(),
        lots in prop::collection::vec(some_lot(), 1..6),
        more in 0..500i64,
    ) {
        let before = number(&listing, &lots, 50, 0).units;
        let mut lots = lots;
        lots[0].on_hand = lots[0].on_hand.saturating_add(Quantity::new(more));
        prop_assert!(number(&listing, &lots, 50, 0).units >= before);
    }

    #[test]
    fn a_reservation_or_a_later_day_never_publishes_more(
        listing in some_listing(),
        lots in prop::collection::vec(some_lot(), 1..6),
        reserved in 0..500i64,
    ) {
        let before = number(&listing, &lots, 0, 0).units;
        let mut claimed = lots.clone();
        claimed[0].reserved = claimed[0].reserved.saturating_add(Quantity::new(reserved));
        prop_assert!(number(&listing, &claimed, 0, 0).units <= before);
        let stricter = Listing { min_days: listing.min_days + 1, ..listing };
        prop_assert!(number(&stricter, &lots, 0, 0).units <= before);
    }

    #[test]
    fn a_kit_is_its_scarcest_part(needs in prop::collection::vec(1..50i64, 1..5), stock in 0..5_000i64) {
        let lots = [lot(LotStatus::Released, None, stock, 0)];
        let parts = |needs: &[i64]| needs.iter().map(|need| jerky("JRK", (*need, 1), 0)).collect();
        let kit = number(&listing(parts(&needs), 1, 1, 0), &lots, 0, 0);
        let alone = needs.iter().map(|need| number(&listing(parts(&[*need]), 1, 1, 0), &lots, 0, 0));
        prop_assert_eq!(Some(kit.units), alone.map(|number| number.units).min());
    }
}

#[test]
fn safety_stock_is_withheld_once_for_each_side() {
    let listing = listing(vec![jerky("JRK", (50, 1), 100)], 1, 1, 0);
    let lots = [
        lot(LotStatus::Released, None, 600, 0),
        lot(LotStatus::Released, None, 600, 0),
    ];
    let number = number(&listing, &lots, 200, 0);
    assert_eq!(number.units, Units::new(18), "(1200 - 200 - 100) / 50");
    assert_eq!(
        (number.eligible, number.withheld),
        (Quantity::new(1200), Quantity::new(300))
    );
}

#[test]
fn a_hold_and_the_days_before_expiry_are_not_for_sale() {
    let lots = [
        lot(LotStatus::OnHold, None, 1000, 0),
        lot(LotStatus::Released, Some(13), 1000, 0),
        lot(LotStatus::Released, Some(14), 100, 40),
    ];
    let listing = listing(vec![jerky("JRK", (10, 1), 0)], 1, 1, 14);
    assert_eq!(number(&listing, &lots, 0, 0).units, Units::new(6));
}

#[test]
fn the_reason_names_the_component_and_the_step() {
    let lots = [lot(LotStatus::Released, None, 705, 0)];
    let box_of = |multiple, minimum, own_stock| {
        let parts = vec![jerky("JRK-HOT", (50, 1), 0), own("NP-RED", 2)];
        let listing = listing(parts, multiple, minimum, 0);
        number(&listing, &lots, 0, own_stock)
            .explained(&listing)
            .to_string()
    };
    assert_eq!(
        box_of(1, 1, 99),
        "14: JRK-HOT allows 14 (705 eligible, 0 withheld)"
    );
    assert_eq!(
        box_of(5, 1, 27),
        "10: NP-RED allows 13 (27 eligible, 0 withheld), floored to multiples of 5"
    );
    assert_eq!(
        box_of(5, 12, 27),
        "0: NP-RED allows 13 (27 eligible, 0 withheld), below the minimum order of 12"
    );
    assert_eq!(
        box_of(5, 1, 7),
        "0: NP-RED allows 3 (7 eligible, 0 withheld), floored to multiples of 5"
    );
    assert_eq!(
        box_of(5, 12, -3),
        "0: NP-RED allows 0 (-3 eligible, 0 withheld)"
    );
}

#[test]
fn unknown_stock_is_not_zero() {
    let listing = listing(vec![jerky("JRK", (1, 1), 0), own("NP-RED", 1)], 1, 1, 0);
    let none = |_: &JerkySku| None::<ItemStock<'_, Lot>>;
    let error = published(&listing, none, |_| Some(Units::ZERO)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the stock of JRK is not known, so BOX has no number yet"
    );
}
