//! `--json FILE`: what a campaign came to, for machines.

use std::{fs, io, path::Path, time::Duration};

use serde::Serialize;
use sync_core::sometimes;

use super::{Campaign, Found, Holes, Settings};

/// The document.
#[derive(Clone, Debug, Serialize)]
pub struct Document {
    version: &'static str,
    /// The first seed of the campaign.
    first: u64,
    /// Which share of it this was.
    shard: String,
    worlds: u64,
    twice: u64,
    requests: u64,
    virtual_ms: u64,
    wall_ms: u64,
    worlds_per_second: f64,
    violations: Vec<Violation>,
    coverage: Vec<Cell>,
    marks: Vec<Reached>,
    never: Holes,
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
    /// The document of a campaign.
    pub fn of(
        campaign: &Campaign,
        found: &[Found],
        never: Holes,
        elapsed: Duration,
        settings: &Settings,
    ) -> Self {
        let cells = campaign.coverage.rows().into_iter().map(|row| Cell {
            fault: row.kind,
            operation: row.operation,
            phase: row.phase,
            count: row.count,
        });
        let marks = sometimes::counts()
            .into_iter()
            .map(|(mark, count)| Reached {
                mark: mark.name(),
                count,
            });
        Self {
            version: env!("CARGO_PKG_VERSION"),
            first: settings.first,
            shard: settings.shard.to_string(),
            worlds: campaign.worlds,
            twice: campaign.twice,
            requests: campaign.requests,
            virtual_ms: campaign.virtual_ms,
            wall_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
            worlds_per_second: campaign.worlds as f64 / elapsed.as_secs_f64().max(0.001),
            violations: found.iter().map(Violation::of).collect(),
            coverage: cells.collect(),
            marks: marks.collect(),
            never,
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
    fn of(found: &Found) -> Self {
        let small = found.small.as_ref();
        Self {
            seed: found.seed,
            invariant: found.broken.invariant.clone(),
            evidence: found.broken.evidence.clone(),
            seconds: found.after.as_secs_f64(),
            file: small.map(|(_, file)| file.display().to_string()),
            steps: small.map(|(small, _)| small.scenario.steps.len()),
            faults: small.map(|(small, _)| small.scenario.faults.len()),
        }
    }
}
