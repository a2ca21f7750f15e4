//! One run from its first millisecond to its verdict: warm-up, safety, liveness, judgement.
//!
//! In the safety phase people work and faults strike; in the liveness phase faults have stopped,
//! and everything has to come to agreement and then to rest.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use tokio::{task::JoinSet, time::Instant};

use super::{
    SimError,
    canary::{self, CANARY},
    history,
    ledger::{self, Posting},
    restraint::Allowance,
    struck::{self, Struck},
    tape::Tape,
    watch, weather,
    world::World,
};
use crate::{
    oracle::{
        self,
        history::{History, Phases},
    },
    plan::Plan,
    report::{Finding, Run, Verdict},
    scenario::Span,
};

/// How long the first convergence may take.
const WARM_UP: Span = Span::from_mins(20);
/// How long agreement may take once faults have stopped: a hold and a sweep, with room.
const PATIENCE: Span = Span::from_mins(60);
/// How long nothing may be left to do, beyond the middleware's slowest poll: a webhook takes a moment.
const CALM: Span = Span::from_secs(10);
/// How often convergence is looked at.
const LOOK: Span = Span::from_secs(2);
/// How much longer than its longest interval the middleware is watched at rest.
const REST: Span = Span::from_secs(30);

/// A run that was played to its end.
#[derive(Debug)]
pub struct Played {
    /// What it came to.
    pub run: Run,
    /// What the oracle judged it by.
    pub history: History,
    /// Every exchange.
    pub tape: Tape,
    /// By fault rule: the numbers of the requests or deliveries that it struck.
    pub hits: BTreeMap<String, Vec<u64>>,
    /// When people began to work; the end if they never did. Scenario files count time from here.
    pub began: Timestamp,
    /// Which exchanges faults struck.
    pub struck: Vec<Struck>,
    /// What the middleware itself booked, if the run failed.
    pub postings: Vec<Posting>,
}

/// Plays a plan in virtual time and judges it.
///
/// # Errors
/// When the harness or the middleware cannot go on. What vendors suffer is never an error.
pub fn play(plan: &Plan) -> Result<Played, SimError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()?;
    runtime.block_on(perform(plan))
}

async fn perform(plan: &Plan) -> Result<Played, SimError> {
    let world = World::new(plan)?;
    let process = world.process.clone();
    let phases = tokio::select! {
        biased;
        died = process.run() => return Err(died.err().unwrap_or(SimError::Ended)),
        phases = act(&world, plan) => phases?,
        () = world.tape.outgrows(Allowance::of(plan)) => cut_short(&world, plan),
    };
    let mut history = history::tell(&world, plan, phases)?;
    if plan.seed == CANARY {
        canary::plant(&mut history);
    }
    let run = judged(&world, plan, &history);
    let postings = match run.verdict {
        Verdict::Fail => ledger::postings(&world.process),
        Verdict::Pass | Verdict::Unknown | Verdict::Error => Vec::new(),
    };
    Ok(Played {
        run,
        postings,
        history,
        tape: world.tape.clone(),
        hits: weather::hits(&world.vendors),
        began: world.traffic_began(),
        struck: struck::collect(&world.vendors),
    })
}

/// The phases of a run, one after the other.
async fn act(world: &World, plan: &Plan) -> Result<Phases, SimError> {
    let started = world.clock.now();
    // What does not come to agreement by itself is judged as it stands: people would not begin.
    if converged(world, plan, WARM_UP).await.is_some() {
        safety(world, plan).await?;
    }
    let faults_ended = world.clock.now();
    converged(world, plan, PATIENCE).await;
    let sweep = plan.scenario.hub.sweep_every();
    world.people.evening(&plan.catalogue, sweep).await;
    let traffic_ended = world.clock.now();
    let converged = converged(world, plan, PATIENCE).await;
    let quiescent = match converged {
        Some(_) => Some(rest(world, plan).await),
        None => None,
    };
    Ok(Phases {
        started,
        traffic_ended,
        faults_ended,
        converged,
        quiescent,
        ended: world.clock.now(),
    })
}

/// The phases of a run that was broken off: nothing came to agreement.
fn cut_short(world: &World, plan: &Plan) -> Phases {
    let now = world.clock.now();
    Phases {
        started: plan.world().start,
        traffic_ended: now,
        faults_ended: now,
        converged: None,
        quiescent: None,
        ended: now,
    }
}

