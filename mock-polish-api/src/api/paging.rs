//! Numbered pages: `page` and `per_page` in, `Link` (RFC 8288) and `X-Total-Count` out. Rows move
//! to the end when they change, so the pages shift under whoever turns them.

use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header::LINK};
use mock_kit::Struck;
use serde::{Deserialize, Serialize};

use super::{query::invalid, reply::json};
use crate::{command::PageRequest, refusal::Refusal};

const TOTAL: HeaderName = HeaderName::from_static("x-total-count");
/// The highest page number.
const LAST_PAGE: usize = 1_000_000;

/// Which page.
#[derive(Clone, Copy, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PageParams {
    /// The page's number, from 1.
    #[param(minimum = 1, maximum = 1_000_000, default = 1)]
    pub(super) page: Option<usize>,
    /// Rows per page.
    #[param(minimum = 1, maximum = 250, default = 50)]
    pub(super) per_page: Option<usize>,
}

impl PageParams {
    /// The page asked for.
    ///
    /// # Errors
    /// The refusal, when a number is out of range.
    pub(super) fn read(self) -> Result<PageRequest, Refusal> {
        Ok(PageRequest {
            number: ranged("page", self.page, 1, LAST_PAGE)?,
            size: per_page(self.per_page)?,
        })
    }
}

/// Rows per page.
///
/// # Errors
/// The refusal, when the number is out of range.
pub(super) fn per_page(wanted: Option<usize>) -> Result<usize, Refusal> {
    ranged(
        "per_page",
        wanted,
        PageRequest::DEFAULT_SIZE,
        PageRequest::MAX_SIZE,
    )
}

/// The page to serve: with a fault in force the one before or after the one asked for.
pub(super) fn served(asked: PageRequest, struck: &Struck) -> PageRequest {
    let mut served = asked;
    if asked.number > 1 && struck.page_repeated() {
        served.number -= 1;
    }
    if struck.page_skipped() {
        served.number += 1;
    }
    served
}

/// A page as a reply, with links to its neighbours.
pub(super) fn page(
    body: &impl Serialize,
    total: usize,
    asked: PageRequest,
    struck: &Struck,
    uri: &Uri,
    headers: &HeaderMap,
) -> Response {
    let last = total.div_ceil(asked.size).max(1);
    let has_rows = asked.number.saturating_sub(1).saturating_mul(asked.size) < total;
    let to = |rel: &str, number: usize| {
        let query = [("page", number), ("per_page", asked.size)];
        link(uri, headers, &query, rel)
    };
    let mut links = vec![to("first", 1)];
    if asked.number > 1 {
        links.push(to("prev", (asked.number - 1).min(last)));
    }
    if has_rows && struck.page_looping() {
        links.push(to("next", asked.number));
    } else if asked.number < last {
        links.push(to("next", asked.number + 1));
    }
    links.push(to("last", last));
    listed(body, total, &links)
}

/// A listing as a reply, with these links.
pub(super) fn listed(body: &impl Serialize, total: usize, links: &[String]) -> Response {
    let mut response = json(StatusCode::OK, body);
    let headers = response.headers_mut();
    headers.insert(TOTAL, HeaderValue::from(total));
    if let Ok(value) = HeaderValue::try_from(links.join(", "))
        && !links.is_empty()
    {
        headers.insert(LINK, value);
    }
    response
}

/// A link to the same listing with other paging parameters.
pub(super) fn link(
    uri: &Uri,
    headers: &HeaderMap,
    query: &[(&str, impl std::fmt::Display)],
    rel: &str,
) -> String {
    let host = headers
        .get(http::header::HOST)
        .and_then(|host| host.to_str().ok());
    let base = host.map_or_else(String::new, |host| format!("http://{host}"));
    let kept = uri.query().unwrap_or_default().split('&').filter(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        !name.is_empty() && !query.iter().any(|(replaced, _)| *replaced == name)
    });
    let pairs = query.iter().map(|(name, value)| format!("{name}={value}"));
    let query: Vec<String> = kept.map(str::to_owned).chain(pairs).collect();
    format!("<{base}{}?{}>; rel=\"{rel}\"", uri.path(), query.join("&"))
}

fn ranged(
    name: &str,
    wanted: Option<usize>,
    default: usize,
    most: usize,
) -> Result<usize, Refusal> {
    match wanted {
        None => Ok(default),
        Some(number) if (1..=most).contains(&number) => Ok(number),
        Some(number) => Err(invalid(
            name,
            format!("must be from 1 to {most}, not {number}"),
        )),
    }
}
