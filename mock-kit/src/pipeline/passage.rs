//! What is known of one request on its way through the pipeline.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::{
    HeaderMap, HeaderValue, Method, StatusCode,
    header::{CONNECTION, DATE, LOCATION, RETRY_AFTER},
    request::Parts,
};
use jiff::Timestamp;
use tokio::time::Instant;

use crate::{
    fault::{Effect, Phase, Strike, Struck, StruckFault, Tamper},
    journal::Exchange,
    mock::Mock,
    principal::Principal,
    refusal::{Refusal, date},
    serve::Cut,
    vendor::Vendor,
};

/// One request on its way.
pub(super) struct Passage {
    started: Instant,
    at: Timestamp,
    world_at: Timestamp,
    pub(super) method: Method,
    pub(super) path: Box<str>,
    pub(super) operation: Option<Arc<str>>,
    pub(super) principal: Arc<Principal>,
    /// Faults still to be carried out.
    pub(super) strikes: Vec<Strike>,
    /// Those that the handler is to play.
    pub(super) semantics: Vec<Strike>,
    pub(super) struck: Struck,
    /// Whether the connection is not kept.
    pub(super) closes: bool,
    /// What lets it through only later.
    pub(super) late: Option<Strike>,
    /// Whether the reply is to be remembered for stale reads.
    pub(super) remembers: bool,
    /// Where the client stands with its rate limit.
    pub(super) limits: HeaderMap,
    pub(super) faults: Vec<StruckFault>,
    /// Whether there was a reply, sent or not.
    pub(super) answered: bool,
    pub(super) applied: bool,
    pub(super) nearest: Vec<String>,
}

/// Whether a request goes on.
pub(super) enum Turn {
    /// It does.
    GoOn,
    /// It is answered here.
    Answer(Response),
}

impl Passage {
    pub(super) fn begin<V: Vendor>(
        mock: &Mock<V>,
        parts: &Parts,
        operation: Option<&Arc<str>>,
    ) -> Self {
        // A copy: a slice of hyper's buffer would keep the whole buffer alive in the journal.
        let path = parts.uri.path_and_query().map_or("*", |path| path.as_str());
        Self {
            started: Instant::now(),
            at: mock.now(),
            world_at: mock.clock().world_now(),
            method: parts.method.clone(),
            path: path.into(),
            operation: operation.cloned(),
            principal: Principal::anonymous(),
            strikes: Vec::new(),
            semantics: Vec::new(),
            struck: Struck::default(),
            closes: false,
            late: None,
            remembers: false,
            limits: HeaderMap::new(),
            faults: Vec::new(),
            answered: false,
            applied: false,
            nearest: Vec::new(),
        }
    }

    /// Whether anything is left to do to the reply.
    pub(super) fn is_struck(&self) -> bool {
        self.remembers || !self.strikes.is_empty() || !self.semantics.is_empty()
    }

    /// Carries out what strikes before the request is applied.
    pub(super) async fn strike_before<V: Vendor>(&mut self, mock: &Mock<V>) -> Turn {
        while let Some(strike) = self.take_first(strikes_before) {
            self.count(mock, &strike);
            match strike.effect {
                Effect::Delay(time) => tokio::time::sleep(time).await,
                Effect::Hold(time) | Effect::Part { hold: time, .. } => {
                    tokio::time::sleep(time).await;
                    return Turn::Answer(cut(Cut::NoReply));
                }
                _ => {
                    if let Some(response) = answer(mock, &strike, &self.path) {
                        return Turn::Answer(response);
                    }
                }
            }
        }
        Turn::GoOn
    }

    /// The first strike that `wanted` picks; the others stay.
    pub(super) fn take_first(&mut self, wanted: impl Fn(&Strike) -> bool) -> Option<Strike> {
        let index = self.strikes.iter().position(wanted)?;
        Some(self.strikes.remove(index))
    }

    /// Counts a strike that is carried out.
    pub(super) fn count<V: Vendor>(&mut self, mock: &Mock<V>, strike: &Strike) {
        if let Some(operation) = &self.operation {
            self.faults.push(mock.faults().count(strike, operation));
        }
    }

    /// Writes the journal, and tells the client where it stands.
    pub(super) fn end<V: Vendor>(self, mock: &Mock<V>, mut response: Response) -> Response {
        for strike in self.strikes.iter().chain(&self.semantics) {
            mock.faults().give_back(strike);
        }
        let is_cut = response
            .extensions()
            .get::<Cut>()
            .is_some_and(Cut::is_whole);
        let status = match is_cut && !self.answered {
            true => 0,
            false => response.status().as_u16(),
        };
        response.headers_mut().extend(self.limits);
        if let Some(now) = date(mock.now()) {
            response.headers_mut().insert(DATE, now);
        }
        if self.closes {
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(CONNECTION, close);
        }
        mock.record(Exchange {
            seq: 0,
            at: self.at,
            world_at: self.world_at,
            principal: self.principal,
            operation: self.operation,
            method: self.method,
            path: self.path,
            status,
            cut: is_cut,
            duration_ms: u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX),
            applied: self.applied,
            faults: self.faults,
            nearest: self.nearest,
        });
        response
    }
}

/// A response that the server turns into a dropped connection.
pub(super) fn cut(cut: Cut) -> Response {
    let mut response = Response::default();
    response.extensions_mut().insert(cut);
    response
}

/// The response with another `Retry-After`, or none.
pub(super) fn with_retry_after(mut response: Response, value: Option<HeaderValue>) -> Response {
    let headers = response.headers_mut();
    match value {
        Some(value) => headers.insert(RETRY_AFTER, value),
        None => headers.remove(RETRY_AFTER),
    };
    response
}

/// What a client is told, or not told, instead of the vendor's reply.
pub(super) fn answer<V: Vendor>(mock: &Mock<V>, strike: &Strike, path: &str) -> Option<Response> {
    let now = mock.now();
    Some(match &strike.effect {
        Effect::Tamper(Tamper::Reset { .. }) => cut(Cut::Reset),
        Effect::Tamper(Tamper::Garbage(bytes)) => cut(Cut::Garbage(bytes.clone())),
        Effect::Tamper(Tamper::Empty) => cut(Cut::NoReply),
        Effect::Fail {
            status,
            retry_after,
            wait,
        } => {
            let failed = V::refuse(Refusal::Failed { status: *status }, now).into_response();
            let value = retry_after.value(*wait, now, strike.draws().draw("retry_after"));
            with_retry_after(failed, value)
        }
        Effect::Deny(denial) => {
            let refusal = Refusal::denied(*denial, strike.operation());
            V::refuse(refusal, now).into_response()
        }
        Effect::Redirect { status, location } => {
            redirect(*status, &location.replace("{path}", path))
        }
        _ => return None,
    })
}

fn redirect(status: StatusCode, location: &str) -> Response {
    let mut response = Response::default();
    *response.status_mut() = status;
    if let Ok(location) = HeaderValue::try_from(location) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

fn strikes_before(strike: &Strike) -> bool {
    strike.phase == Phase::BeforeApply
        && matches!(
            strike.effect,
            Effect::Delay(_)
                | Effect::Hold(_)
                | Effect::Part { .. }
                | Effect::Tamper(_)
                | Effect::Fail { .. }
                | Effect::Deny(_)
                | Effect::Redirect { .. }
        )
}
