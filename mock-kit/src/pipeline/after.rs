//! What strikes once the vendor has applied a request: its reply is lost, late, stale or wrong.

use axum::{
    body::{Body, to_bytes},
    response::Response,
};
use bytes::Bytes;
use http::{
    Method,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
};

use super::passage::{Passage, answer, cut};
use crate::{
    fault::{EarlierReply, Effect, Phase, Reply, Strike, Tamper},
    mock::Mock,
    serve::{Cut, Pieces, Then, is_tampered},
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
        if is_tampered(&response) {
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
        Effect::Hold(time) | Effect::Part { hold: time, .. } => {
            tokio::time::sleep(*time).await;
            return Struck::Yes(lost(&response, Cut::NoReply));
        }
        Effect::Tamper(tamper) => {
            let has_body = passage.method != Method::HEAD;
            return tampered(response, tamper, strike.phase, has_body).await;
        }
        Effect::Fail { .. } => {
            return match answer(mock, strike, &passage.path) {
                Some(failed) => Struck::Yes(failed),
                None => Struck::No(response),
            };
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
        Effect::Limit { .. }
        | Effect::Revoke
        | Effect::Shut
        | Effect::Crowd { .. }
        | Effect::Deny(_)
        | Effect::Redirect { .. }
        | Effect::ForgetKey
        | Effect::Late { .. }
        | Effect::Play(_)
        | Effect::Deliver(_) => {
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
fn lost(response: &Response, how: Cut) -> Response {
    let mut lost = cut(how);
    *lost.status_mut() = response.status();
    lost
}

async fn tampered(response: Response, tamper: &Tamper, phase: Phase, has_body: bool) -> Struck {
    if phase == Phase::AppliedReplyLost {
        return Struck::Yes(match tamper {
            Tamper::Reset { .. } => lost(&response, Cut::Reset),
            Tamper::Garbage(bytes) => lost(&response, Cut::Garbage(bytes.clone())),
            _ => lost(&response, Cut::NoReply),
        });
    }
    let (mut parts, body) = whole(response).await;
    let through = |permille: u64| {
        let after = (body.len() as u64).saturating_mul(permille) / 1000;
        usize::try_from(after).unwrap_or(0)
    };
    let part = |permille, then| Cut::MidBody {
        after: through(permille),
        then,
    };
    match *tamper {
        Tamper::Split { cuts, seed, pause } => {
            parts
                .extensions
                .insert(Pieces::Awkward { cuts, seed, pause });
        }
        // The others are about the body, and there is none.
        _ if body.is_empty() || !has_body => {
            return Struck::No(Response::from_parts(parts, Body::from(body)));
        }
        Tamper::Reset { permille } => {
            parts.extensions.insert(part(permille, Then::Reset));
        }
        Tamper::Truncate { permille } => {
            parts.extensions.insert(part(permille, Then::Close));
        }
        Tamper::Stall { permille, hold } => {
            parts.extensions.insert(part(permille, Then::Stall(hold)));
        }
        Tamper::Trickle { bytes, pause } => {
            parts.extensions.insert(Pieces::Small { bytes, pause });
        }
        Tamper::Length(by) => {
            parts.extensions.insert(Pieces::Misdeclared { by });
        }
        Tamper::Empty | Tamper::Garbage(_) => {}
    }
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
