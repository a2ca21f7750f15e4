//! What strikes once the vendor has applied a request: its reply is lost, late, stale or wrong.

use axum::{
    body::{Body, to_bytes},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};

use super::passage::{Passage, cut, with_retry_after};
use crate::{
    fault::{EarlierReply, Effect, Phase, Reply, Strike},
    mock::Mock,
    refusal::Refusal,
    serve::Cut,
    vendor::Vendor,
};

/// Carries out all that is left.
pub(super) async fn strike<V: Vendor>(
    mock: &Mock<V>,
    response: Response,
    passage: &mut Passage,
) -> Response {
    settle_semantics(mock, passage);
    let mut response = match passage.remembers {
        true => remember(mock, response, passage).await,
        false => response,
    };
    while let Some(strike) = passage.take_first(|_| true) {
        match one(mock, response, &strike, passage).await {
            Struck::Yes(changed) => {
                passage.count(mock, &strike);
                response = changed;
            }
            Struck::No(same) => {
                mock.faults().give_back(&strike);
                response = same;
            }
        }
        if response.extensions().get::<Cut>().is_some() {
            break;
        }
    }
    response
}

enum Struck {
    Yes(Response),
    No(Response),
}

async fn one<V: Vendor>(
    mock: &Mock<V>,
    response: Response,
    strike: &Strike,
    passage: &Passage,
) -> Struck {
    match &strike.effect {
        Effect::Delay(time) => tokio::time::sleep(*time).await,
        Effect::Skew(_) => {}
        Effect::Hold(time) => {
            tokio::time::sleep(*time).await;
            return Struck::Yes(lost(&response));
        }
        Effect::Cut { permille } if strike.phase == Phase::MidBody => {
            return broken_off(response, *permille).await;
        }
        Effect::Cut { .. } => return Struck::Yes(lost(&response)),
        Effect::Fail {
            status,
            retry_after,
            wait,
        } => {
            let now = mock.now();
            let failed = V::refuse(Refusal::Failed { status: *status }, now).into_response();
            let value = retry_after.value(*wait, now, strike.draws().draw("retry_after"));
            return Struck::Yes(with_retry_after(failed, value));
        }
        Effect::Corrupt(change) => {
            return corrupted(response, |reply| change(reply, &strike.draws())).await;
        }
        Effect::Stale(age) => {
            let (parts, body) = whole(response).await;
            let recalled =
                mock.faults()
                    .recall(&passage.path, &body, *age, mock.clock().world_now());
            return match recalled.filter(|_| passage.remembers) {
                Some(earlier) => Struck::Yes(again(earlier)),
                None => Struck::No(Response::from_parts(parts, Body::from(body))),
            };
        }
        Effect::Limit { .. } | Effect::Revoke | Effect::Play(_) | Effect::Deliver(_) => {
            return Struck::No(response);
        }
    }
    Struck::Yes(response)
}

fn settle_semantics<V: Vendor>(mock: &Mock<V>, passage: &mut Passage) {
    let semantics = std::mem::take(&mut passage.semantics);
    for (index, strike) in semantics.iter().enumerate() {
        if passage.struck.was_played(index) {
            passage.count(mock, strike);
        } else {
            mock.faults().give_back(strike);
        }
    }
}

/// Keeps the status for the journal, and nothing else.
fn lost(response: &Response) -> Response {
    let mut lost = cut(Cut::NoReply);
    *lost.status_mut() = response.status();
    lost
}

async fn broken_off(response: Response, permille: u64) -> Struck {
    let (mut parts, body) = whole(response).await;
    if body.is_empty() {
        return Struck::No(Response::from_parts(parts, Body::empty()));
    }
    let after = (body.len() as u64).saturating_mul(permille) / 1000;
    let after = usize::try_from(after).unwrap_or(0);
    parts.extensions.insert(Cut::MidBody { after });
    Struck::Yes(Response::from_parts(parts, Body::from(body)))
}

async fn corrupted(response: Response, change: impl FnOnce(&mut Reply) -> bool) -> Struck {
    let (mut parts, body) = whole(response).await;
    let mut reply = Reply {
        status: parts.status,
        content_type: parts.headers.get(CONTENT_TYPE).cloned(),
        body,
    };
    if !reply.is_json_success() || !change(&mut reply) {
        return Struck::No(Response::from_parts(parts, Body::from(reply.body)));
    }
    parts.status = reply.status;
    if let Some(content_type) = reply.content_type {
        parts.headers.insert(CONTENT_TYPE, content_type);
    }
    Struck::Yes(Response::from_parts(parts, Body::from(reply.body)))
}

async fn remember<V: Vendor>(mock: &Mock<V>, response: Response, passage: &Passage) -> Response {
    let (parts, body) = whole(response).await;
    if parts.status.is_success() {
        let earlier = EarlierReply {
            at: mock.clock().world_now(),
            status: parts.status,
            headers: parts.headers.clone(),
            body: body.clone(),
        };
        mock.faults().remember(&passage.path, earlier);
    }
    Response::from_parts(parts, Body::from(body))
}

fn again(earlier: EarlierReply) -> Response {
    let mut response = Response::new(Body::from(earlier.body));
    *response.status_mut() = earlier.status;
    *response.headers_mut() = earlier.headers;
    response
}

/// The reply with its body in one piece. Handlers make bodies in memory, so this never waits.
async fn whole(response: Response) -> (http::response::Parts, Bytes) {
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    (parts, to_bytes(body, usize::MAX).await.unwrap_or_default())
}
