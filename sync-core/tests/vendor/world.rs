//! The clients under test, and vendors made of a few lines.

use std::{
    future::Future,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http::{Request, Response};
use seams::{Clock, Keyed, Wire, WireError};
use serde_json::json;
use sync_core::vendor::{
    http::HttpPolicy,
    jerky::{ClientCredentials, JerkyClient, JerkyConfig},
    polish::{PolishClient, PolishConfig, default_leak},
    secret::Secret,
};
use tokio::time::Instant;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

pub(crate) const CLIENT_SECRET: &str = "jerky-client-secret";
pub(crate) const API_KEY: &str = "polish-api-key";

/// Patient enough for a test on real sockets.
pub(crate) fn quick() -> HttpPolicy {
    HttpPolicy {
        timeout_ms: 300,
        backoff_first_ms: 5,
        backoff_longest_ms: 20,
        ..HttpPolicy::default()
    }
}

pub(crate) fn jerky_at(
    base_url: String,
    wire: Wire,
    clock: Clock,
    http: HttpPolicy,
) -> JerkyClient {
    let client = ClientCredentials {
        id: "lockstep-hub".to_owned(),
        secret: Secret::new(CLIENT_SECRET),
    };
    let config = JerkyConfig {
        base_url,
        client,
        http,
    };
    JerkyClient::new(config, wire, clock, Keyed::new(7))
}

pub(crate) fn polish_at(
    base_url: String,
    wire: Wire,
    clock: Clock,
    http: HttpPolicy,
) -> PolishClient {
    let config = PolishConfig {
        base_url,
        api_keys: vec![Secret::new(API_KEY)],
        leak_per_second: default_leak(),
        http,
    };
    PolishClient::new(config, wire, clock, Keyed::new(7))
}

pub(crate) fn live_jerky(server: &MockServer) -> JerkyClient {
    let wire = seams::live::wire().unwrap();
    jerky_at(server.uri(), wire, Clock::system(), quick())
}

pub(crate) fn live_polish(server: &MockServer) -> PolishClient {
    let wire = seams::live::wire().unwrap();
    polish_at(server.uri(), wire, Clock::system(), quick())
}

/// Mounts a token endpoint that grants `token` for so many seconds.
pub(crate) async fn grant(server: &MockServer, token: &str, expires_in: u64) {
    Mock::given(method("POST"))
        .and(path("/oauth/token"))
        .respond_with(ResponseTemplate::new(200).set_body_json(granted(token, expires_in)))
        .mount(server)
        .await;
}

pub(crate) fn granted(token: &str, expires_in: u64) -> serde_json::Value {
    json!({"access_token": token, "token_type": "Bearer", "expires_in": expires_in})
}

pub(crate) fn problem(status: u16, slug: &str) -> ResponseTemplate {
    let body = json!({
        "type": format!("https://jerky.example/problems/{slug}"),
        "title": slug,
        "status": status,
        "detail": format!("because of {slug}"),
    });
    ResponseTemplate::new(status).set_body_raw(body.to_string(), "application/problem+json")
}

pub(crate) fn empty_page() -> serde_json::Value {
    json!({"data": [], "next_cursor": null})
}

/// One request as an in-process vendor saw it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) at: Instant,
    pub(crate) path: String,
}

/// What an in-process vendor saw.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<Seen>>>);

impl Log {
    /// What it saw, the fetching of tokens excepted.
    pub(crate) fn calls(&self) -> Vec<Seen> {
        let seen = self.0.lock().unwrap();
        let calls = seen.iter().filter(|seen| seen.path != "/oauth/token");
        calls.cloned().collect()
    }

    /// How many tokens it was asked for.
    pub(crate) fn tokens(&self) -> usize {
        let seen = self.0.lock().unwrap();
        seen.iter()
            .filter(|seen| seen.path == "/oauth/token")
            .count()
    }
}

/// A vendor in the process: grants tokens of 900 seconds and leaves the rest to `answer`, which is
/// told the number of the call, from 1.
pub(crate) fn vendor<F, Fut>(answer: F) -> (Wire, Log)
where
    F: Fn(usize, Request<Bytes>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Response<Bytes>, WireError>> + Send + 'static,
{
    let log = Log::default();
    let seen = log.clone();
    let answer = Arc::new(answer);
    let wire = Wire::new(move |request: Request<Bytes>| {
        let path = request.uri().path().to_owned();
        let is_token = path == "/oauth/token";
        let at = Instant::now();
        seen.0.lock().unwrap().push(Seen { at, path });
        let number = seen.calls().len();
        let token = format!("token-{}", seen.tokens());
        let answer = Arc::clone(&answer);
        async move {
            if is_token {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                return Ok(json_reply(200, &[], &granted(&token, 900)));
            }
            answer(number, request).await
        }
    });
    (wire, log)
}

pub(crate) fn json_reply(
    status: u16,
    headers: &[(&str, &str)],
    body: &serde_json::Value,
) -> Response<Bytes> {
    let mut response = Response::builder()
        .status(status)
        .header("content-type", "application/json");
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(Bytes::from(body.to_string())).unwrap()
}
