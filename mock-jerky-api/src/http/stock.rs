//! Stock levels.

#![expect(
    unused_qualifications,
    reason = "utoipa's macro spells out the extractor it documents"
)]

use axum::{extract::State, response::Response};
use http::{HeaderName, HeaderValue, header::LINK};
use mock_kit::{
    Call, Mock,
    extract::{Json, Path, Query},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{ApiError, ask, conditional::IfNoneMatch, cursor::Pager};
use crate::{
    command::{Command, Reply},
    ids::Sku,
    model::{StockLevel, StockPage},
    problem::ProblemKind,
    vendor::Jerky,
};

/// The most items a filter may name.
const MOST_NAMED: usize = 200;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// The most rows wanted.
    #[param(minimum = 1, maximum = 200, default = 100)]
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Only these items, separated by commas; up to 200.
    #[param(example = "JRK-000001,JRK-000002")]
    sku: Option<String>,
}

/// Lists stock levels by SKU.
#[utoipa::path(
    get, path = "/v1/stock", operation_id = "list_stock", tag = "stock", params(Which),
    responses((status = 200, description = "A page of levels", body = StockPage))
)]
pub(super) async fn list_stock(
    State(mock): State<Mock<Jerky>>,
    call: Call,
    Query(which): Query<Which>,
) -> Result<Json<StockPage>, ApiError> {
    let filter = which.sku.unwrap_or_default();
    let only = named(&filter)?;
    let pager = Pager::begin(&mock, &call, which.limit, which.cursor.as_deref(), filter)?;
    let limit = pager.limit;
    let rows = |after: Option<Sku>| {
        let only = only.clone();
        match ask(&mock, &call, Command::ListStock { after, limit, only })? {
            Reply::Levels(data, more) => Ok((data, more)),
            _ => Err(ApiError::unexpected()),
        }
    };
    let (data, more) = rows(pager.after.as_deref().map(Sku::from))?;
    let name = |level: &StockLevel| level.sku.to_string();
    let next_cursor = pager.next(data.last().map(name), more, |last| {
        let (beyond, _) = rows(Some(last.into())).ok()?;
        beyond.last().map(name)
    });
    Ok(Json(StockPage { data, next_cursor }))
}

/// Shows the level of one item.
#[utoipa::path(
    get, path = "/v1/stock/{sku}", operation_id = "get_stock", tag = "stock",
    params(("sku" = String, Path, description = "The item", example = "JRK-000017")),
    responses((status = 200, description = "The level", body = StockLevel))
)]
pub(super) async fn get_stock(
    State(mock): State<Mock<Jerky>>,
    call: Call,
    Path(sku): Path<Sku>,
    held: IfNoneMatch,
) -> Result<Response, ApiError> {
    level(&mock, &call, sku, &held)
}

/// Shows the level of one item. Use `GET /v1/stock/{sku}`.
#[utoipa::path(
    get, path = "/v1/inventory/{sku}", operation_id = "get_inventory_deprecated", tag = "stock",
    params(("sku" = String, Path, description = "The item", example = "JRK-000017")),
    responses((status = 200, description = "The level", body = StockLevel))
)]
#[deprecated = "superseded by get_stock"]
pub(super) async fn get_inventory_deprecated(
    State(mock): State<Mock<Jerky>>,
    call: Call,
    Path(sku): Path<Sku>,
    held: IfNoneMatch,
) -> Result<Response, ApiError> {
    let mut response = level(&mock, &call, sku, &held)?;
    // RFC 9745, RFC 8594 and RFC 5829, in this order.
    for (name, value) in [
        (HeaderName::from_static("deprecation"), "@1767225600"),
        (
            HeaderName::from_static("sunset"),
            "Fri, 31 Dec 2027 23:59:59 GMT",
        ),
        (LINK, "</v1/stock/{sku}>; rel=\"successor-version\""),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

fn level(
    mock: &Mock<Jerky>,
    call: &Call,
    sku: Sku,
    held: &IfNoneMatch,
) -> Result<Response, ApiError> {
    match ask(mock, call, Command::GetStock(sku))? {
        Reply::Level(level) => Ok(held.reply(&tag(&level), level)),
        _ => Err(ApiError::unexpected()),
    }
}

/// At midnight lots expire and the level changes, though its sequence does not.
fn tag(level: &StockLevel) -> String {
    format!(
        "{}-{}-{}",
        level.sequence, level.available, level.quality_control
    )
}

fn named(filter: &str) -> Result<Vec<Sku>, ApiError> {
    let names = filter
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let only: Vec<Sku> = names.map(Sku::from).collect();
    if only.len() > MOST_NAMED {
        let detail = format!("at most {MOST_NAMED} items may be named");
        return Err(ProblemKind::InvalidRequest.because(detail).at("sku").into());
    }
    // A filter that names nothing must not become a list of everything.
    if only.is_empty() && !filter.is_empty() {
        return Err(ProblemKind::InvalidRequest
            .because("names no item")
            .at("sku")
            .into());
    }
    Ok(only)
}
