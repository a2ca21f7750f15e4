//! How the shop tells the world: thin bodies, a timestamped HMAC, three tries and then silence.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderName, HeaderValue};
use jiff::{Timestamp, tz::TimeZone};
use mock_kit::webhook::{Message, Policy, Signer};
use seams::Keyed;
use serde::Serialize;
use sha2::Sha256;

use crate::{
    event::{Event, Topic},
    model::ShopTime,
};

const SIGNATURE: HeaderName = HeaderName::from_static("x-polish-signature");

/// Signs with `X-Polish-Signature: t=<unix>,v1=<hex>`: HMAC-SHA-256 of `"{t}.{body}"` under the
/// bytes of the secret as it was given out.
#[derive(Clone, Copy, Debug, Default)]
pub struct TimestampedHmac;

impl Signer for TimestampedHmac {
    fn sign(
        &self,
        message: &Message,
        secrets: &[&str],
        at: Timestamp,
    ) -> Vec<(HeaderName, HeaderValue)> {
        let seconds = at.as_second();
        let mut text = format!("t={seconds}");
        for secret in secrets {
            text.push_str(",v1=");
            text.push_str(&signature(secret, seconds, &message.body.0));
        }
        let value = HeaderValue::try_from(text);
        value.map(|value| (SIGNATURE, value)).into_iter().collect()
    }
}

/// Three tries: at once (give or take 200 ms, which lets events overtake each other), after ten
/// seconds, and a minute later.
pub(crate) fn policy() -> Policy {
    Policy {
        first_delay_ms: 0..=200,
        retries: vec![Duration::from_secs(10), Duration::from_secs(60)],
        ordered: false,
        disable_on_gone: false,
        disable_after: None,
        ..Policy::default()
    }
}

/// The message that tells of an event.
pub(crate) fn message(event: &Event, keyed: Keyed, zone: &TimeZone) -> Message {
    let resource_id = event.resource.to_string();
    let topic = event.topic.as_str();
    let subject = format!("{topic} {resource_id} {}", event.at.as_millisecond());
    let id = format!(
        "whk_{}",
        keyed.draw("webhook id", &subject, event.version).hex()
    );
    let body = Body {
        id: &id,
        topic: event.topic,
        resource_id: &resource_id,
        version: event.version,
        occurred_at: ShopTime::new(event.at, zone),
    };
    let body = serde_json::to_vec(&body).unwrap_or_default();
    Message {
        topic: topic.to_owned(),
        body: body.into(),
        id,
    }
}

#[derive(Serialize)]
struct Body<'a> {
    id: &'a str,
    topic: Topic,
    resource_id: &'a str,
    version: u64,
    occurred_at: ShopTime,
}

fn signature(secret: &str, seconds: i64, body: &[u8]) -> String {
    // HMAC takes keys of any length, so there is nothing to fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(seconds.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    let digest = mac.finalize().into_bytes();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Resource;

    #[test]
    fn the_signature_is_that_of_an_independent_implementation() {
        // printf '1700000000.{}' | openssl dgst -sha256 -hmac pws_secret
        let expected = "97705c477c55e9a928ea3b5f78fcc0bdf45ffe5837725b9a91350b7224336581";
        assert_eq!(signature("pws_secret", 1_700_000_000, b"{}"), expected);
    }

    #[test]
    fn a_message_is_thin() {
        let event = Event {
            topic: Topic::OrderUpdated,
            resource: Resource::Order(crate::OrderId::numbered(7)),
            version: 3,
            at: "2026-11-02T14:30:00.125Z".parse().unwrap(),
        };
        let zone = TimeZone::get("America/New_York").unwrap();
        let message = message(&event, Keyed::new(1), &zone);
        let body = String::from_utf8(message.body.0.to_vec()).unwrap();
        let expected = format!(
            "{{\"id\":\"{}\",\"topic\":\"order.updated\",\"resource_id\":\"ORD-000007\",\
             \"version\":3,\"occurred_at\":\"2026-11-02T09:30:00.125-05:00\"}}",
            message.id
        );
        assert_eq!(body, expected);
    }
}
