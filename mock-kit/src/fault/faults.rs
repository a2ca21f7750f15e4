//! The faults of one mock: a shared handle to the plan and the count of what struck.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use seams::Keyed;
use serde::{Deserialize, Serialize};

use super::{
    about::Phase,
    effect::Effect,
    plan::{FaultPlan, Names, Strike, Target},
    registry::FaultKind,
    rule::FaultRule,
    rule_error::RuleError,
    stale::{EarlierReply, StaleReplies},
};
use crate::clock::VendorClock;

/// The faults of one mock. Cloning shares them. They are the harness's, not the vendor's: neither
/// snapshots nor resets touch them.
#[derive(Clone, Debug)]
pub struct Faults(Arc<Shared>);

/// How often a kind of fault struck an operation in a phase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultCount {
    /// The kind.
    pub kind: String,
    /// The operation or topic.
    pub operation: String,
    /// The phase.
    pub phase: Phase,
    /// How often.
    pub count: u64,
}

/// A fault that struck one request, as the journal keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StruckFault {
    /// The kind.
    pub kind: &'static str,
    /// The rule's id.
    pub rule: Arc<str>,
    /// The phase.
    pub phase: Phase,
}

#[derive(Debug)]
struct Shared {
    names: Names,
    /// Spares the lock on every request while there is no rule.
    armed: AtomicBool,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    plan: FaultPlan,
    report: BTreeMap<(&'static str, Arc<str>, Phase), u64>,
    stale: StaleReplies,
}

impl Faults {
    /// No faults yet for the vendor that goes by these `names`. `start` is what rules count milliseconds from.
    pub fn new(names: Names, keyed: Keyed, start: Timestamp) -> Self {
        Self(Arc::new(Shared {
            names,
            armed: AtomicBool::new(false),
            inner: Mutex::new(Inner {
                plan: FaultPlan::new(keyed, start),
                report: BTreeMap::new(),
                stale: StaleReplies::default(),
            }),
        }))
    }

    /// Adds a rule; its id.
    ///
    /// # Errors
    /// [`RuleError`] when it names what this vendor does not have, or an id that is taken.
    pub fn add(&self, rule: FaultRule) -> Result<Arc<str>, RuleError> {
        rule.check_names(&self.0.names)?;
        let id = self.lock().plan.add(rule)?;
        self.0.armed.store(true, Ordering::Relaxed);
        Ok(id)
    }

    /// Whether this vendor is one that the rule is for: by its vendor, or else by its operations.
    pub fn concerns(&self, rule: &FaultRule) -> bool {
        match rule.place.vendor.as_deref() {
            Some(vendor) => vendor == self.0.names.vendor,
            None => rule
                .operations()
                .iter()
                .all(|name| self.0.names.contains(name)),
        }
    }

    /// Removes the rule with this id; whether there was one.
    pub fn remove(&self, id: &str) -> bool {
        let mut inner = self.lock();
        let removed = inner.plan.remove(id);
        let left = inner.plan.rules().next().is_some();
        self.0.armed.store(left, Ordering::Relaxed);
        removed
    }

    /// Removes all rules; the report stays.
    pub fn clear(&self) {
        let mut inner = self.lock();
        inner.plan.clear();
        inner.stale = StaleReplies::default();
        drop(inner);
        self.0.armed.store(false, Ordering::Relaxed);
    }

    /// Removes the rules that do not last.
    pub fn lift(&self) {
        let mut inner = self.lock();
        let is_any_left = inner.plan.lift();
        if !is_any_left {
            inner.stale = StaleReplies::default();
        }
        drop(inner);
        self.0.armed.store(is_any_left, Ordering::Relaxed);
    }

    /// The rules in force, in the order in which they were added, each with its id.
    pub fn list(&self) -> Vec<FaultRule> {
        self.lock().plan.rules().collect()
    }

    /// What struck so far, by kind, operation and phase.
    pub fn report(&self) -> Vec<FaultCount> {
        let count =
            |((kind, operation, phase), count): (&(&str, Arc<str>, Phase), &u64)| FaultCount {
                kind: (*kind).to_owned(),
                operation: operation.to_string(),
                phase: *phase,
                count: *count,
            };
        self.lock().report.iter().map(count).collect()
    }

