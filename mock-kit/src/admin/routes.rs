//! The operations of the admin API.

use std::time::Duration;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, OriginalUri, Path, State},
    middleware,
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use bytes::Bytes;
use http::{Method, StatusCode, header::CONTENT_TYPE};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    asked::{self, Query},
    door::{self, AdminAccess},
};
use crate::{
    fault::{FaultCount, FaultRule},
    journal::{Exchange, Filter},
    mock::Mock,
    snapshot::{self, SnapshotError},
    vendor::{Revocation, Vendor},
    webhook::Delivery,
};

/// The largest snapshot taken, in bytes: several times a catalogue of 100,000 items.
const SNAPSHOT_LIMIT: usize = 1 << 30;

/// What there is, for people who look around.
const OPERATIONS: [&str; 17] = [
    "GET /__admin/snapshot",
    "PUT /__admin/snapshot",
    "POST /__admin/reset",
    "GET /__admin/journal",
    "DELETE /__admin/journal",
    "GET /__admin/ledger",
    "GET /__admin/faults",
    "POST /__admin/faults",
    "DELETE /__admin/faults",
    "DELETE /__admin/faults/{id}",
    "GET /__admin/faults/report",
    "GET /__admin/clock",
    "PUT /__admin/clock",
    "GET /__admin/webhooks/deliveries",
    "POST /__admin/revoke",
    "POST /__admin/crash",
    "GET /__admin",
];

pub(crate) fn routes<V: Vendor>(access: &AdminAccess) -> Router<Mock<V>> {
    let admin = Router::new()
        .route(
            "/",
            get(|| async { Json(json!({ "operations": OPERATIONS })) }),
        )
        .route("/snapshot", get(take::<V>).put(restore::<V>))
        .route("/reset", post(reset::<V>))
        .route("/journal", get(journal::<V>).delete(clear_journal::<V>))
        .route("/ledger", get(ledger::<V>))
        .route(
            "/faults",
            get(faults::<V>)
                .post(add_faults::<V>)
                .delete(clear_faults::<V>),
        )
        .route("/faults/report", get(report::<V>))
        .route("/faults/{id}", delete(remove_fault::<V>))
        .route("/clock", get(clock::<V>).put(set_clock::<V>))
        .route("/webhooks/deliveries", get(deliveries::<V>))
        .route("/revoke", post(revoke::<V>))
        .route("/crash", post(crash::<V>))
        .fallback(unknown)
        .method_not_allowed_fallback(unknown)
        .layer(DefaultBodyLimit::max(SNAPSHOT_LIMIT))
        .layer(middleware::from_fn_with_state(access.clone(), door::guard));
    Router::new().nest("/__admin", admin)
}

/// What the admin API refuses: `{"error": "…"}`, one line.
pub(super) struct Problem(pub(super) StatusCode, pub(super) String);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

async fn unknown(method: Method, OriginalUri(uri): OriginalUri) -> Problem {
    let problem = format!(
        "there is no {method} {}; GET /__admin lists what there is",
        uri.path()
    );
    Problem(StatusCode::NOT_FOUND, problem)
}

