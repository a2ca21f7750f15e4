//! The change feed: followed, and recovered when the vendor has forgotten.

use crate::world::World;

#[tokio::test(start_paused = true)]
async fn a_change_reaches_the_shop_by_the_feed_alone() {
    let world = World::with(10_000);
    let hub = world.start();
    hub.settled().await;
    world.jerky().receive(1_000, world.clock.now());
    hub.after(7).await;
    assert_eq!(world.polish().available, 220);
}

#[tokio::test(start_paused = true)]
async fn a_cursor_that_expired_while_the_hub_was_down_is_recovered() {
    let world = World::with(10_000);
    let hub = world.start();
    hub.settled().await;
    hub.crash().await;
    for _ in 0..5 {
        world.jerky().receive(1_000, world.clock.now());
    }
    world.jerky().forgotten = 5;
    let hub = world.start();
    hub.after(7).await;
    assert_eq!(world.polish().available, 300);
    world.jerky().receive(1_000, world.clock.now());
    hub.after(7).await;
    assert_eq!(world.polish().available, 320);
    let cursor = hub.hub.status().cursors["feed"].clone();
    assert_eq!(cursor.as_deref(), Some("6"));
}
