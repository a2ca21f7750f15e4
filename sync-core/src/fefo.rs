//! Picking: first expired, first out, over released lots that are far enough from expiry.
//!
//! Lots without an expiry day come last, and ties go by lot, then location, so that everybody who
//! picks from the same shelf picks the same. Safety stock is not kept back here: it is a matter of
//! the item, not of a lot (see `published`).

use std::cmp::Ordering;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::lot::Stocked;
use crate::quantity::Quantity;
use crate::sku::{Location, LotId};

/// So much from this lot at this location.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pick {
    /// Which lot.
    pub lot: LotId,
    /// Where it lies.
    pub location: Location,
    /// How much of it.
    pub quantity: Quantity,
}

/// Not enough eligible stock for a line; nothing was picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{wanted} wanted, {available} eligible and free")]
pub struct Shortfall {
    /// What the line asked for.
    pub wanted: Quantity,
    /// What could have been picked.
    pub available: Quantity,
}

/// The lots of one item in picking order, with what earlier picks left of each.
#[derive(Debug)]
pub struct Shelf<'a, L> {
    slots: Vec<Slot<'a, L>>,
    today: Date,
}

#[derive(Debug)]
struct Slot<'a, L> {
    stock: &'a L,
    left: Quantity,
}

impl<'a, L: Stocked> Shelf<'a, L> {
    /// The usable lots among `lots`, on the warehouse's `today`.
    pub fn new(lots: &'a [L], today: Date) -> Self {
        let mut slots: Vec<_> = lots
            .iter()
            .filter(|stock| stock.is_eligible(today, 0))
            .map(|stock| Slot {
                stock,
                left: stock.unreserved(),
            })
            .filter(|slot| slot.left.is_positive())
            .collect();
        slots.sort_by(|a, b| picking_order(a.stock, b.stock));
        Self { slots, today }
    }

    /// What is left for a line that demands `min_days`.
    pub fn available(&self, min_days: u16) -> Quantity {
        self.slots
            .iter()
            .filter(|slot| slot.stock.is_eligible(self.today, min_days))
            .map(|slot| slot.left)
            .sum()
    }

    /// Takes `wanted` for a line that demands `min_days`: all of it, from as many lots as needed,
    /// or nothing.
    pub fn pick(&mut self, wanted: Quantity, min_days: u16) -> Result<Vec<Pick>, Shortfall> {
        let available = self.available(min_days);
        if available < wanted {
            return Err(Shortfall { wanted, available });
        }
        let today = self.today;
        let mut missing = wanted.or_zero();
        let mut picks = Vec::new();
        let eligible = self
            .slots
            .iter_mut()
            .filter(|slot| slot.stock.is_eligible(today, min_days));
        for slot in eligible {
            let quantity = missing.min(slot.left);
            if quantity.is_positive() {
                picks.push(slot.take(quantity));
            }
            missing = missing.less(quantity);
            if missing.is_zero() {
                break;
            }
        }
        Ok(picks)
    }
}

impl<L: Stocked> Slot<'_, L> {
    fn take(&mut self, quantity: Quantity) -> Pick {
        self.left = self.left.less(quantity);
        Pick {
            lot: self.stock.lot().clone(),
            location: self.stock.location().clone(),
            quantity,
        }
    }
}

/// Picks for a single line; see [`Shelf`] for several lines on the same lots.
pub fn pick<L: Stocked>(
    lots: &[L],
    wanted: Quantity,
    today: Date,
    min_days: u16,
) -> Result<Vec<Pick>, Shortfall> {
    Shelf::new(lots, today).pick(wanted, min_days)
}

