//! The one layer that every request passes: who, how often, which faults, which key, what came of
//! it. It is one layer and not five because each would cost a box and a clone per request.

mod after;
mod gate;
mod keyed_write;
mod late;
mod passage;

use axum::{
    body::Body,
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::request::Parts;

use crate::{
    call::Call, extract::whole_body, mock::Mock, operation::Operation, refusal::Refusal,
    serve::is_tampered, vendor::Vendor,
};
use keyed_write::{InFlight, Keyed};
use passage::{Passage, Turn};

/// Serves one request of a vendor.
pub(crate) async fn handle<V: Vendor>(
    State(mock): State<Mock<V>>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let route = parts
        .extensions
        .get::<MatchedPath>()
        .map(MatchedPath::as_str);
    let operation = route.and_then(|route| mock.operations().find(&parts.method, route));
    let mut passage = Passage::begin(&mock, &parts, operation.map(|operation| &operation.id));
    let response = match operation {
        Some(operation) => pass(&mock, operation, parts, body, next, &mut passage).await,
        None => unknown(&mock, &parts, &mut passage),
    };
    passage.end(&mock, response)
}

/// Never reached, as the layer answers first; axum wants a fallback to put the layer around.
pub(crate) async fn unmatched<V: Vendor>(State(mock): State<Mock<V>>) -> Response {
    let nearest = Vec::new();
    V::refuse(Refusal::NotFound { nearest }, mock.now()).into_response()
}

async fn pass<V: Vendor>(
    mock: &Mock<V>,
    operation: &Operation<V::Access>,
    parts: Parts,
    body: Body,
    next: Next,
    passage: &mut Passage,
) -> Response {
    if let Err(response) = gate::admit(mock, operation, &parts, passage) {
        return *response;
    }
    if let Some(strike) = passage.late.take() {
        return late::turn_away(mock, parts, body, next, strike, passage).await;
    }
    if !V::needs_idempotency_key(&operation.access) {
        return apply(mock, operation, parts, body, next, passage, None).await;
    }
    let body = match whole_body(body, mock.settings().body_limit).await {
        Ok(body) => body,
        Err(refusal) => return V::refuse(refusal, mock.now()).into_response(),
    };
    keyed_write::forget(mock, &parts, passage);
    match keyed_write::begin(mock, &passage.principal, &parts, &body) {
        Keyed::Fresh(key) => {
            apply(
                mock,
                operation,
                parts,
                Body::from(body),
                next,
                passage,
                Some(key),
            )
            .await
        }
        Keyed::Replay(reply) => {
            passage.answered = true;
            after::strike(mock, reply, passage).await
        }
        Keyed::Refused(refusal) => V::refuse(refusal, mock.now()).into_response(),
    }
}

async fn apply<V: Vendor>(
    mock: &Mock<V>,
    operation: &Operation<V::Access>,
    mut parts: Parts,
    body: Body,
    next: Next,
    passage: &mut Passage,
    key: Option<InFlight<V>>,
) -> Response {
    if let Turn::Answer(response) = passage.strike_before(mock).await {
        if is_tampered(&response) {
            // What is left unread would make the operating system reset the connection.
            let _ = whole_body(body, mock.settings().body_limit).await;
        }
        return response;
    }
    parts.extensions.insert(Call {
        now: mock.now(),
        principal: passage.principal.clone(),
        operation: operation.id.clone(),
        idempotency_key: key.as_ref().map(InFlight::key),
        struck: passage.struck.clone(),
    });
    let mut response = next.run(Request::from_parts(parts, body)).await;
    passage.answered = true;
    passage.applied = response.status().is_success();
    if let Some(key) = key {
        response = key.complete(response).await;
    }
    if passage.is_struck() {
        return after::strike(mock, response, passage).await;
    }
    response
}

fn unknown<V: Vendor>(mock: &Mock<V>, parts: &Parts, passage: &mut Passage) -> Response {
    let nearest = mock.operations().nearest(&parts.method, parts.uri.path());
    passage.nearest.clone_from(&nearest);
    let route = parts
        .extensions
        .get::<MatchedPath>()
        .map(MatchedPath::as_str);
    let allow = route
        .map(|route| mock.operations().methods(route))
        .unwrap_or_default();
    let refusal = if allow.is_empty() {
        Refusal::NotFound { nearest }
    } else {
        Refusal::MethodNotAllowed { allow, nearest }
    };
    V::refuse(refusal, mock.now()).into_response()
}
