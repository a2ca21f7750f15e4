//! The sequence diagram of what was said around a moment: time down, parties across.

#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};

use super::axis::px;
use crate::{
    replay::{Circle, Kind, Lane, Reply, TraceLine, since},
    scenario::Span,
};

/// The events around a moment.
#[derive(Clone, Debug, Default)]
pub(super) struct Sequence {
    lines: Vec<TraceLine>,
    /// How many of them come before the broken moment.
    before: usize,
    moment: Option<Timestamp>,
    began: Timestamp,
}

/// At most so many events before the broken moment, and after it.
const BEFORE: usize = 26;
const AFTER: usize = 7;
/// Nothing from longer ago is shown, unless it is about the subject: a reservation that was never
/// ended was last spoken of long before that broke a bound.
const OLDEST: SignedDuration = SignedDuration::from_mins(30);
/// A silence this long is marked.
const SILENCE: SignedDuration = SignedDuration::from_mins(1);
/// Nothing from longer after is shown.
const NEWEST: SignedDuration = SignedDuration::from_mins(2);

const WIDTH: f64 = 760.0;
const LEFT: f64 = 128.0;
const TOP: f64 = 34.0;
const ROW: f64 = 34.0;
/// The column of the times ends here.
const TIMES: f64 = 72.0;
/// About as wide as a character is, of the wider fonts that a browser may take.
const CHARACTER: f64 = 6.4;

impl Sequence {
    /// The events of `lines` that touch the circle, around `at`.
    pub(super) fn around(
        lines: &[TraceLine],
        circle: &Circle,
        at: Timestamp,
        began: Timestamp,
    ) -> Self {
        let oldest = at.saturating_sub(OLDEST).unwrap_or(Timestamp::MIN);
        let newest = at.saturating_add(NEWEST).unwrap_or(Timestamp::MAX);
        let near = lines.iter().filter(|line| {
            let is_recent = line.at >= oldest && (circle.is_empty() || is_of_all(line));
            let is_about = is_recent || circle.touches(&line.names);
            is_about && line.at <= newest && !is_detail(line)
        });
        let (before, after): (Vec<&TraceLine>, Vec<&TraceLine>) =
            near.partition(|line| line.at <= at);
        let skipped = before.len().saturating_sub(BEFORE);
        let shown = before.iter().skip(skipped).chain(after.iter().take(AFTER));
        Self {
            lines: shown.map(|line| (*line).clone()).collect(),
            before: before.len() - skipped,
            moment: Some(at),
            began,
        }
    }

    /// When the first event shown began.
    pub(super) fn first(&self) -> Option<Timestamp> {
        self.lines.first().map(|line| line.at)
    }

    /// The picture, or a word if nothing was said.
    pub(super) fn draw(&self) -> Markup {
        if self.lines.is_empty() {
            return html! { p.muted { "Nothing was said about it around that moment." } };
        }
        let lanes = self.lanes();
        let rows = self.lines.len() + usize::from(self.moment.is_some());
        let bottom = TOP + ROW * (rows as f64 + 0.5);
        html! {
            div.scroll {
                svg.sequence viewBox=(format!("0 0 {WIDTH} {}", bottom + 8.0)) role="img"
                    aria-label="Sequence diagram of the requests around the broken moment" {
                    @for (lane, x) in &lanes {
                        line.lane x1=(px(*x)) x2=(px(*x)) y1=(px(TOP - 6.0)) y2=(px(bottom)) {}
                        text.party x=(px(*x)) y="18" text-anchor="middle" { (party(*lane)) }
                    }
                    @for (place, line) in self.lines.iter().enumerate() {
                        (self.row(line, self.y(place), &lanes))
                        (self.silence(place))
                    }
                    @if let Some(at) = self.moment { (self.broken(at)) }
                }
            }
            p.legend {
                span.key.request { "request" } span.key.webhook { "webhook" }
                span.key.fact { "entry of a vendor's own ledger" }
                span.key.trouble { "lost, failed, given up or struck by a fault" }
            }
        }
    }

    /// Where the event at `place` lies: the broken moment takes a row of its own.
    fn y(&self, place: usize) -> f64 {
        let row = place + usize::from(place >= self.before);
        TOP + ROW * (row as f64 + 0.7)
    }

