//! Who may use the admin API.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderName, StatusCode,
    header::{HOST, ORIGIN},
};
use subtle::ConstantTimeEq;

use super::routes::Problem;

const TOKEN: HeaderName = HeaderName::from_static("x-admin-token");

/// Who may use the admin API.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AdminAccess {
    /// The token that every request must bring in `X-Admin-Token`; none is asked for when `None`.
    pub token: Option<String>,
}

pub(super) async fn guard(
    State(access): State<AdminAccess>,
    request: Request,
    next: Next,
) -> Response {
    if is_foreign_page(request.headers()) {
        let problem = "requests of other web pages are refused";
        return Problem(StatusCode::FORBIDDEN, problem.to_owned()).into_response();
    }
    if !access.admits(request.headers()) {
        let problem = "X-Admin-Token is missing or wrong";
        return Problem(StatusCode::UNAUTHORIZED, problem.to_owned()).into_response();
    }
    next.run(request).await
}

impl AdminAccess {
    fn admits(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.token else {
            return true;
        };
        let given = headers
            .get(TOKEN)
            .map_or(&b""[..], |value| value.as_bytes());
        given.ct_eq(token.as_bytes()).into()
    }
}

/// A page in a browser on this machine could reach loopback; browsers name such a page's origin.
fn is_foreign_page(headers: &HeaderMap) -> bool {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &http::HeaderValue| value.to_str().ok())
    };
    let Some(origin) = headers.get(ORIGIN) else {
        return false;
    };
    let host = text(HOST).unwrap_or_default();
    let own = [format!("http://{host}"), format!("https://{host}")];
    !own.iter().any(|own| own.as_bytes() == origin.as_bytes())
}
