//! Published numbers: one by one when there are few, in bulk when there are many.

use std::{collections::BTreeMap, sync::Arc};

use sync_core::{
    outbox::{Command, CommandId, OutboxCommand, Outcome, Reply},
    quantity::Units,
    sku::PolishSku,
    vendor::{
        error::{Refusal, VendorError},
        polish::{
            BulkRow, MOST_BULK_ROWS, PolishClient,
            view::{BulkRowResult, ProductView},
        },
        reading::Row,
    },
};

use super::{
    Done,
    outcome::{self, Answer},
};
use crate::core::Core;

pub(super) async fn publish(
    polish: &PolishClient,
    sku: &PolishSku,
    available: Units,
    if_match: Option<u64>,
) -> Answer {
    product(polish.publish(sku, available, if_match).await)
}

pub(super) async fn read(polish: &PolishClient, sku: &PolishSku) -> Answer {
    product(polish.product(sku).await)
}

/// A number to be published with others.
pub(super) struct Number {
    command: OutboxCommand,
    row: BulkRow,
}

/// The numbers in `commands`, in requests of the size the shop accepts.
pub(super) fn bulks(commands: Vec<OutboxCommand>) -> Vec<Vec<Number>> {
    let mut bulks: Vec<Vec<Number>> = Vec::new();
    for number in commands.into_iter().filter_map(Number::of) {
        match bulks.last_mut() {
            Some(bulk) if bulk.len() < MOST_BULK_ROWS => bulk.push(number),
            _ => bulks.push(vec![number]),
        }
    }
    bulks
}

/// Publishes many numbers in one request and sorts out what became of each.
pub(super) async fn bulk(core: Arc<Core>, numbers: Vec<Number>) -> Done {
    // The semaphores are never closed.
    let permit = core.polish_slots.acquire().await;
    let rows: Vec<BulkRow> = numbers.iter().map(|number| number.row.clone()).collect();
    let answered = core.polish.publish_bulk(&rows).await;
    drop(permit);
    match answered {
        Ok(results) => {
            let mut results = by_sku(results);
            let each = numbers.into_iter();
            each.map(|number| number.done(&core, &mut results))
                .collect()
        }
        Err(error) => {
            let each = numbers.iter().map(|number| &number.command);
            each.map(|command| (command.id, outcome::of(&core, command, Err(error.clone()))))
                .collect()
        }
    }
}

impl Number {
    fn of(command: OutboxCommand) -> Option<Self> {
        let Command::Publish {
            sku,
            available,
            if_match,
        } = &command.command
        else {
            return None;
        };
        let row = BulkRow {
            sku: sku.clone(),
            available: *available,
            version: *if_match,
        };
        Some(Self { command, row })
    }

    fn done(
        self,
        core: &Core,
        results: &mut BTreeMap<PolishSku, BulkRowResult>,
    ) -> (CommandId, Outcome) {
        let answer = match results.remove(&self.row.sku) {
            Some(result) => judged(result, self.row.available),
            // No row, or an unreadable one: the shop may have set the number all the same.
            None => Err(VendorError::Unknown {
                operation: "bulk_availability",
                reason: "the reply does not say what became of this row".to_owned(),
            }),
        };
        (self.command.id, outcome::of(core, &self.command, answer))
    }
}

fn by_sku(results: Vec<Row<BulkRowResult>>) -> BTreeMap<PolishSku, BulkRowResult> {
    let good = results.into_iter().flatten();
    good.map(|result| (result.sku.clone(), result)).collect()
}

/// What one row's own status says, by the rules of a whole reply.
fn judged(result: BulkRowResult, available: Units) -> Answer {
    const OPERATION: &str = "bulk_availability";
    match (result.status, result.version) {
        (200..=299, Some(version)) => Ok(Reply::Published { available, version }),
        (200..=299, None) => Err(VendorError::Garbled {
            operation: OPERATION,
            reason: "a row was set and its version is missing".to_owned(),
            unreadable: None,
        }),
        (429 | 503, _) => Err(VendorError::Retryable {
            operation: OPERATION,
            reason: format!("HTTP {} for this row", result.status),
            after: None,
        }),
        (500.., _) => Err(VendorError::Unknown {
            operation: OPERATION,
            reason: format!("HTTP {} for this row", result.status),
        }),
        (status, _) => Err(VendorError::Refused {
            operation: OPERATION,
            refusal: Box::new(Refusal::Polish {
                status,
                errors: result.error.into_iter().collect(),
            }),
        }),
    }
}

fn product(answered: Result<ProductView, VendorError>) -> Answer {
    answered.map(|view| Reply::Product(Box::new(view)))
}
