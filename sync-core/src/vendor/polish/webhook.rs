//! Registration of the hub's webhook endpoint at the polish vendor.

use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};

use super::{
    client::{PolishClient, post},
    page::{PAGE, Page, read_page},
    view::{PolishTopic, WebhookView},
};
use crate::vendor::{
    error::VendorError,
    http::{Call, Garble, Reply, escaped},
    secret::Secret,
};

/// A registration that was just made: the only time the vendor shows its secret.
#[derive(Clone, Debug)]
pub struct NewWebhookView {
    /// The vendor's id.
    pub id: String,
    /// What deliveries are signed with.
    pub secret: Secret,
}

impl PolishClient {
    /// The webhooks of this key's principal.
    ///
    /// # Errors
    /// As the vendor answers.
    pub async fn webhooks(&self) -> Result<Vec<WebhookView>, VendorError> {
        let read = |reply: &Reply| read_page(reply, 1, PAGE);
        let page: Page<WebhookView> = self
            .get("list_webhooks", format!("/webhooks?per_page={PAGE}"), read)
            .await?;
        Ok(page.rows.into_iter().filter_map(Result::ok).collect())
    }

    /// Registers `url` for every topic.
    ///
    /// # Errors
    /// As the vendor answers.
    pub async fn register(&self, url: &str) -> Result<NewWebhookView, VendorError> {
        let body = NewWebhook {
            url,
            topics: [
                PolishTopic::OrderCreated,
                PolishTopic::OrderUpdated,
                PolishTopic::ProductUpdated,
                PolishTopic::CountRecorded,
            ],
        };
        let call = post("create_webhook", "/webhooks".to_owned()).json(&body);
        self.call(call, read_registered).await
    }

    /// Removes a webhook; one that is not there is removed already.
    ///
    /// # Errors
    /// As the vendor answers.
    pub async fn unregister(&self, id: &str) -> Result<(), VendorError> {
        let path = format!("/webhooks/{}", escaped(id));
        let call = Call::new("delete_webhook", Method::DELETE, path);
        match self.call(call, |_| Ok(())).await {
            Err(error) if error.is_status(StatusCode::NOT_FOUND.as_u16()) => Ok(()),
            result => result,
        }
    }
}

#[derive(Serialize)]
struct NewWebhook<'a> {
    url: &'a str,
    topics: [PolishTopic; 4],
}

#[derive(Deserialize)]
struct Registered {
    id: String,
    secret: Secret,
}

fn read_registered(reply: &Reply) -> Result<NewWebhookView, Garble> {
    let wire: Registered = serde_json::from_slice(&reply.body)?;
    Ok(NewWebhookView {
        id: wire.id,
        secret: wire.secret,
    })
}
