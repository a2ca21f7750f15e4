//! The simulated network: hosts by name, and wires to them over in-memory pipes with real hyper on
//! both ends. Connections are kept alive and pooled for each pair of sender and host.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, Uri, header::HOST};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use mock_kit::Site;
use seams::{Clock, Keyed, Wire, WireError};
use tokio::{io::DuplexStream, task::JoinSet};

use super::tape::{Party, Tape};

/// Bytes a pipe holds before its writer waits.
const PIPE: usize = 64 * 1024;
/// Milliseconds that a message takes one way, at least and at most.
const LATENCY: (u64, u64) = (1, 4);

/// A network of hosts. Clones share it.
#[derive(Clone)]
pub struct Net {
    hosts: Arc<Mutex<BTreeMap<String, Host>>>,
    clock: Clock,
    keyed: Keyed,
    tape: Tape,
}

struct Host {
    site: Site,
    /// Its connections, which end with it.
    connections: JoinSet<()>,
}

impl Net {
    /// An empty network whose delays are drawn from `keyed`.
    pub fn new(clock: Clock, keyed: Keyed, tape: Tape) -> Self {
        Self {
            hosts: Arc::default(),
            clock,
            keyed,
            tape,
        }
    }

    /// Serves `site` under the name `host`, in place of what was there.
    pub fn open(&self, host: &str, site: impl Into<Site>) {
        let host_entry = Host {
            site: site.into(),
            connections: JoinSet::new(),
        };
        self.lock().insert(host.to_owned(), host_entry);
    }

    /// Ends a host and all its connections, as when its process dies.
    pub fn close(&self, host: &str) {
        self.lock().remove(host);
    }

    /// Ends every host. What a host serves may hold wires of this network, and so the network itself:
    /// a world that is over has to let go of it by hand.
    pub(super) fn shut(&self) {
        let hosts = std::mem::take(&mut *self.lock());
        drop(hosts);
    }

    /// A wire for `party` with a pool of connections of its own.
    pub fn wire(&self, party: Party) -> Wire {
        let sender = Arc::new(Sender {
            net: self.clone(),
            party,
            pools: Mutex::default(),
            sent: Mutex::default(),
        });
        Wire::new(move |request| Arc::clone(&sender).send(request))
    }

    /// A new connection to `host`.
    async fn connect(&self, host: &str, party: Party) -> Result<Connection, WireError> {
        let (near, far) = tokio::io::duplex(PIPE);
        self.accept(host, party, far)?;
        let (sender, connection) = http1::handshake(TokioIo::new(near))
            .await
            .map_err(|error| WireError::Refused(error.to_string()))?;
        // Ends by itself when either end is dropped.
        tokio::spawn(async move {
            let _ = connection.await;
        });
        Ok(sender)
    }

    fn accept(&self, name: &str, party: Party, io: DuplexStream) -> Result<(), WireError> {
        let mut hosts = self.lock();
        let Some(host) = hosts.get_mut(name) else {
            return Err(WireError::Refused(format!("nobody listens at {name}")));
        };
        let Some(entry) = host.site.enter(party.role()) else {
            return Err(WireError::Refused(format!("{name} takes no connection")));
        };
        while host.connections.try_join_next().is_some() {}
        host.connections
            .spawn(mock_kit::serve_connection(io, entry));
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Host>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Connection = SendRequest<Full<Bytes>>;

/// One party's end of the network.
struct Sender {
    net: Net,
    party: Party,
    pools: Mutex<BTreeMap<Arc<str>, Vec<Connection>>>,
    sent: Mutex<u64>,
}

impl Sender {
    async fn send(self: Arc<Self>, request: Request<Bytes>) -> Result<Response<Bytes>, WireError> {
        let host: Arc<str> = request.uri().host().unwrap_or_default().into();
        let recording = self
            .net
            .tape
            .begin(&self.net.clock, self.party, &host, &request);
        let (there, back) = self.latency();
        tokio::time::sleep(there).await;
        let result = self.exchange(&host, request).await;
        tokio::time::sleep(back).await;
        recording.end(&result);
        result
    }

    async fn exchange(
        &self,
        host: &Arc<str>,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, WireError> {
        let request = origin_form(request, host)?;
        let mut connection = self.connection(host).await?;
        let (head, body) = connection
            .send_request(request)
            .await
            .map_err(|error| unanswered(&error))?
            .into_parts();
        let body = body
            .collect()
            .await
            .map_err(|error| WireError::Cut(error.to_string()))?
            .to_bytes();
        self.pools()
            .entry(Arc::clone(host))
            .or_default()
            .push(connection);
        Ok(Response::from_parts(head, body))
    }

    /// An idle connection that is still alive, or a new one.
    async fn connection(&self, host: &Arc<str>) -> Result<Connection, WireError> {
        loop {
            let idle = self.pools().get_mut(host).and_then(Vec::pop);
            let Some(mut idle) = idle else {
                return self.net.connect(host, self.party).await;
            };
            if idle.ready().await.is_ok() {
                return Ok(idle);
            }
        }
    }

    /// How long this message and its reply travel.
    fn latency(&self) -> (Duration, Duration) {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        *sent += 1;
        let draw = |way| {
            let subject = self.party.name();
            let draw = self.net.keyed.draw(way, subject, *sent);
            Duration::from_millis(draw.between(LATENCY.0, LATENCY.1))
        };
        (draw("latency-there"), draw("latency-back"))
    }

    fn pools(&self) -> MutexGuard<'_, BTreeMap<Arc<str>, Vec<Connection>>> {
        self.pools.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// HTTP/1.1 wants the path in the request line and the host in a header (RFC 9112, 3.2.1).
fn origin_form(request: Request<Bytes>, host: &str) -> Result<Request<Full<Bytes>>, WireError> {
    let (mut head, body) = request.into_parts();
    let host = HeaderValue::from_str(host).map_err(|e| WireError::Protocol(e.to_string()))?;
    head.headers.insert(HOST, host);
    head.uri = match head.uri.path_and_query() {
        Some(path) => Uri::from(path.clone()),
        None => Uri::from_static("/"),
    };
    Ok(Request::from_parts(head, Full::new(body)))
}

fn unanswered(error: &hyper::Error) -> WireError {
    if error.is_canceled() {
        return WireError::Refused(error.to_string());
    }
    if error.is_parse() {
        return WireError::Protocol(error.to_string());
    }
    WireError::Closed(error.to_string())
}
