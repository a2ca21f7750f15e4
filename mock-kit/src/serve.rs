//! Serving a router: one connection on any pipe, or a listener on TCP.

use std::{
    future::Future,
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    task::{Context, Poll},
    time::Duration,
};

use axum::{Router, body::Body};
use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    sync::watch,
    task::JoinSet,
};
use tower::Service;

/// How long open requests may finish after a shutdown began.
const GRACE: Duration = Duration::from_secs(5);

/// A response extension that makes the server drop the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Not a byte of the response is sent.
    NoReply,
    /// The status, the headers, and so many bytes of the body are sent.
    MidBody {
        /// Bytes of the body that still get through.
        after: usize,
    },
}

/// Why a server could not start.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another program has the port.
    #[error("port {} on {} is in use: choose another, or 0 for a free one", .0.port(), .0.ip())]
    InUse(SocketAddr),
    /// Anything else.
    #[error("cannot listen on {0}: {1}")]
    Other(SocketAddr, io::Error),
}

/// A listener on `address`; port 0 takes a free port.
///
/// # Errors
/// [`BindError`], one line for people.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, BindError> {
    TcpListener::bind(address)
        .await
        .map_err(|error| match error.kind() {
            io::ErrorKind::AddrInUse => BindError::InUse(address),
            _ => BindError::Other(address, error),
        })
}

/// Serves one connection until either side ends it. A client that closes its sending half, or goes
/// away, does not stop a handler: what was received is carried out, as a real vendor would.
pub async fn serve_connection<Io>(io: Io, router: Router)
where
    Io: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (_keep, running) = watch::channel(());
    serve_until(io, router, running).await;
}

/// Serves connections until `shutdown` is done, then lets open requests finish for a while.
pub async fn serve(listener: TcpListener, router: Router, shutdown: impl Future<Output = ()>) {
    let (stop, running) = watch::channel(());
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    // Small replies must not wait for the client's acknowledgement.
                    let _ = stream.set_nodelay(true);
                    connections.spawn(serve_until(stream, router.clone(), running.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
        }
    }
    drop(stop);
    let _ = tokio::time::timeout(GRACE, async {
        while connections.join_next().await.is_some() {}
    })
    .await;
}

async fn serve_until<Io>(io: Io, router: Router, mut running: watch::Receiver<()>)
where
    Io: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request: Request<Incoming>| answer(router.clone(), request));
    let mut connection = pin!(
        http1::Builder::new()
            .auto_date_header(false)
            .half_close(true)
            .timer(TokioTimer::new())
            .serve_connection(TokioIo::new(io), service)
    );
    // A cut, or a peer that went away, ends the connection with an error; neither is news.
    tokio::select! {
        biased;
        _ = &mut connection => return,
        _ = running.changed() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

async fn answer(mut router: Router, request: Request<Incoming>) -> Result<Response<Sent>, CutHere> {
    let response = match router.call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    match response.extensions().get::<Cut>().copied() {
        None => Ok(response.map(Sent::Whole)),
        Some(Cut::NoReply) => Err(CutHere),
        Some(Cut::MidBody { after }) => Ok(response.map(|body| Sent::cut(body, after))),
    }
}

/// Tells hyper to drop the connection.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("cut by a fault")]
struct CutHere;

/// A response body, perhaps cut.
enum Sent {
    Whole(Body),
    Cut {
        body: Body,
        left: usize,
        /// The bytes let through must reach the pipe before the error drops what is buffered.
        flushed: bool,
    },
}

impl Sent {
    fn cut(body: Body, after: usize) -> Self {
        Self::Cut {
            body,
            left: after,
            flushed: false,
        }
    }
}

impl HttpBody for Sent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        match &mut *self {
            Self::Whole(body) => Pin::new(body).poll_frame(cx),
            Self::Cut {
                left: 0, flushed, ..
            } => {
                if !std::mem::replace(flushed, true) {
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Poll::Ready(Some(Err(axum::Error::new(CutHere))))
            }
            Self::Cut { body, left, .. } => {
                let frame = std::task::ready!(Pin::new(body).poll_frame(cx));
                Poll::Ready(Some(shortened(frame, left)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(body) => body.is_end_stream(),
            Self::Cut { .. } => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(body) | Self::Cut { body, .. } => body.size_hint(),
        }
    }
}

fn shortened(
    frame: Option<Result<Frame<Bytes>, axum::Error>>,
    left: &mut usize,
) -> Result<Frame<Bytes>, axum::Error> {
    let Some(Ok(frame)) = frame else {
        return Err(axum::Error::new(CutHere));
    };
    let data = frame.into_data().unwrap_or_default();
    let through = data.slice(..data.len().min(*left));
    *left -= through.len();
    Ok(Frame::data(through))
}
