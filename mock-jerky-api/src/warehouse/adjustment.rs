//! Changes by the people who run the warehouse: each checked, applied or refused by itself, and
//! remembered for ever under its change id.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Answer, Warehouse, asked::Asked, bounded, invalid};
use crate::{
    command::Reply,
    model::{Change, ChangeKind, ChangeResult, EventType},
    problem::{Problem, ProblemKind},
    truth::{Account, CauseKind, Stamp},
};

/// A change that was carried out or refused, with what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Remembered {
    change: Change,
    result: ChangeResult,
}

/// What a change did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    /// All was as it should be already.
    Nothing,
    /// Stock moved.
    Stock,
    /// A lot moved on in its life.
    Status,
}

impl Warehouse {
    pub(super) fn adjust_batch(&mut self, stamp: &Stamp, changes: Vec<Change>) -> Answer<Reply> {
        if !(1..=100).contains(&changes.len()) {
            return Err(invalid("must have 1 to 100 changes", "changes"));
        }
        for (index, change) in changes.iter().enumerate() {
            check(change, index)?;
        }
        let each = changes.into_iter().map(|change| self.adjust(stamp, change));
        Ok(Reply::Adjusted(each.collect()))
    }

    fn adjust(&mut self, stamp: &Stamp, change: Change) -> ChangeResult {
        let known = self
            .changes
            .get(&stamp.actor)
            .and_then(|known| known.get(&change.change_id));
        if let Some(known) = known {
            return repeat(known, &change);
        }
        // The change id outlives every idempotency key, so it is the key that facts are found by.
        let stamp = Stamp {
            key: Some(change.change_id.shared()),
            ..stamp.clone()
        };
        let result = match self.apply(&stamp, &change) {
            Ok(done) => self.applied(&stamp, &change, done),
            Err(problem) => refused(&change, *problem),
        };
        // What could not even be read protects nothing, and may come again in better shape.
        if result.status != ProblemKind::InvalidRequest.status() {
            let remembered = self.changes.entry(stamp.actor).or_default();
            let (id, result) = (change.change_id.clone(), result.clone());
            remembered.insert(id, Remembered { change, result });
        }
        result
    }

    fn apply(&mut self, stamp: &Stamp, change: &Change) -> Answer<Done> {
        let asked = Asked::of(self.stocked(&change.sku)?, change);
        match change.kind {
            ChangeKind::Receipt => self.receive(stamp, change, &asked),
            ChangeKind::Adjustment if change.lot.is_none() => self.spread(stamp, change, &asked),
            ChangeKind::Adjustment => self.shift(stamp, change, &asked),
            ChangeKind::Count => self.count(stamp, change, &asked),
            ChangeKind::Damage => {
                let way = (Account::OnHand, Account::Damaged);
                self.shelve(stamp, change, &asked, way)
            }
            ChangeKind::Return => self.take_back(stamp, change, &asked),
            ChangeKind::Restock => self.restock(stamp, change, &asked),
            ChangeKind::Disposal => self.dispose(stamp, change, &asked),
            ChangeKind::LotStatus => self.turn(stamp, change, &asked),
            ChangeKind::Transfer => self.carry(stamp, change, &asked),
        }
    }

    fn applied(&mut self, stamp: &Stamp, change: &Change, done: Done) -> ChangeResult {
        let reference = change
            .reference
            .as_ref()
            .map_or_else(|| change.change_id.shared(), crate::Reference::shared);
        let kind = match done {
            Done::Status => EventType::LotStatusChanged,
            Done::Stock | Done::Nothing => EventType::StockChanged,
        };
        let stock = if done == Done::Nothing {
            self.level(&change.sku, stamp.at).map(Arc::new)
        } else {
            self.announce(
                stamp,
                &change.sku,
                kind,
                cause(change.kind),
                Some(reference),
            )
        };
        ChangeResult {
            change_id: change.change_id.clone(),
            status: 200,
            sequence: stock.as_ref().map(|stock| stock.sequence),
            stock,
            problem: None,
            replayed: false,
        }
    }
}

fn check(change: &Change, index: usize) -> Answer<()> {
    let field = |name: &str| format!("changes[{index}].{name}");
    bounded(change.change_id.as_str(), 128, || field("change_id"))?;
    if let Some(reference) = &change.reference {
        bounded(reference.as_str(), 128, || field("reference"))?;
    }
    match &change.reason {
        Some(reason) if reason.chars().count() > 500 => {
            Err(invalid("must have up to 500 characters", field("reason")))
        }
        _ => Ok(()),
    }
}

pub(super) fn cause(kind: ChangeKind) -> CauseKind {
    match kind {
        ChangeKind::Receipt => CauseKind::Receipt,
        ChangeKind::Adjustment => CauseKind::Adjustment,
        ChangeKind::Count => CauseKind::Count,
        ChangeKind::Damage => CauseKind::Damage,
        ChangeKind::Return => CauseKind::Return,
        ChangeKind::Restock => CauseKind::Restock,
        ChangeKind::Disposal => CauseKind::Disposal,
        ChangeKind::LotStatus => CauseKind::LotStatus,
        ChangeKind::Transfer => CauseKind::Transfer,
    }
}

fn repeat(known: &Remembered, change: &Change) -> ChangeResult {
    if known.change == *change {
        return ChangeResult {
            replayed: true,
            ..known.result.clone()
        };
    }
    let detail = format!("{} already names another change", change.change_id);
    refused(change, ProblemKind::ChangeIdReused.because(detail))
}

/// The result of a change that was not applied.
pub(crate) fn refused(change: &Change, problem: Problem) -> ChangeResult {
    ChangeResult {
        change_id: change.change_id.clone(),
        status: problem.status,
        sequence: None,
        stock: None,
        problem: Some(problem),
        replayed: false,
    }
}
