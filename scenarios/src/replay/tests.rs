//! A small world, shown event by event.

use std::sync::OnceLock;

use jiff::SignedDuration;

use super::*;
use crate::{
    command::known,
    plan::{Catalogue, Need},
    scenario, sim,
};

/// One order of one listing, whose reservation is applied and whose reply is lost; then a crash.
const SMALL: &str = r#"
name = "small"
title = "One order, one lost reply"
why = "A test"
seed = 5

[world]
items = 3
listings = 3
kits = 0
mirrors = 1
duration = "10m"

[[fault]]
kind = "reply_lost"
vendor = "jerky"
operation = "create_reservation"
nth = 1

[[fault]]
kind = "webhook_lost"
vendor = "jerky"
nth = 1

[[fault]]
kind = "hub_crash"
at = "5m"
restart_after = "5s"
"#;

/// An order after a minute, whose reservation is applied and whose reply is lost; one of something
/// else after two; a delivery after seven.
fn plan() -> Plan {
    let mut small = scenario::parse("small.toml", SMALL, &known()).unwrap();
    let goods = Plan::expand(&small, 5).catalogue;
    let orders = [0, 1].map(|place| order(&goods, place));
    let receipt = scenario::ReceiveLot {
        name: "receipt-1".to_owned(),
        at: "7m".parse().unwrap(),
        sku: goods.items[1].sku.clone(),
        lot: "R1".to_owned(),
        quantity: 600,
        produced_on: jiff::civil::date(2026, 10, 1),
        expires_on: None,
    };
    small.steps = orders.map(scenario::Step::Order).into();
    small.steps.push(scenario::Step::Receipt(receipt));
    Plan::expand(&small, 5)
}

/// One order of the listing at `place`.
fn order(goods: &Catalogue, place: usize) -> scenario::PlaceOrder {
    let sold = goods.product(&goods.listings[place].product).unwrap();
    let multiple = sold.order_multiple;
    scenario::PlaceOrder {
        name: format!("order-{place}"),
        at: scenario::Span::from_mins(place as u64 + 1),
        customer: "Ada".to_owned(),
        lines: vec![scenario::OrderLine {
            sku: sold.sku.clone(),
            quantity: (sold.moq + multiple - 1) / multiple * multiple,
        }],
    }
}

/// Played once for all tests.
fn small() -> &'static (Plan, Played, Vec<TraceLine>) {
    static SMALL: OnceLock<(Plan, Played, Vec<TraceLine>)> = OnceLock::new();
    SMALL.get_or_init(|| {
        let plan = plan();
        let played = sim::play(&plan).unwrap();
        let lines = trace(&plan, &played);
        (plan, played, lines)
    })
}

fn filtered(filter: &Filter) -> Vec<&'static TraceLine> {
    let (_, played, lines) = small();
    filter.apply(&played.history, lines)
}

#[test]
fn an_order_is_told_from_its_placement_to_its_lower_number() {
    let (plan, played, lines) = small();
    let filter = Filter {
        around: Some("1m".parse::<Moment>().unwrap().resolve(played.began)),
        sku: Some(plan.catalogue.listings[0].product.clone()),
    };
    insta::assert_snapshot!(render(&filtered(&filter), lines.len(), played.began));
}

#[test]
fn every_exchange_has_one_line_and_time_goes_forward() {
    let (_, played, lines) = small();
    let is_message = |line: &&TraceLine| {
        matches!(line.kind, Kind::Request | Kind::Webhook) && line.result != Reply::Lost
    };
    assert_eq!(lines.iter().filter(is_message).count(), played.tape.len());
    assert!(lines.is_sorted_by_key(|line| line.at));
}

