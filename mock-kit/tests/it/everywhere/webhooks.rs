//! The faults that strike webhooks, as one table: six messages to two endpoints, of which the fault
//! strikes the second of its topic to the first endpoint.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::future::join_all;
use mock_kit::webhook::Message;
use serde_json::{Value, json};

use super::{Tried, bad_data};
use crate::{
    reach::{By, Reached, on_both},
    toy::STOCK,
    world::{Received, World, pass, policy},
};

/// What is told, in order: the second note is struck.
const TOLD: [(&str, &str); 5] = [
    ("n1", "note.added"),
    ("b1", "bell.rung"),
    ("n2", "note.added"),
    ("b2", "bell.rung"),
    ("n3", "note.added"),
];

type Shows = dyn Fn(&[Received]) -> bool;

/// One kind of fault on its way to a receiver.
struct Case {
    kind: &'static str,
    fields: Value,
    /// What the endpoint gets that is struck, in any order; at the end `n4`, sent long after.
    gets: Vec<&'static str>,
    /// Whether it shows in all that this endpoint got.
    shows: Box<Shows>,
}

on_both! {
    each_kind_strikes_the_webhook_that_its_rule_says_and_no_other: play_all;
}

pub(super) fn tried() -> Vec<Tried> {
    let cases = cases();
    cases.iter().map(|case| (case.kind, "delivery")).collect()
}

async fn play_all(by: By) {
    // They mostly wait, so they wait side by side.
    join_all(cases().into_iter().map(|case| play(by, case))).await;
}

fn cases() -> Vec<Case> {
    fates().into_iter().chain(data()).collect()
}

