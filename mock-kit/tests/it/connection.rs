//! What a cut looks like on the wire, and what a client that goes away leaves behind.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, client::conn::http1};
use hyper_util::rt::TokioIo;
use mock_kit::{bind, serve, serve_connection};
use serde_json::json;

use crate::world::{World, pass};

const NOTE: &str = r#"{"sku": "A", "quantity": 3}"#;

type Client = http1::SendRequest<Full<Bytes>>;

async fn client(world: &World) -> Client {
    let (near, far) = tokio::io::duplex(4096);
    tokio::spawn(serve_connection(far, world.router.clone()));
    let (client, connection) = http1::handshake(TokioIo::new(near)).await.unwrap();
    tokio::spawn(connection);
    client
}

fn addition() -> Request<Full<Bytes>> {
    Request::post("/notes")
        .header("host", "toy.test")
        .header("authorization", "hub")
        .header("idempotency-key", "k")
        .header("content-type", "application/json")
        .body(Full::from(NOTE))
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_whole_reply_arrives_with_the_vendors_date() {
    let world = World::new();
    let response = client(&world).await.send_request(addition()).await.unwrap();
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["date"], "Mon, 02 Nov 2026 00:00:00 GMT");
    assert_eq!(response.headers()["content-length"], "31");
    assert_eq!(response.collect().await.unwrap().to_bytes().len(), 31);
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_is_a_closed_connection() {
    let world = World::struck_by(json!({"kind": "reply_lost"}));
    let error = client(&world)
        .await
        .send_request(addition())
        .await
        .unwrap_err();
    assert!(error.is_incomplete_message(), "{error:?}");
    assert_eq!(world.notes(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_reset_in_the_body_lets_the_head_and_a_part_through() {
    let world = World::struck_by(json!({"kind": "reset", "phase": "mid_body"}));
    let mut through = Vec::new();
    for _ in 0..8 {
        let response = client(&world).await.send_request(addition()).await.unwrap();
        assert_eq!(response.status(), 201);
        let mut body = response.into_body();
        let mut got = 0;
        while let Ok(frame) = body.frame().await.expect("an error ends it") {
            got += frame.into_data().unwrap().len();
        }
        assert!(got < 31);
        through.push(got);
    }
    through.sort_unstable();
    through.dedup();
    assert!(through.len() > 2, "{through:?}");
    assert_eq!(world.notes(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_gives_up_does_not_stop_the_vendor() {
    let world = World::struck_by(json!({"kind": "latency", "ms": 5000, "nth": 1}));
    let (near, far) = tokio::io::duplex(4096);
    tokio::spawn(serve_connection(far, world.router.clone()));
    let (mut client, connection) = http1::handshake::<_, Full<Bytes>>(TokioIo::new(near))
        .await
        .unwrap();
    let connection = tokio::spawn(connection);
    let impatient = tokio::time::timeout(Duration::from_secs(1), client.send_request(addition()));
    assert!(impatient.await.is_err());
    drop(client);
    connection.abort();
    pass(10_000).await;
    assert_eq!(world.notes(), 1);
}

#[tokio::test]
async fn a_listener_serves_until_it_is_shut_down() {
    let world = World::new();
    let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(serve(listener, world.router.clone(), async {
        let _ = stopped.await;
    }));
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let (mut client, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    assert_eq!(client.send_request(addition()).await.unwrap().status(), 201);
    stop.send(()).unwrap();
    server.await.unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_port_in_use_is_one_clear_line() {
    let taken = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = taken.local_addr().unwrap();
    let error = bind(address).await.unwrap_err().to_string();
    let port = address.port();
    let line = format!("port {port} on 127.0.0.1 is in use: choose another, or 0 for a free one");
    assert_eq!(error, line);
}
