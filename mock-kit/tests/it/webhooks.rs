//! Webhooks on their way out: retries, order, rotation, disabling, and the faults that strike them.

use std::time::Duration;

use mock_kit::webhook::{DeliveryState, EndpointStatus};
use serde_json::json;

use crate::world::{World, ids, pass, policy, times};

fn states(world: &World, endpoint: &str) -> Vec<DeliveryState> {
    world.mock.with(|state, _| {
        state
            .webhooks
            .deliveries(endpoint)
            .map(|delivery| delivery.state)
            .collect()
    })
}

fn status(world: &World, endpoint: &str) -> EndpointStatus {
    world
        .mock
        .with(|state, _| state.webhooks.endpoint(endpoint).unwrap().status)
}

fn seconds(list: &[u64]) -> Vec<Duration> {
    list.iter().copied().map(Duration::from_secs).collect()
}

#[tokio::test(start_paused = true)]
async fn a_message_goes_to_every_endpoint_that_wants_it_and_to_no_other() {
    let world = World::new();
    world.listen("a");
    world.listen("b");
    world.mock.with(|state, _| state.webhooks.remove("b"));
    let received = world.drive(|_, _| (0, 204));
    world.note(3);
    pass(10).await;
    let all = received.lock().unwrap().clone();
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].path.as_str(), all[0].id()), ("/a", "msg_1"));
    assert_eq!(all[0].body, r#"{"id":1,"sku":"A","quantity":3}"#);
    assert_eq!(states(&world, "a"), [DeliveryState::Delivered]);
}

#[tokio::test(start_paused = true)]
async fn a_failed_message_is_retried_by_the_policy_and_then_given_up() {
    let world = policy(|policy| {
        policy.retries = seconds(&[5, 300]);
        policy.jitter_percent = 0;
    });
    world.listen("a");
    let received = world.drive(|_, _| (0, 500));
    world.note(3);
    pass(1_000_000).await;
    assert_eq!(times(&received), [0, 5_000, 305_000]);
    assert_eq!(states(&world, "a"), [DeliveryState::GivenUp]);
}

#[tokio::test(start_paused = true)]
async fn jitter_stays_within_its_per_cent_and_differs_between_messages() {
    let world = policy(|policy| policy.retries = seconds(&[100]));
    world.listen("a");
    let received = world.drive(|_, count| (0, if count < 20 { 500 } else { 200 }));
    for _ in 0..20 {
        world.note(3);
    }
    pass(1_000_000).await;
    let mut retried = times(&received).split_off(20);
    assert_eq!(retried.len(), 20);
    assert!(
        retried.iter().all(|ms| (90_000..=110_000).contains(ms)),
        "{retried:?}"
    );
    retried.dedup();
    assert!(retried.len() > 10, "{retried:?}");
}

#[tokio::test(start_paused = true)]
async fn a_refused_connection_and_a_silent_receiver_are_failures_too() {
    let world = policy(|policy| {
        policy.retries = seconds(&[1, 1]);
        policy.jitter_percent = 0;
        policy.timeout = Duration::from_secs(10);
    });
    world.listen("a");
    let received = world.drive(|_, count| [(0, 0), (60_000, 200), (0, 200)][count]);
    world.note(3);
    pass(100_000).await;
    assert_eq!(times(&received), [0, 1_000, 12_000]);
    let attempts = world.mock.with(|state, _| {
        let delivery = state.webhooks.deliveries("a").next().unwrap().clone();
        serde_json::to_value(delivery.attempts).unwrap()
    });
    let outcome = |index: usize| attempts[index]["outcome"].clone();
    assert_eq!(
        outcome(0),
        json!({"failed": "connection refused: nobody there"})
    );
    assert_eq!(outcome(1), json!({"failed": "no answer within 10000 ms"}));
    assert_eq!(outcome(2), json!({"status": 200}));
}

#[tokio::test(start_paused = true)]
async fn a_slow_endpoint_holds_up_nobody_else() {
    let world = policy(|policy| policy.ordered = true);
    world.listen("slow");
    world.listen("fast");
    let received = world.drive(|path, _| (if path == "/slow" { 9_000 } else { 0 }, 200));
    for _ in 0..3 {
        world.note(3);
    }
    pass(1).await;
    let fast = received
        .lock()
        .unwrap()
        .iter()
        .filter(|one| one.path == "/fast")
        .count();
    assert_eq!(fast, 3);
    pass(30_000).await;
    let slow: Vec<i64> = received
        .lock()
        .unwrap()
        .iter()
        .filter(|one| one.path == "/slow")
        .map(|one| one.ms)
        .collect();
    assert_eq!(slow, [0, 9_000, 18_000]);
}

