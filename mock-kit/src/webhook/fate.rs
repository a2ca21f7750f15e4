//! Faults on the way out: what is due is sent, lost, delayed, doubled, overtaken or forged.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use http::{HeaderValue, StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    DeliveryState, Endpoint, EndpointStatus, Message,
    queue::{Webhooks, later},
};
use crate::fault::{Effect, Fate, Faults, Reply, Strike, Target, forge};

/// What is odd about a delivery.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Odd {
    /// Nothing.
    #[default]
    Not,
    /// A second copy.
    Copy,
    /// Made up by somebody else.
    Forged,
    /// Recorded by somebody else and sent again.
    Replay {
        /// When the first was signed.
        at: Timestamp,
        /// What it was signed with.
        secrets: Vec<String>,
    },
    /// Signed at first with a secret that was replaced.
    StaleSecret {
        /// How many attempts are.
        attempts: u64,
    },
}

impl Odd {
    /// Whether it comes from somebody else: the vendor knows nothing of it.
    pub(super) fn is_foreign(&self) -> bool {
        matches!(self, Self::Forged | Self::Replay { .. })
    }

    /// Whether it is sent again when it fails.
    pub(super) fn is_retried(&self) -> bool {
        matches!(self, Self::Not | Self::StaleSecret { .. })
    }
}

/// One attempt to make.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) number: u64,
    pub(super) url: Result<String, String>,
    pub(super) message: Message,
    /// What is signed: for a forgery not what is sent.
    pub(super) signed: Message,
    pub(super) secrets: Vec<String>,
    /// When it was signed, if that is not when it is sent.
    pub(super) signed_at: Option<Timestamp>,
    /// Whether its signature proves nothing.
    pub(super) is_forged: bool,
    /// Whether a fault changed what it says.
    pub(super) is_garbled: bool,
    pub(super) timeout: Duration,
}

/// Faults whose strike shows only when another delivery is sent, by the number they hold back.
pub(super) type Held = BTreeMap<u64, Strike>;

/// What a round of sending goes by.
pub(super) struct Round<'a> {
    /// The vendor's time, which deliveries are due by.
    pub(super) now: Timestamp,
    /// The world's time, which faults strike by.
    pub(super) world: Timestamp,
    pub(super) faults: &'a Faults,
    pub(super) held: &'a mut Held,
}

impl Webhooks {
    /// The attempts that are due, by endpoint and due time. Faults are asked at a delivery's first.
    pub(super) fn take_due(&mut self, round: &mut Round<'_>) -> Vec<Job> {
        let (now, ordered) = (round.now, self.policy.ordered);
        self.enable_again(now);
        let endpoints: Vec<String> = self.lanes.keys().cloned().collect();
        let mut jobs = Vec::new();
        for endpoint in endpoints {
            while let Some(number) = self.lane(&endpoint).take_due(now, ordered) {
                if let Some(strike) = round.held.remove(&number) {
                    // Its time is up, and no other came to overtake it.
                    round.faults.give_back(&strike);
                }
                if self.goes_out(number, round)
                    && let Some(job) = self.job(number, now)
                {
                    self.lane(&endpoint).start();
                    self.let_overtaken_go(&endpoint, number, round);
                    jobs.push(job);
                }
            }
        }
        jobs
    }

    /// Lets faults have their say; whether the delivery is sent now.
    fn goes_out(&mut self, number: u64, round: &mut Round<'_>) -> bool {
        let Some(tracked) = self.tracked.get_mut(&number) else {
            return false;
        };
        if std::mem::replace(&mut tracked.consulted, true) {
            return true;
        }
        let topic: Arc<str> = tracked.delivery.message.topic.as_str().into();
        let endpoint = self.endpoints.get(&tracked.delivery.endpoint);
        let strikes = round.faults.strike_delivery(&Target {
            operation: &topic,
            method: "",
            path: endpoint.map_or("", |found| found.url.as_str()),
            principal: None,
            now: round.world,
        });
        let mut goes = true;
        for strike in strikes {
            let stops = matches!(strike.effect, Effect::Deliver(fate) if fate.stops());
            // Two faults that decide about one delivery: the first decides.
            if (stops && !goes) || !self.carry_out(number, &strike, round.now) {
                round.faults.give_back(&strike);
            } else if matches!(strike.effect, Effect::Deliver(Fate::Overtaken(_))) {
                round.held.insert(number, strike);
            } else {
                round.faults.count(&strike, &topic);
            }
            goes &= !stops;
        }
        goes
    }

    /// Carries out a strike; whether there was something to do.
    fn carry_out(&mut self, number: u64, strike: &Strike, now: Timestamp) -> bool {
        let Some(tracked) = self.tracked.get_mut(&number) else {
            return false;
        };
        let message = &mut tracked.delivery.message;
        match &strike.effect {
            Effect::Corrupt(change) => {
                let mut reply = as_reply(message);
                let is_changed = change(&mut reply, &strike.draws());
                message.body = reply.body.into();
                tracked.is_garbled |= is_changed;
                is_changed
            }
            Effect::Deliver(fate) => {
                let (endpoint, message) = (tracked.delivery.endpoint.clone(), message.clone());
                self.deal(number, &endpoint, message, *fate, now);
                true
            }
            _ => false,
        }
    }

