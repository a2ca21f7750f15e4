//! The ledger against a plain model of it, and each of its rules by name.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use Account::{Committed, CountedOff, Disposed, OnHand, Reserved, Sold, Supplier};

fn sku() -> JerkySku {
    JerkySku::parse("JRK-1").unwrap()
}

fn lot(name: &str) -> LotId {
    LotId::parse(name).unwrap()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn entry(id: &str, from: Account, to: Account, quantity: i64) -> Transfer {
    Transfer {
        id: TransferId::new(id),
        sku: sku(),
        lot: lot("L1"),
        from,
        to,
        quantity: Quantity::new(quantity),
        phase: Phase::Direct,
        at: at(0),
        cause: "test".into(),
    }
}

fn pending(id: &str, quantity: i64, expires: i64) -> Transfer {
    Transfer {
        phase: Phase::Pending {
            expires_at: at(expires),
        },
        ..entry(id, OnHand, Committed, quantity)
    }
}

fn posted(held: &Transfer, id: &str, quantity: i64) -> Transfer {
    held.posted(TransferId::new(id), Quantity::new(quantity), at(5))
}

fn voided(held: &Transfer, id: &str, quantity: i64) -> Transfer {
    held.voided(TransferId::new(id), Quantity::new(quantity), at(5))
}

fn stocked(quantity: i64) -> Ledger {
    Ledger::restored([entry("receipt", Supplier, OnHand, quantity)]).unwrap()
}

fn holds(ledger: &Ledger, account: Account) -> i64 {
    ledger.balance(&sku(), &lot("L1"), account).get()
}

/// What the sequences are made of: few ids, lots and amounts, so that they collide often.
fn some_entry() -> impl Strategy<Value = Transfer> {
    let account = || prop::sample::select(&Account::ALL[..]);
    let phase = prop_oneof![
        4 => Just(0u8),
        3 => Just(1u8),
        2 => Just(2u8),
        2 => Just(3u8),
        1 => Just(4u8),
    ];
    let names = (0..24u8, 0..24u8, 0..2u8);
    (names, account(), account(), -1..40i64, phase, 0..20i64).prop_map(
        |((id, other, shelf), from, to, quantity, phase, second)| {
            let other = TransferId::new(format!("t{other}"));
            let (from, to) = if phase == 0 {
                (from, to)
            } else {
                (OnHand, Committed)
            };
            Transfer {
                lot: lot(["L1", "L2"][usize::from(shelf)]),
                at: at(second),
                phase: match phase {
                    0 => Phase::Direct,
                    1 => Phase::Pending {
                        expires_at: at(second / 2),
                    },
                    2 => Phase::Post { pending: other },
                    3 => Phase::Void { pending: other },
                    _ => Phase::TimeOut { pending: other },
                },
                ..entry(&format!("t{id}"), from, to, quantity)
            }
        },
    )
}

fn some_entries() -> impl Strategy<Value = Vec<Transfer>> {
    prop::collection::vec(some_entry(), 0..80).prop_map(|mut entries| {
        for (lot_name, id) in [("L1", "receipt-1"), ("L2", "receipt-2")] {
            let receipt = entry(id, Supplier, OnHand, 120);
            entries.insert(
                0,
                Transfer {
                    lot: lot(lot_name),
                    ..receipt
                },
            );
        }
        entries
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_sequence_conserves_every_lot_and_overdraws_nothing(entries in some_entries()) {
        let mut ledger = Ledger::new();
        for entry in entries {
            let before = ledger.balances(&entry.sku, &entry.lot);
            let lot = entry.lot.clone();
            let is_refused = ledger.apply(entry).is_err();
            let after = ledger.balances(&sku(), &lot);
            if is_refused {
                prop_assert_eq!(before, after);
            }
            prop_assert_eq!(ledger.check(), Ok(()));
            for account in Account::INSIDE {
                prop_assert!(!after.of(account).is_negative());
            }
        }
    }

    #[test]
    fn balances_are_the_sum_of_their_lineage(entries in some_entries()) {
        let mut ledger = Ledger::new();
        for entry in entries {
            let _ = ledger.apply(entry);
        }
        for name in ["L1", "L2"] {
            for account in Account::ALL {
                let mut sum = 0;
                for transfer in ledger.lineage(&sku(), &lot(name), account) {
                    let (giver, _) = transfer.legs();
                    let sign = if giver == account { -1 } else { 1 };
                    sum += sign * transfer.quantity.get();
                }
                prop_assert_eq!(Quantity::new(sum), ledger.balance(&sku(), &lot(name), account));
            }
        }
    }

    #[test]
    fn no_part_of_a_pending_entry_is_resolved_twice(entries in some_entries()) {
        let mut ledger = Ledger::new();
        let mut resolved: BTreeMap<TransferId, i64> = BTreeMap::new();
        for entry in entries {
            let wanted = entry.quantity.get();
            let phase = entry.phase.clone();
            if ledger.apply(entry) != Ok(Applied::Recorded) {
                continue;
            }
            if let Phase::Post { pending } | Phase::Void { pending } | Phase::TimeOut { pending } =
                phase
            {
                *resolved.entry(pending).or_default() += wanted;
            }
        }
        for transfer in ledger.transfers() {
            let Some(held) = ledger.held(&transfer.id) else { continue };
            let parts = held.posted.get() + held.voided.get() + held.timed_out.get();
            prop_assert_eq!(parts, resolved.get(&transfer.id).copied().unwrap_or(0));
            prop_assert_eq!(parts + held.open.get(), transfer.quantity.get());
            prop_assert!(!held.open.is_negative());
        }
    }

    #[test]
    fn what_is_recorded_twice_counts_once(entries in some_entries()) {
        let mut once = Ledger::new();
        let mut twice = Ledger::new();
        for entry in entries {
            let first = once.apply(entry.clone());
            prop_assert_eq!(&twice.apply(entry.clone()), &first);
            if first.is_ok() {
                prop_assert_eq!(twice.apply(entry), Ok(Applied::Already));
            }
        }
        prop_assert!(once.transfers().eq(twice.transfers()));
        prop_assert_eq!(once.item_balances(&sku()), twice.item_balances(&sku()));
    }

    #[test]
    fn the_rows_restore_the_same_ledger(entries in some_entries()) {
        let mut ledger = Ledger::new();
        for entry in entries {
            let _ = ledger.apply(entry);
        }
        let rows: Vec<_> = ledger.transfers().cloned().collect();
        let json = serde_json::to_string(&rows).unwrap();
        let rows: Vec<Transfer> = serde_json::from_str(&json).unwrap();
        let restored = Ledger::restored(rows).unwrap();
        prop_assert!(restored.transfers().eq(ledger.transfers()));
        prop_assert!(restored.lots(&sku()).eq(ledger.lots(&sku())));
        prop_assert_eq!(restored.due(Timestamp::MAX), ledger.due(Timestamp::MAX));
    }

    #[test]
    fn timing_out_what_is_due_leaves_nothing_due(entries in some_entries(), now in 0..20i64) {
        let mut ledger = Ledger::new();
        for entry in entries {
            let _ = ledger.apply(entry);
        }
        for transfer in ledger.due(at(now)) {
            prop_assert_eq!(ledger.apply(transfer), Ok(Applied::Recorded));
        }
        prop_assert!(ledger.due(at(now)).is_empty());
    }

    #[test]
    fn entries_in_the_making_are_taken_as_the_ledger_takes_them(
        known in some_entries(),
        made in some_entries(),
    ) {
        let mut ledger = Ledger::new();
        for entry in known {
            let _ = ledger.apply(entry);
        }
        let mut entries = Entries::new(&ledger);
        let mut applied = ledger.clone();
        for entry in made {
            prop_assert_eq!(entries.add(entry.clone()), applied.apply(entry));
        }
        for (lot, balances) in applied.lots(&sku()) {
            prop_assert_eq!(entries.balances(&sku(), lot), balances);
            prop_assert_eq!(entries.held_of(&sku(), lot), applied.held_of(&sku(), lot));
        }
        let before = ledger.transfers().len();
        prop_assert_eq!(entries.count(), applied.transfers().len());
        prop_assert!(entries.into_transfers().iter().eq(applied.transfers().skip(before)));
    }

    #[test]
    fn what_is_held_stays_whatever_is_observed_and_the_rest_is_explained_once(
        held in 1..60i64,
        loose in 0..60i64,
        observed in prop::array::uniform5(0..60i64),
    ) {
        let mut ledger = stocked(200);
        ledger.apply(pending("held", held, 10)).unwrap();
        let seen = observed.map(Quantity::new);
        if loose > 0 {
            ledger.apply(entry("loose", OnHand, Reserved, loose)).unwrap();
        }
        for round in 0..2 {
            let (sku, lot) = (sku(), lot("L1"));
            let open = ledger.held_of(&sku, &lot);
            let steps = movements(&ledger.balances(&sku, &lot), open, &seen, CountedOff);
            prop_assert!(round == 0 || steps.is_empty());
            for (place, step) in steps.into_iter().enumerate() {
                let id = format!("observed:{place}");
                let step = entry(&id, step.from, step.to, step.quantity.get());
                prop_assert_eq!(ledger.apply(step), Ok(Applied::Recorded));
            }
        }
        let is_told = observed[1] >= held;
        for (account, seen) in Account::INSIDE.into_iter().zip(observed) {
            prop_assert!(!is_told || holds(&ledger, account) == seen);
        }
    }

    #[test]
    fn movements_bring_the_ledger_to_what_was_observed(
        recorded in prop::array::uniform5(0..60i64),
        observed in prop::array::uniform5(0..60i64),
    ) {
        let mut ledger = Ledger::new();
        for (place, account) in Account::INSIDE.into_iter().enumerate() {
            if recorded[place] > 0 {
                ledger.apply(entry(account.name(), Supplier, account, recorded[place])).unwrap();
            }
        }
        let seen = observed.map(Quantity::new);
        let steps = movements(&ledger.balances(&sku(), &lot("L1")), Quantity::ZERO, &seen, CountedOff);
        let moved: i64 = steps.iter().map(|step| step.quantity.get()).sum();
        for (place, step) in steps.into_iter().enumerate() {
            let id = format!("observed:{place}");
            ledger.apply(entry(&id, step.from, step.to, step.quantity.get())).unwrap();
        }
        let after = ledger.balances(&sku(), &lot("L1"));
        prop_assert_eq!(Account::INSIDE.map(|account| after.of(account)), seen);
        let change = |sign: i64| -> i64 {
            recorded.iter().zip(observed).map(|(old, new)| (sign * (new - old)).max(0)).sum()
        };
        prop_assert_eq!(moved, change(1).max(change(-1)), "no more moves than must");
    }
}

#[test]
fn a_reservation_lies_in_between_until_it_is_posted() {
    let mut ledger = stocked(100);
    let held = pending("r", 30, 60);
    ledger.apply(held.clone()).unwrap();
    assert_eq!((holds(&ledger, OnHand), holds(&ledger, Reserved)), (70, 30));
    ledger.apply(posted(&held, "ship-1", 20)).unwrap();
    assert_eq!(
        (holds(&ledger, Reserved), holds(&ledger, Committed)),
        (10, 20)
    );
    ledger.apply(voided(&held, "cancel", 10)).unwrap();
    assert_eq!((holds(&ledger, OnHand), holds(&ledger, Reserved)), (80, 0));
    let held = ledger.held(&held.id).unwrap();
    assert_eq!(
        (held.open.get(), held.posted.get(), held.voided.get()),
        (0, 20, 10)
    );
}

#[test]
fn what_was_given_back_is_not_shipped_as_well() {
    let mut ledger = stocked(100);
    let held = pending("r", 30, 60);
    ledger.apply(held.clone()).unwrap();
    ledger.apply(voided(&held, "cancel", 30)).unwrap();
    let error = ledger.apply(posted(&held, "ship", 1)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "ship resolves 1 of r, of which 0 is open"
    );
}

#[test]
fn time_is_over_at_the_end_and_not_before() {
    let mut ledger = stocked(100);
    let held = pending("r", 30, 60);
    ledger.apply(held.clone()).unwrap();
    assert!(ledger.due(at(59)).is_empty());
    let early = held.timed_out(Quantity::new(30), at(59));
    assert!(matches!(
        ledger.apply(early),
        Err(LedgerError::NotOver { .. })
    ));
    let due = ledger.due(at(60));
    assert_eq!(due, [held.timed_out(Quantity::new(30), at(60))]);
    ledger.apply(due[0].clone()).unwrap();
    assert_eq!((holds(&ledger, OnHand), holds(&ledger, Reserved)), (100, 0));
}

#[test]
fn an_id_is_taken_by_what_it_said_first() {
    let mut ledger = stocked(100);
    let again = Transfer {
        at: at(9),
        ..entry("receipt", Supplier, OnHand, 100)
    };
    assert_eq!(
        ledger.apply(again),
        Ok(Applied::Already),
        "read at another time"
    );
    let other = entry("receipt", Supplier, OnHand, 101);
    assert_eq!(
        ledger.apply(other),
        Err(LedgerError::IdReused {
            id: TransferId::new("receipt")
        })
    );
}

#[test]
fn what_is_not_there_cannot_leave() {
    let mut ledger = stocked(10);
    let error = ledger.apply(entry("sale", OnHand, Sold, 11)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "sale takes 11 from on_hand, which has 10"
    );
    assert_eq!(
        ledger.apply(entry("sale", OnHand, Sold, 10)),
        Ok(Applied::Recorded)
    );
    assert_eq!(holds(&ledger, Sold), 10);
}

#[test]
fn a_direct_entry_leaves_pending_stock_alone() {
    let mut ledger = stocked(100);
    ledger.apply(pending("r", 30, 60)).unwrap();
    let error = ledger
        .apply(entry("grab", Reserved, Disposed, 1))
        .unwrap_err();
    assert_eq!(error.to_string(), "grab takes 1 from reserved, which has 0");
}

#[test]
fn malformed_entries_are_refused() {
    let mut ledger = stocked(100);
    let refused = |ledger: &mut Ledger, transfer| ledger.apply(transfer).unwrap_err().to_string();
    assert_eq!(
        refused(&mut ledger, entry("a", OnHand, Sold, 0)),
        "a moves 0; an entry moves more than nothing"
    );
    assert_eq!(
        refused(&mut ledger, entry("b", OnHand, OnHand, 1)),
        "b moves from on_hand to on_hand; giver and taker must differ"
    );
    let on_reserved = Transfer {
        to: Reserved,
        ..pending("c", 1, 1)
    };
    assert!(refused(&mut ledger, on_reserved).contains("names reserved as an end"));
    assert_eq!(
        refused(&mut ledger, posted(&pending("nowhere", 1, 1), "d", 1)),
        "d resolves nowhere, which is not a pending entry of this ledger"
    );
    let receipt = entry("receipt", Supplier, OnHand, 100);
    assert!(refused(&mut ledger, posted(&receipt, "e", 1)).contains("not a pending entry"));
    assert_eq!(
        refused(&mut ledger, entry("f", Supplier, OnHand, i64::MAX)),
        "f moves 9223372036854775807, more than a balance can hold"
    );
}

#[test]
fn a_resolution_names_the_lot_it_resolves() {
    let mut ledger = stocked(100);
    let held = pending("r", 30, 60);
    ledger.apply(held.clone()).unwrap();
    let elsewhere = Transfer {
        lot: lot("L2"),
        ..posted(&held, "ship", 30)
    };
    assert!(matches!(
        ledger.apply(elsewhere),
        Err(LedgerError::Mismatch { .. })
    ));
}

#[test]
fn a_number_can_be_traced_to_its_causes() {
    let mut ledger = stocked(100);
    ledger.apply(entry("sale-1", OnHand, Sold, 3)).unwrap();
    let damage = entry("damage", OnHand, Account::Damaged, 2);
    ledger.apply(damage).unwrap();
    ledger.apply(entry("sale-2", OnHand, Sold, 5)).unwrap();
    let ids = |account| -> Vec<String> {
        let lineage = ledger.lineage(&sku(), &lot("L1"), account);
        lineage.map(|transfer| transfer.id.to_string()).collect()
    };
    assert_eq!(ids(Sold), ["sale-2", "sale-1"]);
    assert_eq!(ids(OnHand), ["sale-2", "damage", "sale-1", "receipt"]);
    assert_eq!(ids(CountedOff), Vec::<String>::new());
}

#[test]
fn an_item_is_the_sum_of_its_lots() {
    let mut ledger = stocked(100);
    let other = Transfer {
        lot: lot("L2"),
        ..entry("receipt-2", Supplier, OnHand, 7)
    };
    ledger.apply(other).unwrap();
    let item = ledger.item_balances(&sku());
    assert_eq!(
        (item.of(OnHand).get(), item.physical().get(), item.sum()),
        (107, 107, 0)
    );
    assert_eq!(ledger.lots(&sku()).count(), 2);
    assert_eq!(
        ledger.item_balances(&JerkySku::parse("JRK-2").unwrap()),
        Balances::default()
    );
}
