//! The harness's power, measured: of the bugs that engineers really make, how many does a hunt catch,
//! how soon, and by which invariant?
//!
//! A [`Bug`] is a small patch against the middleware. One after the other is planted in a scratch copy
//! of the workspace ([`Scratch`]), built, and hunted with swarm and without ([`Measure`]). Results are
//! kept one by one, so an interrupted campaign resumes, and told as a [`page()`]. How a hunt works is in
//! [`crate::hunt`]; here it is a process like anybody else's.

mod bug;
mod campaign;
mod hunt;
mod keep;
pub mod large;
mod measure;
mod page;
mod scratch;
pub mod table;
mod wilson;

pub use bug::{Bug, BugError, catalogue, chosen};
pub use campaign::{Settings, Worlds, retell, run};
pub use keep::{Kept, Results};
pub use measure::{First, Hunted, Measure, Size, Small, Told};
pub use page::{Made, page};
pub use scratch::{Planted, Scratch};
pub use wilson::interval;

/// Why the power could not be measured.
#[derive(Debug, thiserror::Error)]
pub enum PowerError {
    /// A bug is unknown, or its file is wrong.
    #[error(transparent)]
    Bug(#[from] BugError),
    /// A file or a folder refused.
    #[error("{what} {path}: {source}")]
    File {
        /// What was tried.
        what: &'static str,
        /// With which file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is nothing to make a page of.
    #[error(
        "nothing was measured in these numbers of worlds; measure first, or name those of the results"
    )]
    Unmeasured,
    /// A command that this one needs did not work.
    #[error("{command} failed: {said}")]
    Command {
        /// What was run.
        command: String,
        /// What it said.
        said: String,
    },
}

impl PowerError {
    /// That something could not be done to a file.
    pub(crate) fn file<'p>(
        what: &'static str,
        path: &'p std::path::Path,
    ) -> impl FnOnce(std::io::Error) -> Self + 'p {
        move |source| Self::File {
            what,
            path: path.display().to_string(),
            source,
        }
    }

    /// Whether the person who called is to blame, rather than the harness.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Bug(_) | Self::Unmeasured)
    }
}
