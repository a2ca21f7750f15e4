//! Bare hyper over an in-memory pipe: HTTP/1 on both ends, no router, no state, no harness.

use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, client::conn::http1::SendRequest, service::service_fn};
use hyper_util::rt::TokioIo;

/// What a typical vendor reply weighs, in bytes.
const REPLY: &[u8] = &[b'x'; 512];

/// Carries `requests` one after another over one connection.
pub(crate) async fn carry(requests: u64) {
    let mut client = connect().await;
    for _ in 0..requests {
        let request = Request::get("/")
            .header("host", "floor.test")
            .body(Full::default());
        let reply = client
            .send_request(request.expect("static"))
            .await
            .expect("served");
        reply.into_body().collect().await.expect("whole");
    }
}

async fn connect() -> SendRequest<Full<Bytes>> {
    let (near, far) = tokio::io::duplex(64 * 1024);
    let serve = service_fn(|_: Request<Incoming>| async {
        Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(REPLY))))
    });
    let server = hyper::server::conn::http1::Builder::new()
        .auto_date_header(false)
        .serve_connection(TokioIo::new(far), serve);
    tokio::spawn(server);
    let (client, connection) = hyper::client::conn::http1::handshake(TokioIo::new(near))
        .await
        .expect("both ends are ours");
    tokio::spawn(connection);
    client
}
