//! What hunts found and was mended stays mended, and each case still brings about what it is named for.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    num::NonZero,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use scenarios::{
    command::known,
    plan::Plan,
    report::{Finding, Outcome, Verdict},
    scenario::{Fault, Scenario, Step, read},
    sim::{self, Played},
};

#[test]
fn every_regression_holds_and_every_fault_of_it_strikes() {
    let files = files();
    let (next, complaints) = (AtomicUsize::new(0), Mutex::new(BTreeSet::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(|| {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = complaints_about(file);
                    complaints.lock().unwrap().extend(found);
                }
            });
        }
    });
    let complaints: Vec<String> = complaints.into_inner().unwrap().into_iter().collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "there is none in {}", folder.display());
    files
}

fn complaints_about(file: &Path) -> Vec<String> {
    let scenario = match read(file, &known()) {
        Ok(scenario) => scenario,
        Err(mistake) => return vec![mistake.to_string()],
    };
    let seed = scenario.seed.unwrap();
    let played = sim::play(&Plan::expand(&scenario, seed)).unwrap();
    let run = &played.run;
    let mut complaints = idle(&scenario, &played);
    complaints.extend(unexpected(&scenario));
    if run.verdict != Verdict::Pass {
        let findings = run.invariants.iter();
        let broken: Vec<&Finding> = findings
            .filter(|finding| finding.status != Outcome::Holds)
            .collect();
        complaints.push(format!("{:?}: {broken:#?} {:?}", run.verdict, run.unmet));
    }
    let name = &scenario.name;
    let told = complaints
        .iter()
        .map(|complaint| format!("{name}: {complaint}"));
    told.collect()
}

/// The faults that did not strike, or not all the requests that they are to strike. A hit counts requests,
/// so a change of their order makes a fault pass by what it was found with, and the case holds for nothing.
fn idle(scenario: &Scenario, played: &Played) -> Vec<String> {
    let complaint = |fault: &Fault| {
        let kind = fault.kind();
        let (at, struck) = match fault {
            Fault::Vendor(rule) => {
                let hits = played.hits.get(&rule.effective_id());
                (rule.timing.at.as_slice(), hits.map_or(0, Vec::len))
            }
            Fault::Crash(_) | Fault::Process(_) => (&[][..], of_kind(kind, played)),
        };
        if excused(scenario).contains_key(kind) {
            return (struck > 0).then(|| format!("{kind} strikes; it is called idle for nothing"));
        }
        let wanted = at.len().max(1);
        (struck < wanted).then(|| format!("{kind} struck {struck} times and not {wanted}"))
    };
    scenario.faults.iter().filter_map(complaint).collect()
}

/// Whether a fault of this kind struck a process.
fn of_kind(kind: &str, played: &Played) -> usize {
    let mut faults = played.run.faults.iter();
    usize::from(faults.any(|struck| struck.kind == kind))
}

/// The kinds that strike no longer, with the reasons.
fn excused(scenario: &Scenario) -> BTreeMap<String, String> {
    let found = scenario.found.as_ref();
    found.map(|found| found.idle.clone()).unwrap_or_default()
}

/// What the file brings about and does not expect: `lockstep run` of it alone would pass without that.
fn unexpected(scenario: &Scenario) -> Vec<String> {
    let expect = &scenario.expect;
    let kinds: BTreeSet<&str> = scenario.faults.iter().map(Fault::kind).collect();
    let excused = excused(scenario);
    let unnamed = kinds.iter().filter(|kind| {
        !excused.contains_key(**kind) && !expect.faults.iter().any(|named| named == *kind)
    });
    let unknown = excused.keys().filter(|kind| !kinds.contains(kind.as_str()));
    let unnamed = unnamed.map(|kind| format!("[expect] does not name the fault {kind}"));
    let unknown = unknown.map(|kind| format!("[found.idle] names {kind}, which is no fault of it"));
    unnamed.chain(unknown).chain(undone(scenario)).collect()
}

/// The steps that the file does not expect to be done.
fn undone(scenario: &Scenario) -> Vec<String> {
    let expect = &scenario.expect;
    let all = |is_one: &dyn Fn(&Step) -> bool| -> u64 {
        let steps = scenario.steps.iter().filter(|step| is_one(step));
        steps.count().try_into().unwrap()
    };
    let orders = all(&|step| matches!(step, Step::Order(_)));
    let returns = all(&|step| comes_back(step, scenario));
    let receipts = all(&|step| matches!(step, Step::Receipt(_)));
    let counts = all(&|step| matches!(step, Step::Count(_) | Step::ShopCount(_)));
    let recalls = all(&|step| matches!(step, Step::Recall(_)));
    let kinds = [
        ("orders", expect.orders + expect.refused, orders),
        ("returned", expect.returned, returns),
        ("receipts", expect.receipts, receipts),
        ("counts", expect.counts, counts),
        ("recalls", expect.recalls, recalls),
    ];
    let few = kinds.iter().filter(|(_, expected, steps)| expected < steps);
    few.map(|(what, expected, steps)| format!("[expect] says {what} = {expected}, not {steps}"))
        .collect()
}

/// Whether it is a return of goods that another step ships: for others people wait until they go home.
fn comes_back(step: &Step, scenario: &Scenario) -> bool {
    let Step::Return(returned) = step else {
        return false;
    };
    let mut steps = scenario.steps.iter();
    steps.any(|step| matches!(step, Step::Ship(shipped) if shipped.order == returned.order))
}
