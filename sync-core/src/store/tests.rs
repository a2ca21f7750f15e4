//! What the store promises: all or nothing, nothing newer, nothing after a crash.

use jiff::Timestamp;
use rusqlite::Connection;

use super::{scratch::Scratch, *};
use crate::{
    ledger::{Account, Ledger, Phase, Transfer, TransferId},
    quantity::Quantity,
    sku::{JerkySku, LotId},
};

fn transfer(id: &str, from: Account, to: Account, quantity: i64) -> Transfer {
    Transfer {
        id: TransferId::new(id),
        sku: JerkySku::parse("JRK-1").unwrap(),
        lot: LotId::parse("L1").unwrap(),
        from,
        to,
        quantity: Quantity::new(quantity),
        phase: Phase::Direct,
        at: Timestamp::UNIX_EPOCH,
        cause: "receipt".into(),
    }
}

#[test]
fn what_was_written_is_there_when_it_is_opened_again() {
    let file = Scratch::new();
    let mut store = Store::open(file.path()).unwrap();
    store
        .transact(|tx| {
            tx.put(Entity::Order, "ORD-1", 3, true, b"open")?;
            tx.put(Entity::Order, "ORD-2", 3, false, b"closed")?;
            tx.set_cursor("orders", "now")?;
            tx.remember_event("evt_1", Timestamp::UNIX_EPOCH)?;
            tx.record(&transfer("t1", Account::Supplier, Account::OnHand, 5))
        })
        .unwrap();
    drop(store);
    let store = Store::open(file.path()).unwrap();
    let mut open = Vec::new();
    let take = |key: &str, _: &[u8]| {
        open.push(key.to_owned());
        Ok(())
    };
    store.load(Entity::Order, take).unwrap();
    assert_eq!(open, ["ORD-1"]);
    assert_eq!(
        store.get(Entity::Order, "ORD-2").unwrap().unwrap(),
        b"closed"
    );
    assert_eq!(store.cursor("orders").unwrap().unwrap(), "now");
    assert!(store.has_event("evt_1").unwrap());
    assert_eq!(store.transfers().unwrap().len(), 1);
}

#[test]
fn a_refused_write_leaves_nothing_of_its_transaction() {
    for refused in 0..4 {
        let mut store = Store::in_memory().unwrap();
        store.refuse_after(refused, Refusal::Busy);
        let result = store.transact(|tx| {
            tx.set_cursor("orders", "now")?;
            tx.set_meta("secret", "value")?;
            tx.remember_event("evt_1", Timestamp::UNIX_EPOCH)
        });
        assert!(result.unwrap_err().is_retryable());
        assert_eq!(store.cursor("orders").unwrap(), None);
        assert_eq!(store.meta("secret").unwrap(), None);
        assert!(!store.has_event("evt_1").unwrap());
        assert_eq!(store.commits(), 0);
    }
}

