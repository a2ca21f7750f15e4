//! Bare hyper over an in-memory pipe: HTTP/1 on both ends, no router, no state, no harness.

use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, client::conn::http1::SendRequest, service::service_fn};
use hyper_util::rt::TokioIo;

/// The largest body that is carried; larger ones are cut to it.
const LARGEST: usize = 1024 * 1024;

/// What one exchange carries, in bytes of its bodies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Carried {
    /// Of the request.
    pub(crate) sent: usize,
    /// Of the reply.
    pub(crate) received: usize,
}

/// Carries the exchanges one after another over one connection: as many as a world, and as heavy.
pub(crate) async fn carry(exchanges: &[Carried]) {
    let weight = Bytes::from(vec![b'x'; LARGEST]);
    let mut client = connect(weight.clone()).await;
    for exchange in exchanges {
        let body = weight.slice(..exchange.sent.min(LARGEST));
        let request = Request::post(format!("/{}", exchange.received))
            .header("host", "floor.test")
            .body(Full::new(body));
        let reply = client
            .send_request(request.expect("static"))
            .await
            .expect("served");
        reply.into_body().collect().await.expect("whole");
    }
}

async fn connect(weight: Bytes) -> SendRequest<Full<Bytes>> {
    let (near, far) = tokio::io::duplex(64 * 1024);
    let serve = service_fn(move |request: Request<Incoming>| {
        let wanted = request.uri().path().trim_start_matches('/').parse();
        let reply = weight.slice(..wanted.unwrap_or(0).min(LARGEST));
        async {
            request.into_body().collect().await.ok();
            Ok::<_, Infallible>(Response::new(Full::new(reply)))
        }
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
