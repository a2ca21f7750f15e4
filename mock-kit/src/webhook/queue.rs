//! The webhook state of a mock: endpoints, what waits, what was sent. It sends nothing itself.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use indexmap::IndexMap;
use jiff::{SignedDuration, Timestamp};
use seams::Keyed;

use super::{
    AllowedHosts, Attempt, Delivery, DeliveryState, Endpoint, EndpointStatus, Message, NewEndpoint,
    Policy, Secret, UrlRefused, fate::Odd, lane::Lane,
};

/// Endpoints, queue and log.
#[derive(Debug)]
pub struct Webhooks {
    pub(super) policy: Policy,
    hosts: AllowedHosts,
    pub(super) keyed: Keyed,
    pub(super) endpoints: IndexMap<String, Endpoint>,
    /// Unfinished deliveries and the log of finished ones, by number.
    pub(super) tracked: BTreeMap<u64, Tracked>,
    /// The numbers of the finished ones, the first finished first.
    pub(super) finished: VecDeque<u64>,
    pub(super) lanes: BTreeMap<String, Lane>,
    pub(super) next: u64,
    news: bool,
}

/// A delivery and what the queue must know of it.
#[derive(Clone, Debug)]
pub(super) struct Tracked {
    pub(super) delivery: Delivery,
    pub(super) odd: Odd,
    /// Whether faults had their say; they are asked once.
    pub(super) consulted: bool,
    /// Whether one changed what it says.
    pub(super) is_garbled: bool,
}

impl Webhooks {
    /// No endpoints yet.
    pub fn new(policy: Policy, hosts: AllowedHosts, keyed: Keyed) -> Self {
        Self {
            policy,
            hosts,
            keyed,
            endpoints: IndexMap::new(),
            tracked: BTreeMap::new(),
            finished: VecDeque::new(),
            lanes: BTreeMap::new(),
            next: 1,
            news: false,
        }
    }

    /// Registers an endpoint.
    ///
    /// # Errors
    /// [`UrlRefused`] when messages may not go there.
    pub fn register(&mut self, new: NewEndpoint, now: Timestamp) -> Result<&Endpoint, UrlRefused> {
        self.hosts.check(&new.url)?;
        let endpoint = Endpoint::new(new, now);
        let entry = self.endpoints.entry(endpoint.id.clone());
        Ok(entry.insert_entry(endpoint).into_mut())
    }

    /// The endpoint with this id.
    pub fn endpoint(&self, id: &str) -> Option<&Endpoint> {
        self.endpoints.get(id)
    }

    /// All endpoints, in the order in which they were registered.
    pub fn endpoints(&self) -> impl Iterator<Item = &Endpoint> {
        self.endpoints.values()
    }

    /// Removes an endpoint; what waits for it is given up.
    pub fn remove(&mut self, id: &str) -> Option<Endpoint> {
        let endpoint = self.endpoints.shift_remove(id)?;
        self.abandon(id);
        self.lanes.remove(id);
        Some(endpoint)
    }

    /// Gives an endpoint a new secret; the old one signs besides it until `overlap` has passed.
    pub fn rotate(
        &mut self,
        id: &str,
        secret: String,
        overlap: Duration,
        now: Timestamp,
    ) -> Option<&Endpoint> {
        let endpoint = self.endpoints.get_mut(id)?;
        let until = later(now, overlap);
        endpoint
            .secrets
            .retain(|old| old.until.is_none_or(|until| now < until));
        for old in &mut endpoint.secrets {
            old.until.get_or_insert(until);
        }
        let current = Secret {
            value: secret,
            until: None,
        };
        endpoint.secrets.insert(0, current);
        Some(endpoint)
    }

    /// Serves a disabled endpoint again.
    pub fn enable(&mut self, id: &str) -> Option<&Endpoint> {
        let endpoint = self.endpoints.get_mut(id)?;
        endpoint.status = EndpointStatus::Enabled;
        endpoint.disabled_until = None;
        endpoint.given_up_in_a_row = 0;
        Some(endpoint)
    }

    /// Queues a message for every endpoint that wants its topic.
    pub fn publish(&mut self, message: &Message, now: Timestamp) {
        let wants = |endpoint: &&Endpoint| endpoint.wants(&message.topic);
        let wanting: Vec<String> = self
            .endpoints
            .values()
            .filter(wants)
            .map(|endpoint| endpoint.id.clone())
            .collect();
        for endpoint in wanting {
            let subject = format!("{endpoint}/{}", message.id);
            let (low, high) = self.policy.first_delay_ms.clone().into_inner();
            let wait = self
                .keyed
                .draw("webhook first delay", &subject, 0)
                .between(low, high);
            let due = later(now, Duration::from_millis(wait));
            self.enqueue(&endpoint, message.clone(), Odd::Not, false, due, now);
        }
    }

