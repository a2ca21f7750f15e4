//! The command line: state kept between runs, and one clear line for what is wrong.

use std::{future::ready, path::Path};

use clap::Parser;
use mock_kit::{
    bind,
    command::{CommandLine, run_until},
};

use crate::toy::Toy;

async fn run(arguments: &[&str]) -> Result<(), String> {
    let line = CommandLine::parse_from([&["toy"], arguments].concat());
    run_until::<Toy>(&line, ready(()))
        .await
        .map_err(|error| error.to_string())
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test]
async fn the_state_is_kept_from_one_run_to_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    run(&["--state", text(&file), "--items", "3"])
        .await
        .unwrap();
    // What the file holds counts, and not what would be seeded.
    run(&["--state", text(&file), "--items", "9"])
        .await
        .unwrap();
    let state: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(state["state"]["notes"].as_array().unwrap().len(), 3);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn an_unreadable_state_file_is_one_clear_line_and_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.json");
    let cases = [
        (
            "{",
            "not a snapshot of the toy mock: EOF while parsing an object at line 1 column 1",
        ),
        (
            r#"{"vendor": "toy", "version": 2}"#,
            "this snapshot has version 2, and this toy mock reads version 3",
        ),
        (
            r#"{"vendor": "polish", "version": 3}"#,
            "this is a snapshot of the polish mock, and this is the toy mock",
        ),
    ];
    for (content, detail) in cases {
        std::fs::write(&file, content).unwrap();
        let error = run(&["--state", text(&file)]).await.unwrap_err();
        assert_eq!(error, format!("state file {}: {detail}", file.display()));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), content);
    }
    let error = run(&["--state", text(folder.path())]).await.unwrap_err();
    assert!(
        error.starts_with(&format!("state file {}: ", folder.path().display())),
        "{error}"
    );
}

#[tokio::test]
async fn a_port_in_use_is_one_clear_line() {
    let taken = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let error = run(&["--port", &port]).await.unwrap_err();
    assert!(
        error.starts_with(&format!("port {port} on 127.0.0.1 is in use")),
        "{error}"
    );
}

#[tokio::test]
async fn an_admin_api_for_the_whole_network_needs_a_token() {
    let error = run(&["--host", "0.0.0.0", "--admin"]).await.unwrap_err();
    assert_eq!(
        error,
        "--admin on 0.0.0.0, which is not loopback, needs --admin-token"
    );
}

#[tokio::test]
async fn a_state_file_that_could_not_be_saved_is_refused_before_anything_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("missing").join("state.json");
    let error = run(&["--state", text(&file)]).await.unwrap_err();
    let start = format!("state file {}: cannot be written: ", file.display());
    assert!(error.starts_with(&start), "{error}");
}

#[test]
fn an_item_count_is_a_whole_number_that_fits_into_memory() {
    let items = |count| CommandLine::try_parse_from(["toy", "--items", count]);
    assert_eq!(items("0").unwrap().items, 0);
    for count in ["-1", "1.5", "many", "1000001"] {
        let error = items(count).unwrap_err().to_string();
        let line = format!("invalid value '{count}' for '--items <ITEMS>': not a whole number");
        assert!(error.contains(&line), "{error}");
    }
}

#[test]
fn an_empty_admin_token_is_none() {
    let line = CommandLine::try_parse_from(["toy", "--admin", "--admin-token", ""]);
    assert!(line.is_err());
}

#[tokio::test]
async fn a_crash_breaks_connections_and_the_mock_comes_back_with_what_it_kept() {
    let world = crate::world::World::new();
    let quiet = world.send(crash(200)).await;
    assert_eq!(quiet.status, 409, "nobody serves it yet");
    let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let mock = world.mock.clone();
    let server = tokio::spawn(async move {
        let wire = seams::live::wire().unwrap();
        mock_kit::live(&mock, listener, wire, async {
            let _ = stopped.await;
        })
        .await
    });
    let wire = seams::live::wire().unwrap();
    let get = |path: &str| {
        let request = http::Request::get(format!("http://{address}{path}"))
            .header("authorization", "hub")
            .body(bytes::Bytes::new());
        wire.send(request.unwrap())
    };
    world.note(7);
    assert_eq!(get("/notes/1").await.unwrap().status(), 200);
    // A request under way, whose connection breaks.
    world.strike(
        serde_json::json!({"kind": "latency", "ms": 60_000, "operation": "open", "client": "any"}),
    );
    let (waiting, told) = tokio::join!(get("/open"), async {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        world.send(crash(300)).await
    });
    assert_eq!(
        (told.status.as_u16(), told.json()["down_ms"].as_u64()),
        (202, Some(300))
    );
    assert!(waiting.is_err(), "{waiting:?}");
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    let mut back = None;
    for _ in 0..100 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        back = get("/notes/1").await.ok();
        if back.is_some() {
            break;
        }
    }
    assert_eq!(back.unwrap().status(), 200);
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
}

fn crash(down_ms: u64) -> http::Request<axum::body::Body> {
    let body = serde_json::json!({ "down_ms": down_ms }).to_string();
    crate::world::request("POST", "/__admin/crash", "nobody")
        .header("content-type", "application/json")
        .body(body.into())
        .unwrap()
}
