//! A reservation in the ledger: what it holds of a lot is pending, until a commit posts it, a
//! release voids it or its end times it out.
//!
//! What is booked follows from two states of one reservation, as it was known and as it is known
//! now, which are stored together with the entries: each change is booked once, however often and
//! in whatever order it is told. A commit moves goods from `reserved` to `committed`, as the level
//! then says; that they leave is a movement of the level's own.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;

use super::{
    draft::Changes,
    held::{Held, HeldLine},
};
use crate::{
    ledger::{Account, Entries, LedgerError, Phase, Transfer, TransferId},
    quantity::Quantity,
    sku::{JerkySku, LotId, OrderId},
    vendor::jerky::view::ReservationState,
};

/// What became of one lot's share of a line.
pub(super) struct Step<'c> {
    /// Names its pending entries, with their number.
    name: String,
    sku: &'c JerkySku,
    lot: &'c LotId,
    /// Newly held: at first all of it, later what the vendor allocated anew.
    grown: Quantity,
    posted: Quantity,
    /// No longer held, and not committed either.
    given_back: Quantity,
    /// It was given back because the reservation's time was over.
    is_over: bool,
    expires_at: Timestamp,
    now: Timestamp,
    /// Why it is held or given back.
    cause: Arc<str>,
    /// Why it left.
    shipped: Arc<str>,
}

/// What a line has of one lot, over all places.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Share {
    /// Held or committed.
    kept: Quantity,
    committed: Quantity,
}

type Shares<'h> = BTreeMap<&'h LotId, Share>;

/// What changed of the reservations that were learned anew.
pub(super) fn steps(changes: &Changes, now: Timestamp) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    for (id, (order, before)) in &changes.reservations {
        let order = changes.orders.get(order);
        if let Some((order, held)) = order.and_then(|order| Some((order, order.reservation(id)?))) {
            let change = Change {
                order: &order.id,
                before: before.as_ref(),
                held,
                now,
            };
            change.steps(&mut steps);
        }
    }
    steps
}

/// Books steps. Those whose goods the ledger does not have yet are handed back.
pub(super) fn book<'c>(entries: &mut Entries<'_>, steps: Vec<Step<'c>>) -> Vec<Step<'c>> {
    let mut early = Vec::new();
    for step in steps {
        if !step.is_covered(entries) {
            early.push(step);
        } else if let Err(error) = step.book(entries) {
            tracing::error!(%error, "a reservation does not fit the ledger");
        }
    }
    early
}

/// A reservation, before and now.
struct Change<'c> {
    order: &'c OrderId,
    before: Option<&'c Held>,
    held: &'c Held,
    now: Timestamp,
}

impl<'c> Change<'c> {
    fn steps(&self, steps: &mut Vec<Step<'c>>) {
        let cause: Arc<str> = format!("reservation {} of {}", self.held.id, self.order).into();
        let shipped = self.shipped(&cause);
        for line in &self.held.lines {
            let now = shares(self.held, line);
            let before = self.shares_before(line, &now);
            for lot in before
                .keys()
                .chain(now.keys().filter(|lot| !before.contains_key(*lot)))
            {
                let [was, is] = [&before, &now].map(|of| of.get(lot).copied().unwrap_or_default());
                if was != is {
                    steps.push(self.step(line, lot, (was, is), (&cause, &shipped)));
                }
            }
        }
    }

    fn step(
        &self,
        line: &'c HeldLine,
        lot: &'c LotId,
        (was, is): (Share, Share),
        (cause, shipped): (&Arc<str>, &Arc<str>),
    ) -> Step<'c> {
        Step {
            name: format!("{}:{}:{lot}", self.held.id, line.line),
            sku: &line.sku,
            lot,
            grown: is.kept.less(was.kept),
            posted: is.committed.less(was.committed),
            given_back: was.kept.less(is.kept),
            is_over: self.held.state == ReservationState::Expired,
            expires_at: self.held.expires_at,
            now: self.now,
            cause: Arc::clone(cause),
            shipped: Arc::clone(shipped),
        }
    }

    /// What was resolved before anything was known of it was never pending here.
    fn shares_before(&self, line: &HeldLine, now: &Shares<'c>) -> Shares<'c> {
        let Some(before) = self.before else {
            let passed = |share: &Share| Share {
                kept: share.committed,
                ..*share
            };
            return now
                .iter()
                .map(|(lot, share)| (*lot, passed(share)))
                .collect();
        };
        let known = before.line(&line.line);
        known.map_or_else(Shares::new, |line| shares(before, line))
    }

    /// The shipments that were committed since.
    fn shipped(&self, cause: &Arc<str>) -> Arc<str> {
        let commits = self.held.commits.iter();
        let is_new = |shipment: &&String| self.before.is_none_or(|was| !was.has_commit(shipment));
        let new: Vec<&str> = commits.filter(is_new).map(String::as_str).collect();
        if new.is_empty() {
            return Arc::clone(cause);
        }
        format!("shipment {}, {cause}", new.join(", ")).into()
    }
}

