//! What admin requests bring, and what is wrong with it in the admin API's own words.

use axum::extract::{self, FromRequest, FromRequestParts, Request};
use bytes::Bytes;
use http::{StatusCode, request::Parts};
use serde::de::DeserializeOwned;

use super::routes::Problem;

/// The query.
pub(super) struct Query<T>(pub(super) T);

/// A JSON body, whatever content type it claims: people type these requests by hand.
pub(super) struct Json<T>(pub(super) T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        extract::Query::try_from_uri(&parts.uri)
            .map(|extract::Query(query)| Self(query))
            .map_err(|error| Problem(error.status(), error.body_text()))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(|error| Problem(error.status(), error.body_text()))?;
        serde_json::from_slice(&body)
            .map(Self)
            .map_err(|error| Problem(StatusCode::BAD_REQUEST, format!("not as expected: {error}")))
    }
}
