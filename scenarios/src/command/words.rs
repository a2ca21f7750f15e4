//! What several commands read and say in the same way.

use std::str::FromStr;

use mock_kit::nearest::nearest_three;

use crate::scenario::Span;

/// A length of time that is some.
pub(super) fn length(text: &str) -> Result<Span, String> {
    let span: Span = text.parse()?;
    if span.as_millis() == 0 {
        return Err("no time at all, expected a length such as `60s`".to_owned());
    }
    Ok(span)
}

/// A number of things of which there has to be one: parsers of such numbers speak of their own types.
pub(super) fn some<N: FromStr>(text: &str) -> Result<N, String> {
    let wrong = |_| format!("`{text}` is not a whole number of at least 1");
    text.parse().map_err(wrong)
}

/// What to do about a name that nobody knows: the likeliest of all, or else the command that names them.
pub(super) fn hint<'n>(
    name: &str,
    all: impl IntoIterator<Item = &'n str>,
    named_by: &str,
) -> String {
    let near = nearest_three(name, all);
    if near.is_empty() {
        return format!("`{named_by}` names them");
    }
    format!("did you mean {}?", near.join(", "))
}

/// So many of something, in words.
pub(super) fn counted(count: u64, what: &str) -> String {
    match count {
        0 => format!("no {what}s"),
        1 => format!("1 {what}"),
        more => format!("{more} {what}s"),
    }
}
