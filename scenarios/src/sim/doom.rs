//! When the middleware's process dies: at its n-th request, its n-th commit, or a time.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::{sync::Notify, time::Instant};

use crate::scenario::{Crash, Moment};

/// The crashes of a run. Clones share them. Nothing is counted before [`Doom::arm`].
#[derive(Clone, Default)]
pub(super) struct Doom(Arc<Inner>);

#[derive(Default)]
struct Inner {
    armed: AtomicBool,
    state: Mutex<State>,
    struck: Notify,
}

#[derive(Default)]
struct State {
    planned: Vec<Crash>,
    requests: u64,
    commits: u64,
    /// Struck, and not yet carried out.
    due: VecDeque<Crash>,
}

impl Doom {
    /// These crashes, once armed.
    pub(super) fn of(planned: Vec<Crash>) -> Self {
        let doom = Self::default();
        doom.lock().planned = planned;
        doom
    }

    /// Whether any crash is planned at all.
    pub(super) fn is_planned(&self) -> bool {
        !self.lock().planned.is_empty()
    }

    /// Begins to count. Crashes at a time come true while the returned future is polled.
    pub(super) fn arm(&self) -> impl Future<Output = ()> + Send + use<> {
        self.0.armed.store(true, Ordering::Relaxed);
        let start = Instant::now();
        let mut timed: Vec<(u64, Crash)> = self.lock().planned.iter().filter_map(timed).collect();
        timed.sort_by_key(|(at, _)| *at);
        let doom = self.clone();
        async move {
            for (at, crash) in timed {
                tokio::time::sleep_until(start + std::time::Duration::from_millis(at)).await;
                doom.strike(crash);
            }
        }
    }

    /// Strikes no more.
    pub(super) fn disarm(&self) {
        self.0.armed.store(false, Ordering::Relaxed);
    }

    /// Counts a request; whether the process dies while it is on the way.
    pub(super) fn request(&self) -> bool {
        self.count(|state| {
            state.requests += 1;
            Moment::NthRequest(state.requests)
        })
    }

    /// Counts a commit; whether the process dies right after it.
    pub(super) fn commit(&self) -> bool {
        self.count(|state| {
            state.commits += 1;
            Moment::NthCommit(state.commits)
        })
    }

    /// The next crash that struck.
    pub(super) async fn struck(&self) -> Crash {
        loop {
            if let Some(crash) = self.lock().due.pop_front() {
                return crash;
            }
            self.0.struck.notified().await;
        }
    }

    /// The dead do not die: what fell due before it was started again is over.
    pub(super) fn restarted(&self) {
        self.lock().due.clear();
    }

    fn count(&self, step: impl FnOnce(&mut State) -> Moment) -> bool {
        if !self.0.armed.load(Ordering::Relaxed) {
            return false;
        }
        let struck = {
            let mut state = self.lock();
            let moment = step(&mut state);
            let comes = |crash: &&Crash| comes_true(crash.moment, moment);
            state.planned.iter().find(comes).cloned()
        };
        let strikes = struck.is_some();
        struck.into_iter().for_each(|crash| self.strike(crash));
        strikes
    }

    fn strike(&self, crash: Crash) {
        if self.0.armed.load(Ordering::Relaxed) {
            self.lock().due.push_back(crash);
            self.0.struck.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn comes_true(planned: Moment, now: Moment) -> bool {
    match (planned, now) {
        (Moment::EveryCommit(every), Moment::NthCommit(number)) => number.is_multiple_of(every),
        _ => planned == now,
    }
}

fn timed(crash: &Crash) -> Option<(u64, Crash)> {
    match crash.moment {
        Moment::At(span) => Some((span.as_millis(), crash.clone())),
        Moment::NthRequest(_) | Moment::NthCommit(_) | Moment::EveryCommit(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::scenario::Span;

    fn doom(moment: Moment) -> Doom {
        Doom::of(vec![Crash {
            moment,
            restart_after: Span::from_secs(1),
        }])
    }

    /// The numbers, from the first, at which something struck.
    fn strikes(times: u64, mut count: impl FnMut() -> bool) -> Vec<u64> {
        (1..=times).filter(|_| count()).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_counted_strikes_at_its_number_and_nothing_else_does() {
        let at_request = doom(Moment::NthRequest(3));
        assert!(strikes(9, || at_request.request()).is_empty(), "not armed");
        drop(at_request.arm());
        assert!(strikes(9, || at_request.commit()).is_empty());
        assert_eq!(strikes(9, || at_request.request()), [3]);
        let at_commit = doom(Moment::NthCommit(2));
        drop(at_commit.arm());
        assert!(strikes(9, || at_commit.request()).is_empty());
        assert_eq!(strikes(9, || at_commit.commit()), [2]);
        let at_each = doom(Moment::EveryCommit(4));
        drop(at_each.arm());
        assert_eq!(strikes(9, || at_each.commit()), [4, 8]);
        at_each.disarm();
        assert!(strikes(9, || at_each.commit()).is_empty(), "disarmed");
    }

    #[tokio::test(start_paused = true)]
    async fn a_crash_that_falls_due_while_it_is_dead_is_over() {
        let doom = doom(Moment::At(Span::from_secs(5)));
        tokio::spawn(doom.arm());
        tokio::time::sleep(Duration::from_secs(6)).await;
        doom.restarted();
        let later = tokio::time::timeout(Duration::from_secs(60), doom.struck());
        assert!(later.await.is_err());
    }
}
