//! What the middleware knew when it died, to be laid beside what its store brings back.

use std::collections::BTreeSet;

use sync_core::{
    engine::{Engine, EnginePolicy, Memory},
    outbox::Aggregate,
    store::{Entity, Store},
};
use xxhash_rust::xxh3::Xxh3;

use super::{SimError, history};

/// How many entries of the quarantine are compared.
const MOST: usize = 10_000;

/// What was at hand, and what was kept beside it.
pub(super) struct LastWords {
    memory: Memory,
    rows: String,
    /// What waited. Nothing yet where it was not started.
    pub(super) waiting: BTreeSet<Aggregate>,
}

impl LastWords {
    /// Of one that lived until now.
    pub(super) fn of(engine: &Engine) -> Result<Self, SimError> {
        Ok(Self {
            memory: engine.memory(),
            rows: digest(engine.store())?,
            waiting: engine.waiting(),
        })
    }

    /// Of one that would be started on this store.
    pub(super) fn kept(store: &Store, policy: &EnginePolicy) -> Result<Self, SimError> {
        let memory = Memory::restored(store, policy);
        Ok(Self {
            memory: memory.map_err(|error| SimError::Hub(error.to_string()))?,
            rows: digest(store)?,
            waiting: BTreeSet::new(),
        })
    }

    /// What this one and the one after it say: the first thing in which they differ, or the same.
    pub(super) fn beside(&self, after: &Self) -> (String, String) {
        let Some(differs) = self.memory.difference(&after.memory) else {
            return (self.rows.clone(), after.rows.clone());
        };
        let said = [differs.one, differs.other].map(Option::unwrap_or_default);
        let from = where_they_part(said);
        let [one, other] = [differs.one, differs.other]
            .map(|said| said.map_or("nothing".to_owned(), |said| excerpt(said, from)))
            .map(|said| format!("{}: {said}", differs.name));
        (one, other)
    }
}

/// How many characters are told before two texts part, and in all.
const BEFORE: usize = 60;
const EXCERPT: usize = 160;

/// At which character.
fn where_they_part([one, other]: [&str; 2]) -> usize {
    let pairs = one.chars().zip(other.chars());
    pairs.take_while(|(one, other)| one == other).count()
}

fn excerpt(said: &str, parted: usize) -> String {
    let from = parted.saturating_sub(BEFORE);
    let mut left = said.chars().skip(from);
    let shown: String = left.by_ref().take(EXCERPT).collect();
    let (before, after) = (from > 0, left.next().is_some());
    let dots = |is_cut| if is_cut { "…" } else { "" };
    format!("{}{shown}{}", dots(before), dots(after))
}

/// A digest of the rows that are kept and not held at hand.
fn digest(store: &Store) -> Result<String, SimError> {
    let mut hasher = Xxh3::new();
    let mut take = |text: String| hasher.update(text.as_bytes());
    take(format!("{:?}", store.transfers()?));
    take(format!("{:?}", store.quarantined(MOST)?));
    for entity in [Entity::Count, Entity::Order] {
        take(format!("{:?}", history::bodies(store, entity)?));
    }
    Ok(format!("{:016x}", hasher.digest()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_shown_where_they_part() {
        let (one, other) = (
            format!("{}5{}", "a".repeat(100), "b".repeat(200)),
            format!("{}7{}", "a".repeat(100), "b".repeat(200)),
        );
        let from = where_they_part([&one, &other]);
        let shown = excerpt(&other, from);
        assert_eq!(from, 100);
        assert!(shown.starts_with("…aaa") && shown.ends_with("b…") && shown.contains("a7b"));
        assert_eq!(excerpt("short", 3), "short");
    }
}
