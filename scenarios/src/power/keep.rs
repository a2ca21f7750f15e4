//! Results, kept one file for each bug beside its patch: what was measured is not measured again when a
//! campaign resumes, be it on another machine.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::{Bug, Measure, PowerError, Worlds};

/// The folder of the results of one state of the workspace, and of one number of worlds.
#[derive(Debug)]
pub struct Results {
    folder: PathBuf,
    tree: u64,
    worlds: Worlds,
}

/// A result, and what it is the result of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    tree: String,
    patch: String,
    worlds: Worlds,
    /// Whether the workspace is another since.
    #[serde(skip)]
    pub is_older: bool,
    /// What was measured.
    pub measure: Measure,
    /// How long building took.
    pub build_seconds: f64,
}

/// The name under which the unpatched middleware is kept; no bug's, for it has no hyphen before it.
const UNPATCHED: &str = "-unpatched";

impl Results {
    /// Results in `folder`, of the tree with this fingerprint and these numbers of worlds.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(folder: PathBuf, tree: u64, worlds: Worlds) -> Result<Self, PowerError> {
        fs::create_dir_all(&folder).map_err(PowerError::file("cannot create", &folder))?;
        Ok(Self {
            folder,
            tree,
            worlds,
        })
    }

    /// What was measured of a bug, or of the unpatched middleware, in the workspace as it is or as it
    /// was before; nothing if the patch is another since, or other numbers of worlds were asked for.
    pub fn find(&self, bug: Option<&Bug>) -> Option<Kept> {
        let text = fs::read(self.path(bug)).ok()?;
        // One that cannot be read is measured anew.
        let mut kept: Kept = serde_json::from_slice(&text).ok()?;
        kept.is_older = kept.tree != self.tree();
        (kept.patch == patch(bug) && kept.worlds == self.worlds).then_some(kept)
    }

    /// The same of the workspace as it is.
    pub fn current(&self, bug: Option<&Bug>) -> Option<Kept> {
        self.find(bug).filter(|kept| !kept.is_older)
    }

    /// Keeps what was measured.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep(
        &self,
        bug: Option<&Bug>,
        measure: Measure,
        build_seconds: f64,
    ) -> Result<Kept, PowerError> {
        let kept = Kept {
            tree: self.tree(),
            patch: patch(bug),
            worlds: self.worlds,
            is_older: false,
            measure,
            build_seconds,
        };
        let path = self.path(bug);
        let text = serde_json::to_string_pretty(&kept).map_err(std::io::Error::other);
        // Whole or not at all: an interrupted campaign must not leave half a result.
        let part = path.with_extension("part");
        text.and_then(|text| fs::write(&part, text + "\n"))
            .and_then(|()| fs::rename(&part, &path))
            .map_err(PowerError::file("cannot write", &path))?;
        Ok(kept)
    }

    fn path(&self, bug: Option<&Bug>) -> PathBuf {
        let name = bug.map_or(UNPATCHED, |bug| bug.name.as_str());
        self.folder.join(Path::new(&format!("{name}.json")))
    }

    fn tree(&self) -> String {
        format!("{:016x}", self.tree)
    }
}

fn patch(bug: Option<&Bug>) -> String {
    let text = bug.map_or("", Bug::patch);
    format!("{:016x}", xxh3_64(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::power::Hunted;

    #[test]
    fn a_result_is_found_again_for_the_same_patch_and_worlds_and_is_current_for_the_same_tree() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_owned();
        let bug = |text: &str| {
            let head = format!("Bug: {text}\nIncident: i\nLikely: S1\n");
            Bug::read("b", head).unwrap()
        };
        let measure = Measure::Hunted {
            swarm: Box::new(Hunted::default()),
            no_swarm: Box::new(Hunted::default()),
        };
        let worlds = |most| Worlds {
            swarm: 100,
            plain: 50,
            most,
        };
        let results = Results::open(path.clone(), 7, worlds(900)).unwrap();
        let kept = results.keep(Some(&bug("one")), measure, 1.5).unwrap();
        assert_eq!(results.current(Some(&bug("one"))), Some(kept));
        assert_eq!(results.find(Some(&bug("two"))), None);
        assert_eq!(results.find(None), None);
        let later = Results::open(path.clone(), 8, worlds(900)).unwrap();
        assert_eq!(later.current(Some(&bug("one"))), None);
        assert!(
            later
                .find(Some(&bug("one")))
                .is_some_and(|kept| kept.is_older)
        );
        let other = Results::open(path, 7, worlds(800)).unwrap();
        assert_eq!(other.find(Some(&bug("one"))), None);
    }
}
