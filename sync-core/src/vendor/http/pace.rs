//! Pacing: a local copy of the vendor's bucket, fed by its headers.
//!
//! Two dialects are understood: `RateLimit-Policy` with `RateLimit` (the IETF draft "RateLimit
//! header fields for HTTP") and the shop's `X-Shop-Api-Call-Limit: used/size`. A token bucket and a
//! leaky bucket are the same thing seen from two sides; here both are tokens left.

use http::HeaderMap;
use tokio::time::{Duration, Instant};

/// Tokens are counted in millionths, so that a refill per millisecond is a whole number.
const TOKEN: u64 = 1_000_000;

/// What the vendor said of its bucket in one reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    /// The most it holds.
    capacity: u64,
    /// What is left.
    left: u64,
    /// Millionths of a token that come back each millisecond.
    refill: u64,
}

/// The local copy of the vendor's bucket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    reading: Reading,
    tokens: u64,
    at: Instant,
}

impl Reading {
    /// What the headers of a reply say. `leak` is how many calls a second the shop's bucket leaks,
    /// which its header does not tell.
    pub(super) fn of(headers: &HeaderMap, leak: u64) -> Option<Self> {
        standard(headers).or_else(|| shop(headers, leak))
    }
}

impl Pace {
    /// A copy made from the first reading.
    pub(super) fn new(reading: Reading, now: Instant) -> Self {
        Self {
            reading,
            tokens: reading.left.saturating_mul(TOKEN),
            at: now,
        }
    }

    /// Corrects the copy by a reading. It only goes down: requests in flight are already deducted
    /// here and not yet there, so a higher number may be old news.
    pub(super) fn correct(&mut self, reading: Reading, now: Instant) {
        self.refill(now);
        self.reading = reading;
        self.tokens = self.tokens.min(reading.left.saturating_mul(TOKEN));
    }

    /// The vendor said there is nothing left, whatever the copy says.
    pub(super) fn drain(&mut self, now: Instant) {
        self.refill(now);
        self.tokens = 0;
    }

    /// How long until the next request may go; zero is now.
    pub(super) fn wait(&mut self, now: Instant) -> Duration {
        self.refill(now);
        let missing = (TOKEN + self.reserve()).saturating_sub(self.tokens);
        Duration::from_millis(missing.div_ceil(self.reading.refill))
    }

    /// Accounts for one request.
    pub(super) fn spend(&mut self) {
        self.tokens = self.tokens.saturating_sub(TOKEN);
    }

    /// A tenth of the bucket is never used: requests bunch on their way, and a bucket emptied to
    /// the last token would overflow by that.
    fn reserve(&self) -> u64 {
        (self.reading.capacity * TOKEN / 10).min(self.reading.capacity.saturating_sub(1) * TOKEN)
    }

    fn refill(&mut self, now: Instant) {
        let elapsed = now.saturating_duration_since(self.at).as_millis();
        let elapsed = u64::try_from(elapsed).unwrap_or(u64::MAX);
        let full = self.reading.capacity.saturating_mul(TOKEN);
        let back = elapsed.saturating_mul(self.reading.refill);
        self.tokens = self.tokens.saturating_add(back).min(full);
        // Not `now`: the part of a millisecond that was not counted must not be lost.
        self.at += Duration::from_millis(elapsed);
    }
}

/// `RateLimit-Policy: "default";q=100;w=1` and `RateLimit: "default";r=57;t=1`.
fn standard(headers: &HeaderMap) -> Option<Reading> {
    let policy = headers.get("ratelimit-policy")?.to_str().ok()?;
    let limit = headers.get("ratelimit")?.to_str().ok()?;
    let capacity = parameter(policy, "q")?;
    let window_s = parameter(policy, "w").unwrap_or(1);
    reading(capacity, parameter(limit, "r")?, capacity, window_s)
}

/// `X-Shop-Api-Call-Limit: 12/40`.
fn shop(headers: &HeaderMap, leak: u64) -> Option<Reading> {
    let text = headers.get("x-shop-api-call-limit")?.to_str().ok()?;
    let (used, size) = text.split_once('/')?;
    let (used, size): (u64, u64) = (used.trim().parse().ok()?, size.trim().parse().ok()?);
    reading(size, size.saturating_sub(used), leak, 1)
}

/// Refuses what would stop the hub for ever or overflow: no capacity, no refill.
fn reading(capacity: u64, left: u64, refilled: u64, window_s: u64) -> Option<Reading> {
    const MOST: u64 = 1_000_000;
    let sound = (1..=MOST).contains(&capacity) && (1..=MOST).contains(&window_s);
    let refill = refilled.min(MOST) * (TOKEN / 1000) / window_s.max(1);
    (sound && refill > 0).then_some(Reading {
        capacity,
        left: left.min(capacity),
        refill,
    })
}

/// A parameter of the first member of a structured list (RFC 9651).
fn parameter(list: &str, name: &str) -> Option<u64> {
    let first = list.split(',').next()?;
    first.split(';').skip(1).find_map(|part| {
        let (key, value) = part.split_once('=')?;
        (key.trim() == name).then(|| value.trim().parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                let name = http::HeaderName::from_static(name);
                (name, HeaderValue::from_static(value))
            })
            .collect()
    }

    #[test]
    fn both_dialects_say_the_same() {
        let standard = headers(&[
            ("ratelimit-policy", "\"default\";q=40;w=2"),
            ("ratelimit", "\"default\";r=28;t=1"),
        ]);
        let shop = headers(&[("x-shop-api-call-limit", "12/40")]);
        let reading = Reading::of(&standard, 1).unwrap();
        assert_eq!(Reading::of(&shop, 20), Some(reading));
        assert_eq!(reading.left, 28);
    }

    #[test]
    fn absurd_headers_do_not_stop_the_hub() {
        for text in ["5/0", "-1/40", "x", "40", "1/99999999999"] {
            let mut headers = HeaderMap::new();
            headers.insert(
                "x-shop-api-call-limit",
                HeaderValue::from_str(text).unwrap(),
            );
            assert_eq!(Reading::of(&headers, 20), None, "{text}");
        }
        let zero_refill = headers(&[("x-shop-api-call-limit", "12/40")]);
        assert_eq!(Reading::of(&zero_refill, 0), None);
    }

    #[tokio::test(start_paused = true)]
    async fn requests_beyond_the_burst_go_at_the_refill_rate() {
        let reading = reading(10, 10, 20, 1).unwrap();
        let mut pace = Pace::new(reading, Instant::now());
        let began = Instant::now();
        for _ in 0..29 {
            let wait = pace.wait(Instant::now());
            tokio::time::sleep(wait).await;
            assert_eq!(pace.wait(Instant::now()), Duration::ZERO);
            pace.spend();
        }
        // Nine of the ten at once, one kept in reserve; twenty more at 50 ms each.
        assert_eq!(began.elapsed(), Duration::from_millis(20 * 50));
    }

    #[tokio::test(start_paused = true)]
    async fn a_reading_lowers_the_copy_and_never_raises_it() {
        let mut pace = Pace::new(reading(100, 50, 1, 1).unwrap(), Instant::now());
        pace.correct(reading(100, 80, 1, 1).unwrap(), Instant::now());
        assert_eq!(pace.tokens, 50 * TOKEN);
        pace.correct(reading(100, 3, 1, 1).unwrap(), Instant::now());
        assert_eq!(pace.tokens, 3 * TOKEN);
    }
}