/// Which of two lots is picked first.
pub fn picking_order<L: Stocked>(a: &L, b: &L) -> Ordering {
    let key = |lot: &L| lot.expires_on().unwrap_or(Date::MAX);
    key(a)
        .cmp(&key(b))
        .then_with(|| a.expires_on().is_none().cmp(&b.expires_on().is_none()))
        .then_with(|| a.lot().cmp(b.lot()))
        .then_with(|| a.location().cmp(b.location()))
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::lot::{Lot, LotStatus};

    const TODAY: Date = date(2026, 6, 15);

    fn lot(name: &str, days: Option<i64>, free: i64) -> Lot {
        Lot {
            lot: LotId::parse(name).unwrap(),
            location: Location::parse("A-1").unwrap(),
            status: LotStatus::Released,
            expires_on: days.map(|days| TODAY.saturating_add(days.days())),
            on_hand: Quantity::new(free),
            reserved: Quantity::ZERO,
            committed: Quantity::ZERO,
            damaged: Quantity::ZERO,
            quality_control: Quantity::ZERO,
        }
    }

    fn picked(lots: &[Lot], wanted: i64, min_days: u16) -> Vec<(String, i64)> {
        pick(lots, Quantity::new(wanted), TODAY, min_days)
            .unwrap()
            .into_iter()
            .map(|pick| (pick.lot.to_string(), pick.quantity.get()))
            .collect()
    }

    fn some_lot() -> impl Strategy<Value = Lot> {
        let status = prop::sample::select(
            &[
                LotStatus::Released,
                LotStatus::Released,
                LotStatus::OnHold,
                LotStatus::Recalled,
            ][..],
        );
        let days = prop::option::weighted(0.8, -3..12i64);
        (0..6u8, 0..3u8, status, days, 0..50i64, 0..20i64).prop_map(
            |(name, place, status, days, on_hand, reserved)| Lot {
                status,
                location: Location::parse(&format!("A-{place}")).unwrap(),
                reserved: Quantity::new(reserved),
                ..lot(&format!("L{name}"), days, on_hand)
            },
        )
    }

    fn some_lots(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Lot>> {
        prop::collection::vec(some_lot(), count).prop_map(|mut lots| {
            let mut seen = std::collections::BTreeSet::new();
            lots.retain(|lot| seen.insert((lot.lot.clone(), lot.location.clone())));
            lots
        })
    }

    fn taken_from(lot: &Lot, picks: &[Pick]) -> Quantity {
        let here = |pick: &&Pick| pick.lot == lot.lot && pick.location == lot.location;
        picks.iter().filter(here).map(|pick| pick.quantity).sum()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn a_pick_is_all_or_nothing(
            lots in some_lots(0..10),
            wanted in 0..150i64,
            min_days in 0..8u16,
        ) {
            let free: i64 = lots
                .iter()
                .filter(|lot| lot.is_eligible(TODAY, min_days))
                .map(|lot| lot.unreserved().get())
                .sum();
            match pick(&lots, Quantity::new(wanted), TODAY, min_days) {
                Ok(picks) => {
                    let total: Quantity = picks.iter().map(|pick| pick.quantity).sum();
                    prop_assert_eq!(total, Quantity::new(wanted));
                    prop_assert!(picks.iter().all(|pick| pick.quantity.is_positive()));
                }
                Err(shortfall) => {
                    prop_assert!(free < wanted);
                    prop_assert_eq!(shortfall.available, Quantity::new(free));
                }
            }
        }

        #[test]
        fn no_earlier_eligible_lot_is_passed_over(
            lots in some_lots(1..10),
            wanted in 1..80i64,
            min_days in 0..8u16,
        ) {
            let Ok(picks) = pick(&lots, Quantity::new(wanted), TODAY, min_days) else {
                return Ok(());
            };
            let last_day = |lot: &Lot| lot.expires_on.unwrap_or(Date::MAX);
            for picked in lots.iter().filter(|lot| !taken_from(lot, &picks).is_zero()) {
                prop_assert!(picked.is_eligible(TODAY, min_days));
                for lot in lots.iter().filter(|lot| last_day(lot) < last_day(picked)) {
                    if lot.is_eligible(TODAY, min_days) {
                        prop_assert_eq!(taken_from(lot, &picks), lot.unreserved());
                    }
                }
            }
        }

        #[test]
        fn the_order_of_the_lots_does_not_matter(
            lots in some_lots(1..8),
            turn in 0..8usize,
            wanted in 1..60i64,
        ) {
            let mut turned = lots.clone();
            turned.rotate_left(turn % lots.len());
            let wanted = Quantity::new(wanted);
            prop_assert_eq!(pick(&lots, wanted, TODAY, 0), pick(&turned, wanted, TODAY, 0));
        }

        #[test]
        fn lines_on_one_shelf_never_take_the_same_stock(
            lots in some_lots(1..8),
            lines in prop::collection::vec((1..40i64, 0..6u16), 1..6),
        ) {
            let mut shelf = Shelf::new(&lots, TODAY);
            let before = shelf.available(0);
            let mut taken = Quantity::ZERO;
            for (wanted, min_days) in lines {
                if let Ok(picks) = shelf.pick(Quantity::new(wanted), min_days) {
                    taken = picks.iter().map(|pick| pick.quantity).sum::<Quantity>()
                        .saturating_add(taken);
                }
                prop_assert_eq!(shelf.available(0), before.saturating_sub(taken));
            }
        }
    }

    #[test]
    fn the_first_to_expire_goes_first_and_several_lots_serve_one_line() {
        let lots = [
            lot("C", Some(30), 5),
            lot("A", Some(40), 5),
            lot("B", Some(20), 5),
        ];
        assert_eq!(picked(&lots, 8, 0), [("B".into(), 5), ("C".into(), 3)]);
    }

    #[test]
    fn ties_go_by_lot_and_what_never_expires_goes_last() {
        let lots = [
            lot("Z", None, 5),
            lot("B", Some(9), 5),
            lot("A", Some(9), 5),
        ];
        assert_eq!(
            picked(&lots, 12, 0),
            [("A".into(), 5), ("B".into(), 5), ("Z".into(), 2)]
        );
    }

    #[test]
    fn a_lot_too_near_its_end_is_left_to_listings_that_take_it() {
        let lots = [lot("A", Some(3), 5), lot("B", Some(30), 5)];
        assert_eq!(picked(&lots, 5, 14), [("B".into(), 5)]);
        assert_eq!(picked(&lots, 5, 3), [("A".into(), 5)]);
        let short = pick(&lots, Quantity::new(6), TODAY, 14).unwrap_err();
        assert_eq!(short.to_string(), "6 wanted, 5 eligible and free");
    }
}