#[tokio::test(start_paused = true)]
async fn unordered_messages_overtake_each_other_the_same_way_every_time() {
    let run = || async {
        let world = policy(|policy| policy.first_delay_ms = 0..=200);
        world.listen("a");
        let received = world.drive(|_, _| (0, 200));
        for _ in 0..10 {
            world.note(3);
        }
        pass(1000).await;
        (ids(&received), times(&received))
    };
    let (order, at) = run().await;
    assert_eq!(order.len(), 10);
    assert!(at.iter().all(|ms| (0..=200).contains(ms)), "{at:?}");
    assert!(
        !order.is_sorted_by_key(|id| id[4..].parse::<u32>().unwrap()),
        "{order:?}"
    );
    assert_eq!(run().await, (order, at));
}

#[tokio::test(start_paused = true)]
async fn gone_disables_the_endpoint_and_what_waited_is_given_up() {
    let world = policy(|policy| policy.retries = seconds(&[5]));
    world.listen("a");
    let received = world.drive(|_, count| (0, if count == 1 { 410 } else { 500 }));
    world.note(1);
    pass(1).await;
    world.note(2);
    pass(100_000).await;
    world.note(3);
    pass(100_000).await;
    assert_eq!(times(&received), [0, 1]);
    assert_eq!(status(&world, "a"), EndpointStatus::Gone);
    assert_eq!(states(&world, "a"), [DeliveryState::GivenUp; 2]);
    world
        .mock
        .with(|state, _| state.webhooks.enable("a").map(drop))
        .unwrap();
    world.note(4);
    pass(1).await;
    assert_eq!(times(&received).len(), 3);
}

#[tokio::test(start_paused = true)]
async fn messages_given_up_in_a_row_disable_the_endpoint_and_a_success_breaks_the_row() {
    let world = policy(|policy| policy.disable_after = Some(2));
    world.listen("a");
    world.drive(|_, count| (0, [500, 200, 500, 500, 200][count]));
    let mut seen = Vec::new();
    for _ in 0..4 {
        world.note(1);
        pass(1).await;
        seen.push(status(&world, "a"));
    }
    use EndpointStatus::{Enabled, Failing};
    assert_eq!(seen, [Enabled, Enabled, Enabled, Failing]);
}

#[tokio::test(start_paused = true)]
async fn while_a_rotation_overlaps_both_secrets_sign() {
    let world = World::new();
    world.listen("a");
    let received = world.drive(|_, _| (0, 200));
    let day = Duration::from_secs(24 * 3600);
    world.note(1);
    pass(1).await;
    world.mock.with(|state, now| {
        state
            .webhooks
            .rotate("a", "second".into(), day, now)
            .map(drop)
    });
    world.note(2);
    pass(24 * 3600 * 1000 - 1).await;
    world.note(3);
    pass(1).await;
    world.note(4);
    pass(1).await;
    let signed: Vec<String> = received
        .lock()
        .unwrap()
        .iter()
        .map(|one| one.signature.split(' ').nth(2).unwrap().to_owned())
        .collect();
    assert_eq!(signed, ["first", "second+first", "second+first", "second"]);
}

#[tokio::test(start_paused = true)]
async fn a_logged_message_is_sent_again_as_a_delivery_of_its_own() {
    let world = World::new();
    world.listen("a");
    let received = world.drive(|_, _| (0, 200));
    world.note(1);
    pass(1).await;
    let again = world.mock.with(|state, now| {
        assert!(state.webhooks.redeliver("a", "dlv_9", now).is_none());
        assert!(state.webhooks.redeliver("b", "dlv_1", now).is_none());
        state
            .webhooks
            .redeliver("a", "dlv_1", now)
            .unwrap()
            .id
            .clone()
    });
    pass(1).await;
    assert_eq!(again, "dlv_2");
    assert_eq!(ids(&received), ["msg_1", "msg_1"]);
}

#[tokio::test(start_paused = true)]
async fn the_log_and_the_backlog_are_bounded() {
    let world = policy(|policy| {
        policy.log_capacity = 3;
        policy.backlog_capacity = 2;
    });
    world.listen("a");
    for _ in 0..10 {
        world.note(1);
    }
    world.mock.with(|state, _| {
        assert_eq!(state.webhooks.unfinished(), 2);
        assert_eq!(state.webhooks.all_deliveries().count(), 5);
    });
}

