//! A world: the two fakes, a clock, a store on disk, and hubs that come and go.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use seams::{Clock, Keyed, Wire, WireError};
use serde_json::json;
use sync_core::{catalogue::Catalogue, store::Store};
use sync_hub::{Hub, HubConfig, HubError, Wires};
use tokio::task::JoinHandle;
use tower::ServiceExt;

use crate::fake::{Asked, Jerky, Polish};

/// One listing of fifty grams of one item.
const MAPPING: &str = r#"
[[listing]]
polish = "SNACK"
component = [{ jerky = "JRK-1", need = "0.050", unit = "KGM" }]
"#;

/// What a wire does to a request: `true` loses the reply after the vendor has acted.
type Fault = Box<dyn FnMut(&Asked) -> bool + Send>;

/// The world. Cloning shares it.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) clock: Clock,
    jerky: Arc<Mutex<Jerky>>,
    polish: Arc<Mutex<Polish>>,
    asked: Arc<Mutex<Vec<String>>>,
    fault: Arc<Mutex<Option<Fault>>>,
    directory: Arc<tempfile::TempDir>,
}

/// A hub that runs until it is crashed.
pub(crate) struct Running {
    pub(crate) hub: Hub,
    task: JoinHandle<Result<(), HubError>>,
}

impl World {
    /// A warehouse with so many grams.
    pub(crate) fn with(grams: i64) -> Self {
        let clock = Clock::starting_at("2026-11-02T15:00:00Z".parse().unwrap());
        Self {
            jerky: Arc::new(Mutex::new(Jerky::new(grams))),
            polish: Arc::new(Mutex::new(Polish::new(clock.now()))),
            asked: Arc::default(),
            fault: Arc::default(),
            directory: Arc::new(tempfile::tempdir().unwrap()),
            clock,
        }
    }

    pub(crate) fn jerky(&self) -> MutexGuard<'_, Jerky> {
        self.jerky.lock().unwrap()
    }

    pub(crate) fn polish(&self) -> MutexGuard<'_, Polish> {
        self.polish.lock().unwrap()
    }

    /// From now on, `fault` says for each request whether its reply is lost.
    pub(crate) fn lose_replies(&self, fault: impl FnMut(&Asked) -> bool + Send + 'static) {
        *self.fault.lock().unwrap() = Some(Box::new(fault));
    }

    /// What the hub asked for since the last look: `GET /orders`…
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }

    pub(crate) fn store(&self) -> Store {
        let path: PathBuf = self.directory.path().join("hub.sqlite");
        Store::open(&path).unwrap()
    }

    /// A hub on the durable store, running.
    pub(crate) fn start(&self) -> Running {
        self.start_with(self.store())
    }

    pub(crate) fn start_with(&self, store: Store) -> Running {
        let config: HubConfig = serde_json::from_value(json!({
            "jerky": {"base_url": "http://jerky.test", "client": {"id": "hub", "secret": "s"}},
            "polish": {"base_url": "http://polish.test", "api_keys": ["k"]},
            "public_url": "http://hub.test",
        }))
        .unwrap();
        let catalogue = Arc::new(Catalogue::read("mapping.toml", MAPPING).unwrap());
        let wires = Wires {
            jerky: self.wire(),
            polish: self.wire(),
        };
        let clock = self.clock.clone();
        let hub = Hub::new(config, catalogue, store, wires, clock, Keyed::new(1)).unwrap();
        let task = tokio::spawn({
            let hub = hub.clone();
            async move { hub.run().await }
        });
        Running { hub, task }
    }

    fn wire(&self) -> Wire {
        let world = self.clone();
        Wire::new(move |request| {
            let world = world.clone();
            async move {
                tokio::time::sleep(Duration::from_millis(5)).await;
                world.answer(&request)
            }
        })
    }

    fn answer(&self, request: &Request<Bytes>) -> Result<Response<Bytes>, WireError> {
        let asked = Asked::of(request);
        let line = format!("{} {}", asked.method, asked.path);
        self.asked.lock().unwrap().push(line);
        let key = request.headers().get("idempotency-key");
        let key = key.map(|key| key.to_str().unwrap());
        let reply = match request.uri().host() {
            Some("jerky.test") => self.jerky().answer(&asked, key, self.clock.now()),
            _ => self.polish().answer(&asked, self.clock.now()),
        };
        let mut fault = self.fault.lock().unwrap();
        if fault.as_mut().is_some_and(|fault| fault(&asked)) {
            return Err(WireError::Closed("the reply was lost".to_owned()));
        }
        Ok(reply)
    }
}

impl Running {
    /// Lets the world go on for so long.
    pub(crate) async fn after(&self, seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }

    /// What the hub still has to do, in words.
    pub(crate) fn pending(&self) -> Vec<String> {
        self.hub.pending().iter().map(ToString::to_string).collect()
    }

    /// Waits until there is nothing left to do.
    pub(crate) async fn settled(&self) {
        for _ in 0..300 {
            self.after(1).await;
            if self.hub.pending().is_empty() {
                return;
            }
        }
        panic!("never settled: {:#?}", self.pending());
    }

    /// Posts to the hub, as a vendor would.
    pub(crate) async fn post(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> StatusCode {
        let mut request = Request::post(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        self.hub.router().oneshot(request).await.unwrap().status()
    }

    /// What the hub answers on `GET path`.
    pub(crate) async fn get(&self, path: &str) -> String {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = self.hub.router().oneshot(request).await.unwrap();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(body.to_vec()).unwrap()
    }

    /// Stops it where it stands.
    pub(crate) async fn crash(self) {
        self.task.abort();
        let _ = self.task.await;
    }

    /// Waits for its own end.
    pub(crate) async fn ended(self) -> Result<(), HubError> {
        self.task.await.unwrap()
    }

    /// Asks it to end and waits.
    pub(crate) async fn shut_down(self) -> Result<(), HubError> {
        self.hub.shutdown();
        self.ended().await
    }
}
