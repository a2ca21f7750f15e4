//! Politeness in virtual time: hold-off, circuit breaker, time-outs.

use std::future;

use seams::{Clock, WireError};
use serde_json::json;
use sync_core::{
    sku::OrderId,
    vendor::{error::VendorError, http::HttpPolicy},
};
use tokio::time::{Duration, Instant};

use crate::world::{empty_page, jerky_at, json_reply, polish_at, vendor};

fn clock() -> Clock {
    Clock::starting_at("2026-11-02T09:00:00Z".parse().unwrap())
}

fn order() -> OrderId {
    OrderId::parse("ORD-000001").unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_429_holds_off_every_request_to_that_vendor() {
    let (wire, log) = vendor(|number, _| async move {
        if number == 1 {
            let busy = json!({"type": "https://jerky.example/problems/rate-limited"});
            return Ok(json_reply(429, &[("retry-after", "17")], &busy));
        }
        Ok(json_reply(200, &[], &empty_page()))
    });
    let base = "http://jerky.test".to_owned();
    let jerky = jerky_at(base, wire, clock(), HttpPolicy::default());
    let other = async {
        // Begins while the first is held off, and is another operation.
        tokio::time::sleep(Duration::from_secs(3)).await;
        jerky.items(None).await.unwrap();
    };
    let (first, ()) = tokio::join!(jerky.stock(None), other);
    first.unwrap();
    let calls = log.calls();
    for later in &calls[1..] {
        let wait = later.at - calls[0].at;
        assert!(
            wait >= Duration::from_secs(17),
            "{} after {wait:?}",
            later.path
        );
    }
    assert_eq!(calls.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_write_is_given_back_rather_than_held_for_long() {
    let (wire, log) = vendor(|_, _| async {
        let busy = json!({"errors": [{"code": "throttled", "message": "slow down"}]});
        Ok(json_reply(429, &[("retry-after", "60")], &busy))
    });
    let base = "http://polish.test".to_owned();
    let polish = polish_at(base, wire, clock(), HttpPolicy::default());
    for _ in 0..2 {
        let error = polish.confirm(&order()).await.unwrap_err();
        let VendorError::Retryable { after, .. } = error else {
            panic!("{error:?}");
        };
        assert_eq!(after, Some(Duration::from_secs(60)));
    }
    assert_eq!(log.calls().len(), 1, "the second was not even sent");
}

#[tokio::test(start_paused = true)]
async fn an_absurd_retry_after_does_not_stop_the_hub_for_ever() {
    let (wire, _) =
        vendor(|_, _| async { Ok(json_reply(503, &[("retry-after", "31536000")], &json!({}))) });
    let base = "http://polish.test".to_owned();
    let policy = HttpPolicy::default();
    let longest = Duration::from_secs(policy.longest_retry_after_s);
    let polish = polish_at(base, wire, clock(), policy);
    let error = polish.counts(None).await.unwrap_err();
    assert!(
        matches!(error, VendorError::Retryable { after: Some(after), .. } if after == longest),
        "{error:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_vendor_that_is_down_is_left_alone_and_found_again() {
    let up_at = Instant::now() + Duration::from_secs(60);
    let (wire, log) = vendor(move |_, _| async move {
        if Instant::now() < up_at {
            return Err(WireError::Refused("down".to_owned()));
        }
        Ok(json_reply(200, &[], &json!({"products": []})))
    });
    let base = "http://polish.test".to_owned();
    let polish = polish_at(base, wire, clock(), HttpPolicy::default());
    while polish.counts(None).await.is_err() {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let took = Instant::now() - up_at;
    assert!(took < Duration::from_secs(31), "found again after {took:?}");
    let wasted = log.calls().len();
    assert!(wasted < 30, "{wasted} requests to a vendor that was down");
}

#[tokio::test(start_paused = true)]
async fn a_vendor_that_never_answers_costs_one_time_out() {
    let (wire, _) = vendor(|_, _| future::pending());
    let base = "http://polish.test".to_owned();
    let policy = HttpPolicy::default();
    let limit = Duration::from_millis(policy.timeout_ms);
    let polish = polish_at(base, wire, clock(), policy);
    let began = Instant::now();
    let error = polish.confirm(&order()).await.unwrap_err();
    assert!(matches!(error, VendorError::Unknown { .. }), "{error:?}");
    assert_eq!(began.elapsed(), limit);
}
