//! One dense line for each event, under a legend.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};

use super::{Kind, Reply, TraceLine};

const LEGEND: &str = "\
# since people began | world time | kind from>to | what | about | outcome +duration | ! faults
# kind: > request, ~ webhook, = entry of a vendor's own ledger, * phase of the run or the middleware's process
# about: what the path, the key or the message names; outcome: the status as the sender saw it
";

/// The legend and the lines. `of` is how many events there were before a filter.
pub fn render(lines: &[&TraceLine], of: usize, began: Timestamp) -> String {
    let mut out = LEGEND.to_owned();
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "# people began at {began}; {} of {of} events",
        lines.len()
    );
    for line in lines {
        let _ = write_line(&mut out, line, began);
    }
    out
}

/// How long after people began, or before with a minus: `1:20:05.250`.
pub fn since(at: Timestamp, began: Timestamp) -> String {
    let span = at.duration_since(began);
    let sign = if span.is_negative() { "-" } else { "" };
    let ms = span.as_millis().unsigned_abs();
    let (hours, minutes) = (ms / 3_600_000, ms / 60_000 % 60);
    let (seconds, ms) = (ms / 1000 % 60, ms % 1000);
    format!("{sign}{hours}:{minutes:02}:{seconds:02}.{ms:03}")
}

/// The world's time, short enough for a column.
pub fn wall(at: Timestamp) -> String {
    at.strftime("%m-%dT%H:%M:%S%.3f").to_string()
}

fn write_line(out: &mut String, line: &TraceLine, began: Timestamp) -> std::fmt::Result {
    let (from, to) = (line.from.name(), line.to.name());
    let who = match line.kind {
        Kind::Process => "* hub".to_owned(),
        Kind::Fact => format!("= {from}"),
        Kind::Request => format!("> {from}>{to}"),
        Kind::Webhook => format!("~ {from}>{to}"),
    };
    let (since, wall) = (since(line.at, began), wall(line.at));
    write!(out, "{since:>12} {wall} {who:<18} ")?;
    match line.kind {
        Kind::Process | Kind::Fact => write!(out, "{}", printable(&line.what))?,
        Kind::Request | Kind::Webhook => write!(out, "{:<24}", printable(&line.what))?,
    }
    match (line.about.is_empty(), line.kind) {
        (true, _) => {}
        (false, Kind::Fact) => write!(out, " [{}]", printable(&line.about))?,
        (false, _) => write!(out, " {}", printable(&line.about))?,
    }
    if let Some(outcome) = outcome(&line.result) {
        let took = line.until.duration_since(line.at);
        write!(out, " | {outcome} +{}", length(took))?;
    }
    if !line.faults.is_empty() {
        write!(out, " ! {}", line.faults.join(", "))?;
    }
    out.push('\n');
    Ok(())
}

/// What came of a message, in a word or two; `None` for what is no message.
pub(super) fn outcome(result: &Reply) -> Option<String> {
    Some(match result {
        Reply::None => return None,
        Reply::Status(status) => status.to_string(),
        Reply::Failed(how) => (*how).to_owned(),
        Reply::GaveUp => "gave up".to_owned(),
        Reply::Lost => "lost".to_owned(),
    })
}

fn length(took: SignedDuration) -> String {
    let ms = took.as_millis();
    if ms < 1000 {
        format!("{ms}ms")
    } else {
        format!("{}.{:03}s", ms / 1000, ms % 1000)
    }
}

/// Bad data must not move the cursor of whoever reads it.
fn printable(text: &str) -> String {
    let shown = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    text.chars().map(shown).collect()
}
