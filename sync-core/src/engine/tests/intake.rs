//! What is told twice, late, wrong or by mistake.

use bytes::Bytes;

use super::{
    vendors::{jerky, order, polish},
    world::World,
};
use crate::{
    engine::{Cursor, Observation, Observed, Swept},
    outbox::Command,
    quantity::Quantity,
    vendor::{jerky::view::StockLevelView, reading::Unreadable},
};

#[test]
fn an_event_told_twice_counts_once() {
    let mut world = World::ready();
    world
        .vendors
        .change(&jerky("JRK-1"), "receipt", |stock| stock.on_hand += 10);
    let seen = world.vendors.said.pop().unwrap();
    assert_eq!(
        world
            .engine
            .observe(seen.clone(), world.now)
            .unwrap()
            .applied,
        1
    );
    let commits = world.engine.store().commits();
    let again = world.engine.observe(seen, world.now).unwrap();
    assert_eq!((again.applied, again.stale), (0, 1));
    assert_eq!(
        world.engine.store().commits(),
        commits,
        "nothing was written"
    );
}

/// Nothing was there, a webhook of a receipt said so again, and the feed has the number.
#[test]
fn an_event_of_which_the_feed_says_something_else_is_settled_by_a_reading() {
    let mut world = World::ready();
    let gone = |world: &mut World| {
        world
            .vendors
            .change(&jerky("JRK-1"), "disposal", |stock| stock.on_hand = 0);
    };
    gone(&mut world);
    world.run();
    assert_eq!(world.shows("SNACK"), 0);
    world
        .vendors
        .change(&jerky("JRK-1"), "receipt", |stock| stock.on_hand += 10);
    let Some(Observation::JerkyWebhook { event, raw }) = world.vendors.said.pop() else {
        unreachable!()
    };
    let mut wiped = event.clone();
    wiped.stock.on_hand = Quantity::ZERO;
    wiped.stock.available = Quantity::ZERO;
    wiped.stock.lots.clear();
    let webhook = Observation::JerkyWebhook { event: wiped, raw };
    world.engine.observe(webhook, world.now).unwrap();
    world.run();
    assert_eq!(world.shows("SNACK"), 0, "a number that nobody can doubt");
    world.sent.clear();
    let feed = |event| Observation::JerkyFeed {
        events: vec![Ok(event)],
        up_to: 9,
    };
    let seen = feed((*event).clone());
    world.engine.observe(seen, world.now).unwrap();
    world.run();
    assert!(world.names().contains(&"read-stock"), "{:?}", world.names());
    assert_eq!(world.shows("SNACK"), 5);
    world.sent.clear();
    let again = feed((*event).clone());
    world.engine.observe(again, world.now).unwrap();
    world.run();
    assert!(world.names().is_empty(), "what agrees is no news");
}

