//! Registration of the hub's webhook endpoint at the jerky vendor.

use http::{Method, StatusCode};
use serde::Deserialize;

use super::{
    client::{JerkyClient, post},
    page::{Page, read_page},
    request::NewEndpoint,
    view::EndpointView,
};
use crate::vendor::{
    error::VendorError,
    http::{Call, Garble, Reply, escaped},
    secret::Secret,
};

/// A registration that was just made: the only time the vendor shows its secret.
#[derive(Clone, Debug)]
pub struct NewEndpointView {
    /// The vendor's id.
    pub id: String,
    /// What deliveries are signed with.
    pub secret: Secret,
}

impl JerkyClient {
    /// The endpoints of this client.
    ///
    /// # Errors
    /// As the vendor answers.
    pub async fn endpoints(&self) -> Result<Vec<EndpointView>, VendorError> {
        let path = "/v1/webhook-endpoints?limit=200".to_owned();
        let page: Page<EndpointView> = self.get("list_endpoints", path, read_page).await?;
        Ok(page.rows.into_iter().filter_map(Result::ok).collect())
    }

    /// Registers `url` for all events.
    ///
    /// # Errors
    /// As the vendor answers.
    pub async fn register(&self, url: &str, key: &str) -> Result<NewEndpointView, VendorError> {
        let body = NewEndpoint {
            url,
            event_types: ["*"],
        };
        let call = post("create_endpoint", "/v1/webhook-endpoints".to_owned()).json(&body);
        self.write(call, key, read_registered).await
    }

    /// Removes an endpoint; one that is not there is removed already.
    ///
    /// # Errors
    /// As the vendor answers.
    pub async fn unregister(&self, id: &str, key: &str) -> Result<(), VendorError> {
        let path = format!("/v1/webhook-endpoints/{}", escaped(id));
        let call = Call::new("delete_endpoint", Method::DELETE, path);
        match self.write(call, key, |_| Ok(())).await {
            Err(error) if error.is_status(StatusCode::NOT_FOUND.as_u16()) => Ok(()),
            result => result,
        }
    }
}

#[derive(Deserialize)]
struct Registered {
    id: String,
    secret: Secret,
}

fn read_registered(reply: &Reply) -> Result<NewEndpointView, Garble> {
    let wire: Registered = serde_json::from_slice(&reply.body)?;
    Ok(NewEndpointView {
        id: wire.id,
        secret: wire.secret,
    })
}
