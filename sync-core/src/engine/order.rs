//! An order as the engine knows it: the shop's facts, and the reservations that serve it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{asked::Asked, held::Held, item::Level};
use crate::{
    lot::Lot,
    quantity::Units,
    sku::{JerkySku, LineId, OrderId, PolishSku, ReservationId, ReturnRef, ShipmentRef},
    vendor::polish::view::{OrderLineView, OrderStatus, OrderView, ReturnView, ShipmentView},
};

/// An order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Order {
    pub(super) id: OrderId,
    /// When the hub first heard of it, by its own clock.
    pub(super) first_seen: Timestamp,
    /// The newest version seen.
    pub(super) facts: Option<OrderFacts>,
    /// A reading that cannot be true if `facts` are. Read a second time, it is believed: what was
    /// read first may have been the bad one.
    #[serde(default)]
    pub(super) doubt: Option<OrderFacts>,
    /// The newest version heard of.
    pub(super) heard: u64,
    /// What is known may be wrong, whatever its version.
    pub(super) reread: bool,
    /// A line names a product nobody knows; whether that was read twice.
    pub(super) unknown_confirmed: bool,
    /// Counts the answers to attempts to reserve, from 1: each attempt has its own key.
    pub(super) generation: u32,
    /// Every reservation known to carry its reference, in the order they became known.
    pub(super) reservations: Vec<Held>,
    /// What was asked about them last.
    #[serde(default)]
    pub(super) asked: Option<Asked>,
    /// Whether there may be reservations that are not known.
    pub(super) relist: bool,
    /// The keys of what was carried out, and told of in a way that nobody could believe. What is known of
    /// the reservations is what it was before, until they are listed.
    #[serde(default)]
    pub(super) unbelieved: BTreeSet<String>,
    /// A commit was refused for the lots of one of its lines: each line is committed by itself.
    #[serde(default)]
    pub(super) singly: bool,
    /// Lines that shipped and whose lots may not leave, nor any others in their place.
    #[serde(default)]
    pub(super) blocked: BTreeMap<LineId, Blocked>,
    pub(super) shortage: Shortage,
    /// The listings' changes that the shop has to show before it is confirmed.
    pub(super) awaited: Option<Vec<(PolishSku, u64)>>,
    /// When it is confirmed although they are not shown.
    pub(super) confirm_by: Option<Timestamp>,
    /// Return lines that were brought to the warehouse: change ids.
    pub(super) returned: BTreeSet<String>,
    /// Counts the batches of adjustments that got a definite answer, and the releases that were refused:
    /// the next takes a key of its own.
    pub(super) rounds: u32,
    /// What people were told of it.
    pub(super) told: BTreeSet<String>,
}

/// A line whose lots the vendor does not let go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Blocked {
    /// How often the vendor said so: each attempt has its own key.
    pub(super) refusals: u32,
    /// The sum of its items' sequences then. Before one has moved there is nothing new to try.
    pub(super) seen: u64,
}

/// How reserving failed for want of stock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Shortage {
    /// How often the vendor said so, the levels being what they are.
    pub(super) refusals: u32,
    /// Whether the stock was read again since.
    pub(super) reread: bool,
    /// The levels then.
    pub(super) seen: Vec<SeenLevel>,
}

/// The level of an item that did not suffice: its sequence and its lots. A vendor that counts badly may
/// say two things under one sequence. Of what was stored before lots were kept there is only the sequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SeenLevel(JerkySku, u64, #[serde(default)] Option<Vec<Lot>>);

impl SeenLevel {
    /// The level of an item as it is known, if it is.
    pub(super) fn of(sku: JerkySku, level: Option<&Level>) -> Self {
        let sequence = level.map_or(0, |level| level.sequence);
        Self(sku, sequence, level.map(|level| level.lots.clone()))
    }

    /// Whether the level of its item is another by now, and no older.
    pub(super) fn has_moved<'l>(&self, level: impl Fn(&JerkySku) -> Option<&'l Level>) -> bool {
        let Self(sku, sequence, lots) = self;
        level(sku).is_some_and(|level| {
            let is_other = lots.as_ref().is_some_and(|lots| level.lots != *lots);
            level.sequence > *sequence || level.sequence == *sequence && is_other
        })
    }
}

