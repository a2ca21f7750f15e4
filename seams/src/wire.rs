//! The wire: how one HTTP request becomes one response, whatever carries it.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response};

/// What [`Wire`] returns.
pub type WireFuture = Pin<Box<dyn Future<Output = Result<Response<Bytes>, WireError>> + Send>>;

/// Why no complete response came back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// No connection was made, so the request cannot have been applied.
    #[error("connection refused: {0}")]
    Refused(String),
    /// The connection ended before a response began. The request may have been applied.
    #[error("connection closed before a response: {0}")]
    Closed(String),
    /// The response ended early. The request was received and may have been applied.
    #[error("response body cut: {0}")]
    Cut(String),
    /// What came back is not HTTP, or could not be sent as HTTP.
    #[error("not HTTP: {0}")]
    Protocol(String),
}

/// An HTTP client: a cloneable `tower::Service` from a request with an absolute URI to a whole
/// response. It neither retries nor times out; callers do, each by its own policy.
#[derive(Clone)]
pub struct Wire(Arc<dyn Fn(Request<Bytes>) -> WireFuture + Send + Sync>);

impl Wire {
    /// A wire that sends through `send`.
    pub fn new<F, Fut>(send: F) -> Self
    where
        F: Fn(Request<Bytes>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Response<Bytes>, WireError>> + Send + 'static,
    {
        Self(Arc::new(move |request| Box::pin(send(request))))
    }

    /// Sends one request.
    ///
    /// # Errors
    /// [`WireError`] when no complete response came back; any status is a success here.
    pub fn send(&self, request: Request<Bytes>) -> WireFuture {
        (self.0)(request)
    }
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wire")
    }
}

impl tower::Service<Request<Bytes>> for Wire {
    type Response = Response<Bytes>;
    type Error = WireError;
    type Future = WireFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), WireError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Bytes>) -> WireFuture {
        self.send(request)
    }
}
