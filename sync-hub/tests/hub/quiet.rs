//! An idle hub reads at its intervals and writes nothing.

use crate::world::World;

#[tokio::test(start_paused = true)]
async fn an_idle_hub_writes_nothing() {
    let world = World::with(10_000);
    let hub = world.start();
    hub.settled().await;
    hub.after(60).await;
    world.asked();
    hub.after(3 * 3600).await;
    let asked = world.asked();
    let writes: Vec<_> = asked
        .iter()
        .filter(|line| !line.starts_with("GET") && !line.contains("/oauth/token"))
        .collect();
    assert!(writes.is_empty(), "{writes:#?}");
    let feed = asked
        .iter()
        .filter(|line| *line == "GET /v1/events")
        .count();
    assert!(
        (2000..=2200).contains(&feed),
        "{feed} looks at the feed in three hours"
    );
    assert!(
        asked.len() < 2 * feed + 2000,
        "{} requests in three hours",
        asked.len()
    );
}

#[tokio::test(start_paused = true)]
async fn the_status_tells_what_is_left_to_do() {
    let world = World::with(10_000);
    let hub = world.start();
    assert!(hub.pending().is_empty(), "nothing was begun");
    tokio::task::yield_now().await;
    assert!(!hub.pending().is_empty(), "nothing was reconciled yet");
    hub.settled().await;
    assert_eq!(hub.get("/healthz").await, "ok");
    let status: serde_json::Value = serde_json::from_str(&hub.get("/status").await).unwrap();
    assert_eq!(status["backlog"], 0);
    assert_eq!(status["vendors"]["jerky"]["breaker"], "closed");
}
