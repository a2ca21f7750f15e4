//! From the text of a mapping file to its entries, with every complaint at its line.

use serde::de::DeserializeOwned;
use toml::de::{DeTable, DeValue};

use crate::catalogue::problem::{CatalogueError, Problem, nearest};

/// The value in `text`, which is JSON if `file` says so and TOML otherwise.
pub(super) fn read<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, CatalogueError> {
    let read = if is_json(file) {
        json(text)
    } else {
        toml(text)
    };
    read.map_err(|problem| CatalogueError {
        file: file.into(),
        problems: vec![problem],
    })
}

/// Gives each problem the line its path is on, as far as the format tells.
pub(super) fn located(file: &str, text: &str, mut problems: Vec<Problem>) -> Vec<Problem> {
    if is_json(file) {
        return problems;
    }
    let Ok(table) = DeTable::parse(text) else {
        return problems;
    };
    let root = DeValue::Table(table.into_inner());
    for problem in &mut problems {
        problem.line = problem.line.or_else(|| line_of(&root, text, &problem.path));
    }
    problems
}

fn is_json(file: &str) -> bool {
    std::path::Path::new(file)
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}

fn json<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let broken = |path: &str, error: &serde_json::Error| {
        let message = error.to_string();
        // serde_json appends the place, which has a field of its own here.
        let message = message.split(" at line ").next().unwrap_or_default();
        Problem {
            path: path_of(path),
            line: Some(error.line()),
            message: with_hint(message),
        }
    };
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| broken(&error.path().to_string(), error.inner()))?;
    reader.end().map_err(|error| broken("", &error))?;
    Ok(value)
}

fn toml<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let broken = |path: &str, error: &toml::de::Error| Problem {
        path: path_of(path),
        line: error.span().map(|span| line_at(text, span.start)),
        message: with_hint(error.message()),
    };
    let reader = toml::Deserializer::parse(text).map_err(|error| broken("", &error))?;
    serde_path_to_error::deserialize(reader).map_err(|error| {
        let problem = broken(&error.path().to_string(), error.inner());
        located("", text, vec![problem.clone()])
            .pop()
            .unwrap_or(problem)
    })
}

/// `serde_path_to_error` calls the root a dot.
fn path_of(path: &str) -> String {
    if path == "." {
        String::new()
    } else {
        path.to_owned()
    }
}

/// serde's message, with the name that was probably meant. serde quotes what it found first and
/// what it expected after it.
fn with_hint(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let hint = quoted
        .next()
        .filter(|_| message.starts_with("unknown "))
        .and_then(|wrong| nearest(wrong, quoted));
    match hint {
        Some(name) => format!("{message}; did you mean `{name}`?"),
        None => message.to_owned(),
    }
}

/// The line of the deepest part of `path` that the file has.
fn line_of(root: &DeValue<'_>, text: &str, path: &str) -> Option<usize> {
    let mut at = root;
    let mut line = None;
    for step in path.split(['.', '[']) {
        let next = match step.strip_suffix(']') {
            Some(place) => at.get(place.parse::<usize>().ok()?),
            None => at.get(step),
        };
        let Some(next) = next else { break };
        line = Some(line_at(text, next.span().start));
        at = next.get_ref();
    }
    line
}

fn line_at(text: &str, byte: usize) -> usize {
    text.bytes()
        .take(byte)
        .filter(|byte| *byte == b'\n')
        .count()
        + 1
}
