//! Rate limits on a clock that is passed in. Which limit a vendor uses, and how it says 429, is the
//! vendor's own.

mod leaky_bucket;
mod limiter;
#[cfg(test)]
mod tests;
mod token_bucket;

use std::time::Duration;

use http::HeaderMap;
use jiff::Timestamp;

pub use leaky_bucket::LeakyBucket;
pub use limiter::Limiter;
pub use token_bucket::TokenBucket;

/// One client's allowance. Time is counted in whole milliseconds and quantities are exact
/// integers, so nothing is gained or lost by rounding. A clock that is set back gives nothing and
/// takes nothing.
pub trait Bucket: Clone + Send + 'static {
    /// Takes the allowance for one request.
    ///
    /// # Errors
    /// The time after which one request would be let through, if none comes in between.
    fn take(&mut self, now: Timestamp) -> Result<(), Duration>;

    /// Uses up the whole allowance at once.
    fn exhaust(&mut self, now: Timestamp);

    /// Adds the headers that tell a client where it stands.
    fn describe(&self, headers: &mut HeaderMap);
}

/// Milliseconds from `then` to `now`; 0 when the clock was set back.
fn elapsed_ms(then: Timestamp, now: Timestamp) -> u64 {
    u64::try_from(now.as_millisecond().saturating_sub(then.as_millisecond())).unwrap_or(0)
}
