//! The shell that sends: it ticks the vendor when time alone changes something, and makes the
//! attempts that fall due, all endpoints side by side.

use std::{future::pending, sync::Arc, time::Duration};

use futures_util::{StreamExt, stream::FuturesUnordered};
use http::{HeaderValue, Request, header::CONTENT_TYPE};
use jiff::Timestamp;
use seams::{Wire, WireError};
use tokio::time::Instant;

use super::{
    Attempt, Outcome, Signer,
    fate::{Held, Job, Round},
};
use crate::{
    fault::{Direction, Effect, Target},
    mock::Mock,
    vendor::Vendor,
};

/// Marks the request of a webhook whose signature proves nothing: a forged one, or one signed with
/// a secret that is no longer good. It never leaves the process: whoever records the wire
/// knows by it what the receiver has to find out from the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forged;

/// Marks the request of a webhook of which a fault changed what it says, in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Garbled;

/// While faults are in force the vendor's clock can jump, so nothing sleeps for longer than this.
const NAP: Duration = Duration::from_secs(1);

/// Runs until dropped.
pub(crate) async fn drive<V: Vendor>(mock: Mock<V>, wire: Wire) {
    let mut under_way = FuturesUnordered::new();
    let mut held = Held::new();
    loop {
        let world = mock.clock().world_now();
        let (jobs, wait) = mock.with(|state, now| {
            let jobs = state.webhooks.take_due(&mut Round {
                now,
                world,
                faults: mock.faults(),
                held: &mut held,
            });
            let due = [state.webhooks.next_due(), state.vendor.next_due()];
            (
                jobs,
                due.into_iter().flatten().min().map(|due| until(due, now)),
            )
        });
        for job in jobs {
            under_way.push(attempt(mock.clone(), wire.clone(), job));
        }
        tokio::select! {
            biased;
            Some((number, attempt)) = under_way.next() => {
                mock.with(|state, now| state.webhooks.settle(number, attempt, now));
            }
            () = mock.woken() => {}
            () = sleep(wait, mock.faults().is_armed()) => {}
        }
    }
}

async fn sleep(wait: Option<Duration>, is_armed: bool) {
    match wait {
        Some(wait) if is_armed => tokio::time::sleep(wait.min(NAP)).await,
        Some(wait) => tokio::time::sleep(wait).await,
        None => pending().await,
    }
}

async fn attempt<V: Vendor>(mock: Mock<V>, wire: Wire, job: Job) -> (u64, Attempt) {
    let (at, started) = (mock.clock().now(), Instant::now());
    let outcome = match request(mock.signer(), &job, at) {
        Ok(request) => match parted(&mock, &job) {
            None => send(&wire, request, job.timeout).await,
            Some(direction) => send_in_vain(&wire, request, job.timeout, direction).await,
        },
        Err(reason) => Outcome::Failed(reason),
    };
    let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let attempt = Attempt {
        at,
        duration_ms,
        outcome,
    };
    (job.number, attempt)
}

async fn send(wire: &Wire, request: Request<bytes::Bytes>, limit: Duration) -> Outcome {
    match tokio::time::timeout(limit, wire.send(request)).await {
        Ok(Ok(response)) => Outcome::Status(response.status().as_u16()),
        Ok(Err(WireError::Cut(_))) => Outcome::Failed("the answer broke off".to_owned()),
        Ok(Err(error)) => Outcome::Failed(error.to_string()),
        Err(_) => Outcome::Failed(format!("no answer within {} ms", limit.as_millis())),
    }
}

/// What a partition does not let pass of this attempt.
fn parted<V: Vendor>(mock: &Mock<V>, job: &Job) -> Option<Direction> {
    let topic: Arc<str> = job.message.topic.as_str().into();
    let strikes = mock.faults().strike_attempt(&Target {
        operation: &topic,
        method: "",
        path: job.url.as_deref().unwrap_or_default(),
        principal: None,
        now: mock.clock().world_now(),
    });
    let directions = strikes.iter().filter_map(|strike| match strike.effect {
        Effect::Part { direction, .. } => {
            mock.faults().count(strike, &topic);
            Some(direction)
        }
        _ => None,
    });
    // Whatever else is cut, one direction suffices for silence; both keep the message back.
    directions.reduce(|one, other| if one == other { one } else { Direction::Both })
}

/// Waits for an answer that does not come; the message arrives only if its own way is open.
async fn send_in_vain(
    wire: &Wire,
    request: Request<bytes::Bytes>,
    limit: Duration,
    direction: Direction,
) -> Outcome {
    let silence = tokio::time::sleep(limit);
    if direction == Direction::ToVendor {
        let _ = tokio::time::timeout(limit, wire.send(request)).await;
    }
    silence.await;
    Outcome::Failed(format!("no answer within {} ms", limit.as_millis()))
}

fn request(
    signer: &impl Signer,
    job: &Job,
    at: Timestamp,
) -> Result<Request<bytes::Bytes>, String> {
    let url = job.url.as_deref().map_err(Clone::clone)?;
    let secrets: Vec<&str> = job.secrets.iter().map(String::as_str).collect();
    let mut request = Request::post(url)
        .body(job.message.body.0.clone())
        .map_err(|error| error.to_string())?;
    let headers = request.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let signed_at = job.signed_at.unwrap_or(at);
    headers.extend(signer.sign(&job.signed, &secrets, signed_at));
    if job.is_forged {
        request.extensions_mut().insert(Forged);
    }
    if job.is_garbled {
        request.extensions_mut().insert(Garbled);
    }
    Ok(request)
}

/// Whole milliseconds, and never none: what is due at once was just served.
fn until(due: Timestamp, now: Timestamp) -> Duration {
    let ms = due.duration_since(now).as_millis();
    Duration::from_millis(u64::try_from(ms).unwrap_or(0).max(1))
}
