//! One vendor, reached: time-outs, retries of reads, the sorting of what comes back.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, StatusCode, Uri, header};
use seams::{Clock, Keyed, Wire, WireError};
use tokio::time::Duration;

use super::{
    authorize::{Authorize, Credential},
    call::{Call, Reply},
    gate::{Gate, GateStatus},
    policy::HttpPolicy,
};
use crate::sometimes::{Mark, reached};
use crate::vendor::{
    error::{Refusal, VendorError},
    reading::Unreadable,
};

/// How a vendor is reached. Cloning shares the gate, the wire and everything else.
#[derive(Clone, Debug)]
pub(crate) struct Channel(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Scheme and authority, without a final slash.
    base: String,
    wire: Wire,
    clock: Clock,
    keyed: Keyed,
    policy: HttpPolicy,
    gate: Arc<Gate>,
    /// The vendor's own error shape.
    refusal: fn(u16, &[u8]) -> Refusal,
}

/// What a channel is made of.
pub(crate) struct Fittings {
    pub(crate) base: String,
    pub(crate) wire: Wire,
    pub(crate) clock: Clock,
    pub(crate) keyed: Keyed,
    pub(crate) policy: HttpPolicy,
    /// Calls a second that the vendor's bucket leaks, where its headers do not tell.
    pub(crate) leak: u64,
    pub(crate) refusal: fn(u16, &[u8]) -> Refusal,
}

/// Why a body could not be used.
#[derive(Debug)]
pub(crate) struct Garble {
    pub(crate) reason: String,
    pub(crate) unreadable: Option<Unreadable>,
}

impl Channel {
    pub(crate) fn new(fittings: Fittings) -> Self {
        let base = fittings.base.trim_end_matches('/').to_owned();
        let gate = Gate::new(fittings.policy.clone(), fittings.keyed, fittings.leak);
        Self(Arc::new(Inner {
            base,
            wire: fittings.wire,
            clock: fittings.clock,
            keyed: fittings.keyed,
            policy: fittings.policy,
            gate,
            refusal: fittings.refusal,
        }))
    }

    /// Sends `call` and reads its reply. A repeatable call is repeated while that may help; any
    /// other is sent once, and once more with renewed credentials after a 401.
    pub(crate) async fn send<T>(
        &self,
        auth: &impl Authorize,
        call: &Call,
        read: impl Fn(&Reply) -> Result<T, Garble>,
    ) -> Result<T, VendorError> {
        let attempts = if call.repeatable {
            self.0.policy.read_attempts
        } else {
            1
        };
        let mut attempt = 0;
        loop {
            attempt += 1;
            let result = self.authorized(auth, call).await;
            let result = result.and_then(|reply| self.opened(call, &reply, &read));
            let error = match result {
                Ok(view) => return Ok(view),
                Err(error) => error,
            };
            if attempt >= attempts || !self.is_passing(&error) {
                return Err(error);
            }
            reached(Mark::ReadRepeated);
            tracing::debug!(%error, attempt, "repeating a read");
            tokio::time::sleep(self.backoff(call, attempt)).await;
        }
    }

    /// Rows to ask for in one page, of a vendor that gives `most` at the most.
    pub(crate) fn page_rows(&self, most: usize) -> usize {
        self.0.policy.page_rows(most)
    }

    /// What the gate is doing.
    pub(crate) fn status(&self) -> GateStatus {
        self.0.gate.status()
    }

    /// One attempt, and a second with other credentials when the first were not accepted: a 401
    /// says that nothing was applied, so even a write may go again.
    async fn authorized(&self, auth: &impl Authorize, call: &Call) -> Result<Reply, VendorError> {
        let credential = auth.current().await?;
        let mut answer = self.attempt(call, credential.as_ref()).await?;
        if answer.reply.status == StatusCode::UNAUTHORIZED
            && let Some(spent) = credential
            && let Some(fresh) = auth.renewed(spent.generation).await?
        {
            reached(Mark::CredentialsRenewed);
            answer = self.attempt(call, Some(&fresh)).await?;
        }
        self.judged(call, answer)
    }

    /// Waits for leave, sends, and waits for the whole reply, for so long.
    async fn attempt(
        &self,
        call: &Call,
        credential: Option<&Credential>,
    ) -> Result<Answer, VendorError> {
        let request = self.request(call, credential)?;
        let patience = self.0.policy.patience(call.repeatable);
        let permit = self.0.gate.enter(patience).await.map_err(|wait| {
            let reason = "the vendor asked to be left alone, or fails too often".to_owned();
            retryable(call, reason, Some(wait))
        })?;
        let sent = tokio::time::timeout(self.0.policy.timeout(), self.0.wire.send(request)).await;
        let response = match sent {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => {
                permit.failed();
                return Err(lost(call, &error));
            }
            Err(_) => {
                permit.failed();
                let reason = format!("no answer within {} ms", self.0.policy.timeout_ms);
                return Err(open_outcome(call, reason, None));
            }
        };
        let (head, body) = response.into_parts();
        let at = self.0.clock.now();
        let asked = permit.answered(head.status, &head.headers, at);
        let reply = Reply {
            status: head.status,
            headers: head.headers,
            body,
            at,
        };
        Ok(Answer { reply, asked })
    }

