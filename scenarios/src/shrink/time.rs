//! Less time: everything sooner, and nothing after the last step.

use mock_kit::fault::Moment;

use super::search::Search;
use crate::scenario::{Fault, Moment as CrashMoment, Scenario, Span, Step};

/// How often all times are halved at most.
const HALVINGS: u32 = 6;
const SECOND: u64 = 1000;
const MINUTE: u64 = 60 * SECOND;

pub(super) fn shorter(search: &mut Search) {
    for _ in 0..HALVINGS {
        if !search.change(|scenario| scale(scenario, |ms| ms / 2)) {
            break;
        }
    }
    search.change(|scenario| scale(scenario, |ms| ms / MINUTE * MINUTE));
    search.change(|scenario| scale(scenario, |ms| ms / SECOND * SECOND));
    search.change(end_with_the_last_step);
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
