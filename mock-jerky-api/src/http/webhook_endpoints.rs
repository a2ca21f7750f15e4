//! Webhook endpoints, what was delivered to them, and their secrets.

#![expect(
    unused_qualifications,
    reason = "utoipa's macro spells out the extractor it documents"
)]

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header::LOCATION};
use jiff::Timestamp;
use mock_kit::{
    Call, Mock, MockState,
    extract::{Json, Path, Query},
    webhook::{self as sent, EndpointStatus, NewEndpoint},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{ApiError, cursor::Pager};
use crate::{
    problem::{Problem, ProblemKind},
    vendor::Jerky,
    webhook,
};

/// The longest URL taken.
const LONGEST_URL: usize = 2048;

/// Where events are to go.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewWebhookEndpoint {
    /// An http or https URL of an allowed host: loopback, or one that the vendor was started with.
    #[schema(
        min_length = 1,
        max_length = 2048,
        example = "http://127.0.0.1:8080/webhooks/jerky"
    )]
    url: String,
    /// The types of event wanted.
    #[schema(min_items = 1, max_items = 10)]
    event_types: Vec<EventFilter>,
}

/// A type of event, or all of them.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) enum EventFilter {
    /// Every type there is or will be.
    #[serde(rename = "*")]
    All,
    /// A quantity of an item changed.
    #[serde(rename = "stock.changed")]
    StockChanged,
    /// A lot moved on in its life.
    #[serde(rename = "lot.status_changed")]
    LotStatusChanged,
    /// A reservation lapsed.
    #[serde(rename = "reservation.expired")]
    ReservationExpired,
}

/// A receiver of events.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookEndpoint {
    /// Its id.
    id: String,
    /// Where events are posted to.
    url: String,
    /// The types of event it wants.
    event_types: Vec<String>,
    /// What signs the events; shown when made and when rotated, never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    /// Whether it is served.
    status: Status,
    /// When it was registered.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// Whether an endpoint is served.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// Events go to it.
    Enabled,
    /// It answered 410, or ten messages in a row were given up.
    Disabled,
}

/// One event on its way to one endpoint.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Delivery {
    /// Its id.
    id: String,
    /// The event it carries, which receivers drop duplicates by.
    event_id: String,
    /// The event's type.
    event_type: String,
    /// Where it stands.
    state: DeliveryState,
    /// When the next attempt is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    next_attempt_at: Option<Timestamp>,
    /// When it was queued.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// The attempts so far.
    attempts: Vec<Attempt>,
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeliveryState {
    /// More attempts will be made.
    Pending,
    /// The receiver took it.
    Delivered,
    /// No more attempts will be made.
    GivenUp,
}

/// One attempt to deliver.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Attempt {
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// How long it took, in milliseconds.
    duration_ms: u64,
    /// The status the receiver answered with.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// Why there was no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// All endpoints of the caller.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookEndpoints {
    /// The endpoints, in the order in which they were registered.
    data: Vec<WebhookEndpoint>,
    /// Always null: there is one page.
    next_cursor: Option<String>,
}

/// A page of deliveries, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryPage {
    /// The deliveries.
    data: Vec<Delivery>,
    /// Asks for the next page; null on the last.
    next_cursor: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Page {
    /// The most rows wanted.
    #[param(minimum = 1, maximum = 200, default = 100)]
    limit: Option<usize>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Registers an endpoint and shows its secret.
#[utoipa::path(
    post, path = "/v1/webhook-endpoints", operation_id = "create_webhook_endpoint",
    tag = "webhooks", request_body = NewWebhookEndpoint,
    responses((status = 201, description = "Registered", body = WebhookEndpoint,
        headers(("Location" = String, description = "Where to find it"))))
)]
pub(super) async fn create_webhook_endpoint(
    State(mock): State<Mock<Jerky>>,
    call: Call,
    Json(new): Json<NewWebhookEndpoint>,
) -> Result<Response, ApiError> {
    check(&new)?;
    let made = mock.with(|state, now| {
        let (id, secret) = state.vendor.draw_endpoint();
        let topics = new
            .event_types
            .iter()
            .map(|wanted| wanted.topic().to_owned());
        let new = NewEndpoint {
            id,
            owner: call.principal.name.clone(),
            url: new.url,
            topics: topics.collect(),
            secret: secret.clone(),
        };
        state
            .webhooks
            .register(new, now)
            .map(|made| shown(made, Some(secret)))
    });
    let made = made.map_err(|refused| {
        ProblemKind::InvalidRequest
            .because(refused.to_string())
            .at("url")
    })?;
    let place = [(LOCATION, format!("/v1/webhook-endpoints/{}", made.id))];
    Ok((StatusCode::CREATED, place, Json(made)).into_response())
}

