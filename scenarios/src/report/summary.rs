//! What follows the table: every failure with its evidence, and one line of totals.

use std::fmt::Write as _;

use super::{Outcome, Run, Verdict, table::length};
use crate::oracle;

/// How to do the same again, what broke, and the totals.
pub fn summary(runs: &[Run], wall_ms: u64) -> String {
    let mut out = String::new();
    for run in runs.iter().filter(|run| run.verdict != Verdict::Pass) {
        // Writing to a string cannot fail.
        let _ = failure(&mut out, run);
    }
    let count = |verdict| runs.iter().filter(|run| run.verdict == verdict).count();
    let sum = |of: fn(&Run) -> u64| runs.iter().map(of).sum::<u64>();
    let errors = match count(Verdict::Error) {
        0 => String::new(),
        some => format!(", {some} error"),
    };
    let _ = writeln!(
        out,
        "{} {}: {} pass, {} fail, {} unknown{errors}\n{} orders, {} requests, {} faults; {} of virtual time in {}",
        runs.len(),
        if runs.len() == 1 { "run" } else { "runs" },
        count(Verdict::Pass),
        count(Verdict::Fail),
        count(Verdict::Unknown),
        sum(|run| run.orders),
        sum(|run| run.requests),
        sum(Run::struck),
        length(sum(|run| run.virtual_ms)),
        length(wall_ms),
    );
    out
}

/// What broke in one run, and how to see it again.
pub(super) fn failure_text(run: &Run) -> String {
    let mut out = String::new();
    let _ = failure(&mut out, run);
    out
}

fn failure(out: &mut String, run: &Run) -> std::fmt::Result {
    let Run {
        scenario,
        seed,
        word,
        ..
    } = run;
    writeln!(out, "{scenario} (seed {seed}): {}", run.verdict.as_str())?;
    for finding in run.invariants.iter().filter(|f| f.status != Outcome::Holds) {
        let status = match finding.status {
            Outcome::Violated => "violated",
            Outcome::Unknown | Outcome::Holds => "unknown",
        };
        writeln!(out, "  {}: {status}", finding.name)?;
        let code = finding.name.split(' ').next().unwrap_or_default();
        if let Some(invariant) = oracle::find(code) {
            writeln!(out, "    {}", invariant.meaning)?;
        }
        for line in finding.evidence.iter().flat_map(|e| e.lines()) {
            writeln!(out, "    {line}")?;
        }
    }
    if let Some(error) = &run.error {
        writeln!(out, "  not played to its end: {error}")?;
    }
    for unmet in &run.unmet {
        writeln!(out, "  expected and not seen: {unmet}")?;
    }
    writeln!(out, "  again: lockstep run {word} --seed {seed}\n")
}