#[tokio::test(start_paused = true)]
async fn what_was_queued_is_sent_after_a_restore() {
    let world = policy(|policy| policy.first_delay_ms = 500..=500);
    world.listen("a");
    world.note(1);
    let saved = mock_kit::snapshot::take(&world.mock).unwrap();
    let other = policy(|_| ());
    mock_kit::snapshot::restore(&other.mock, &saved).unwrap();
    let received = other.drive(|_, _| (0, 200));
    pass(1000).await;
    assert_eq!(
        (ids(&received), times(&received)),
        (vec!["msg_1".to_owned()], vec![500])
    );
}

#[tokio::test(start_paused = true)]
async fn time_alone_sends_messages_too() {
    let world = World::new();
    world.listen("a");
    let received = world.drive(|_, _| (0, 200));
    world
        .mock
        .with(|state, now| state.vendor.bell = Some(now + jiff::SignedDuration::from_secs(9)));
    world.mock.wake();
    pass(20_000).await;
    assert_eq!(
        (ids(&received), times(&received)),
        (vec!["msg_bell".to_owned()], vec![9_000])
    );
}

#[tokio::test(start_paused = true)]
async fn a_url_outside_the_allowed_hosts_is_not_registered() {
    let world = World::new();
    let endpoint = mock_kit::webhook::NewEndpoint {
        id: "x".to_owned(),
        owner: "hub".into(),
        url: "http://169.254.169.254/".to_owned(),
        topics: vec!["*".to_owned()],
        secret: String::new(),
    };
    let refused = world
        .mock
        .with(|state, now| state.webhooks.register(endpoint, now).map(drop));
    let expected =
        "host 169.254.169.254 is not allowed: use a loopback address or one of: hub.test";
    assert_eq!(refused.unwrap_err().to_string(), expected);
}

async fn struck(rule: serde_json::Value, notes: u64) -> (World, Vec<String>, Vec<i64>) {
    let world = World::struck_by(rule);
    world.listen("a");
    let received = world.drive(|_, _| (0, 200));
    for number in 0..notes {
        world.note(u32::try_from(number).unwrap());
        pass(100).await;
    }
    pass(100_000).await;
    let (order, at) = (ids(&received), times(&received));
    (world, order, at)
}

#[tokio::test(start_paused = true)]
async fn a_lost_webhook_never_comes_and_the_next_does() {
    let (world, order, _) = struck(json!({"kind": "webhook_lost", "nth": 1}), 2).await;
    assert_eq!(order, ["msg_2"]);
    assert_eq!(
        states(&world, "a"),
        [DeliveryState::Lost, DeliveryState::Delivered]
    );
    assert_eq!(world.report(), ["webhook_lost note.added delivery 1"]);
}

#[tokio::test(start_paused = true)]
async fn a_duplicated_webhook_comes_twice() {
    let rule = json!({"kind": "webhook_duplicated", "after_ms": 30, "nth": 2});
    let (world, order, at) = struck(rule, 2).await;
    assert_eq!(
        (order, at),
        (
            ["msg_1", "msg_2", "msg_2"].map(str::to_owned).to_vec(),
            vec![0, 100, 130]
        )
    );
    assert_eq!(world.report(), ["webhook_duplicated note.added delivery 1"]);
}

#[tokio::test(start_paused = true)]
async fn a_delayed_webhook_comes_late() {
    let rule = json!({"kind": "webhook_delayed", "ms": 5000, "nth": 1});
    let (world, order, at) = struck(rule, 2).await;
    assert_eq!(order, ["msg_2", "msg_1"]);
    assert_eq!(at, [100, 5000]);
    assert_eq!(world.report(), ["webhook_delayed note.added delivery 1"]);
}

#[tokio::test(start_paused = true)]
async fn a_reordered_webhook_is_overtaken_by_the_next() {
    let (world, order, at) = struck(json!({"kind": "webhook_reordered", "nth": 1}), 3).await;
    assert_eq!(order, ["msg_2", "msg_1", "msg_3"]);
    assert_eq!(at, [100, 101, 200]);
    assert_eq!(world.report(), ["webhook_reordered note.added delivery 1"]);
}