    /// The deliveries to an endpoint, unfinished and logged, oldest first.
    pub fn deliveries(&self, endpoint: &str) -> impl Iterator<Item = &Delivery> {
        self.all_deliveries()
            .filter(move |delivery| delivery.endpoint == endpoint)
    }

    /// The deliveries to all endpoints, unfinished and logged, oldest first. Forged ones are not
    /// among them, nor are replayed ones: the vendor knows nothing of those.
    pub fn all_deliveries(&self) -> impl Iterator<Item = &Delivery> {
        let genuine = self
            .tracked
            .values()
            .filter(|tracked| !tracked.odd.is_foreign());
        genuine.map(|tracked| &tracked.delivery)
    }

    /// One delivery.
    pub fn delivery(&self, endpoint: &str, id: &str) -> Option<&Delivery> {
        let number: u64 = id.strip_prefix("dlv_")?.parse().ok()?;
        let tracked = self
            .tracked
            .get(&number)
            .filter(|tracked| !tracked.odd.is_foreign())?;
        (tracked.delivery.endpoint == endpoint).then_some(&tracked.delivery)
    }

    /// Sends a logged message again, as a delivery of its own. `None` when there is none, or the
    /// endpoint is disabled.
    pub fn redeliver(&mut self, endpoint: &str, id: &str, now: Timestamp) -> Option<&Delivery> {
        let message = self.delivery(endpoint, id)?.message.clone();
        let status = self.endpoints.get(endpoint)?.status;
        if status != EndpointStatus::Enabled {
            return None;
        }
        let number = self.enqueue(endpoint, message, Odd::Not, false, now, now);
        self.tracked.get(&number).map(|tracked| &tracked.delivery)
    }

    /// When the next attempt is due, or an endpoint is enabled again.
    pub fn next_due(&self) -> Option<Timestamp> {
        let endpoints = self.endpoints.values();
        self.lanes
            .values()
            .filter_map(|lane| lane.next_due(self.policy.ordered))
            .chain(endpoints.filter_map(|endpoint| endpoint.disabled_until))
            .min()
    }

    /// Enables the endpoints whose time is up.
    pub(super) fn enable_again(&mut self, now: Timestamp) {
        let is_over = |endpoint: &&Endpoint| endpoint.disabled_until.is_some_and(|at| at <= now);
        let over: Vec<String> = self
            .endpoints
            .values()
            .filter(is_over)
            .map(|endpoint| endpoint.id.clone())
            .collect();
        for id in over {
            self.enable(&id);
        }
    }

    /// How many deliveries are unfinished.
    pub fn unfinished(&self) -> usize {
        self.tracked.len() - self.finished.len()
    }

    /// Records what came of an attempt: success, another attempt, or the end.
    pub(super) fn settle(&mut self, number: u64, attempt: Attempt, now: Timestamp) {
        let Some(tracked) = self.tracked.get_mut(&number) else {
            return;
        };
        let endpoint = tracked.delivery.endpoint.clone();
        if let Some(lane) = self.lanes.get_mut(&endpoint) {
            lane.finish();
        }
        let outcome = attempt.outcome.clone();
        tracked.delivery.attempts.push(attempt);
        let made = tracked.delivery.attempts.len();
        let retried = tracked.odd.is_retried();
        let is_foreign = tracked.odd.is_foreign();
        if outcome.is_success() {
            self.note_success(&endpoint, is_foreign);
            self.finish(number, DeliveryState::Delivered);
        } else if is_foreign {
            self.finish(number, DeliveryState::GivenUp);
        } else if outcome == super::Outcome::Status(410) && self.policy.disable_on_gone {
            self.finish(number, DeliveryState::GivenUp);
            self.disable(&endpoint, EndpointStatus::Gone);
        } else {
            match self
                .policy
                .retries
                .get(made - 1)
                .filter(|_| retried)
                .copied()
            {
                Some(wait) if self.is_enabled(&endpoint) => self.retry(number, made, wait, now),
                _ => self.give_up(number, &endpoint),
            }
        }
    }

    /// Whether something was queued since the last call.
    pub(crate) fn take_news(&mut self) -> bool {
        std::mem::take(&mut self.news)
    }

    /// Whether messages may go there.
    pub(super) fn is_allowed(&self, url: &str) -> Result<(), UrlRefused> {
        self.hosts.check(url)
    }

