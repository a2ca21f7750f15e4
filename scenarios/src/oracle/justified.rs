//! S12: every published number was the formula over some true state, not too long ago.

use jiff::Timestamp;

use super::{Case, Findings, Invariant, Violation, numbers::Shown, telling};

/// S12.
pub(super) const INVARIANT: Invariant = Invariant {
    code: "S12",
    name: "justified",
    meaning: "Every published number was the formula over some true state, not too long ago.",
    formula: "published = floor_moq_multiple(min over components floor((eligible free - safety) / need)), each component sampled within the staleness bound",
    reads: "published numbers, mirrors, both ground truths, mapping",
    check,
};

// Only numbers that took effect are judged: a publish that failed, or whose outcome stayed unknown
// without being applied, changed nothing.

fn check(case: &Case<'_>, findings: &mut Findings) {
    for (sku, numbers) in &case.numbers.listings {
        for shown in numbers.published() {
            findings.judged();
            let (oldest, newest) = window(case, shown);
            if !numbers.is_justified(shown.value, oldest, newest) {
                findings.violated(|| {
                    let truths = numbers.truths(oldest, newest);
                    let history = case.told_of_listing(numbers.listing, *shown);
                    violation(sku.as_str(), shown, oldest, &truths, history)
                });
                break;
            }
        }
    }
    for (sku, numbers) in &case.numbers.mirrors {
        for shown in &numbers.shown {
            findings.judged();
            let (oldest, newest) = window(case, shown);
            let truths = || numbers.truth.within(oldest, newest);
            if !truths().any(|truth| truth == shown.value) {
                findings.violated(|| {
                    let history = vec![telling::line(shown.step)];
                    violation(
                        sku.as_str(),
                        shown,
                        oldest,
                        &truths().collect::<Vec<_>>(),
                        history,
                    )
                });
                break;
            }
        }
    }
}

/// How long ago the number may have been true; a skewed clock may even run ahead.
fn window(case: &Case<'_>, shown: &Shown<'_>) -> (Timestamp, Timestamp) {
    let limits = &case.history.limits;
    (
        case.earlier(shown.at, limits.staleness),
        case.later(shown.at, limits.skew),
    )
}

fn violation(
    subject: &str,
    shown: &Shown<'_>,
    oldest: Timestamp,
    truths: &[i64],
    history: Vec<String>,
) -> Violation {
    const TOLD: usize = 8;
    let newest = truths
        .get(truths.len().saturating_sub(TOLD)..)
        .unwrap_or_default();
    Violation {
        subject: subject.to_owned(),
        at: shown.at,
        expected: format!("a number true since {}: {newest:?}", telling::time(oldest)),
        found: shown.value.to_string(),
        history,
    }
}
