//! The change feed.

#![expect(
    unused_qualifications,
    reason = "utoipa's macro spells out the extractor it documents"
)]

use axum::extract::State;
use mock_kit::{
    Call, Mock,
    extract::{Json, Query},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{ApiError, ask, cursor::checked_limit};
use crate::{
    command::{Command, Reply},
    model::EventPage,
    problem::ProblemKind,
    vendor::Jerky,
};

/// The largest integer that every JSON reader keeps exact (RFC 8259, 6).
const LAST_POSITION: u64 = (1 << 53) - 1;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Stretch {
    /// The last position already seen; 0 for the beginning.
    #[param(minimum = 0, maximum = 9_007_199_254_740_991_u64, default = 0)]
    #[serde(default)]
    after: u64,
    /// The most rows wanted.
    #[param(minimum = 1, maximum = 200, default = 100)]
    limit: Option<usize>,
}

/// Lists events in order. Positions have no gaps; old events are dropped, and `410
/// sequence-expired` then calls for a sweep of the whole stock.
#[utoipa::path(
    get, path = "/v1/events", operation_id = "list_events", tag = "events", params(Stretch),
    responses((status = 200, description = "A stretch of the feed", body = EventPage))
)]
pub(super) async fn list_events(
    State(mock): State<Mock<Jerky>>,
    call: Call,
    Query(stretch): Query<Stretch>,
) -> Result<Json<EventPage>, ApiError> {
    if stretch.after > LAST_POSITION {
        let detail = format!("must be 0 to {LAST_POSITION}");
        return Err(ProblemKind::InvalidRequest
            .because(detail)
            .at("after")
            .into());
    }
    let limit = checked_limit(stretch.limit)?;
    let mut after = stretch.after;
    if call.struck.page_skipped() {
        after = after.saturating_add(limit as u64);
    } else if after > 0 && call.struck.page_repeated() {
        after = after.saturating_sub(limit as u64);
    }
    match ask(&mock, &call, Command::ListEvents { after, limit })? {
        Reply::Events(page) => misled(&mock, &call, after, page).map(Json),
        _ => Err(ApiError::unexpected()),
    }
}

/// The page as faults leave it: refused as too old, or with positions missing.
fn misled(
    mock: &Mock<Jerky>,
    call: &Call,
    after: u64,
    mut page: EventPage,
) -> Result<EventPage, ApiError> {
    mock.with(|state, _| {
        let vendor = &mut state.vendor;
        if after < page.last_position
            && let Some(for_ever) = call.struck.cursor_expired()
        {
            vendor.forgotten = vendor.forgotten.max(for_ever.then_some(page.last_position));
            return Err(gone(page.last_position));
        }
        if let Some(forgotten) = vendor.forgotten {
            if after < forgotten {
                return Err(gone(forgotten));
            }
            page.oldest_position = page.oldest_position.max(forgotten + 1);
        }
        let hidden = &mut vendor.hidden;
        page.data.retain(|event| !hidden.contains(&event.position));
        if let Some(gap) = call.struck.sequence_gap(page.data.len()) {
            let missing = page.data.drain(gap.rows).map(|event| event.position);
            if gap.for_ever {
                hidden.extend(missing);
            }
        }
        Ok(page)
    })
}

/// The refusal of a position up to which nothing is kept.
fn gone(last: u64) -> ApiError {
    let oldest = last + 1;
    let detail = format!("events before position {oldest} are gone; read the whole stock");
    let problem = ProblemKind::SequenceExpired.because(detail);
    problem.current(oldest).into()
}