/// What the shop says of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OrderFacts {
    pub(super) version: u64,
    pub(super) status: OrderStatus,
    pub(super) ready: bool,
    /// How long its hold was to last, by the vendor's clock from end to end.
    pub(super) hold: Option<SignedDuration>,
    pub(super) lines: Vec<Line>,
    pub(super) shipments: Vec<(ShipmentRef, Vec<Part>)>,
    pub(super) returns: Vec<(ReturnRef, Vec<ReturnedPart>)>,
}

/// A line: `quantity = open + fulfilled + cancelled`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Line {
    pub(super) line: LineId,
    pub(super) sku: PolishSku,
    pub(super) quantity: Units,
    pub(super) fulfilled: Units,
    pub(super) cancelled: Units,
    pub(super) returned: Units,
    pub(super) restocked: Units,
}

/// A quantity of one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) line: LineId,
    pub(super) quantity: Units,
}

/// A quantity of one line that came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ReturnedPart {
    pub(super) line: LineId,
    pub(super) quantity: Units,
    pub(super) restock: bool,
}

impl Order {
    pub(super) fn new(id: OrderId, now: Timestamp) -> Self {
        Self {
            id,
            first_seen: now,
            facts: None,
            doubt: None,
            heard: 0,
            reread: false,
            unknown_confirmed: false,
            generation: 1,
            reservations: Vec::new(),
            asked: None,
            relist: false,
            unbelieved: BTreeSet::new(),
            singly: false,
            blocked: BTreeMap::new(),
            shortage: Shortage::default(),
            awaited: None,
            confirm_by: None,
            returned: BTreeSet::new(),
            rounds: 0,
            told: BTreeSet::new(),
        }
    }

    pub(super) fn version(&self) -> u64 {
        self.facts.as_ref().map_or(0, |facts| facts.version)
    }

    /// Whether the shop has to be asked where it stands.
    pub(super) fn is_stale(&self) -> bool {
        self.facts.is_none() || self.reread || self.heard > self.version()
    }

    /// The reservation that serves it. A vendor that forgets a key can have made others.
    pub(super) fn live(&self) -> Option<&Held> {
        self.reservations.iter().find(|held| held.is_live())
    }

    /// A reservation of it.
    pub(super) fn reservation(&self, id: &ReservationId) -> Option<&Held> {
        self.reservations.iter().find(|held| held.id == *id)
    }

    /// When its hold ends by the hub's clock; the vendor's may be hours off. At the latest, that is:
    /// a hold that ended before is told by the shop's refusal.
    pub(super) fn hold_ends_at(&self) -> Option<Timestamp> {
        let hold = self.facts.as_ref()?.hold?;
        self.first_seen.saturating_add(hold).ok()
    }

    /// Takes in a reservation. Says whether that is new.
    pub(super) fn learn(&mut self, seen: Held) -> bool {
        match self.reservations.iter_mut().find(|held| held.id == seen.id) {
            Some(held) => held.merge(seen),
            None => {
                // Its key is spent: another reservation takes another.
                self.generation += 1;
                self.shortage = Shortage::default();
                self.reservations.push(seen);
                true
            }
        }
    }
}

impl OrderFacts {
    /// Whether anything of it may still be shipped.
    pub(super) fn is_open(&self) -> bool {
        use OrderStatus::{Confirmed, PartiallyFulfilled, Pending};
        matches!(self.status, Pending | Confirmed | PartiallyFulfilled)
    }

    /// Reads the facts out of a view, or says why they cannot be true.
    pub(super) fn read(view: &OrderView, largest: i64) -> Result<Self, String> {
        let facts = Self {
            version: view.version,
            status: view.status,
            ready: view.ready_to_ship,
            hold: view
                .hold_expires_at
                .map(|end| end.duration_since(view.created_at)),
            lines: view.lines.iter().map(Line::from).collect(),
            shipments: view.shipments.iter().map(shipment).collect(),
            returns: view.returns.iter().map(returned).collect(),
        };
        facts.check(largest).map(|()| facts)
    }

