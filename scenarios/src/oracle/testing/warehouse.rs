//! What happens in the warehouse: lots, movements, reservations.

use jiff::{SignedDuration, civil::date};

use super::{Take, World};
use crate::oracle::history::{
    Account, Actor, Allocation, Fact, JerkyFact, Level, LotStatus, ReservedLine,
};

impl World {
    pub(super) fn item(&mut self, sku: &str, safety: i64) {
        self.jerky(JerkyFact::Item {
            sku: sku.into(),
            zone: "America/Chicago".to_owned(),
            safety,
        });
    }

    /// A released lot comes in, usable through a day of November.
    pub(in crate::oracle) fn receive(
        &mut self,
        sku: &str,
        lot: &str,
        quantity: i64,
        until: Option<i8>,
    ) {
        self.lot(sku, lot, LotStatus::Released, until);
        self.moved(
            sku,
            lot,
            Account::Supplier,
            Account::Available,
            quantity,
            "receipt",
            None,
        );
    }

    pub(in crate::oracle) fn lot(
        &mut self,
        sku: &str,
        lot: &str,
        status: LotStatus,
        until: Option<i8>,
    ) {
        self.jerky(JerkyFact::Lot {
            sku: sku.into(),
            lot: lot.into(),
            status,
            expires_on: until.map(|day| date(2026, 11, day)),
        });
    }

    #[expect(clippy::too_many_arguments, reason = "a movement has that many sides")]
    pub(in crate::oracle) fn moved(
        &mut self,
        sku: &str,
        lot: &str,
        from: Account,
        to: Account,
        quantity: i64,
        cause: &str,
        subject: Option<&str>,
    ) {
        self.jerky(JerkyFact::Moved {
            sku: sku.into(),
            lot: lot.into(),
            location: "R1".to_owned(),
            from,
            to,
            quantity,
            cause: cause.to_owned(),
            subject: subject.map(str::to_owned),
        });
    }

    /// Staff count a lot; the books follow by `delta`.
    pub(in crate::oracle) fn count(&mut self, sku: &str, lot: &str, counted: i64, delta: i64) {
        self.actor = Actor::Staff;
        self.together(|world| {
            world.jerky(JerkyFact::Counted {
                sku: sku.into(),
                lot: lot.into(),
                location: "R1".to_owned(),
                counted,
            });
            let (from, to) = if delta < 0 {
                (Account::Available, Account::CountedOff)
            } else {
                (Account::CountedOff, Account::Available)
            };
            world.moved(sku, lot, from, to, delta.abs(), "count", None);
        });
        self.actor = Actor::Middleware;
    }

