//! One failed run: each broken invariant in words, its first broken moment, and the pictures.

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};

use super::{lineage::Lineage, sequence::Sequence, stock_chart::StockChart};
use crate::{
    oracle::{
        Violation,
        scene::{Breach, Scene, Subjects},
    },
    plan::Plan,
    replay::{Circle, TraceLine, since, trace},
    report::{Outcome, Run},
    scenario::Span,
    sim::Played,
};

/// A failed run with all that its part of the page shows; the run itself can be dropped.
#[derive(Clone, Debug)]
pub struct Failure {
    scenario: String,
    seed: u64,
    word: String,
    broken: Vec<Broken>,
    unknown: Vec<String>,
    unmet: Vec<String>,
}

/// One broken invariant.
#[derive(Clone, Debug)]
struct Broken {
    breach: Breach,
    /// When it broke first, in words.
    since: String,
    again: String,
    pictures: Option<Pictures>,
}

#[derive(Clone, Debug)]
struct Pictures {
    sequence: Sequence,
    stock: Option<StockChart>,
    lineage: Lineage,
}

/// So many broken invariants of a run get pictures, the earliest ones: what breaks later mostly
/// follows from them.
const PICTURED: usize = 3;

impl Failure {
    /// What a failed or unjudged run has to show.
    pub fn of(plan: &Plan, played: &Played) -> Self {
        let scene = Scene::open(&played.history);
        let lines = trace(plan, played);
        let breaches = scene.breaches(&plan.scenario.expect.invariants);
        let view = View {
            plan,
            played,
            scene: &scene,
            lines: &lines,
        };
        let broken = breaches.into_iter().enumerate();
        let run = &played.run;
        let unknown = run.invariants.iter();
        let unknown = unknown.filter(|finding| finding.status == Outcome::Unknown);
        Self {
            scenario: run.scenario.clone(),
            seed: run.seed,
            word: run.word.clone(),
            broken: broken
                .map(|(place, breach)| view.broken(breach, place < PICTURED))
                .collect(),
            unknown: unknown
                .map(|finding| format!("{}: {}", finding.name, finding.evidence.join("; ")))
                .collect(),
            unmet: run.unmet.clone(),
        }
    }

    /// Whether this is that run's.
    pub(super) fn is_of(&self, run: &Run) -> bool {
        (&self.scenario, self.seed) == (&run.scenario, run.seed)
    }

    /// Its place in the page.
    pub(super) fn anchor(&self) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let name: String = self.scenario.chars().map(plain).collect();
        format!("failure-{name}-{}", self.seed)
    }
}

/// All failures.
pub(super) fn section(failures: &[Failure]) -> Markup {
    html! {
        section #failures {
            h2 { "Failures" }
            @for failure in failures { (failure.article()) }
        }
    }
}

/// A run laid open.
struct View<'v> {
    plan: &'v Plan,
    played: &'v Played,
    scene: &'v Scene<'v>,
    lines: &'v [TraceLine],
}

impl View<'_> {
    fn broken(&self, breach: Breach, is_pictured: bool) -> Broken {
        let first = breach.violations.first();
        let at = first.map_or(self.played.history.phases.ended, |first| first.at);
        let mut subjects = first.map(|first| self.scene.subjects(first));
        if let Some(subjects) = &mut subjects {
            let items = self.scene.items_of(subjects.listings.iter());
            subjects.items.extend(items);
        }
        let pictures = first.zip(subjects.as_ref()).filter(|_| is_pictured);
        Broken {
            since: in_words(at, self.played.began),
            again: self.again(at, subjects.as_ref()),
            pictures: pictures.map(|(first, subjects)| self.pictures(first, subjects)),
            breach,
        }
    }

    fn pictures(&self, first: &Violation, subjects: &Subjects) -> Pictures {
        let Self {
            plan,
            played,
            scene,
            lines,
        } = self;
        let circle = circle(played, subjects);
        let (at, began) = (first.at, played.began);
        let sequence = Sequence::around(lines, &circle, at, began);
        let from = sequence.first().unwrap_or(at);
        Pictures {
            stock: StockChart::around(scene, subjects, plan, played, (from, at)),
            sequence,
            lineage: Lineage::of(scene, subjects, played, at, &first.history),
        }
    }

    /// The command that shows the events around it.
    fn again(&self, at: Timestamp, subjects: Option<&Subjects>) -> String {
        let Played { run, began, .. } = self.played;
        let mut command = format!("lockstep replay {} --seed {}", run.word, run.seed);
        let after = at.duration_since(*began);
        if after.is_negative() {
            command.push_str(&format!(" --at {at}"));
        } else {
            command.push_str(&format!(" --at {}", whole_seconds(after)));
        }
        let listing = subjects.and_then(|s| s.listings.first().map(ToString::to_string));
        let item = subjects.and_then(|s| s.items.first().map(ToString::to_string));
        if let Some(sku) = listing.or(item) {
            command.push_str(&format!(" --sku {sku}"));
        }
        command
    }
}

