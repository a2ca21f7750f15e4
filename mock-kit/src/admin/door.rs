//! Who may use the admin API.

use std::net::IpAddr;

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
    if access.token.is_none() && !is_named_locally(request.headers()) {
        let problem = "without --admin-token it is reached as localhost or by address only";
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
    let Some(origin) = headers.get(ORIGIN) else {
        return false;
    };
    let host = host(headers).unwrap_or_default();
    let own = [format!("http://{host}"), format!("https://{host}")];
    !own.iter().any(|own| own.as_bytes() == origin.as_bytes())
}

/// A web page may have its own name lead to loopback once it is open (DNS rebinding), and is then
/// no foreign page any more. Such a name is one that can be bought; `.test` is not (RFC 6761).
fn is_named_locally(headers: &HeaderMap) -> bool {
    let Some(host) = host(headers) else {
        return true;
    };
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(host, |(name, _)| name);
    let address = name.trim_start_matches('[').trim_end_matches(']');
    let top = name.rsplit('.').next().unwrap_or_default();
    address.parse::<IpAddr>().is_ok() || matches!(top, "localhost" | "test")
}

fn host(headers: &HeaderMap) -> Option<&str> {
    headers.get(HOST)?.to_str().ok()
}