async fn take<V: Vendor>(State(mock): State<Mock<V>>) -> Result<impl IntoResponse, Problem> {
    let document = snapshot::take(&mock)
        .map_err(|error| Problem(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    Ok(([(CONTENT_TYPE, "application/json")], document))
}

async fn restore<V: Vendor>(
    State(mock): State<Mock<V>>,
    document: Bytes,
) -> Result<StatusCode, Problem> {
    snapshot::restore(&mock, &document).map_err(|error| {
        let status = match error {
            SnapshotError::Unreadable { .. } => StatusCode::BAD_REQUEST,
            SnapshotError::OtherVendor { .. } | SnapshotError::OtherVersion { .. } => {
                StatusCode::CONFLICT
            }
        };
        Problem(status, error.to_string())
    })?;
    Ok(StatusCode::NO_CONTENT)
}

async fn reset<V: Vendor>(State(mock): State<Mock<V>>) -> StatusCode {
    snapshot::reset(&mock);
    StatusCode::NO_CONTENT
}

async fn journal<V: Vendor>(
    State(mock): State<Mock<V>>,
    Query(filter): Query<Filter>,
) -> Json<Vec<Exchange>> {
    Json(mock.with(|state, _| state.journal.find(&filter).cloned().collect()))
}

async fn clear_journal<V: Vendor>(State(mock): State<Mock<V>>) -> StatusCode {
    mock.with(|state, _| state.journal.clear());
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Range {
    #[serde(default)]
    after: usize,
    limit: Option<usize>,
}

async fn ledger<V: Vendor>(
    State(mock): State<Mock<V>>,
    Query(range): Query<Range>,
) -> Result<impl IntoResponse, Problem> {
    let text = mock.with(|state, _| {
        let facts = state.vendor.facts();
        let first = range.after.min(facts.len());
        let last = first
            .saturating_add(range.limit.unwrap_or(1000))
            .min(facts.len());
        let page = json_page(&facts[first..last], facts.len());
        page.map_err(|error| Problem(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))
    })?;
    Ok(([(CONTENT_TYPE, "application/json")], text))
}

async fn faults<V: Vendor>(State(mock): State<Mock<V>>) -> Json<Vec<FaultRule>> {
    Json(mock.faults().list())
}

/// One rule or several, all or none.
#[derive(Deserialize)]
#[serde(untagged)]
enum Fields {
    Several(Vec<serde_json::Map<String, serde_json::Value>>),
    One(serde_json::Map<String, serde_json::Value>),
}

async fn add_faults<V: Vendor>(
    State(mock): State<Mock<V>>,
    body: Bytes,
) -> Result<impl IntoResponse, Problem> {
    let invalid = |error: String| Problem(StatusCode::UNPROCESSABLE_ENTITY, error);
    let fields: Fields = serde_json::from_slice(&body).map_err(|error| {
        Problem(
            StatusCode::BAD_REQUEST,
            format!("not a rule or rules: {error}"),
        )
    })?;
    let several = match fields {
        Fields::Several(several) => several,
        Fields::One(one) => vec![one],
    };
    let rules: Result<Vec<FaultRule>, _> =
        several.into_iter().map(FaultRule::from_fields).collect();
    let rules = rules.map_err(|error| invalid(error.to_string()))?;
    let mut ids = Vec::new();
    for rule in rules {
        match mock.faults().add(rule) {
            Ok(id) => ids.push(id.to_string()),
            Err(error) => {
                for id in &ids {
                    mock.faults().remove(id);
                }
                return Err(invalid(error.to_string()));
            }
        }
    }
    mock.wake();
    Ok((StatusCode::CREATED, Json(json!({ "ids": ids }))))
}

async fn remove_fault<V: Vendor>(
    State(mock): State<Mock<V>>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    if mock.faults().remove(&id) {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Problem(
        StatusCode::NOT_FOUND,
        format!("there is no rule {id:?}"),
    ))
}

async fn clear_faults<V: Vendor>(State(mock): State<Mock<V>>) -> StatusCode {
    mock.faults().clear();
    StatusCode::NO_CONTENT
}

async fn report<V: Vendor>(State(mock): State<Mock<V>>) -> Json<Vec<FaultCount>> {
    Json(mock.faults().report())
}

/// As far as a clock is set: expiry dates come and go within it, and no calendar ends.
const FARTHEST_MS: u64 = 10 * 365 * 86_400_000;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Offset {
    offset_ms: i64,
}

async fn clock<V: Vendor>(State(mock): State<Mock<V>>) -> impl IntoResponse {
    Json(json!({ "now": mock.now(), "offset_ms": mock.clock().offset_ms() }))
}

async fn set_clock<V: Vendor>(
    State(mock): State<Mock<V>>,
    asked::Json(offset): asked::Json<Offset>,
) -> Result<impl IntoResponse, Problem> {
    if offset.offset_ms.unsigned_abs() > FARTHEST_MS {
        let problem = format!(
            "offset_ms: {} is not from -{FARTHEST_MS} to {FARTHEST_MS} (ten years)",
            offset.offset_ms
        );
        return Err(Problem(StatusCode::BAD_REQUEST, problem));
    }
    mock.clock().set_offset_ms(offset.offset_ms);
    mock.wake();
    Ok(clock(State(mock)).await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    endpoint: Option<String>,
}

async fn deliveries<V: Vendor>(
    State(mock): State<Mock<V>>,
    Query(wanted): Query<Wanted>,
) -> Json<Vec<Delivery>> {
    Json(mock.with(|state, _| {
        let wanted = |delivery: &&Delivery| {
            wanted
                .endpoint
                .as_deref()
                .is_none_or(|endpoint| endpoint == delivery.endpoint)
        };
        state
            .webhooks
            .all_deliveries()
            .filter(wanted)
            .cloned()
            .collect()
    }))
}

async fn revoke<V: Vendor>(
    State(mock): State<Mock<V>>,
    asked::Json(what): asked::Json<Revocation>,
) -> Result<impl IntoResponse, Problem> {
    if what == Revocation::default() {
        let problem = "name a principal or a credential to revoke";
        return Err(Problem(StatusCode::BAD_REQUEST, problem.to_owned()));
    }
    let revoked = mock.with(|state, now| state.vendor.revoke(&what, now));
    Ok(Json(json!({ "revoked": revoked })))
}

/// How long a crashed mock stays dead.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Crash {
    #[serde(default = "usual_death")]
    down_ms: u64,
}

/// Long enough for the answer to get away.
const LAST_WORDS: Duration = Duration::from_millis(50);

async fn crash<V: Vendor>(
    State(mock): State<Mock<V>>,
    asked::Json(crash): asked::Json<Crash>,
) -> Result<impl IntoResponse, Problem> {
    if !(1..=86_400_000).contains(&crash.down_ms) {
        let problem = "down_ms must be 1 to 86400000 milliseconds";
        return Err(Problem(StatusCode::BAD_REQUEST, problem.to_owned()));
    }
    if !mock.is_mortal() {
        let problem = "this mock is part of another program, which does not die for it";
        return Err(Problem(StatusCode::CONFLICT, problem.to_owned()));
    }
    let dead_for = Duration::from_millis(crash.down_ms);
    tokio::spawn(async move {
        tokio::time::sleep(LAST_WORDS).await;
        mock.crash(dead_for);
    });
    Ok((StatusCode::ACCEPTED, Json(crash)))
}

fn usual_death() -> u64 {
    20_000
}

fn json_page<F: Serialize>(facts: &[F], last_number: usize) -> serde_json::Result<Vec<u8>> {
    #[derive(Serialize)]
    struct Page<'a, F> {
        data: &'a [F],
        last_number: usize,
    }
    serde_json::to_vec(&Page {
        data: facts,
        last_number,
    })
}
