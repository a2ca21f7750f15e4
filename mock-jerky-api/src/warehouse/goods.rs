//! Goods that come, go and move: what each kind of change but counts and lot status does.

use super::{
    Answer, Warehouse,
    adjustment::{Done, cause},
    asked::{Asked, usual_place},
    fefo::Shelf,
    invalid,
    item::ItemState,
    lot::{Lot, Place},
    moves::Move,
};
use crate::{
    ids::Location,
    model::{Change, LotStatus},
    problem::ProblemKind,
    quantity::{MOST, Quantity},
    truth::{Account, Stamp},
};

impl Warehouse {
    pub(super) fn receive(
        &mut self,
        stamp: &Stamp,
        change: &Change,
        asked: &Asked,
    ) -> Answer<Done> {
        let quantity = asked.above_zero()?;
        let place = asked.place()?;
        let item = self.stocked(&change.sku)?;
        if let Some(lot) = item.lots.get(&place.lot) {
            check_receipt(lot, change)?;
            check_room(lot, &place.location, quantity)?;
        } else {
            let status = change
                .lot_status
                .map_or(LotStatus::Released, crate::model::LotStatusChange::status);
            let dates = (change.produced_on, change.expires_on);
            self.open_lot(stamp, &change.sku, &place.lot, status, dates);
        }
        self.put(
            stamp,
            change,
            place,
            (Account::Supplier, Account::OnHand),
            quantity,
        );
        Ok(Done::Stock)
    }

    /// A delta on what is available in one lot and place.
    pub(super) fn shift(&mut self, stamp: &Stamp, change: &Change, asked: &Asked) -> Answer<Done> {
        let delta = asked.quantity()?;
        let place = asked.place()?;
        let lot = asked.lot_of(self.stocked(&change.sku)?)?;
        if delta < Quantity::ZERO {
            self.enough(
                change,
                lot.bin(&place.location).balance(Account::OnHand),
                -delta,
            )?;
            self.put(
                stamp,
                change,
                place,
                (Account::OnHand, Account::CountedOff),
                -delta,
            );
        } else {
            check_room(lot, &place.location, delta)?;
            self.put(
                stamp,
                change,
                place,
                (Account::CountedOff, Account::OnHand),
                delta,
            );
        }
        Ok(if delta == Quantity::ZERO {
            Done::Nothing
        } else {
            Done::Stock
        })
    }

    /// A delta on an item whose lots nobody told apart: a loss is taken first expired first, a
    /// gain is put to the lot that leaves first, which promises nobody too long a shelf life.
    pub(super) fn spread(&mut self, stamp: &Stamp, change: &Change, asked: &Asked) -> Answer<Done> {
        let delta = asked.quantity()?;
        let item = self.stocked(&change.sku)?;
        let mut shelf = Shelf::whole(item, stamp.at);
        if delta > Quantity::ZERO {
            let place = first_place(item, stamp.at)?;
            let lot = item.lots.get(&place.lot);
            lot.map_or(Ok(()), |lot| check_room(lot, &place.location, delta))?;
            self.put(
                stamp,
                change,
                &place,
                (Account::CountedOff, Account::OnHand),
                delta,
            );
            return Ok(Done::Stock);
        }
        self.enough(change, shelf.spare(), -delta)?;
        for part in shelf.take(-delta).unwrap_or_default() {
            let way = (Account::OnHand, Account::CountedOff);
            self.put(stamp, change, &part.place, way, part.quantity);
        }
        Ok(if delta == Quantity::ZERO {
            Done::Nothing
        } else {
            Done::Stock
        })
    }

    /// Moves a quantity within one lot and place, if the account has it.
    pub(super) fn shelve(
        &mut self,
        stamp: &Stamp,
        change: &Change,
        asked: &Asked,
        way: (Account, Account),
    ) -> Answer<Done> {
        let quantity = asked.above_zero()?;
        let place = asked.place()?;
        let lot = asked.lot_of(self.stocked(&change.sku)?)?;
        self.enough(change, lot.bin(&place.location).balance(way.0), quantity)?;
        self.put(stamp, change, place, way, quantity);
        Ok(Done::Stock)
    }

    /// Sold goods come back, whatever became of their lot meanwhile.
    pub(super) fn take_back(
        &mut self,
        stamp: &Stamp,
        change: &Change,
        asked: &Asked,
    ) -> Answer<Done> {
        let quantity = asked.above_zero()?;
        let place = asked.place()?;
        let lot = asked.lot_of(self.stocked(&change.sku)?)?;
        check_room(lot, &place.location, quantity)?;
        self.put(
            stamp,
            change,
            place,
            (Account::Sold, Account::QualityControl),
            quantity,
        );
        Ok(Done::Stock)
    }

