//! The faults that strike webhooks on their way out.

use std::time::Duration;

use mock_kit::webhook::{DeliveryState, EndpointStatus};
use serde_json::json;

use crate::{
    webhooks::{seconds, states, status},
    world::{World, ids, pass, policy, times},
};

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
