//! Less time: everything sooner, and nothing after the last step.

use mock_kit::fault::Moment;

use super::search::Search;
use crate::scenario::{Fault, Moment as CrashMoment, Scenario, Span, Step};

/// How often all times are divided by four at most.
const QUARTERINGS: u32 = 3;
const SECOND: u64 = 1000;
const MINUTE: u64 = 60 * SECOND;

/// How much is left at most between a step and the next: an hour in which nothing happens is polled
/// away request by request.
const GAPS: [u64; 2] = [10 * SECOND, 2 * MINUTE];

pub(super) fn shorter(search: &mut Search) {
    let closer = |gap| search.with(|scenario| closer(scenario, gap));
    search.first(GAPS.map(closer).into());
    for _ in 0..QUARTERINGS {
        let divided = |by| search.with(|scenario| scale(scenario, |ms| ms / by));
        if search.first([4, 2].map(divided).into()) != Some(0) {
            break;
        }
    }
    search.change(|scenario| scale(scenario, |ms| ms / MINUTE * MINUTE));
    search.change(|scenario| scale(scenario, |ms| ms / SECOND * SECOND));
    search.change(end_with_the_last_step);
}

/// Brings steps closer together, and what lies between them with them; and ends with the last.
fn closer(scenario: &mut Scenario, gap: u64) {
    let mut before: Vec<u64> = scenario.steps.iter().map(|s| s.at().as_millis()).collect();
    before.sort_unstable();
    before.dedup();
    let moved = |ms: u64| {
        let (mut last, mut now) = (0, 0);
        for at in before.iter().copied().take_while(|at| *at <= ms) {
            now += (at - last).min(gap);
            last = at;
        }
        now + (ms - last).min(gap)
    };
    scale(scenario, moved);
    end_with_the_last_step(scenario);
}

fn scale(scenario: &mut Scenario, to: impl Fn(u64) -> u64) {
    let span = |span: &mut Span| *span = Span::from_millis(to(span.as_millis()));
    for step in &mut scenario.steps {
        span(step.at_mut());
    }
    for fault in &mut scenario.faults {
        match fault {
            Fault::Crash(crash) => {
                if let CrashMoment::At(at) = &mut crash.moment {
                    span(at);
                }
            }
            Fault::Process(fault) => fault.times_mut().into_iter().for_each(span),
            Fault::Vendor(rule) => {
                let window = [&mut rule.timing.from, &mut rule.timing.until];
                for moment in window.into_iter().flatten() {
                    if let Moment::AfterStartMs(ms) = moment {
                        *ms = to(*ms);
                    }
                }
            }
        }
    }
}

fn end_with_the_last_step(scenario: &mut Scenario) {
    let last = scenario
        .steps
        .iter()
        .map(Step::at)
        .max()
        .unwrap_or_default();
    let end = Span::from_millis((last.as_millis() / MINUTE + 1) * MINUTE);
    scenario.world.duration = scenario.world.duration.min(end);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{command::known, scenario::parse};

    #[test]
    fn nothing_happens_for_longer_than_the_gap() {
        let order = |name: &str, at: &str| {
            format!(
                "[[step]]\ndo = \"order\"\nname = \"{name}\"\nat = \"{at}\"\ncustomer = \"C\"\n[[step.lines]]\nsku = \"A\"\nquantity = 1\n"
            )
        };
        let text = format!(
            "name = \"x\"\ntitle = \"t\"\nwhy = \"w\"\nseed = 1\n[world]\nduration = \"2h\"\n\
             [[fault]]\nkind = \"hub_crash\"\nat = \"59m\"\nrestart_after = \"1s\"\n{}{}{}",
            order("a", "20m"),
            order("b", "20m5s"),
            order("c", "1h"),
        );
        let mut scenario = parse("x.toml", &text, &known()).unwrap();
        closer(&mut scenario, 10_000);
        let at: Vec<u64> = scenario.steps.iter().map(|s| s.at().as_millis()).collect();
        assert_eq!(at, [10_000, 15_000, 25_000]);
        let crash = scenario.faults[0].clone();
        assert!(
            format!("{crash:?}").contains("25000"),
            "between its steps: {crash:?}"
        );
        assert_eq!(scenario.world.duration.as_millis(), 60_000);
    }
}
