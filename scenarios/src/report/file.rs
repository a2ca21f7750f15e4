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

/// Whether [`write`] will be able to: better told before a long run than after it. What the file
/// holds stays.
///
/// # Errors
/// When the file cannot be written.
pub fn writable(path: &Path) -> io::Result<()> {
    let opened = OpenOptions::new().create(true).append(true).open(path);
    opened.map(drop)
}
