//! Serving a router: one connection on any pipe, or a listener on TCP.

mod cut;
mod script;
mod site;

use std::{
    error::Error,
    future::Future,
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    time::Duration,
};

use axum::{Router, response::Response};
use http::{Method, Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};
use tower::Service;

use script::{End, Script};

pub use cut::{Cut, Then};
pub use site::{Entry, Site};

pub(crate) use cut::{Pieces, is_tampered};

/// How long open requests may finish after a shutdown began.
const GRACE: Duration = Duration::from_secs(5);

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
pub async fn serve_connection<Io>(io: Io, entry: impl Into<Entry>)
where
    Io: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (_keep, running) = watch::channel(());
    // A pipe within the process knows no reset: its end is all that the other side sees.
    serve_until(io, entry.into(), running, |_| {}).await;
}

/// Serves connections until `shutdown` is done, then lets open requests finish for a while.
pub async fn serve(
    listener: TcpListener,
    site: impl Into<Site>,
    shutdown: impl Future<Output = ()>,
) {
    serve_until_death(
        listener,
        site.into(),
        shutdown,
        std::future::pending::<()>(),
    )
    .await;
}

/// As [`serve`]. But if `death` comes first, every connection breaks where it stands, and what it
/// came with is returned.
pub(crate) async fn serve_until_death<T>(
    listener: TcpListener,
    site: Site,
    shutdown: impl Future<Output = ()>,
    death: impl Future<Output = T>,
) -> Option<T> {
    let (stop, running) = watch::channel(());
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    let mut death = pin!(death);
    loop {
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            dead = &mut death => return Some(dead),
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => match site.enter(None) {
                    Some(entry) => {
                        // Small replies must not wait for the client's acknowledgement.
                        let _ = stream.set_nodelay(true);
                        connections.spawn(serve_until(stream, entry, running.clone(), reset));
                    }
                    // The nearest to a refusal that is left once a connection was made.
                    None => reset(&stream),
                },
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
    None
}

/// Makes the end of this stream a reset (RST) and not an orderly close (FIN).
fn reset(stream: &TcpStream) {
    let _ = stream.set_zero_linger();
}

async fn serve_until<Io>(
    mut io: Io,
    mut entry: Entry,
    mut running: watch::Receiver<()>,
    reset: fn(&Io),
) where
    Io: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    entry.wait().await;
    loop {
        let Some((back, script)) = converse(io, &entry.router, &mut running).await else {
            return;
        };
        io = back;
        match script.play(&mut io).await {
            End::Keep => {}
            End::Close => return script::close(io).await,
            End::Reset => return reset(&io),
        }
    }
}

/// Serves requests until the connection ends, or until one whose response has to be written past
/// hyper: then the connection comes back with what is to be written.
async fn converse<Io>(
    io: Io,
    router: &Router,
    running: &mut watch::Receiver<()>,
) -> Option<(Io, Script)>
where
    Io: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(|request: Request<Incoming>| answer(router.clone(), request));
    let mut connection = http1::Builder::new()
        .auto_date_header(false)
        .half_close(true)
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(io), service);
    let ended = tokio::select! {
        biased;
        ended = &mut connection => Some(ended),
        _ = running.changed() => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            Pin::new(&mut connection).graceful_shutdown();
            (&mut connection).await
        }
    };
    // A peer that went away ends the connection with an error too, and is no news.
    let mut script = ended.err()?.source()?.downcast_ref::<Tampered>()?.0.clone();
    let parts = connection.into_parts();
    if !parts.read_buf.is_empty() {
        // What hyper read ahead cannot be given to the next conversation.
        script.make_last();
    }
    Some((parts.io.into_inner(), script))
}

async fn answer(mut router: Router, request: Request<Incoming>) -> Result<Response, Tampered> {
    let is_head = request.method() == Method::HEAD;
    let response = match router.call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    if is_tampered(&response) {
        return Err(Tampered(Script::of(response, is_head).await));
    }
    Ok(response)
}

/// Makes hyper give up the connection, and carries what is to be done with it.
#[derive(Debug, thiserror::Error)]
#[error("tampered with by a fault")]
struct Tampered(Script);
