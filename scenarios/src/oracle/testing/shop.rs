//! What happens in the shop: orders, own stock, published numbers.

use super::World;
use crate::oracle::history::{
    Actor, Fact, PolishFact, ProductKind, Returned, ShopAccount, ShopLine, ShopQuantity,
};

impl World {
    pub(in crate::oracle) fn publish(&mut self, sku: &str, available: i64) {
        let version = self.history.polish.len() as u64;
        self.polish(PolishFact::Available {
            sku: sku.into(),
            available,
            version,
        });
    }

    pub(in crate::oracle) fn place(&mut self, id: &str, sku: &str, quantity: i64) {
        self.place_as(id, sku, quantity, false);
    }

    pub(in crate::oracle) fn place_as(
        &mut self,
        id: &str,
        sku: &str,
        quantity: i64,
        automatic: bool,
    ) {
        self.actor = Actor::Storefront;
        self.polish(PolishFact::Placed {
            order: id.into(),
            lines: vec![ShopLine {
                line_id: "1".to_owned(),
                sku: sku.into(),
                quantity,
            }],
            automatic,
            hold_expires_at: None,
        });
        self.actor = Actor::Middleware;
    }

    pub(in crate::oracle) fn confirm(&mut self, id: &str) {
        self.polish(PolishFact::Confirmed { order: id.into() });
    }

    pub(in crate::oracle) fn cancel(&mut self, id: &str, quantity: i64) {
        self.by_staff(PolishFact::Cancelled {
            order: id.into(),
            lines: vec![part(quantity)],
        });
    }

    pub(in crate::oracle) fn ship(&mut self, id: &str, reference: &str, quantity: i64) {
        self.by_staff(PolishFact::Shipped {
            order: id.into(),
            reference: reference.to_owned(),
            lines: vec![part(quantity)],
        });
    }

    pub(in crate::oracle) fn give_back(
        &mut self,
        id: &str,
        reference: &str,
        quantity: i64,
        restock: bool,
    ) {
        self.by_staff(PolishFact::Returned {
            order: id.into(),
            reference: reference.to_owned(),
            lines: vec![Returned {
                line_id: "1".to_owned(),
                quantity,
                restock,
            }],
        });
    }

    pub(in crate::oracle) fn own(
        &mut self,
        sku: &str,
        from: ShopAccount,
        to: ShopAccount,
        quantity: i64,
    ) {
        self.polish(PolishFact::OwnMoved {
            sku: sku.into(),
            from,
            to,
            quantity,
        });
    }

    pub(super) fn product(&mut self, sku: &str, kind: ProductKind) {
        let listing = self.history.mapping.listings.get(sku);
        let (moq, multiple) = listing.map_or((1, 1), |listing| (listing.moq, listing.multiple));
        self.polish(PolishFact::Product {
            sku: sku.into(),
            kind,
            moq,
            multiple,
            available: 0,
            components: Vec::new(),
        });
    }

    fn by_staff(&mut self, what: PolishFact) {
        self.actor = Actor::Staff;
        self.polish(what);
        self.actor = Actor::Middleware;
    }

    pub(in crate::oracle) fn polish(&mut self, what: PolishFact) {
        self.history.polish.push(Fact {
            number: self.history.polish.len() as u64 + 1,
            at: self.now,
            actor: self.actor,
            key: None,
            what,
        });
        self.pass(1);
    }
}

fn part(quantity: i64) -> ShopQuantity {
    ShopQuantity {
        line_id: "1".to_owned(),
        quantity,
    }
}
