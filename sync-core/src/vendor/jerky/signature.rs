//! Signatures of jerky webhooks: Standard Webhooks, HMAC-SHA256 over `{id}.{timestamp}.{body}`.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::HeaderMap;
use jiff::Timestamp;

use crate::vendor::{
    secret::Secret,
    signature::{SignatureError, header, is_signed, timely},
};

/// Checks that one of `secrets` signed exactly these bytes a short while ago, and gives back the
/// message's id. The header may hold several signatures, and while a secret is being rotated the
/// hub may hold several secrets; one match is enough.
///
/// # Errors
/// What is missing or wrong. Nothing of the body may be used then.
pub fn verify(
    secrets: &[Secret],
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
) -> Result<String, SignatureError> {
    let id = header(headers, "webhook-id")?;
    let timestamp = header(headers, "webhook-timestamp")?;
    let signatures = header(headers, "webhook-signature")?;
    timely(timestamp, now)?;
    let given: Vec<Vec<u8>> = signatures
        .split_ascii_whitespace()
        .filter_map(|signature| signature.strip_prefix("v1,"))
        .filter_map(|signature| STANDARD.decode(signature).ok())
        .collect();
    let parts: [&[u8]; 5] = [id.as_bytes(), b".", timestamp.as_bytes(), b".", body];
    let keys = secrets.iter().filter_map(key);
    if is_signed(keys, &parts, &given) {
        Ok(id.to_owned())
    } else {
        Err(SignatureError::Mismatch)
    }
}

/// The bytes behind `whsec_`.
fn key(secret: &Secret) -> Option<Vec<u8>> {
    STANDARD
        .decode(secret.reveal().strip_prefix("whsec_")?)
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks libraries.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    const SENT: i64 = 1_614_265_330;

    fn verified(signature: &str, body: &[u8], now: i64) -> Result<String, SignatureError> {
        let mut headers = HeaderMap::new();
        headers.insert("webhook-id", ID.parse().unwrap());
        headers.insert("webhook-timestamp", SENT.to_string().parse().unwrap());
        headers.insert("webhook-signature", signature.parse().unwrap());
        let secrets = [Secret::new("whsec_AAAA"), Secret::new(SECRET)];
        verify(
            &secrets,
            &headers,
            body,
            Timestamp::from_second(now).unwrap(),
        )
    }

    #[test]
    fn the_published_example_verifies_with_the_second_secret() {
        assert_eq!(verified(SIGNATURE, BODY, SENT), Ok(ID.to_owned()));
    }

    #[test]
    fn one_of_several_signatures_is_enough() {
        let both = format!("v1,AAAA v1a,xyz {SIGNATURE}");
        assert_eq!(verified(&both, BODY, SENT), Ok(ID.to_owned()));
    }

    #[test]
    fn a_body_altered_by_one_byte_is_refused() {
        let altered = br#"{"test":2432232314}"#;
        let refused = verified(SIGNATURE, altered, SENT);
        assert_eq!(refused, Err(SignatureError::Mismatch));
    }

    #[test]
    fn five_minutes_either_way_are_tolerated_and_no_more() {
        assert!(verified(SIGNATURE, BODY, SENT + 300).is_ok());
        assert!(verified(SIGNATURE, BODY, SENT - 300).is_ok());
        let late = verified(SIGNATURE, BODY, SENT + 301);
        assert_eq!(late, Err(SignatureError::Untimely));
        let early = verified(SIGNATURE, BODY, SENT - 301);
        assert_eq!(early, Err(SignatureError::Untimely));
    }

    #[test]
    fn a_missing_header_is_named() {
        let refused = verify(&[], &HeaderMap::new(), BODY, Timestamp::UNIX_EPOCH);
        assert_eq!(refused, Err(SignatureError::Missing("webhook-id")));
    }
}