/// Lists the caller's endpoints.
#[utoipa::path(
    get, path = "/v1/webhook-endpoints", operation_id = "list_webhook_endpoints", tag = "webhooks",
    responses((status = 200, description = "The endpoints", body = WebhookEndpoints))
)]
pub(super) async fn list_webhook_endpoints(
    State(mock): State<Mock<Jerky>>,
    call: Call,
) -> Json<WebhookEndpoints> {
    let data = mock.with(|state, _| {
        let all = state.webhooks.endpoints();
        let own = all.filter(|endpoint| endpoint.owner == call.principal.name);
        own.map(|endpoint| shown(endpoint, None)).collect()
    });
    Json(WebhookEndpoints {
        data,
        next_cursor: None,
    })
}

/// Shows one endpoint.
#[utoipa::path(
    get, path = "/v1/webhook-endpoints/{id}", operation_id = "get_webhook_endpoint",
    tag = "webhooks", params(("id" = String, Path, description = "The endpoint")),
    responses((status = 200, description = "The endpoint", body = WebhookEndpoint))
)]
pub(super) async fn get_webhook_endpoint(
    State(mock): State<Mock<Jerky>>,
    call: Call,
    Path(id): Path<String>,
) -> Result<Json<WebhookEndpoint>, ApiError> {
    mock.with(|state, _| Ok(Json(shown(own(state, &call, &id)?, None))))
}

/// Removes an endpoint; what waits for it is given up.
#[utoipa::path(
    delete, path = "/v1/webhook-endpoints/{id}", operation_id = "delete_webhook_endpoint",
    tag = "webhooks", params(("id" = String, Path, description = "The endpoint")),
    responses((status = 204, description = "Removed"))
)]
pub(super) async fn delete_webhook_endpoint(
    State(mock): State<Mock<Jerky>>,
    call: Call,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    mock.with(|state, _| {
        own(state, &call, &id)?;
        state.webhooks.remove(&id);
        Ok(StatusCode::NO_CONTENT)
    })
}

/// Lists what was sent to an endpoint and what still waits, oldest first. Old ones are dropped.
#[utoipa::path(
    get, path = "/v1/webhook-endpoints/{id}/deliveries", operation_id = "list_deliveries",
    tag = "webhooks", params(("id" = String, Path, description = "The endpoint"), Page),
    responses((status = 200, description = "A page of deliveries", body = DeliveryPage))
)]
pub(super) async fn list_deliveries(
    State(mock): State<Mock<Jerky>>,
    call: Call,
    Path(id): Path<String>,
    Query(page): Query<Page>,
) -> Result<Json<DeliveryPage>, ApiError> {
    let pager = Pager::begin(&mock, &call, page.limit, page.cursor.as_deref(), id.clone())?;
    let after = pager.after.as_deref().map_or(0, number);
    let (data, more) = mock.with(|state, _| {
        own(state, &call, &id)?;
        let mut rows = state
            .webhooks
            .deliveries(&id)
            .filter(|row| number(&row.id) > after);
        let data: Vec<Delivery> = rows.by_ref().take(pager.limit).map(told).collect();
        Ok::<_, ApiError>((data, rows.next().is_some()))
    })?;
    // A log is no stock: no fault skips its pages.
    let next_cursor = pager.next(data.last().map(|row| row.id.clone()), more, |_| None);
    Ok(Json(DeliveryPage { data, next_cursor }))
}

/// Sends a logged event again, as a delivery of its own.
#[utoipa::path(
    post, path = "/v1/webhook-endpoints/{id}/deliveries/{delivery_id}/redeliver",
    operation_id = "redeliver", tag = "webhooks",
    params(
        ("id" = String, Path, description = "The endpoint"),
        ("delivery_id" = String, Path, description = "The delivery"),
    ),
    responses((status = 202, description = "Queued", body = Delivery))
)]
pub(super) async fn redeliver(
    State(mock): State<Mock<Jerky>>,
    call: Call,
    Path((id, delivery)): Path<(String, String)>,
) -> Result<(StatusCode, Json<Delivery>), ApiError> {
    mock.with(|state, now| {
        let status = own(state, &call, &id)?.status;
        if state.webhooks.delivery(&id, &delivery).is_none() {
            let detail = format!("{id} has no delivery {delivery}");
            return Err(ProblemKind::DeliveryNotFound.because(detail).into());
        }
        match state.webhooks.redeliver(&id, &delivery, now) {
            Some(queued) => Ok((StatusCode::ACCEPTED, Json(told(queued)))),
            None => Err(disabled(&id, status).into()),
        }
    })
}

