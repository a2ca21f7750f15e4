//! Webhooks as this vendor sends them: Standard Webhooks signatures, and its retry policy.
//! Queueing and sending are mock-kit's.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderName, HeaderValue};
use jiff::Timestamp;
use mock_kit::webhook::{Message, Policy, Signer};
use seams::Keyed;
use sha2::Sha256;

use crate::model::Event;

const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");
const PREFIX: &str = "whsec_";

/// How long the old secret signs besides the new one: 24 hours.
pub(crate) const OVERLAP: Duration = Duration::from_secs(24 * 3600);

/// Signs as Standard Webhooks asks (github.com/standard-webhooks): HMAC-SHA256 over
/// `{id}.{timestamp}.{body}`, one `v1,` signature for each secret, separated by spaces.
#[derive(Clone, Copy, Debug, Default)]
pub struct StandardWebhooks;

impl Signer for StandardWebhooks {
    fn sign(
        &self,
        message: &Message,
        secrets: &[&str],
        at: Timestamp,
    ) -> Vec<(HeaderName, HeaderValue)> {
        let seconds = at.as_second().to_string();
        let signatures: Vec<String> = secrets
            .iter()
            .map(|secret| signature(secret, &message.id, &seconds, &message.body.0))
            .collect();
        [
            (ID, message.id.clone()),
            (TIMESTAMP, seconds),
            (SIGNATURE, signatures.join(" ")),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, HeaderValue::try_from(value).ok()?)))
        .collect()
    }
}

/// The vendor's retries: nine more attempts over about three days, then given up.
pub(crate) fn policy() -> Policy {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 3600;
    let waits = [
        5,
        5 * MINUTE,
        30 * MINUTE,
        2 * HOUR,
        5 * HOUR,
        10 * HOUR,
        14 * HOUR,
        20 * HOUR,
        24 * HOUR,
    ];
    Policy {
        retries: waits.map(Duration::from_secs).to_vec(),
        disable_after: Some(10),
        ..Policy::default()
    }
}

/// A secret for an endpoint: 24 bytes.
pub(crate) fn secret(keyed: Keyed, ordinal: u64) -> String {
    let part = |purpose| *keyed.draw(purpose, "", ordinal).uuid().as_bytes();
    let mut bytes = part("webhook secret").to_vec();
    bytes.extend_from_slice(&part("webhook secret, rest")[..8]);
    format!("{PREFIX}{}", BASE64_STANDARD.encode(bytes))
}

/// The message of an event: its body is the event.
pub(crate) fn message(event: &Event) -> Option<Message> {
    Some(Message {
        id: event.id.clone(),
        topic: event.kind.name().to_owned(),
        body: serde_json::to_vec(event).ok()?.into(),
    })
}

fn signature(secret: &str, id: &str, seconds: &str, body: &[u8]) -> String {
    let key = secret.strip_prefix(PREFIX).unwrap_or(secret);
    // A forged secret may be no base64; it still signs, with its own bytes.
    let key = BASE64_STANDARD
        .decode(key)
        .unwrap_or_else(|_| key.as_bytes().to_vec());
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key) else {
        return String::new();
    };
    for part in [id.as_bytes(), b".", seconds.as_bytes(), b".", body] {
        mac.update(part);
    }
    format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks specification's reference libraries.
    #[test]
    fn the_signature_is_the_one_other_libraries_make() {
        let signed = signature(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "1614265330",
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