/// People work and faults strike.
async fn safety(world: &World, plan: &Plan) -> Result<(), SimError> {
    let start = Instant::now();
    weather::set(&world.vendors, plan, world.traffic_began())?;
    let mut beside = JoinSet::new();
    beside.spawn(world.doom.arm());
    beside.spawn(world.machines.arm());
    beside.spawn(world.clocks.arm(world));
    world.disk.arm();
    beside.spawn(world.lost.clone().keep(world.vendors.clone()));
    beside.spawn(watch::jerky(world, plan));
    beside.spawn(watch::polish(world, plan));
    world.people.perform(&plan.steps, start).await;
    tokio::time::sleep_until(start + plan.world().duration.to_duration()).await;
    world.doom.disarm();
    world.machines.disarm();
    world.disk.disarm();
    world.clocks.right(&world.vendors);
    weather::lift(&world.vendors);
    watch::end(world);
    // Who is dead is an outage until it comes back.
    while world.process.hub().is_none() || !world.machines.are_up() {
        tokio::time::sleep(LOOK.to_duration()).await;
    }
    Ok(())
}

/// When nothing was left to do for the first time, if that was within `patience`.
///
/// What was done a moment ago may be heard of only by the next poll, if webhooks are off or lost.
async fn converged(world: &World, plan: &Plan, patience: Span) -> Option<Timestamp> {
    let deadline = Instant::now() + patience.to_duration();
    let calm = CALM.plus(plan.scenario.hub.slowest_poll()).to_signed();
    let mut calm_since = None;
    while Instant::now() < deadline {
        let now = world.clock.now();
        if world.process.pending().is_empty() {
            let since = *calm_since.get_or_insert(now);
            if now.duration_since(since) >= calm {
                return Some(since);
            }
        } else {
            calm_since = None;
        }
        tokio::time::sleep(LOOK.to_duration()).await;
    }
    None
}

/// Watches the system at rest. Midnight at the warehouse would rightly wake it, so a window that
/// would hold one begins after it.
async fn rest(world: &World, plan: &Plan) -> (Timestamp, Timestamp) {
    let zone = jiff::tz::TimeZone::get(&plan.world().warehouse_zone);
    let zone = zone.unwrap_or(jiff::tz::TimeZone::UTC);
    let day = |at: Timestamp| zone.to_datetime(at).date();
    let watched = REST.plus(plan.scenario.hub.sweep_every());
    loop {
        let from = world.clock.now();
        let until = from.saturating_add(watched.to_signed()).unwrap_or(from);
        tokio::time::sleep(watched.to_duration()).await;
        if day(from) == day(until) {
            return (from, world.clock.now());
        }
        converged(world, plan, PATIENCE).await;
    }
}

fn judged(world: &World, plan: &Plan, history: &History) -> Run {
    let expect = &plan.scenario.expect;
    let verdicts = oracle::judge(history);
    let wanted = |verdict: &&oracle::Verdict| {
        expect.invariants.is_empty() || expect.invariants.contains(&verdict.name)
    };
    let invariants: Vec<Finding> = verdicts.iter().filter(wanted).map(Finding::from).collect();
    let faults = weather::report(world);
    let tally = history::Tally::of(history, &world.tape);
    let mut unmet = tally.unmet(expect, &faults);
    unmet.extend(restraint(world, plan).or_else(|| unrest(history)));
    Run {
        scenario: plan.scenario.name.clone(),
        word: plan.scenario.name.clone(),
        seed: plan.seed,
        verdict: Verdict::over(&invariants, &unmet),
        trace_hash: world.tape.hash(),
        requests: world.tape.len() as u64,
        orders: tally.orders,
        faults,
        virtual_ms: millis(history.phases.ended.duration_since(history.phases.started)),
        wall_ms: 0,
        invariants,
        unmet,
        error: None,
    }
}

/// Why the run was broken off, if it was.
fn restraint(world: &World, plan: &Plan) -> Option<String> {
    let Allowance {
        at_once,
        each_second,
    } = Allowance::of(plan);
    let (taken, steps) = (world.tape.len(), plan.steps.len());
    world.tape.is_outgrown().then(|| {
        format!(
            "restraint; {taken} requests for {steps} steps, which may take {at_once} at once, and \
             then {each_second} a second"
        )
    })
}

/// Why the middleware was not done at the end, in its own words.
fn unrest(history: &History) -> Option<String> {
    // What can still not be read is asked for as long as that lasts; L1 judges all the rest.
    if history.phases.converged.is_some() || oracle::stays_poisoned(history) {
        return None;
    }
    let reasons = &history.hub.pending;
    let first: Vec<&str> = reasons.iter().take(5).map(String::as_str).collect();
    Some(format!(
        "agreement; {} reasons: {}",
        reasons.len(),
        first.join("; ")
    ))
}

fn millis(span: SignedDuration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(0)
}
