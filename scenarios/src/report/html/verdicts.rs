//! The table of runs, and the figures above it.

use maud::{Markup, html};

use super::Failure;
use crate::report::{Outcome, Run, Verdict, table::length};

/// What all runs came to.
pub(super) fn figures(runs: &[Run], wall_ms: u64) -> Vec<(&'static str, String)> {
    let count = |verdict| runs.iter().filter(|run| run.verdict == verdict).count();
    let sum = |of: fn(&Run) -> u64| runs.iter().map(of).sum::<u64>();
    vec![
        ("pass", count(Verdict::Pass).to_string()),
        ("fail", count(Verdict::Fail).to_string()),
        ("unknown", count(Verdict::Unknown).to_string()),
        ("error", count(Verdict::Error).to_string()),
        ("orders", sum(|run| run.orders).to_string()),
        ("requests", sum(|run| run.requests).to_string()),
        ("faults struck", sum(Run::struck).to_string()),
        ("virtual time", length(sum(|run| run.virtual_ms))),
        ("wall time", length(wall_ms)),
    ]
}

/// One row for each run.
pub(super) fn section(runs: &[Run], failures: &[Failure]) -> Markup {
    html! {
        section #verdicts {
            h2 { "Verdicts" }
            div.scroll {
                table.runs {
                    thead {
                        tr {
                            th { "scenario" } th.num { "seed" } th { "verdict" }
                            th.num { "orders" } th.num { "requests" } th.num { "faults" }
                            th.num { "virtual" } th.num { "wall" } th { "what broke" }
                        }
                    }
                    tbody { @for run in runs { (row(run, failures)) } }
                }
            }
        }
    }
}

fn row(run: &Run, failures: &[Failure]) -> Markup {
    let shown = failures.iter().find(|failure| failure.is_of(run));
    html! {
        tr class=(run.verdict.as_str()) {
            td { (run.scenario) }
            td.num { (run.seed) }
            td { span.badge.(run.verdict.as_str()) { (run.verdict.as_str()) } }
            td.num { (run.orders) }
            td.num { (run.requests) }
            td.num { (run.struck()) }
            td.num { (length(run.virtual_ms)) }
            td.num { (length(run.wall_ms)) }
            td.why {
                @if let Some(failure) = shown {
                    a href=(format!("#{}", failure.anchor())) { (why(run)) }
                } @else { (why(run)) }
            }
        }
    }
}

/// The broken invariants by number, or why nothing can be said.
fn why(run: &Run) -> String {
    let outcome = match run.verdict {
        Verdict::Error => return run.error.clone().unwrap_or_default(),
        Verdict::Pass => return String::new(),
        Verdict::Fail => Outcome::Violated,
        Verdict::Unknown => Outcome::Unknown,
    };
    let named = run.invariants.iter().filter(|f| f.status == outcome);
    let mut named: Vec<&str> = named.map(|finding| finding.name.as_str()).collect();
    if named.is_empty() {
        named.extend(run.unmet.iter().map(String::as_str));
    }
    named.join(", ")
}