#[test]
fn a_fault_is_marked_on_the_exchange_that_it_struck_and_on_no_other() {
    let (_, played, lines) = small();
    let struck = |what: &str| -> Vec<&TraceLine> {
        let is_struck = |line: &&TraceLine| line.faults.iter().any(|fault| fault == what);
        lines.iter().filter(is_struck).collect()
    };
    let [lost] = struck("reply_lost (applied_reply_lost)")[..] else {
        panic!("{:?}", played.struck);
    };
    assert_eq!(lost.what, "create_reservation");
    assert!(matches!(lost.result, Reply::Failed(_)), "{lost:?}");
    let [webhook] = struck("webhook_lost (delivery)")[..] else {
        panic!("no webhook was lost");
    };
    assert_eq!((webhook.from, &webhook.result), (Lane::Jerky, &Reply::Lost));
    let [crash] = struck("hub_crash")[..] else {
        panic!("no crash");
    };
    let minutes = crash.at.duration_since(played.began);
    assert_eq!(minutes, SignedDuration::from_mins(5));
}

#[test]
fn every_operation_is_known_by_its_name() {
    let (_, _, lines) = small();
    let requests = lines.iter().filter(|line| line.kind == Kind::Request);
    let unknown: Vec<&TraceLine> = requests.filter(|line| line.what.contains('/')).collect();
    assert_eq!(unknown, Vec::<&TraceLine>::new());
    for name in ["create_reservation", "list_events", "put_availability"] {
        assert!(lines.iter().any(|line| line.what == name), "{name}");
    }
}

#[test]
fn a_sku_brings_its_listings_their_orders_and_reservations_and_nothing_else() {
    let (plan, _, _) = small();
    let (listing, other) = (&plan.catalogue.listings[0], &plan.catalogue.items[1].sku);
    let Need::Jerky { sku: item, .. } = &listing.needs[0] else {
        panic!("{listing:?}");
    };
    let lines = filtered(&Filter {
        around: None,
        sku: Some(item.clone()),
    });
    let has = |what: &str| lines.iter().any(|line| line.what.contains(what));
    assert!(has("create_reservation") && has("confirm_order") && has("order.created"));
    assert!(has(&listing.product) && has(item));
    let is_stray = |line: &&&TraceLine| {
        let strange = ["ORD-000002", other.as_str()].map(str::to_owned);
        strange.iter().any(|name| line.names.contains(name))
    };
    assert_eq!(lines.iter().find(is_stray), None);
}

#[test]
fn a_change_without_a_sku_in_its_path_is_found_by_what_it_changed() {
    let (plan, _, _) = small();
    let lines = filtered(&Filter {
        around: None,
        sku: Some(plan.catalogue.items[1].sku.clone()),
    });
    let mut staff = lines.iter().filter(|line| line.from == Lane::Warehouse);
    assert!(staff.any(|line| line.what == "adjust_batch"), "{lines:#?}");
}

#[test]
fn a_moment_shows_two_minutes_around_it() {
    let (_, played, lines) = small();
    for text in ["5m", "+5m"] {
        let at = text.parse::<Moment>().unwrap().resolve(played.began);
        assert_eq!(at.to_string().parse::<Moment>(), Ok(Moment::At(at)));
        let shown = filtered(&Filter {
            around: Some(at),
            sku: None,
        });
        assert!(shown.len() > 10 && shown.len() < lines.len());
        let outside = |line: &&&TraceLine| {
            let off = line.at.duration_since(at).abs();
            off > AROUND && line.until == line.at
        };
        assert_eq!(shown.iter().filter(outside).count(), 0);
    }
    let said = "tomorrow".parse::<Moment>().unwrap_err();
    assert!(
        said.contains("tomorrow") && said.contains("1h20m"),
        "{said}"
    );
}

#[test]
fn a_misspelt_sku_is_met_with_the_nearest() {
    let (plan, _, _) = small();
    let sku = &plan.catalogue.items[0].sku;
    assert_eq!(check_sku(plan, sku), Ok(()));
    let wrong = sku.to_lowercase();
    let said = check_sku(plan, &wrong).unwrap_err().to_string();
    assert!(
        said.contains(&wrong) && said.contains(sku.as_str()),
        "{said}"
    );
}
