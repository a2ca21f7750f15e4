//! Changes by the people who run the warehouse: each checked, applied or refused by itself, and
//! remembered for ever under its change id.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    Answer, Warehouse, bounded,
    fefo::Shelf,
    invalid,
    item::ItemState,
    lot::{Lot, Place, may_become},
    moves::Move,
};
use crate::{
    command::Reply,
    ids::Location,
    model::{Change, ChangeKind, ChangeResult, EventType, LotStatus},
    problem::{Problem, ProblemKind},
    quantity::{MOST, Quantity, Unit},
    truth::{Account, CauseKind, Fact, Stamp},
};

/// Where goods lie until somebody says better.
const DOCK: &str = "DOCK-1";

/// A change that was carried out or refused, with what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Remembered {
    change: Change,
    result: ChangeResult,
}

/// A change, read as far as every kind reads it.
pub(super) struct Asked {
    /// The unit of its quantities.
    pub(super) unit: Unit,
    quantity: Option<Answer<Quantity>>,
    place: Option<Place>,
}

/// What a change did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    /// All was as it should be already.
    Nothing,
    /// Stock moved.
    Stock,
    /// A lot moved on in its life.
    Status,
}

impl Warehouse {
    pub(super) fn adjust_batch(&mut self, stamp: &Stamp, changes: Vec<Change>) -> Answer<Reply> {
        if !(1..=100).contains(&changes.len()) {
            return Err(invalid("must have 1 to 100 changes", "changes"));
        }
        for (index, change) in changes.iter().enumerate() {
            check(change, index)?;
        }
        let each = changes.into_iter().map(|change| self.adjust(stamp, change));
        Ok(Reply::Adjusted(each.collect()))
    }

    fn adjust(&mut self, stamp: &Stamp, change: Change) -> ChangeResult {
        let known = self
            .changes
            .get(&stamp.actor)
            .and_then(|known| known.get(&change.change_id));
        if let Some(known) = known {
            return repeat(known, &change);
        }
        // The change id outlives every idempotency key, so it is the key that facts are found by.
        let stamp = Stamp {
            key: Some(change.change_id.shared()),
            ..stamp.clone()
        };
        let result = match self.apply(&stamp, &change) {
            Ok(done) => self.applied(&stamp, &change, done),
            Err(problem) => refused(&change, *problem),
        };
        // What could not even be read protects nothing, and may come again in better shape.
        if result.status != ProblemKind::InvalidRequest.status() {
            let remembered = self.changes.entry(stamp.actor).or_default();
            let (id, result) = (change.change_id.clone(), result.clone());
            remembered.insert(id, Remembered { change, result });
        }
        result
    }

    fn apply(&mut self, stamp: &Stamp, change: &Change) -> Answer<Done> {
        let asked = Asked::of(self.stocked(&change.sku)?, change);
        match change.kind {
            ChangeKind::Receipt => self.receive(stamp, change, &asked),
            ChangeKind::Adjustment if change.lot.is_none() => self.spread(stamp, change, &asked),
            ChangeKind::Adjustment => self.shift(stamp, change, &asked),
            ChangeKind::Count => self.count(stamp, change, &asked),
            ChangeKind::Damage => {
                let way = (Account::OnHand, Account::Damaged);
                self.shelve(stamp, change, &asked, way)
            }
            ChangeKind::Return => self.take_back(stamp, change, &asked),
            ChangeKind::Restock => self.restock(stamp, change, &asked),
            ChangeKind::Disposal => self.dispose(stamp, change, &asked),
            ChangeKind::LotStatus => self.turn(stamp, change, &asked),
            ChangeKind::Transfer => self.carry(stamp, change, &asked),
        }
    }

