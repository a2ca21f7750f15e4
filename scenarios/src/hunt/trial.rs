//! One world of a campaign, played and judged.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    plan::Plan,
    report::{FaultCount, Finding, Outcome, Run, Unjudged},
    sim::{self, SimError},
};

/// What one world came to.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Its seed.
    pub seed: u64,
    /// Requests of all parties.
    pub requests: u64,
    /// Virtual milliseconds.
    pub virtual_ms: u64,
    /// What struck.
    pub faults: Vec<FaultCount>,
    /// What it broke, the first broken invariant first.
    pub broken: Vec<Broken>,
    /// Invariants that could not be judged.
    pub unknown: Vec<Unjudged>,
    /// Whether it was played twice to compare the traces.
    pub twice: bool,
}

/// An invariant that a world broke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Number and name, such as `S3 no_oversell`.
    pub invariant: String,
    /// The violations, as in a report.
    pub evidence: Vec<String>,
}

impl Broken {
    /// The first moment it was broken; nothing where the evidence names none.
    pub fn since(&self) -> Option<Timestamp> {
        let moment = |text: &String| text.split(' ').next()?.parse().ok();
        self.evidence.iter().filter_map(moment).min()
    }
}

/// By fault rule: the numbers of the requests or deliveries that it struck.
pub type Hits = BTreeMap<String, Vec<u64>>;

/// The middleware, or the harness, panicked.
const PANIC: &str = "panic";
/// The middleware gave up.
const ENDED: &str = "ended";
/// It never came to agreement, and no invariant said so.
const UNREST: &str = "agreement";
/// The same seed gave two traces.
const NONDETERMINISM: &str = "nondeterminism";

impl Trial {
    /// Plays a plan; `twice` plays it again and compares the traces.
    pub fn of(plan: &Plan, twice: bool) -> Self {
        Self::played(plan.seed, twice, || once(plan).map(|(run, _)| run))
    }

    fn played(seed: u64, twice: bool, play: impl Fn() -> Result<Run, Broken>) -> Self {
        let run = match play() {
            Ok(run) => run,
            Err(broken) => return Self::nothing_but(seed, broken),
        };
        let mut trial = Self::judged(seed, &run);
        if twice {
            trial.broken.extend(compared(&run, play()));
            trial.twice = true;
        }
        trial
    }

    /// Plays a plan, and says as well which requests each fault struck; nothing if it was not played
    /// to its end.
    pub fn with_hits(plan: &Plan) -> (Self, Option<Hits>) {
        match once(plan) {
            Ok((run, hits)) => (Self::judged(plan.seed, &run), Some(hits)),
            Err(broken) => (Self::nothing_but(plan.seed, broken), None),
        }
    }

    fn judged(seed: u64, run: &Run) -> Self {
        let with = |status| {
            run.invariants
                .iter()
                .filter(move |finding| finding.status == status)
        };
        let mut broken: Vec<Broken> = with(Outcome::Violated)
            .map(|finding| Broken {
                invariant: finding.name.clone(),
                evidence: finding.evidence.clone(),
            })
            .collect();
        if broken.is_empty() && !run.unmet.is_empty() {
            broken.push(Broken {
                invariant: UNREST.to_owned(),
                evidence: run.unmet.clone(),
            });
        }
        let unjudged = |finding: &Finding| Unjudged {
            invariant: finding.name.clone(),
            worlds: 1,
            reason: finding.evidence.join("; "),
            seed,
        };
        Self {
            seed,
            requests: run.requests,
            virtual_ms: run.virtual_ms,
            faults: run.faults.clone(),
            broken,
            unknown: with(Outcome::Unknown).map(unjudged).collect(),
            twice: false,
        }
    }

    fn nothing_but(seed: u64, broken: Broken) -> Self {
        Self {
            seed,
            requests: 0,
            virtual_ms: 0,
            faults: Vec::new(),
            broken: vec![broken],
            unknown: Vec::new(),
            twice: false,
        }
    }
}

