//! The OAuth 2.0 access token (RFC 6749, client credentials): fetched early, by one call at a time.

use std::sync::atomic::{AtomicU64, Ordering};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderValue, Method, header};
use serde::Deserialize;
use tokio::{
    sync::{Mutex, MutexGuard},
    time::{Duration, Instant},
};

use crate::vendor::{
    error::VendorError,
    http::{Anonymous, Authorize, Call, Channel, Credential, Garble, Reply, escaped},
    secret::Secret,
};

/// A token is renewed this long before it ends, so that none ends on its way to the vendor.
const EARLY: Duration = Duration::from_secs(60);

/// Who the hub is at the jerky vendor.
#[derive(Clone, Debug, Deserialize)]
pub struct ClientCredentials {
    /// The client's id.
    pub id: String,
    /// The client's secret.
    pub secret: Secret,
}

/// The source of tokens of one client.
#[derive(Debug)]
pub(super) struct TokenSource {
    channel: Channel,
    client: ClientCredentials,
    scope: &'static str,
    /// Whoever holds the lock may fetch; all others wait for the outcome. That is the whole of
    /// the single flight.
    held: Mutex<Held>,
    /// Fetches that ended, well or badly. Who waited through one does not start another.
    fetches: AtomicU64,
}

#[derive(Debug, Default)]
struct Held {
    token: Option<Token>,
    generation: u64,
    failure: Option<VendorError>,
}

#[derive(Clone, Debug)]
struct Token {
    header: HeaderValue,
    renew_at: Instant,
}

impl TokenSource {
    pub(super) fn new(channel: Channel, client: ClientCredentials, scope: &'static str) -> Self {
        Self {
            channel,
            client,
            scope,
            held: Mutex::default(),
            fetches: AtomicU64::new(0),
        }
    }

    /// Fetches a token, unless a fetch that this call waited for has just settled the matter.
    async fn fetched(
        &self,
        seen: u64,
        held: &mut MutexGuard<'_, Held>,
    ) -> Result<Credential, VendorError> {
        if self.fetches.load(Ordering::Relaxed) != seen
            && let Some(failure) = &held.failure
        {
            return Err(failure.clone());
        }
        let fetched = self.fetch().await;
        self.fetches.fetch_add(1, Ordering::Relaxed);
        match fetched {
            Ok(token) => {
                held.generation += 1;
                held.failure = None;
                let credential = token.credential(held.generation);
                held.token = Some(token);
                Ok(credential)
            }
            Err(error) => {
                held.token = None;
                held.failure = Some(error.clone());
                Err(error)
            }
        }
    }

    async fn fetch(&self) -> Result<Token, VendorError> {
        let form = format!(
            "grant_type=client_credentials&scope={}",
            escaped(self.scope)
        );
        let mut call = Call::new("fetch_token", Method::POST, "/oauth/token".to_owned()).body(
            HeaderValue::from_static("application/x-www-form-urlencoded"),
            Bytes::from(form),
        );
        call.headers.insert(header::AUTHORIZATION, self.basic()?);
        let call = call.repeatable();
        self.channel.send(&Anonymous, &call, read_token).await
    }

    /// RFC 6749, section 2.3.1: id and secret are form-encoded before they are joined.
    fn basic(&self) -> Result<HeaderValue, VendorError> {
        let id = escaped(&self.client.id);
        let pair = format!("{id}:{}", escaped(self.client.secret.reveal()));
        sensitive(&format!("Basic {}", STANDARD.encode(pair))).ok_or_else(|| {
            VendorError::Unauthorized {
                operation: "fetch_token",
                reason: "the client's id or secret fits in no header".to_owned(),
            }
        })
    }
}

impl Authorize for TokenSource {
    async fn current(&self) -> Result<Option<Credential>, VendorError> {
        let seen = self.fetches.load(Ordering::Relaxed);
        let mut held = self.held.lock().await;
        if let Some(token) = &held.token
            && Instant::now() < token.renew_at
        {
            return Ok(Some(token.credential(held.generation)));
        }
        Box::pin(self.fetched(seen, &mut held)).await.map(Some)
    }

    async fn renewed(&self, spent: u64) -> Result<Option<Credential>, VendorError> {
        let seen = self.fetches.load(Ordering::Relaxed);
        let mut held = self.held.lock().await;
        if held.generation > spent
            && let Some(token) = &held.token
        {
            return Ok(Some(token.credential(held.generation)));
        }
        Box::pin(self.fetched(seen, &mut held)).await.map(Some)
    }
}

impl Token {
    fn credential(&self, generation: u64) -> Credential {
        Credential {
            name: header::AUTHORIZATION,
            value: self.header.clone(),
            generation,
        }
    }
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    token_type: String,
    expires_in: u64,
}

fn read_token(reply: &Reply) -> Result<Token, Garble> {
    // The parser's own message may quote the token.
    let granted: Granted = serde_json::from_slice(&reply.body)
        .map_err(|_| Garble::new("not an access token response (RFC 6749, section 5.1)"))?;
    if !granted.token_type.eq_ignore_ascii_case("bearer") {
        return Err(Garble::new("a token that is not a bearer token"));
    }
    let header = sensitive(&format!("Bearer {}", granted.access_token))
        .ok_or_else(|| Garble::new("a token that fits in no header"))?;
    // At least half of a short life is used, or a token of a minute would be fetched for each call.
    let life = Duration::from_secs(granted.expires_in.min(86_400));
    let early = EARLY.min(life / 2);
    Ok(Token {
        header,
        renew_at: Instant::now() + (life - early),
    })
}

fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}
