//! The smallest vendor that uses every part of the shell: notes with a quantity.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER},
        request::Parts,
    },
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use mock_kit::{
    Call, Mock, Principal, Refusal, Revocation, Role, TokenBucket, Vendor,
    extract::{Json, Path, Query},
    webhook::{Message, Policy, Signer},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::openapi::{Response as Documented, Responses};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) const WRITE: u32 = 1;

/// A document with a place for every kind of bad data.
pub(crate) const STOCK: &str = r#"{"data":[{"sku":"A","on_hand":5,"unit":"KGM","status":"open","made_at":"2026-11-02T00:00:00Z","expires_on":"2026-12-24"}]}"#;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Toy {
    pub(crate) notes: Vec<Note>,
    pub(crate) facts: Vec<String>,
    pub(crate) quota: u32,
    pub(crate) revoked: Vec<String>,
    /// When the next note falls out of time.
    pub(crate) bell: Option<Timestamp>,
    #[serde(skip)]
    pub(crate) messages: Vec<Message>,
    #[serde(skip, default = "Policy::default")]
    pub(crate) policy: Policy,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub(crate) struct Note {
    pub(crate) id: usize,
    pub(crate) sku: String,
    pub(crate) quantity: u32,
}

#[derive(Deserialize, utoipa::ToSchema)]
pub(crate) struct NewNote {
    pub(crate) sku: String,
    pub(crate) quantity: u32,
}

#[derive(Deserialize, utoipa::IntoParams)]
pub(crate) struct Page {
    #[serde(default)]
    pub(crate) page: usize,
}

pub(crate) struct Access {
    is_open: bool,
    is_keyed: bool,
    grants: u32,
}

pub(crate) struct ToyError(pub StatusCode, pub String, pub Option<u64>);

pub(crate) struct ToySigner;

impl Toy {
    pub(crate) fn new() -> Self {
        Self {
            notes: Vec::new(),
            facts: Vec::new(),
            quota: 1000,
            revoked: Vec::new(),
            bell: None,
            messages: Vec::new(),
            policy: Policy::default(),
        }
    }

    pub(crate) fn add(&mut self, new: NewNote) -> Note {
        let note = Note {
            id: self.notes.len() + 1,
            sku: new.sku,
            quantity: new.quantity,
        };
        self.notes.push(note.clone());
        self.facts.push(format!("added {}", note.id));
        self.messages.push(Message {
            id: format!("msg_{}", note.id),
            topic: "note.added".to_owned(),
            body: serde_json::to_vec(&note).unwrap().into(),
        });
        note
    }
}

impl Vendor for Toy {
    type Access = Access;
    type Error = ToyError;
    type Bucket = TokenBucket;
    type Fact = String;
    type Signer = ToySigner;

