//! Items whose stock the other side owns: it tells, and the newest telling stands.

use super::{Answer, Warehouse, invalid, item::ItemState};
use crate::{
    command::Reply,
    ids::Sku,
    model::{EventType, MirrorAvailability},
    problem::ProblemKind,
    quantity::{MOST, Quantity},
    truth::{CauseKind, Fact, Stamp},
};

/// The largest integer that every JSON reader keeps exact (RFC 8259, 6).
const LAST_SEQUENCE: u64 = (1 << 53) - 1;

impl Warehouse {
    /// An item whose stock the other side owns.
    pub(super) fn mirrored(&self, sku: &Sku) -> Answer<&ItemState> {
        let item = self.item(sku)?;
        if !item.is_mirror() {
            let detail = format!("{sku} is owned by this warehouse and mirrors nothing");
            return Err(ProblemKind::WrongOwner.because(detail).into());
        }
        Ok(item)
    }

    pub(super) fn set_mirror(
        &mut self,
        stamp: &Stamp,
        sku: &Sku,
        told: &MirrorAvailability,
    ) -> Answer<Reply> {
        let item = self.mirrored(sku)?;
        if told.source_sequence > LAST_SEQUENCE {
            return Err(invalid(
                format!("must be 0 to {LAST_SEQUENCE}"),
                "source_sequence",
            ));
        }
        let quantity = quantity_of(item, told)?;
        let known = &item.mirror;
        let (changed, newer) = (
            known.quantity != quantity,
            told.source_sequence > known.source_sequence,
        );
        if changed && !newer {
            let detail = format!("{sku} already follows sequence {}", known.source_sequence);
            let problem = ProblemKind::StaleSequence.because(detail);
            return Err(problem.current(known.source_sequence).into());
        }
        if newer {
            self.follow(stamp, sku, quantity, told.source_sequence);
        }
        if changed {
            self.announce(stamp, sku, EventType::StockChanged, CauseKind::Mirror, None);
        }
        Ok(Reply::Mirror(Box::new(self.mirrored(sku)?.mirror_view())))
    }

    fn follow(&mut self, stamp: &Stamp, sku: &Sku, quantity: Quantity, source_sequence: u64) {
        if let Some(item) = self.items.get_mut(sku) {
            item.mirror.quantity = quantity;
            item.mirror.source_sequence = source_sequence;
            item.mirror.updated_by = Some(stamp.actor.clone());
        }
        self.truth.record(
            stamp,
            Fact::MirrorSet {
                sku: sku.clone(),
                quantity,
                source_sequence,
            },
        );
    }
}

fn quantity_of(item: &ItemState, told: &MirrorAvailability) -> Answer<Quantity> {
    let Some(quantity) = item.read(told.quantity, told.unit) else {
        let (unit, own) = (told.unit.code(), item.unit().code());
        let detail = format!(
            "{} {unit} does not fit an item kept in {own}",
            told.quantity
        );
        return Err(ProblemKind::UnitMismatch
            .because(detail)
            .at("quantity")
            .into());
    };
    if quantity < Quantity::ZERO || quantity > MOST {
        return Err(invalid("must be zero or more", "quantity"));
    }
    Ok(quantity)
}
