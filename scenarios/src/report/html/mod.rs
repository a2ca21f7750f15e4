//! `--html FILE`: one self-contained page for people: verdicts, each failure with its pictures, and
//! the coverage grid. No script, nothing from another host, everything that data says escaped.

mod axis;
mod coverage;
mod failure;
mod hunted;
mod lineage;
mod sequence;
mod stock_chart;
mod verdicts;

#[cfg(test)]
mod tests;

use std::{fs, io, path::Path};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Caught, Run, Unjudged};

pub use coverage::Coverage;
pub use failure::Failure;

const STYLE: &str = include_str!("style.css");

/// What a page is made of. A suite and a hunt fill it alike.
pub struct Page<'a> {
    /// What was done, such as `lockstep run`.
    pub title: &'a str,
    /// The version of the binary that did it.
    pub version: &'a str,
    /// Numbers on top: what, and how much of it.
    pub figures: Vec<(&'a str, String)>,
    /// The runs to list, each a row; a hunt lists only those that failed.
    pub runs: &'a [Run],
    /// What broke.
    pub failures: &'a [Failure],
    /// What a hunt found and is not laid open among the failures.
    pub caught: &'a [Caught],
    /// What a hunt could not judge.
    pub unjudged: &'a [Unjudged],
    /// Which faults struck where.
    pub coverage: Coverage,
}

impl Page<'_> {
    /// The page as HTML.
    pub fn render(&self) -> String {
        self.markup().into_string()
    }

    fn markup(&self) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.title) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    header {
                        h1 { (self.title) }
                        p.muted { "lockstep " (self.version) }
                        dl.figures {
                            @for (what, value) in &self.figures {
                                div { dt { (what) } dd { (value) } }
                            }
                        }
                        nav {
                            @if !self.runs.is_empty() { a href="#verdicts" { "Verdicts" } }
                            @if !self.failures.is_empty() { a href="#failures" { "Failures" } }
                            @if !self.caught.is_empty() { a href="#caught" { "Broken" } }
                            @if !self.unjudged.is_empty() { a href="#unjudged" { "Not judged" } }
                            a href="#coverage" { "Coverage" }
                        }
                    }
                    main {
                        @if !self.runs.is_empty() { (verdicts::section(self.runs, self.failures)) }
                        @if !self.failures.is_empty() { (failure::section(self.failures)) }
                        @if !self.caught.is_empty() { (hunted::caught(self.caught)) }
                        @if !self.unjudged.is_empty() { (hunted::unjudged(self.unjudged)) }
                        (self.coverage.section())
                    }
                }
            }
        }
    }
}

/// The figures of these runs, as [`Page::figures`] wants them.
pub fn figures(runs: &[Run], wall_ms: u64) -> Vec<(&'static str, String)> {
    verdicts::figures(runs, wall_ms)
}

/// Writes a page.
///
/// # Errors
/// When the file cannot be written.
pub fn write(path: &Path, page: &Page<'_>) -> io::Result<()> {
    fs::write(path, page.render())
}
