//! Which rules strike a request. Counters live here; what a strike does is carried out elsewhere.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp};
use seams::Keyed;

use super::{
    about::Phase,
    effect::{Draws, Effect},
    registry::{self, FaultKind},
    row,
    rule::{FaultRule, Who},
    rule_error::RuleError,
};
use crate::principal::{Principal, Role};

/// The names that rules for one vendor may use.
#[derive(Clone, Debug)]
pub struct Names {
    /// The vendor.
    pub vendor: &'static str,
    known: BTreeSet<Arc<str>>,
    clients: &'static [&'static str],
}

/// A request, or a webhook delivery, as rules see it.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The operation id, or the topic.
    pub operation: &'a str,
    /// The method; empty for a delivery.
    pub method: &'a str,
    /// The path; the URL for a delivery.
    pub path: &'a str,
    /// The sender; `None` for a delivery.
    pub principal: Option<&'a Principal>,
    /// The world's time.
    pub now: Timestamp,
}

/// All rules in force, and how often each was hit.
#[derive(Debug)]
pub(crate) struct FaultPlan {
    keyed: Keyed,
    start: Timestamp,
    rules: Vec<Counted>,
    /// By rule: the numbers of the targets that it struck. Kept when rules are removed.
    hits: BTreeMap<Arc<str>, Vec<u64>>,
}

/// A rule that strikes a target. It counts against the rule's limit until it is given back.
pub(crate) struct Strike {
    pub(crate) rule: Arc<str>,
    pub(crate) kind: &'static str,
    pub(crate) phase: Phase,
    pub(crate) effect: Effect,
    subject: Arc<str>,
    hit: u64,
    /// The number of the target among all that the rule matched.
    number: u64,
    keyed: Keyed,
}

#[derive(Debug)]
struct Counted {
    id: Arc<str>,
    rule: FaultRule,
    from: Timestamp,
    until: Timestamp,
    /// Matching targets so far.
    seen: u64,
    /// The same for each operation: what is drawn for one does not depend on another.
    seen_at: BTreeMap<Arc<str>, u64>,
    struck: u64,
}

impl FaultPlan {
    pub(crate) fn new(keyed: Keyed, start: Timestamp) -> Self {
        Self {
            keyed,
            start,
            rules: Vec::new(),
            hits: BTreeMap::new(),
        }
    }

    pub(crate) fn add(&mut self, rule: FaultRule) -> Result<Arc<str>, RuleError> {
        let mut id = rule.effective_id();
        let taken = |id: &str| self.rules.iter().any(|counted| *counted.id == *id);
        if taken(&id) {
            if rule.id.is_some() {
                return Err(RuleError::Duplicate(id));
            }
            let twin = (2..).map(|n| format!("{id}-{n}")).find(|name| !taken(name));
            id = twin.unwrap_or(id);
        }
        let id: Arc<str> = id.into();
        let timing = &rule.timing;
        self.rules.push(Counted {
            id: Arc::clone(&id),
            from: timing
                .from
                .map_or(Timestamp::MIN, |moment| moment.resolve(self.start)),
            until: timing
                .until
                .map_or(Timestamp::MAX, |moment| moment.resolve(self.start)),
            rule,
            seen: 0,
            seen_at: BTreeMap::new(),
            struck: 0,
        });
        Ok(id)
    }

