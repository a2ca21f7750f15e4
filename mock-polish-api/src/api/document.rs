//! What the OpenAPI document says of the API as a whole: the key, the errors that any operation
//! can answer with, and the header of the leaky bucket.

use mock_kit::openapi::link_id;
use utoipa::{
    OpenApi,
    openapi::{
        ContentBuilder, HeaderBuilder, ObjectBuilder, Ref, RefOr, Required, Response,
        ResponseBuilder, Responses, ResponsesBuilder, Type,
        path::Operation as Documented,
        security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme},
    },
};

use crate::{actor::Operation, refusal::Errors};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Polish shop API",
        version = "1.0.0",
        description = "Products, orders, holds and counts of a nail polish shop that also sells \
                       other people's goods. Quantities are whole sell units; timestamps carry the \
                       shop's offset; listings are ordered by (updated_at, id), so their pages \
                       shift while rows change.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    components(schemas(Errors)),
    tags(
        (name = "products", description = "What the shop sells, and publishing its availability."),
        (name = "orders", description = "Placing orders, and the steps of their lives."),
        (name = "stock", description = "Holds of pending orders, and counts."),
        (name = "webhooks", description = "Thin, signed, unordered; three tries and then silence."),
        (name = "keys", description = "Two live keys per principal.")
    )
)]
struct Frame;

const SCHEME: &str = "api_key";

/// What the `id` of a new order is good for.
const ORDER_STEPS: [&str; 6] = [
    "get_order",
    "confirm_order",
    "reject_order",
    "cancel_order",
    "ship_order",
    "return_order",
];

/// The document before the operations are in it.
pub(super) fn frame() -> utoipa::openapi::OpenApi {
    let mut document = Frame::openapi();
    let key = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-Api-Key")));
    if let Some(components) = &mut document.components {
        components.add_security_scheme(SCHEME, key);
    }
    let none: [&str; 0] = [];
    document.security = Some(vec![SecurityRequirement::new(SCHEME, none)]);
    document
}

/// Adds to every documented response what the pipeline adds to every reply, and says which bodies
/// may be left out.
pub(super) fn complete(document: &mut utoipa::openapi::OpenApi) {
    link_id(document, "create_order", "201", &ORDER_STEPS);
    link_id(document, "create_webhook", "201", &["delete_webhook"]);
    for item in document.paths.paths.values_mut() {
        let operations = [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.delete,
        ];
        for operation in operations.into_iter().flatten() {
            limit_responses(operation);
            let id = operation
                .operation_id
                .as_deref()
                .and_then(Operation::from_id);
            if let Some(RefOr::T(body)) = &mut operation.request_body
                && matches!(id, Some(Operation::ConfirmOrder | Operation::RotateKey))
            {
                body.required = Some(Required::False);
            }
        }
    }
}

/// What any operation of this kind can answer with, whatever it does.
pub(crate) fn shared_responses(operation: Operation) -> Responses {
    let mut responses = ResponsesBuilder::new()
        .response(
            "400",
            error("A parameter, a header or the body cannot be read."),
        )
        .response("403", error("The key's role may not do this."))
        .response("429", too_many())
        .response(
            "500",
            error("The shop failed; whether it applied the request is unknown."),
        )
        .response("503", error("The shop is out of service for the moment."))
        // A stranger has no bucket, so no header tells of one.
        .response(
            "401",
            errors("The key is missing, unknown or revoked.").build(),
        );
    if operation.takes_body() {
        responses = responses
            .response("413", error("The body is larger than 1 MiB."))
            .response("415", error("The body is not application/json."))
            .response(
                "422",
                error("The body has another shape, or asks for what cannot be."),
            );
    }
    responses.build()
}

fn limit_responses(operation: &mut Documented) {
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response {
            response.headers.insert(LIMIT.to_owned(), RefOr::T(limit()));
        }
    }
}

const LIMIT: &str = "X-Shop-Api-Call-Limit";

fn limit() -> utoipa::openapi::Header {
    text_header(
        "Drops in the leaky bucket and its size, as used/size.",
        "^[0-9]+/[0-9]+$",
    )
}

fn error(description: &str) -> Response {
    errors(description).header(LIMIT, limit()).build()
}

fn errors(description: &str) -> ResponseBuilder {
    let body = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Errors")))
        .build();
    ResponseBuilder::new()
        .description(description)
        .content("application/json", body)
}

fn too_many() -> Response {
    let date = "^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT$";
    let retry = text_header("When to come again, as an HTTP date.", date);
    errors("The leaky bucket is full.")
        .header(LIMIT, limit())
        .header("Retry-After", retry)
        .build()
}

fn text_header(description: &str, pattern: &str) -> utoipa::openapi::Header {
    let text = ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some(pattern))
        .build();
    HeaderBuilder::new()
        .schema(Some(text))
        .description(Some(description))
        .build()
}
