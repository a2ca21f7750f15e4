//! Reading and writing scenario files. A mistake is told with its line and what was meant.

use std::{fs, io, ops::Range, path::Path};

use toml::de::{DeTable, DeValue};

use super::{Known, Mistake, Scenario, check};

/// Why a scenario could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file could not be read.
    #[error("{file}: {source}")]
    Unreadable {
        /// The file's name as it was given.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not a scenario.
    #[error(transparent)]
    Mistaken(#[from] Box<Mistake>),
}

/// Reads a scenario from a file.
///
/// # Errors
/// When the file is unreadable or not a valid scenario.
pub fn read(path: &Path, known: &Known) -> Result<Scenario, LoadError> {
    let file = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|source| LoadError::Unreadable {
        file: file.clone(),
        source,
    })?;
    Ok(parse(&file, &text, known)?)
}

/// Reads a scenario from `text`; `file` is what to call it in a message.
///
/// # Errors
/// The first mistake in it.
pub fn parse(file: &str, text: &str, known: &Known) -> Result<Scenario, Box<Mistake>> {
    let document = DeTable::parse(text).map_err(|error| {
        let at = error.span().unwrap_or_default();
        Box::new(Mistake::at(file, text, &at, error.message()))
    })?;
    let scenario: Scenario =
        toml::from_str(text).map_err(|error| Box::new(explain(file, text, &document, &error)))?;
    check::check(&scenario, known)
        .map_err(|wrong| Box::new(wrong.place(file, text, document.get_ref())))?;
    Ok(scenario)
}

/// The file of a scenario, ready to be kept.
///
/// # Errors
/// When a value has no TOML form.
pub fn write(scenario: &Scenario) -> Result<String, toml::ser::Error> {
    toml::to_string(scenario)
}

/// Turns serde's message into one with a place and a suggestion.
fn explain(
    file: &str,
    text: &str,
    document: &toml::Spanned<DeTable<'_>>,
    error: &toml::de::Error,
) -> Mistake {
    let message = error.message();
    let span = error.span().unwrap_or(0..0);
    let words = Quoted::of(message);
    let Some(word) = words.first.filter(|_| names_a_name(message)) else {
        let (what, expected) = message.split_once(", expected ").unwrap_or((message, ""));
        let mistake = Mistake::at(file, text, &span, what);
        return if expected.is_empty() {
            mistake
        } else {
            mistake.expecting(in_words(expected))
        };
    };
    // A buffered table loses the places of its keys: look the word up again.
    let at = find_word(document.get_ref(), word, &span).unwrap_or(span);
    let what = message
        .split_once(", expected")
        .map_or(message, |(what, _)| what)
        .trim_end_matches(", there are no fields");
    Mistake::at(file, text, &at, what).among(word, words.rest)
}

/// What serde calls a type, in words.
fn in_words(expected: &str) -> &str {
    match expected {
        "u32" | "u64" => "a whole number from 0 up",
        "i64" => "a whole number",
        "f64" => "a number",
        "a sequence" => "a list",
        other => other,
    }
}

/// Whether a message is about a name: serde's own, or a fault rule's.
fn names_a_name(message: &str) -> bool {
    message.starts_with("unknown ") || message.contains('"')
}

/// The names in backticks of a serde message: the wrong one and the right ones. Messages about fault
/// rules quote with double marks, and say by themselves what was probably meant.
struct Quoted<'a> {
    first: Option<&'a str>,
    rest: Vec<&'a str>,
}

impl<'a> Quoted<'a> {
    fn of(message: &'a str) -> Self {
        let mut names = message.split('`').skip(1).step_by(2);
        let first = names.next();
        let quoted = message.split('"').nth(1);
        Self {
            first: first.or(quoted),
            rest: names.collect(),
        }
    }
}

/// The place of a key or a string that is `word`, inside `within` if it says anything.
fn find_word(table: &DeTable<'_>, word: &str, within: &Range<usize>) -> Option<Range<usize>> {
    let inside = |at: &Range<usize>| within.is_empty() || at.start >= within.start;
    table.iter().find_map(|(key, value)| {
        if key.get_ref() == word && inside(&key.span()) {
            return Some(key.span());
        }
        find_in_value(value.get_ref(), &value.span(), word, within)
    })
}

fn find_in_value(
    value: &DeValue<'_>,
    at: &Range<usize>,
    word: &str,
    within: &Range<usize>,
) -> Option<Range<usize>> {
    match value {
        DeValue::String(text) if text == word => {
            (within.is_empty() || at.start >= within.start).then(|| at.clone())
        }
        DeValue::Table(table) => find_word(table, word, within),
        DeValue::Array(items) => items
            .iter()
            .find_map(|item| find_in_value(item.get_ref(), &item.span(), word, within)),
        _ => None,
    }
}