    pub(crate) fn remove(&mut self, id: &str) -> bool {
        let before = self.rules.len();
        self.rules.retain(|counted| *counted.id != *id);
        self.rules.len() < before
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    /// Removes what does not last; whether anything is left.
    pub(crate) fn lift(&mut self) -> bool {
        self.rules.retain(|counted| counted.rule.timing.lasting);
        !self.rules.is_empty()
    }

    /// The rules, each with its id.
    pub(crate) fn rules(&self) -> impl Iterator<Item = FaultRule> {
        self.rules.iter().map(|counted| FaultRule {
            id: Some(counted.id.to_string()),
            ..counted.rule.clone()
        })
    }

    /// All rules among `those` that strike `target`, in the order in which they were added.
    pub(crate) fn strikes(
        &mut self,
        target: &Target<'_>,
        those: impl Fn(&FaultRule) -> bool,
    ) -> Vec<Strike> {
        let keyed = self.keyed;
        let concerned = self.rules.iter_mut().filter(|counted| those(&counted.rule));
        let strikes: Vec<Strike> = concerned
            .filter_map(|counted| counted.strike(target, keyed))
            .collect();
        for strike in &strikes {
            let hits = self.hits.entry(Arc::clone(&strike.rule)).or_default();
            hits.push(strike.number);
        }
        strikes
    }

    /// By rule: the numbers of the targets that it struck.
    pub(crate) fn hits(&self) -> &BTreeMap<Arc<str>, Vec<u64>> {
        &self.hits
    }

    /// Gives back a strike that had nowhere to strike.
    pub(crate) fn give_back(&mut self, strike: &Strike) {
        if let Some(hits) = self.hits.get_mut(&strike.rule) {
            hits.retain(|number| *number != strike.number);
        }
        let mut rules = self.rules.iter_mut();
        if let Some(counted) = rules.find(|counted| counted.id == strike.rule) {
            counted.struck = counted.struck.saturating_sub(1);
        }
    }

    /// How far all rules in their time window set the vendor's clock off.
    pub(crate) fn skew(&self, now: Timestamp) -> SignedDuration {
        let active = self.rules.iter().filter(|counted| counted.is_time(now));
        active
            .map(|counted| &counted.rule.fault)
            .filter_map(|fault| match fault {
                FaultKind::ClockSkew(skew) => Some(SignedDuration::from_millis(skew.offset_ms)),
                _ => None,
            })
            .fold(SignedDuration::ZERO, SignedDuration::saturating_add)
    }

    /// Whether the rule with this id is there and in its time window.
    pub(crate) fn is_in_force(&self, rule: &str, now: Timestamp) -> bool {
        let rule = self.rules.iter().find(|counted| *counted.id == *rule);
        rule.is_some_and(|counted| counted.is_time(now))
    }

    /// Whether a rule refuses connections of whoever sends to `target`.
    pub(crate) fn refuses(&self, target: &Target<'_>) -> bool {
        self.rules.iter().any(|counted| {
            matches!(counted.rule.fault, FaultKind::Refuse(_))
                && counted.is_time(target.now)
                && counted.is_place(target)
                && counted.is_left()
        })
    }

    /// Whether a rule of this kind could still strike a target like this one.
    pub(crate) fn watches(&self, kind: &str, target: &Target<'_>) -> bool {
        self.rules.iter().any(|counted| {
            counted.rule.fault.about().name == kind
                && target.now < counted.until
                && counted.is_place(target)
        })
    }
}

impl Counted {
    fn strike(&mut self, target: &Target<'_>, keyed: Keyed) -> Option<Strike> {
        if !self.is_time(target.now) || !self.is_place(target) {
            return None;
        }
        self.seen += 1;
        let hit = self.count_at(target.operation);
        let draws = Draws::new(keyed, &self.id, target.operation, hit);
        if !self.is_turn(&draws) {
            return None;
        }
        self.struck += 1;
        Some(Strike {
            rule: Arc::clone(&self.id),
            kind: self.rule.fault.about().name,
            phase: self.rule.phase(),
            effect: self.effect(&draws),
            subject: target.operation.into(),
            hit,
            number: self.seen,
            keyed,
        })
    }

    /// What the fault does; bad data that is about one row spares the others.
    fn effect(&self, draws: &Draws<'_>) -> Effect {
        match (self.rule.fault.effect(draws), &self.rule.place.about) {
            (Effect::Corrupt(change), Some(about)) => {
                let about = about.clone();
                Effect::Corrupt(Box::new(move |reply, draws| {
                    row::change_row(reply, &about, |row| change(row, draws))
                }))
            }
            (effect, _) => effect,
        }
    }

