//! Physical counts: an absolute number for a lot and place, taken over only if the books still
//! say what the counter believed.

use super::{Answer, Warehouse, adjustment::Done, asked::Asked, invalid, moves::Move};
use crate::{
    model::Change,
    problem::ProblemKind,
    quantity::Quantity,
    truth::{Account, CauseKind, Fact, Stamp},
};

impl Warehouse {
    pub(super) fn count(&mut self, stamp: &Stamp, change: &Change, asked: &Asked) -> Answer<Done> {
        let counted = asked.quantity()?;
        let place = asked.place()?;
        let item = self.stocked(&change.sku)?;
        let lot = asked.lot_of(item)?;
        let expected = change
            .expected
            .ok_or_else(|| invalid("a count needs what the counter believed", "expected"))?;
        let expected = item.read(expected, asked.unit);
        let bin = lot.bin(&place.location);
        let books = bin.on_hand();
        if expected != Some(books) {
            let now = item.amount(books);
            let detail = format!("the books say {now} now; count again");
            return Err(ProblemKind::StaleCount.because(detail).current(now).into());
        }
        let promised = books - lot.unpromised(&place.location);
        if counted < promised {
            let held = item.amount(promised);
            let detail = format!("{held} is promised; release reservations before counting less");
            return Err(ProblemKind::InsufficientStock
                .because(detail)
                .current(held)
                .into());
        }
        let judged = (
            bin.balance(Account::QualityControl),
            bin.balance(Account::Damaged),
        );
        let shelf = bin.balance(Account::OnHand);
        self.truth.record(
            stamp,
            Fact::Counted {
                sku: change.sku.clone(),
                lot: place.lot.clone(),
                location: place.location.clone(),
                counted,
                previous: books,
            },
        );
        self.correct(stamp, change, asked, counted - books, shelf, judged)?;
        Ok(if counted == books {
            Done::Nothing
        } else {
            Done::Stock
        })
    }

    /// Posts a difference: a gain goes on the shelf; a loss comes off the shelf first, then out of
    /// quality control, then off the damaged goods.
    fn correct(
        &mut self,
        stamp: &Stamp,
        change: &Change,
        asked: &Asked,
        difference: Quantity,
        shelf: Quantity,
        (judged, damaged): (Quantity, Quantity),
    ) -> Answer<()> {
        let gain = difference.at_least_zero();
        let mut loss = (-difference).at_least_zero();
        let mut moves = vec![(Account::CountedOff, Account::OnHand, gain)];
        for (account, held) in [
            (Account::OnHand, shelf),
            (Account::QualityControl, judged),
            (Account::Damaged, damaged),
        ] {
            let part = held.min(loss).at_least_zero();
            loss -= part;
            moves.push((account, Account::CountedOff, part));
        }
        for (from, to, quantity) in moves {
            self.post(
                stamp,
                &Move {
                    sku: &change.sku,
                    place: asked.place()?,
                    from,
                    to,
                    quantity,
                    cause: CauseKind::Count,
                    subject: Some(&change.change_id.shared()),
                },
            );
        }
        Ok(())
    }
}