    /// By the id of a rule: the numbers of the requests or deliveries that it struck, counted as its
    /// `at` counts them.
    pub fn hits(&self) -> BTreeMap<String, Vec<u64>> {
        let inner = self.lock();
        let hits = inner.plan.hits().iter();
        hits.map(|(rule, numbers)| (rule.to_string(), numbers.clone()))
            .collect()
    }

    /// The operations and topics that rules may name.
    pub fn names(&self) -> &Names {
        &self.0.names
    }

    pub(crate) fn is_armed(&self) -> bool {
        self.0.armed.load(Ordering::Relaxed)
    }

    /// What strikes a request.
    pub(crate) fn strike_request(&self, target: &Target<'_>) -> Vec<Strike> {
        self.lock().plan.strikes(target, |rule| {
            rule.phase() != Phase::Delivery && !rule.fault.is_of_connections()
        })
    }

    /// What strikes a connection as it is made.
    pub(crate) fn strike_connection(&self, target: &Target<'_>) -> Vec<Strike> {
        if !self.is_armed() {
            return Vec::new();
        }
        self.lock()
            .plan
            .strikes(target, |rule| rule.fault.is_of_connections())
    }

    /// What keeps an attempt to deliver a webhook from passing.
    pub(crate) fn strike_attempt(&self, target: &Target<'_>) -> Vec<Strike> {
        if !self.is_armed() {
            return Vec::new();
        }
        let mut strikes = self
            .lock()
            .plan
            .strikes(target, |rule| matches!(rule.fault, FaultKind::Partition(_)));
        for strike in &mut strikes {
            strike.phase = Phase::Delivery;
        }
        strikes
    }

    /// Whether the rule with this id is in force.
    pub(crate) fn is_in_force(&self, rule: &str, now: Timestamp) -> bool {
        self.lock().plan.is_in_force(rule, now)
    }

    /// Whether new connections of whoever sends this request would be refused.
    pub(crate) fn refuses(&self, target: &Target<'_>) -> bool {
        self.lock().plan.refuses(target)
    }

    /// What strikes a webhook delivery.
    pub(crate) fn strike_delivery(&self, target: &Target<'_>) -> Vec<Strike> {
        if !self.is_armed() {
            return Vec::new();
        }
        self.lock()
            .plan
            .strikes(target, |rule| rule.phase() == Phase::Delivery)
    }

    /// Counts a strike that was carried out.
    pub(crate) fn count(&self, strike: &Strike, operation: &Arc<str>) -> StruckFault {
        let key = (strike.kind, Arc::clone(operation), strike.phase);
        *self.lock().report.entry(key).or_insert(0) += 1;
        StruckFault {
            kind: strike.kind,
            rule: Arc::clone(&strike.rule),
            phase: strike.phase,
        }
    }

    /// Gives back a strike that could not be carried out.
    pub(crate) fn give_back(&self, strike: &Strike) {
        self.lock().plan.give_back(strike);
    }

    /// Whether replies to this target must be remembered, to be served again when stale.
    pub(crate) fn remembers(&self, target: &Target<'_>) -> bool {
        self.lock().plan.watches("stale_read", target)
    }

    /// Remembers a reply that may be served again.
    pub(crate) fn remember(&self, uri: &str, reply: EarlierReply) {
        self.lock().stale.remember(uri, reply);
    }

    /// An earlier reply that differs from the `current` one.
    pub(crate) fn recall(
        &self,
        uri: &str,
        current: &[u8],
        age: Duration,
        now: Timestamp,
    ) -> Option<EarlierReply> {
        self.lock().stale.recall(uri, current, age, now)
    }

    /// How far the vendor's clock is to be off at this time.
    pub(crate) fn skew(&self, clock: &VendorClock) -> SignedDuration {
        if !self.is_armed() {
            return SignedDuration::ZERO;
        }
        self.skew_at(clock.world_now())
    }

    pub(super) fn skew_at(&self, now: Timestamp) -> SignedDuration {
        self.lock().plan.skew(now)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Strike {
    /// Whether the handler plays it.
    pub(crate) fn is_semantic(&self) -> bool {
        matches!(self.effect, Effect::Play(_))
    }
}
