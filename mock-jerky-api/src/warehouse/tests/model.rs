//! Random commands against a naive reference: one list of goods, searched anew for everything.
//! Replies and stock must agree step by step. Nothing here is taken from the warehouse's code.

use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::{
    properties::{Deed, LOTS, act, deeds},
    *,
};

/// A pile of goods of one lot. Piles of one lot and state may be many.
#[derive(Clone, Debug)]
struct Pile {
    lot: &'static str,
    what: What,
    size: i64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum What {
    Free,
    Damaged,
    Judged,
    Held(usize),
    Picked(Timestamp),
}

#[derive(Clone, Debug)]
struct Reference {
    piles: Vec<Pile>,
    /// Lot, last day, status.
    lots: Vec<(&'static str, Option<Date>, &'static str)>,
    /// When each reservation ends, what is still open of it, and whether any was committed.
    held: Vec<(Timestamp, i64, bool)>,
}

impl Reference {
    fn new() -> Self {
        let free = |lot, size| Pile {
            lot,
            what: What::Free,
            size,
        };
        Self {
            piles: vec![free("A", 10), free("B", 5), free("C", 20)],
            lots: vec![
                ("A", Some(date(2026, 12, 31)), "release"),
                ("B", Some(date(2026, 11, 10)), "release"),
                ("C", None, "release"),
            ],
            held: Vec::new(),
        }
    }

    fn good(&self, now: Timestamp) -> Vec<&'static str> {
        // Chicago keeps standard time, six hours behind UTC, throughout this test's days; where
        // it does not (from March on), the hour cannot matter: waits are drawn in minutes, and
        // both dated lots are long gone.
        let today = (now - SignedDuration::from_hours(6))
            .to_zoned(jiff::tz::TimeZone::UTC)
            .date();
        let mut good: Vec<_> = (self.lots.iter())
            .filter(|(_, last, status)| {
                *status == "release" && last.is_none_or(|last| today <= last)
            })
            .collect();
        good.sort_by_key(|(lot, last, _)| (last.unwrap_or(date(9999, 12, 31)), *lot));
        good.into_iter().map(|(lot, ..)| *lot).collect()
    }

    fn sum(&self, which: impl Fn(&Pile) -> bool) -> i64 {
        self.piles
            .iter()
            .filter(|pile| which(pile))
            .map(|pile| pile.size)
            .sum()
    }

    fn turn(&mut self, lot: &'static str, from: What, to: Option<What>, mut size: i64) {
        for pile in self
            .piles
            .iter_mut()
            .filter(|pile| pile.lot == lot && pile.what == from)
        {
            let part = pile.size.min(size);
            pile.size -= part;
            size -= part;
            if part > 0
                && let Some(what) = to
            {
                self.piles.push(Pile {
                    lot,
                    what,
                    size: part,
                });
                return self.turn(lot, from, to, size);
            }
        }
    }

    fn pass(&mut self, now: Timestamp) {
        for index in 0..self.held.len() {
            if self.held[index].1 > 0 && self.held[index].0 <= now {
                self.held[index].1 = 0;
                for lot in LOTS {
                    self.turn(lot, What::Held(index), Some(What::Free), i64::MAX);
                }
            }
        }
        self.piles
            .retain(|pile| !matches!(pile.what, What::Picked(at) if at <= now));
    }

    fn take_free(&mut self, now: Timestamp, mut wanted: i64, index: usize) {
        for lot in self.good(now) {
            let here = self
                .sum(|pile| pile.lot == lot && pile.what == What::Free)
                .min(wanted);
            self.turn(lot, What::Free, Some(What::Held(index)), here);
            wanted -= here;
        }
    }

    fn available(&self, now: Timestamp) -> i64 {
        let good = self.good(now);
        self.sum(|pile| pile.what == What::Free && good.contains(&pile.lot))
    }

    fn reserve(&mut self, now: Timestamp, wanted: i64) {
        if wanted <= self.available(now) {
            self.held
                .push((now + SignedDuration::from_secs(900), wanted, false));
            self.take_free(now, wanted, self.held.len() - 1);
        }
    }

    fn commit(&mut self, now: Timestamp, index: usize, part: Option<i64>) {
        let Some((_, open, _)) = self.held.get(index).copied() else {
            return;
        };
        let mut wanted = part.unwrap_or(open);
        if open == 0 || wanted > open {
            return;
        }
        let before = self.clone();
        let good = self.good(now);
        let mut swap = self.available(now);
        for lot in LOTS.into_iter().filter(|lot| !good.contains(lot)) {
            // In the order the line holds them: by date, then as taken.
            let here = self
                .sum(|pile| pile.lot == lot && pile.what == What::Held(index))
                .min(swap);
            self.turn(lot, What::Held(index), Some(What::Free), here);
            self.take_free(now, here, index);
            swap -= here;
        }
        for lot in good {
            let here = self
                .sum(|pile| pile.lot == lot && pile.what == What::Held(index))
                .min(wanted);
            self.turn(
                lot,
                What::Held(index),
                Some(What::Picked(now + SignedDuration::from_hours(1))),
                here,
            );
            wanted -= here;
        }
        if wanted > 0 {
            *self = before;
            return;
        }
        self.held[index].1 -= part.unwrap_or(open);
        self.held[index].2 = true;
    }

