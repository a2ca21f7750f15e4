//! Reading and writing scenario files. A mistake is told with its line and what was meant.

use std::{fs, io, ops::Range, path::Path, string::FromUtf8Error};

use toml::de::{DeTable, DeValue};

use super::{Known, Mistake, Scenario, blame, check};

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
    /// It is a folder.
    #[error("{file}: a folder, not a scenario file\n  expected one file of it")]
    Folder {
        /// Its name as it was given.
        file: String,
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
    if path.is_dir() {
        return Err(LoadError::Folder { file });
    }
    let bytes = fs::read(path).map_err(|source| LoadError::Unreadable {
        file: file.clone(),
        source,
    })?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(parse(&file, &text, known)?),
        Err(error) => Err(Box::new(not_text(&file, &error)).into()),
    }
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
    let scenario: Scenario = toml::from_str(text)
        .map_err(|error| Box::new(explain(file, text, &document, &error, known)))?;
    check::check(&scenario, known)
        .map_err(|wrong| Box::new(wrong.place(file, text, document.get_ref())))?;
    Ok(scenario)
}

/// A mistake at the first byte that is no text.
fn not_text(file: &str, error: &FromUtf8Error) -> Mistake {
    let valid = error.utf8_error().valid_up_to();
    let text = String::from_utf8_lossy(error.as_bytes());
    let what = format!("byte {} is not UTF-8 text", valid + 1);
    let printable = text.replace(|c: char| c.is_control() && c != '\n', "\u{fffd}");
    let at = if printable.len() == text.len() {
        valid
    } else {
        0
    };
    Mistake::at(file, &printable, &(at..at), what).expecting("a scenario as TOML, in UTF-8")
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
    known: &Known,
) -> Mistake {
    let (message, meant) = said(error.message());
    let span = error.span().unwrap_or(0..0);
    let blamed = blame::blamed(text, document.get_ref(), &span, error.message());
    let (span, culprit) = match blamed {
        Some(blamed) => (blamed.table, blamed.value),
        None => (span, None),
    };
    let words = Quoted::of(message);
    let Some(word) = words.first.filter(|_| names_a_name(message)) else {
        let (what, expected) = message.split_once(", expected ").unwrap_or((message, ""));
        // A fault is read as a whole: its message names the field in words.
        let named = || find_key_of(message, document.get_ref(), &span);
        let at = culprit.or_else(named).unwrap_or(span);
        let mistake = Mistake::at(file, text, &at, what);
        return match expected {
            "" => mistake,
            expected => mistake.expecting(in_words(expected)),
        };
    };
    // A buffered table loses the places of its keys: look the word up again.
    let named = || find_word(document.get_ref(), word, &span);
    let is_of_a_key = message.contains(" field ");
    let at = match is_of_a_key {
        true => named(),
        false => culprit.or_else(named),
    };
    let at = at.unwrap_or(span);
    let what = message
        .split_once(", expected")
        .map_or(message, |(what, _)| what)
        .trim_end_matches(", there are no fields");
    let mut mistake = Mistake::at(file, text, &at, what);
    if meant.is_none() && what.ends_with("is no fault kind") {
        return mistake.among(word, known.faults.iter().map(String::as_str));
    }
    mistake.suggestion = meant.map(str::to_owned);
    if mistake.suggestion.is_some() {
        return mistake;
    }
    mistake.among(word, words.rest)
}

/// A message, and the name that it says was probably meant.
fn said(message: &str) -> (&str, Option<&str>) {
    match message.split_once("; did you mean ") {
        Some((what, meant)) => (what, meant.split('"').nth(1)),
        None => (message, None),
    }
}

/// What serde calls a type, in words.
fn in_words(expected: &str) -> &str {
    match expected {
        "u32" | "u64" => "a whole number from 0 up",
        "i64" => "a whole number",
        "f64" => "a number",
        "a sequence" => "a list",
        "a nonzero u64" => "a whole number from 1 up",
        other => other,
    }
}

/// Whether a message is about a name: serde's own, or a fault rule's.
fn names_a_name(message: &str) -> bool {
    let is_about_a_type = message.contains("invalid type") || message.contains("invalid value");
    message.starts_with("unknown ") || message.contains('"') && !is_about_a_type
}

/// The value of the first key of the table at `within` that the message has as a word.
fn find_key_of(message: &str, table: &DeTable<'_>, within: &Range<usize>) -> Option<Range<usize>> {
    let tables = table.iter().filter_map(|(_, value)| match value.get_ref() {
        DeValue::Array(items) => Some(items),
        _ => None,
    });
    let fault = tables
        .flat_map(|items| items.iter())
        .find(|item| item.span() == *within)?;
    let DeValue::Table(fields) = fault.get_ref() else {
        return None;
    };
    let words = message.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words
        .filter_map(|word| fields.get(word))
        .map(toml::Spanned::span)
        .next()
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
