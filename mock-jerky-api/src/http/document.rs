//! The OpenAPI document beyond single operations: its head, security, and what every operation of
//! a kind has in common (headers, errors). It is worked out from the same [`Access`] that the
//! pipeline obeys, so it cannot say otherwise.

use mock_kit::openapi::link_id;
use utoipa::{
    OpenApi,
    openapi::{
        self, ContentBuilder, Header, HeaderBuilder, Ref, RefOr, Required, Response,
        ResponseBuilder,
        path::{Operation, Parameter, ParameterBuilder, ParameterIn},
        schema::{ObjectBuilder, Type},
        security::{ClientCredentials, Flow, OAuth2, Scopes, SecurityRequirement, SecurityScheme},
    },
};

use super::access::{Access, access};
use crate::{oauth::SCOPES, problem::Problem};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Jerky inventory API",
        version = "1.0.0",
        description = "Perishable stock: items, lots, reservations, counts and a change feed. \
            Quantities are exact decimal strings in the item's unit (UN/ECE Rec 20).",
    ),
    components(schemas(Problem)),
    tags(
        (name = "oauth", description = "Access tokens"),
        (name = "items", description = "The catalogue"),
        (name = "stock", description = "Stock levels"),
        (name = "events", description = "The change feed"),
        (name = "reservations", description = "Try, then commit or release"),
        (name = "adjustments", description = "Changes of stock by its keepers"),
        (name = "mirrors", description = "Stock owned by the other side"),
        (name = "webhooks", description = "Events, pushed"),
    )
)]
pub(super) struct Document;

/// The scheme's name in the document.
const SCHEME: &str = "oauth2";

/// What the `id` of a new thing is good for.
const LINKS: [(&str, &[&str]); 2] = [
    (
        "create_reservation",
        &[
            "get_reservation",
            "commit_reservation",
            "release_reservation",
            "extend_reservation",
        ],
    ),
    (
        "create_webhook_endpoint",
        &[
            "get_webhook_endpoint",
            "delete_webhook_endpoint",
            "list_deliveries",
            "rotate_secret",
        ],
    ),
];

/// Completes every operation, and the head.
pub(super) fn complete(document: &mut openapi::OpenApi) {
    let scopes = SCOPES.map(|scope| (scope.name, scope.meaning));
    let flow = ClientCredentials::new("/oauth/token", Scopes::from_iter(scopes));
    let scheme = OAuth2::new([Flow::ClientCredentials(flow)]);
    let components = document.components.get_or_insert_default();
    components.add_security_scheme(SCHEME, SecurityScheme::OAuth2(scheme));
    for (from, to) in LINKS {
        link_id(document, from, "201", to);
    }
    for item in document.paths.paths.values_mut() {
        let operations = [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.delete,
        ];
        for operation in operations.into_iter().flatten() {
            complete_operation(operation);
        }
    }
}

fn complete_operation(operation: &mut Operation) {
    let id = operation.operation_id.clone().unwrap_or_default();
    let access = access(&id);
    let has_body = operation.request_body.is_some();
    if let Some(scope) = access.scope {
        operation.security = Some(vec![SecurityRequirement::new(SCHEME, [scope.name])]);
    }
    if access.writes {
        operation
            .parameters
            .get_or_insert_default()
            .push(idempotency_key());
    }
    if is_conditional(&id) {
        operation
            .parameters
            .get_or_insert_default()
            .push(if_none_match());
        add(
            operation,
            304,
            ResponseBuilder::new().description("Not modified").build(),
        );
    }
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response {
            add_success_headers(response, &id, access);
        }
    }
    for status in errors(&id, access, has_body) {
        add(operation, status, error(status, access));
    }
}

