//! The coverage grid: kind of fault × phase down, operation across, and how often.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use crate::report::{FaultCount, Run};

/// Which faults struck where, over any number of runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// What struck: one entry for each kind, operation and phase.
    pub counts: Vec<FaultCount>,
    /// Kinds that never struck.
    pub holes: Vec<String>,
}

impl Coverage {
    /// The coverage of these counts, among all kinds that there are.
    pub fn of(counts: impl IntoIterator<Item = FaultCount>) -> Self {
        let mut sums: BTreeMap<(String, String, String), u64> = BTreeMap::new();
        for count in counts {
            let key = (count.kind, count.phase, count.operation);
            *sums.entry(key).or_default() += count.count;
        }
        let counts: Vec<FaultCount> = sums
            .into_iter()
            .map(|((kind, phase, operation), count)| FaultCount {
                kind,
                operation,
                phase,
                count,
            })
            .collect();
        let known = crate::scenario::fault_kinds();
        let struck = |kind: &&str| counts.iter().any(|count| count.kind == **kind);
        let holes = known.filter(|kind| !struck(kind));
        Self {
            holes: holes.map(str::to_owned).collect(),
            counts,
        }
    }

    /// The coverage of these runs.
    pub fn of_runs(runs: &[Run]) -> Self {
        Self::of(runs.iter().flat_map(|run| run.faults.iter().cloned()))
    }

    pub(super) fn section(&self) -> Markup {
        html! {
            section #coverage {
                h2 { "Coverage" }
                @if self.counts.is_empty() {
                    p { "No fault struck." }
                } @else {
                    p.muted { "How often each kind of fault struck, by phase and operation." }
                    (self.grid())
                }
                @if !self.holes.is_empty() {
                    h3 { "Holes" }
                    p { "Kinds that never struck: what they would have found is not known." }
                    ul.holes { @for kind in &self.holes { li { (kind) } } }
                }
            }
        }
    }

    fn grid(&self) -> Markup {
        let operations = self.counts.iter().map(|count| count.operation.as_str());
        let operations: BTreeSet<&str> = operations.collect();
        let mut rows: BTreeMap<(&str, &str), BTreeMap<&str, u64>> = BTreeMap::new();
        for count in &self.counts {
            let row = rows.entry((&count.kind, &count.phase)).or_default();
            row.insert(&count.operation, count.count);
        }
        html! {
            // As high as the window at most: its scrollbar stays in sight, and so do the operations.
            div.scroll.tall {
                table.grid {
                    thead {
                        tr {
                            th.kind { "kind" } th { "phase" } th.num { "all" }
                            @for operation in &operations {
                                th.turned { span { (operation) } }
                            }
                        }
                    }
                    tbody {
                        @for ((kind, phase), cells) in &rows {
                            tr {
                                th.kind scope="row" { (kind) }
                                td { (phase) }
                                td.num { (cells.values().sum::<u64>()) }
                                @for operation in &operations { (cell(cells.get(operation))) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A count, the warmer the more digits it has.
fn cell(count: Option<&u64>) -> Markup {
    match count {
        None => html! { td.none { "·" } },
        Some(count) => {
            let heat = format!("num heat{}", count.checked_ilog10().unwrap_or(0).min(4));
            html! { td class=(heat) { (count) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_scrolls_in_a_frame_of_its_own() {
        let count = FaultCount {
            kind: "reply_lost".to_owned(),
            operation: "create_reservation".to_owned(),
            phase: "applied_reply_lost".to_owned(),
            count: 1,
        };
        let drawn = Coverage::of([count]).section().into_string();
        assert!(
            drawn.contains("<div class=\"scroll tall\"><table class=\"grid\">"),
            "{drawn}"
        );
    }
}
