//! Where faults are injected into the store: crashes after a commit, refusals before a write.

use super::{Store, StoreError};

/// What follows a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterCommit {
    /// Life goes on.
    Continue,
    /// The process is as good as dead: the store refuses everything from here on.
    Crash,
}

/// How a write is refused by a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Once, as by another writer.
    Busy,
    /// Once, as by a full disk.
    Full,
}

/// Called after each commit with what was committed and its ordinal.
pub(super) type Hook = Box<dyn FnMut(&Store, u64) -> AfterCommit + Send>;
/// Called before each statement that writes.
type Gate = Box<dyn FnMut() -> Option<Refusal> + Send>;

impl From<Refusal> for StoreError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Busy => Self::Busy,
            Refusal::Full => Self::Full,
        }
    }
}

#[derive(Default)]
pub(super) struct Seam {
    hook: Option<Hook>,
    gate: Option<Gate>,
    commits: u64,
    crashed: bool,
    armed: Option<(u64, Refusal)>,
}

impl Seam {
    pub(super) fn on_commit(&mut self, hook: Hook) {
        self.hook = Some(hook);
    }

    pub(super) fn on_write(&mut self, gate: Gate) {
        self.gate = Some(gate);
    }

    pub(super) fn commits(&self) -> u64 {
        self.commits
    }

    pub(super) fn crash(&mut self) {
        self.crashed = true;
    }

    pub(super) fn refuse_after(&mut self, writes: u64, refusal: Refusal) {
        self.armed = Some((writes, refusal));
    }

    pub(super) fn alive(&self) -> Result<(), StoreError> {
        if self.crashed {
            return Err(StoreError::Crashed);
        }
        Ok(())
    }

    /// Counts one statement that writes.
    pub(super) fn write(&mut self) -> Result<(), StoreError> {
        if let Some(refusal) = self.gate.as_mut().and_then(|gate| gate()) {
            return Err(refusal.into());
        }
        match &mut self.armed {
            None => Ok(()),
            Some((0, refusal)) => {
                let refusal = *refusal;
                self.armed = None;
                Err(refusal.into())
            }
            Some((left, _)) => {
                *left -= 1;
                Ok(())
            }
        }
    }

    /// Counts a commit, and lends the hook to be asked what follows it.
    pub(super) fn committed(&mut self) -> (u64, Option<Hook>) {
        self.commits += 1;
        (self.commits, self.hook.take())
    }
}
