//! A person's HTTP client: signs in, asks, and asks again when a vendor is out of sorts.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use seams::{Wire, WireError};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::{sync::Mutex, time::timeout};

/// How often a person tries.
const TRIES: u32 = 8;
/// How long a person waits for an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A person's way to one vendor.
pub struct Caller {
    wire: Wire,
    base: String,
    credential: Credential,
    token: Mutex<Option<HeaderValue>>,
}

/// How a person signs in.
#[derive(Clone, Debug)]
pub enum Credential {
    /// With an API key, at the shop.
    Key(String),
    /// As an OAuth 2.0 client (RFC 6749, 4.4), at the warehouse.
    Client {
        /// The client's id.
        id: String,
        /// Its secret.
        secret: String,
    },
}

/// Why a person got no answer worth having.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The vendor said no.
    #[error("refused with {0}")]
    Refused(StatusCode, Bytes),
    /// The vendor was out of sorts however often it was asked.
    #[error("no answer after {TRIES} tries")]
    Unreachable,
    /// The request could not be written or the answer not be read.
    #[error("not understood: {0}")]
    Garbled(#[from] serde_json::Error),
    /// The request is no HTTP.
    #[error("not HTTP: {0}")]
    Unsendable(#[from] http::Error),
}

impl Caller {
    /// A person who reaches the vendor at `base` over `wire`.
    pub fn new(wire: Wire, base: impl Into<String>, credential: Credential) -> Self {
        Self {
            wire,
            base: base.into(),
            credential,
            token: Mutex::default(),
        }
    }

    /// Reads a resource.
    ///
    /// # Errors
    /// When the vendor refuses or gives no readable answer.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, CallError> {
        let reply = self.call(Method::GET, path, None, Bytes::new()).await?;
        read(&reply)
    }

    /// Writes, the same `key` making every try the same write.
    ///
    /// # Errors
    /// When the vendor refuses or gives no answer.
    pub async fn post(
        &self,
        path: &str,
        key: &str,
        body: &impl Serialize,
    ) -> Result<Bytes, CallError> {
        let body = serde_json::to_vec(body)?;
        self.call(Method::POST, path, Some(key), body.into()).await
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        body: Bytes,
    ) -> Result<Bytes, CallError> {
        for round in 0..TRIES {
            if round > 0 {
                tokio::time::sleep(Duration::from_secs(1 << round.min(6))).await;
            }
            let request = self.request(&method, path, key, body.clone()).await?;
            let Some(Ok(reply)) = self.send(request).await else {
                continue;
            };
            match reply.status() {
                status if status.is_success() => return Ok(reply.into_body()),
                StatusCode::UNAUTHORIZED => *self.token.lock().await = None,
                StatusCode::TOO_MANY_REQUESTS => {}
                status if status.is_server_error() => {}
                status => return Err(CallError::Refused(status, reply.into_body())),
            }
        }
        Err(CallError::Unreachable)
    }

    async fn send(&self, request: Request<Bytes>) -> Option<Result<Response<Bytes>, WireError>> {
        timeout(PATIENCE, self.wire.send(request)).await.ok()
    }

    async fn request(
        &self,
        method: &Method,
        path: &str,
        key: Option<&str>,
        body: Bytes,
    ) -> Result<Request<Bytes>, CallError> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header(header::ACCEPT, "application/json");
        if !body.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        match &self.credential {
            Credential::Key(secret) => request = request.header("x-api-key", secret),
            Credential::Client { id, secret } => {
                request = request.header(header::AUTHORIZATION, self.token(id, secret).await?);
                request = request.header("idempotency-key", key.unwrap_or_default());
            }
        }
        Ok(request.body(body)?)
    }

    /// The token at hand, or a new one; whoever comes meanwhile waits for it.
    async fn token(&self, id: &str, secret: &str) -> Result<HeaderValue, CallError> {
        let mut held = self.token.lock().await;
        if let Some(token) = &*held {
            return Ok(token.clone());
        }
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("{}/oauth/token", self.base))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Bytes::from(form))?;
        let Some(Ok(reply)) = self.send(request).await else {
            return Err(CallError::Unreachable);
        };
        if !reply.status().is_success() {
            return Err(CallError::Refused(reply.status(), reply.into_body()));
        }
        let grant: Grant = read(reply.body())?;
        let token = HeaderValue::try_from(format!("Bearer {}", grant.access_token));
        let token = token.map_err(http::Error::from)?;
        *held = Some(token.clone());
        Ok(token)
    }
}

#[derive(Deserialize)]
struct Grant {
    access_token: String,
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, CallError> {
    Ok(serde_json::from_slice(body)?)
}