    const NAME: &'static str = "toy";
    const SNAPSHOT_VERSION: u32 = 3;
    const TOPICS: &'static [&'static str] = &["note.added", "bell.rung"];
    const CLIENTS: &'static [&'static str] = &["hub", "staff"];

    fn seeded(_: u64, items: usize, _: Timestamp) -> Self {
        let mut toy = Self::new();
        for item in 0..items {
            toy.add(NewNote {
                sku: format!("T-{item}"),
                quantity: 1,
            });
        }
        toy.messages.clear();
        toy
    }

    fn restarted(&self, _: Timestamp) -> Self {
        Self {
            quota: self.quota,
            policy: self.policy.clone(),
            ..Self::new()
        }
    }

    fn routes() -> OpenApiRouter<Mock<Self>> {
        OpenApiRouter::new()
            .routes(routes!(get_note))
            .routes(routes!(list_notes, add_note))
            .routes(routes!(add_batch))
            .routes(routes!(count_note))
            .routes(routes!(levels))
            .routes(routes!(open))
    }

    fn access(operation: &str) -> Access {
        let writes = matches!(operation, "add_note" | "add_batch");
        Access {
            is_open: operation == "open",
            is_keyed: operation == "add_note",
            grants: if writes { WRITE } else { 0 },
        }
    }

    fn shared_responses(_: &str, access: &Access) -> Responses {
        let mut responses = Responses::new();
        if !access.is_open {
            responses
                .responses
                .insert("401".to_owned(), Documented::new("who?").into());
        }
        responses
    }

    fn authenticate(
        &mut self,
        request: &Parts,
        access: &Access,
        _: Timestamp,
    ) -> Result<Arc<Principal>, ToyError> {
        if access.is_open {
            return Ok(Principal::anonymous());
        }
        let token = token(request).unwrap_or_default();
        let (role, grants) = match token {
            _ if self.revoked.iter().any(|revoked| revoked == token) => (Role::Anonymous, 0),
            "hub" => (Role::Middleware, WRITE),
            "staff" => (Role::Staff, WRITE),
            "reader" => (Role::Storefront, 0),
            _ => (Role::Anonymous, 0),
        };
        if role == Role::Anonymous {
            return Err(ToyError(StatusCode::UNAUTHORIZED, "who?".to_owned(), None));
        }
        let mut principal = Principal::new(token, role);
        principal.grants = grants;
        Ok(Arc::new(principal))
    }

    fn authorize(
        &self,
        principal: &Principal,
        access: &Access,
        _: Timestamp,
    ) -> Result<(), ToyError> {
        if principal.may(access.grants) {
            return Ok(());
        }
        Err(ToyError(StatusCode::FORBIDDEN, "not you".to_owned(), None))
    }

    fn revoke_presented(&mut self, request: &Parts, _: Timestamp) {
        self.revoked.extend(token(request).map(str::to_owned));
    }

    fn is_limited(access: &Access) -> bool {
        !access.is_open
    }

    fn bucket(&self, _: &Principal, now: Timestamp) -> TokenBucket {
        TokenBucket::new(self.quota, 1, now)
    }

    fn needs_idempotency_key(access: &Access) -> bool {
        access.is_keyed
    }

    fn refuse(refusal: Refusal, _: Timestamp) -> ToyError {
        let wait = match &refusal {
            Refusal::RateLimited { retry_after } => {
                Some(retry_after.as_millis().div_ceil(1000) as u64)
            }
            _ => None,
        };
        ToyError(refusal.status(), format!("{refusal:?}"), wait)
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.bell
    }

    fn tick(&mut self, now: Timestamp) {
        self.facts.push(format!("bell at {now}"));
        self.bell = None;
        self.messages.push(Message {
            id: "msg_bell".to_owned(),
            topic: "bell.rung".to_owned(),
            body: b"{}".to_vec().into(),
        });
    }

    fn take_messages(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.messages)
    }

    fn signer() -> ToySigner {
        ToySigner
    }

    fn webhook_policy(&self) -> Policy {
        self.policy.clone()
    }

    fn facts(&self) -> &[String] {
        &self.facts
    }

    fn revoke(&mut self, what: &Revocation, _: Timestamp) -> usize {
        self.revoked.extend(what.principal.clone());
        what.principal.iter().len()
    }

    fn environment(&self, base_url: &str) -> Vec<(&'static str, String)> {
        vec![("TOY_BASE_URL", base_url.to_owned())]
    }
}

impl IntoResponse for ToyError {
    fn into_response(self) -> Response {
        let mut response = (self.0, Json(json!({"toy_error": self.1}))).into_response();
        if let Some(wait) = self.2 {
            response.headers_mut().insert(RETRY_AFTER, wait.into());
        }
        response
    }
}

impl Signer for ToySigner {
    /// Not a signature, but what one depends on: the secrets, the id and the very bytes.
    fn sign(
        &self,
        message: &Message,
        secrets: &[&str],
        at: Timestamp,
    ) -> Vec<(HeaderName, HeaderValue)> {
        let body = String::from_utf8_lossy(&message.body.0).into_owned();
        // A header loses the white space at its end on the way.
        let kept = body.trim_end();
        let lost = "_".repeat(body.len() - kept.len());
        let (at, secrets) = (at.as_second(), secrets.join("+"));
        let text = format!("{} {at} {secrets} {kept}{lost}", message.id);
        let value = HeaderValue::from_bytes(text.as_bytes()).unwrap();
        vec![(HeaderName::from_static("toy-signature"), value)]
    }
}

