//! The rules for levels and reservations, by themselves.

use jiff::SignedDuration;
use proptest::prelude::*;

use super::vendors::{Vendors, jerky};
use crate::{
    engine::{
        EnginePolicy,
        held::Held,
        item::{Item, Level},
        stock::{Judgement, Learned, judge},
    },
    quantity::Quantity,
    unit::Dimension,
    vendor::jerky::view::StockLevelView,
};

fn level(sequence: u64, on_hand: i64) -> StockLevelView {
    let mut vendors = Vendors::default();
    vendors.stock("JRK-1", on_hand);
    let mut view = vendors.level(&jerky("JRK-1"));
    view.sequence = sequence;
    view
}

fn judged(known: Option<(u64, i64)>, view: &StockLevelView) -> Judgement {
    judged_as(Learned::Pushed, known, view)
}

fn judged_as(how: Learned, known: Option<(u64, i64)>, view: &StockLevelView) -> Judgement {
    let item = Item {
        level: known.map(|(sequence, on_hand)| Level::from(&level(sequence, on_hand))),
        ..Item::default()
    };
    let policy = EnginePolicy::default();
    judge(&item, view, how, Some(Dimension::Count), &policy)
}

#[test]
fn only_a_newer_sequence_is_applied() {
    assert!(matches!(judged(None, &level(3, 5)), Judgement::Apply(_)));
    assert!(matches!(
        judged(Some((3, 5)), &level(4, 6)),
        Judgement::Apply(_)
    ));
    assert_eq!(judged(Some((3, 5)), &level(2, 6)), Judgement::Known);
    assert_eq!(judged(Some((3, 5)), &level(3, 5)), Judgement::Known);
    assert!(matches!(
        judged(Some((3, 5)), &level(3, 6)),
        Judgement::Doubt { .. }
    ));
    assert!(matches!(
        judged(Some((3, 5)), &level(9_000_000, 6)),
        Judgement::Doubt { .. }
    ));
    assert!(matches!(
        judged(Some((3, 5)), &level(4, 0)),
        Judgement::Doubt { .. }
    ));
}

#[test]
fn a_lot_that_expired_by_the_calendar_alone_is_no_contradiction() {
    let mut view = level(3, 5);
    let lot = &mut view.lots[0];
    (lot.quality_control, lot.available) = (Quantity::new(5), Quantity::ZERO);
    (view.quality_control, view.available) = (Quantity::new(5), Quantity::ZERO);
    assert_eq!(judged(Some((3, 5)), &view), Judgement::Known);
    let read = judged_as(Learned::Read, Some((3, 5)), &view);
    assert!(
        matches!(read, Judgement::Apply(_)),
        "nor is it passed over when it is read: {read:?}"
    );
}

type Spoil = fn(&mut StockLevelView);

#[test]
fn each_broken_sum_is_noticed() {
    let spoils: [Spoil; 8] = [
        |view| view.on_hand = Quantity::new(6),
        |view| view.on_hand = Quantity::new(-5),
        |view| view.available = Quantity::new(4),
        |view| view.reserved = Quantity::new(1),
        |view| view.quality_control = Quantity::MAX,
        |view| view.lots[0].on_hand = Quantity::new(4),
        |view| view.lots[0].committed = Quantity::new(-1),
        |view| view.lots.push(view.lots[0].clone()),
    ];
    for (place, spoil) in spoils.iter().enumerate() {
        let mut view = level(3, 5);
        spoil(&mut view);
        assert!(
            matches!(judged(Some((2, 4)), &view), Judgement::Bad(_)),
            "spoil {place}"
        );
    }
}

/// A reservation's life as the vendor tells it, reading by reading.
fn readings(steps: &[(bool, i64)]) -> Vec<Held> {
    use crate::{
        outbox::{Command, Outcome, Reply, ReserveLine},
        sku::LineId,
        unit::Unit,
    };
    let mut vendors = Vendors::default();
    vendors.stock("JRK-1", 100);
    let line = |quantity| ReserveLine {
        line: LineId::parse("1").unwrap(),
        sku: jerky("JRK-1"),
        quantity: Quantity::new(quantity),
        unit: Unit::Piece,
        lots: Vec::new(),
    };
    let now = jiff::Timestamp::UNIX_EPOCH;
    let order = super::vendors::order("ORD-1");
    let reserve = Command::Reserve {
        order: order.clone(),
        generation: 1,
        ttl_seconds: 9,
        lines: vec![line(20)],
    };
    let _ = vendors.carry_out(&reserve, "r", now);
    let mut held = vec![Held::read(&vendors.reservations[0], SignedDuration::ZERO).unwrap()];
    for (number, (commit, quantity)) in steps.iter().enumerate() {
        let view = &vendors.reservations[0];
        let row = &view.lines[0];
        let open = row.quantity.less(row.committed).less(row.released);
        let quantity = Quantity::new(*quantity).min(open);
        if quantity.is_zero() {
            break;
        }
        let reservation = view.id.clone();
        let part = crate::outbox::ReservationPart {
            line: row.line_id.clone(),
            quantity,
        };
        let command = if *commit {
            let shipment = crate::sku::ShipmentRef::parse(&format!("S{number}")).unwrap();
            Command::Commit {
                order: order.clone(),
                reservation,
                shipment,
                lines: vec![part],
            }
        } else {
            Command::Release {
                order: order.clone(),
                reservation,
                lines: Some(vec![part]),
            }
        };
        let outcome = vendors.carry_out(&command, &number.to_string(), now);
        assert!(matches!(outcome, Outcome::Applied(Reply::Reservation(_))));
        held.push(Held::read(&vendors.reservations[0], SignedDuration::ZERO).unwrap());
    }
    held
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 128,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn readings_of_a_reservation_add_up_alike_in_any_order_and_number(
        steps in prop::collection::vec((any::<bool>(), 1_i64..8), 0..6),
        picks in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let readings = readings(&steps);
        let last = readings.last().unwrap().clone();
        let mut order: Vec<&Held> = picks.iter().map(|pick| pick.get(&readings)).collect();
        order.push(&last);
        let mut sum = order[0].clone();
        for reading in &order[1..] {
            sum.merge((*reading).clone());
        }
        sum.commits.sort();
        let mut want = last.clone();
        want.commits.sort();
        prop_assert_eq!(sum, want);
    }
}
