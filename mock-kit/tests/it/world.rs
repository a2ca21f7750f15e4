//! A toy mock under a paused clock, and how tests talk to it.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, Response, StatusCode, request::Builder},
};
use bytes::Bytes;
use http_body_util::BodyExt;
use jiff::{SignedDuration, Timestamp};
use mock_kit::{
    Cut, Faults, Mock, Settings,
    admin::AdminAccess,
    webhook::{NewEndpoint, Policy},
};
use seams::{Clock, Keyed, Wire, WireError};
use serde_json::Value;
use tower::ServiceExt;

use crate::toy::Toy;

pub(crate) struct World {
    pub(crate) mock: Mock<Toy>,
    pub(crate) router: Router,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) cut: Option<Cut>,
}

/// What a webhook receiver got: milliseconds after the start, path, signature, body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) ms: i64,
    pub(crate) path: String,
    pub(crate) signature: String,
    pub(crate) body: String,
}

pub(crate) fn start() -> Timestamp {
    "2026-11-02T00:00:00Z".parse().unwrap()
}

impl World {
    pub(crate) fn new() -> Self {
        Self::of(Toy::new())
    }

    pub(crate) fn of(toy: Toy) -> Self {
        Self::under(toy, AdminAccess::default())
    }

    pub(crate) fn under(toy: Toy, access: AdminAccess) -> Self {
        let settings = Settings {
            admin: Some(access),
            body_limit: 2000,
            ..Settings::default()
        };
        let mock = Mock::new(toy, Clock::starting_at(start()), Keyed::new(7), settings);
        Self {
            router: mock.router(),
            mock,
        }
    }

    /// A world with this fault in it.
    pub(crate) fn struck_by(rule: Value) -> Self {
        let world = Self::new();
        world.strike(rule);
        world
    }

    pub(crate) fn strike(&self, rule: Value) {
        self.faults()
            .add(serde_json::from_value(rule).unwrap())
            .unwrap();
    }

    pub(crate) fn faults(&self) -> &Faults {
        self.mock.faults()
    }

    /// How often each kind struck, with operation and phase: `latency get_note before_apply 2`.
    pub(crate) fn report(&self) -> Vec<String> {
        let line = |count: mock_kit::fault::FaultCount| {
            format!(
                "{} {} {} {}",
                count.kind,
                count.operation,
                count.phase.as_str(),
                count.count
            )
        };
        self.faults().report().into_iter().map(line).collect()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(request("GET", path, "hub").body(Body::empty()).unwrap())
            .await
    }

    pub(crate) async fn add(&self, key: &str, body: &str) -> Answer {
        self.send(addition(key, body)).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        Answer::of(self.router.clone().oneshot(request).await.unwrap()).await
    }

    /// The notes that the vendor has.
    pub(crate) fn notes(&self) -> usize {
        self.mock.with(|state, _| state.vendor.notes.len())
    }

    pub(crate) fn ms(&self) -> i64 {
        since_start(self.mock.clock().world_now())
    }

    /// Registers an endpoint `http://hub.test/<id>` for all topics.
    pub(crate) fn listen(&self, id: &str) {
        self.listen_at("http://hub.test", id);
    }

    /// Registers an endpoint `<base>/<id>` for all topics.
    pub(crate) fn listen_at(&self, base: &str, id: &str) {
        let endpoint = NewEndpoint {
            id: id.to_owned(),
            owner: "hub".into(),
            url: format!("{base}/{id}"),
            topics: vec!["*".to_owned()],
            secret: "first".to_owned(),
        };
        self.mock
            .with(|state, now| state.webhooks.register(endpoint, now).map(drop))
            .unwrap();
    }

    /// Adds a note without HTTP.
    pub(crate) fn note(&self, quantity: u32) {
        let sku = "A".to_owned();
        self.mock
            .with(|state, _| state.vendor.add(crate::toy::NewNote { sku, quantity }));
    }

    /// Drives the mock in the background against a receiver that answers the n-th attempt (from
    /// 0) of a path as `answer` says: after so many milliseconds with this status.
    pub(crate) fn drive(
        &self,
        answer: impl Fn(&str, usize) -> (u64, u16) + Send + Sync + 'static,
    ) -> Arc<Mutex<Vec<Received>>> {
        let received: Arc<Mutex<Vec<Received>>> = Arc::default();
        let (log, mock) = (Arc::clone(&received), self.mock.clone());
        let wire = Wire::new(move |request: Request<Bytes>| {
            let path = request.uri().path().to_owned();
            let count = {
                let mut log = log.lock().unwrap();
                log.push(Received::at(&mock, &request));
                log.iter().filter(|received| received.path == path).count() - 1
            };
            let (ms, status) = answer(&path, count);
            async move {
                tokio::time::sleep(std::time::Duration::from_millis(ms)).await;
                if status == 0 {
                    return Err(WireError::Refused("nobody there".to_owned()));
                }
                Ok(Response::builder()
                    .status(status)
                    .body(Bytes::new())
                    .unwrap())
            }
        });
        tokio::spawn(self.mock.drive(wire));
        received
    }
}

impl Answer {
    async fn of(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        Self {
            status: parts.status,
            headers: parts.headers,
            body: body.collect().await.unwrap().to_bytes(),
            cut: parts.extensions.get().cloned(),
        }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

impl Received {
    pub(crate) fn at(mock: &Mock<Toy>, request: &Request<Bytes>) -> Self {
        let signature = request.headers()["toy-signature"].as_bytes();
        Self {
            ms: since_start(mock.clock().world_now()),
            path: request.uri().path().to_owned(),
            signature: String::from_utf8_lossy(signature).into_owned(),
            body: String::from_utf8_lossy(request.body()).into_owned(),
        }
    }

    /// The message's id.
    pub(crate) fn id(&self) -> &str {
        self.signature.split(' ').next().unwrap()
    }
}

pub(crate) fn request(method: &str, path: &str, token: &str) -> Builder {
    Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", token)
}

/// A request to add a note under an idempotency key.
pub(crate) fn addition(key: &str, body: &str) -> Request<Body> {
    request("POST", "/notes", "hub")
        .header("content-type", "application/json")
        .header("idempotency-key", key)
        .body(Body::from(body.to_owned()))
        .unwrap()
}

/// The times of what was received.
pub(crate) fn times(received: &Mutex<Vec<Received>>) -> Vec<i64> {
    received
        .lock()
        .unwrap()
        .iter()
        .map(|received| received.ms)
        .collect()
}

/// The ids of what was received.
pub(crate) fn ids(received: &Mutex<Vec<Received>>) -> Vec<String> {
    received
        .lock()
        .unwrap()
        .iter()
        .map(|received| received.id().to_owned())
        .collect()
}

pub(crate) fn policy(change: impl FnOnce(&mut Policy)) -> World {
    let mut toy = Toy::new();
    change(&mut toy.policy);
    World::of(toy)
}

pub(crate) async fn pass(ms: u64) {
    tokio::time::sleep(std::time::Duration::from_millis(ms)).await;
}

fn since_start(now: Timestamp) -> i64 {
    let since: SignedDuration = now.duration_since(start());
    i64::try_from(since.as_millis()).unwrap()
}