    fn request(
        &self,
        call: &Call,
        credential: Option<&Credential>,
    ) -> Result<Request<Bytes>, VendorError> {
        let uri = format!("{}{}", self.0.base, call.path);
        let uri = Uri::try_from(uri).map_err(|error| VendorError::Refused {
            operation: call.operation,
            refusal: Box::new(Refusal::Unsendable(format!("no address: {error}"))),
        })?;
        let mut request = Request::new(call.body.clone());
        *request.method_mut() = call.method.clone();
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        headers.clone_from(&call.headers);
        headers.insert(
            header::ACCEPT,
            const { http::HeaderValue::from_static("application/json, application/problem+json") },
        );
        if let Some(credential) = credential {
            headers.insert(credential.name.clone(), credential.value.clone());
        }
        Ok(request)
    }

    /// Sorts a reply by whether the call can have had an effect.
    fn judged(&self, call: &Call, answer: Answer) -> Result<Reply, VendorError> {
        let Answer { reply, asked } = answer;
        let status = reply.status;
        if status.is_success() || status == StatusCode::NOT_MODIFIED {
            return Ok(reply);
        }
        // 503 too: what stands before the vendor says so of a request that the vendor has served.
        if status.is_server_error() {
            return Err(open_outcome(call, format!("HTTP {status}"), asked));
        }
        let refusal = if reply.is_json() && reply.body.len() <= self.0.policy.largest_body {
            (self.0.refusal)(status.as_u16(), &reply.body)
        } else {
            Refusal::Bare {
                status: status.as_u16(),
            }
        };
        Err(match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => VendorError::Unauthorized {
                operation: call.operation,
                reason: refusal.to_string(),
            },
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
                retryable(call, refusal.to_string(), asked)
            }
            _ if status.is_redirection() || refusal.is_in_flight() => {
                retryable(call, refusal.to_string(), asked)
            }
            _ => VendorError::Refused {
                operation: call.operation,
                refusal: Box::new(refusal),
            },
        })
    }

    /// Reads the body of a success.
    fn opened<T>(
        &self,
        call: &Call,
        reply: &Reply,
        read: impl Fn(&Reply) -> Result<T, Garble>,
    ) -> Result<T, VendorError> {
        self.acceptable(reply)
            .and_then(|()| read(reply))
            .map_err(|garble| VendorError::Garbled {
                operation: call.operation,
                reason: garble.reason,
                unreadable: garble.unreadable.map(Box::new),
            })
    }

    /// A page of HTML with status 200 is somebody else's answer.
    fn acceptable(&self, reply: &Reply) -> Result<(), Garble> {
        let length = reply.body.len();
        if length > self.0.policy.largest_body {
            return Err(Garble::new(format!("a body of {length} bytes")));
        }
        if !reply.body.is_empty() && !reply.is_json() {
            let kind = reply.headers.get(header::CONTENT_TYPE);
            return Err(Garble::new(format!("a body of type {kind:?}, not JSON")));
        }
        Ok(())
    }

    /// Whether the same read may succeed in a moment. Longer waits are the caller's business.
    fn is_passing(&self, error: &VendorError) -> bool {
        match error {
            VendorError::Retryable { after, .. } => {
                after.is_none_or(|after| after <= self.0.policy.patience(true))
            }
            VendorError::Unknown { .. } | VendorError::Garbled { .. } => true,
            VendorError::Refused { .. } | VendorError::Unauthorized { .. } => false,
        }
    }

    /// Exponential, with full jitter.
    fn backoff(&self, call: &Call, attempt: u32) -> Duration {
        let policy = &self.0.policy;
        let bound = policy.backoff_first_ms << (attempt - 1).min(16);
        let bound = bound.min(policy.backoff_longest_ms);
        let draw = self.0.keyed.draw("backoff", &call.path, attempt.into());
        Duration::from_millis(draw.between(1, bound))
    }
}

/// A reply, and how long the vendor asks to be left alone.
struct Answer {
    reply: Reply,
    asked: Option<Duration>,
}

impl Garble {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            unreadable: None,
        }
    }
}

impl From<serde_json::Error> for Garble {
    fn from(error: serde_json::Error) -> Self {
        Self::new(format!("not the JSON expected: {error}"))
    }
}

impl From<Unreadable> for Garble {
    fn from(unreadable: Unreadable) -> Self {
        Self {
            reason: unreadable.to_string(),
            unreadable: Some(unreadable),
        }
    }
}

fn lost(call: &Call, error: &WireError) -> VendorError {
    match error {
        WireError::Refused(_) => retryable(call, error.to_string(), None),
        WireError::Closed(_) | WireError::Cut(_) | WireError::Protocol(_) => {
            open_outcome(call, error.to_string(), None)
        }
    }
}

/// A read that came to nothing changed nothing; of a write nobody knows.
fn open_outcome(call: &Call, reason: String, after: Option<Duration>) -> VendorError {
    if call.repeatable {
        return retryable(call, reason, after);
    }
    VendorError::Unknown {
        operation: call.operation,
        reason,
    }
}

fn retryable(call: &Call, reason: String, after: Option<Duration>) -> VendorError {
    VendorError::Retryable {
        operation: call.operation,
        reason,
        after,
    }
}