fn once(plan: &Plan) -> Result<(Run, Hits), Broken> {
    let broken = |invariant: &str, evidence: String| Broken {
        invariant: invariant.to_owned(),
        evidence: vec![evidence],
    };
    match sim::play_guarded(plan) {
        Ok(played) => Ok((played.run, played.hits)),
        Err(SimError::Hub(why)) => Err(broken(ENDED, why)),
        Err(error @ SimError::Ended) => Err(broken(ENDED, error.to_string())),
        Err(SimError::Panicked(why)) => Err(broken(PANIC, why)),
        Err(error) => Err(broken("harness", error.to_string())),
    }
}

fn compared(run: &Run, again: Result<Run, Broken>) -> Option<Broken> {
    let again = match again {
        Ok(again) => format!("the hash {}", again.trace_hash),
        Err(broken) => format!("none: {}, {}", broken.invariant, broken.evidence.join("; ")),
    };
    let first = format!("the hash {}", run.trace_hash);
    (again != first).then(|| Broken {
        invariant: NONDETERMINISM.to_owned(),
        evidence: vec![format!(
            "the trace of one seed has {first}, and then {again}"
        )],
    })
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::report::Verdict;

    fn run(trace_hash: &str) -> Run {
        Run {
            scenario: "hunt-7".to_owned(),
            word: String::new(),
            seed: 7,
            verdict: Verdict::Pass,
            trace_hash: trace_hash.to_owned(),
            requests: 12,
            orders: 1,
            faults: Vec::new(),
            virtual_ms: 1000,
            wall_ms: 0,
            invariants: Vec::new(),
            unmet: Vec::new(),
            error: None,
        }
    }

    /// What is broken when a world comes out first as the one and then as the other.
    fn broken(twice: bool, first: &str, second: &Result<Run, Broken>) -> (Vec<Broken>, u32) {
        let played = Cell::new(0);
        let trial = Trial::played(7, twice, || {
            played.set(played.get() + 1);
            match played.get() {
                1 => Ok(run(first)),
                _ => second.clone(),
            }
        });
        assert_eq!(trial.twice, twice);
        (trial.broken, played.get())
    }

    #[test]
    fn two_runs_of_a_seed_that_differ_break_determinism() {
        let (found, played) = broken(true, "00aa", &Ok(run("00bb")));
        assert_eq!(played, 2);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].invariant, NONDETERMINISM);
        for hash in ["00aa", "00bb"] {
            assert!(found[0].evidence[0].contains(hash), "{found:?}");
        }
        let panicked = Broken {
            invariant: PANIC.to_owned(),
            evidence: vec!["out of range".to_owned()],
        };
        let (found, _) = broken(true, "00aa", &Err(panicked));
        assert_eq!(found[0].invariant, NONDETERMINISM);
        assert!(
            found[0].evidence[0].contains("panic, out of range"),
            "{found:?}"
        );
    }

    #[test]
    fn what_a_world_leaves_open_is_told_with_its_reason() {
        let mut run = run("00aa");
        for (name, status) in [
            ("S1 conservation", Outcome::Holds),
            ("S7 order_free", Outcome::Unknown),
        ] {
            run.invariants.push(Finding {
                name: name.to_owned(),
                status,
                judged: 0,
                evidence: vec!["no second order".to_owned()],
            });
        }
        let open = Unjudged {
            invariant: "S7 order_free".to_owned(),
            worlds: 1,
            reason: "no second order".to_owned(),
            seed: 7,
        };
        let trial = Trial::judged(7, &run);
        assert_eq!((trial.unknown, trial.broken), (vec![open], Vec::new()));
    }

    #[test]
    fn two_runs_of_a_seed_that_are_equal_break_nothing() {
        assert_eq!(broken(true, "00aa", &Ok(run("00aa"))), (Vec::new(), 2));
        assert_eq!(broken(false, "00aa", &Ok(run("00bb"))), (Vec::new(), 1));
    }
}
