//! What no client could survive is left out of a world: a hunt would only find that again and again.

use mock_kit::fault::{Excess, FaultKind, Phase};

use crate::scenario::Fault;

/// Leaves out the faults of a world that would tell nothing of the middleware.
pub(super) fn keep(faults: &mut Vec<Fault>) {
    keep_distinct(faults);
    keep_one_key(faults);
    keep_tellable(faults);
    keep_one_lie(faults);
}

/// Two rules that say the same would have one name.
fn keep_distinct(faults: &mut Vec<Fault>) {
    let mut seen: Vec<Fault> = Vec::new();
    faults.retain(|fault| {
        let is_new = !seen.contains(fault);
        seen.extend(is_new.then(|| fault.clone()));
        is_new
    });
}

/// A request applied late has a second effect under a key that the vendor has forgotten, and after
/// a refusal that was none; no client can help it. What only seems not to be there is read then.
fn keep_tellable(faults: &mut Vec<Fault>) {
    const NOT_WITH_LATE: [&str; 2] = ["idempotency_key_ignored", "false_conflict"];
    if !faults.iter().any(may_be_late) {
        return;
    }
    faults.retain(|fault| !NOT_WITH_LATE.contains(&fault.kind()));
    for fault in faults {
        if let Fault::Vendor(rule) = fault
            && matches!(rule.fault, FaultKind::PhantomNotFound(_))
        {
            rule.place.method = Some("GET".to_owned());
        }
    }
}

/// Who asks what became of a request, is told what was true before it, and sends it again, has it carried
/// out twice by a vendor that has forgotten its key.
fn keep_one_lie(faults: &mut Vec<Fault>) {
    if faults.iter().any(|fault| fault.kind() == "stale_read") {
        faults.retain(|fault| fault.kind() != "idempotency_key_ignored");
    }
}

/// Whether a request may be applied after the middleware has given it up.
fn may_be_late(fault: &Fault) -> bool {
    let Fault::Vendor(rule) = fault else {
        return false;
    };
    match &rule.fault {
        FaultKind::LateApply(_) => true,
        FaultKind::ConnectionLimit(limit) => limit.excess == Excess::Wait,
        // One that is not fixed may take several times as long.
        FaultKind::Latency(latency) => rule.phase() == Phase::BeforeApply && latency.ms >= 2000,
        _ => false,
    }
}

/// The middleware has two keys of the shop, and nobody can give it a third: one may be revoked.
fn keep_one_key(faults: &mut Vec<Fault>) {
    let mut revoked = false;
    faults.retain_mut(|fault| {
        let Fault::Vendor(rule) = fault else {
            return true;
        };
        let is_key = matches!(rule.fault, FaultKind::TokenRevoked(_))
            && rule.place.vendor.as_deref() == Some("polish");
        if !is_key {
            return true;
        }
        rule.timing.limit = Some(1);
        !std::mem::replace(&mut revoked, true)
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hunt::{draw::scenario, kinds::Kinds};

    #[test]
    fn where_a_request_may_be_applied_late_no_write_is_refused_falsely() {
        let kinds = Kinds::all();
        let mut together = 0;
        for seed in 0..3000 {
            let drawn = scenario(seed, &kinds).faults;
            let is = |kind: &'static str| move |fault: &&Fault| fault.kind() == kind;
            if !drawn.iter().any(|fault| is("late_apply")(&fault)) {
                continue;
            }
            for fault in drawn.iter().filter(is("phantom_not_found")) {
                together += 1;
                let Fault::Vendor(rule) = fault else {
                    panic!("{fault:?} is a vendor's")
                };
                assert_eq!(rule.place.method.as_deref(), Some("GET"), "seed {seed}");
            }
        }
        assert!(together > 0, "they are drawn together");
    }

    #[test]
    fn where_a_request_may_come_too_late_no_key_is_forgotten() {
        let kinds = Kinds::all();
        // Requests take 12 seconds to come there, and are given up after ten.
        let drawn = scenario(80_046_708, &kinds).faults;
        let is_drawn = |kind| drawn.iter().any(|fault| fault.kind() == kind);
        assert!(is_drawn("latency") && !is_drawn("idempotency_key_ignored"));
    }

    #[test]
    fn where_a_request_may_be_repeated_in_good_faith_no_key_is_forgotten() {
        let kinds = Kinds::all();
        let mut drawn = [0, 0, 0];
        for seed in 0..3000 {
            let faults = scenario(seed, &kinds).faults;
            let has = |kind: &str| faults.iter().any(|fault| fault.kind() == kind);
            let waits = faults.iter().any(may_be_late) && has("connection_limit");
            let is_forgotten = has("idempotency_key_ignored");
            assert!(
                !(is_forgotten && (waits || has("stale_read"))),
                "seed {seed}"
            );
            assert!(!(waits && has("false_conflict")), "seed {seed}");
            let seen = [is_forgotten, waits, has("stale_read")];
            drawn
                .iter_mut()
                .zip(seen)
                .for_each(|(sum, is)| *sum += i32::from(is));
        }
        assert!(drawn.iter().all(|sum| *sum > 50), "{drawn:?}");
    }

    #[test]
    fn no_world_has_the_same_rule_twice() {
        let kinds = Kinds::all();
        // Two rules about batches are drawn alike in these.
        for seed in [50_000_709, 50_001_207] {
            let faults = scenario(seed, &kinds).faults;
            let mut rules = faults.iter().enumerate();
            let is_first = |(place, one): (usize, &Fault)| !faults[..place].contains(one);
            assert!(rules.all(is_first), "{faults:?}");
        }
    }
}
