//! The OpenAPI document: made from the code, completed by what the pipeline answers, served at
//! `/openapi.json` and shown at `/docs`.

use axum::{
    Router,
    response::{Html, Redirect},
    routing::get,
};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use utoipa::openapi::{OpenApi, PathItem, RefOr, link::LinkBuilder, path::Operation};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::{mock::Mock, vendor::Vendor};

/// Swagger UI comes with a page of its own, but telephones show that one in the width of a desk.
const PAGE: &str = include_str!("docs.html");

/// The whole document of a vendor: its routes, and the pipeline's responses to each.
pub fn document<V: Vendor>() -> OpenApi {
    let (_, mut document) = V::routes().split_for_parts();
    for item in document.paths.paths.values_mut() {
        for operation in operations_mut(item) {
            add_shared_responses::<V>(operation);
        }
    }
    document
}

/// The document as it is kept in the repository: OpenAPI 3.1 in JSON, indented, the same in every
/// build of the same code.
pub fn golden<V: Vendor>() -> String {
    let mut text = serde_json::to_string_pretty(&document::<V>()).unwrap_or_default();
    text.push('\n');
    text
}

/// Says in the document that the `id` in a reply of `from` is the `id` that each of `to` takes.
/// Readers and tools that walk through an API go by such links.
pub fn link_id(document: &mut OpenApi, from: &str, status: &str, to: &[&str]) {
    let operations = document.paths.paths.values_mut().flat_map(operations_mut);
    for operation in operations.filter(|operation| operation.operation_id.as_deref() == Some(from))
    {
        let Some(RefOr::T(response)) = operation.responses.responses.get_mut(status) else {
            continue;
        };
        for id in to {
            let link = LinkBuilder::new()
                .operation_id(*id)
                .parameter("id", "$response.body#/id");
            response.links.insert((*id).to_owned(), link.build().into());
        }
    }
}

pub(crate) fn routes<V: Vendor>() -> Router<Mock<V>> {
    let json = Bytes::from(golden::<V>());
    let document = get(move || async move { ([(CONTENT_TYPE, "application/json")], json) });
    let page = PAGE.replace("{title}", &self::document::<V>().info.title);
    // Without this Swagger UI asks an outside host whether the document is valid.
    let config = Config::from("/openapi.json")
        .validator_url("none")
        .use_base_layout();
    let assets: Router<Mock<V>> = SwaggerUi::new("/docs/assets").config(config).into();
    assets
        .route("/docs", get(|| async { Redirect::to("/docs/") }))
        .route("/docs/", get(move || async move { Html(page) }))
        .route("/openapi.json", document)
}

fn add_shared_responses<V: Vendor>(operation: &mut Operation) {
    let Some(id) = operation.operation_id.as_deref() else {
        return;
    };
    let shared = V::shared_responses(id, &V::access(id));
    for (status, response) in shared.responses {
        operation
            .responses
            .responses
            .entry(status)
            .or_insert(response);
    }
}

fn operations_mut(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut item.get,
        &mut item.put,
        &mut item.post,
        &mut item.delete,
        &mut item.patch,
    ]
    .into_iter()
    .flatten()
}