/// The statuses of errors that an operation can answer with.
fn errors(id: &str, access: Access, has_body: bool) -> Vec<u16> {
    let mut statuses = Vec::new();
    if access.scope.is_some() {
        statuses.extend([400, 401, 403, 429]);
    }
    if access.writes {
        statuses.extend([409, 413, 422]);
    }
    if has_body {
        statuses.push(413);
        if access.scope.is_some() {
            statuses.push(415);
        }
    }
    if names_one(id) {
        statuses.push(404);
    }
    if id.starts_with("list_") && id != "list_webhook_endpoints" {
        statuses.push(410);
    }
    if id == "get_mirror" {
        statuses.push(409);
    }
    statuses
}

/// Whether it names something that may not exist, in its path or in its body.
fn names_one(id: &str) -> bool {
    !matches!(
        id,
        "issue_token"
            | "list_items"
            | "list_stock"
            | "list_events"
            | "list_reservations"
            | "list_webhook_endpoints"
            | "create_webhook_endpoint"
            | "adjust_batch"
    )
}

fn is_conditional(id: &str) -> bool {
    matches!(
        id,
        "get_item" | "get_stock" | "get_inventory_deprecated" | "get_reservation"
    )
}

fn add(operation: &mut Operation, status: u16, response: Response) {
    let responses = &mut operation.responses.responses;
    responses
        .entry(status.to_string())
        .or_insert(RefOr::T(response));
}

fn error(status: u16, access: Access) -> Response {
    let meaning = http::StatusCode::from_u16(status).ok();
    let meaning = meaning.and_then(|status| status.canonical_reason());
    let schema = Ref::from_schema_name("Problem");
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let mut response = ResponseBuilder::new()
        .description(meaning.unwrap_or("Refused"))
        .content("application/problem+json", content)
        .build();
    let headers = &mut response.headers;
    match status {
        401 | 403 => {
            let challenge = "The challenge (RFC 6750)";
            headers.insert("WWW-Authenticate".to_owned(), text(challenge));
        }
        429 => {
            headers.insert("Retry-After".to_owned(), text("Seconds to wait"));
        }
        _ => {}
    }
    if access.scope.is_some() && status != 401 {
        add_rate_limit(&mut response);
    }
    response
}

fn add_success_headers(response: &mut Response, id: &str, access: Access) {
    if access.scope.is_some() {
        add_rate_limit(response);
    }
    let headers = &mut response.headers;
    if access.writes {
        let replayed = "`true` when this is the reply to an earlier, equal request";
        headers.insert("Idempotent-Replayed".to_owned(), text(replayed));
    }
    if is_conditional(id) {
        headers.insert("ETag".to_owned(), text("Names this state"));
    }
    if id == "get_inventory_deprecated" {
        let since = text("Since when it is deprecated (RFC 9745)");
        headers.insert("Deprecation".to_owned(), since);
        headers.insert("Sunset".to_owned(), text("When it ends (RFC 8594)"));
    }
}

fn add_rate_limit(response: &mut Response) {
    let policy = "The quota `q` and its window `w` in seconds";
    let standing = "What remains `r`, and the seconds `t` until all is back";
    let headers = &mut response.headers;
    headers.insert("RateLimit-Policy".to_owned(), text(policy));
    headers.insert("RateLimit".to_owned(), text(standing));
}

fn text(description: &str) -> RefOr<Header> {
    let header = HeaderBuilder::new()
        .schema(Some(string()))
        .description(Some(description))
        .build();
    RefOr::T(header)
}

fn idempotency_key() -> RefOr<Parameter> {
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(255))
        .pattern(Some("^[!-~]+$"));
    let parameter = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::True)
        .description(Some(
            "Names this write; the same key and payload give the same reply",
        ))
        .schema(Some(schema));
    RefOr::T(parameter.build())
}

fn if_none_match() -> RefOr<Parameter> {
    let parameter = ParameterBuilder::new()
        .name("If-None-Match")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("Tags that the caller has already"))
        .schema(Some(string()));
    RefOr::T(parameter.build())
}

fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}
