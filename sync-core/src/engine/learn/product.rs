//! The shop's products: what is on sale, and who last changed it.

use crate::{
    engine::{draft::Draft, product::Product, publish, stock::Learned},
    outbox::Aggregate,
    sku::PolishSku,
    sometimes::{Mark, reached},
    vendor::polish::view::ProductView,
};

impl Draft<'_> {
    pub(in crate::engine) fn learn_product(&mut self, view: &ProductView, how: Learned) {
        let known = self.listed(&view.sku).cloned().unwrap_or_default();
        match publish::judge(&known, view, self.policy.largest_quantity) {
            publish::Judgement::Apply(facts) => {
                let listing = self.catalogue.listing(&view.sku);
                let foreign =
                    listing.is_some_and(|listing| publish::is_foreign(&known, listing, &facts));
                let now = self.now;
                let product = self.product_mut(&view.sku);
                product.facts = Some(facts);
                product.heard = product.heard.max(view.version);
                if foreign {
                    product.foreign_since = Some(now);
                }
                self.moved_products.insert(view.sku.clone());
                self.settle_product(&view.sku);
                if let Some(listing) = listing.filter(|_| known.desired.is_none()) {
                    self.aim(listing);
                }
                self.applied(true);
            }
            publish::Judgement::Known => {
                if view.version < known.version() {
                    reached(Mark::OlderProduct);
                }
                if how == Learned::Read && view.version >= known.version() {
                    self.settle_product(&view.sku);
                }
                self.applied(false);
            }
            publish::Judgement::Doubt(facts) => {
                let reason = "its number is strange; a second reading will tell".to_owned();
                self.quarantine("product", view.sku.as_str(), reason, view);
                // A shop that says two things of one version may go on saying them: what is set right
                // at once would be set right as fast as it answers.
                let contradicts = (facts.version == known.version()).then_some(self.now);
                let product = self.product_mut(&view.sku);
                product.foreign_since = contradicts.or(product.foreign_since);
                product.doubt = Some(facts);
                self.reread_product(&view.sku);
            }
            publish::Judgement::Bad(reason) => {
                self.quarantine("product", view.sku.as_str(), reason, view);
                self.reread_product(&view.sku);
            }
        }
    }

    fn settle_product(&mut self, sku: &PolishSku) {
        let unsettled = |product: &Product| product.reread;
        if self.listed(sku).is_some_and(unsettled) {
            let product = self.product_mut(sku);
            product.reread = false;
            product.doubt = None;
            let subject = sku.as_str().to_owned();
            self.changes.resolved.push(("product", subject));
        }
        self.dirty.insert(Aggregate::Listing(sku.clone()));
    }

    pub(in crate::engine) fn reread_product(&mut self, sku: &PolishSku) {
        if self.listed(sku).is_none_or(|product| !product.reread) {
            self.product_mut(sku).reread = true;
        }
        self.dirty.insert(Aggregate::Listing(sku.clone()));
    }
}
