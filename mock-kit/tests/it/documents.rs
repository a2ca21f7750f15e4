//! The OpenAPI document and the page that shows it.

use mock_kit::openapi::golden;

use crate::{toy::Toy, world::World};

#[tokio::test(start_paused = true)]
async fn the_document_is_served_as_it_is_kept() {
    let world = World::new();
    let served = world.get("/openapi.json").await;
    assert_eq!(served.header("content-type"), Some("application/json"));
    assert_eq!(served.body, golden::<Toy>());
    assert_eq!(golden::<Toy>(), golden::<Toy>());
    assert!(
        served.json()["openapi"]
            .as_str()
            .unwrap()
            .starts_with("3.1")
    );
}

#[test]
fn the_pipelines_responses_are_documented_with_each_operation() {
    let document: serde_json::Value = serde_json::from_str(&golden::<Toy>()).unwrap();
    let responses = |path: &str, method: &str| {
        let responses = document["paths"][path][method]["responses"]
            .as_object()
            .unwrap();
        responses.keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(responses("/notes", "post"), ["201", "401"]);
    assert_eq!(responses("/open", "get"), ["200"]);
}

#[tokio::test(start_paused = true)]
async fn the_page_asks_no_outside_host() {
    let world = World::new();
    for path in [
        "/docs/",
        "/docs/assets/swagger-initializer.js",
        "/docs/assets/index.css",
    ] {
        let page = world.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        let text = String::from_utf8(page.body.to_vec()).unwrap();
        assert!(!text.contains("://"), "{path}: {text}");
    }
    let script = world.get("/docs/assets/swagger-initializer.js").await;
    let text = String::from_utf8(script.body.to_vec()).unwrap();
    assert!(
        text.contains("/openapi.json") && text.contains("none"),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_page_is_named_after_the_api_and_fits_a_telephone() {
    let world = World::new();
    let page = world.get("/docs/").await;
    let text = String::from_utf8(page.body.to_vec()).unwrap();
    let document: serde_json::Value = serde_json::from_str(&golden::<Toy>()).unwrap();
    let title = document["info"]["title"].as_str().unwrap();
    assert!(text.contains(&format!("<title>{title}</title>")), "{text}");
    assert!(text.contains("width=device-width"), "{text}");
    for asset in text.split('"').filter(|part| part.starts_with("assets/")) {
        assert_eq!(
            world.get(&format!("/docs/{asset}")).await.status,
            200,
            "{asset}"
        );
    }
}