    /// Why this cannot be what became of `known`: a version has one content, lines never change,
    /// counters never fall.
    pub(super) fn contradicts(&self, known: &Self) -> Option<String> {
        if self.version == known.version && self != known {
            return Some(format!("version {} read otherwise before", self.version));
        }
        if self.lines.len() != known.lines.len() {
            return Some(format!(
                "it has {} lines and had {}",
                self.lines.len(),
                known.lines.len()
            ));
        }
        for (line, was) in self.lines.iter().zip(&known.lines) {
            if (&line.line, &line.sku, line.quantity) != (&was.line, &was.sku, was.quantity) {
                return Some(format!(
                    "line {} asks for {} {} and asked for {} {}",
                    line.line, line.quantity, line.sku, was.quantity, was.sku
                ));
            }
            if line.fulfilled < was.fulfilled
                || line.cancelled < was.cancelled
                || line.returned < was.returned
            {
                return Some(format!("a counter of line {} fell", line.line));
            }
        }
        None
    }

    /// What was shipped is what the shipments say, and what came back is what the returns say.
    fn check(&self, largest: i64) -> Result<(), String> {
        if self.lines.is_empty() {
            return Err("it has no lines".to_owned());
        }
        let mut seen = BTreeSet::new();
        for line in &self.lines {
            if !seen.insert(&line.line) {
                return Err(format!("line {} is listed twice", line.line));
            }
            line.check(largest)?;
            let parts = self.shipments.iter().flat_map(|(_, parts)| parts);
            let parts = parts.filter(|part| part.line == line.line);
            agree(
                "shipments",
                line,
                line.fulfilled,
                parts.map(|part| part.quantity).sum(),
            )?;
            let parts = self.returns.iter().flat_map(|(_, parts)| parts);
            let parts = parts.filter(|part| part.line == line.line);
            agree(
                "returns",
                line,
                line.returned,
                parts.map(|part| part.quantity).sum(),
            )?;
        }
        Ok(())
    }
}

impl Line {
    /// What may still have to leave the warehouse for it, shipped or not.
    pub(super) fn wanted(&self, open: bool) -> Units {
        if open {
            self.quantity.less(self.cancelled)
        } else {
            self.fulfilled
        }
    }

    /// DESIGN S5: ordered = open + fulfilled + cancelled, restocked ≤ returned ≤ fulfilled.
    fn check(&self, largest: i64) -> Result<(), String> {
        let resolved = self.fulfilled.saturating_add(self.cancelled);
        let counters = [
            self.fulfilled,
            self.cancelled,
            self.returned,
            self.restocked,
        ];
        if !self.quantity.is_positive()
            || self.quantity.get() > largest
            || counters.iter().any(|counter| counter.is_negative())
            || resolved > self.quantity
            || self.returned > self.fulfilled
            || self.restocked > self.returned
        {
            let [fulfilled, cancelled, returned, restocked] = counters;
            return Err(format!(
                "line {} of {}: {fulfilled} fulfilled, {cancelled} cancelled, {returned} returned, \
                 {restocked} restocked",
                self.line, self.quantity
            ));
        }
        Ok(())
    }
}

impl From<&OrderLineView> for Line {
    fn from(view: &OrderLineView) -> Self {
        Self {
            line: view.line_id.clone(),
            sku: view.sku.clone(),
            quantity: view.quantity,
            fulfilled: view.fulfilled,
            cancelled: view.cancelled,
            returned: view.returned,
            restocked: view.restocked,
        }
    }
}

fn shipment(view: &ShipmentView) -> (ShipmentRef, Vec<Part>) {
    let parts = view.lines.iter().map(|line| Part {
        line: line.line_id.clone(),
        quantity: line.quantity,
    });
    (view.reference.clone(), parts.collect())
}

fn returned(view: &ReturnView) -> (ReturnRef, Vec<ReturnedPart>) {
    let parts = view.lines.iter().map(|line| ReturnedPart {
        line: line.line_id.clone(),
        quantity: line.quantity,
        restock: line.restock,
    });
    (view.reference.clone(), parts.collect())
}

fn agree(what: &str, line: &Line, counted: Units, summed: Units) -> Result<(), String> {
    if counted == summed {
        return Ok(());
    }
    Err(format!(
        "line {} counts {counted} but its {what} sum to {summed}",
        line.line
    ))
}
