//! The end of a sweep: what it should have shown and did not is read by itself, and what was given
//! up gets another chance. A sweep that agrees with what is known leads to nothing.

use super::{
    Swept,
    draft::{Draft, Failed},
    next::Trigger,
    state::Row,
};
use crate::{
    outbox::{Aggregate, CommandState},
    sku::{JerkySku, OrderId, PolishSku},
    sometimes::{Mark, reached},
    store::StoreError,
};

impl Draft<'_> {
    pub(super) fn swept(&mut self, swept: &Swept) -> Result<(), StoreError> {
        self.revive();
        match swept {
            Swept::Stock { seen } => {
                let listings = self.catalogue.listings().iter();
                let mapped = listings.flat_map(|listing| listing.jerky().map(|part| &part.sku));
                let missing: Vec<JerkySku> =
                    mapped.filter(|sku| !seen.contains(*sku)).cloned().collect();
                for sku in &missing {
                    reached(Mark::SweepMissedItem);
                    self.reread_item(sku);
                }
            }
            Swept::Products { seen } => {
                self.changes.products_swept = !self.state.products_swept;
                self.wake(&Trigger::ProductsSwept);
                let listings = self.catalogue.listings().iter();
                let listed = listings.map(|listing| &listing.polish);
                let own = self.catalogue.mirrors().iter().map(|mirror| &mirror.polish);
                let missing: Vec<PolishSku> = listed
                    .chain(own)
                    .filter(|sku| !seen.contains(*sku))
                    .cloned()
                    .collect();
                for sku in &missing {
                    reached(Mark::SweepMissedProduct);
                    self.reread_product(sku);
                }
            }
            Swept::OpenOrders { seen, began } => {
                let gone = |(id, order): (&OrderId, &super::order::Order)| {
                    let open = order
                        .facts
                        .as_ref()
                        .is_none_or(super::order::OrderFacts::is_open);
                    (open && order.first_seen < *began && !seen.contains(id)).then(|| id.clone())
                };
                let missing: Vec<OrderId> = self.state.orders.iter().filter_map(gone).collect();
                for id in missing {
                    reached(Mark::SweepClosedOrder);
                    self.order_mut(&id)?.reread = true;
                    self.dirty.insert(Aggregate::Order(id));
                }
            }
            Swept::Reservations { seen, began } => {
                let gone = |(id, order): (&OrderId, &super::order::Order)| {
                    let live = order.live().is_some_and(|held| !seen.contains(&held.id));
                    (live && order.first_seen < *began).then(|| id.clone())
                };
                let missing: Vec<OrderId> = self.state.orders.iter().filter_map(gone).collect();
                for id in missing {
                    reached(Mark::SweepLostReservation);
                    self.order_mut(&id)?.relist = true;
                    self.dirty.insert(Aggregate::Order(id));
                }
            }
        }
        Ok(())
    }

    /// Dead commands are forgotten; what still needs doing is planned anew. What cannot be read is
    /// tried at once, and once more: the whole row of attempts for each thing that can never be read
    /// would be more than the vendor should have to bear.
    fn revive(&mut self) {
        let dead: Vec<Row> = self.state.outbox.all_dead().cloned().collect();
        for row in dead {
            reached(Mark::Revived);
            self.drop_row(row.id);
            self.changes.forgiven.insert(row.aggregate.clone());
            self.dirty.insert(row.aggregate.clone());
            if row.command.is_read() {
                self.try_again(row);
            }
        }
    }

    /// Two attempts are left to it: what a first reading makes doubtful, a second one has to confirm.
    fn try_again(&mut self, row: Row) {
        let times = self.policy.dead_after.saturating_sub(2);
        let step = (row.aggregate.clone(), row.intention().into_owned());
        let failed = Failed {
            times,
            refused: true,
        };
        self.changes.failures.insert(step, failed);
        if self.live_row(&row.aggregate).is_none() {
            self.put_row(Row {
                state: CommandState::Pending,
                due_at: self.now,
                attempts: 0,
                ..row
            });
        }
    }
}
