//! One order by replay: its life in the shop, and the reservations that bear its name in the
//! warehouse. Knows no listing: whoever asks for goods brings the mapping.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    history::{Actor, Allocation, JerkyFact, Mapping, PolishFact, ReservedLine},
    names::{JerkySku, PolishSku, ReservationId},
    timeline::Step,
};

/// An order so far.
#[derive(Default)]
pub(super) struct OrderState<'h> {
    /// When it was placed; `None` when only the warehouse knows its name.
    pub(super) placed: Option<Timestamp>,
    /// It confirmed itself.
    pub(super) automatic: bool,
    /// When the middleware confirmed it.
    pub(super) confirmed: Option<Timestamp>,
    /// When the middleware or the staff decided about it, for or against.
    pub(super) decided: Option<Timestamp>,
    /// Its hold ended before anybody confirmed it.
    pub(super) lapsed: bool,
    /// When nothing of it was open any more.
    pub(super) over: Option<Timestamp>,
    /// Its lines.
    pub(super) lines: BTreeMap<&'h str, LineState<'h>>,
    /// Its reservations.
    pub(super) reservations: BTreeMap<&'h ReservationId, ReservationState<'h>>,
}

/// One line, in sell units.
#[derive(Clone, Copy, Debug)]
pub(super) struct LineState<'h> {
    pub(super) sku: &'h PolishSku,
    pub(super) ordered: i64,
    pub(super) fulfilled: i64,
    pub(super) cancelled: i64,
    pub(super) returned: i64,
    pub(super) restocked: i64,
}

/// One reservation.
pub(super) struct ReservationState<'h> {
    pub(super) opened: Timestamp,
    pub(super) expires_at: Timestamp,
    /// When it ended, and how.
    pub(super) ended: Option<(Timestamp, Ended)>,
    pub(super) lines: BTreeMap<&'h str, HeldLine<'h>>,
}

/// How a reservation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Resolved,
    Expired,
}

/// One line of a reservation, in base units.
#[derive(Clone, Copy, Debug)]
pub(super) struct HeldLine<'h> {
    pub(super) sku: &'h JerkySku,
    pub(super) reserved: i64,
    pub(super) committed: i64,
    pub(super) released: i64,
    /// From which lots.
    pub(super) from: &'h [Allocation],
}

impl<'h> OrderState<'h> {
    /// Takes in one fact about this order.
    pub(super) fn apply(&mut self, step: Step<'h>) {
        match step {
            Step::Jerky(fact) => self.apply_jerky(fact.at, &fact.what),
            Step::Polish(fact) => self.apply_polish(fact.at, fact.actor, &fact.what),
        }
    }

    /// Goods of one item: the lines' `part`, in base units.
    pub(super) fn goods(
        &self,
        mapping: &Mapping,
        item: &JerkySku,
        part: impl Fn(&LineState<'h>) -> i64,
    ) -> i64 {
        self.goods_by_line(mapping, item, part).sum()
    }

    fn goods_by_line(
        &self,
        mapping: &Mapping,
        item: &JerkySku,
        part: impl Fn(&LineState<'h>) -> i64,
    ) -> impl Iterator<Item = i64> {
        self.lines.values().map(move |line| {
            let listing = mapping.listings.get(line.sku);
            listing.map_or(0, |listing| listing.need_of(item)) * part(line)
        })
    }

    /// The jerky items that any line needs.
    pub(super) fn items<'m>(&self, mapping: &'m Mapping) -> Vec<&'m JerkySku> {
        let listings = self
            .lines
            .values()
            .filter_map(|line| mapping.listings.get(line.sku));
        let mut items: Vec<_> = listings
            .flat_map(|listing| listing.jerky_needs().map(|(item, _)| item))
            .collect();
        items.sort_unstable();
        items.dedup();
        items
    }

    /// Base units of an item that live reservations hold.
    pub(super) fn held(&self, item: &JerkySku) -> i64 {
        self.held_lines(item)
            .filter(|(reservation, _)| reservation.ended.is_none())
            .map(|(_, line)| line.open())
            .sum()
    }

    /// Base units of an item that were committed.
    pub(super) fn committed(&self, item: &JerkySku) -> i64 {
        self.held_lines(item).map(|(_, line)| line.committed).sum()
    }

    /// Base units of an item that are to leave or have left, without reservation or commit.
    pub(super) fn uncovered(&self, mapping: &Mapping, item: &JerkySku) -> i64 {
        let wanted = self.goods(mapping, item, |line| line.ordered - line.cancelled);
        (wanted - self.held(item) - self.committed(item)).max(0)
    }

    /// Base units of an item that are to leave or have left, line by line.
    pub(super) fn wanted_by_line(&self, mapping: &Mapping, item: &JerkySku) -> Vec<i64> {
        let wanted = |line: &LineState<'h>| line.ordered - line.cancelled;
        self.goods_by_line(mapping, item, wanted).collect()
    }

    /// Whether it waited for a decision of the middleware at this moment.
    pub(super) fn is_undecided(&self, at: Timestamp) -> bool {
        let later = |moment: Option<Timestamp>| moment.is_none_or(|moment| moment > at);
        let placed = self.placed.is_some_and(|placed| placed <= at);
        placed && !self.automatic && later(self.decided) && later(self.over)
    }

    /// The live reservations.
    pub(super) fn live(&self) -> impl Iterator<Item = (&'h ReservationId, &ReservationState<'h>)> {
        self.reservations
            .iter()
            .filter(|(_, reservation)| reservation.ended.is_none())
            .map(|(id, reservation)| (*id, reservation))
    }

