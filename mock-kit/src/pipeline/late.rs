//! A request that is let through only after its client was turned away: it comes again by itself,
//! and passes the whole pipeline as it was sent.

use std::{pin::Pin, time::Duration};

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{Method, StatusCode, request::Parts};

use super::{
    handle,
    passage::{Passage, cut},
};
use crate::{
    extract::whole_body,
    fault::{Effect, Farewell, Strike},
    mock::Mock,
    refusal::Refusal,
    serve::Cut,
    vendor::Vendor,
};

/// Marks a request that was struck before: faults have had their say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Latecomer;

/// Whether this strike makes a request late. Nobody would notice a read that is carried out later.
pub(super) fn makes_late(strike: &Strike, method: &Method) -> bool {
    matches!(strike.effect, Effect::Late { .. }) && !method.is_safe()
}

/// Turns the client away and lets its request come later.
pub(super) async fn turn_away<V: Vendor>(
    mock: &Mock<V>,
    parts: Parts,
    body: Body,
    next: Next,
    strike: Strike,
    passage: &mut Passage,
) -> Response {
    let Effect::Late {
        delay,
        farewell,
        hold,
    } = strike.effect
    else {
        return Response::default();
    };
    let body = match whole_body(body, mock.settings().body_limit).await {
        Ok(body) => body,
        Err(refusal) => {
            mock.faults().give_back(&strike);
            return V::refuse(refusal, mock.now()).into_response();
        }
    };
    passage.count(mock, &strike);
    let mut request = Request::from_parts(parts, Body::from(body));
    request.extensions_mut().insert(Latecomer);
    tokio::spawn(come_later(mock.clone(), request, next, delay));
    match farewell {
        Farewell::TimeOut => {
            tokio::time::sleep(hold).await;
            cut(Cut::NoReply)
        }
        Farewell::Reset => cut(Cut::NoReply),
        Farewell::ServerError => {
            let status = StatusCode::GATEWAY_TIMEOUT;
            V::refuse(Refusal::Failed { status }, mock.now()).into_response()
        }
    }
}

/// Boxed, as a pipeline that contains itself has no size.
fn come_later<V: Vendor>(
    mock: Mock<V>,
    request: Request,
    next: Next,
    delay: Duration,
) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    let life = mock.life();
    Box::pin(async move {
        tokio::time::sleep(delay).await;
        // It waited in a process that may have died meanwhile.
        if mock.life() == life {
            // Nobody is left to read the answer.
            handle(State(mock), request, next).await;
        }
    })
}
