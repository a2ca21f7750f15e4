//! The disk under the middleware's store: busy or full for a while.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sync_core::store::Refusal;
use tokio::time::Instant;

use crate::{
    plan::Plan,
    report::FaultCount,
    scenario::{Fault, Outage, ProcessFault},
};

/// A disk. Clones share it. It takes everything until it is armed.
#[derive(Clone, Default)]
pub(super) struct Disk(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    planned: Vec<(Refusal, Outage)>,
    armed_at: Option<Instant>,
    busy: u64,
    full: u64,
}

impl Disk {
    /// A disk with the outages of this plan.
    pub(super) fn new(plan: &Plan) -> Self {
        let outage = |fault: &Fault| match fault {
            Fault::Process(ProcessFault::StorageBusy(outage)) => {
                Some((Refusal::Busy, outage.clone()))
            }
            Fault::Process(ProcessFault::StorageFull(outage)) => {
                Some((Refusal::Full, outage.clone()))
            }
            _ => None,
        };
        let state = State {
            planned: plan.scenario.faults.iter().filter_map(outage).collect(),
            ..State::default()
        };
        Self(Arc::new(Mutex::new(state)))
    }

    /// Begins to count the time.
    pub(super) fn arm(&self) {
        self.lock().armed_at = Some(Instant::now());
    }

    /// Takes everything from now on.
    pub(super) fn disarm(&self) {
        self.lock().armed_at = None;
    }

    /// How it refuses a write now, if it does.
    pub(super) fn refuses(&self) -> Option<Refusal> {
        let mut state = self.lock();
        let since = state.armed_at?.elapsed();
        let is_now = |outage: &Outage| {
            let from = outage.from.to_duration();
            from <= since && since < from + outage.lasts.to_duration()
        };
        let (refusal, _) = state.planned.iter().find(|(_, outage)| is_now(outage))?;
        let refusal = *refusal;
        match refusal {
            Refusal::Busy => state.busy += 1,
            Refusal::Full => state.full += 1,
        }
        Some(refusal)
    }

    /// What it refused.
    pub(super) fn struck(&self) -> Vec<FaultCount> {
        let state = self.lock();
        let counts = [("storage_busy", state.busy), ("storage_full", state.full)];
        let count = |(kind, count): (&str, u64)| FaultCount {
            kind: kind.to_owned(),
            operation: "store".to_owned(),
            phase: "write".to_owned(),
            count,
        };
        let struck = counts.into_iter().filter(|(_, count)| *count > 0);
        struck.map(count).collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::sim::tests::plan_with;

    #[tokio::test(start_paused = true)]
    async fn a_disk_refuses_in_its_window_only_and_counts_each_refusal() {
        let disk = Disk::new(&plan_with(
            "kind = \"storage_busy\"\nfrom = \"10s\"\nlasts = \"5s\"\n\
             [[fault]]\nkind = \"storage_full\"\nfrom = \"20s\"\nlasts = \"1s\"\n",
        ));
        tokio::time::sleep(Duration::from_secs(12)).await;
        assert_eq!(disk.refuses(), None);
        disk.arm();
        let mut found = Vec::new();
        for wait in [9_999, 1, 4_999, 1, 5_000, 1_000] {
            tokio::time::sleep(Duration::from_millis(wait)).await;
            found.push(disk.refuses());
        }
        let (busy, full) = (Some(Refusal::Busy), Some(Refusal::Full));
        assert_eq!(found, [None, busy, busy, None, full, None]);
        let counts: Vec<_> = disk
            .struck()
            .into_iter()
            .map(|one| (one.kind, one.count))
            .collect();
        assert_eq!(
            counts,
            [
                ("storage_busy".to_owned(), 2),
                ("storage_full".to_owned(), 1)
            ]
        );
        disk.arm();
        tokio::time::sleep(Duration::from_secs(12)).await;
        disk.disarm();
        assert_eq!(disk.refuses(), None);
    }
}
