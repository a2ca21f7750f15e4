//! Orders: the newer version is taken in, unless it contradicts what is known and says so but once.

use crate::{
    engine::{
        demand::unknown_lines,
        draft::Draft,
        order::{Order, OrderFacts},
        stock::Learned,
    },
    outbox::Aggregate,
    sku::OrderId,
    sometimes::{Mark, reached},
    store::StoreError,
    vendor::polish::view::OrderView,
};

/// What was read of an order, held against what is known of it.
struct Weighed {
    facts: OrderFacts,
    is_known: bool,
    /// Whether it is what was doubted before, read a second time.
    is_repeated: bool,
    /// Whether anything was doubted before.
    doubted: bool,
    contradiction: Option<String>,
}

impl Weighed {
    fn new(facts: OrderFacts, order: Option<&Order>) -> Self {
        let known = order.and_then(|order| order.facts.as_ref());
        let doubt = order.and_then(|order| order.doubt.as_ref());
        Self {
            is_known: known == Some(&facts),
            is_repeated: doubt == Some(&facts),
            doubted: doubt.is_some(),
            contradiction: known.and_then(|known| facts.contradicts(known)),
            facts,
        }
    }
}

impl Draft<'_> {
    /// Takes in an order, if its version is newer and it can have become of what is known.
    pub(in crate::engine) fn learn_order(
        &mut self,
        view: &OrderView,
        how: Learned,
    ) -> Result<(), StoreError> {
        let known = self.known_version(&view.id)?.unwrap_or(0);
        if view.version < known {
            reached(Mark::OlderOrder);
        }
        if view.version < known || view.version == known && how != Learned::Read {
            self.applied(false);
            return Ok(());
        }
        let found = self.recall(&view.id)?;
        let is_reread = found.as_deref().is_some_and(|order| order.reread);
        let read = OrderFacts::read(view, self.policy.largest_quantity);
        let read = read.map(|facts| Weighed::new(facts, found.as_deref()));
        if is_reread && how == Learned::Read {
            self.order_mut(&view.id)?.reread = false;
            self.dirty.insert(Aggregate::Order(view.id.clone()));
        }
        match read {
            Ok(weighed) => self.weigh_order(view, weighed),
            Err(_) if view.version == known => {
                self.applied(false);
                Ok(())
            }
            Err(reason) => self.doubt_order(view, reason, None),
        }
    }

    /// Takes in facts that could be true, unless they contradict what is known; and even then, if
    /// they are read a second time.
    fn weigh_order(&mut self, view: &OrderView, weighed: Weighed) -> Result<(), StoreError> {
        let Weighed { facts, doubted, .. } = weighed;
        if weighed.is_known && !doubted {
            self.applied(false);
            return Ok(());
        }
        if let Some(reason) = weighed.contradiction
            && (!weighed.is_repeated || self.loses_products(&view.id, &facts))
        {
            reached(Mark::DoubtedOrder);
            return self.doubt_order(view, reason, Some(facts));
        }
        self.dirty.insert(Aggregate::Order(view.id.clone()));
        let order = self.order_mut(&view.id)?;
        order.doubt = None;
        order.heard = order.heard.max(facts.version);
        order.facts = Some(facts);
        self.applied(!weighed.is_known);
        Ok(())
    }

    /// Whether a line that asked for a product we know asks for one that nobody knows: a misspelt
    /// name is misspelt as well when it is read again.
    fn loses_products(&self, id: &OrderId, facts: &OrderFacts) -> bool {
        let known = self.order(id).and_then(|order| order.facts.as_ref());
        let unknown = |facts: &OrderFacts| unknown_lines(facts, self).count();
        known.is_some_and(|known| unknown(facts) > unknown(known))
    }

    fn doubt_order(
        &mut self,
        view: &OrderView,
        reason: String,
        doubt: Option<OrderFacts>,
    ) -> Result<(), StoreError> {
        self.dirty.insert(Aggregate::Order(view.id.clone()));
        self.quarantine("order", view.id.as_str(), reason, view);
        let order = self.order_mut(&view.id)?;
        order.reread = true;
        order.doubt = doubt;
        Ok(())
    }
}
