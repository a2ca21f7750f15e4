//! Reading a JSON body: what is no JSON is 400, what is JSON of another shape is 422 with the
//! place.

use axum::{
    body::to_bytes,
    extract::{FromRequest, Request},
};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http_body_util::LengthLimitError;
use mock_kit::Mock;
use serde::{Deserialize, de::DeserializeOwned};
use utoipa::ToSchema;

use super::Failure;
use crate::{
    refusal::{Complaint, ErrorCode, Refusal},
    vendor::PolishVendor,
};

/// A JSON object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Body<T>(pub(super) T);

/// A JSON object without members; no body at all means the same.
#[derive(Clone, Copy, Debug)]
pub(super) struct NoBody;

/// `{}`.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Empty {}

impl<T: DeserializeOwned> FromRequest<Mock<PolishVendor>> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, mock: &Mock<PolishVendor>) -> Result<Self, Failure> {
        check_type(&request)?;
        let bytes = whole(request, mock).await?;
        Ok(Self(parse(&bytes)?))
    }
}

impl FromRequest<Mock<PolishVendor>> for NoBody {
    type Rejection = Failure;

    async fn from_request(request: Request, mock: &Mock<PolishVendor>) -> Result<Self, Failure> {
        let typed = check_type(&request);
        let bytes = whole(request, mock).await?;
        if !bytes.is_empty() {
            typed?;
            let _: Empty = parse(&bytes)?;
        }
        Ok(Self)
    }
}

/// Reads a JSON object.
///
/// # Errors
/// The refusal, with the place of what is wrong.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    // serde would take an array for an object whose members come in order.
    let object = bytes.trim_ascii_start().first() == Some(&b'{');
    match serde_json::from_slice(bytes) {
        Ok(value) if object => Ok(value),
        Err(error) if !error.is_data() => Err(Refusal::new(
            ErrorCode::MalformedJson,
            format!("the body is not JSON: {error}"),
        )),
        Ok(_) => Err(Refusal::new(
            ErrorCode::Invalid,
            "the body must be a JSON object",
        )),
        Err(_) => Err(located::<T>(bytes)),
    }
}

/// Reads once more to find the place; only bodies that are wrong pay for it.
fn located<T: DeserializeOwned>(bytes: &[u8]) -> Refusal {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let Err(error) = serde_path_to_error::deserialize::<_, T>(&mut reader) else {
        return Refusal::new(
            ErrorCode::Invalid,
            "the body is not what this operation takes",
        );
    };
    let place = error.path().to_string();
    let complaint = Complaint::new(ErrorCode::Invalid, error.inner().to_string());
    Refusal(vec![if place == "." {
        complaint
    } else {
        complaint.at(place)
    }])
}

fn check_type(request: &Request) -> Result<(), Failure> {
    let value = request.headers().get(CONTENT_TYPE);
    let text = value
        .and_then(|value| value.to_str().ok())
        .unwrap_or("nothing");
    let essence = text.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let message = format!("send application/json, not {text}");
    Err(Refusal::new(ErrorCode::UnsupportedMediaType, message).into())
}

async fn whole(request: Request, mock: &Mock<PolishVendor>) -> Result<Bytes, Failure> {
    let limit = mock.settings().body_limit;
    to_bytes(request.into_body(), limit).await.map_err(|error| {
        let source = std::error::Error::source(&error);
        if source.is_some_and(<dyn std::error::Error>::is::<LengthLimitError>) {
            let message = format!("a body has at most {limit} bytes");
            return Refusal::new(ErrorCode::PayloadTooLarge, message).into();
        }
        Refusal::new(ErrorCode::MalformedJson, "the body broke off").into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::NewOrder;

    fn refused(text: &str) -> (u16, ErrorCode, Option<String>) {
        let refusal = parse::<NewOrder>(text.as_bytes()).unwrap_err();
        let field = refusal.0.first().unwrap().field.clone();
        (refusal.status(), refusal.code(), field)
    }

    #[test]
    fn what_is_no_json_is_told_from_json_of_another_shape() {
        for text in ["", "{", "{\"lines\":", "<html>"] {
            assert_eq!(refused(text).1, ErrorCode::MalformedJson, "{text}");
        }
        for text in ["[]", "null", "7", "{}", "{\"colour\":1}"] {
            assert_eq!(
                (refused(text).0, refused(text).1),
                (422, ErrorCode::Invalid),
                "{text}"
            );
        }
    }

    #[test]
    fn the_place_of_the_mistake_is_named() {
        let customer = "\"customer\":{\"name\":\"A\",\"email\":\"a@b\"}";
        let text = format!("{{{customer},\"lines\":[{{\"sku\":\"X\",\"quantity\":\"two\"}}]}}");
        assert_eq!(refused(&text).2.as_deref(), Some("lines[0].quantity"));
        let text = format!("{{{customer},\"lines\":[{{\"sku\":\"X\",\"quantity\":1.5}}]}}");
        assert_eq!(refused(&text).2.as_deref(), Some("lines[0].quantity"));
    }
}