    fn held_lines(
        &self,
        item: &JerkySku,
    ) -> impl Iterator<Item = (&ReservationState<'h>, &HeldLine<'h>)> {
        self.reservations.values().flat_map(move |reservation| {
            let lines = reservation
                .lines
                .values()
                .filter(move |line| line.sku == item);
            lines.map(move |line| (reservation, line))
        })
    }

    fn apply_jerky(&mut self, at: Timestamp, fact: &'h JerkyFact) {
        if let JerkyFact::Opened {
            id,
            expires_at,
            lines,
            ..
        } = fact
        {
            let reservation = ReservationState::open(at, *expires_at, lines);
            self.reservations.insert(id, reservation);
        } else if let Some(id) = fact.reservation()
            && let Some(reservation) = self.reservations.get_mut(id)
        {
            reservation.apply(at, fact);
        }
    }

    fn apply_polish(&mut self, at: Timestamp, actor: Actor, fact: &'h PolishFact) {
        match fact {
            PolishFact::Placed {
                lines, automatic, ..
            } => {
                self.placed = Some(at);
                self.automatic = *automatic;
                self.lines = lines
                    .iter()
                    .map(|line| {
                        let state = LineState::ordered(&line.sku, line.quantity);
                        (line.line_id.as_str(), state)
                    })
                    .collect();
            }
            PolishFact::Confirmed { .. } => {
                self.confirmed.get_or_insert(at);
                self.decided.get_or_insert(at);
            }
            PolishFact::Rejected { .. } => {
                self.decided.get_or_insert(at);
                self.cancel_rest();
            }
            PolishFact::HoldExpired { .. } => {
                self.lapsed = true;
                self.cancel_rest();
            }
            PolishFact::Cancelled { lines, .. } => {
                if actor == Actor::Middleware {
                    self.decided.get_or_insert(at);
                }
                for part in lines {
                    self.line(&part.line_id, |line| line.cancelled += part.quantity);
                }
            }
            PolishFact::Shipped { lines, .. } => {
                for part in lines {
                    self.line(&part.line_id, |line| line.fulfilled += part.quantity);
                }
            }
            PolishFact::Returned { lines, .. } => {
                for part in lines {
                    self.line(&part.line_id, |line| {
                        line.returned += part.quantity;
                        line.restocked += if part.restock { part.quantity } else { 0 };
                    });
                }
            }
            PolishFact::Product { .. }
            | PolishFact::Available { .. }
            | PolishFact::OwnMoved { .. }
            | PolishFact::Counted { .. } => {}
        }
        if self.placed.is_some() && self.lines.values().all(|line| line.open() <= 0) {
            self.over.get_or_insert(at);
        }
    }

    fn cancel_rest(&mut self) {
        for line in self.lines.values_mut() {
            line.cancelled += line.open();
        }
    }

    fn line(&mut self, id: &str, change: impl FnOnce(&mut LineState<'h>)) {
        self.lines.get_mut(id).map(change);
    }
}

impl<'h> LineState<'h> {
    fn ordered(sku: &'h PolishSku, ordered: i64) -> Self {
        Self {
            sku,
            ordered,
            fulfilled: 0,
            cancelled: 0,
            returned: 0,
            restocked: 0,
        }
    }

    /// Neither shipped nor cancelled.
    pub(super) fn open(&self) -> i64 {
        self.ordered - self.fulfilled - self.cancelled
    }
}

impl<'h> ReservationState<'h> {
    /// As it came to be.
    pub(super) fn open(
        opened: Timestamp,
        expires_at: Timestamp,
        lines: &'h [ReservedLine],
    ) -> Self {
        let held = |line: &'h ReservedLine| HeldLine {
            sku: &line.sku,
            reserved: line.quantity,
            committed: 0,
            released: 0,
            from: &line.allocations,
        };
        Self {
            opened,
            expires_at,
            ended: None,
            lines: lines
                .iter()
                .map(|line| (line.line_id.as_str(), held(line)))
                .collect(),
        }
    }

    /// Whether its time to live ended it.
    pub(super) fn has_expired(&self) -> bool {
        matches!(self.ended, Some((_, Ended::Expired)))
    }

    /// Takes in what became of it.
    pub(super) fn apply(&mut self, at: Timestamp, fact: &JerkyFact) {
        match fact {
            JerkyFact::Committed { lines, .. } => {
                self.each(lines, |line, quantity| line.committed += quantity);
            }
            JerkyFact::Released { lines, .. } => {
                self.each(lines, |line, quantity| line.released += quantity);
            }
            JerkyFact::Extended { expires_at, .. } => self.expires_at = *expires_at,
            JerkyFact::Expired { .. } => {
                self.ended.get_or_insert((at, Ended::Expired));
            }
            _ => {}
        }
        if self.lines.values().all(|line| line.open() <= 0) {
            self.ended.get_or_insert((at, Ended::Resolved));
        }
    }

    fn each(&mut self, parts: &[ReservedLine], change: impl Fn(&mut HeldLine<'h>, i64)) {
        for part in parts {
            if let Some(line) = self.lines.get_mut(part.line_id.as_str()) {
                change(line, part.quantity);
            }
        }
    }
}

impl HeldLine<'_> {
    /// Neither committed nor released.
    pub(super) fn open(&self) -> i64 {
        self.reserved - self.committed - self.released
    }
}
