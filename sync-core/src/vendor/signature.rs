//! What the two vendors' webhook signatures have in common: HMAC-SHA256, compared in constant
//! time, and a timestamp that makes an old delivery worthless to whoever recorded it.

use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// A delivery older or newer than this is refused.
pub const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// Why a delivery was not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// A header is missing or is not text.
    #[error("header {0} is missing")]
    Missing(&'static str),
    /// A header is there and cannot be understood.
    #[error("header {0} cannot be understood")]
    Malformed(&'static str),
    /// The timestamp is more than five minutes away.
    #[error("the timestamp is more than five minutes away")]
    Untimely,
    /// No signature fits any secret.
    #[error("no signature fits")]
    Mismatch,
}

pub(super) fn header<'a>(
    headers: &'a HeaderMap,
    name: &'static str,
) -> Result<&'a str, SignatureError> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .ok_or(SignatureError::Missing(name))
}

/// Refuses a timestamp in Unix seconds that is too far from `now`.
pub(super) fn timely(timestamp: &str, now: Timestamp) -> Result<(), SignatureError> {
    let sent = timestamp.parse().ok();
    let sent = sent.and_then(|seconds| Timestamp::from_second(seconds).ok());
    let sent = sent.ok_or(SignatureError::Untimely)?;
    // Whole seconds on both sides, as the sender rounded.
    let apart = now.as_second().saturating_sub(sent.as_second());
    if apart.unsigned_abs() > TOLERANCE.as_secs().unsigned_abs() {
        return Err(SignatureError::Untimely);
    }
    Ok(())
}

/// Whether any of `keys` makes any of the `given` signatures of the message in `parts`. How long
/// it takes does not tell how much of a signature was right.
pub(super) fn is_signed(
    keys: impl Iterator<Item = Vec<u8>>,
    parts: &[&[u8]],
    given: &[Vec<u8>],
) -> bool {
    let mut signed = subtle::Choice::from(0);
    for key in keys {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key) else {
            continue;
        };
        for part in parts {
            mac.update(part);
        }
        let expected = mac.finalize().into_bytes();
        for signature in given {
            signed |= expected.as_slice().ct_eq(signature);
        }
    }
    signed.into()
}