impl Step<'_> {
    /// The step without what is newly held.
    pub(super) fn ungrown(self) -> Self {
        let grown = Quantity::ZERO;
        Self { grown, ..self }
    }

    /// Whether the goods that are newly held are on hand. A level that told of them first has
    /// reserved them for nobody known.
    fn is_covered(&self, entries: &Entries<'_>) -> bool {
        let balances = entries.balances(self.sku, self.lot);
        let loose = self.loose(entries);
        loose.saturating_add(balances.of(Account::OnHand)) >= self.grown
    }

    fn book(&self, entries: &mut Entries<'_>) -> Result<(), LedgerError> {
        if self.grown.is_positive() {
            self.hold(entries)?;
        }
        let (mut posted, mut given_back) = (self.posted, self.given_back);
        for id in self.ids() {
            let Some((pending, held)) = entries.pending(&id) else {
                break;
            };
            let post = held.open.min(posted);
            posted = posted.less(post);
            let open = held.open.less(post);
            // Time out leaves nothing open.
            let back = if self.is_over {
                open
            } else {
                open.min(given_back)
            };
            given_back = given_back.less(back);
            let resolved = [
                self.post(pending, held.posted, post),
                self.give_back(pending, held.voided, back),
            ];
            for transfer in resolved.into_iter().flatten() {
                entries.add(transfer)?;
            }
        }
        Ok(())
    }

    /// Holds what is newly held, for whoever takes what is committed.
    fn hold(&self, entries: &mut Entries<'_>) -> Result<(), LedgerError> {
        let Some(id) = self.ids().find(|id| entries.pending(id).is_none()) else {
            return Ok(());
        };
        let loose = self.loose(entries).min(self.grown);
        if loose.is_positive() {
            let claim = TransferId::new(format!("{id}:claim"));
            let (from, to) = (Account::Reserved, Account::OnHand);
            entries.add(self.entry(claim, (from, to), loose, Phase::Direct))?;
        }
        let expires_at = self.expires_at;
        let (from, to) = (Account::OnHand, Account::Committed);
        entries.add(self.entry(id, (from, to), self.grown, Phase::Pending { expires_at }))?;
        Ok(())
    }

    fn post(&self, pending: &Transfer, posted: Quantity, part: Quantity) -> Option<Transfer> {
        let id = || format!("{}:post:{}", pending.id, posted.saturating_add(part));
        part.is_positive().then(|| Transfer {
            cause: Arc::clone(&self.shipped),
            ..pending.posted(TransferId::new(id()), part, self.now)
        })
    }

    fn give_back(&self, pending: &Transfer, voided: Quantity, part: Quantity) -> Option<Transfer> {
        let id = || format!("{}:void:{}", pending.id, voided.saturating_add(part));
        part.is_positive().then(|| {
            if self.is_over {
                // The vendor's word counts, whatever the hub's clock says.
                pending.timed_out(part, self.now.max(self.expires_at))
            } else {
                pending.voided(TransferId::new(id()), part, self.now)
            }
        })
    }

    fn entry(
        &self,
        id: TransferId,
        (from, to): (Account, Account),
        quantity: Quantity,
        phase: Phase,
    ) -> Transfer {
        Transfer {
            id,
            sku: self.sku.clone(),
            lot: self.lot.clone(),
            from,
            to,
            quantity,
            phase,
            at: self.now,
            cause: Arc::clone(&self.cause),
        }
    }

    /// What is reserved and held by no pending entry.
    fn loose(&self, entries: &Entries<'_>) -> Quantity {
        let reserved = entries.balances(self.sku, self.lot).of(Account::Reserved);
        reserved.less(entries.held_of(self.sku, self.lot))
    }

    /// The names of its pending entries: there is another where the vendor allocated more of the
    /// same lot later.
    fn ids(&self) -> impl Iterator<Item = TransferId> + use<'_> {
        let more = (2..).map(|number| TransferId::new(format!("{}#{number}", self.name)));
        std::iter::once_with(|| TransferId::new(&*self.name)).chain(more)
    }
}

fn shares<'h>(held: &Held, line: &'h HeldLine) -> Shares<'h> {
    let mut shares = Shares::new();
    for part in &line.lots {
        let open = if held.is_live() {
            part.quantity
        } else {
            Quantity::ZERO
        };
        let share: &mut Share = shares.entry(&part.lot).or_default();
        share.kept = share.kept.saturating_add(open.max(part.committed));
        share.committed = share.committed.saturating_add(part.committed);
    }
    shares
}
