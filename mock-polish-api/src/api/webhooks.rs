//! Registering for webhooks. A principal sees and deletes only its own.

use std::collections::BTreeSet;

use axum::{extract::State, response::Response};
use http::StatusCode;
use mock_kit::{
    Call, Mock, MockState,
    extract::Path,
    webhook::{Endpoint, EndpointStatus, NewEndpoint},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Failure, body::Body, reply::json};
use crate::{
    event::Topic,
    refusal::{ErrorCode, Errors, Refusal},
    vendor::PolishVendor,
};

/// Most webhooks of one principal.
const MOST: usize = 50;
/// Longest URL, in bytes.
const MAX_URL: usize = 2_048;

/// A webhook to register.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewWebhook {
    /// Where to post to: http or https, on a host that the shop allows.
    #[schema(
        min_length = 1,
        max_length = 2048,
        example = "http://127.0.0.1:8080/webhooks/polish"
    )]
    url: String,
    /// What to tell of.
    #[schema(value_type = BTreeSet<Topic>, min_items = 1, max_items = 4)]
    topics: Vec<Topic>,
}

/// A registered webhook.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Webhook {
    /// Its id.
    id: String,
    /// Where it is posted to.
    url: String,
    /// What it tells of.
    #[schema(value_type = Vec<Topic>)]
    topics: Vec<String>,
}

/// A webhook that was just registered.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CreatedWebhook {
    /// Its id.
    id: String,
    /// Where it is posted to.
    url: String,
    /// What it tells of.
    #[schema(value_type = Vec<Topic>)]
    topics: Vec<String>,
    /// The bytes that `X-Polish-Signature` is keyed with; they are shown this once.
    secret: String,
}

/// The webhooks of a principal.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Webhooks {
    /// Oldest first.
    webhooks: Vec<Webhook>,
}

/// Registers a webhook.
#[utoipa::path(
    post,
    path = "/webhooks",
    operation_id = "create_webhook",
    tag = "webhooks",
    request_body = NewWebhook,
    responses(
        (status = 201, body = CreatedWebhook, description = "The webhook with its secret."),
        (status = 409, body = Errors, description = "The principal has as many as it may have.")
    )
)]
pub(super) async fn create_webhook(
    State(mock): State<Mock<PolishVendor>>,
    call: Call,
    Body(new): Body<NewWebhook>,
) -> Result<Response, Failure> {
    check(&new)?;
    let created = mock.with(|state, now| {
        let owned = state
            .webhooks
            .endpoints()
            .filter(|endpoint| is_own(endpoint, &call));
        if owned.count() >= MOST {
            let message = format!("delete one first: a principal has at most {MOST}");
            return Err(Refusal::new(ErrorCode::TooManyWebhooks, message));
        }
        register(state, &call, &new, now)
    })?;
    Ok(json(StatusCode::CREATED, &created))
}

/// The caller's webhooks.
#[utoipa::path(
    get,
    path = "/webhooks",
    operation_id = "list_webhooks",
    tag = "webhooks",
    responses((status = 200, body = Webhooks, description = "All of them."))
)]
pub(super) async fn list_webhooks(State(mock): State<Mock<PolishVendor>>, call: Call) -> Response {
    let webhooks = mock.with(|state, _| {
        // One that was disabled is gone, as far as the shop tells.
        let owned = state.webhooks.endpoints().filter(|endpoint| {
            is_own(endpoint, &call) && endpoint.status == EndpointStatus::Enabled
        });
        owned.map(Webhook::of).collect()
    });
    json(StatusCode::OK, &Webhooks { webhooks })
}

/// Deletes a webhook; what was still to be told is not.
#[utoipa::path(
    delete,
    path = "/webhooks/{id}",
    operation_id = "delete_webhook",
    tag = "webhooks",
    params(("id" = String, Path, description = "The webhook's id.")),
    responses(
        (status = 204, description = "It is gone."),
        (status = 404, body = Errors, description = "There is no such webhook.")
    )
)]
pub(super) async fn delete_webhook(
    State(mock): State<Mock<PolishVendor>>,
    call: Call,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
    let removed = mock.with(|state, _| {
        let own = state
            .webhooks
            .endpoint(&id)
            .is_some_and(|endpoint| is_own(endpoint, &call));
        own && state.webhooks.remove(&id).is_some()
    });
    if removed {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Refusal::new(ErrorCode::NotFound, format!("there is no webhook {id:?}")).into())
}

impl Webhook {
    fn of(endpoint: &Endpoint) -> Self {
        Self {
            id: endpoint.id.clone(),
            url: endpoint.url.clone(),
            topics: endpoint.topics.clone(),
        }
    }
}

fn is_own(endpoint: &Endpoint, call: &Call) -> bool {
    endpoint.owner == call.principal.name
}

fn check(new: &NewWebhook) -> Result<(), Refusal> {
    if !(1..=MAX_URL).contains(&new.url.len()) {
        let message = format!("must have from 1 to {MAX_URL} bytes");
        return Err(Refusal::at(ErrorCode::Invalid, "url", message));
    }
    let distinct: BTreeSet<Topic> = new.topics.iter().copied().collect();
    if new.topics.is_empty() || distinct.len() < new.topics.len() {
        let message = "must name at least one topic, and each once";
        return Err(Refusal::at(ErrorCode::Invalid, "topics", message));
    }
    Ok(())
}

fn register(
    state: &mut MockState<PolishVendor>,
    call: &Call,
    new: &NewWebhook,
    now: jiff::Timestamp,
) -> Result<CreatedWebhook, Refusal> {
    let (id, secret) = state.vendor.draw_webhook();
    let endpoint = NewEndpoint {
        id,
        owner: call.principal.name.clone(),
        url: new.url.clone(),
        topics: new
            .topics
            .iter()
            .map(|topic| topic.as_str().to_owned())
            .collect(),
        secret: secret.clone(),
    };
    let made = state.webhooks.register(endpoint, now);
    let made = made.map_err(|error| Refusal::at(ErrorCode::Invalid, "url", error.to_string()))?;
    let Webhook { id, url, topics } = Webhook::of(made);
    Ok(CreatedWebhook {
        id,
        url,
        topics,
        secret,
    })
}
