//! When something stood between the middleware and the vendors: what really struck, not what could
//! have. Only faults count: a vendor's own refusal tells the middleware the truth.

use jiff::{SignedDuration, Timestamp};

use crate::{
    oracle::history::{Exchange, Phases, Stretch},
    plan::Plan,
    scenario::{Fault, ProcessFault, Span},
    sim::{weather, world::World},
};

/// How long after a fault its traces are gone: what was given up or misread is found by the next
/// reconciliation, which may have to wait as long as a vendor asks.
const REPAIR: SignedDuration = SignedDuration::from_mins(3);

/// All that was disturbed, each stretch with the time until it is repaired, in order and apart.
pub(super) fn stretches(
    world: &World,
    plan: &Plan,
    phases: &Phases,
    exchanges: &[Exchange],
) -> Vec<Stretch> {
    let (crashes, _) = world.process.biography();
    let dead = crashes.iter().map(|crash| (crash.at, crash.restarted_at));
    let planned = planned(plan, world.traffic_began(), phases.faults_ended);
    let all = requests(exchanges, phases.faults_ended)
        .chain(dead)
        .chain(planned);
    let repair = plan.scenario.hub.sweep_every().to_signed() + REPAIR;
    apart(all, repair)
}

/// Requests of the middleware that a fault struck, or that brought no reply. A row that stays bad once
/// faults have stopped is in the way of what it is about, and of nothing else.
fn requests(exchanges: &[Exchange], faults_ended: Timestamp) -> impl Iterator<Item = Stretch> {
    let is_bad = move |sent: &&Exchange| {
        let is_struck = sent.struck && sent.sent_at < faults_ended;
        is_struck || sent.status.is_none_or(|status| status >= 500)
    };
    let bad = exchanges.iter().filter(is_bad);
    bad.map(|sent| (sent.sent_at, sent.ended_at))
}

/// What strikes no single request: a store that refuses, a clock that is wrong.
fn planned(plan: &Plan, start: Timestamp, end: Timestamp) -> impl Iterator<Item = Stretch> {
    let after = move |span: Span| start.saturating_add(span.to_signed()).unwrap_or(end);
    let faults = plan.scenario.faults.iter();
    let outages = faults.filter_map(move |fault| match fault {
        Fault::Process(ProcessFault::StorageBusy(outage) | ProcessFault::StorageFull(outage)) => {
            Some((after(outage.from), after(outage.from.plus(outage.lasts))))
        }
        Fault::Process(ProcessFault::ClockJump(jump)) => {
            let until = jump.lasts.map_or(end, |lasts| after(jump.at.plus(lasts)));
            Some((after(jump.at), until))
        }
        _ => None,
    });
    let windows = weather::windows(plan, start, end).into_iter();
    let skewed = windows.filter(|window| window.kind == "clock_skew");
    outages.chain(skewed.map(|window| (window.from, window.until)))
}

fn apart(stretches: impl Iterator<Item = Stretch>, repair: SignedDuration) -> Vec<Stretch> {
    let repaired = |until: Timestamp| until.saturating_add(repair).unwrap_or(Timestamp::MAX);
    let mut all: Vec<Stretch> = stretches
        .map(|(from, until)| (from, repaired(until)))
        .collect();
    all.sort_unstable();
    let mut apart: Vec<Stretch> = Vec::new();
    for (from, until) in all {
        match apart.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => apart.push((from, until)),
        }
    }
    apart
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::history::Vendor;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn struck(sent: i64, status: Option<u16>) -> Exchange {
        Exchange {
            sent_at: at(sent),
            ended_at: at(sent + 1),
            vendor: Vendor::Polish,
            method: "GET".to_owned(),
            path: "/products".to_owned(),
            since: None,
            status,
            struck: true,
            misread: false,
            idempotency_key: None,
            retry_after: None,
            date: None,
            policy: None,
        }
    }

    #[test]
    fn a_row_that_stays_bad_disturbs_only_until_faults_stop() {
        let readable = [struck(10, Some(200)), struck(30, Some(200))];
        let disturbed: Vec<_> = requests(&readable, at(20)).collect();
        assert_eq!(disturbed, [(at(10), at(11))]);
    }

    #[test]
    fn a_reply_that_never_came_disturbs_at_all_times() {
        let lost = [struck(30, None), struck(40, Some(503))];
        assert_eq!(requests(&lost, at(20)).count(), 2);
    }
}