fn case(
    kind: &'static str,
    fields: Value,
    gets: &[&'static str],
    shows: impl Fn(&[Received]) -> bool + 'static,
) -> Case {
    Case {
        kind,
        fields,
        gets: gets.to_vec(),
        shows: Box::new(shows),
    }
}

fn fates() -> Vec<Case> {
    let all = ["n1", "b1", "n2", "b2", "n3", "n4"];
    let twice = ["n1", "b1", "n2", "n2", "b2", "n3", "n4"];
    let n2_after = |other: &'static str| move |got: &[Received]| at(got, "n2") > at(got, other);
    vec![
        case(
            "webhook_lost",
            json!({}),
            &["n1", "b1", "b2", "n3", "n4"],
            |_| true,
        ),
        case("webhook_duplicated", json!({}), &twice, |_| true),
        case("webhook_delayed", json!({"ms": 1500}), &all, n2_after("n3")),
        case("webhook_reordered", json!({}), &all, |got| {
            let (struck, next) = (at(got, "n2"), at(got, "b2"));
            struck == next + 1
        }),
        case(
            "webhook_forged",
            json!({}),
            &["n1", "b1", "n2", "n2_forged", "b2", "n3", "n4"],
            |got| {
                let forged = &got[at(got, "n2_forged")];
                forged.body.contains("1005") && !forged.signature.ends_with(&forged.body)
            },
        ),
        case(
            "webhook_replayed",
            json!({"after_ms": 1500}),
            &twice,
            |got| {
                let mut two = got.iter().filter(|one| one.id() == "n2");
                let (first, again) = (two.next().unwrap(), two.next().unwrap());
                first.signature == again.signature && again.ms - first.ms >= 1000
            },
        ),
        case("webhook_stale_secret", json!({}), &all, |got| {
            let secret = |one: &Received| one.signature.split(' ').nth(2) == Some("first");
            got.iter().all(|one| secret(one) == (one.id() != "n2"))
        }),
        case(
            "webhook_disabled",
            json!({"for_ms": 3000}),
            &["n1", "b1", "n4"],
            |_| true,
        ),
        case("webhook_burst", json!({"hold_ms": 1000}), &all, |got| {
            // Told in one whole second, it comes no sooner than the next begins.
            let (before, struck) = (&got[at(got, "b1")], &got[at(got, "n2")]);
            struck.ms / 1000 > before.ms / 1000
        }),
        case("partition", json!({}), &all, n2_after("n3")),
    ]
}

fn data() -> Vec<Case> {
    let all = ["n1", "b1", "n2", "b2", "n3", "n4"];
    let bad = bad_data::all().into_iter();
    bad.map(|bad| {
        let mut fields = bad.fields;
        fields["phase"] = "delivery".into();
        case(bad.kind, fields, &all, move |got| {
            (bad.shows)(&got[at(got, "n2")].body)
        })
    })
    .collect()
}

/// Where a message is among what was received.
fn at(got: &[Received], id: &str) -> usize {
    got.iter().position(|one| one.id() == id).unwrap()
}

async fn play(by: By, case: Case) {
    let named = format!("{} by {by:?}", case.kind);
    let reached = Reached::over(by, patient()).await;
    reached.world.strike(rule(&case));
    let (base, received) = reached.receive().await;
    for endpoint in ["a", "b"] {
        reached.world.listen_at(&base, endpoint);
    }
    for (number, (id, topic)) in TOLD.iter().enumerate() {
        tell(&reached.world, id, topic);
        arrived(&received, "/b", number + 1, &named).await;
        // Both endpoints are served at once, so the other has it too, or has to wait for it.
        pass(50).await;
    }
    let last = case.gets.len() - 1;
    arrived(&received, "/a", last, &named).await;
    // Whatever is broken for a while is whole again.
    pass(3500).await;
    tell(&reached.world, "n4", "note.added");
    arrived(&received, "/a", last + 1, &named).await;
    arrived(&received, "/b", TOLD.len() + 1, &named).await;
    judge(&case, &named, &received);
    let report = [format!("{} note.added delivery 1", case.kind)];
    assert_eq!(reached.world.report(), report, "{named}");
}

fn judge(case: &Case, named: &str, received: &Mutex<Vec<Received>>) {
    let (a, b) = (to(received, "/a"), to(received, "/b"));
    let sorted = |mut ids: Vec<&str>| {
        ids.sort_unstable();
        ids.join(" ")
    };
    let got = sorted(a.iter().map(Received::id).collect());
    assert_eq!(got, sorted(case.gets.clone()), "{named}");
    let told: Vec<&str> = b.iter().map(Received::id).collect();
    assert_eq!(told, ["n1", "b1", "n2", "b2", "n3", "n4"], "{named}");
    for spared in a.iter().filter(|one| !one.id().starts_with("n2")).chain(&b) {
        assert_eq!(spared.body, STOCK, "{named}: {}", spared.id());
        assert!(
            spared.signature.ends_with(STOCK),
            "{named}: {}",
            spared.id()
        );
    }
    assert!((case.shows)(&a), "{named}: {a:#?}");
}

fn rule(case: &Case) -> Value {
    let mut rule = case.fields.clone();
    rule["kind"] = case.kind.into();
    rule["operation"] = "note.added".into();
    rule["path"] = "*/a".into();
    rule["nth"] = 2.into();
    rule
}

/// A world whose vendor tries again soon.
fn patient() -> World {
    policy(|policy| {
        policy.timeout = Duration::from_secs(1);
        policy.retries = vec![Duration::from_millis(500)];
        policy.jitter_percent = 0;
    })
}

fn tell(world: &World, id: &str, topic: &str) {
    let message = Message {
        id: id.to_owned(),
        topic: topic.to_owned(),
        body: STOCK.as_bytes().to_vec().into(),
    };
    world
        .mock
        .with(|state, _| state.vendor.messages.push(message));
}

fn to(received: &Mutex<Vec<Received>>, path: &str) -> Vec<Received> {
    let all = received.lock().unwrap();
    all.iter().filter(|one| one.path == path).cloned().collect()
}

/// Waits until so many have come to an endpoint.
async fn arrived(received: &Arc<Mutex<Vec<Received>>>, path: &str, count: usize, named: &str) {
    for _ in 0..1000 {
        if to(received, path).len() >= count {
            break;
        }
        pass(10).await;
    }
    let got = to(received, path);
    assert!(
        got.len() >= count,
        "{named}: {path} is short of {count}: {got:?}"
    );
}
