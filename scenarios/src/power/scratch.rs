//! A scratch copy of the workspace, in which a bug is planted and built without touching the real one.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use xxhash_rust::xxh3::Xxh3;

use super::{Bug, PowerError};

/// How many lines of a compiler's complaint are told.
const LINES: usize = 12;

/// A copy of the workspace's tracked files, and where they are built.
#[derive(Debug)]
pub struct Scratch {
    tree: PathBuf,
    build: PathBuf,
    fingerprint: u64,
}

/// A bug in the copy, and what was there before.
#[derive(Debug)]
pub struct Planted<'s> {
    scratch: &'s Scratch,
    before: Vec<(PathBuf, String)>,
}

impl Scratch {
    /// Copies what is tracked under `root` into `folder`. What is there already and equal is left
    /// alone, so that the compiler has nothing to do for it.
    ///
    /// # Errors
    /// When git cannot list the files, or one cannot be copied.
    pub fn fill(root: &Path, folder: &Path) -> Result<Self, PowerError> {
        let (tree, build) = (folder.join("tree"), folder.join("build"));
        let tracked = tracked(root)?;
        let mut hash = Xxh3::new();
        for path in &tracked {
            let (from, to) = (root.join(path), tree.join(path));
            let body = match fs::read(&from) {
                Ok(body) => body,
                // Removed, and not yet committed.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => return Err(PowerError::file("cannot read", &from)(error)),
            };
            if decides(path) {
                hash.update(path.to_string_lossy().as_bytes());
                hash.update(without_tests(&body));
            }
            if fs::read(&to).ok().as_ref() != Some(&body) {
                write(&to, &body)?;
            }
        }
        clear(&tree, &tree, &tracked)?;
        Ok(Self {
            tree,
            build,
            fingerprint: hash.digest(),
        })
    }

    /// Tells two states of the workspace apart, by all that a result depends on.
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// Puts a bug into the copy.
    ///
    /// # Errors
    /// When its patch does not fit, or a file cannot be written.
    pub fn plant(&self, bug: &Bug) -> Result<Planted<'_>, PowerError> {
        let mut before = Vec::new();
        for (path, with) in bug.applied(&self.tree)? {
            let path = self.tree.join(path);
            let was = fs::read_to_string(&path).map_err(PowerError::file("cannot read", &path))?;
            write(&path, with.as_bytes())?;
            before.push((path, was));
        }
        Ok(Planted {
            scratch: self,
            before,
        })
    }

    /// Builds the command, and says where it is; or else the end of what the compiler said.
    ///
    /// # Errors
    /// When the compiler cannot be run at all.
    pub fn build(&self) -> Result<Result<PathBuf, String>, PowerError> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(&cargo);
        command
            .args(["build", "--quiet", "--locked", "--profile", "power"])
            .args(["--package", "scenarios", "--bin", "lockstep"])
            .arg("--target-dir")
            .arg(&self.build)
            .current_dir(&self.tree);
        let output = command
            .output()
            .map_err(PowerError::file("cannot run", Path::new(&cargo)))?;
        if output.status.success() {
            let name = format!("lockstep{}", std::env::consts::EXE_SUFFIX);
            return Ok(Ok(self.build.join("power").join(name)));
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let errors = said.lines().skip_while(|line| !line.starts_with("error"));
        Ok(Err(errors.take(LINES).collect::<Vec<_>>().join("\n")))
    }
}

impl Planted<'_> {
    /// Builds the command with the bug in it, as [`Scratch::build`].
    ///
    /// # Errors
    /// When the compiler cannot be run at all.
    pub fn build(&self) -> Result<Result<PathBuf, String>, PowerError> {
        self.scratch.build()
    }

    /// Takes the bug out again.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn revert(self) -> Result<(), PowerError> {
        for (path, was) in &self.before {
            write(path, was.as_bytes())?;
        }
        Ok(())
    }
}

/// Beside the manifests, the sources decide what a hunt finds; these of them do not.
const APART: [&str; 4] = [
    "scenarios/src/power",
    "scenarios/src/bin",
    "scenarios/src/report",
    "scenarios/src/live",
];

/// Files and folders of tests, which decide nothing either.
const TESTS: [&str; 4] = ["tests", "tests.rs", "testing", "testing.rs"];

/// Whether a file can change what a hunt finds.
fn decides(path: &Path) -> bool {
    let is_named = |names: &[&str]| {
        let mut parts = path.components();
        parts.any(|part| names.iter().any(|name| part.as_os_str() == *name))
    };
    let is_manifest = path.ends_with("Cargo.toml") || path.ends_with("Cargo.lock");
    let is_apart = APART.iter().any(|folder| path.starts_with(folder)) || is_named(&TESTS);
    (is_named(&["src"]) || is_manifest) && !is_apart
}

/// A source up to its tests, which stand last.
fn without_tests(body: &[u8]) -> &[u8] {
    const TESTS: &[u8] = b"#[cfg(test)]\nmod tests {";
    let tests = body.windows(TESTS.len()).position(|part| part == TESTS);
    tests.and_then(|at| body.get(..at)).unwrap_or(body)
}

fn tracked(root: &Path) -> Result<BTreeSet<PathBuf>, PowerError> {
    let failed = |said: String| PowerError::Command {
        command: "git ls-files".to_owned(),
        said,
    };
    let mut git = Command::new("git");
    git.args(["ls-files", "-z"]).current_dir(root);
    let output = git.output().map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(failed(said.trim().to_owned()));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let names = text.split('\0').filter(|name| !name.is_empty());
    Ok(names.map(PathBuf::from).collect())
}

fn write(path: &Path, body: &[u8]) -> Result<(), PowerError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(PowerError::file("cannot create", folder))?;
    }
    fs::write(path, body).map_err(PowerError::file("cannot write", path))
}

/// Removes what is no longer tracked: a module that is gone must not be built.
fn clear(tree: &Path, folder: &Path, tracked: &BTreeSet<PathBuf>) -> Result<(), PowerError> {
    let entries = fs::read_dir(folder).map_err(PowerError::file("cannot read", folder))?;
    for entry in entries {
        let path = entry
            .map_err(PowerError::file("cannot read", folder))?
            .path();
        if path.is_dir() {
            clear(tree, &path, tracked)?;
        } else if path
            .strip_prefix(tree)
            .is_ok_and(|name| !tracked.contains(name))
        {
            fs::remove_file(&path).map_err(PowerError::file("cannot remove", &path))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_and_manifests_decide_and_tests_documents_and_reports_do_not() {
        let decide = |path| decides(Path::new(path));
        for path in ["Cargo.lock", "sync-core/Cargo.toml", "sync-hub/src/hub.rs"] {
            assert!(decide(path), "{path}");
        }
        for path in [
            "README.md",
            "scenarios/bugs/echo-loop.patch",
            "scenarios/src/report/json.rs",
            "sync-core/src/engine/tests/life.rs",
            "tests/it/main.rs",
        ] {
            assert!(!decide(path), "{path}");
        }
        let source = b"fn one() {}\n\n#[cfg(test)]\nmod tests {\n}\n";
        assert_eq!(without_tests(source), b"fn one() {}\n\n");
        assert_eq!(without_tests(b"fn one() {}\n"), b"fn one() {}\n");
    }
}