#[test]
fn another_writer_makes_it_busy_and_not_wait() {
    let file = Scratch::new();
    let mut store = Store::open(file.path()).unwrap();
    let other = Connection::open(file.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = store.transact(|tx| tx.set_meta("key", "value"));
    assert!(matches!(refused, Err(StoreError::Busy)));
    other.execute_batch("ROLLBACK").unwrap();
    store.transact(|tx| tx.set_meta("key", "value")).unwrap();
}

#[test]
fn a_store_of_a_newer_program_is_refused_with_both_versions() {
    let file = Scratch::new();
    drop(Store::open(file.path()).unwrap());
    let other = Connection::open(file.path()).unwrap();
    other.pragma_update(None, "user_version", 99).unwrap();
    drop(other);
    let refused = Store::open(file.path()).unwrap_err().to_string();
    assert!(
        refused.contains("schema version 99, this program knows 1"),
        "{refused}"
    );
}

#[test]
fn a_file_that_is_no_database_is_refused_in_one_line() {
    let file = Scratch::new();
    std::fs::write(
        file.path(),
        "certainly not SQLite, but long enough to look at",
    )
    .unwrap();
    let refused = Store::open(file.path()).unwrap_err().to_string();
    assert!(
        refused.contains("not a database") && !refused.contains('\n'),
        "{refused}"
    );
}

#[test]
fn the_hook_learns_each_commits_ordinal_and_a_crash_ends_everything() {
    let (sender, ordinals) = std::sync::mpsc::channel();
    let mut store = Store::in_memory().unwrap();
    store.on_commit(move |_, ordinal| {
        sender.send(ordinal).unwrap();
        if ordinal == 2 {
            AfterCommit::Crash
        } else {
            AfterCommit::Continue
        }
    });
    store.transact(|tx| tx.set_meta("a", "1")).unwrap();
    let crashed = store.transact(|tx| tx.set_meta("b", "2"));
    assert!(matches!(crashed, Err(StoreError::Crashed)));
    assert!(matches!(store.meta("a"), Err(StoreError::Crashed)));
    assert!(matches!(
        store.transact(|_| Ok(())),
        Err(StoreError::Crashed)
    ));
    assert_eq!(ordinals.try_iter().collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn balances_are_the_entries_added_up_and_sum_to_zero() {
    let mut store = Store::in_memory().unwrap();
    store
        .transact(|tx| {
            tx.record(&transfer("t1", Account::Supplier, Account::OnHand, 5))?;
            tx.record(&transfer("t2", Account::OnHand, Account::Reserved, 2))
        })
        .unwrap();
    let sql = "SELECT account, quantity FROM balances ORDER BY account";
    let mut statement = store.connection.prepare(sql).unwrap();
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    let balances: Vec<(String, i64)> = rows.map(Result::unwrap).collect();
    let named = |name: &str, quantity| (name.to_owned(), quantity);
    assert_eq!(
        balances,
        [
            named("on_hand", 3),
            named("reserved", 2),
            named("supplier", -5)
        ]
    );
}

#[test]
fn both_phases_of_a_transfer_are_kept_and_add_up() {
    let expires_at = Timestamp::from_second(9).unwrap();
    let held = Transfer {
        phase: Phase::Pending { expires_at },
        ..transfer("held", Account::OnHand, Account::Committed, 6)
    };
    let quantity = Quantity::new;
    let at = Timestamp::UNIX_EPOCH;
    let rows = [
        transfer("receipt", Account::Supplier, Account::OnHand, 10),
        held.clone(),
        held.posted(TransferId::new("post"), quantity(3), at),
        held.voided(TransferId::new("void"), quantity(1), at),
        held.timed_out(quantity(2), expires_at),
    ];
    for written in 1..=rows.len() {
        let rows = &rows[..written];
        let mut store = Store::in_memory().unwrap();
        store
            .transact(|tx| rows.iter().try_for_each(|row| tx.record(row)))
            .unwrap();
        assert_eq!(store.transfers().unwrap(), rows);
        let ledger = Ledger::restored(rows.iter().cloned()).unwrap();
        let sql = "SELECT account, quantity FROM balances";
        let mut statement = store.connection.prepare(sql).unwrap();
        let sums = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        for sum in sums {
            let (name, sum): (String, i64) = sum.unwrap();
            let account = Account::named(&name).unwrap();
            assert_eq!(ledger.item_balances(&held.sku).of(account).get(), sum);
        }
    }
}

#[test]
fn a_commands_number_is_never_used_twice() {
    let mut store = Store::in_memory().unwrap();
    let row = StoredCommand {
        id: crate::outbox::CommandId(7),
        aggregate: "{}".into(),
        command: "{}".into(),
        key: "k".into(),
        state: crate::outbox::CommandState::Pending,
        attempts: 0,
        due_at: Timestamp::UNIX_EPOCH,
    };
    store.transact(|tx| tx.put_command(&row)).unwrap();
    assert_eq!(store.commands().unwrap(), std::slice::from_ref(&row));
    store.transact(|tx| tx.drop_command(row.id)).unwrap();
    assert_eq!(
        (
            store.commands().unwrap().len(),
            store.last_command().unwrap()
        ),
        (0, 7)
    );
}

#[test]
fn old_event_ids_are_forgotten_and_others_kept() {
    let mut store = Store::in_memory().unwrap();
    let at = |second| Timestamp::from_second(second).unwrap();
    store
        .transact(|tx| {
            tx.remember_event("old", at(1))?;
            tx.remember_event("new", at(9))?;
            tx.forget_events(at(5))
        })
        .unwrap();
    assert_eq!(
        (
            store.has_event("old").unwrap(),
            store.has_event("new").unwrap()
        ),
        (false, true)
    );
}

#[test]
fn a_gate_refuses_writes_for_as_long_as_it_says() {
    let mut store = Store::in_memory().unwrap();
    let mut asked = 0;
    store.on_write(move || {
        asked += 1;
        (asked == 2 || asked == 3).then_some(Refusal::Full)
    });
    let mut write = || {
        store.transact(|tx| {
            tx.set_cursor("orders", "now")?;
            tx.set_meta("secret", "value")
        })
    };
    assert!(matches!(write(), Err(StoreError::Full)));
    assert!(matches!(write(), Err(StoreError::Full)));
    write().unwrap();
    assert_eq!(store.commits(), 1);
}

#[test]
fn a_disk_that_is_really_full_refuses_and_takes_again_once_there_is_room() {
    let file = Scratch::new();
    let mut store = Store::open(file.path()).unwrap();
    store.transact(|tx| tx.set_meta("before", "kept")).unwrap();
    store.confine(true).unwrap();
    let long = "x".repeat(100_000);
    let refused = store.transact(|tx| {
        tx.set_cursor("orders", "now")?;
        tx.set_meta("long", &long)
    });
    assert!(matches!(refused, Err(StoreError::Full)), "{refused:?}");
    assert_eq!(store.cursor("orders").unwrap(), None);
    assert_eq!(store.meta("before").unwrap().as_deref(), Some("kept"));
    store.confine(false).unwrap();
    store.transact(|tx| tx.set_meta("long", &long)).unwrap();
}

#[test]
fn a_row_is_written_without_a_table_of_its_own_for_what_it_may_hold() {
    let store = Store::in_memory().unwrap();
    for insert in [
        "INSERT INTO outbox VALUES (1, '', '', '', 'pending', 0, 0)",
        "INSERT INTO transfers VALUES (1, '', '', '', '', '', 1, 0, '', 'direct', NULL, NULL)",
    ] {
        let explained = format!("EXPLAIN {insert}");
        let mut statement = store.connection.prepare(&explained).unwrap();
        let opcodes = statement.query_map([], |row| row.get::<_, String>(1));
        let opcodes: Vec<String> = opcodes.unwrap().map(Result::unwrap).collect();
        assert!(
            opcodes.iter().any(|opcode| opcode == "Insert"),
            "{opcodes:?}"
        );
        assert!(
            !opcodes.iter().any(|opcode| opcode == "OpenEphemeral"),
            "{insert}"
        );
    }
}

#[test]
fn the_schema_refuses_what_no_row_may_hold() {
    let store = Store::in_memory().unwrap();
    let takes = |sql: &str| store.connection.execute(sql, []).is_ok();
    let command = |state| {
        takes(&format!(
            "INSERT INTO outbox VALUES (NULL, '', '', '', '{state}', 0, 0)"
        ))
    };
    let entry = |phase, pending, expires_at| {
        takes(&format!(
            "INSERT INTO transfers
             VALUES (NULL, '', '', '', '', '', 1, 0, '', '{phase}', {pending}, {expires_at})"
        ))
    };
    for state in ["pending", "unknown", "dead"] {
        assert!(command(state), "{state}");
    }
    assert!(!command("done"));
    assert!(entry("direct", "NULL", "NULL") && !entry("direct", "'t1'", "NULL"));
    assert!(entry("pending", "NULL", "1") && !entry("pending", "NULL", "NULL"));
    for phase in ["post", "void", "time_out"] {
        assert!(entry(phase, "'t1'", "NULL"), "{phase}");
        assert!(!entry(phase, "NULL", "NULL"), "{phase}");
    }
    assert!(!entry("settled", "NULL", "NULL"));
}
