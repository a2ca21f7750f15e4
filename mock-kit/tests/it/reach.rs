//! Two ways to reach a toy: pipes under paused time, and real TCP sockets. What is tried by both is
//! written once, and says which of the two it is only where they differ.

use std::{
    io::ErrorKind,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, body::to_bytes, extract::Request};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use mock_kit::{Role, Site, bind, serve, serve_connection};
use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::Instant,
};

use crate::world::{Received, World};

pub(crate) const NOTE: &str = r#"{"sku": "A", "quantity": 3}"#;

/// A connection, whatever carries it.
pub(crate) trait Line: AsyncRead + AsyncWrite + Unpin + Send {}
impl<Io: AsyncRead + AsyncWrite + Unpin + Send> Line for Io {}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Closed,
    Reset,
}

/// What came over a connection: pieces, as they were read, when, and how it ended.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) pieces: Vec<(Duration, Vec<u8>)>,
    pub(crate) end: Option<End>,
}

/// What a client makes of the answer to one request.
#[derive(Debug)]
pub(crate) struct Told {
    /// 0 where there was no answer.
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Vec<u8>,
    /// Whether all of the answer came.
    pub(crate) is_whole: bool,
    pub(crate) took: Duration,
}

/// One way to reach a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Pipe,
    Tcp,
}

/// A world that is reached in one way.
pub(crate) struct Reached {
    pub(crate) world: World,
    site: Site,
    /// Where it listens; without one it is reached by pipes.
    address: Option<SocketAddr>,
}

impl Reached {
    pub(crate) async fn new(by: By, rule: Value) -> Self {
        Self::over(by, World::struck_by(rule)).await
    }

    pub(crate) async fn over(by: By, world: World) -> Self {
        let site = world.mock.site();
        let address = match by {
            By::Pipe => None,
            By::Tcp => Some(listening(site.clone()).await),
        };
        Self {
            world,
            site,
            address,
        }
    }

    /// A new connection of the middleware; `None` when a pipe is refused.
    pub(crate) async fn connect(&self) -> Option<Box<dyn Line>> {
        self.connect_as(Role::Middleware).await
    }

    /// A new connection of this client. Sockets do not say whose they are.
    pub(crate) async fn connect_as(&self, client: Role) -> Option<Box<dyn Line>> {
        if let Some(address) = self.address {
            return Some(Box::new(TcpStream::connect(address).await.unwrap()));
        }
        let (near, far) = tokio::io::duplex(64 * 1024);
        let entry = self.site.enter(Some(client))?;
        tokio::spawn(serve_connection(far, entry));
        Some(Box::new(near))
    }

    pub(crate) async fn add(&self, key: &str) -> Heard {
        let mut line = self.connect().await.unwrap();
        ask(&mut line, &addition(key)).await;
        hear(&mut line, Duration::from_millis(700)).await
    }

    /// What an HTTP client is told on a connection of its own.
    pub(crate) async fn tell(&self, request: http::Request<Full<bytes::Bytes>>) -> Told {
        let started = Instant::now();
        let mut told = match self.connect().await {
            Some(line) => told(line, request).await,
            None => None,
        }
        .unwrap_or_else(Told::nothing);
        told.took = started.elapsed();
        told
    }

    /// Lets webhooks go out, to a receiver that takes them all: where it is, and what it got.
    pub(crate) async fn receive(&self) -> (String, Arc<Mutex<Vec<Received>>>) {
        if self.address.is_none() {
            let received = self.world.drive(|_, _| (0, 200));
            return ("http://hub.test".to_owned(), received);
        }
        let received: Arc<Mutex<Vec<Received>>> = Arc::default();
        let (log, mock) = (Arc::clone(&received), self.world.mock.clone());
        let receiver = Router::new().fallback(async move |request: Request| {
            let (parts, body) = request.into_parts();
            let body = to_bytes(body, usize::MAX).await.unwrap();
            let request = http::Request::from_parts(parts, body);
            log.lock().unwrap().push(Received::at(&mock, &request));
        });
        let address = listening(receiver).await;
        let wire = seams::live::wire().unwrap();
        tokio::spawn(self.world.mock.drive(wire));
        (format!("http://{address}"), received)
    }
}

impl Heard {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.pieces
            .iter()
            .flat_map(|(_, piece)| piece.clone())
            .collect()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.bytes()).unwrap()
    }

    /// The body of the one reply that came.
    pub(crate) fn body(&self) -> String {
        let text = self.text();
        assert!(text.starts_with("HTTP/1.1 201 Created\r\n"), "{text}");
        text.split_once("\r\n\r\n").unwrap().1.to_owned()
    }
}

impl Told {
    fn nothing() -> Self {
        Self {
            status: 0,
            headers: http::HeaderMap::new(),
            body: Vec::new(),
            is_whole: false,
            took: Duration::ZERO,
        }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// Serves on a free port.
async fn listening(site: impl Into<Site>) -> SocketAddr {
    let listener = bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(listener, site.into(), std::future::pending()));
    address
}

async fn told(line: Box<dyn Line>, request: http::Request<Full<bytes::Bytes>>) -> Option<Told> {
    let (mut client, connection) = http1::handshake(TokioIo::new(line)).await.ok()?;
    tokio::spawn(connection);
    let (parts, mut body) = client.send_request(request).await.ok()?.into_parts();
    let mut told = Told {
        status: parts.status.as_u16(),
        headers: parts.headers,
        is_whole: true,
        ..Told::nothing()
    };
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => told.body.extend(frame.into_data().unwrap()),
            Err(_) => told.is_whole = false,
        }
    }
    Some(told)
}

pub(crate) fn addition(key: &str) -> String {
    format!(
        "POST /notes HTTP/1.1\r\nhost: toy.test\r\nauthorization: hub\r\nidempotency-key: {key}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{NOTE}",
        NOTE.len()
    )
}

pub(crate) fn reading(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: toy.test\r\nauthorization: hub\r\n\r\n")
}

pub(crate) async fn ask(line: &mut Box<dyn Line>, request: &str) {
    line.write_all(request.as_bytes()).await.unwrap();
}

/// Reads until the connection ends, or nothing comes for so long.
pub(crate) async fn hear(line: &mut Box<dyn Line>, patience: Duration) -> Heard {
    let (started, mut pieces) = (Instant::now(), Vec::new());
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let end = match tokio::time::timeout(patience, line.read(&mut buffer)).await {
            Err(_) => None,
            Ok(Ok(0)) => Some(End::Closed),
            Ok(Ok(read)) => {
                pieces.push((started.elapsed(), buffer[..read].to_vec()));
                continue;
            }
            Ok(Err(error)) => {
                assert_eq!(error.kind(), ErrorKind::ConnectionReset);
                Some(End::Reset)
            }
        };
        return Heard { pieces, end };
    }
}

/// Tries `$play` on a pipe under paused time, and on a socket.
macro_rules! on_both {
    ($($(#[$doc:meta])* $name:ident: $play:expr;)+) => {
        mod on_a_pipe {
            use super::*;
            $(#[tokio::test(start_paused = true)]
            async fn $name() {
                $play(By::Pipe).await;
            })+
        }
        mod on_a_socket {
            use super::*;
            $(#[tokio::test]
            async fn $name() {
                $play(By::Tcp).await;
            })+
        }
    };
}

pub(crate) use on_both;
