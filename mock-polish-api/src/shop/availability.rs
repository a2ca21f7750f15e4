//! Publishing numbers for stock that somebody else owns, one by one or in bulk.

use jiff::Timestamp;

use super::{Shop, shelf::Row};
use crate::{
    command::AvailabilityRow,
    id::Sku,
    model::{BulkOutcome, BulkResult},
    refusal::{ErrorCode, Refusal},
    truth::Happening,
};

/// The largest number anybody may publish or count.
pub(super) const MAX_STOCK: i64 = 1_000_000_000;
/// Most rows in one bulk request.
pub(super) const MAX_ROWS: usize = 250;

impl Shop {
    /// Sets the published number of a resale product or kit. The same number again is still a
    /// publication, and changes no version.
    pub(super) fn put_availability(
        &mut self,
        sku: &Sku,
        available: i64,
        if_match: Option<u64>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        check_stock("available", available)?;
        let (row, shelf) = self.shelf(sku)?;
        if shelf.is_own() {
            let message = format!("the shop owns the stock of {sku}; it counts, nobody publishes");
            return Err(Refusal::new(ErrorCode::NotMirrored, message));
        }
        let (version, previous) = (shelf.version, shelf.stock.published);
        if if_match.is_some_and(|expected| expected != version) {
            return Err(Refusal::version_mismatch(version));
        }
        self.publish(row, available);
        self.record(
            now,
            Happening::AvailabilitySet {
                sku: sku.clone(),
                previous,
                available,
                sellable: self.shelves.sellable(row),
                version: version + u64::from(previous != available),
            },
        );
        Ok(())
    }

    /// Replaces the published number by one from outside.
    pub(super) fn publish(&mut self, row: Row, available: i64) {
        if let Some(shelf) = self.shelves.change(row) {
            shelf.stock.published = available;
            shelf.publication += 1;
        }
    }

    /// Sets many numbers, each by itself: a refused row leaves the others alone.
    pub(super) fn bulk_availability(
        &mut self,
        rows: &[AvailabilityRow],
        now: Timestamp,
    ) -> Result<BulkOutcome, Refusal> {
        if !(1..=MAX_ROWS).contains(&rows.len()) {
            let message = format!("must have from 1 to {MAX_ROWS} entries, not {}", rows.len());
            return Err(Refusal::at(ErrorCode::Invalid, "rows", message));
        }
        let mut results = Vec::with_capacity(rows.len());
        for row in rows {
            // Versions start at 1, so 0 stands for all that never was one.
            let expected = row
                .version
                .map(|version| u64::try_from(version).unwrap_or(0));
            let outcome = self.put_availability(&row.sku, row.available, expected, now);
            self.settle(now);
            results.push(self.bulk_result(&row.sku, outcome));
        }
        Ok(BulkOutcome { results })
    }

    fn bulk_result(&self, sku: &Sku, outcome: Result<(), Refusal>) -> BulkResult {
        let version = self.shelf(sku).ok().map(|(_, shelf)| shelf.version);
        match outcome {
            Ok(()) => BulkResult {
                sku: sku.clone(),
                status: 200,
                version,
                error: None,
            },
            Err(refusal) => BulkResult {
                sku: sku.clone(),
                status: refusal.status(),
                version: None,
                error: refusal.0.into_iter().next(),
            },
        }
    }
}

pub(super) fn check_stock(field: &str, quantity: i64) -> Result<(), Refusal> {
    if (0..=MAX_STOCK).contains(&quantity) {
        return Ok(());
    }
    let message = format!("must be from 0 to {MAX_STOCK}, not {quantity}");
    Err(Refusal::at(ErrorCode::Invalid, field, message))
}
