//! What hunting for one bug came to.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use serde::{Deserialize, Serialize};

/// What became of one bug.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "became", rename_all = "snake_case")]
pub enum Measure {
    /// It was hunted.
    Hunted {
        /// With a random subset of the faults in each world.
        swarm: Box<Hunted>,
        /// With every fault in every world.
        no_swarm: Box<Hunted>,
    },
    /// It does not build.
    Unbuilt {
        /// What the compiler said.
        said: String,
    },
}

/// One hunt.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Hunted {
    /// Worlds that were played.
    pub worlds: u64,
    /// How many of them broke, and would not have without the bug.
    pub caught: u64,
    /// In how many each invariant broke.
    pub by: BTreeMap<String, u64>,
    /// The first of them.
    pub first: Option<First>,
    /// The smallest case that was made of any.
    pub smallest: Option<Small>,
    /// It was stopped because it did not end.
    pub stopped: bool,
    /// What broke, by seed: what is to be left out of the count of others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<Told>,
}

/// When a bug was first caught.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct First {
    /// Worlds up to it, in the order of their seeds.
    pub worlds: u64,
    /// Seconds of hunting up to it.
    pub seconds: f64,
}

/// A case made small.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Small {
    /// Its steps.
    pub steps: usize,
    /// Its faults.
    pub faults: usize,
    /// What it breaks.
    pub invariant: String,
    /// The world it was found in.
    #[serde(skip)]
    pub seed: u64,
    /// The case itself, until the next hunt.
    #[serde(skip)]
    pub file: PathBuf,
    /// Whether it passes without any one of them; not known before it was checked.
    pub minimal: Option<bool>,
    /// How large the world was that broke; not known of what was measured before that was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Size>,
}

/// Steps and faults of a world as it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Size {
    /// Its steps.
    pub steps: usize,
    /// Its faults.
    pub faults: usize,
}

/// A break, by what tells it from others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Told {
    /// The world.
    pub seed: u64,
    /// What it broke.
    pub invariant: String,
}

/// What is read of a hunt's `--json`.
#[derive(Deserialize)]
pub(super) struct Document {
    first: u64,
    worlds: u64,
    violations: Vec<Violation>,
}

#[derive(Deserialize)]
struct Violation {
    seed: u64,
    invariant: String,
    seconds: f64,
    steps: Option<usize>,
    faults: Option<usize>,
    file: Option<PathBuf>,
}

impl Measure {
    /// Whether any invariant broke, with or without swarm.
    pub fn is_caught(&self) -> bool {
        match self {
            Self::Hunted { swarm, no_swarm } => swarm.caught + no_swarm.caught > 0,
            Self::Unbuilt { .. } => false,
        }
    }

    /// Whether what swarm caught was made small and keeps what is promised of a small case. Without swarm
    /// dozens of faults are left when the time is up, and nobody looks.
    pub fn is_made_small(&self) -> bool {
        match self {
            Self::Hunted { swarm, .. } => {
                let small = swarm.smallest.as_ref();
                swarm.caught == 0 || small.is_some_and(Small::keeps_its_promise)
            }
            Self::Unbuilt { .. } => true,
        }
    }

    /// What broke, with swarm or without.
    pub(super) fn told(&self, with_swarm: bool) -> &[Told] {
        match self {
            Self::Hunted { swarm, .. } if with_swarm => &swarm.told,
            Self::Hunted { no_swarm, .. } => &no_swarm.told,
            Self::Unbuilt { .. } => &[],
        }
    }
}

impl Small {
    /// Whether it was seen to pass without any one of its steps and faults, and is no larger than what was
    /// found. One that nobody could check keeps no promise.
    fn keeps_its_promise(&self) -> bool {
        self.minimal == Some(true) && self.is_no_larger()
    }

    /// Whether it is no larger than what was found, as far as that is known.
    pub(super) fn is_no_larger(&self) -> bool {
        let fits = |found: Size| self.steps <= found.steps && self.faults <= found.faults;
        self.found.is_none_or(fits)
    }
}

