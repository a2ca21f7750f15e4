//! A file for a test's store. Whatever SQLite laid beside it (`-wal`, `-shm`) goes with it.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// Where a test keeps what must outlive its engine.
pub(crate) struct Scratch {
    file: PathBuf,
    _folder: TempDir,
}

impl Scratch {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            file: folder.path().join("core.db"),
            _folder: folder,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.file
    }
}
