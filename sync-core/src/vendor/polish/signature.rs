//! Signatures of polish webhooks: `X-Polish-Signature: t=<unix>,v1=<hex>`, HMAC-SHA256 over
//! `{t}.{body}` with the secret's own bytes.

use http::HeaderMap;
use jiff::Timestamp;

use crate::vendor::{
    secret::Secret,
    signature::{SignatureError, header, is_signed, timely},
};

const HEADER: &str = "x-polish-signature";

/// Checks that one of `secrets` signed exactly these bytes a short while ago. The header may hold
/// several `v1` signatures; one match is enough.
///
/// # Errors
/// What is missing or wrong. Nothing of the body may be used then.
pub fn verify(
    secrets: &[Secret],
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
) -> Result<(), SignatureError> {
    let pairs = || {
        let text = header(headers, HEADER)?;
        Ok(text
            .split(',')
            .filter_map(|part| part.trim().split_once('=')))
    };
    let timestamp = pairs()?.find(|(name, _)| *name == "t");
    let (_, timestamp) = timestamp.ok_or(SignatureError::Malformed(HEADER))?;
    timely(timestamp, now)?;
    let given: Vec<Vec<u8>> = pairs()?
        .filter(|(name, _)| *name == "v1")
        .filter_map(|(_, value)| from_hex(value))
        .collect();
    let keys = secrets.iter().map(|secret| secret.reveal().into());
    if is_signed(keys, &[timestamp.as_bytes(), b".", body], &given) {
        Ok(())
    } else {
        Err(SignatureError::Mismatch)
    }
}

/// The bytes in pairs of hexadecimal digits.
fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs
        .iter()
        .map(|[high, low]| u8::try_from(digit(high)? * 16 + digit(low)?).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: i64 = 1_614_265_330;
    const BODY: &[u8] = b"{\"id\":\"whk_1\"}";
    /// `printf '1614265330.{"id":"whk_1"}' | openssl dgst -sha256 -hmac shhh`
    const SIGNATURE: &str = "1612b7074d4ab2664fc93337852a17136e1b8b7e9a69669794f38ea36f948aeb";

    fn verified(value: &str, body: &[u8], now: i64) -> Result<(), SignatureError> {
        let mut headers = HeaderMap::new();
        headers.insert(HEADER, value.parse().unwrap());
        let secrets = [Secret::new("old"), Secret::new("shhh")];
        verify(
            &secrets,
            &headers,
            body,
            Timestamp::from_second(now).unwrap(),
        )
    }

    #[test]
    fn what_openssl_signed_verifies() {
        let value = format!("t={SENT},v1=00,v1={SIGNATURE}");
        assert_eq!(verified(&value, BODY, SENT + 300), Ok(()));
    }

    #[test]
    fn another_body_time_or_secret_does_not() {
        let value = format!("t={SENT},v1={SIGNATURE}");
        let mismatch = Err(SignatureError::Mismatch);
        assert_eq!(verified(&value, b"{\"id\":\"whk_2\"}", SENT), mismatch);
        let later = format!("t={},v1={SIGNATURE}", SENT + 1);
        assert_eq!(verified(&later, BODY, SENT), mismatch);
        let untimely = Err(SignatureError::Untimely);
        assert_eq!(verified(&value, BODY, SENT + 301), untimely);
    }

    #[test]
    fn nonsense_is_refused_and_not_understood() {
        let malformed = Err(SignatureError::Malformed(HEADER));
        assert_eq!(verified("v1=00", BODY, SENT), malformed);
        let untimely = Err(SignatureError::Untimely);
        assert_eq!(verified("t=x,v1=00", BODY, SENT), untimely);
        let mismatch = Err(SignatureError::Mismatch);
        assert_eq!(
            verified(&format!("t={SENT},v1=0é"), BODY, SENT),
            Err(SignatureError::Missing(HEADER))
        );
        assert_eq!(verified(&format!("t={SENT},v1=xyz"), BODY, SENT), mismatch);
    }
}
