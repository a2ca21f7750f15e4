//! Results, kept one file for each bug: what was measured is not measured again when a campaign resumes.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::{Bug, Measure, PowerError};

/// The folder of the results of one state of the workspace, and of one number of worlds.
#[derive(Debug)]
pub struct Results {
    folder: PathBuf,
    tree: u64,
    worlds: (u64, u64),
}

/// A result, and what it is the result of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    tree: String,
    patch: String,
    worlds: (u64, u64),
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
    pub fn open(folder: PathBuf, tree: u64, worlds: (u64, u64)) -> Result<Self, PowerError> {
        fs::create_dir_all(&folder).map_err(PowerError::file("cannot create", &folder))?;
        Ok(Self {
            folder,
            tree,
            worlds,
        })
    }

    /// What was measured of a bug, or of the unpatched middleware.
    pub fn find(&self, bug: Option<&Bug>) -> Option<Kept> {
        let text = fs::read(self.path(bug)).ok()?;
        // One that cannot be read, or is of another state, is measured anew.
        let kept: Kept = serde_json::from_slice(&text).ok()?;
        let is_same =
            kept.tree == self.tree() && kept.patch == patch(bug) && kept.worlds == self.worlds;
        is_same.then_some(kept)
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
            measure,
            build_seconds,
        };
        let path = self.path(bug);
        let text = serde_json::to_vec_pretty(&kept).map_err(std::io::Error::other);
        // Whole or not at all: an interrupted campaign must not leave half a result.
        let part = path.with_extension("part");
        text.and_then(|text| fs::write(&part, text))
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
    fn a_result_is_found_again_for_the_same_tree_patch_and_worlds_only() {
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
        let results = Results::open(path.clone(), 7, (100, 900)).unwrap();
        let kept = results.keep(Some(&bug("one")), measure, 1.5).unwrap();
        assert_eq!(results.find(Some(&bug("one"))), Some(kept));
        assert_eq!(results.find(Some(&bug("two"))), None);
        assert_eq!(results.find(None), None);
        for (tree, worlds) in [(8, (100, 900)), (7, (200, 900)), (7, (100, 800))] {
            let other = Results::open(path.clone(), tree, worlds).unwrap();
            assert_eq!(other.find(Some(&bug("one"))), None);
        }
    }
}