#[tokio::test(start_paused = true)]
async fn a_webhook_that_nothing_overtook_was_not_reordered() {
    let rule = json!({"kind": "webhook_reordered", "hold_ms": 700, "limit": 1});
    let (world, order, at) = struck(rule, 1).await;
    assert_eq!((order, at), (vec!["msg_1".to_owned()], vec![700]));
    assert_eq!(world.report(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_forged_webhook_comes_besides_and_its_signature_does_not_fit() {
    let world = World::struck_by(json!({"kind": "webhook_forged", "nth": 1}));
    world.listen("a");
    let received = world.drive(|_, _| (0, 401));
    world.note(3);
    pass(100).await;
    let all = received.lock().unwrap().clone();
    assert_eq!(all.len(), 2);
    let fits = |one: &crate::world::Received| {
        one.signature == format!("{} {} first {}", one.id(), 1_793_577_600, one.body)
    };
    assert_eq!((all[0].id(), fits(&all[0])), ("msg_1", true));
    assert_eq!((all[1].id(), fits(&all[1])), ("msg_1_forged", false));
    assert!(all[1].body.contains("\"quantity\":1003"), "{}", all[1].body);
    assert_eq!(states(&world, "a").len(), 1);
    assert_eq!(world.report(), ["webhook_forged note.added delivery 1"]);
}

#[tokio::test(start_paused = true)]
async fn bad_data_in_a_webhook_is_signed_like_any_other() {
    let rule = json!({"kind": "sku_spaces", "phase": "delivery", "nth": 2});
    let world = World::struck_by(rule);
    world.listen("a");
    let received = world.drive(|_, _| (0, 200));
    world.note(3);
    world.note(3);
    pass(100).await;
    let all = received.lock().unwrap().clone();
    assert!(all[0].body.contains("\"sku\":\"A\""), "{}", all[0].body);
    assert!(all[1].body.contains("\"sku\":\" A \""), "{}", all[1].body);
    assert!(all[1].signature.ends_with(&all[1].body));
    assert_eq!(world.report(), ["sku_spaces note.added delivery 1"]);
}

#[tokio::test(start_paused = true)]
async fn a_partition_keeps_every_attempt_back_or_its_answer() {
    for (direction, sent) in [
        ("from_vendor", vec![35_000]),
        ("both", vec![35_000]),
        ("to_vendor", vec![0, 15_000, 35_000]),
    ] {
        let world = policy(|policy| {
            policy.retries = seconds(&[5, 10, 10]);
            policy.jitter_percent = 0;
            policy.timeout = Duration::from_secs(10);
        });
        world.strike(json!({"kind": "partition", "direction": direction, "until": 30_000}));
        world.listen("a");
        let received = world.drive(|_, _| (0, 204));
        world.note(3);
        pass(100_000).await;
        assert_eq!(times(&received), sent, "{direction}");
        assert_eq!(states(&world, "a"), [DeliveryState::Delivered]);
        assert_eq!(world.report(), ["partition note.added delivery 2"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_replayed_webhook_comes_again_later_with_its_old_time_and_signature() {
    let rule = json!({"kind": "webhook_replayed", "after_ms": 50_000, "nth": 1});
    let world = World::struck_by(rule);
    world.listen("a");
    let received = world.drive(|_, _| (0, 200));
    world.note(1);
    pass(100).await;
    world.mock.with(|state, now| {
        let no_overlap = Duration::ZERO;
        let rotated = state.webhooks.rotate("a", "second".into(), no_overlap, now);
        assert!(rotated.is_some());
    });
    world.note(2);
    pass(100_000).await;
    assert_eq!(ids(&received), ["msg_1", "msg_2", "msg_1"]);
    assert_eq!(times(&received), [0, 100, 50_000]);
    let all = received.lock().unwrap().clone();
    assert_eq!(all[0].signature, all[2].signature);
    assert_eq!(states(&world, "a"), [DeliveryState::Delivered; 2]);
    assert_eq!(world.report(), ["webhook_replayed note.added delivery 1"]);
}

#[tokio::test(start_paused = true)]
async fn a_replay_that_is_refused_is_no_failure_of_the_endpoint() {
    let world = policy(|policy| {
        policy.disable_after = Some(1);
        policy.retries = seconds(&[1]);
    });
    world.strike(json!({"kind": "webhook_replayed", "after_ms": 10}));
    world.listen("a");
    let received = world.drive(|_, count| (0, [200, 401][count]));
    world.note(1);
    pass(100_000).await;
    assert_eq!(times(&received), [0, 10]);
    assert_eq!(status(&world, "a"), EndpointStatus::Enabled);
}

fn secrets(received: &std::sync::Mutex<Vec<crate::world::Received>>) -> Vec<String> {
    let all = received.lock().unwrap();
    let secret = |one: &crate::world::Received| one.signature.split(' ').nth(2).unwrap().to_owned();
    all.iter().map(secret).collect()
}

#[tokio::test(start_paused = true)]
async fn a_stale_secret_is_the_one_that_the_rotation_replaced_and_retries_are_signed_rightly() {
    let world = policy(|policy| policy.retries = seconds(&[5, 5, 5]));
    world.strike(json!({"kind": "webhook_stale_secret", "attempts": 2, "nth": 2}));
    world.listen("a");
    let received = world.drive(|_, count| (0, [200, 401, 401, 200, 200][count]));
    world.note(1);
    pass(1).await;
    world.mock.with(|state, now| {
        let rotated = state
            .webhooks
            .rotate("a", "second".into(), Duration::ZERO, now);
        assert!(rotated.is_some());
    });
    world.note(2);
    pass(100_000).await;
    world.note(3);
    pass(1).await;
    assert_eq!(
        secrets(&received),
        ["first", "first", "first", "second", "second"]
    );
    assert_eq!(states(&world, "a"), [DeliveryState::Delivered; 3]);
    assert_eq!(
        world.report(),
        ["webhook_stale_secret note.added delivery 1"]
    );
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_was_never_rotated_gets_a_signature_by_a_secret_it_was_never_told() {
    let world = World::struck_by(json!({"kind": "webhook_stale_secret", "nth": 1}));
    world.listen("a");
    let received = world.drive(|_, _| (0, 200));
    world.note(1);
    world.note(2);
    pass(1).await;
    let signed = secrets(&received);
    assert_ne!(signed[0], "first");
    assert_eq!(signed[1], "first");
}

#[tokio::test(start_paused = true)]
async fn a_disabled_endpoint_is_told_nothing_until_it_is_enabled_again() {
    let world = policy(|policy| policy.first_delay_ms = 5..=5);
    world.strike(json!({"kind": "webhook_disabled", "for_ms": 10_000, "nth": 1}));
    world.listen("a");
    world.listen("b");
    let received = world.drive(|_, _| (0, 200));
    world.note(1);
    pass(6).await;
    assert_eq!(status(&world, "a"), EndpointStatus::Failing);
    assert_eq!(status(&world, "b"), EndpointStatus::Enabled);
    world.note(2);
    pass(9_998).await;
    assert_eq!(status(&world, "a"), EndpointStatus::Failing);
    pass(2).await;
    assert_eq!(status(&world, "a"), EndpointStatus::Enabled);
    world.note(3);
    pass(100).await;
    let all = received.lock().unwrap().clone();
    let to = |path: &str| {
        let mine = all.iter().filter(|one| one.path == path);
        mine.map(|one| one.id().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(to("/a"), ["msg_3"]);
    assert_eq!(to("/b"), ["msg_1", "msg_2", "msg_3"]);
    assert_eq!(
        states(&world, "a"),
        [DeliveryState::GivenUp, DeliveryState::Delivered]
    );
    assert_eq!(world.report(), ["webhook_disabled note.added delivery 1"]);
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_disabled_for_good_is_told_nothing_until_it_is_registered_anew() {
    let world = World::struck_by(json!({"kind": "webhook_disabled", "for_ms": 0, "nth": 1}));
    world.listen("a");
    let received = world.drive(|_, _| (0, 200));
    world.note(1);
    pass(100_000_000).await;
    world.note(2);
    pass(100).await;
    assert_eq!(ids(&received), [""; 0]);
    world.mock.with(|state, _| state.webhooks.remove("a"));
    world.listen("a");
    world.note(3);
    pass(100).await;
    assert_eq!(ids(&received), ["msg_3"]);
}

#[tokio::test(start_paused = true)]
async fn a_disabled_endpoint_stays_so_through_a_restore_until_its_time() {
    let world = World::struck_by(json!({"kind": "webhook_disabled", "for_ms": 10_000}));
    world.listen("a");
    world.drive(|_, _| (0, 200));
    world.note(1);
    pass(10).await;
    let saved = mock_kit::snapshot::take(&world.mock).unwrap();
    let other = World::new();
    mock_kit::snapshot::restore(&other.mock, &saved).unwrap();
    other.drive(|_, _| (0, 200));
    pass(9_000).await;
    assert_eq!(status(&other, "a"), EndpointStatus::Failing);
    pass(2_000).await;
    assert_eq!(status(&other, "a"), EndpointStatus::Enabled);
}

#[tokio::test(start_paused = true)]
async fn a_burst_holds_webhooks_back_and_lets_them_all_go_at_once() {
    let rule = json!({"kind": "webhook_burst", "hold_ms": 1000, "until": 1500});
    let (world, order, at) = struck(rule, 17).await;
    assert_eq!(order.len(), 17);
    let expected: Vec<i64> = [vec![1000; 10], vec![1500, 1600], vec![2000; 5]].concat();
    assert_eq!(at, expected);
    assert_eq!(world.report(), ["webhook_burst note.added delivery 15"]);
}
