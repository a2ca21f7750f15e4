//! Items and their lots.

#![expect(
    unused_qualifications,
    reason = "utoipa's macro spells out the extractor it documents"
)]

use axum::{extract::State, response::Response};
use mock_kit::{
    Call, Mock,
    extract::{Json, Path, Query},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{ApiError, ask, conditional::IfNoneMatch, cursor::Pager};
use crate::{
    command::{Command, Reply},
    ids::{Location, LotId, Sku},
    model::{Item, ItemPage, LotLevel, LotPage},
    vendor::Jerky,
};

/// Between lot and place in a cursor; neither contains it by any trade custom.
const BETWEEN: char = '\u{1f}';

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Page {
    /// The most rows wanted.
    #[param(minimum = 1, maximum = 200, default = 100)]
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists the catalogue by SKU.
#[utoipa::path(
    get, path = "/v1/items", operation_id = "list_items", tag = "items", params(Page),
    responses((status = 200, description = "A page of items", body = ItemPage))
)]
pub(super) async fn list_items(
    State(mock): State<Mock<Jerky>>,
    call: Call,
    Query(page): Query<Page>,
) -> Result<Json<ItemPage>, ApiError> {
    let pager = Pager::begin(
        &mock,
        &call,
        page.limit,
        page.cursor.as_deref(),
        String::new(),
    )?;
    let limit = pager.limit;
    let rows = |after: Option<Sku>| match ask(&mock, &call, Command::ListItems { after, limit })? {
        Reply::Items(data, more) => Ok((data, more)),
        _ => Err(ApiError::unexpected()),
    };
    let (data, more) = rows(pager.after.as_deref().map(Sku::from))?;
    let name = |item: &Item| item.sku.to_string();
    let next_cursor = pager.next(data.last().map(name), more, |last| {
        let (beyond, _) = rows(Some(last.into())).ok()?;
        beyond.last().map(name)
    });
    Ok(Json(ItemPage { data, next_cursor }))
}

/// Shows one item.
#[utoipa::path(
    get, path = "/v1/items/{sku}", operation_id = "get_item", tag = "items",
    params(("sku" = String, Path, description = "The item", example = "JRK-000017")),
    responses((status = 200, description = "The item", body = Item))
)]
pub(super) async fn get_item(
    State(mock): State<Mock<Jerky>>,
    call: Call,
    Path(sku): Path<Sku>,
    held: IfNoneMatch,
) -> Result<Response, ApiError> {
    match ask(&mock, &call, Command::GetItem(sku))? {
        Reply::Item(item) => Ok(held.reply(&item.sequence.to_string(), item)),
        _ => Err(ApiError::unexpected()),
    }
}

/// Lists an item's lots by lot and place, sold-out ones included.
#[utoipa::path(
    get, path = "/v1/items/{sku}/lots", operation_id = "list_item_lots", tag = "items",
    params(("sku" = String, Path, description = "The item", example = "JRK-000017"), Page),
    responses((status = 200, description = "A page of lots", body = LotPage))
)]
pub(super) async fn list_item_lots(
    State(mock): State<Mock<Jerky>>,
    call: Call,
    Path(sku): Path<Sku>,
    Query(page): Query<Page>,
) -> Result<Json<LotPage>, ApiError> {
    let filter = sku.to_string();
    let pager = Pager::begin(&mock, &call, page.limit, page.cursor.as_deref(), filter)?;
    let rows = |after: Option<(LotId, Location)>| {
        let (sku, limit) = (sku.clone(), pager.limit);
        match ask(&mock, &call, Command::ListLots { sku, after, limit })? {
            Reply::Lots(data, more) => Ok((data, more)),
            _ => Err(ApiError::unexpected()),
        }
    };
    let (data, more) = rows(pager.after.as_deref().and_then(place))?;
    let next_cursor = pager.next(data.last().map(place_name), more, |last| {
        let (beyond, _) = rows(place(last)).ok()?;
        beyond.last().map(place_name)
    });
    Ok(Json(LotPage { data, next_cursor }))
}

fn place_name(row: &LotLevel) -> String {
    format!("{}{BETWEEN}{}", row.lot, row.location)
}

fn place(name: &str) -> Option<(LotId, Location)> {
    let (lot, location) = name.split_once(BETWEEN)?;
    Some((lot.into(), location.into()))
}
