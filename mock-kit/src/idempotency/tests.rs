//! The four outcomes of a key, its retention, and a model over any sequence of requests.

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;

fn at(hours: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
}

fn payload(body: &str) -> Fingerprint {
    Fingerprint::of(&Method::POST, "/notes", body.as_bytes())
}

fn reply(text: &str) -> StoredReply {
    StoredReply {
        status: 201,
        headers: Vec::new(),
        body: text.as_bytes().to_vec().into(),
    }
}

struct Client(Arc<str>);

impl Client {
    fn begin(&self, store: &mut IdempotencyStore, key: &str, body: &str, hours: i64) -> Begun {
        store.begin(&self.0, &key.into(), payload(body), at(hours))
    }
}

fn hub() -> Client {
    Client("hub".into())
}

#[test]
fn a_key_has_four_outcomes() {
    let (mut store, hub) = (IdempotencyStore::new(10), hub());
    assert_eq!(hub.begin(&mut store, "k", "a", 0), Begun::Fresh);
    assert_eq!(hub.begin(&mut store, "k", "a", 0), Begun::InFlight);
    store.complete(&hub.0, &"k".into(), reply("done"));
    assert_eq!(
        hub.begin(&mut store, "k", "a", 1),
        Begun::Replay(reply("done"))
    );
    assert_eq!(hub.begin(&mut store, "k", "b", 1), Begun::Reused);
}

#[test]
fn another_client_may_use_the_same_key() {
    let mut store = IdempotencyStore::new(10);
    assert_eq!(hub().begin(&mut store, "k", "a", 0), Begun::Fresh);
    assert_eq!(
        Client("staff".into()).begin(&mut store, "k", "b", 0),
        Begun::Fresh
    );
}

#[test]
fn a_key_is_kept_for_a_day_and_then_new() {
    let (mut store, hub) = (IdempotencyStore::new(10), hub());
    hub.begin(&mut store, "k", "a", 0);
    store.complete(&hub.0, &"k".into(), reply("done"));
    assert!(matches!(
        hub.begin(&mut store, "k", "a", 23),
        Begun::Replay(_)
    ));
    assert_eq!(hub.begin(&mut store, "k", "b", 24), Begun::Fresh);
}

#[test]
fn what_was_aborted_may_be_tried_anew_and_what_was_answered_not() {
    let (mut store, hub) = (IdempotencyStore::new(10), hub());
    hub.begin(&mut store, "k", "a", 0);
    store.abort(&hub.0, &"k".into());
    assert_eq!(hub.begin(&mut store, "k", "b", 0), Begun::Fresh);
    store.complete(&hub.0, &"k".into(), reply("done"));
    store.abort(&hub.0, &"k".into());
    assert!(matches!(
        hub.begin(&mut store, "k", "b", 0),
        Begun::Replay(_)
    ));
}

#[test]
fn beyond_its_capacity_the_oldest_key_is_forgotten() {
    let (mut store, hub) = (IdempotencyStore::new(2), hub());
    for key in ["a", "b", "c"] {
        hub.begin(&mut store, key, "", 0);
        store.complete(&hub.0, &key.into(), reply(key));
    }
    assert_eq!(store.len(), 2);
    assert_eq!(hub.begin(&mut store, "a", "", 0), Begun::Fresh);
    assert!(matches!(
        hub.begin(&mut store, "c", "", 0),
        Begun::Replay(_)
    ));
}

#[test]
fn method_path_and_body_all_count() {
    let of =
        |method: Method, path: &str, body: &str| Fingerprint::of(&method, path, body.as_bytes());
    let one = of(Method::POST, "/a", "b");
    assert_ne!(one, of(Method::PUT, "/a", "b"));
    assert_ne!(one, of(Method::POST, "/ab", ""));
    assert_ne!(one, of(Method::POST, "/a", "c"));
}

#[test]
fn a_restored_store_replays_what_was_answered_and_knows_nothing_of_the_rest() {
    let (mut store, hub) = (IdempotencyStore::new(10), hub());
    hub.begin(&mut store, "done", "a", 0);
    store.complete(&hub.0, &"done".into(), reply("done"));
    hub.begin(&mut store, "open", "a", 0);
    let saved = serde_json::to_string(&store.save()).unwrap();
    let mut restored = IdempotencyStore::new(10);
    restored.restore(serde_json::from_str(&saved).unwrap());
    assert!(matches!(
        hub.begin(&mut restored, "done", "a", 1),
        Begun::Replay(_)
    ));
    assert_eq!(hub.begin(&mut restored, "open", "a", 1), Begun::Fresh);
}

#[derive(Clone, Debug)]
enum Step {
    Begin(u8, u8),
    Complete(u8),
    Abort(u8),
    Wait(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0u8..4, 0u8..2).prop_map(|(key, body)| Step::Begin(key, body)),
        2 => (0u8..4).prop_map(Step::Complete),
        1 => (0u8..4).prop_map(Step::Abort),
        1 => (1i64..12).prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 1..80)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// The model: for each key its payload, its time, and its reply if it has one.
    #[test]
    fn a_key_has_one_effect_within_its_retention(steps in steps()) {
        let (mut store, hub) = (IdempotencyStore::new(100), hub());
        let mut model: BTreeMap<u8, (u8, i64, bool)> = BTreeMap::new();
        let mut hours = 0;
        for step in steps {
            model.retain(|_, (_, since, _)| hours - *since < 24);
            match step {
                Step::Wait(more) => hours += more,
                Step::Begin(key, body) => {
                    let begun = hub.begin(&mut store, &key.to_string(), &body.to_string(), hours);
                    let expected = match model.get(&key) {
                        None => Begun::Fresh,
                        Some((known, ..)) if *known != body => Begun::Reused,
                        Some((.., false)) => Begun::InFlight,
                        Some((.., true)) => Begun::Replay(reply(&key.to_string())),
                    };
                    prop_assert_eq!(begun, expected);
                    model.entry(key).or_insert((body, hours, false));
                }
                Step::Complete(key) => {
                    let name = key.to_string();
                    if let Some(known) = model.get_mut(&key) {
                        known.2 = true;
                        store.complete(&hub.0, &name.as_str().into(), reply(&name));
                    }
                }
                Step::Abort(key) => {
                    if model.get(&key).is_some_and(|known| !known.2) {
                        model.remove(&key);
                    }
                    store.abort(&hub.0, &key.to_string().as_str().into());
                }
            }
        }
        prop_assert_eq!(store.entries.len(), store.by_age.len());
    }
}
