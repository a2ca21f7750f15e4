//! An order on its way: reserved, published, confirmed, shipped, committed.

use crate::world::World;

#[tokio::test(start_paused = true)]
async fn stock_is_published_at_the_start() {
    let world = World::with(10_000);
    let hub = world.start();
    hub.settled().await;
    assert_eq!(world.polish().available, 200);
}

#[tokio::test(start_paused = true)]
async fn an_order_is_reserved_confirmed_and_committed() {
    let world = World::with(10_000);
    let hub = world.start();
    hub.settled().await;
    let id = world.polish().place(12, world.clock.now());
    hub.after(20).await;
    assert_eq!(world.jerky().reserved(), 12 * 50);
    assert_eq!(world.polish().available, 188);
    assert_eq!(world.polish().order(&id)["status"], "confirmed");
    world.polish().ship(&id, world.clock.now());
    hub.after(20).await;
    hub.settled().await;
    assert_eq!(world.jerky().on_hand, 10_000 - 12 * 50);
    assert_eq!(world.jerky().reserved(), 0);
    assert_eq!(world.polish().available, 188);
}

#[tokio::test(start_paused = true)]
async fn an_order_beyond_the_stock_is_rejected() {
    let world = World::with(100);
    let hub = world.start();
    hub.settled().await;
    let id = world.polish().place(3, world.clock.now());
    hub.after(20).await;
    hub.settled().await;
    assert_eq!(world.polish().order(&id)["status"], "rejected");
    assert_eq!(world.jerky().reserved(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_reservation_whose_reply_is_lost_is_found_and_not_made_twice() {
    let world = World::with(10_000);
    let hub = world.start();
    hub.settled().await;
    let mut lost = 0;
    world.lose_replies(move |asked| {
        let is_reserve = asked.method == "POST" && asked.path == "/v1/reservations";
        lost += u32::from(is_reserve);
        is_reserve && lost == 1
    });
    let id = world.polish().place(12, world.clock.now());
    hub.after(20).await;
    hub.settled().await;
    assert_eq!(world.polish().order(&id)["status"], "confirmed");
    assert_eq!(world.jerky().reservations.len(), 1);
    let asked = world.asked();
    let reserved = asked.iter().filter(|line| *line == "POST /v1/reservations");
    assert_eq!(reserved.count(), 1, "asked, not repeated: {asked:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_publish_whose_reply_is_lost_is_asked_about() {
    let world = World::with(10_000);
    let mut lost = 0;
    world.lose_replies(move |asked| {
        lost += u32::from(asked.method == "PUT");
        asked.method == "PUT" && lost == 1
    });
    let hub = world.start();
    hub.settled().await;
    assert_eq!(world.polish().available, 200);
    let asked = world.asked();
    assert_eq!(
        asked.iter().filter(|line| line.starts_with("PUT")).count(),
        1
    );
}
