//! What is wrong with a mapping, where, and what was probably meant.

use std::fmt;

use thiserror::Error;

/// A mapping that cannot be used, with all that is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct CatalogueError {
    /// The file, as it was named by whoever read it; empty when there was none.
    pub file: String,
    /// Each fault, in the order of the mapping. Never empty.
    pub problems: Vec<Problem>,
}

/// One fault of a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where in the mapping: `listing[3].component[0].unit`.
    pub path: String,
    /// The line in the file, from 1, where known.
    pub line: Option<usize>,
    /// What is wrong, what was expected, and what to do.
    pub message: String,
}

/// The name among `known` that `wrong` was probably meant to be.
pub(super) fn nearest<'a>(
    wrong: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    // Below this similarity a suggestion puzzles more than it helps.
    const CLOSE: f64 = 0.6;
    known
        .into_iter()
        .map(|name| (strsim::normalized_damerau_levenshtein(wrong, name), name))
        .filter(|(similarity, _)| *similarity >= CLOSE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| name)
}

/// A SKU that a vendor does not have.
pub(super) fn unknown<'a>(
    side: &str,
    sku: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Problem {
    let hint = nearest(sku, known).map(|near| format!("; did you mean {near}?"));
    let hint = hint.unwrap_or_default();
    Problem::new("", format!("the {side} vendor has no {sku}{hint}"))
}

impl Problem {
    pub(super) fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            line: None,
            message: message.into(),
        }
    }
}

impl CatalogueError {
    /// Nothing, when there are no `problems`.
    pub(super) fn unless_none(file: &str, problems: Vec<Problem>) -> Result<(), Self> {
        if problems.is_empty() {
            return Ok(());
        }
        Err(Self {
            file: file.into(),
            problems,
        })
    }
}

/// One line for each problem: `file:line: path: message`.
impl fmt::Display for CatalogueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (count, problem) in self.problems.iter().enumerate() {
            if count > 0 {
                writeln!(f)?;
            }
            match (self.file.as_str(), problem.line) {
                ("", None) => {}
                ("", Some(line)) => write!(f, "line {line}: ")?,
                (file, None) => write!(f, "{file}: ")?,
                (file, Some(line)) => write!(f, "{file}:{line}: ")?,
            }
            if !problem.path.is_empty() {
                write!(f, "{}: ", problem.path)?;
            }
            f.write_str(&problem.message)?;
        }
        Ok(())
    }
}