    pub(super) fn restock(
        &mut self,
        stamp: &Stamp,
        change: &Change,
        asked: &Asked,
    ) -> Answer<Done> {
        let item = self.stocked(&change.sku)?;
        if !asked.lot_of(item)?.is_eligible(item.today(stamp.at)) {
            let detail = "goods of a lot that is not released, or has expired, are not restocked";
            return Err(ProblemKind::LotNotEligible.because(detail).into());
        }
        let way = (Account::QualityControl, Account::OnHand);
        self.shelve(stamp, change, asked, way)
    }

    /// Destroys goods of any lot, expired and recalled ones above all.
    pub(super) fn dispose(
        &mut self,
        stamp: &Stamp,
        change: &Change,
        asked: &Asked,
    ) -> Answer<Done> {
        let place = asked.place()?;
        let lot = asked.lot_of(self.stocked(&change.sku)?)?;
        let unpromised = lot.unpromised(&place.location);
        let mut missing = match change.quantity {
            Some(_) => asked.above_zero()?,
            None => unpromised,
        };
        self.enough(change, unpromised, missing)?;
        let bin = lot.bin(&place.location);
        for account in [Account::QualityControl, Account::Damaged, Account::OnHand] {
            let part = bin.balance(account).min(missing);
            missing -= part;
            self.put(stamp, change, place, (account, Account::Disposed), part);
        }
        Ok(if unpromised == Quantity::ZERO {
            Done::Nothing
        } else {
            Done::Stock
        })
    }

    pub(super) fn carry(&mut self, stamp: &Stamp, change: &Change, asked: &Asked) -> Answer<Done> {
        let quantity = asked.above_zero()?;
        let from = asked.place()?;
        let to = change
            .to_location
            .clone()
            .ok_or_else(|| invalid("where to?", "to_location"))?;
        let lot = asked.lot_of(self.stocked(&change.sku)?)?;
        self.enough(
            change,
            lot.bin(&from.location).balance(Account::OnHand),
            quantity,
        )?;
        check_room(lot, &to, quantity)?;
        let to = Place {
            lot: from.lot.clone(),
            location: to,
        };
        if to == *from {
            return Ok(Done::Nothing);
        }
        self.put(
            stamp,
            change,
            from,
            (Account::OnHand, Account::InTransit),
            quantity,
        );
        self.put(
            stamp,
            change,
            &to,
            (Account::InTransit, Account::OnHand),
            quantity,
        );
        Ok(Done::Stock)
    }

    pub(super) fn put(
        &mut self,
        stamp: &Stamp,
        change: &Change,
        place: &Place,
        (from, to): (Account, Account),
        quantity: Quantity,
    ) {
        self.post(
            stamp,
            &Move {
                sku: &change.sku,
                place,
                from,
                to,
                quantity,
                cause: cause(change.kind),
                subject: Some(&change.change_id.shared()),
            },
        );
    }

    fn enough(&self, change: &Change, held: Quantity, wanted: Quantity) -> Answer<()> {
        if wanted <= held {
            return Ok(());
        }
        let item = self.item(&change.sku)?;
        let (held, wanted) = (item.amount(held), item.amount(wanted));
        let detail = format!("{wanted} asked for, and only {held} is there");
        Err(ProblemKind::InsufficientStock
            .because(detail)
            .current(held)
            .into())
    }
}

/// The place of the eligible lot that leaves first, empty ones included.
fn first_place(item: &ItemState, now: jiff::Timestamp) -> Answer<Place> {
    let today = item.today(now);
    let eligible = item.lots.iter().filter(|(_, lot)| lot.is_eligible(today));
    let first = eligible.min_by_key(|(id, lot)| (super::fefo::expiry_order(lot.expires_on), *id));
    let (id, lot) = first.ok_or_else(|| {
        ProblemKind::LotNotEligible.because("no lot is released and unexpired; name one")
    })?;
    Ok(Place {
        lot: id.clone(),
        location: usual_place(Some(lot)),
    })
}

fn check_receipt(lot: &Lot, change: &Change) -> Answer<()> {
    let differs = |known, told: Option<crate::LotDate>| told.is_some() && told != known;
    if lot.status == LotStatus::Disposed || lot.status == LotStatus::Recalled {
        let detail = "a recalled or disposed lot takes no more goods";
        return Err(ProblemKind::LotNotEligible.because(detail).into());
    }
    if differs(lot.expires_on, change.expires_on) || differs(lot.produced_on, change.produced_on) {
        let detail = "one lot has one production and one expiry date; use another lot id";
        return Err(ProblemKind::LotMismatch.because(detail).into());
    }
    Ok(())
}

fn check_room(lot: &Lot, location: &Location, more: Quantity) -> Answer<()> {
    if lot.bin(location).on_hand() + more > MOST {
        return Err(invalid("more than a place can hold", "quantity"));
    }
    Ok(())
}
