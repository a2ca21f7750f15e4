//! Recounts: each is taken once, and as the catalogue says for its product.

use crate::{
    engine::{
        counts::{self, Verdict},
        draft::Draft,
        product::TakenCount,
    },
    outbox::Aggregate,
    sku::PolishSku,
    sometimes::{Mark, reached},
    store::{Entity, StoreError},
    vendor::polish::view::CountView,
};

impl Draft<'_> {
    pub(in crate::engine) fn learn_count(&mut self, view: &CountView) -> Result<(), StoreError> {
        let id = view.id.clone();
        let now = &self.changes.counts;
        if now.iter().any(|(known, _)| *known == id)
            || self.store.get(Entity::Count, id.as_str())?.is_some()
        {
            self.applied(false);
            return Ok(());
        }
        let product = self.listed(&view.sku);
        if product.is_some_and(|product| !product.counts.is_empty()) {
            self.product_mut(&view.sku).waiting.push(view.clone());
            self.changes.counts.push((id, Verdict::Waits));
        } else {
            self.settle_count(view);
        }
        self.applied(true);
        Ok(())
    }

    /// The next recount of a product, once what the one before it changed is known.
    pub(in crate::engine) fn settle_waiting(&mut self, sku: &PolishSku) {
        while let Some(product) = self.listed(sku)
            && product.counts.is_empty()
            && !product.waiting.is_empty()
        {
            let view = self.product_mut(sku).waiting.remove(0);
            self.settle_count(&view);
        }
    }

    fn settle_count(&mut self, view: &CountView) {
        let id = view.id.clone();
        let listing = self.catalogue.listing(&view.sku);
        let product = self.listed(&view.sku);
        let verdict = counts::decide(view, listing, product, self.policy.largest_quantity);
        match &verdict {
            Verdict::Taken(change) => {
                reached(Mark::CountTaken);
                let taken = TakenCount {
                    count: id.clone(),
                    changes: vec![change.clone()],
                };
                self.product_mut(&view.sku).counts.push(taken);
            }
            Verdict::Review(reason) => {
                reached(Mark::CountReviewed);
                self.quarantine("count", id.as_str(), reason.clone(), view);
                self.alert("count-review", view.sku.as_str(), reason.clone());
            }
            Verdict::Bad(reason) => self.quarantine("count", id.as_str(), reason.clone(), view),
            Verdict::KeptOwner => reached(Mark::CountOverruled),
            Verdict::Waits => {}
        }
        self.dirty.insert(Aggregate::Listing(view.sku.clone()));
        self.changes.counts.push((id, verdict));
    }
}