#[test]
fn an_item_whose_event_can_not_be_read_is_read_by_itself() {
    let mut world = World::ready();
    world
        .vendors
        .change(&jerky("JRK-1"), "receipt", |stock| stock.on_hand += 10);
    world.vendors.said.clear();
    let unreadable = Unreadable {
        what: "jerky event",
        reason: "missing field `sequence`".to_owned(),
        raw: Bytes::from_static(br#"{"id":"evt_9","sku":"JRK-1"}"#),
        at: world.now,
    };
    let feed = Observation::JerkyFeed {
        events: vec![Err(unreadable)],
        up_to: 9,
    };
    world.engine.observe(feed, world.now).unwrap();
    world.run();
    assert_eq!(world.shows("SNACK"), 55);
}

#[test]
fn an_older_level_that_arrives_later_changes_nothing() {
    let mut world = World::ready();
    world
        .vendors
        .change(&jerky("JRK-1"), "receipt", |stock| stock.on_hand += 10);
    world
        .vendors
        .change(&jerky("JRK-1"), "receipt", |stock| stock.on_hand += 10);
    world.vendors.said.reverse();
    world.run();
    assert_eq!(world.shows("SNACK"), 60);
}

#[test]
fn everything_gone_at_once_is_believed_after_a_second_reading_only() {
    let mut world = World::ready();
    let mut level = world.vendors.level(&jerky("JRK-1"));
    level.sequence += 1;
    level.on_hand = Quantity::ZERO;
    level.available = Quantity::ZERO;
    level.lots.clear();
    world
        .engine
        .observe(Observation::Stock(vec![Ok(level)]), world.now)
        .unwrap();
    world.run();
    assert_eq!(world.names(), ["read-stock"]);
    assert_eq!(world.shows("SNACK"), 50);
    let entry = &world.engine.quarantine(1).unwrap()[0];
    assert!(entry.quarantined.reason.contains("everything is gone"));
    assert!(entry.resolved_at.is_some());
    world
        .vendors
        .change(&jerky("JRK-1"), "disposal", |stock| stock.on_hand = 0);
    world.run();
    assert_eq!(world.shows("SNACK"), 0);
}

#[test]
fn a_level_that_cannot_be_true_is_set_aside_and_read_again() {
    let mut world = World::ready();
    world
        .vendors
        .change(&jerky("JRK-1"), "receipt", |stock| stock.on_hand += 10);
    let Some(Observation::JerkyWebhook { mut event, raw }) = world.vendors.said.pop() else {
        unreachable!()
    };
    event.stock.on_hand = Quantity::new(-110);
    world
        .engine
        .observe(Observation::JerkyWebhook { event, raw }, world.now)
        .unwrap();
    assert_eq!(world.shows("SNACK"), 50);
    world.run();
    assert_eq!(world.shows("SNACK"), 55);
    assert!(
        world.engine.quarantine(1).unwrap()[0]
            .quarantined
            .reason
            .contains("-110")
    );
}

#[test]
fn a_name_that_differs_in_form_is_quarantined_with_the_one_probably_meant() {
    let mut world = World::ready();
    let mut level = world.vendors.level(&jerky("JRK-1"));
    level.sku = jerky("jrk-1");
    world
        .engine
        .observe(Observation::Stock(vec![Ok(level)]), world.now)
        .unwrap();
    let entry = &world.engine.quarantine(1).unwrap()[0].quarantined;
    assert!(
        entry.reason.contains("probably JRK-1 is meant"),
        "{}",
        entry.reason
    );
}

/// An item, and once more with ten more of it.
fn listed_twice(world: &World) -> [StockLevelView; 2] {
    let good = world.vendors.level(&jerky("JRK-1"));
    let mut other = good.clone();
    let ten_more = |quantity: &mut Quantity| *quantity = Quantity::new(quantity.get() + 10);
    ten_more(&mut other.on_hand);
    ten_more(&mut other.available);
    ten_more(&mut other.lots[0].on_hand);
    ten_more(&mut other.lots[0].available);
    [good, other]
}

/// An item, and once more under a name that nobody knows.
fn claimed_twice(world: &World) -> [StockLevelView; 2] {
    let good = world.vendors.level(&jerky("JRK-1"));
    let mut twin = good.clone();
    twin.sku = jerky("jrk-1");
    [good, twin]
}

#[test]
fn of_two_rows_that_claim_to_be_one_item_neither_is_believed_until_it_is_read_by_itself() {
    let told = claimed_both_ways(claimed_twice);
    let likeness = "of the same reading probably means it, too";
    assert!(
        told.iter().any(|reason| reason.contains(likeness)),
        "{told:?}"
    );
}

#[test]
fn of_two_rows_that_say_different_things_of_one_item_neither_is_believed() {
    let told = claimed_both_ways(listed_twice);
    let both = told
        .iter()
        .filter(|reason| reason.contains("the same reading says otherwise"));
    assert_eq!(both.count(), 4, "{told:?}");
}

/// Takes in pages that list one item twice, whichever comes first; why their rows were set aside.
fn claimed_both_ways(claimed: fn(&World) -> [StockLevelView; 2]) -> Vec<String> {
    let mut world = World::ready();
    let before = world.shows("SNACK");
    let sku = jerky("JRK-1");
    world
        .vendors
        .change(&sku, "receipt", |stock| stock.on_hand += 10);
    for turned in [false, true] {
        let mut page = claimed(&world);
        if turned {
            page.reverse();
        }
        let page = Observation::Stock(page.into_iter().map(Ok).collect());
        let observed = world.engine.observe(page, world.now).unwrap();
        assert_eq!((observed.applied, observed.quarantined), (0, 2), "{turned}");
    }
    assert_eq!(world.shows("SNACK"), before);
    world.run();
    assert_eq!(world.shows("SNACK"), before + 5);
    let set_aside = world.engine.quarantine(9).unwrap();
    set_aside
        .into_iter()
        .map(|entry| entry.quarantined.reason)
        .collect()
}

#[test]
fn an_item_of_a_like_name_that_is_known_claims_nothing() {
    let mut world = World::ready();
    let before = world.shows("SNACK");
    world.vendors.stock("jrk-1", 5);
    world
        .vendors
        .change(&jerky("JRK-1"), "receipt", |stock| stock.on_hand += 10);
    for seen in world.vendors.sweep() {
        let observed = world.engine.observe(seen, world.now).unwrap();
        assert_eq!(observed.quarantined, 0);
    }
    world.run();
    assert_eq!(world.shows("SNACK"), before + 5);
}

#[test]
fn a_mirror_that_is_misspelt_is_not_read_as_an_item() {
    let mut world = World::ready();
    world
        .vendors
        .change(&jerky("JRK-1"), "damage", |stock| stock.on_hand -= 2);
    for seen in &mut world.vendors.said {
        if let Observation::JerkyWebhook { event, .. } = seen {
            event.sku = jerky("jrk-nail");
            event.stock.sku = jerky("jrk-nail");
        }
    }
    world.listen();
    assert_eq!(world.due(), []);
    assert_eq!(world.engine.pending(world.now), []);
}

#[test]
fn a_wrong_unit_is_quarantined() {
    let mut world = World::ready();
    let mut level = world.vendors.level(&jerky("JRK-1"));
    level.unit = crate::unit::Unit::Kilogram;
    level.sequence += 1;
    let seen = Observation::Stock(vec![Ok(level)]);
    assert_eq!(
        world.engine.observe(seen, world.now).unwrap().quarantined,
        1
    );
}

#[test]
fn one_bad_row_does_not_spoil_its_page() {
    let mut world = World::ready();
    world
        .vendors
        .change(&jerky("JRK-1"), "receipt", |stock| stock.on_hand += 10);
    let bad = Unreadable {
        what: "stock level",
        reason: "on_hand: null".into(),
        raw: Bytes::from_static(b"{\"sku\":\"JRK-2\",\"on_hand\":null}"),
        at: world.now,
    };
    let good = world.vendors.level(&jerky("JRK-1"));
    let page = Observation::Stock(vec![Err(bad.clone()), Ok(good)]);
    let observed = world.engine.observe(page, world.now).unwrap();
    assert_eq!((observed.applied, observed.quarantined), (1, 1));
    assert_eq!(
        world.engine.quarantine(1).unwrap()[0].quarantined.raw,
        bad.raw
    );
}

/// A new level of JRK-1 in a page whose other row can only be read in part.
fn beside_a_row(raw: &'static str) -> (World, Observed, i64) {
    let mut world = World::ready();
    let before = world.shows("SNACK");
    world
        .vendors
        .change(&jerky("JRK-1"), "receipt", |stock| stock.on_hand += 10);
    let good = world.vendors.level(&jerky("JRK-1"));
    let bad = Unreadable {
        what: "stock level",
        reason: "missing field".into(),
        raw: Bytes::from_static(raw.as_bytes()),
        at: world.now,
    };
    let page = Observation::Stock(vec![Ok(good), Err(bad)]);
    let observed = world.engine.observe(page, world.now).unwrap();
    (world, observed, before)
}

#[test]
fn a_new_level_beside_a_row_that_may_mean_its_item_is_read_by_itself_first() {
    for raw in [
        r#"{"on_hand":"7"}"#,
        r#"{"sku":"JRK-"}"#,
        r#"{"sku":"JRK-1","unit":"u"#,
        r#"{"sku":"JRK-1","on_hand":null}"#,
    ] {
        let (mut world, observed, before) = beside_a_row(raw);
        assert_eq!((observed.applied, observed.quarantined), (0, 1), "{raw}");
        assert_eq!(world.shows("SNACK"), before, "{raw}");
        world.run();
        assert_eq!(world.shows("SNACK"), before + 5, "{raw}");
    }
}

#[test]
fn an_order_in_a_row_that_cannot_be_read_is_read_by_itself() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    world.run();
    world.sent.clear();
    let bad = |raw: &'static [u8]| Unreadable {
        what: "order",
        reason: "updated_at: no such day".into(),
        raw: Bytes::from_static(raw),
        at: world.now,
    };
    let strange = br#"{"id":"ORD-9","updated_at":"2026-02-30"}"#;
    let rows = vec![
        Err(bad(br#"{"id":"ORD-1","updated_at":"2026-02-30"}"#)),
        Err(bad(strange)),
    ];
    let page = Observation::Orders { rows, cursor: None };
    world.engine.observe(page, world.now).unwrap();
    while world.step() > 0 {}
    assert_eq!(world.names(), ["read-order"]);
}

#[test]
fn the_echo_of_our_own_publish_leads_to_nothing() {
    let mut world = World::ready();
    world
        .vendors
        .change(&jerky("JRK-1"), "receipt", |stock| stock.on_hand += 10);
    world.listen();
    while world.step() > 0 {}
    assert!(
        !world.vendors.said.is_empty(),
        "the shop tells of the new number"
    );
    world.sent.clear();
    world.listen();
    assert_eq!(world.step(), 0);
}

#[test]
fn the_feeds_cursor_moves_with_its_page_and_never_back() {
    let mut world = World::ready();
    let page = |up_to| Observation::JerkyFeed {
        events: Vec::new(),
        up_to,
    };
    world.engine.observe(page(40), world.now).unwrap();
    world.engine.observe(page(12), world.now).unwrap();
    assert_eq!(world.engine.cursor(Cursor::JerkyFeed), Some("40"));
}

#[test]
fn what_a_sweep_did_not_show_is_read_by_itself() {
    let mut world = World::ready();
    let seen = [jerky("JRK-1")].into();
    world
        .engine
        .observe(Observation::Swept(Swept::Stock { seen }), world.now)
        .unwrap();
    let due = world.due();
    assert_eq!(due.len(), 1);
    assert_eq!(
        due[0].command,
        Command::ReadStock {
            skus: vec![jerky("JRK-2")]
        }
    );
}

#[test]
fn a_lost_webhook_of_a_cancellation_is_repaired_by_a_sweep() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    world.run();
    world.vendors.cancel("ORD-1");
    world.vendors.said.clear();
    world.wait(jiff::SignedDuration::from_secs(1));
    let swept = Swept::OpenOrders {
        seen: [].into(),
        began: world.now,
    };
    world
        .engine
        .observe(Observation::Swept(swept), world.now)
        .unwrap();
    world.run();
    assert_eq!(world.vendors.items[&jerky("JRK-1")].reserved, 0);
}

