//! Making, finding and extending reservations. Committing and giving back have files of their own.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};

use super::{
    Answer, Warehouse, bounded,
    expiry::Due,
    fefo::{Shelf, Short, Taken},
    invalid,
    item::ItemState,
    lot::Place,
    moves::Move,
};
use crate::{
    command::Reply,
    ids::{LineId, ReservationId, Sku},
    model::{
        Allocation, EventType, ExtendRequest, NewLine, NewReservation, Reservation,
        ReservationLine, ReservationState, StockLevel,
    },
    problem::{ProblemKind, Shortfall},
    quantity::{Amount, Quantity},
    truth::{Account, CauseKind, Fact, FactAllocation, FactLine, Stamp},
};

/// The longest a reservation may stand without being extended: 30 days, in seconds.
const LONGEST_TTL: u32 = 2_592_000;

impl Warehouse {
    pub(super) fn create_reservation(
        &mut self,
        stamp: &Stamp,
        new: NewReservation,
    ) -> Answer<Reply> {
        check(&new)?;
        let expires_at = after(stamp.at, new.ttl_seconds)?;
        let lines = self.plan(&new.lines, stamp.at)?;
        let number = self.reservations.len() as u64 + 1;
        let reservation = Reservation {
            id: self.reservation_id(number),
            reference: new.reference,
            state: ReservationState::Pending,
            expires_at,
            created_at: stamp.at,
            lines,
            commits: Vec::new(),
            stock: None,
        };
        self.hold(stamp, &reservation, &new.lines);
        self.by_reference
            .entry(reservation.reference.clone())
            .or_default()
            .push(reservation.id.clone());
        self.agenda
            .add(expires_at, Due::Lapse(reservation.id.clone()));
        Ok(self.conclude(stamp, reservation, CauseKind::Reservation))
    }

    pub(super) fn extend(
        &mut self,
        stamp: &Stamp,
        id: &ReservationId,
        request: ExtendRequest,
    ) -> Answer<Reply> {
        let mut reservation = self.pending(id)?;
        let until = after(stamp.at, check_ttl(request.ttl_seconds)?)?;
        if until > reservation.expires_at {
            reservation.expires_at = until;
            self.agenda.add(until, Due::Lapse(id.clone()));
            self.truth.record(
                stamp,
                Fact::ReservationExtended {
                    id: id.clone(),
                    expires_at: until,
                },
            );
            self.reservations
                .insert(id.clone(), Arc::new(reservation.clone()));
        }
        Ok(Reply::Reservation(Box::new(reservation)))
    }

    pub(super) fn reservation(&self, id: &ReservationId) -> Answer<&Arc<Reservation>> {
        self.reservations.get(id).ok_or_else(|| {
            ProblemKind::ReservationNotFound
                .because(format!("no reservation {id}"))
                .into()
        })
    }

    /// A copy of a reservation that is still pending, to work on.
    pub(super) fn pending(&self, id: &ReservationId) -> Answer<Reservation> {
        let found = self.reservation(id)?;
        match found.state {
            ReservationState::Pending => Ok(Reservation::clone(found)),
            ReservationState::Expired => Err(ProblemKind::ReservationExpired
                .because(format!("{id} expired at {}", found.expires_at))
                .into()),
            ReservationState::Committed | ReservationState::Released => {
                let detail = format!("nothing of {id} is open any more");
                Err(ProblemKind::ReservationResolved.because(detail).into())
            }
        }
    }

    /// Keeps a reservation after an operation, announces the items it touched, and replies.
    pub(super) fn conclude(
        &mut self,
        stamp: &Stamp,
        mut reservation: Reservation,
        cause: CauseKind,
    ) -> Reply {
        self.keep(&mut reservation);
        let reference = Some(reservation.reference.shared());
        let stock = skus(&reservation)
            .iter()
            .filter_map(|sku| {
                self.announce(
                    stamp,
                    sku,
                    EventType::StockChanged,
                    cause,
                    reference.clone(),
                )
            })
            .collect::<Vec<Arc<StockLevel>>>();
        reservation.stock = Some(stock);
        Reply::Reservation(Box::new(reservation))
    }

    /// Keeps a reservation, in the state that follows from its lines.
    pub(super) fn keep(&mut self, reservation: &mut Reservation) {
        let open = reservation
            .lines
            .iter()
            .any(|line| open_of(line) > Quantity::ZERO);
        if open {
            self.open.insert(reservation.id.clone());
        } else {
            self.open.remove(&reservation.id);
            if !reservation.commits.is_empty() {
                reservation.state = ReservationState::Committed;
            } else if reservation.state == ReservationState::Pending {
                reservation.state = ReservationState::Released;
            }
        }
        self.reservations
            .insert(reservation.id.clone(), Arc::new(reservation.clone()));
    }