fn token(request: &Parts) -> Option<&str> {
    request.headers.get("authorization")?.to_str().ok()
}

#[utoipa::path(get, path = "/notes/{id}", operation_id = "get_note",
    params(("id" = usize, Path)), responses((status = 200, body = Note)))]
async fn get_note(
    State(mock): State<Mock<Toy>>,
    _: Call,
    Path(id): Path<usize>,
) -> Result<Json<Note>, ToyError> {
    let note = mock.with(|state, _| state.vendor.notes.get(id.wrapping_sub(1)).cloned());
    let missing = || ToyError(StatusCode::NOT_FOUND, "no such note".to_owned(), None);
    note.map(Json).ok_or_else(missing)
}

#[utoipa::path(get, path = "/notes", operation_id = "list_notes",
    params(Page), responses((status = 200, body = Vec<Note>)))]
async fn list_notes(
    State(mock): State<Mock<Toy>>,
    call: Call,
    Query(Page { page }): Query<Page>,
) -> Result<impl IntoResponse, ToyError> {
    if page > 0 && call.struck.cursor_expired().is_some() {
        return Err(ToyError(StatusCode::GONE, "expired".to_owned(), None));
    }
    let served = match page {
        0 => 0,
        page if call.struck.page_repeated() => page - 1,
        page if call.struck.page_skipped() => page + 1,
        page => page,
    };
    let mut notes: Vec<Note> = mock.with(|state, _| {
        let notes = state.vendor.notes.iter();
        notes.skip(served * 2).take(2).cloned().collect()
    });
    if let Some(gap) = call.struck.sequence_gap(notes.len()) {
        notes.drain(gap.rows);
    }
    let next = match notes.is_empty() {
        false if call.struck.page_looping() => page,
        _ => page + 1,
    };
    Ok(([("next-page", next.to_string())], Json(notes)))
}

#[utoipa::path(post, path = "/notes", operation_id = "add_note",
    request_body = NewNote, responses((status = 201, body = Note)))]
async fn add_note(
    State(mock): State<Mock<Toy>>,
    call: Call,
    Json(new): Json<NewNote>,
) -> Result<impl IntoResponse, ToyError> {
    if new.sku == "explosive" {
        return Err(ToyError(
            StatusCode::INTERNAL_SERVER_ERROR,
            "bang".to_owned(),
            None,
        ));
    }
    let note = mock.with(|state, _| {
        let mut note = state.vendor.add(new);
        if call.struck.is_to_reuse_sequence() {
            call.struck.sequence_reused();
            note.id -= 1;
        }
        note
    });
    Ok((StatusCode::CREATED, Json(note)))
}

#[utoipa::path(post, path = "/notes/batch", operation_id = "add_batch",
    request_body = Vec<NewNote>, responses((status = 207, body = Vec<u16>)))]
async fn add_batch(
    State(mock): State<Mock<Toy>>,
    call: Call,
    Json(batch): Json<Vec<NewNote>>,
) -> impl IntoResponse {
    let failure = call.struck.batch(batch.len());
    let statuses: Vec<u16> = mock.with(|state, _| {
        let one = |(index, new)| match &failure {
            Some(failure) if failure.fails[index] => failure.status.as_u16(),
            _ => {
                state.vendor.add(new);
                201
            }
        };
        batch.into_iter().enumerate().map(one).collect()
    });
    (StatusCode::MULTI_STATUS, Json(statuses))
}

#[utoipa::path(get, path = "/notes/{id}/count", operation_id = "count_note",
    params(("id" = usize, Path)), responses((status = 200, body = usize)))]
async fn count_note(State(mock): State<Mock<Toy>>, _: Call, Path(id): Path<usize>) -> Json<usize> {
    let _ = id;
    Json(mock.with(|state, _| state.vendor.notes.len()))
}

#[utoipa::path(get, path = "/stock", operation_id = "levels", responses((status = 200)))]
async fn levels(_: Call) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], STOCK)
}

#[utoipa::path(get, path = "/open", operation_id = "open", responses((status = 200)))]
async fn open(call: Call) -> String {
    call.now.to_string()
}
