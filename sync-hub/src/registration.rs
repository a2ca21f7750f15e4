//! The hub's own webhook endpoints at the vendors: registered once, their secrets remembered.
//!
//! A vendor shows a secret once. A registration whose secret was lost (a crash in between) is
//! worthless, and is known by its address and replaced.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sync_core::{
    engine::EngineError,
    vendor::{jerky::view::EndpointStatus, secret::Secret},
};
use tokio::time::Duration;

use crate::{
    core::Core,
    error::HubError,
    schedule::{Trouble, every},
};

const JERKY: &str = "webhook.jerky";
const POLISH: &str = "webhook.polish";
const ATTEMPTS: &str = "webhook.attempts";

/// A registration, as the store keeps it.
#[derive(Deserialize, Serialize)]
struct Registration {
    id: String,
    url: String,
    secret: String,
}

/// Loads the secrets of earlier registrations, so that webhooks are believed from the start.
pub(crate) fn recall(core: &Core) -> Result<(), EngineError> {
    let jerky = recalled(core, JERKY)?;
    let polish = recalled(core, POLISH)?;
    let secret = |known: Registration| Secret::new(known.secret);
    let mut secrets = core.secrets();
    secrets.jerky = jerky.map(secret).into_iter().collect();
    secrets.polish = polish.map(secret).into_iter().collect();
    Ok(())
}

/// Registers what is not registered, at the start and at every full reconciliation: a vendor
/// disables an endpoint that failed for long.
pub(crate) async fn run(core: Arc<Core>) -> Result<(), HubError> {
    let Some(base) = core.config.public_url.clone() else {
        return Ok(());
    };
    let base = base.trim_end_matches('/').to_owned();
    let interval = Duration::from_secs(core.config.intervals.sweep_s);
    every(core, "registration", interval, move |core| {
        let base = base.clone();
        async move {
            jerky(&core, format!("{base}/webhooks/jerky")).await?;
            polish(&core, format!("{base}/webhooks/polish")).await
        }
    })
    .await
}

async fn jerky(core: &Core, url: String) -> Result<(), Trouble> {
    let known = recalled(core, JERKY)?;
    let known = known.map_or(String::new(), |registration| registration.id);
    let listed = core.jerky.endpoints().await?;
    let ours = listed.iter().filter(|endpoint| endpoint.url == url);
    let (good, bad): (Vec<_>, Vec<_>) = ours
        .partition(|endpoint| endpoint.id == known && endpoint.status == EndpointStatus::Enabled);
    for endpoint in bad {
        let key = fresh_key(core)?;
        core.jerky.unregister(&endpoint.id, &key).await?;
    }
    if good.is_empty() {
        let key = fresh_key(core)?;
        let new = core.jerky.register(&url, &key).await?;
        remember(core, JERKY, &new.id, url, &new.secret)?;
        core.secrets().jerky.insert(0, new.secret);
    }
    Ok(())
}

async fn polish(core: &Core, url: String) -> Result<(), Trouble> {
    let known = recalled(core, POLISH)?;
    let known = known.map_or(String::new(), |registration| registration.id);
    let listed = core.polish.webhooks().await?;
    let ours = listed.iter().filter(|webhook| webhook.url == url);
    let (good, bad): (Vec<_>, Vec<_>) = ours.partition(|webhook| webhook.id == known);
    for webhook in bad {
        core.polish.unregister(&webhook.id).await?;
    }
    if good.is_empty() {
        let new = core.polish.register(&url).await?;
        remember(core, POLISH, &new.id, url, &new.secret)?;
        core.secrets().polish.insert(0, new.secret);
    }
    Ok(())
}

/// Each registration is a request of its own: with the key of an earlier one the vendor would
/// answer with that one's reply, which may be of an endpoint that is gone.
fn fresh_key(core: &Core) -> Result<String, EngineError> {
    let mut engine = core.engine();
    let attempts = engine.recall(ATTEMPTS)?;
    let attempt = attempts.and_then(|text| text.parse().ok()).unwrap_or(0) + 1;
    engine.remember(ATTEMPTS, &attempt.to_string())?;
    Ok(core
        .keyed
        .draw("webhook", "key", attempt)
        .uuid()
        .to_string())
}

fn recalled(core: &Core, key: &str) -> Result<Option<Registration>, EngineError> {
    let text = core.engine().recall(key)?;
    // One that cannot be read is as good as lost: it is replaced.
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

fn remember(
    core: &Core,
    key: &str,
    id: &str,
    url: String,
    secret: &Secret,
) -> Result<(), EngineError> {
    let registration = Registration {
        id: id.to_owned(),
        url,
        secret: secret.reveal().to_owned(),
    };
    let text = serde_json::to_string(&registration).unwrap_or_default();
    core.engine().remember(key, &text)
}
