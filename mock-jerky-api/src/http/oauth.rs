//! The token endpoint (RFC 6749, 4.4), with its own error shape (5.2).

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{AUTHORIZATION, CACHE_CONTROL, WWW_AUTHENTICATE},
};
use mock_kit::{
    Mock,
    extract::{Form, Json},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ApiError;
use crate::{oauth::GrantRefused, problem::ProblemKind, vendor::Jerky};

/// A request for a token. The client authenticates by `Authorization: Basic`, or by the form.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct TokenRequest {
    /// Must be `client_credentials`.
    #[schema(example = "client_credentials")]
    grant_type: String,
    /// Scopes, separated by spaces; all that the client has when absent.
    #[serde(default)]
    scope: Option<String>,
    /// The client, unless it authenticates by header.
    #[serde(default)]
    client_id: Option<String>,
    /// Its secret.
    #[serde(default)]
    client_secret: Option<String>,
}

/// A token.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenReply {
    /// Opaque. Send it as `Authorization: Bearer …`.
    access_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// How long it lives, in seconds.
    expires_in: u32,
    /// The scopes granted, separated by spaces.
    scope: String,
}

/// Why there is no token.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenError {
    /// The code of RFC 6749, 5.2.
    #[schema(example = "invalid_client")]
    error: &'static str,
    /// In words.
    error_description: String,
}

/// Issues an access token for client credentials.
#[utoipa::path(
    post, path = "/oauth/token", operation_id = "issue_token", tag = "oauth",
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "A token", body = TokenReply),
        (status = 400, description = "The request or its scope is not valid", body = TokenError),
        (status = 401, description = "The client did not authenticate", body = TokenError),
    )
)]
pub(super) async fn issue_token(
    State(mock): State<Mock<Jerky>>,
    headers: HeaderMap,
    form: Result<Form<TokenRequest>, ApiError>,
) -> Result<Response, ApiError> {
    let form = match form {
        Ok(Form(form)) => form,
        Err(error) if error.problem().is(ProblemKind::ContentTooLarge) => return Err(error),
        Err(error) => return Ok(refuse("invalid_request", &error.problem().detail)),
    };
    if form.grant_type != "client_credentials" {
        return Ok(refuse(
            "unsupported_grant_type",
            "only client_credentials is supported",
        ));
    }
    let (id, secret) = basic(&headers).unwrap_or_else(|| {
        (
            form.client_id.unwrap_or_default(),
            form.client_secret.unwrap_or_default(),
        )
    });
    let issued = mock.with(|state, now| {
        let keyed = state.vendor.keyed();
        state
            .vendor
            .oauth
            .issue(keyed, &id, &secret, form.scope.as_deref(), now)
    });
    Ok(match issued {
        Ok(issued) => unstored(Json(TokenReply {
            access_token: issued.token.to_string(),
            token_type: "Bearer",
            expires_in: issued.expires_in,
            scope: issued.scope,
        })),
        Err(GrantRefused::InvalidClient) => refuse("invalid_client", "unknown client or secret"),
        Err(GrantRefused::InvalidScope) => refuse("invalid_scope", "not a scope of this client"),
    })
}

fn refuse(error: &'static str, description: &str) -> Response {
    let mut response = unstored(Json(TokenError {
        error,
        error_description: description.to_owned(),
    }));
    if error == "invalid_client" {
        *response.status_mut() = StatusCode::UNAUTHORIZED;
        let challenge = HeaderValue::from_static("Basic realm=\"jerky\"");
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    } else {
        *response.status_mut() = StatusCode::BAD_REQUEST;
    }
    response
}

/// Tokens must not be kept by caches (RFC 6749, 5.1).
fn unstored(body: impl IntoResponse) -> Response {
    let mut response = body.into_response();
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, pair) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(BASE64_STANDARD.decode(pair.trim()).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}