    pub(super) fn enqueue(
        &mut self,
        endpoint: &str,
        message: Message,
        odd: Odd,
        consulted: bool,
        due: Timestamp,
        now: Timestamp,
    ) -> u64 {
        let number = self.next;
        self.next += 1;
        let delivery = Delivery {
            id: format!("dlv_{number}"),
            endpoint: endpoint.to_owned(),
            message,
            created_at: now,
            state: DeliveryState::Pending { due },
            attempts: Vec::new(),
        };
        self.track(number, delivery, odd, consulted);
        self.make_room(endpoint);
        number
    }

    pub(super) fn track(&mut self, number: u64, delivery: Delivery, odd: Odd, consulted: bool) {
        if let DeliveryState::Pending { due } = delivery.state {
            self.lane(&delivery.endpoint).wait(number, due);
        } else {
            self.finished.push_back(number);
        }
        let tracked = Tracked {
            delivery,
            odd,
            consulted,
            is_garbled: false,
        };
        self.tracked.insert(number, tracked);
        self.news = true;
    }

    pub(super) fn lane(&mut self, endpoint: &str) -> &mut Lane {
        self.lanes.entry(endpoint.to_owned()).or_default()
    }

    pub(super) fn set_due(&mut self, number: u64, due: Timestamp) {
        if let Some(tracked) = self.tracked.get_mut(&number) {
            tracked.delivery.state = DeliveryState::Pending { due };
        }
    }

    pub(super) fn finish(&mut self, number: u64, state: DeliveryState) {
        let Some(tracked) = self.tracked.get_mut(&number) else {
            return;
        };
        if !matches!(tracked.delivery.state, DeliveryState::Pending { .. }) {
            return;
        }
        tracked.delivery.state = state;
        self.finished.push_back(number);
        while self.finished.len() > self.policy.log_capacity {
            if let Some(oldest) = self.finished.pop_front() {
                self.tracked.remove(&oldest);
            }
        }
    }

    fn is_enabled(&self, endpoint: &str) -> bool {
        let endpoint = self.endpoints.get(endpoint);
        endpoint.is_some_and(|endpoint| endpoint.status == EndpointStatus::Enabled)
    }

    fn note_success(&mut self, endpoint: &str, is_foreign: bool) {
        if let Some(endpoint) = self.endpoints.get_mut(endpoint).filter(|_| !is_foreign) {
            endpoint.given_up_in_a_row = 0;
        }
    }

    fn retry(&mut self, number: u64, made: usize, wait: Duration, now: Timestamp) {
        let Some(tracked) = self.tracked.get(&number) else {
            return;
        };
        let endpoint = tracked.delivery.endpoint.clone();
        let subject = format!("{endpoint}/{}", tracked.delivery.message.id);
        let jitter = u64::from(self.policy.jitter_percent.min(100)) * 10;
        let draw = self.keyed.draw("webhook retry", &subject, made as u64);
        let permille = draw.between(1000 - jitter, 1000 + jitter);
        let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        let wait = Duration::from_millis(wait_ms.saturating_mul(permille) / 1000);
        let due = later(now, wait);
        self.set_due(number, due);
        self.lane(&endpoint).wait(number, due);
    }

    fn give_up(&mut self, number: u64, id: &str) {
        self.finish(number, DeliveryState::GivenUp);
        let limit = self.policy.disable_after;
        if let Some(endpoint) = self.endpoints.get_mut(id) {
            endpoint.given_up_in_a_row += 1;
            let count = endpoint.given_up_in_a_row;
            if limit.is_some_and(|limit| count >= limit) {
                self.disable(id, EndpointStatus::Failing);
            }
        }
    }

    pub(super) fn disable(&mut self, id: &str, status: EndpointStatus) {
        if let Some(endpoint) = self.endpoints.get_mut(id) {
            endpoint.status = status;
        }
        self.abandon(id);
    }

    fn abandon(&mut self, id: &str) {
        while let Some(number) = self.lanes.get_mut(id).and_then(Lane::take_first) {
            self.finish(number, DeliveryState::GivenUp);
        }
    }

    fn make_room(&mut self, endpoint: &str) {
        let capacity = self.policy.backlog_capacity.max(1);
        let lane = self.lane(endpoint);
        if lane.len() > capacity
            && let Some(number) = lane.take_first()
        {
            self.finish(number, DeliveryState::GivenUp);
        }
    }
}

/// `after` later than `now`, or the end of time.
pub(super) fn later(now: Timestamp, after: Duration) -> Timestamp {
    let after = SignedDuration::try_from(after).unwrap_or(SignedDuration::MAX);
    now.saturating_add(after).unwrap_or(Timestamp::MAX)
}