    /// How long nothing was said before the event at `place`.
    fn silence(&self, place: usize) -> Markup {
        let before = place
            .checked_sub(1)
            .and_then(|before| self.lines.get(before));
        let silent = before
            .zip(self.lines.get(place))
            .map(|(before, line)| line.at.duration_since(before.at));
        let Some(silent) = silent.filter(|silent| *silent >= SILENCE) else {
            return html! {};
        };
        html! {
            text.silence x="10" y=(px(self.y(place) - 13.0)) {
                "⋮ " (Span::from_mins(silent.as_mins().unsigned_abs()))
            }
        }
    }

    fn broken(&self, at: Timestamp) -> Markup {
        let y = TOP + ROW * (self.before as f64 + 0.7);
        html! {
            line.broken x1="4" x2=(px(WIDTH - 4.0)) y1=(px(y)) y2=(px(y)) {}
            // At the left: a narrow window shows that end first.
            text.broken x="6" y=(px(y - 5.0)) {
                "broken here: " (since(at, self.began))
            }
        }
    }

    /// The parties that take part, from left to right.
    fn lanes(&self) -> Vec<(Lane, f64)> {
        let all = [
            Lane::Warehouse,
            Lane::Jerky,
            Lane::Hub,
            Lane::Polish,
            Lane::Shop,
        ];
        let takes_part = |lane: &Lane| {
            let is_vendor = matches!(lane, Lane::Jerky | Lane::Hub | Lane::Polish);
            is_vendor || self.lines.iter().any(|line| line.from == *lane)
        };
        let present: Vec<Lane> = all.into_iter().filter(takes_part).collect();
        let room = (WIDTH - LEFT - 50.0) / (present.len() as f64 - 1.0);
        let placed = present.into_iter().enumerate();
        placed
            .map(|(place, lane)| (lane, LEFT + place as f64 * room))
            .collect()
    }

    fn row(&self, line: &TraceLine, y: f64, lanes: &[(Lane, f64)]) -> Markup {
        let x = |wanted: Lane| {
            let found = lanes.iter().find(|(lane, _)| *lane == wanted);
            found.map_or(LEFT, |(_, x)| *x)
        };
        let (from, to) = (x(line.from), x(line.to));
        html! {
            g.(class(line)) {
                title { (whole(line)) }
                text.time x="4" y=(px(y + 3.0)) { (since(line.at, self.began)) }
                @match line.kind {
                    Kind::Fact => (note(line, from, y)),
                    Kind::Process => (process(line, from, y)),
                    Kind::Request | Kind::Webhook => (arrow(line, from, to, y)),
                }
            }
        }
    }
}

/// An arrow as far as the message came, and its answer if that did not come back.
fn arrow(line: &TraceLine, from: f64, to: f64, y: f64) -> Markup {
    let fate = Fate::of(line);
    let ahead = (to - from).signum();
    let end = match fate {
        Fate::Answered | Fate::AnswerLost => to,
        Fate::NeverCame => from + (to - from) * 0.72,
    };
    let middle = f64::midpoint(from, to);
    let back = to - (to - from) * 0.28;
    // What cut the message short stands at its start, away from the cross.
    let start = match fate {
        Fate::Answered => (middle, Anchor::Middle),
        _ if ahead < 0.0 => (from - 8.0, Anchor::End),
        _ => (from + 8.0, Anchor::Start),
    };
    html! {
        line.shaft x1=(px(from)) x2=(px(end)) y1=(px(y)) y2=(px(y)) {}
        @if fate != Fate::NeverCame {
            path.head d=(format!("M{} {} l{} -4 v8 z", px(to), px(y), px(-8.0 * ahead))) {}
        }
        @if fate == Fate::AnswerLost {
            line.back x1=(px(to)) x2=(px(back)) y1=(px(y + 6.0)) y2=(px(y + 6.0)) {}
        }
        (words("said", &short(line), (middle, Anchor::Middle), y - 5.0))
        @if !line.faults.is_empty() {
            (words("fault", &format!("⚡ {}", line.faults.join(", ")), start, y + 16.0))
        }
        // Last, so that no halo of a text lies over it: nothing on the page matters more.
        @match fate {
            Fate::Answered => {}
            Fate::NeverCame => (cross(end, y)),
            Fate::AnswerLost => (cross(back, y + 6.0)),
        }
    }
}

fn cross(x: f64, y: f64) -> Markup {
    let (x, y) = (px(x), px(y));
    html! { path.cross d=(format!("M{x} {y} m-5 -5 l10 10 m0 -10 l-10 10")) {} }
}

/// A fact: a diamond on its vendor's line and its words towards the middle.
fn note(line: &TraceLine, x: f64, y: f64) -> Markup {
    html! {
        path.diamond d=(format!("M{} {} l5 5 l-5 5 l-5 -5 z", px(x), px(y - 5.0))) {}
        (words("said", &line.what, beside(x), y + 3.5))
    }
}