    fn deal(&mut self, number: u64, endpoint: &str, message: Message, fate: Fate, now: Timestamp) {
        match fate {
            Fate::Lost => self.finish(number, DeliveryState::Lost),
            Fate::Delayed(wait) => {
                let due = later(now, wait);
                self.set_due(number, due);
                self.lane(endpoint).wait(number, due);
            }
            Fate::Overtaken(wait) => {
                let due = later(now, wait);
                self.set_due(number, due);
                self.lane(endpoint).hold(number, due);
            }
            Fate::Duplicated(after) => {
                let due = later(now, after);
                let copy = self.enqueue(endpoint, message, Odd::Copy, true, due, now);
                self.garbled_like(number, copy);
            }
            Fate::Forged => {
                self.enqueue(endpoint, forge(&message), Odd::Forged, true, now, now);
            }
            Fate::Replayed(after) => {
                let secrets = self.live_secrets(endpoint, now);
                let replay = Odd::Replay { at: now, secrets };
                let due = later(now, after);
                let copy = self.enqueue(endpoint, message, replay, true, due, now);
                self.garbled_like(number, copy);
            }
            Fate::StaleSecret(attempts) => {
                if let Some(tracked) = self.tracked.get_mut(&number) {
                    tracked.odd = Odd::StaleSecret { attempts };
                }
            }
            Fate::Disabled(wait) => {
                self.finish(number, DeliveryState::GivenUp);
                self.disable(endpoint, EndpointStatus::Failing);
                if let Some(endpoint) = self.endpoints.get_mut(endpoint) {
                    endpoint.disabled_until = wait.map(|wait| later(now, wait));
                }
            }
            Fate::Burst(every) => {
                let due = next_multiple(now, every);
                self.set_due(number, due);
                self.lane(endpoint).wait(number, due);
            }
        }
    }

    /// What repeats a changed message is changed as well.
    fn garbled_like(&mut self, number: u64, copy: u64) {
        let is_garbled = self.tracked.get(&number).is_some_and(|one| one.is_garbled);
        if let Some(copy) = self.tracked.get_mut(&copy) {
            copy.is_garbled = is_garbled;
        }
    }

    fn job(&self, number: u64, now: Timestamp) -> Option<Job> {
        let tracked = self.tracked.get(&number)?;
        let endpoint = self.endpoints.get(&tracked.delivery.endpoint)?;
        let message = tracked.delivery.message.clone();
        let (mut signed, mut secrets) = (message.clone(), self.live_secrets(&endpoint.id, now));
        let (mut signed_at, mut is_forged) = (None, false);
        match &tracked.odd {
            Odd::Not | Odd::Copy => {}
            Odd::Forged => {
                signed.body = [&message.body.0[..], b" "].concat().into();
                is_forged = true;
            }
            Odd::Replay { at, secrets: first } => {
                secrets.clone_from(first);
                signed_at = Some(*at);
            }
            Odd::StaleSecret { attempts } => {
                if (tracked.delivery.attempts.len() as u64) < *attempts {
                    let stale = self.stale_secret(endpoint);
                    is_forged = !secrets.contains(&stale);
                    secrets = vec![stale];
                }
            }
        }
        let allowed = self.is_allowed(&endpoint.url);
        Some(Job {
            number,
            url: allowed
                .map(|()| endpoint.url.clone())
                .map_err(|refused| refused.to_string()),
            message,
            signed,
            secrets,
            signed_at,
            is_forged,
            is_garbled: tracked.is_garbled,
            timeout: self.policy.timeout,
        })
    }

    fn live_secrets(&self, endpoint: &str, now: Timestamp) -> Vec<String> {
        let endpoint = self.endpoints.get(endpoint);
        let live = endpoint.map(|endpoint| endpoint.live_secrets(now));
        live.into_iter().flatten().map(str::to_owned).collect()
    }

    /// What the last rotation replaced; of an endpoint that was never rotated, one that its owner
    /// was never told.
    fn stale_secret(&self, endpoint: &Endpoint) -> String {
        match endpoint.secrets.get(1) {
            Some(replaced) => replaced.value.clone(),
            None => self.keyed.draw("stale secret", &endpoint.id, 0).hex(),
        }
    }

    fn let_overtaken_go(&mut self, endpoint: &str, sent: u64, round: &mut Round<'_>) {
        if round.held.is_empty() {
            return;
        }
        let due = later(round.now, Duration::from_millis(1));
        for number in self.lane(endpoint).release(sent, due) {
            self.set_due(number, due);
            let tracked = self.tracked.get(&number);
            if let Some((strike, tracked)) = round.held.remove(&number).zip(tracked) {
                let topic = tracked.delivery.message.topic.as_str().into();
                round.faults.count(&strike, &topic);
            }
        }
    }
}

/// The next whole multiple of `every` milliseconds, later than `now`.
fn next_multiple(now: Timestamp, every: Duration) -> Timestamp {
    let every = i64::try_from(every.as_millis()).unwrap_or(i64::MAX).max(1);
    let past = now.as_millisecond().rem_euclid(every);
    let left = u64::try_from(every - past).unwrap_or(1);
    later(now, Duration::from_millis(left))
}

fn as_reply(message: &Message) -> Reply {
    Reply {
        status: StatusCode::OK,
        content_type: Some(HeaderValue::from_static("application/json")),
        body: message.body.0.clone(),
    }
}