    /// Reserves goods for an order for an hour, the vendor choosing the lots.
    pub(in crate::oracle) fn reserve(&mut self, reference: &str, takes: &[Take<'_>]) -> String {
        self.reservations += 1;
        let id = format!("res_{}", self.reservations);
        let key = format!("reserve:{id}");
        self.reserve_as(&id, &key, reference, takes, false);
        id
    }

    pub(in crate::oracle) fn reserve_as(
        &mut self,
        id: &str,
        key: &str,
        reference: &str,
        takes: &[Take<'_>],
        directed: bool,
    ) {
        let mut lines = lines(takes);
        lines.iter_mut().for_each(|line| line.directed = directed);
        let expires_at = self.now + SignedDuration::from_hours(1);
        self.command(key, |world| {
            world.shift(takes, Account::Available, Account::Reserved, "reservation");
            world.jerky(JerkyFact::Opened {
                id: id.into(),
                reference: reference.to_owned(),
                expires_at,
                lines,
            });
        });
    }

    pub(in crate::oracle) fn commit(&mut self, id: &str, reference: &str, takes: &[Take<'_>]) {
        self.command(&format!("commit:{id}:{reference}"), |world| {
            world.shift(takes, Account::Reserved, Account::Committed, "commit");
            world.jerky(JerkyFact::Committed {
                id: id.into(),
                reference: reference.to_owned(),
                lines: lines(takes),
            });
        });
    }

    pub(in crate::oracle) fn release(&mut self, id: &str, takes: &[Take<'_>]) {
        self.command(&format!("release:{id}"), |world| {
            world.shift(takes, Account::Reserved, Account::Available, "release");
            world.jerky(JerkyFact::Released {
                id: id.into(),
                lines: lines(takes),
            });
        });
    }

    pub(in crate::oracle) fn expire(&mut self, id: &str, takes: &[Take<'_>]) {
        self.actor = Actor::System;
        self.together(|world| {
            world.shift(takes, Account::Reserved, Account::Available, "expiry");
            world.jerky(JerkyFact::Expired { id: id.into() });
        });
        self.actor = Actor::Middleware;
    }

    /// The carrier picks up what was committed.
    pub(in crate::oracle) fn pick_up(&mut self, takes: &[Take<'_>]) {
        self.actor = Actor::System;
        self.shift(takes, Account::Committed, Account::Sold, "sale");
        self.actor = Actor::Middleware;
    }

    /// The warehouse takes returned goods back and puts them on the shelf.
    pub(in crate::oracle) fn take_back(
        &mut self,
        reference: &str,
        sku: &str,
        lot: &str,
        quantity: i64,
    ) {
        let returned = format!("return:{reference}:1");
        let (sold, checked) = (Account::Sold, Account::QualityControl);
        self.moved(sku, lot, sold, checked, quantity, "return", Some(&returned));
        let restocked = format!("restock:{reference}:1");
        let free = Account::Available;
        self.moved(
            sku,
            lot,
            checked,
            free,
            quantity,
            "restock",
            Some(&restocked),
        );
    }

    pub(in crate::oracle) fn mirror(&mut self, sku: &str, quantity: i64, source_sequence: u64) {
        self.jerky(JerkyFact::Mirrored {
            sku: sku.into(),
            quantity,
            source_sequence,
        });
    }

    /// What the vendor would state of an item with one lot and nothing special.
    pub(in crate::oracle) fn state(&mut self, sku: &str, lots: &[(&str, i64)], committed: i64) {
        let on_hand: i64 = lots.iter().map(|(_, quantity)| quantity).sum();
        self.pass(1);
        self.history.levels.push(Level {
            at: self.now,
            sku: sku.into(),
            on_hand,
            available: on_hand - committed,
            committed,
            reserved: 0,
            damaged: 0,
            safety_stock: 0,
            quality_control: 0,
            lots: lots
                .iter()
                .map(|(lot, quantity)| allocation(lot, *quantity))
                .collect(),
        });
    }

    fn shift(&mut self, takes: &[Take<'_>], from: Account, to: Account, cause: &str) {
        for (sku, lot, quantity) in takes {
            self.moved(sku, lot, from, to, *quantity, cause, None);
        }
    }

    /// The facts of one request: one instant, one key.
    fn command(&mut self, key: &str, facts: impl FnOnce(&mut Self)) {
        let first = self.history.jerky.len();
        self.together(facts);
        for fact in self.history.jerky.iter_mut().skip(first) {
            fact.key = Some(key.to_owned());
        }
    }

    fn together(&mut self, facts: impl FnOnce(&mut Self)) {
        let (first, at) = (self.history.jerky.len(), self.now);
        facts(self);
        for fact in self.history.jerky.iter_mut().skip(first) {
            fact.at = at;
        }
    }

    pub(in crate::oracle) fn jerky(&mut self, what: JerkyFact) {
        self.history.jerky.push(Fact {
            number: self.history.jerky.len() as u64 + 1,
            at: self.now,
            actor: self.actor,
            key: None,
            what,
        });
        self.pass(1);
    }
}

fn lines(takes: &[Take<'_>]) -> Vec<ReservedLine> {
    let line = |(place, (sku, lot, quantity)): (usize, &Take<'_>)| ReservedLine {
        line_id: (place + 1).to_string(),
        sku: (*sku).into(),
        quantity: *quantity,
        directed: false,
        allocations: vec![allocation(lot, *quantity)],
    };
    takes.iter().enumerate().map(line).collect()
}

fn allocation(lot: &str, quantity: i64) -> Allocation {
    Allocation {
        lot: lot.into(),
        quantity,
    }
}
