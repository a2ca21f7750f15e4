//! The scenario's faults: set at the start of the traffic, lifted at its end, and counted.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use mock_kit::{FaultRule, Faults, fault::Moment};

use super::{SimError, parties::Vendors, world::World};
use crate::{
    plan::Plan,
    report::FaultCount,
    scenario::{Fault, Moment as CrashMoment},
};

/// A stretch of time in which a rule could strike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// The kind of fault.
    pub kind: &'static str,
    /// Where it strikes, as the rule says: vendor and operations.
    pub place: String,
    /// From here on.
    pub from: Timestamp,
    /// Until here.
    pub until: Timestamp,
}

/// When each of the plan's rules was in force, in a run in which people began to work at `start`
/// and no fault struck after `end`.
pub fn windows(plan: &Plan, start: Timestamp, end: Timestamp) -> Vec<Window> {
    let window = |rule: FaultRule| {
        let vendor = rule.place.vendor.as_deref();
        let operations = rule.operations().iter().map(String::as_str);
        let place: Vec<&str> = vendor.into_iter().chain(operations).collect();
        Window {
            kind: rule.fault.about().name,
            place: place.join(" "),
            from: rule.timing.from.map_or(start, |from| from.resolve(start)),
            until: rule
                .timing
                .until
                .map_or(end, |until| until.resolve(start).min(end)),
        }
    };
    rules(plan, start).into_iter().map(window).collect()
}

/// Sets the plan's rules at both vendors. Their windows count from `start`.
///
/// # Errors
/// When no vendor takes a rule, or one refuses it.
pub(super) fn set(vendors: &Vendors, plan: &Plan, start: Timestamp) -> Result<(), SimError> {
    for rule in rules(plan, start) {
        let mut taken = false;
        for faults in both(vendors) {
            if faults.concerns(&rule) {
                faults
                    .add(rule.clone())
                    .map_err(|e| SimError::Fault(e.to_string()))?;
                taken = true;
            }
        }
        if !taken {
            let id = rule.effective_id();
            return Err(SimError::Fault(format!(
                "no vendor is concerned by the rule {id}"
            )));
        }
    }
    Ok(())
}

/// Lifts them, but for those that last; what struck stays counted.
pub(super) fn lift(vendors: &Vendors) {
    both(vendors).into_iter().for_each(Faults::lift);
}

/// What struck, by kind, operation and phase.
pub(super) fn report(world: &World) -> Vec<FaultCount> {
    let (vendors, process) = (&world.vendors, &world.process);
    let struck = both(vendors).into_iter().flat_map(Faults::report);
    let mut counts: Vec<FaultCount> = struck
        .map(|fault| FaultCount {
            kind: fault.kind,
            operation: fault.operation,
            phase: fault.phase.as_str().to_owned(),
            count: fault.count,
        })
        .collect();
    counts.extend(process.struck().iter().map(|crash| FaultCount {
        kind: "hub_crash".to_owned(),
        operation: "process".to_owned(),
        phase: phase(crash.moment).to_owned(),
        count: 1,
    }));
    counts.extend(world.machines.struck());
    counts.extend(world.clocks.struck());
    counts.extend(world.disk.struck());
    merged(counts)
}

/// By rule: the numbers of the requests or deliveries that it struck.
pub(super) fn hits(vendors: &Vendors) -> BTreeMap<String, Vec<u64>> {
    both(vendors).into_iter().flat_map(Faults::hits).collect()
}

/// The plan's rules with their windows as times.
pub(super) fn rules(plan: &Plan, start: Timestamp) -> Vec<FaultRule> {
    let at = |moment: &mut Option<Moment>| {
        *moment = moment.map(|moment| Moment::At(moment.resolve(start)));
    };
    let faults = plan.scenario.faults.iter();
    let rule = |fault: &Fault| match fault {
        Fault::Crash(_) | Fault::Process(_) => None,
        Fault::Vendor(rule) => {
            let mut rule = FaultRule::clone(rule);
            // Before its window is a time: the same rule draws the same in any phase of a run.
            rule.id = Some(rule.effective_id());
            at(&mut rule.timing.from);
            at(&mut rule.timing.until);
            Some(rule)
        }
    };
    faults.filter_map(rule).collect()
}

/// The longest that one fault keeps the middleware from the truth.
pub(super) fn longest_outage(plan: &Plan, start: Timestamp) -> SignedDuration {
    let windows = rules(plan, start).into_iter().filter_map(|rule| {
        let until = rule.timing.until?.resolve(start);
        let from = rule.timing.from.map_or(start, |from| from.resolve(start));
        Some(until.duration_since(from))
    });
    let dead = plan.scenario.faults.iter().filter_map(|fault| match fault {
        Fault::Crash(crash) => Some(crash.restart_after.to_signed()),
        Fault::Process(fault) => Some(fault.lasts(plan.world().duration).to_signed()),
        Fault::Vendor(_) => None,
    });
    windows.chain(dead).max().unwrap_or(SignedDuration::ZERO)
}

fn both(vendors: &Vendors) -> [&Faults; 2] {
    [vendors.jerky.faults(), vendors.polish.faults()]
}

fn phase(moment: CrashMoment) -> &'static str {
    match moment {
        CrashMoment::NthRequest(_) => "request",
        CrashMoment::NthCommit(_) | CrashMoment::EveryCommit(_) => "commit",
        CrashMoment::At(_) => "time",
    }
}

/// One line for each kind, operation and phase, sorted.
fn merged(mut counts: Vec<FaultCount>) -> Vec<FaultCount> {
    counts.sort();
    let mut merged: Vec<FaultCount> = Vec::with_capacity(counts.len());
    for count in counts {
        match merged.last_mut() {
            Some(last)
                if (&last.kind, &last.operation, &last.phase)
                    == (&count.kind, &count.operation, &count.phase) =>
            {
                last.count += count.count;
            }
            _ => merged.push(count),
        }
    }
    merged
}