fn process(line: &TraceLine, x: f64, y: f64) -> Markup {
    html! {
        circle.dot cx=(px(x)) cy=(px(y)) r="4" {}
        (words("said", &line.what, beside(x), y + 3.5))
    }
}

/// Which part of a text lies at its place.
#[derive(Clone, Copy)]
enum Anchor {
    Start,
    Middle,
    End,
}

/// Next to a mark on a lane, on the side that has more room.
fn beside(x: f64) -> (f64, Anchor) {
    if x > f64::midpoint(TIMES, WIDTH) {
        (x - 9.0, Anchor::End)
    } else {
        (x + 9.0, Anchor::Start)
    }
}

/// A text that never leaves the picture: moved as far as it takes, and cut if it is longer than all
/// the room there is. One that lies beside a mark is cut rather than moved over it.
fn words(class: &str, text: &str, (x, anchor): (f64, Anchor), y: f64) -> Markup {
    let (left, right) = (TIMES, WIDTH - 4.0);
    let (room, name) = match anchor {
        Anchor::Start => (right - x, "start"),
        Anchor::Middle => (right - left, "middle"),
        Anchor::End => (x - left, "end"),
    };
    let text = cut(text, (room / CHARACTER) as usize);
    let half = text.chars().count() as f64 * CHARACTER / 2.0;
    let x = match anchor {
        // Not `clamp`, which panics where there is no room at all.
        Anchor::Middle => x.min(right - half).max(left + half),
        Anchor::Start | Anchor::End => x,
    };
    html! { text.(class) x=(px(x)) y=(px(y)) text-anchor=(name) { (text) } }
}

/// How far a message and its answer came.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Answered,
    AnswerLost,
    NeverCame,
}

impl Fate {
    fn of(line: &TraceLine) -> Self {
        match line.result {
            Reply::None | Reply::Status(_) => Self::Answered,
            Reply::Lost | Reply::Failed("refused") => Self::NeverCame,
            Reply::Failed(_) | Reply::GaveUp => {
                let is_before = |fault: &String| fault.ends_with("(before_apply)");
                if line.faults.iter().any(is_before) {
                    Self::NeverCame
                } else {
                    Self::AnswerLost
                }
            }
        }
    }
}

fn class(line: &TraceLine) -> String {
    let kind = match line.kind {
        Kind::Request => "request",
        Kind::Webhook => "webhook",
        Kind::Fact => "fact",
        Kind::Process => "process",
    };
    if line.is_troubled() {
        format!("{kind} trouble")
    } else {
        kind.to_owned()
    }
}

/// What stands at an arrow: operation, outcome, and what it is about.
fn short(line: &TraceLine) -> String {
    let outcome = outcome(line);
    let first = line
        .about
        .split(' ')
        .find(|word| !word.starts_with("whk_") && !word.starts_with("evt_"));
    let about = first.unwrap_or_default();
    cut(format!("{} {outcome} {about}", line.what).trim(), 46)
}

/// What the pointer shows.
fn whole(line: &TraceLine) -> String {
    let TraceLine { what, about, .. } = line;
    let faults = line.faults.join(", ");
    format!("{what} {about} {} {faults}", outcome(line))
}

fn outcome(line: &TraceLine) -> String {
    match line.result {
        Reply::None => String::new(),
        Reply::Status(status) => format!("→ {status}"),
        Reply::Failed(how) => format!("→ {how}"),
        Reply::GaveUp => "→ gave up".to_owned(),
        Reply::Lost => "→ lost".to_owned(),
    }
}

/// A crash concerns everything.
fn is_of_all(line: &TraceLine) -> bool {
    line.kind == Kind::Process && line.names.is_empty()
}

/// A reservation's own entry says what its movements say.
fn is_detail(line: &TraceLine) -> bool {
    let told_elsewhere = ["reservation: ", "commit: ", "release: ", "reallocation: "];
    line.kind == Kind::Fact
        && told_elsewhere
            .iter()
            .any(|start| line.what.starts_with(start))
}

fn party(lane: Lane) -> &'static str {
    match lane {
        Lane::Warehouse => "staff",
        Lane::Jerky => "jerky vendor",
        Lane::Hub => "hub",
        Lane::Polish => "polish vendor",
        Lane::Shop => "shop",
    }
}

/// At most so many characters.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{kept}…")
}
