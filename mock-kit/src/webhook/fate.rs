//! Faults on the way out: what is due is sent, lost, delayed, doubled, overtaken or forged.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use http::{HeaderValue, StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    DeliveryState, Message,
    queue::{Webhooks, later},
};
use crate::fault::{Effect, Fate, Faults, Reply, Strike, Target, forge};

/// What is odd about a delivery. Odd ones are sent once.
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
                self.enqueue(endpoint, message, Odd::Copy, true, later(now, after), now);
            }
            Fate::Forged => {
                self.enqueue(endpoint, forge(&message), Odd::Forged, true, now, now);
            }
        }
    }

    fn job(&self, number: u64, now: Timestamp) -> Option<Job> {
        let tracked = self.tracked.get(&number)?;
        let endpoint = self.endpoints.get(&tracked.delivery.endpoint)?;
        let message = tracked.delivery.message.clone();
        let mut signed = message.clone();
        if tracked.odd == Odd::Forged {
            signed.body = [&message.body.0[..], b" "].concat().into();
        }
        let allowed = self.is_allowed(&endpoint.url);
        Some(Job {
            number,
            url: allowed
                .map(|()| endpoint.url.clone())
                .map_err(|refused| refused.to_string()),
            message,
            signed,
            secrets: endpoint
                .live_secrets(now)
                .into_iter()
                .map(str::to_owned)
                .collect(),
            timeout: self.policy.timeout,
        })
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

fn as_reply(message: &Message) -> Reply {
    Reply {
        status: StatusCode::OK,
        content_type: Some(HeaderValue::from_static("application/json")),
        body: message.body.0.clone(),
    }
}
