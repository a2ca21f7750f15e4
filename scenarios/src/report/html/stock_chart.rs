//! Stock by account over time: one strip for each account, since the changes that matter are small
//! beside the whole; fault windows shaded, the broken moment marked.

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};

use super::axis::{TimeAxis, px};
use crate::{
    oracle::{
        history::{Account, History},
        names::{JerkySku, PolishSku},
        scene::{Scene, Subjects},
    },
    plan::Plan,
    sim::{self, Played},
};

/// The strips around a moment.
#[derive(Clone, Debug)]
pub(super) struct StockChart {
    strips: Vec<Strip>,
    shades: Vec<Shade>,
    axis: TimeAxis,
    moment: Timestamp,
}

/// A number, or two that should be one, over time.
#[derive(Clone, Debug)]
struct Strip {
    of: String,
    what: String,
    series: Vec<Series>,
}

#[derive(Clone, Debug)]
struct Series {
    class: &'static str,
    steps: Vec<(Timestamp, i64)>,
}

/// A stretch in which a fault could strike, or the middleware was dead.
#[derive(Clone, Debug)]
struct Shade {
    label: String,
    from: Timestamp,
    to: Timestamp,
}

/// How much is shown before and after the broken moment.
const BEFORE: SignedDuration = SignedDuration::from_mins(60);
const AFTER: SignedDuration = SignedDuration::from_mins(15);
/// At most so many items and listings, and shades.
const SUBJECTS: usize = 3;
const SHADES: usize = 8;

const WIDTH: f64 = 760.0;
const LEFT: f64 = 150.0;
const RIGHT: f64 = 690.0;
const STRIP: f64 = 40.0;
const GAP: f64 = 16.0;
const BAR: f64 = 15.0;

impl StockChart {
    /// The stock of these subjects around the broken moment `at`, and back to `from` at least;
    /// `None` when they have none.
    pub(super) fn around(
        scene: &Scene<'_>,
        subjects: &Subjects,
        plan: &Plan,
        played: &Played,
        (from, at): (Timestamp, Timestamp),
    ) -> Option<Self> {
        let phases = &played.history.phases;
        let earliest = at.saturating_sub(BEFORE).unwrap_or(at).min(from);
        let axis = TimeAxis {
            from: earliest.max(phases.started),
            to: at.saturating_add(AFTER).unwrap_or(at).min(phases.ended),
            began: played.began,
            left: LEFT,
            right: RIGHT,
        };
        let listings = subjects.listings.iter().take(SUBJECTS);
        let mut strips: Vec<Strip> = listings.map(|sku| shown(scene, sku)).collect();
        let items = subjects.items.iter().take(SUBJECTS);
        strips.extend(items.flat_map(|item| accounts(scene, item)));
        strips.retain(|strip| strip.says_something(&axis));
        (!strips.is_empty()).then(|| Self {
            strips,
            shades: shades(plan, played, &axis),
            axis,
            moment: at,
        })
    }

    /// The picture.
    pub(super) fn draw(&self) -> Markup {
        let top = 20.0 + BAR * self.shades.len() as f64;
        let bottom = top + (STRIP + GAP) * self.strips.len() as f64;
        let moment = self.axis.x(self.moment);
        html! {
            div.scroll {
                svg.stock viewBox=(format!("0 0 {WIDTH} {}", bottom + 22.0)) role="img"
                    aria-label="Stock by account over time" {
                    @for (place, shade) in self.shades.iter().enumerate() {
                        (self.shade(shade, 18.0 + BAR * place as f64, bottom))
                    }
                    (self.axis.marks(top, bottom))
                    @for (place, strip) in self.strips.iter().enumerate() {
                        (strip.draw(&self.axis, top + GAP + (STRIP + GAP) * place as f64))
                    }
                    line.broken x1=(px(moment)) x2=(px(moment)) y1="12" y2=(px(bottom)) {}
                    text.broken x=(px(moment)) y="10" text-anchor="middle" { "broken here" }
                }
            }
            p.legend {
                @if self.strips.iter().any(|strip| strip.series.len() > 1) {
                    span.key.shown { "shown by the shop" }
                    span.key.truth { "true by the formula" }
                }
                span.key.shade { "a fault could strike, or the middleware was dead" }
            }
        }
    }

    fn shade(&self, shade: &Shade, y: f64, bottom: f64) -> Markup {
        let (from, to) = (self.axis.x(shade.from), self.axis.x(shade.to));
        let width = (to - from).max(2.0);
        html! {
            rect.shade x=(px(from)) y=(px(y)) width=(px(width)) height=(px(bottom - y)) {}
            rect.bar x=(px(from)) y=(px(y)) width=(px(width)) height="3" {}
            text.name x=(px(LEFT - 6.0)) y=(px(y + 6.0)) text-anchor="end" { (shade.label) }
        }
    }
}

