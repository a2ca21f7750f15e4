//! A small case as a scenario file that says by itself what it is and how to play it again.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::Small;
use crate::scenario::write;

/// Writes the case into `folder`, under its own name.
///
/// # Errors
/// When the file cannot be written.
pub fn keep(small: &Small, folder: &Path) -> io::Result<PathBuf> {
    let path = folder.join(format!("{}.toml", small.scenario.name));
    keep_as(small, &path)?;
    Ok(path)
}

/// Writes the case to `path`.
///
/// # Errors
/// When the file cannot be written.
pub fn keep_as(small: &Small, path: &Path) -> io::Result<()> {
    let body = write(&small.scenario).map_err(io::Error::other)?;
    let seed = small.scenario.seed.unwrap_or_default();
    let head = format!(
        "# Breaks {}. Found with seed {seed} by lockstep {}.\n# Again: {}\n\n",
        small.broken.invariant,
        env!("CARGO_PKG_VERSION"),
        again(path),
    );
    fs::write(path, head + &body)
}

/// The command that plays a file again.
pub fn again(path: &Path) -> String {
    format!("lockstep replay {} --trace", path.display())
}
