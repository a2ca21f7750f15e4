//! Loopback TCP: a bare axum route, and the load that is put on it and on the mocks alike.

use std::{net::SocketAddr, sync::Arc};

use axum::{Json, Router, response::IntoResponse, routing};
use bytes::Bytes;
use http::{Request, StatusCode, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

/// Serves `router` on a free loopback port with axum's own server and returns the address.
pub(crate) async fn serve_bare(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// One route that reads and one that writes, as small as axum lets them be: `body` is written as
/// JSON for `GET /read`, and for `POST /write` once the JSON that was sent is parsed.
pub(crate) fn bare_router(body: &serde_json::Value) -> Router {
    let body = Arc::new(body.clone());
    let written = Arc::clone(&body);
    Router::new()
        .route("/read", routing::get(move || async move { json(&body) }))
        .route(
            "/write",
            routing::post(move |Json(_): Json<serde_json::Value>| async move {
                (StatusCode::CREATED, json(&written))
            }),
        )
}

/// As axum's own `Json`, which would want a copy of the whole value first.
fn json(body: &serde_json::Value) -> impl IntoResponse + use<> {
    let body = serde_json::to_vec(body).expect("a value");
    ([(CONTENT_TYPE, "application/json")], body)
}

/// Keep-alive connections that send requests in parallel, each one after another.
pub(crate) struct Load {
    connections: Vec<SendRequest<Full<Bytes>>>,
}

impl Load {
    /// Opens `connections` to `address`.
    pub(crate) async fn open(address: SocketAddr, connections: usize) -> Self {
        let mut open = Vec::with_capacity(connections);
        for _ in 0..connections {
            let stream = TcpStream::connect(address)
                .await
                .expect("the server listens");
            stream.set_nodelay(true).expect("a TCP socket");
            let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
                .await
                .expect("HTTP/1");
            tokio::spawn(connection);
            open.push(sender);
        }
        Self { connections: open }
    }

    /// Sends `each` requests on every connection; `request` makes the n-th. A status outside 2xx
    /// is a failed benchmark, not a fast one.
    pub(crate) async fn send<F>(&mut self, each: u64, request: F)
    where
        F: Fn(u64) -> Request<Full<Bytes>> + Clone + Send + 'static,
    {
        let mut running = Vec::with_capacity(self.connections.len());
        for (lane, mut sender) in self.connections.drain(..).enumerate() {
            let request = request.clone();
            running.push(tokio::spawn(async move {
                for n in 0..each {
                    let reply = sender.send_request(request(lane as u64 * each + n)).await;
                    let reply = reply.expect("served");
                    assert!(reply.status().is_success(), "{}", reply.status());
                    reply.into_body().collect().await.expect("whole");
                }
                sender
            }));
        }
        for lane in running {
            self.connections.push(lane.await.expect("no panic"));
        }
    }
}