impl Strip {
    fn draw(&self, axis: &TimeAxis, top: f64) -> Markup {
        let (least, most) = self.range(axis);
        let y = |value: i64| {
            let span = (most - least) as f64;
            let part = if span == 0.0 {
                0.5
            } else {
                (value - least) as f64 / span
            };
            top + STRIP * (1.0 - part)
        };
        html! {
            line.base x1=(px(LEFT)) x2=(px(RIGHT)) y1=(px(top + STRIP)) y2=(px(top + STRIP)) {}
            text.of x=(px(LEFT - 6.0)) y=(px(top + 14.0)) text-anchor="end" { (self.of) }
            text.what x=(px(LEFT - 6.0)) y=(px(top + 29.0)) text-anchor="end" { (self.what) }
            text.tick x=(px(RIGHT + 6.0)) y=(px(top + 6.0)) { (most) }
            @if most != least {
                text.tick x=(px(RIGHT + 6.0)) y=(px(top + STRIP)) { (least) }
            }
            @for series in &self.series {
                path.(series.class) d=(series.path(axis, y)) {}
            }
        }
    }

    /// An account on which nothing lies all the while tells nobody anything.
    fn says_something(&self, axis: &TimeAxis) -> bool {
        self.series.len() > 1 || self.range(axis) != (0, 0)
    }

    /// The least and the most of what is in view.
    fn range(&self, axis: &TimeAxis) -> (i64, i64) {
        let in_view = self.series.iter().flat_map(|series| series.in_view(axis));
        let values: Vec<i64> = in_view.map(|(_, value)| value).collect();
        let least = values.iter().min().copied().unwrap_or(0);
        (least, values.iter().max().copied().unwrap_or(0))
    }
}

impl Series {
    /// What stands at the left end, and every step from there on.
    fn in_view(&self, axis: &TimeAxis) -> impl Iterator<Item = (Timestamp, i64)> {
        let (from, to) = (axis.from, axis.to);
        let before = self.steps.iter().rfind(|(at, _)| *at <= from);
        let standing = before.map(|(_, value)| (from, *value));
        let inside = self.steps.iter().copied();
        let inside = inside.filter(move |(at, _)| *at > from && *at <= to);
        standing.into_iter().chain(inside)
    }

    fn path(&self, axis: &TimeAxis, y: impl Fn(i64) -> f64) -> String {
        let mut path = String::new();
        for (at, value) in self.in_view(axis) {
            let (x, y) = (px(axis.x(at)), px(y(value)));
            if path.is_empty() {
                path = format!("M{x} {y}");
            } else {
                path.push_str(&format!("H{x}V{y}"));
            }
        }
        if !path.is_empty() {
            path.push_str(&format!("H{}", px(RIGHT)));
        }
        path
    }
}

fn shown(scene: &Scene<'_>, listing: &PolishSku) -> Strip {
    let numbers = scene.numbers(listing);
    Strip {
        of: listing.to_string(),
        what: "published".to_owned(),
        series: vec![
            Series {
                class: "truth",
                steps: numbers.truth,
            },
            Series {
                class: "shown",
                steps: numbers.shown,
            },
        ],
    }
}

fn accounts(scene: &Scene<'_>, item: &JerkySku) -> Vec<Strip> {
    let accounts = scene.accounts(item).into_iter();
    let strips = accounts.map(|account| Strip {
        of: item.to_string(),
        what: name(account.account).to_owned(),
        series: vec![Series {
            class: "account",
            steps: account.steps,
        }],
    });
    strips.collect()
}

/// Rules that were not in force all the time say more than those that were, so they come first.
fn shades(plan: &Plan, played: &Played, axis: &TimeAxis) -> Vec<Shade> {
    let history: &History = &played.history;
    let end = history.phases.faults_ended;
    let windows = sim::windows(plan, played.began, end);
    let mut shades: Vec<Shade> = history
        .crashes
        .iter()
        .map(|crash| Shade {
            label: "hub dead".to_owned(),
            from: crash.at,
            to: crash.restarted_at,
        })
        .collect();
    shades.extend(windows.into_iter().map(|window| Shade {
        label: window.kind.to_owned(),
        from: window.from,
        to: window.until,
    }));
    shades.retain(|shade| axis.shows(shade.from, shade.to));
    shades.sort_by_key(|shade| shade.to.duration_since(shade.from));
    shades.dedup_by(|a, b| (&a.label, a.from, a.to) == (&b.label, b.from, b.to));
    shades.truncate(SHADES);
    shades
}

fn name(account: Account) -> &'static str {
    match account {
        Account::Supplier => "supplier",
        Account::Available => "available",
        Account::Reserved => "reserved",
        Account::Committed => "committed",
        Account::Damaged => "damaged",
        Account::QualityControl => "quality control",
        Account::Sold => "sold",
        Account::Disposed => "disposed",
        Account::CountedOff => "counted off",
        Account::InTransit => "in transit",
    }
}
