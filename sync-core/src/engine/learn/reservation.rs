//! Reservations, whose replies state the levels of the items as well.

use super::Cause;
use crate::{
    engine::{
        draft::Draft,
        held::{Held, other_than_asked},
        stock::Learned,
    },
    outbox::{Aggregate, ReserveLine},
    sku::OrderId,
    store::StoreError,
    vendor::jerky::view::ReservationView,
};

impl Draft<'_> {
    pub(in crate::engine) fn learn_reservation(
        &mut self,
        order: &OrderId,
        view: &ReservationView,
    ) -> Result<(), StoreError> {
        self.learn_made(order, view, &[])
    }

    /// Takes in a reservation of which it is known what was asked for; nothing where it is not.
    pub(in crate::engine) fn learn_made(
        &mut self,
        order: &OrderId,
        view: &ReservationView,
        asked: &[ReserveLine],
    ) -> Result<(), StoreError> {
        let cause = Cause {
            kind: "reservation",
            event: view.id.as_str(),
        };
        for unreadable in &view.unreadable {
            self.unreadable(unreadable.clone());
        }
        for level in &view.stock {
            self.learn_level(level, Learned::Read, cause);
        }
        let skew = self.order_mut(order)?.skew(view);
        let read = match other_than_asked(view, asked).or_else(|| self.strange_line(view)) {
            Some(reason) => Err(reason),
            None => Held::read(view, skew),
        };
        let held = match read {
            Ok(held) => held,
            Err(reason) => {
                self.quarantine("reservation", order.as_str(), reason, view);
                self.order_mut(order)?.relist = true;
                self.dirty.insert(Aggregate::Order(order.clone()));
                return Ok(());
            }
        };
        // Without the levels in the reply, what is reserved would still be on sale.
        if view.stock.is_empty() && held.is_live() && self.known(order, &held)?.is_none() {
            for line in &held.lines {
                self.reread_item(&line.sku);
            }
        }
        let (id, known) = (held.id.clone(), self.known(order, &held)?.cloned());
        let new = self.order_mut(order)?.learn(held);
        if new {
            let learned = self.changes.reservations.entry(id);
            learned.or_insert_with(|| (order.clone(), known));
        }
        self.dirty.insert(Aggregate::Order(order.clone()));
        self.applied(new);
        Ok(())
    }

    /// A line of an item that nothing of ours is made of was never asked for. The vendor states a
    /// line in the unit in which it states the item's stock: in another, it would be a thousand
    /// times too much or too little.
    fn strange_line(&self, view: &ReservationView) -> Option<String> {
        view.lines.iter().find_map(|line| {
            if self.expected(&line.sku).is_none() {
                return Some(format!("nothing is made of {}", line.sku));
            }
            let level = self.item(&line.sku)?.level.as_ref()?;
            let usual = level.stated_in.filter(|usual| *usual != line.unit)?;
            let (id, unit) = (&line.line_id, line.unit);
            Some(format!(
                "line {id} is stated in {unit}, and the item in {usual}"
            ))
        })
    }

    fn known(&mut self, order: &OrderId, held: &Held) -> Result<Option<&Held>, StoreError> {
        let order = self.order_mut(order)?;
        Ok(order.reservation(&held.id))
    }

    /// A reservation that was read by itself: its reference says whose it is.
    pub(in crate::engine) fn learn_any_reservation(
        &mut self,
        view: &ReservationView,
    ) -> Result<(), StoreError> {
        let Ok(order) = OrderId::parse(&view.reference) else {
            self.applied(false);
            return Ok(());
        };
        // Others reserve too. What is not for an order of the shop is not ours to touch.
        if !self.knows_order(&order)? {
            self.applied(false);
            return Ok(());
        }
        self.learn_reservation(&order, view)
    }
}