    fn is_time(&self, now: Timestamp) -> bool {
        self.from <= now && now < self.until
    }

    fn is_place(&self, target: &Target<'_>) -> bool {
        let place = &self.rule.place;
        let operations = self.rule.operations();
        (operations.is_empty() || operations.iter().any(|name| name == target.operation))
            && place
                .method
                .as_deref()
                .is_none_or(|wanted| wanted.eq_ignore_ascii_case(target.method))
            && place
                .path
                .as_deref()
                .is_none_or(|pattern| is_like(pattern, target.path))
            && target
                .principal
                .is_none_or(|principal| is_client(&place.client, principal))
    }

    fn count_at(&mut self, operation: &str) -> u64 {
        if let Some(count) = self.seen_at.get_mut(operation) {
            *count += 1;
            return *count;
        }
        self.seen_at.insert(operation.into(), 1);
        1
    }

    fn is_turn(&self, draws: &Draws<'_>) -> bool {
        let timing = &self.rule.timing;
        self.is_left()
            && timing.nth.is_none_or(|nth| self.seen == nth)
            && (timing.at.is_empty() || timing.at.contains(&self.seen))
            && timing
                .every
                .is_none_or(|every| self.seen.is_multiple_of(every))
            && timing
                .chance
                .is_none_or(|chance| draws.draw("strikes").chance(chance))
    }

    /// Whether it may strike more often.
    fn is_left(&self) -> bool {
        let limit = self.rule.timing.limit;
        limit.is_none_or(|limit| self.struck < limit)
    }
}

impl Strike {
    /// The operation or topic that is struck.
    pub(crate) fn operation(&self) -> &Arc<str> {
        &self.subject
    }

    /// The decisions of this strike.
    pub(crate) fn draws(&self) -> Draws<'_> {
        Draws::new(self.keyed, &self.rule, &self.subject, self.hit)
    }
}

impl Names {
    /// The operations and topics of `vendor`, and its clients.
    pub fn new(
        vendor: &'static str,
        known: impl IntoIterator<Item = Arc<str>>,
        clients: &'static [&'static str],
    ) -> Self {
        Self {
            vendor,
            known: known.into_iter().collect(),
            clients,
        }
    }

    /// Whether this is an operation or topic of the vendor.
    pub fn contains(&self, name: &str) -> bool {
        self.known.contains(name)
    }

    /// The names most like `name`.
    pub fn nearest(&self, name: &str) -> Vec<String> {
        registry::nearest_of(name, self.known.iter().map(AsRef::as_ref))
    }

    /// Whether this is a client of the vendor, or `any`.
    pub fn has_client(&self, name: &str) -> bool {
        name == ANY_CLIENT || self.clients.contains(&name)
    }

    /// The clients and roles most like `name`.
    pub fn nearest_client(&self, name: &str) -> Vec<String> {
        let roles = Role::ALL.iter().map(|role| role.as_str());
        let known = roles.chain(self.clients.iter().copied());
        registry::nearest_of(name, known.chain([ANY_CLIENT]))
    }
}

/// Stands for all clients in a rule.
const ANY_CLIENT: &str = "any";

fn is_client(who: &Option<Who>, principal: &Principal) -> bool {
    match who {
        None => principal.role == Role::Middleware,
        Some(Who::Role(role)) => principal.role == *role,
        Some(Who::Name(name)) => name == ANY_CLIENT || *principal.name == **name,
    }
}

/// Matches `*` against any characters, by trying the last star again when what follows it fails.
pub(super) fn is_like(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut read) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while read < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, read));
                at += 1;
            }
            Some(byte) if *byte == text[read] => {
                at += 1;
                read += 1;
            }
            _ => match &mut star {
                Some((star_at, star_read)) => {
                    *star_read += 1;
                    (at, read) = (*star_at + 1, *star_read);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}