    fn applied(&mut self, stamp: &Stamp, change: &Change, done: Done) -> ChangeResult {
        let reference = change
            .reference
            .as_ref()
            .map_or_else(|| change.change_id.shared(), crate::Reference::shared);
        let kind = match done {
            Done::Status => EventType::LotStatusChanged,
            Done::Stock | Done::Nothing => EventType::StockChanged,
        };
        let stock = if done == Done::Nothing {
            self.level(&change.sku, stamp.at).map(Arc::new)
        } else {
            self.announce(
                stamp,
                &change.sku,
                kind,
                cause(change.kind),
                Some(reference),
            )
        };
        ChangeResult {
            change_id: change.change_id.clone(),
            status: 200,
            sequence: stock.as_ref().map(|stock| stock.sequence),
            stock,
            problem: None,
            replayed: false,
        }
    }

    fn receive(&mut self, stamp: &Stamp, change: &Change, asked: &Asked) -> Answer<Done> {
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
    fn shift(&mut self, stamp: &Stamp, change: &Change, asked: &Asked) -> Answer<Done> {
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
    fn spread(&mut self, stamp: &Stamp, change: &Change, asked: &Asked) -> Answer<Done> {
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
    fn shelve(
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
    fn take_back(&mut self, stamp: &Stamp, change: &Change, asked: &Asked) -> Answer<Done> {
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

    fn restock(&mut self, stamp: &Stamp, change: &Change, asked: &Asked) -> Answer<Done> {
        let item = self.stocked(&change.sku)?;
        if !asked.lot_of(item)?.is_eligible(item.today(stamp.at)) {
            let detail = "goods of a lot that is not released, or has expired, are not restocked";
            return Err(ProblemKind::LotNotEligible.because(detail).into());
        }
        let way = (Account::QualityControl, Account::OnHand);
        self.shelve(stamp, change, asked, way)
    }

    /// Destroys goods of any lot, expired and recalled ones above all.
    fn dispose(&mut self, stamp: &Stamp, change: &Change, asked: &Asked) -> Answer<Done> {
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

    fn turn(&mut self, stamp: &Stamp, change: &Change, asked: &Asked) -> Answer<Done> {
        let to = change
            .lot_status
            .ok_or_else(|| invalid("what becomes of the lot?", "lot_status"))?;
        let (to, id) = (to.status(), asked.lot_id(change)?);
        let lot = asked.lot_of(self.stocked(&change.sku)?)?;
        if lot.status == to {
            return Ok(Done::Nothing);
        }
        if !may_become(lot.status, to) {
            let detail = format!("lot {id} is {:?} and cannot become {to:?}", lot.status);
            return Err(ProblemKind::LotNotEligible.because(detail).into());
        }
        let expires_on = lot.expires_on;
        let places: Vec<Location> = lot.bins.keys().cloned().collect();
        if let Some(lot) = self
            .items
            .get_mut(&change.sku)
            .and_then(|item| item.lots.get_mut(id))
        {
            lot.status = to;
        }
        self.truth.record(
            stamp,
            Fact::LotChanged {
                sku: change.sku.clone(),
                lot: id.clone(),
                status: to,
                expires_on,
            },
        );
        if to == LotStatus::Disposed {
            for location in places {
                self.empty(
                    stamp,
                    change,
                    &Place {
                        lot: id.clone(),
                        location,
                    },
                );
            }
        }
        Ok(Done::Status)
    }

    /// Destroys all that is promised to nobody in a place.
    fn empty(&mut self, stamp: &Stamp, change: &Change, place: &Place) {
        let lot = self
            .items
            .get(&change.sku)
            .and_then(|item| item.lots.get(&place.lot));
        let bin = lot.map(|lot| lot.bin(&place.location)).unwrap_or_default();
        for account in [Account::QualityControl, Account::Damaged, Account::OnHand] {
            self.put(
                stamp,
                change,
                place,
                (account, Account::Disposed),
                bin.balance(account),
            );
        }
    }

    fn carry(&mut self, stamp: &Stamp, change: &Change, asked: &Asked) -> Answer<Done> {
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

    fn put(
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

impl Asked {
    fn of(item: &ItemState, change: &Change) -> Self {
        let unit = change.unit.unwrap_or(item.unit());
        let read = |written| {
            item.read(written, unit).ok_or_else(|| {
                let (unit, own) = (unit.code(), item.unit().code());
                let detail = format!("{written} {unit} does not fit an item kept in {own}");
                ProblemKind::UnitMismatch
                    .because(detail)
                    .at("quantity")
                    .into()
            })
        };
        Self {
            unit,
            quantity: change.quantity.map(read),
            place: change.lot.clone().map(|lot| Place {
                location: change
                    .location
                    .clone()
                    .unwrap_or_else(|| usual_place(item.lots.get(&lot))),
                lot,
            }),
        }
    }

    pub(super) fn quantity(&self) -> Answer<Quantity> {
        self.quantity
            .clone()
            .unwrap_or_else(|| Err(invalid("how much?", "quantity")))
    }

    fn above_zero(&self) -> Answer<Quantity> {
        let quantity = self.quantity()?;
        if quantity > Quantity::ZERO {
            return Ok(quantity);
        }
        Err(invalid("must be above zero", "quantity"))
    }

    pub(super) fn place(&self) -> Answer<&Place> {
        self.place
            .as_ref()
            .ok_or_else(|| invalid("which lot?", "lot"))
    }

    fn lot_id<'a>(&self, change: &'a Change) -> Answer<&'a crate::LotId> {
        change
            .lot
            .as_ref()
            .ok_or_else(|| invalid("which lot?", "lot"))
    }

    pub(super) fn lot_of<'a>(&self, item: &'a ItemState) -> Answer<&'a Lot> {
        let id = &self.place()?.lot;
        item.lots.get(id).ok_or_else(|| {
            let detail = format!("{} has no lot {id}", item.sku());
            ProblemKind::UnknownLot.because(detail).into()
        })
    }
}

/// The lot's one place, or the one with stock in it, or the dock.
fn usual_place(lot: Option<&Lot>) -> Location {
    let bins = || lot.into_iter().flat_map(|lot| &lot.bins);
    let stocked = bins().find(|(_, bin)| bin.on_hand() > Quantity::ZERO);
    let place = stocked.or_else(|| bins().next());
    place.map_or_else(|| DOCK.into(), |(location, _)| location.clone())
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

fn check(change: &Change, index: usize) -> Answer<()> {
    let field = |name: &str| format!("changes[{index}].{name}");
    bounded(change.change_id.as_str(), 128, || field("change_id"))?;
    if let Some(reference) = &change.reference {
        bounded(reference.as_str(), 128, || field("reference"))?;
    }
    match &change.reason {
        Some(reason) if reason.chars().count() > 500 => {
            Err(invalid("must have up to 500 characters", field("reason")))
        }
        _ => Ok(()),
    }
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

fn cause(kind: ChangeKind) -> CauseKind {
    match kind {
        ChangeKind::Receipt => CauseKind::Receipt,
        ChangeKind::Adjustment => CauseKind::Adjustment,
        ChangeKind::Count => CauseKind::Count,
        ChangeKind::Damage => CauseKind::Damage,
        ChangeKind::Return => CauseKind::Return,
        ChangeKind::Restock => CauseKind::Restock,
        ChangeKind::Disposal => CauseKind::Disposal,
        ChangeKind::LotStatus => CauseKind::LotStatus,
        ChangeKind::Transfer => CauseKind::Transfer,
    }
}

fn repeat(known: &Remembered, change: &Change) -> ChangeResult {
    if known.change == *change {
        return ChangeResult {
            replayed: true,
            ..known.result.clone()
        };
    }
    let detail = format!("{} already names another change", change.change_id);
    refused(change, ProblemKind::ChangeIdReused.because(detail))
}

/// The result of a change that was not applied.
pub(crate) fn refused(change: &Change, problem: Problem) -> ChangeResult {
    ChangeResult {
        change_id: change.change_id.clone(),
        status: problem.status,
        sequence: None,
        stock: None,
        problem: Some(problem),
        replayed: false,
    }
}