/// Gives an endpoint a new secret; the old one signs besides it for 24 hours.
#[utoipa::path(
    post, path = "/v1/webhook-endpoints/{id}/rotate-secret", operation_id = "rotate_secret",
    tag = "webhooks", params(("id" = String, Path, description = "The endpoint")),
    responses((status = 200, description = "The endpoint with its new secret", body = WebhookEndpoint))
)]
pub(super) async fn rotate_secret(
    State(mock): State<Mock<Jerky>>,
    call: Call,
    Path(id): Path<String>,
) -> Result<Json<WebhookEndpoint>, ApiError> {
    mock.with(|state, now| {
        own(state, &call, &id)?;
        let (_, secret) = state.vendor.draw_endpoint();
        let rotated = state
            .webhooks
            .rotate(&id, secret.clone(), webhook::OVERLAP, now);
        let rotated = rotated.ok_or_else(ApiError::unexpected)?;
        Ok(Json(shown(rotated, Some(secret))))
    })
}

impl EventFilter {
    fn topic(self) -> &'static str {
        match self {
            Self::All => "*",
            Self::StockChanged => "stock.changed",
            Self::LotStatusChanged => "lot.status_changed",
            Self::ReservationExpired => "reservation.expired",
        }
    }
}

impl Jerky {
    /// An id and a secret that were never drawn before.
    fn draw_endpoint(&mut self) -> (String, String) {
        self.drawn += 1;
        let id = self.keyed().draw("webhook endpoint", "", self.drawn).hex();
        (
            format!("we_{id}"),
            webhook::secret(self.keyed(), self.drawn),
        )
    }
}

fn own<'a>(
    state: &'a MockState<Jerky>,
    call: &Call,
    id: &str,
) -> Result<&'a sent::Endpoint, ApiError> {
    let found = state.webhooks.endpoint(id);
    found
        .filter(|endpoint| endpoint.owner == call.principal.name)
        .ok_or_else(|| {
            ProblemKind::EndpointNotFound
                .because(format!("no webhook endpoint {id}"))
                .into()
        })
}

fn check(new: &NewWebhookEndpoint) -> Result<(), ApiError> {
    if new.url.chars().count() > LONGEST_URL {
        let detail = format!("at most {LONGEST_URL} characters");
        return Err(ProblemKind::InvalidRequest.because(detail).at("url").into());
    }
    if !(1..=10).contains(&new.event_types.len()) {
        let detail = "name 1 to 10 types of event";
        return Err(ProblemKind::InvalidRequest
            .because(detail)
            .at("event_types")
            .into());
    }
    Ok(())
}

fn disabled(id: &str, status: EndpointStatus) -> Problem {
    let why = match status {
        EndpointStatus::Gone => "it answered 410",
        EndpointStatus::Failing => "too many messages in a row were given up",
        EndpointStatus::Enabled => "it takes nothing now",
    };
    ProblemKind::EndpointDisabled.because(format!("{id} is disabled: {why}"))
}

fn shown(endpoint: &sent::Endpoint, secret: Option<String>) -> WebhookEndpoint {
    WebhookEndpoint {
        id: endpoint.id.clone(),
        url: endpoint.url.clone(),
        event_types: endpoint.topics.clone(),
        secret,
        status: match endpoint.status {
            EndpointStatus::Enabled => Status::Enabled,
            EndpointStatus::Gone | EndpointStatus::Failing => Status::Disabled,
        },
        created_at: endpoint.created_at,
    }
}

fn told(delivery: &sent::Delivery) -> Delivery {
    let (state, next_attempt_at) = match delivery.state {
        sent::DeliveryState::Pending { due } => (DeliveryState::Pending, Some(due)),
        // The vendor believes that what a fault lost was delivered.
        sent::DeliveryState::Delivered | sent::DeliveryState::Lost => {
            (DeliveryState::Delivered, None)
        }
        sent::DeliveryState::GivenUp => (DeliveryState::GivenUp, None),
    };
    Delivery {
        id: delivery.id.clone(),
        event_id: delivery.message.id.clone(),
        event_type: delivery.message.topic.clone(),
        state,
        next_attempt_at,
        created_at: delivery.created_at,
        attempts: delivery.attempts.iter().map(attempted).collect(),
    }
}

fn attempted(attempt: &sent::Attempt) -> Attempt {
    let (status, error) = match &attempt.outcome {
        sent::Outcome::Status(status) => (Some(*status), None),
        sent::Outcome::Failed(error) => (None, Some(error.clone())),
    };
    Attempt {
        at: attempt.at,
        duration_ms: attempt.duration_ms,
        status,
        error,
    }
}

/// Deliveries are numbered in the order of their making.
fn number(id: &str) -> u64 {
    let digits = id.rsplit('_').next();
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}