impl Hunted {
    /// What a hunt told, without what is in `known`: what breaks without the bug as well.
    pub(super) fn of(document: &Document, known: &[Told]) -> Self {
        let known: BTreeSet<(u64, &str)> = known
            .iter()
            .map(|told| (told.seed, told.invariant.as_str()))
            .collect();
        let new = |violation: &&Violation| {
            !known.contains(&(violation.seed, violation.invariant.as_str()))
        };
        let found: Vec<&Violation> = document.violations.iter().filter(new).collect();
        let mut by: BTreeMap<String, u64> = BTreeMap::new();
        for violation in &found {
            *by.entry(violation.invariant.clone()).or_insert(0) += 1;
        }
        let seeds: BTreeSet<u64> = found.iter().map(|violation| violation.seed).collect();
        let seconds = found.iter().map(|violation| violation.seconds);
        let first = seeds.first().map(|seed| First {
            worlds: seed.wrapping_sub(document.first).saturating_add(1),
            seconds: seconds.fold(f64::INFINITY, f64::min),
        });
        let small = found.iter().filter_map(|violation| {
            Some(Small {
                steps: violation.steps?,
                faults: violation.faults?,
                invariant: violation.invariant.clone(),
                seed: violation.seed,
                file: violation.file.clone()?,
                minimal: None,
                found: None,
            })
        });
        Self {
            worlds: document.worlds,
            caught: u64::try_from(seeds.len()).unwrap_or(u64::MAX),
            smallest: small.min_by_key(|small| (small.steps + small.faults, small.steps)),
            by,
            first,
            stopped: false,
            told: Vec::new(),
        }
        .remembering(document)
    }

    /// Keeps the breaks themselves. Only of the unpatched middleware are they needed later.
    fn remembering(mut self, document: &Document) -> Self {
        self.told = document
            .violations
            .iter()
            .map(|violation| Told {
                seed: violation.seed,
                invariant: violation.invariant.clone(),
            })
            .collect();
        self
    }

    /// Whether it came to its end and caught nothing.
    pub(super) fn is_silent(&self) -> bool {
        self.caught == 0 && !self.stopped
    }

    /// Without the breaks themselves.
    #[must_use]
    pub fn counted(mut self) -> Self {
        self.told.clear();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small(minimal: Option<bool>, found: Option<Size>) -> Small {
        Small {
            steps: 2,
            faults: 1,
            invariant: "fefo".to_owned(),
            seed: 1,
            file: PathBuf::new(),
            minimal,
            found,
        }
    }

    fn caught(smallest: Option<Small>) -> Measure {
        Measure::Hunted {
            swarm: Box::new(Hunted {
                caught: 1,
                smallest,
                ..Hunted::default()
            }),
            no_swarm: Box::default(),
        }
    }

    #[test]
    fn a_smallest_case_that_is_missing_or_unchecked_or_could_lose_something_is_not_small() {
        let checked = [Some(true), Some(false), None].map(|minimal| small(minimal, None));
        let found = checked.map(|small| caught(Some(small)).is_made_small());
        assert_eq!(found, [true, false, false]);
        assert!(!caught(None).is_made_small());
        let nothing = Measure::Hunted {
            swarm: Box::default(),
            no_swarm: Box::default(),
        };
        assert!(nothing.is_made_small());
    }

    #[test]
    fn a_smallest_case_that_is_larger_than_what_was_found_is_not_small() {
        let of = |steps, faults| {
            let found = Some(Size { steps, faults });
            caught(Some(small(Some(true), found))).is_made_small()
        };
        assert_eq!([of(2, 1), of(1, 1), of(2, 0)], [true, false, false]);
    }

    #[test]
    fn what_was_measured_before_sizes_were_kept_is_read() {
        let text = r#"{"steps": 1, "faults": 0, "invariant": "fefo", "minimal": true}"#;
        let small: Small = serde_json::from_str(text).unwrap();
        assert_eq!((small.steps, small.found), (1, None));
    }

    #[test]
    fn what_breaks_without_the_bug_is_not_counted() {
        let violation = |seed, invariant: &str, seconds, steps| Violation {
            seed,
            invariant: invariant.to_owned(),
            seconds,
            steps,
            faults: steps.map(|_| 1),
            file: steps.map(|_| "small.toml".into()),
        };
        let document = Document {
            first: 1,
            worlds: 100,
            violations: vec![
                violation(3, "converges", 0.1, Some(2)),
                violation(8, "fefo", 2.0, Some(9)),
                violation(8, "justified", 2.0, Some(5)),
                violation(9, "fefo", 1.5, None),
            ],
        };
        let known = [Told {
            seed: 3,
            invariant: "converges".to_owned(),
        }];
        let hunted = Hunted::of(&document, &known);
        assert_eq!((hunted.worlds, hunted.caught), (100, 2));
        assert_eq!(hunted.by["fefo"], 2);
        let first = hunted.first.unwrap();
        assert_eq!((first.worlds, first.seconds), (8, 1.5));
        assert_eq!(hunted.smallest.unwrap().steps, 5);
    }
}