/// Everything that the requests around the moment may be about.
fn circle(played: &Played, subjects: &Subjects) -> Circle {
    let mut circle = Circle::default();
    for order in &subjects.orders {
        circle.join(Circle::of_order(&played.history, order));
    }
    if subjects.orders.is_empty() {
        for sku in &subjects.listings {
            circle.join(Circle::of_sku(&played.history, sku.as_str()));
        }
    }
    if circle.is_empty() {
        for item in &subjects.items {
            circle.join(Circle::of_sku(&played.history, item.as_str()));
        }
    }
    for other in &subjects.others {
        circle.join(Circle::of_name(other));
    }
    circle
}

fn in_words(at: Timestamp, began: Timestamp) -> String {
    if at < began {
        format!("{} before people began", since(began, at))
    } else {
        format!("{} after people began", since(at, began))
    }
}

fn whole_seconds(span: SignedDuration) -> Span {
    Span::from_secs(u64::try_from(span.as_secs()).unwrap_or(0))
}

impl Failure {
    fn article(&self) -> Markup {
        let Self {
            scenario,
            seed,
            word,
            ..
        } = self;
        html! {
            article id=(self.anchor()) {
                h3 { (scenario) " " span.muted { "seed " (seed) } }
                p { "Again: " code { "lockstep run " (word) " --seed " (seed) } }
                @for broken in &self.broken { (broken.section()) }
                @if !self.unmet.is_empty() || !self.unknown.is_empty() {
                    h4 { "Not judged, or not seen" }
                    ul {
                        @for reason in &self.unknown { li { (reason) } }
                        @for unmet in &self.unmet { li { "expected and not seen: " (unmet) } }
                    }
                }
            }
        }
    }
}

impl Broken {
    fn section(&self) -> Markup {
        let Breach {
            invariant,
            violations,
            total,
        } = &self.breach;
        html! {
            section.broken-invariant {
                h4 { span.badge.fail { (invariant.code) } " " (invariant.name) }
                p.meaning { (invariant.meaning) }
                p { code.formula { (invariant.formula) } }
                p.muted { "Judged by: " (invariant.reads) "." }
                @if let Some(first) = violations.first() { (self.first(first, *total)) }
                @if let Some(pictures) = &self.pictures { (pictures.shown()) }
                @if violations.len() > 1 {
                    details {
                        summary { "The next of " (total) " violations" }
                        @for violation in violations.iter().skip(1) {
                            pre { (violation) }
                        }
                    }
                }
            }
        }
    }

    fn first(&self, first: &Violation, total: usize) -> Markup {
        html! {
            dl.facts {
                dt { "subject" } dd { (first.subject) }
                dt { "first broken" }
                dd { (self.since) " " span.muted { "(" (first.at) ")" } }
                dt { "expected" } dd { (first.expected) }
                dt { "found" } dd.wrong { (first.found) }
                @if total > 1 { dt { "violations" } dd { (total) } }
                dt { "see it" } dd { code { (self.again) } }
            }
            @if self.pictures.is_none() && !first.history.is_empty() {
                pre { @for line in &first.history { (line) "\n" } }
            }
        }
    }
}

impl Pictures {
    fn shown(&self) -> Markup {
        html! {
            h5 { "What was said around that moment" }
            (self.sequence.draw())
            @if let Some(stock) = &self.stock {
                h5 { "Stock over time" }
                (stock.draw())
            }
            h5 { "Lineage" }
            (self.lineage.list())
        }
    }
}
