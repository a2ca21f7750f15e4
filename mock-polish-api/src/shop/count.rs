//! Physical counts on the shop's side.
//!
//! A count of own stock is the owner's word on what is there. A count of a mirrored product changes
//! the shop's number, and whoever owns the stock learns of it by `count.recorded`.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::{
    Reply, Shop,
    availability::check_stock,
    lines::{MAX_REASON, MAX_REFERENCE, check_text},
    shelf::Row,
};
use crate::{
    command::NewCount,
    event::{Resource, Topic},
    id::CountId,
    model::{Count, Page, ProductKind, ShopTime},
    refusal::{ErrorCode, Refusal},
    truth::{Happening, OwnAccount},
};

/// A count as it was recorded.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RecordedCount {
    id: CountId,
    request: NewCount,
    previous_available: i64,
    delta: i64,
    at: Timestamp,
}

impl RecordedCount {
    fn show(&self, zone: &TimeZone) -> Count {
        Count {
            id: self.id,
            reference: Arc::clone(&self.request.reference),
            sku: self.request.sku.clone(),
            counted: self.request.counted,
            previous_available: self.previous_available,
            delta: self.delta,
            counted_at: ShopTime::new(self.at, zone),
        }
    }
}

/// All counts, the n-th at index n - 1.
#[derive(Debug, Default)]
pub(crate) struct CountBook {
    counts: Vec<RecordedCount>,
    by_reference: BTreeMap<Arc<str>, usize>,
}

impl CountBook {
    pub(crate) fn with(counts: Vec<RecordedCount>) -> Self {
        let mut book = Self::default();
        for count in counts {
            book.add(count);
        }
        book
    }

    pub(crate) fn all(&self) -> &[RecordedCount] {
        &self.counts
    }

    /// Counts after `after`, oldest first, and how many there are after it.
    pub(crate) fn after(
        &self,
        after: Option<CountId>,
        limit: usize,
        zone: &TimeZone,
    ) -> Page<Count> {
        let known = after.map_or(0, CountId::number);
        let from = usize::try_from(known).unwrap_or(usize::MAX);
        let rest = self.counts.get(from..).unwrap_or_default();
        let shown = rest.iter().take(limit).map(|count| count.show(zone));
        Page {
            rows: shown.collect(),
            total: rest.len(),
        }
    }

    fn find(&self, reference: &str) -> Option<&RecordedCount> {
        self.counts.get(*self.by_reference.get(reference)?)
    }

    fn add(&mut self, count: RecordedCount) {
        let reference = Arc::clone(&count.request.reference);
        self.by_reference.insert(reference, self.counts.len());
        self.counts.push(count);
    }
}

impl Shop {
    /// Records a count and brings the shop's number in line with it.
    pub(super) fn record_count(&mut self, new: NewCount, now: Timestamp) -> Result<Reply, Refusal> {
        check_new_count(&new)?;
        if let Some(known) = self.counts.find(&new.reference) {
            return self.repeat_count(known, &new);
        }
        let (row, shelf) = self.shelf(&new.sku)?;
        let (kind, previous_available) = (shelf.kind, shelf.available());
        let delta = match kind {
            ProductKind::Own => new.counted - shelf.stock.on_hand,
            ProductKind::Resale => new.counted - previous_available,
            ProductKind::Kit => return Err(not_countable(&new)),
        };
        let id = CountId::numbered(self.counts.counts.len() as u64 + 1);
        self.record(
            now,
            Happening::Counted {
                count: id,
                sku: new.sku.clone(),
                counted: new.counted,
                previous_available,
                delta,
            },
        );
        if kind == ProductKind::Own {
            self.correct_own(row, delta, now);
        } else {
            self.publish(row, new.counted);
        }
        let count = RecordedCount {
            id,
            request: new,
            previous_available,
            delta,
            at: now,
        };
        let shown = Box::new(count.show(&self.config.time_zone));
        self.counts.add(count);
        self.tell(Topic::CountRecorded, Resource::Count(id), 1, now);
        Ok(Reply::Counted {
            count: shown,
            repeated: false,
        })
    }

    fn correct_own(&mut self, row: Row, delta: i64, now: Timestamp) {
        let accounts = if delta > 0 {
            (OwnAccount::CountedOff, OwnAccount::Free)
        } else {
            (OwnAccount::Free, OwnAccount::CountedOff)
        };
        self.move_own(now, row, accounts, delta.abs(), None);
    }

    fn repeat_count(&self, known: &RecordedCount, new: &NewCount) -> Result<Reply, Refusal> {
        if known.request == *new {
            let count = Box::new(known.show(&self.config.time_zone));
            return Ok(Reply::Counted {
                count,
                repeated: true,
            });
        }
        let message = format!(
            "{} was recorded under this reference with another body",
            known.id
        );
        Err(Refusal::at(
            ErrorCode::ReferenceConflict,
            "reference",
            message,
        ))
    }
}

fn check_new_count(new: &NewCount) -> Result<(), Refusal> {
    check_text("reference", &new.reference, (1, MAX_REFERENCE))?;
    check_text(
        "note",
        new.note.as_deref().unwrap_or_default(),
        (0, MAX_REASON),
    )?;
    check_text("sku", new.sku.as_str(), (1, 64))?;
    check_stock("counted", new.counted)
}

fn not_countable(new: &NewCount) -> Refusal {
    let message = format!("{} is a gift box; count its components", new.sku);
    Refusal::at(ErrorCode::NotCountable, "sku", message)
}
