//! Webhooks on their way out: retries, order, rotation, disabling.

use std::time::Duration;

use mock_kit::webhook::{DeliveryState, EndpointStatus};
use serde_json::json;

use crate::world::{World, ids, pass, policy, times};

pub(crate) fn states(world: &World, endpoint: &str) -> Vec<DeliveryState> {
    world.mock.with(|state, _| {
        state
            .webhooks
            .deliveries(endpoint)
            .map(|delivery| delivery.state)
            .collect()
    })
}

pub(crate) fn status(world: &World, endpoint: &str) -> EndpointStatus {
    world
        .mock
        .with(|state, _| state.webhooks.endpoint(endpoint).unwrap().status)
}

pub(crate) fn seconds(list: &[u64]) -> Vec<Duration> {
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
