//! That both buckets let through what their policy says, no more and no less.

use std::time::Duration;

use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{Bucket, LeakyBucket, TokenBucket};

fn at(ms: u64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_millis(i64::try_from(ms).unwrap())
}

fn described(bucket: &impl Bucket, name: &str) -> String {
    let mut headers = HeaderMap::new();
    bucket.describe(&mut headers);
    headers[name].to_str().unwrap().to_owned()
}

/// Requests let through when one comes after each of `gaps` (milliseconds), and the time of each.
fn let_through(bucket: &mut impl Bucket, gaps: &[u64]) -> Vec<u64> {
    let mut now = 0;
    let mut through = Vec::new();
    for gap in gaps {
        now += gap;
        if bucket.take(at(now)).is_ok() {
            through.push(now);
        }
    }
    through
}

#[test]
fn a_token_bucket_tells_where_a_client_stands() {
    let mut bucket = TokenBucket::new(100, 1, at(0));
    for _ in 0..43 {
        bucket.take(at(0)).unwrap();
    }
    assert_eq!(
        described(&bucket, "ratelimit-policy"),
        "\"default\";q=100;w=1"
    );
    assert_eq!(described(&bucket, "ratelimit"), "\"default\";r=57;t=1");
}

#[test]
fn a_leaky_bucket_tells_how_full_it_is() {
    let mut bucket = LeakyBucket::new(40, 20, at(0));
    for _ in 0..12 {
        bucket.take(at(0)).unwrap();
    }
    assert_eq!(described(&bucket, "x-shop-api-call-limit"), "12/40");
    bucket.take(at(500)).unwrap();
    assert_eq!(described(&bucket, "x-shop-api-call-limit"), "3/40");
}

#[test]
fn an_exhausted_bucket_refuses_and_recovers() {
    let mut tokens = TokenBucket::new(10, 1, at(0));
    tokens.exhaust(at(0));
    assert_eq!(tokens.take(at(0)), Err(Duration::from_millis(100)));
    assert_eq!(tokens.take(at(100)), Ok(()));
    let mut drops = LeakyBucket::new(10, 20, at(0));
    drops.exhaust(at(0));
    assert_eq!(drops.take(at(0)), Err(Duration::from_millis(50)));
    assert_eq!(drops.take(at(50)), Ok(()));
}

#[test]
fn a_clock_set_back_gives_nothing_and_freezes_nothing() {
    let mut bucket = TokenBucket::new(1, 1, at(10_000));
    bucket.take(at(10_000)).unwrap();
    assert!(bucket.take(at(0)).is_err());
    assert_eq!(bucket.take(at(1_000)), Ok(()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_token_bucket_never_exceeds_its_quota_and_rate(
        quota in 1u32..20, window in 1u32..5, gaps in prop::collection::vec(0u64..400, 1..200),
    ) {
        let mut bucket = TokenBucket::new(quota, window, at(0));
        let through = let_through(&mut bucket, &gaps);
        let (quota, window_ms) = (u64::from(quota), u64::from(window) * 1000);
        for (first, from) in through.iter().enumerate() {
            for (last, to) in through.iter().enumerate().skip(first) {
                let most = quota + ((to - from) * quota).div_ceil(window_ms);
                prop_assert!((last - first + 1) as u64 <= most);
            }
        }
    }

    #[test]
    fn a_leaky_bucket_never_exceeds_its_size_and_leak(
        size in 1u32..20, leak in 1u32..20, gaps in prop::collection::vec(0u64..200, 1..200),
    ) {
        let mut bucket = LeakyBucket::new(size, leak, at(0));
        let through = let_through(&mut bucket, &gaps);
        let (size, leak) = (u64::from(size), u64::from(leak));
        for (first, from) in through.iter().enumerate() {
            for (last, to) in through.iter().enumerate().skip(first) {
                let most = size + ((to - from) * leak).div_ceil(1000);
                prop_assert!((last - first + 1) as u64 <= most);
            }
        }
    }

    #[test]
    fn the_wait_is_exact(
        quota in 1u32..20, window in 1u32..5, gaps in prop::collection::vec(0u64..300, 1..60),
    ) {
        let mut tokens = TokenBucket::new(quota, window, at(0));
        let mut drops = LeakyBucket::new(quota, window, at(0));
        let mut now = 0;
        for gap in gaps {
            now += gap;
            exact(&mut tokens, now)?;
            exact(&mut drops, now)?;
        }
    }
}

/// One millisecond before the wait is over is too early, and its end is not.
fn exact<B: Bucket>(bucket: &mut B, now: u64) -> Result<(), TestCaseError> {
    if let Err(wait) = bucket.take(at(now)) {
        let wait = u64::try_from(wait.as_millis()).unwrap();
        prop_assert!(wait > 0);
        prop_assert!(bucket.clone().take(at(now + wait - 1)).is_err());
        prop_assert!(bucket.clone().take(at(now + wait)).is_ok());
    }
    Ok(())
}
