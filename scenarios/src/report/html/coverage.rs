//! The coverage grid: kind of fault × phase down, operation across, and how often; the rare branches
//! of the middleware, and how often each was taken; and what was never reached of either.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};
use sync_core::sometimes::Mark;

use crate::report::{FaultCount, Run};

/// Which faults struck where, over any number of runs, and what a campaign made of the middleware.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// What struck: one entry for each kind, operation and phase.
    pub counts: Vec<FaultCount>,
    /// Kinds that never struck.
    pub holes: Vec<String>,
    /// Rare branches of the middleware, with how often each was taken; none where nobody counted.
    pub marks: Vec<(Mark, u64)>,
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
            marks: Vec::new(),
        }
    }

    /// The same with these rare branches, the rarest first.
    #[must_use]
    pub fn marked(mut self, marks: &[(Mark, u64)]) -> Self {
        self.marks = marks.to_vec();
        self.marks.sort_by_key(|(_, count)| *count);
        self
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
                (self.never())
                (self.branches())
            }
        }
    }

    /// What was never reached, of faults and of branches.
    fn never(&self) -> Markup {
        let missed = self.marks.iter().filter(|(_, count)| *count == 0);
        let missed: Vec<&str> = missed.map(|(mark, _)| mark.name()).collect();
        html! {
            @if !self.holes.is_empty() || !missed.is_empty() { h3 { "Holes" } }
            @if !self.holes.is_empty() {
                p { "Kinds that never struck: what they would have found is not known." }
                ul.holes { @for kind in &self.holes { li { (kind) } } }
            }
            @if !missed.is_empty() {
                p { "Rare branches that the middleware never took: nothing here says that they are right." }
                ul.holes { @for mark in &missed { li { (mark) } } }
            }
        }
    }

    fn branches(&self) -> Markup {
        let taken: Vec<&(Mark, u64)> = self.marks.iter().filter(|(_, n)| *n > 0).collect();
        html! {
            @if !taken.is_empty() {
                h3 { "Rare branches" }
                p.muted { "How often the middleware took each, the rarest first." }
                ul.marks {
                    @for (mark, count) in taken { li { span.num { (count) } " " (mark.name()) } }
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
                            th.kind { "kind" small { "phase" } } th.num { "all" }
                            @for operation in &operations {
                                th.turned { span { (operation) } }
                            }
                        }
                    }
                    tbody {
                        @for ((kind, phase), cells) in &rows {
                            tr {
                                th.kind scope="row" { (kind) small { (phase) } }
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
    fn rare_branches_are_counted_the_rarest_first_and_those_never_taken_are_holes() {
        let marks = [
            (Mark::RepeatedEvent, 70),
            (Mark::Midnight, 0),
            (Mark::Backorder, 3),
        ];
        let drawn = Coverage::default().marked(&marks).section().into_string();
        let (holes, taken) = drawn.split_once("<h3>Rare branches</h3>").unwrap();
        assert!(holes.contains("<h3>Holes</h3>"), "{holes}");
        let midnight = format!("<li>{}</li>", Mark::Midnight.name());
        assert!(holes.contains(&midnight), "{holes}");
        assert!(!taken.contains(Mark::Midnight.name()), "{taken}");
        let place = |mark: Mark, count: u64| {
            let said = format!("{count}</span> {}</li>", mark.name());
            taken
                .find(&said)
                .unwrap_or_else(|| panic!("{said}: {taken}"))
        };
        assert!(place(Mark::Backorder, 3) < place(Mark::RepeatedEvent, 70));
    }

    #[test]
    fn where_nobody_counted_branches_none_is_said_to_be_missed() {
        let drawn = Coverage::default().section().into_string();
        assert!(!drawn.contains("ranches"), "{drawn}");
    }

    #[test]
    fn the_grid_scrolls_in_a_frame_of_its_own() {
        let count = FaultCount {
            kind: "reply_lost".to_owned(),
            operation: "create_reservation".to_owned(),
            phase: "applied_reply_lost".to_owned(),
            count: 1,
        };
        let drawn = Coverage::of([count]).section().into_string();
        let frame = "<div class=\"scroll tall\"><table class=\"grid\">";
        assert!(drawn.contains(frame), "{drawn}");
        // Both stay in sight when it is scrolled sideways.
        let row =
            "<th class=\"kind\" scope=\"row\">reply_lost<small>applied_reply_lost</small></th>";
        assert!(drawn.contains(row), "{drawn}");
    }
}
