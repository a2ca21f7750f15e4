//! `--json FILE`: what a campaign came to, for machines.

use std::{fs, io, path::Path};

use serde::Serialize;

use super::{Budget, Found, Holes, Results};
use crate::report::Unjudged;

/// The document.
#[derive(Clone, Debug, Serialize)]
pub struct Document {
    version: &'static str,
    /// The first seed of the campaign.
    first: u64,
    /// Which share of it this was.
    shard: String,
    /// How many worlds were to be played, of all shares together, or for how long.
    budget: Allotted,
    /// The first seed of what is left, if somebody stopped it before that.
    stopped_before: Option<u64>,
    worlds: u64,
    twice: u64,
    requests: u64,
    virtual_ms: u64,
    wall_ms: u64,
    worlds_per_second: f64,
    violations: Vec<Violation>,
    /// What could not be judged, and so was not found to hold either.
    unknown: Vec<Unjudged>,
    coverage: Vec<Cell>,
    marks: Vec<Reached>,
    never: Holes,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Allotted {
    Worlds(u64),
    Seconds(f64),
}

#[derive(Clone, Debug, Serialize)]
struct Violation {
    seed: u64,
    invariant: String,
    evidence: Vec<String>,
    /// Of hunting until it was found.
    seconds: f64,
    /// The scenario made small, if it was.
    file: Option<String>,
    /// Steps and faults of that.
    steps: Option<usize>,
    faults: Option<usize>,
    /// The command that plays it again.
    again: String,
}

#[derive(Clone, Debug, Serialize)]
struct Cell {
    fault: String,
    operation: String,
    phase: String,
    count: u64,
}

#[derive(Clone, Debug, Serialize)]
struct Reached {
    mark: &'static str,
    count: u64,
}

impl Document {
    /// The document of a hunt.
    pub fn of(results: &Results<'_>) -> Self {
        let Results {
            campaign, settings, ..
        } = results;
        let cells = campaign.coverage.rows().into_iter().map(|row| Cell {
            fault: row.kind,
            operation: row.operation,
            phase: row.phase,
            count: row.count,
        });
        let marks = results.marks.iter().map(|(mark, count)| Reached {
            mark: mark.name(),
            count: *count,
        });
        let violation = |found| Violation::of(found, results);
        Self {
            version: env!("CARGO_PKG_VERSION"),
            first: settings.first,
            shard: settings.shard.to_string(),
            budget: match settings.budget {
                Budget::Worlds(worlds) => Allotted::Worlds(worlds),
                Budget::Time(length) => Allotted::Seconds(length.as_secs_f64()),
            },
            stopped_before: campaign.stopped_before,
            worlds: campaign.worlds,
            twice: campaign.twice,
            requests: campaign.requests,
            virtual_ms: campaign.virtual_ms,
            wall_ms: results.wall_ms(),
            worlds_per_second: results.rate(),
            violations: results.found.iter().map(violation).collect(),
            unknown: campaign.unknown.values().cloned().collect(),
            coverage: cells.collect(),
            marks: marks.collect(),
            never: results.never.clone(),
        }
    }

    /// Writes it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        fs::write(path, text)
    }
}

impl Violation {
    fn of(found: &Found, results: &Results<'_>) -> Self {
        let small = found.small.as_ref();
        Self {
            seed: found.seed,
            invariant: found.broken.invariant.clone(),
            evidence: found.broken.evidence.clone(),
            seconds: found.after.as_secs_f64(),
            file: small.map(|(_, file)| file.display().to_string()),
            steps: small.map(|(small, _)| small.scenario.steps.len()),
            faults: small.map(|(small, _)| small.scenario.faults.len()),
            again: found.again(&results.settings.kinds),
        }
    }
}
