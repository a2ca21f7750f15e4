//! What is wrong with a file, where, and what to write instead.

use std::{fmt, ops::Range};

use mock_kit::nearest::nearest;

/// One mistake in a file that somebody wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The file's name as it was given.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The line itself.
    pub source: String,
    /// How many characters of it are meant.
    pub width: usize,
    /// What is wrong.
    pub what: String,
    /// What would have been right.
    pub expected: Option<String>,
    /// The name that was probably meant.
    pub suggestion: Option<String>,
}

impl Mistake {
    /// A mistake at the bytes `at` of `text`.
    pub fn at(file: &str, text: &str, at: &Range<usize>, what: impl Into<String>) -> Self {
        let start = floor_boundary(text, at.start);
        let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let source = text[line_start..].lines().next().unwrap_or_default();
        let column = text[line_start..start].chars().count();
        let end = floor_boundary(text, at.end.max(start));
        let width = text[start..end].lines().next().unwrap_or_default();
        Self {
            file: file.to_owned(),
            line: text[..line_start].matches('\n').count() + 1,
            column: column + 1,
            source: source.to_owned(),
            width: width.chars().count().max(1),
            what: what.into(),
            expected: None,
            suggestion: None,
        }
    }

    /// Adds what would have been right.
    #[must_use]
    pub fn expecting(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// Adds the nearest of the names that would have been right, and lists them.
    #[must_use]
    pub fn among<'a>(mut self, word: &str, names: impl IntoIterator<Item = &'a str>) -> Self {
        let names: Vec<&str> = names.into_iter().collect();
        if names.is_empty() {
            return self;
        }
        self.suggestion = nearest(word, names.iter().copied()).map(str::to_owned);
        if self.suggestion.is_none() || names.len() <= MANY {
            self.expected = Some(format!("one of {}", names.join(", ")));
        }
        self
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file, line, column, ..
        } = self;
        writeln!(f, "{file}:{line}:{column}: {}", self.what)?;
        let number = line.to_string();
        writeln!(f, "  {number} | {}", self.source)?;
        let margin = " ".repeat(number.len());
        let before = " ".repeat(self.column - 1);
        write!(f, "  {margin} | {before}{}", "^".repeat(self.width))?;
        if let Some(suggestion) = &self.suggestion {
            write!(f, "\n  did you mean `{suggestion}`?")?;
        }
        if let Some(expected) = &self.expected {
            write!(f, "\n  expected {expected}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistake {}

/// More names than these bury the one that was meant.
const MANY: usize = 24;

fn floor_boundary(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at)
        .rev()
        .find(|index| text.is_char_boundary(*index))
        .unwrap_or(0)
}