    fn reservation_id(&self, number: u64) -> ReservationId {
        let mut unguessable = self.keyed.draw("reservation id", "", number).hex();
        unguessable.truncate(12);
        format!("res_{number:010}{unguessable}").into()
    }

    /// Finds stock for all lines, or says what is missing of which.
    fn plan(&self, lines: &[NewLine], now: Timestamp) -> Answer<Vec<ReservationLine>> {
        let mut shelves: BTreeMap<&Sku, Shelf> = BTreeMap::new();
        let mut planned = Vec::with_capacity(lines.len());
        let mut shortfalls = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            let item = self.stocked(&line.sku)?;
            let quantity = quantity_of(item, line, index)?;
            let shelf = shelves
                .entry(&line.sku)
                .or_insert_with(|| Shelf::for_sale(item, now));
            match take(item, shelf, line, quantity, now, index)? {
                Ok(taken) => planned.push(planned_line(item, line, quantity, taken)),
                Err(short) => shortfalls.push(Shortfall {
                    line_id: line.line_id.clone(),
                    sku: line.sku.clone(),
                    requested: item.amount(quantity),
                    available: item.amount(short.available),
                }),
            }
        }
        if shortfalls.is_empty() {
            return Ok(planned);
        }
        let detail = format!(
            "{} of {} lines cannot be served",
            shortfalls.len(),
            lines.len()
        );
        let mut problem = ProblemKind::InsufficientStock.because(detail);
        problem.shortfalls = shortfalls;
        Err(Box::new(problem))
    }

    fn hold(&mut self, stamp: &Stamp, reservation: &Reservation, asked: &[NewLine]) {
        let subject = reservation.id.shared();
        for line in &reservation.lines {
            for part in &line.allocations {
                self.post(
                    stamp,
                    &Move {
                        sku: &line.sku,
                        place: &place_of(part),
                        from: Account::OnHand,
                        to: Account::Reserved,
                        quantity: part.quantity.quantity(),
                        cause: CauseKind::Reservation,
                        subject: Some(&subject),
                    },
                );
            }
        }
        let pairs = reservation.lines.iter().zip(asked);
        self.truth.record(
            stamp,
            Fact::ReservationOpened {
                id: reservation.id.clone(),
                reference: reservation.reference.clone(),
                expires_at: reservation.expires_at,
                lines: pairs
                    .map(|(line, asked)| fact_line(line, asked.lots.is_some()))
                    .collect(),
            },
        );
    }
}

/// What of a line is neither committed nor given back.
pub(super) fn open_of(line: &ReservationLine) -> Quantity {
    line.quantity.quantity() - line.committed.quantity() - line.released.quantity()
}

/// What of an allocation is still promised.
pub(super) fn open_part(part: &Allocation) -> Quantity {
    part.quantity.quantity() - part.committed.quantity()
}

pub(super) fn place_of(part: &Allocation) -> Place {
    Place {
        lot: part.lot.clone(),
        location: part.location.clone(),
    }
}

/// The SKUs of a reservation, each once, in the order of its lines.
pub(super) fn skus(reservation: &Reservation) -> Vec<Sku> {
    let mut skus: Vec<Sku> = Vec::with_capacity(reservation.lines.len());
    for line in &reservation.lines {
        if !skus.contains(&line.sku) {
            skus.push(line.sku.clone());
        }
    }
    skus
}

/// Refuses lines that name one line twice.
pub(super) fn check_names<'a>(names: impl Iterator<Item = &'a LineId>) -> Answer<()> {
    let mut seen = std::collections::BTreeSet::new();
    let mut count = 0;
    for (index, name) in names.enumerate() {
        count += 1;
        bounded(name.as_str(), 64, || format!("lines[{index}].line_id"))?;
        if !seen.insert(name) {
            let detail = format!("line {name} is named twice");
            return Err(invalid(detail, format!("lines[{index}].line_id")));
        }
    }
    if (1..=100).contains(&count) {
        return Ok(());
    }
    Err(invalid("must have 1 to 100 lines", "lines"))
}

fn check(new: &NewReservation) -> Answer<()> {
    bounded(new.reference.as_str(), 128, || "reference".to_owned())?;
    check_ttl(new.ttl_seconds)?;
    check_names(new.lines.iter().map(|line| &line.line_id))
}

fn check_ttl(seconds: u32) -> Answer<u32> {
    if (1..=LONGEST_TTL).contains(&seconds) {
        return Ok(seconds);
    }
    Err(invalid(
        format!("must be 1 to {LONGEST_TTL}"),
        "ttl_seconds",
    ))
}

