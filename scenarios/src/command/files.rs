//! The files that a command leaves: tried before its work, so that no work is lost; and all written
//! after it, whatever becomes of one of them.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::{Exit, cannot_write};
use crate::report;

/// A file that was asked for, and how to write it.
pub(super) type Wanted<'a> = (&'a Option<PathBuf>, &'a dyn Fn(&Path) -> io::Result<()>);

/// Tries the files that were asked for. What they hold stays.
pub(super) fn tried(files: &[&Option<PathBuf>]) -> Result<(), Exit> {
    files
        .iter()
        .copied()
        .flatten()
        .try_for_each(|path| report::writable(path).map_err(|error| cannot_write(path, &error)))
}

/// Makes a folder, and tries whether files can be made in it: one that exists may take none.
pub(super) fn tried_folder(folder: &Path) -> Result<(), Exit> {
    report::writable_folder(folder).map_err(|error| cannot_write(folder, &error))
}

/// Writes the files that were asked for, and says which cannot be written.
pub(super) fn written(files: &[Wanted<'_>]) -> Result<(), Exit> {
    let mut all = Ok(());
    for (path, write) in files {
        if let Some(path) = path
            && let Err(error) = write(path)
        {
            all = Err(cannot_write(path, &error));
        }
    }
    all
}
