//! Who may pass: authentication, the faults that strike there, the rate limit, authorisation.

use axum::response::{IntoResponse, Response};
use http::{Method, request::Parts};
use jiff::Timestamp;

use super::{
    late::{Latecomer, makes_late},
    passage::{Passage, with_retry_after},
};
use crate::{
    fault::{Effect, Strike, Struck, Target},
    mock::{Mock, MockState},
    operation::Operation,
    principal::Role,
    refusal::Refusal,
    vendor::Vendor,
};

/// Lets a request pass, or answers it.
pub(super) fn admit<V: Vendor>(
    mock: &Mock<V>,
    operation: &Operation<V::Access>,
    parts: &Parts,
    passage: &mut Passage,
) -> Result<(), Box<Response>> {
    let gate = Gate {
        mock,
        operation,
        parts,
    };
    mock.with(|state, now| gate.pass(state, now, passage))
}

struct Gate<'a, V: Vendor> {
    mock: &'a Mock<V>,
    operation: &'a Operation<V::Access>,
    parts: &'a Parts,
}

impl<V: Vendor> Gate<'_, V> {
    fn pass(
        &self,
        state: &mut MockState<V>,
        now: Timestamp,
        passage: &mut Passage,
    ) -> Result<(), Box<Response>> {
        self.authenticate(state, now, passage)?;
        if self.mock.faults().is_armed() && !self.is_late() {
            self.ask_faults(passage);
            self.revoke(state, now, passage)?;
            let method = passage.method.clone();
            passage.late = passage.take_first(|strike| makes_late(strike, &method));
            if passage.late.is_some() {
                // It is counted and judged when it comes.
                return Ok(());
            }
        }
        if V::is_limited(&self.operation.access) {
            self.limit(state, now, passage)?;
        }
        let allowed = state
            .vendor
            .authorize(&passage.principal, &self.operation.access, now);
        allowed.map_err(answered)
    }

    fn is_late(&self) -> bool {
        self.parts.extensions.get::<Latecomer>().is_some()
    }

    fn authenticate(
        &self,
        state: &mut MockState<V>,
        now: Timestamp,
        passage: &mut Passage,
    ) -> Result<(), Box<Response>> {
        let found = state
            .vendor
            .authenticate(self.parts, &self.operation.access, now);
        passage.principal = found.map_err(answered)?;
        Ok(())
    }

    fn ask_faults(&self, passage: &mut Passage) {
        let target = Target {
            operation: &self.operation.id,
            method: passage.method.as_str(),
            path: self.parts.uri.path(),
            principal: Some(&passage.principal),
            now: self.mock.clock().world_now(),
        };
        let faults = self.mock.faults();
        let strikes = faults.strike_request(&target);
        passage.closes = faults.refuses(&target);
        passage.remembers = passage.method == Method::GET && faults.remembers(&target);
        let (semantics, others) = strikes.into_iter().partition(Strike::is_semantic);
        (passage.semantics, passage.strikes) = (semantics, others);
        if !passage.semantics.is_empty() {
            let semantics = passage
                .semantics
                .iter()
                .filter_map(|strike| match strike.effect {
                    Effect::Play(semantic) => Some(semantic),
                    _ => None,
                });
            passage.struck = Struck::new(semantics);
        }
    }

    /// A revoked credential is refused by the vendor itself, as any other invalid one.
    fn revoke(
        &self,
        state: &mut MockState<V>,
        now: Timestamp,
        passage: &mut Passage,
    ) -> Result<(), Box<Response>> {
        if passage.principal.role == Role::Anonymous {
            return Ok(());
        }
        let revokes = |strike: &Strike| matches!(strike.effect, Effect::Revoke);
        let Some(strike) = passage.take_first(revokes) else {
            return Ok(());
        };
        state.vendor.revoke_presented(self.parts, now);
        passage.count(self.mock, &strike);
        self.authenticate(state, now, passage)
    }

    fn limit(
        &self,
        state: &mut MockState<V>,
        now: Timestamp,
        passage: &mut Passage,
    ) -> Result<(), Box<Response>> {
        let principal = passage.principal.clone();
        let client = V::bucket_key(&principal);
        let (vendor, limiter) = (&state.vendor, &mut state.limiter);
        let fresh = || vendor.bucket(&principal, now);
        let limits = |strike: &Strike| matches!(strike.effect, Effect::Limit { .. });
        let Some(strike) = passage.take_first(limits) else {
            let taken = limiter.take(client, now, &mut passage.limits, fresh);
            return taken.map_err(|retry_after| {
                answered(V::refuse(Refusal::RateLimited { retry_after }, now))
            });
        };
        limiter.describe_exhausted(client, now, &mut passage.limits, fresh);
        passage.count(self.mock, &strike);
        Err(stormy::<V>(&strike, now))
    }
}

fn stormy<V: Vendor>(strike: &Strike, now: Timestamp) -> Box<Response> {
    let Effect::Limit { retry_after, wait } = strike.effect else {
        return Box::default();
    };
    let refusal = Refusal::RateLimited { retry_after: wait };
    let response = V::refuse(refusal, now).into_response();
    Box::new(match retry_after {
        Some(form) => {
            let value = form.value(wait, now, strike.draws().draw("retry_after"));
            with_retry_after(response, value)
        }
        None => response,
    })
}

fn answered(error: impl IntoResponse) -> Box<Response> {
    Box::new(error.into_response())
}
