//! Extractors whose refusals are the vendor's own: a body that cannot be read is answered in the
//! vendor's error shape, never in axum's plain text.

use axum::extract::path::ErrorKind;
use axum::extract::{FromRequest, FromRequestParts, Request, rejection::PathRejection};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header::CONTENT_TYPE, request::Parts};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use crate::{mock::Mock, refusal::Refusal, vendor::Vendor};

const FORM: &str = "application/x-www-form-urlencoded";

/// A JSON body. As a response, a JSON reply.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

/// An `application/x-www-form-urlencoded` body.
#[derive(Clone, Copy, Debug)]
pub struct Form<T>(pub T);

/// The query.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

/// What the route's `{names}` matched.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<V: Vendor, T: DeserializeOwned> FromRequest<Mock<V>> for Json<T> {
    type Rejection = V::Error;

    async fn from_request(request: Request, mock: &Mock<V>) -> Result<Self, V::Error> {
        let body = read::<V>(request, mock, is_json).await?;
        // The path to the culprit costs time, so only a body that is wrong pays for it.
        serde_json::from_slice(&body)
            .map(Self)
            .map_err(|error| refuse(mock, malformed_json::<T>(&body, &error)))
    }
}

impl<V: Vendor, T: DeserializeOwned> FromRequest<Mock<V>> for Form<T> {
    type Rejection = V::Error;

    async fn from_request(request: Request, mock: &Mock<V>) -> Result<Self, V::Error> {
        let body = read::<V>(request, mock, is_form).await?;
        let mut form = Request::new(body.into());
        *form.method_mut() = Method::POST;
        form.headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static(FORM));
        let axum::Form(form) = axum::Form::from_request(form, &())
            .await
            .map_err(|error| refuse(mock, malformed("body", &inner(&error))))?;
        Ok(Self(form))
    }
}

impl<V: Vendor, T: DeserializeOwned> FromRequestParts<Mock<V>> for Query<T> {
    type Rejection = V::Error;

    async fn from_request_parts(parts: &mut Parts, mock: &Mock<V>) -> Result<Self, V::Error> {
        let query = axum::extract::Query::try_from_uri(&parts.uri);
        query
            .map(|axum::extract::Query(query)| Self(query))
            .map_err(|error| refuse(mock, malformed("query", &inner(&error))))
    }
}

impl<V: Vendor, T: DeserializeOwned + Send> FromRequestParts<Mock<V>> for Path<T> {
    type Rejection = V::Error;

    async fn from_request_parts(parts: &mut Parts, mock: &Mock<V>) -> Result<Self, V::Error> {
        let path = axum::extract::Path::from_request_parts(parts, mock).await;
        path.map(|axum::extract::Path(path)| Self(path))
            .map_err(|error| refuse(mock, malformed_path(&error)))
    }
}

impl<T: serde::Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// The whole body of a request, up to the mock's limit.
///
/// # Errors
/// [`Refusal::TooLarge`], or [`Refusal::Malformed`] where the body breaks off.
pub(crate) async fn whole_body(body: axum::body::Body, limit: usize) -> Result<Bytes, Refusal> {
    match Limited::new(body, limit).collect().await {
        Ok(whole) => Ok(whole.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Refusal::TooLarge { limit }),
        Err(_) => Err(malformed("body", "the body broke off")),
    }
}

async fn read<V: Vendor>(
    request: Request,
    mock: &Mock<V>,
    expected: fn(&str) -> bool,
) -> Result<Bytes, V::Error> {
    let found = content_type(request.headers());
    if !found.as_deref().is_some_and(expected) {
        return Err(refuse(mock, Refusal::UnsupportedMediaType { found }));
    }
    let body = whole_body(request.into_body(), mock.settings().body_limit).await;
    body.map_err(|refusal| refuse(mock, refusal))
}

fn refuse<V: Vendor>(mock: &Mock<V>, refusal: Refusal) -> V::Error {
    V::refuse(refusal, mock.clock().now())
}

fn content_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let essence = value.split(';').next().unwrap_or_default();
    Some(essence.trim().to_ascii_lowercase())
}

fn is_json(essence: &str) -> bool {
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn is_form(essence: &str) -> bool {
    essence == FORM
}

fn malformed_json<T: DeserializeOwned>(body: &[u8], error: &serde_json::Error) -> Refusal {
    let mut refusal = malformed("body", &error.to_string());
    let reader = &mut serde_json::Deserializer::from_slice(body);
    if error.is_data()
        && let Err(traced) = serde_path_to_error::deserialize::<_, T>(reader)
        && let Refusal::Malformed { field, .. } = &mut refusal
    {
        *field = Some(traced.path().to_string()).filter(|path| path != ".");
    }
    refusal
}

fn malformed_path(error: &PathRejection) -> Refusal {
    let detail = inner(error);
    let mut refusal = malformed("path", &detail);
    if let PathRejection::FailedToDeserializePathParams(failed) = error
        && let ErrorKind::ParseErrorAtKey { key, .. } | ErrorKind::InvalidUtf8InPathParam { key } =
            failed.kind()
        && let Refusal::Malformed { field, .. } = &mut refusal
    {
        *field = Some(key.clone());
    }
    refusal
}

fn malformed(part: &'static str, detail: &str) -> Refusal {
    Refusal::Malformed {
        part,
        detail: detail.to_owned(),
        field: None,
    }
}

/// The innermost cause says what was wrong; the layers above it say only where axum was.
fn inner(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
