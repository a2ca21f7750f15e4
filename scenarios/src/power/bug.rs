//! A planted bug: a patch, and a head that says what it is and which incident it stands for.

use std::{
    fs,
    path::{Path, PathBuf},
};

use diffy::patch_set::{FileOperation, ParseOptions, PatchSet};
use mock_kit::nearest::nearest_three;

/// A mistake that an engineer really makes, as a patch against the middleware.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bug {
    /// Its file's name, without the ending.
    pub name: String,
    /// What is wrong, in one sentence.
    pub sentence: String,
    /// The incident or the rule it stands for.
    pub incident: String,
    /// The invariants that should catch it, by DESIGN's numbers.
    pub likely: String,
    /// Why no hunt can catch it, if that is so.
    pub survives: Option<String>,
    /// The whole file.
    patch: String,
}

/// Why a bug cannot be planted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BugError {
    /// The folder or a file in it cannot be read.
    #[error("cannot read {path}: {reason}")]
    Unreadable {
        /// The folder or the file.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// A line of the head is missing.
    #[error("{name}.patch has no line `{line}: …` above its diff; CONTRIBUTING.md shows one")]
    Head {
        /// The bug.
        name: String,
        /// What the line begins with.
        line: &'static str,
    },
    /// It is no diff, or does not fit the tree.
    #[error("{name}.patch does not apply: {reason}; make it anew against the tree")]
    Misfit {
        /// The bug.
        name: String,
        /// What does not fit.
        reason: String,
    },
    /// There is no such bug.
    #[error("no planted bug is called `{name}`{}", suggestion(.near))]
    Unknown {
        /// What was asked for.
        name: String,
        /// The nearest that there are.
        near: Vec<String>,
    },
}

/// Every bug in a folder, by name.
///
/// # Errors
/// When the folder or a file in it cannot be read, or a head is incomplete.
pub fn catalogue(folder: &Path) -> Result<Vec<Bug>, BugError> {
    let unreadable = |path: &Path, error: std::io::Error| BugError::Unreadable {
        path: path.display().to_string(),
        reason: error.to_string(),
    };
    let entries = fs::read_dir(folder).map_err(|error| unreadable(folder, error))?;
    let mut bugs = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| unreadable(folder, error))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        if let Some(name) = name.strip_suffix(".patch") {
            let text = fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?;
            bugs.push(Bug::read(name, text)?);
        }
    }
    bugs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(bugs)
}

/// Those of `bugs` that are named; all when none is.
///
/// # Errors
/// When a name is none of theirs.
pub fn chosen(bugs: &[Bug], names: &[String]) -> Result<Vec<Bug>, BugError> {
    if names.is_empty() {
        return Ok(bugs.to_vec());
    }
    let find = |name: &String| {
        let bug = bugs.iter().find(|bug| bug.name == *name).cloned();
        bug.ok_or_else(|| BugError::Unknown {
            name: name.clone(),
            near: nearest_three(name, bugs.iter().map(|bug| bug.name.as_str()))
                .into_iter()
                .map(str::to_owned)
                .collect(),
        })
    };
    names.iter().map(find).collect()
}

impl Bug {
    /// Reads a patch file.
    ///
    /// # Errors
    /// When a line of its head is missing.
    pub fn read(name: &str, patch: String) -> Result<Self, BugError> {
        let line = |line: &'static str| {
            let mut lines = patch
                .lines()
                .take_while(|line| !line.starts_with("diff ") && !line.starts_with("--- "));
            let value = lines.find_map(|text| text.strip_prefix(line)?.strip_prefix(": "));
            let value = value.map(str::trim).filter(|value| !value.is_empty());
            value.map(str::to_owned)
        };
        let head = |wanted: &'static str| {
            line(wanted).ok_or_else(|| BugError::Head {
                name: name.to_owned(),
                line: wanted,
            })
        };
        Ok(Self {
            sentence: head("Bug")?,
            incident: head("Incident")?,
            likely: head("Likely")?,
            survives: line("Survives"),
            name: name.to_owned(),
            patch,
        })
    }

    /// The files it changes, and what is in them with the bug. Nothing is written.
    ///
    /// # Errors
    /// When it is no diff, or does not fit what is under `root`.
    pub fn applied(&self, root: &Path) -> Result<Vec<(PathBuf, String)>, BugError> {
        let misfit = |reason: String| BugError::Misfit {
            name: self.name.clone(),
            reason,
        };
        let mut files = Vec::new();
        for part in PatchSet::parse(&self.patch, ParseOptions::gitdiff()) {
            let part = part.map_err(|error| misfit(error.to_string()))?;
            let FileOperation::Modify { modified, .. } = part.operation().strip_prefix(1) else {
                return Err(misfit("it does more than change a file".to_owned()));
            };
            let path = PathBuf::from(modified.as_ref());
            let text = fs::read_to_string(root.join(&path))
                .map_err(|error| misfit(format!("{}: {error}", path.display())))?;
            let Some(diff) = part.patch().as_text() else {
                return Err(misfit("it is no text".to_owned()));
            };
            let with = diffy::apply(&text, diff)
                .map_err(|error| misfit(format!("{}: {error}", path.display())))?;
            files.push((path, with));
        }
        if files.is_empty() {
            return Err(misfit("there is no diff in it".to_owned()));
        }
        Ok(files)
    }

    /// The file as it is.
    pub fn patch(&self) -> &str {
        &self.patch
    }
}

fn suggestion(near: &[String]) -> String {
    match near {
        [] => "; scenarios/bugs has them all".to_owned(),
        near => format!("; did you mean {}?", near.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATCH: &str = "Bug: Two are one.\nIncident: none\nLikely: S1\n\n\
        diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+one\n three\n";

    fn bug(name: &str) -> Bug {
        Bug::read(name, PATCH.to_owned()).unwrap()
    }

    #[test]
    fn a_patch_is_applied_where_its_context_is_and_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.txt"), "zero\none\ntwo\nthree\n").unwrap();
        let applied = bug("b").applied(folder.path()).unwrap();
        let with = "zero\none\none\nthree\n".to_owned();
        assert_eq!(applied, [(PathBuf::from("a.txt"), with)]);
        fs::write(folder.path().join("a.txt"), "one\nTWO\nthree\n").unwrap();
        let error = bug("b").applied(folder.path()).unwrap_err();
        assert!(matches!(error, BugError::Misfit { .. }), "{error}");
    }

    #[test]
    fn a_head_without_its_lines_is_refused() {
        let text = PATCH.replace("Incident: none\n", "");
        let error = Bug::read("b", text).unwrap_err();
        assert!(error.to_string().contains("`Incident: …`"), "{error}");
    }

    #[test]
    fn an_unknown_bug_is_met_with_the_nearest() {
        let bugs = [bug("older-level-wins"), bug("no-backoff")];
        let error = chosen(&bugs, &["older-levels-win".to_owned()]).unwrap_err();
        assert!(error.to_string().contains("older-level-wins"), "{error}");
        assert_eq!(chosen(&bugs, &[]).unwrap().len(), 2);
    }
}
