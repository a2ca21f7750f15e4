//! Crash and restart on the same store, at any point, and the clean way to stop.

use sync_core::store::AfterCommit;
use sync_hub::HubError;

use crate::world::World;

#[tokio::test(start_paused = true)]
async fn an_order_survives_a_crash_after_any_commit() {
    for commit in 1..=12 {
        let world = World::with(10_000);
        let hub = world.start();
        hub.settled().await;
        hub.crash().await;
        let mut store = world.store();
        store.on_commit(move |_, number| {
            if number == commit {
                AfterCommit::Crash
            } else {
                AfterCommit::Continue
            }
        });
        let id = world.polish().place(12, world.clock.now());
        let hub = world.start_with(store);
        hub.after(5).await;
        hub.crash().await;
        let hub = world.start();
        hub.after(20).await;
        hub.settled().await;
        let status = world.polish().order(&id)["status"].clone();
        assert_eq!(status, "confirmed", "after commit {commit}");
        assert_eq!(world.jerky().reserved(), 600, "after commit {commit}");
        assert_eq!(world.jerky().reservations.len(), 1, "after commit {commit}");
        assert_eq!(world.polish().available, 188, "after commit {commit}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_crashes_ends_the_hub_with_its_reason() {
    let world = World::with(10_000);
    let hub = world.start();
    hub.settled().await;
    hub.hub.with_engine(|engine| engine.store_mut().crash());
    world.polish().place(1, world.clock.now());
    let ended = hub.ended().await;
    assert!(matches!(ended, Err(HubError::Engine(_))), "{ended:?}");
}

#[tokio::test(start_paused = true)]
async fn a_hub_that_is_asked_to_stop_stops() {
    let world = World::with(10_000);
    let hub = world.start();
    hub.settled().await;
    world.polish().place(12, world.clock.now());
    hub.after(11).await;
    hub.shut_down().await.unwrap();
    world.asked();
    tokio::time::sleep(std::time::Duration::from_secs(3600)).await;
    assert_eq!(world.asked(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_restart_registers_no_second_webhook() {
    let world = World::with(10_000);
    let hub = world.start();
    hub.settled().await;
    hub.crash().await;
    world.asked();
    let hub = world.start();
    hub.settled().await;
    let asked = world.asked();
    assert!(
        !asked
            .iter()
            .any(|line| line.contains("POST") && line.contains("webhook")),
        "{asked:#?}"
    );
}