    fn release(&mut self, index: usize, part: Option<i64>) {
        let Some((_, open, _)) = self.held.get(index).copied() else {
            return;
        };
        let mut wanted = part.unwrap_or(open);
        if open == 0 || wanted > open {
            return;
        }
        self.held[index].1 -= wanted;
        let mut lots = self.lots.clone();
        lots.sort_by_key(|(lot, last, _)| (last.unwrap_or(date(9999, 12, 31)), *lot));
        for (lot, ..) in lots.into_iter().rev() {
            let here = self
                .sum(|pile| pile.lot == lot && pile.what == What::Held(index))
                .min(wanted);
            self.turn(lot, What::Held(index), Some(What::Free), here);
            wanted -= here;
        }
    }

    fn change(&mut self, now: Timestamp, kind: &str, lot: &'static str, size: i64) {
        let known = self.lots.iter().position(|(name, ..)| *name == lot);
        let says = |name: &str| kind.contains(&format!(r#""{name}""#));
        if says("receipt") && size > 0 {
            match known {
                None => self.lots.push((lot, None, "release")),
                Some(index) if self.lots[index].2 == "dispose" => return,
                Some(_) => {}
            }
            return self.piles.push(Pile {
                lot,
                what: What::Free,
                size,
            });
        }
        let Some(known) = known else { return };
        let here = |what: What| self.sum(|pile| pile.lot == lot && pile.what == what);
        let (free, judged, damaged) = (here(What::Free), here(What::Judged), here(What::Damaged));
        if says("adjustment") && size < 0 && -size <= free {
            self.turn(lot, What::Free, None, -size);
        } else if says("lot_status") {
            self.lot_status(
                known,
                ["hold", "release", "dispose"]
                    .into_iter()
                    .find(|to| says(to))
                    .unwrap(),
            );
        } else if size <= 0 {
        } else if says("adjustment") {
            self.piles.push(Pile {
                lot,
                what: What::Free,
                size,
            });
        } else if says("damage") && size <= free {
            self.turn(lot, What::Free, Some(What::Damaged), size);
        } else if says("return") {
            self.piles.push(Pile {
                lot,
                what: What::Judged,
                size,
            });
        } else if says("restock") && size <= judged && self.good(now).contains(&lot) {
            self.turn(lot, What::Judged, Some(What::Free), size);
        } else if says("disposal") && size <= free + judged + damaged {
            let (first, second) = (judged.min(size), damaged.min((size - judged).max(0)));
            self.turn(lot, What::Judged, None, first);
            self.turn(lot, What::Damaged, None, second);
            self.turn(lot, What::Free, None, size - first - second);
        }
    }

    fn lot_status(&mut self, known: usize, to: &'static str) {
        let (lot, _, status) = &mut self.lots[known];
        if *status == "dispose" {
            return;
        }
        *status = to;
        let lot = *lot;
        if to == "dispose" {
            let gone = [What::Free, What::Damaged, What::Judged];
            self.piles
                .retain(|pile| pile.lot != lot || !gone.contains(&pile.what));
        }
    }

    fn step(&mut self, now: Timestamp, deed: &Deed) {
        match deed {
            Deed::Reserve(wanted) => self.reserve(now, *wanted),
            Deed::Commit(index, part) => self.commit(now, *index, *part),
            Deed::Release(index, part) => self.release(*index, *part),
            Deed::Extend(index) => {
                if let Some((until, 1.., _)) = self.held.get_mut(*index) {
                    *until = (*until).max(now + SignedDuration::from_secs(3000));
                }
            }
            Deed::Change(kind, lot, size) => self.change(now, kind, LOTS[*lot], *size),
            Deed::Wait(_) => {}
        }
        self.pass(now);
    }

    fn split(&self, now: Timestamp) -> [i64; 5] {
        let good = self.good(now);
        let bad_free = self.sum(|pile| pile.what == What::Free && !good.contains(&pile.lot));
        [
            self.available(now),
            self.sum(|pile| matches!(pile.what, What::Held(_))),
            self.sum(|pile| matches!(pile.what, What::Picked(_))),
            self.sum(|pile| pile.what == What::Damaged),
            self.sum(|pile| pile.what == What::Judged) + bad_free,
        ]
    }
}

/// A transfer splits a lot over places, which the reference does not know.
fn in_one_place(deeds: &[Deed]) -> impl Iterator<Item = &Deed> {
    let moves = |deed: &&Deed| matches!(deed, Deed::Change(kind, ..) if kind.contains("transfer"));
    deeds.iter().filter(move |deed| !moves(deed))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn the_warehouse_agrees_with_the_reference(deeds in deeds()) {
        let (mut world, mut held) = (world(vec![three_lots()]), Vec::new());
        let mut reference = Reference::new();
        for (number, deed) in in_one_place(&deeds).enumerate() {
            act(&mut world, &mut held, number, deed);
            reference.step(world.now, deed);
            prop_assert_eq!(world.split(), reference.split(world.now), "after {:?}", deed);
            prop_assert_eq!(held.len(), reference.held.len(), "after {:?}", deed);
            for (one, (_, open, committed)) in held.clone().iter().zip(&reference.held) {
                let now = world.get(one);
                prop_assert_eq!(now.state == ReservationState::Pending, *open > 0);
                prop_assert_eq!(!now.commits.is_empty(), *committed);
            }
            for row in world.level().lots {
                let theirs = reference.sum(|pile| pile.lot == row.lot.as_str());
                prop_assert_eq!(row.on_hand.quantity().0, theirs, "{:?} after {:?}", row, deed);
            }
        }
    }
}
