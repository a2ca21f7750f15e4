//! `--json FILE`: the same for machines.

use std::{
    fs::{self, OpenOptions},
    io,
    path::Path,
};

use serde::{Deserialize, Serialize};

use super::Run;

/// The document that `--json` writes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// The version of the binary that wrote it.
    pub version: String,
    /// One entry for each run, in the order of the table.
    pub runs: Vec<Run>,
}

impl Document {
    /// The document of these runs.
    pub fn new(runs: Vec<Run>) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            runs,
        }
    }
}

/// Writes the document.
///
/// # Errors
/// When the file cannot be written.
pub fn write(path: &Path, document: &Document) -> io::Result<()> {
    let mut text = serde_json::to_string_pretty(document)?;
    text.push('\n');
    fs::write(path, text)
}

/// Whether a file can be written: better told before a long run than after it. What it holds stays, and
/// where there is none, none is left.
///
/// # Errors
/// When the file cannot be written.
pub fn writable(path: &Path) -> io::Result<()> {
    let is_new = fs::symlink_metadata(path).is_err();
    OpenOptions::new().create(true).append(true).open(path)?;
    if is_new {
        fs::remove_file(path)?;
    }
    Ok(())
}

/// Whether files can be written into a folder, which is made if it is not there.
///
/// # Errors
/// When they cannot: there are folders that exist and take none.
pub fn writable_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    // Shares of a campaign may try the same folder at the same time, so each has a name of its own.
    writable(&folder.join(format!(".lockstep-{}", std::process::id())))
}
