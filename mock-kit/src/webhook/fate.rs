//! Faults on the way out: what is due is sent, lost, delayed, doubled, overtaken or forged.

use std::{sync::Arc, time::Duration};

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

/// A fault whose strike shows only when another delivery is sent.
pub(super) type Held = std::collections::BTreeMap<u64, Strike>;

impl Webhooks {
    /// The attempts that are due, by endpoint and due time. Faults are asked at a delivery's first.
    pub(super) fn take_due(
        &mut self,
        now: Timestamp,
        world: Timestamp,
        faults: &Faults,
        held: &mut Held,
    ) -> Vec<Job> {
        let ordered = self.policy.ordered;
        let endpoints: Vec<String> = self.lanes.keys().cloned().collect();
        let mut jobs = Vec::new();
        for endpoint in endpoints {
            while let Some(number) = self.lane(&endpoint).take_due(now, ordered) {
                if let Some(strike) = held.remove(&number) {
                    // Its time is up, and no other came to overtake it.
                    faults.give_back(&strike);
                }
                if self.goes_out(number, now, world, faults, held)
                    && let Some(job) = self.job(number, now)
                {
                    self.lane(&endpoint).start();
                    self.let_overtaken_go(&endpoint, number, now, faults, held);
                    jobs.push(job);
                }
            }
        }
        jobs
    }

    /// Lets faults have their say; whether the delivery is sent now.
    fn goes_out(
        &mut self,
        number: u64,
        now: Timestamp,
        world: Timestamp,
        faults: &Faults,
        held: &mut Held,
    ) -> bool {
        let Some(tracked) = self.tracked.get_mut(&number) else {
            return false;
        };
        if std::mem::replace(&mut tracked.consulted, true) {
            return true;
        }
        let topic: Arc<str> = tracked.delivery.message.topic.as_str().into();
        let url = self
            .endpoints
            .get(&tracked.delivery.endpoint)
            .map(|found| found.url.as_str());
        let strikes = faults.strike_delivery(&Target {
            operation: &topic,
            method: "",
            path: url.unwrap_or_default(),
            principal: None,
            now: world,
        });
        let mut goes = true;
        for strike in strikes {
            goes &= self.carry_out(number, strike, goes, &topic, now, faults, held);
        }
        goes
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one strike, and all it may touch"
    )]
    fn carry_out(
        &mut self,
        number: u64,
        strike: Strike,
        still_goes: bool,
        topic: &Arc<str>,
        now: Timestamp,
        faults: &Faults,
        held: &mut Held,
    ) -> bool {
        let Some(tracked) = self.tracked.get_mut(&number) else {
            return false;
        };
        let endpoint = tracked.delivery.endpoint.clone();
        let message = &mut tracked.delivery.message;
        match &strike.effect {
            Effect::Corrupt(change) => {
                let mut reply = as_reply(message);
                if change(&mut reply, &strike.draws()) {
                    message.body = reply.body.into();
                } else {
                    faults.give_back(&strike);
                    return true;
                }
            }
            // Two faults that decide about one delivery: the first decides.
            Effect::Deliver(Fate::Lost | Fate::Delayed(_) | Fate::Overtaken(_)) if !still_goes => {
                faults.give_back(&strike);
                return false;
            }
            Effect::Deliver(Fate::Lost) => {
                self.finish(number, DeliveryState::Lost);
                faults.count(&strike, topic);
                return false;
            }
            Effect::Deliver(Fate::Delayed(wait)) => {
                let due = later(now, *wait);
                self.set_due(number, due);
                self.lane(&endpoint).wait(number, due);
                faults.count(&strike, topic);
                return false;
            }
            Effect::Deliver(Fate::Overtaken(wait)) => {
                let due = later(now, *wait);
                self.set_due(number, due);
                self.lane(&endpoint).hold(number, due);
                held.insert(number, strike);
                return false;
            }
            Effect::Deliver(Fate::Duplicated(after)) => {
                let (copy, due) = (message.clone(), later(now, *after));
                self.enqueue(&endpoint, copy, Odd::Copy, true, due, now);
            }
            Effect::Deliver(Fate::Forged) => {
                let forged = forge(message);
                self.enqueue(&endpoint, forged, Odd::Forged, true, now, now);
            }
            _ => {
                faults.give_back(&strike);
                return true;
            }
        }
        faults.count(&strike, topic);
        true
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

    fn let_overtaken_go(
        &mut self,
        endpoint: &str,
        sent: u64,
        now: Timestamp,
        faults: &Faults,
        held: &mut Held,
    ) {
        if held.is_empty() {
            return;
        }
        let due = later(now, Duration::from_millis(1));
        for number in self.lane(endpoint).release(sent, due) {
            self.set_due(number, due);
            let topic = self
                .tracked
                .get(&number)
                .map(|tracked| &tracked.delivery.message.topic);
            let topic: Option<Arc<str>> = topic.map(|topic| topic.as_str().into());
            if let Some((strike, topic)) = held.remove(&number).zip(topic) {
                faults.count(&strike, &topic);
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