#[test]
fn a_product_the_shop_emptied_by_mistake_is_read_again_before_the_mirror_follows() {
    let mut world = World::ready();
    let mut view = world.vendors.products[&polish("NAIL")].clone();
    view.on_hand = Some(crate::quantity::Units::ZERO);
    view.available = crate::quantity::Units::ZERO;
    let seen = Observation::Products {
        rows: vec![Ok(view)],
        cursor: None,
    };
    world.engine.observe(seen, world.now).unwrap();
    world.run();
    assert_eq!(world.names(), ["read-product"]);
    assert_eq!(world.vendors.mirrors[&jerky("JRK-NAIL")].quantity.get(), 7);
}

#[test]
fn the_shops_own_stock_is_shown_in_the_jerky_system() {
    let mut world = World::ready();
    world.vendors.change_product(&polish("NAIL"), |product| {
        product.held = crate::quantity::Units::new(2);
    });
    world.run();
    assert_eq!(world.vendors.mirrors[&jerky("JRK-NAIL")].quantity.get(), 5);
}

#[test]
fn an_order_misread_at_first_is_believed_once_it_reads_otherwise_twice() {
    let mut world = World::ready();
    world.vendors.place("ORD-1", "SNACK", 5, world.now);
    let mut misread = world.vendors.orders[&order("ORD-1")].clone();
    misread.lines[0].sku = polish("NOBODY-KNOWS");
    let rows = vec![Ok(misread)];
    let seen = Observation::Orders { rows, cursor: None };
    world.engine.observe(seen, world.now).unwrap();
    world.sweep();
    world.run();
    let names = world.names();
    assert!(
        names.contains(&"confirm") && !names.contains(&"reject"),
        "{names:?}"
    );
    assert_eq!(world.vendors.items[&jerky("JRK-1")].reserved, 10);
}
