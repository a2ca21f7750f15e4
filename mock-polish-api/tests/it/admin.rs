//! Snapshot, restore, reset and ledger.

use http::{Method, StatusCode};
use mock_polish_api::{Config, PolishMock, Role};
use seams::{Clock, Keyed};

use crate::shop::{Shop, start};

#[tokio::test(start_paused = true)]
async fn a_snapshot_brings_everything_back() {
    let shop = Shop::open();
    let id = shop.place(&[("POLISH", 3)]).await;
    shop.post(Role::Middleware, "/keys/rotate", "").await;
    let keys = shop.mock.credentials(Role::Middleware);
    let saved = shop.get(Role::Staff, "/__admin/snapshot").await;
    assert_eq!(saved.status, StatusCode::OK);

    let cancel = format!("/orders/{id}/cancel");
    shop.post(Role::Storefront, &cancel, "{\"reason\":\"no\"}")
        .await;
    shop.post(Role::Middleware, "/keys/rotate", "").await;
    let request = shop.request(Role::Staff, Method::PUT, "/__admin/snapshot", &saved.text);
    assert_eq!(shop.send(request).await.status, StatusCode::NO_CONTENT);
    let order = shop.get(Role::Staff, &format!("/orders/{id}")).await.json();
    assert_eq!(order["status"], "pending");
    assert_eq!(shop.mock.credentials(Role::Middleware), keys);
    let again = shop.get(Role::Staff, "/__admin/snapshot").await;
    assert_eq!(saved.json()["state"], again.json()["state"]);
}

#[tokio::test(start_paused = true)]
async fn a_reset_opens_the_shop_anew_with_the_same_goods_and_keys() {
    let shop = Shop::open();
    let facts = shop.mock.shop(|shop, _| shop.facts().to_vec());
    let key = shop.key(Role::Staff);
    shop.place(&[("POLISH", 3)]).await;
    let answer = shop.post(Role::Staff, "/__admin/reset", "").await;
    assert!(answer.status.is_success(), "{answer:?}");
    assert_eq!(shop.mock.shop(|shop, _| shop.facts().to_vec()), facts);
    assert_eq!(shop.key(Role::Staff), key);
}

#[tokio::test(start_paused = true)]
async fn the_ledger_tells_what_really_happened() {
    let shop = Shop::open();
    shop.place(&[("POLISH", 3)]).await;
    let ledger = shop.get(Role::Staff, "/__admin/ledger").await;
    assert!(
        ledger.text.contains("\"type\":\"order_placed\""),
        "{}",
        ledger.text
    );
}

#[tokio::test(start_paused = true)]
async fn one_seed_opens_one_shop() {
    let open = |seed| {
        let clock = Clock::starting_at(start());
        PolishMock::new(Config::default(), clock, Keyed::new(seed))
    };
    let state = |mock: &PolishMock| mock.snapshot().unwrap();
    assert_eq!(state(&open(5)), state(&open(5)));
    assert_ne!(state(&open(5)), state(&open(6)));
}
