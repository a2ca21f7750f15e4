//! What a definite no means, command by command. Nothing was applied; what to do instead follows
//! from what the refusal says about the facts.

use std::collections::BTreeMap;

use super::{demand::owed, draft::Draft, item::Item, state::Row};
use crate::{
    outbox::{Aggregate, Command, ReservationPart},
    sku::{LineId, OrderId, PolishSku},
    sometimes::{Mark, reached},
    store::StoreError,
    vendor::error::Refusal,
};

/// What a refusal leaves to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Disposition {
    /// It is an answer: planning goes on from the facts, and from how often this was refused.
    Answered,
    /// It is an answer that something has to happen to first: it is not counted.
    WaitedOut,
    /// It says nothing about whether an earlier attempt was applied.
    Unknown,
}

impl Draft<'_> {
    pub(super) fn refused(
        &mut self,
        row: &Row,
        refusal: &Refusal,
    ) -> Result<Disposition, StoreError> {
        if refusal.is_in_flight() {
            return Ok(Disposition::Unknown);
        }
        let mut disposition = Disposition::Answered;
        match (&row.command, &row.aggregate) {
            (Command::Reserve { order, .. }, _) => {
                disposition = self.reserve_refused(order, row, refusal)?;
            }
            (Command::Commit { order, lines, .. }, _) if refusal.code() == "lot-not-eligible" => {
                self.lots_blocked(order, lines)?;
            }
            // The reservation is not what we took it for: look at all of the order's.
            (Command::Commit { order, .. } | Command::Extend { order, .. }, _) => {
                self.order_mut(order)?.relist = true;
            }
            (Command::Release { order, .. }, _) => {
                let order = self.order_mut(order)?;
                order.relist = true;
                order.rounds += 1;
            }
            // The order moved on: cancelled by a shopper, or its hold ended.
            (
                Command::Confirm { order }
                | Command::Reject { order, .. }
                | Command::Cancel { order, .. },
                _,
            ) => self.order_mut(order)?.reread = true,
            (Command::Publish { sku, .. }, _) => {
                reached(Mark::VersionMismatch);
                self.reread_product(sku);
            }
            // A name that only bad data ever spoke of is asked about in vain for ever.
            (Command::ReadProduct { sku }, _) if refusal.code() == "not_found" => {
                self.forget_unknown(sku);
            }
            (Command::PublishMirror { sku, .. }, _) => self.mirror_mut(sku).reread = true,
            // The next batch takes a key of its own.
            (Command::Adjust { .. }, Aggregate::Order(id)) => self.order_mut(id)?.rounds += 1,
            (Command::Adjust { .. }, Aggregate::Listing(sku)) => self.product_mut(sku).rounds += 1,
            (_, _) => {}
        }
        self.note_refusal(row, refusal);
        Ok(disposition)
    }

    /// Stops asking about a product that the shop does not have and nothing of ours is made of.
    fn forget_unknown(&mut self, sku: &PolishSku) {
        let catalogue = self.catalogue;
        let is_ours = catalogue.listing(sku).is_some()
            || catalogue.mirror_of(sku).is_some()
            || catalogue.listings_with_own(sku).next().is_some();
        if !is_ours {
            let product = self.product_mut(sku);
            product.heard = product.version();
            product.reread = false;
            product.doubt = None;
        }
    }

    fn reserve_refused(
        &mut self,
        id: &OrderId,
        row: &Row,
        refusal: &Refusal,
    ) -> Result<Disposition, StoreError> {
        // Another key while an earlier attempt may still arrive would reserve twice. Time passes with
        // each attempt, and then nothing is under way any more.
        let late = self.policy.dead_after.saturating_mul(2);
        if row.unanswered && row.attempts < late && !refusal.is_of_the_thing_asked() {
            return Ok(Disposition::Unknown);
        }
        let short = matches!(
            refusal.code(),
            "insufficient-stock" | "lot-not-eligible" | "unknown-lot" | "unknown-sku"
        );
        let order = self.order_mut(id)?;
        // Under the old key the vendor would only repeat this answer.
        order.generation += 1;
        if short {
            reached(Mark::Shortage);
            order.shortage.refusals += 1;
            order.shortage.reread = false;
            return Ok(Disposition::WaitedOut);
        }
        // A key that was used before means that a reservation may exist.
        order.relist = true;
        Ok(Disposition::Answered)
    }

    /// What was shipped lies in a lot that was recalled or has expired, and no other lot has it. The
    /// order's other lines go without it; it stays reserved and is tried again when stock arrives.
    fn lots_blocked(&mut self, id: &OrderId, parts: &[ReservationPart]) -> Result<(), StoreError> {
        let facts = self.order(id).and_then(|order| order.facts.clone());
        let owed = facts.as_ref().map(|facts| owed(facts, self.catalogue));
        let mut seen: BTreeMap<LineId, u64> = BTreeMap::new();
        for owed in owed.iter().flatten() {
            if parts.iter().any(|part| part.line == owed.held_line) {
                let sequence = self.item(&owed.component.sku).map_or(0, Item::sequence);
                *seen.entry(owed.line.line.clone()).or_default() += sequence;
            }
        }
        reached(Mark::BlockedLot);
        let order = self.order_mut(id)?;
        order.singly = true;
        if let (1, Some((line, seen))) = (seen.len(), seen.into_iter().next()) {
            let blocked = order.blocked.entry(line).or_default();
            blocked.refusals += 1;
            blocked.seen = seen;
        }
        Ok(())
    }

    /// An expected no is part of the work; any other is worth a line.
    fn note_refusal(&mut self, row: &Row, refusal: &Refusal) {
        let expected = matches!(
            refusal.code(),
            "insufficient-stock" | "invalid_state" | "version_mismatch" | "stale-sequence"
        );
        if !expected && self.failures(&row.aggregate, &row.intention()) == 0 {
            let detail = format!("{}: {refusal}", row.command.name());
            self.alert("refused", &row.aggregate.to_string(), detail);
        }
    }
}