fn after(now: Timestamp, seconds: u32) -> Answer<Timestamp> {
    now.checked_add(SignedDuration::from_secs(seconds.into()))
        .map_err(|_| invalid("ends after the end of time", "ttl_seconds"))
}

fn quantity_of(item: &ItemState, line: &NewLine, index: usize) -> Answer<Quantity> {
    let field = || format!("lines[{index}].quantity");
    let Some(quantity) = item.read(line.quantity, line.unit) else {
        let detail = format!(
            "{} {} does not fit {}, which is kept in {}",
            line.quantity,
            line.unit.code(),
            line.sku,
            item.unit().code()
        );
        return Err(ProblemKind::UnitMismatch.because(detail).at(field()).into());
    };
    if quantity <= Quantity::ZERO {
        return Err(invalid("must be above zero", field()));
    }
    Ok(quantity)
}

fn take(
    item: &ItemState,
    shelf: &mut Shelf,
    line: &NewLine,
    quantity: Quantity,
    now: Timestamp,
    index: usize,
) -> Answer<Result<Vec<Taken>, Short>> {
    let Some(picks) = &line.lots else {
        return Ok(shelf.take(quantity));
    };
    let mut wanted = Vec::with_capacity(picks.len());
    for pick in picks {
        let part = item
            .read(pick.quantity, line.unit)
            .filter(|part| *part > Quantity::ZERO);
        let part = part.ok_or_else(|| {
            invalid(
                "each pick needs a quantity above zero",
                format!("lines[{index}].lots"),
            )
        })?;
        let lot = item.lots.get(&pick.lot).ok_or_else(|| {
            ProblemKind::UnknownLot.because(format!("{} has no lot {}", line.sku, pick.lot))
        })?;
        if !lot.is_eligible(item.today(now)) {
            let detail = format!(
                "lot {} of {} is not released, or has expired",
                pick.lot, line.sku
            );
            return Err(ProblemKind::LotNotEligible.because(detail).into());
        }
        wanted.push((pick, part));
    }
    if !(1..=50).contains(&wanted.len())
        || wanted.iter().map(|(_, part)| *part).sum::<Quantity>() != quantity
    {
        let detail = "1 to 50 picks must sum to the line's quantity";
        return Err(invalid(detail, format!("lines[{index}].lots")));
    }
    let mut taken = Vec::new();
    for (pick, part) in wanted {
        match shelf.take_lot(&pick.lot, pick.location.as_ref(), part) {
            Ok(parts) => taken.extend(parts),
            Err(short) => {
                let had: Quantity = taken.iter().map(|part: &Taken| part.quantity).sum();
                return Ok(Err(Short {
                    available: had + short.available,
                }));
            }
        }
    }
    Ok(Ok(taken))
}

fn planned_line(
    item: &ItemState,
    line: &NewLine,
    quantity: Quantity,
    taken: Vec<Taken>,
) -> ReservationLine {
    let mut planned = ReservationLine {
        line_id: line.line_id.clone(),
        sku: line.sku.clone(),
        quantity: item.amount(quantity),
        unit: item.unit(),
        committed: item.amount(Quantity::ZERO),
        released: item.amount(Quantity::ZERO),
        allocations: Vec::with_capacity(taken.len()),
    };
    for part in taken {
        add_allocation(&mut planned, part);
    }
    planned
}

/// Adds to what a line holds, first expired first.
pub(super) fn add_allocation(line: &mut ReservationLine, part: Taken) {
    let same =
        |held: &&mut Allocation| held.lot == part.place.lot && held.location == part.place.location;
    if let Some(held) = line.allocations.iter_mut().find(same) {
        held.quantity.add(part.quantity);
        return;
    }
    line.allocations.push(Allocation {
        lot: part.place.lot,
        location: part.place.location,
        quantity: Amount::new(part.quantity, line.unit),
        committed: Amount::new(Quantity::ZERO, line.unit),
        expires_on: part.expires_on,
    });
    line.allocations
        .sort_by_key(|held| super::fefo::expiry_order(held.expires_on));
}

/// The whole of a line, as a fact tells it.
pub(super) fn fact_line(line: &ReservationLine, directed: bool) -> FactLine {
    let parts = line.allocations.iter();
    FactLine {
        line_id: line.line_id.clone(),
        sku: line.sku.clone(),
        quantity: parts.clone().map(open_part).sum(),
        directed,
        allocations: parts
            .filter(|part| open_part(part) > Quantity::ZERO)
            .map(|part| FactAllocation {
                lot: part.lot.clone(),
                location: part.location.clone(),
                quantity: open_part(part),
                expires_on: part.expires_on,
            })
            .collect(),
    }
}
