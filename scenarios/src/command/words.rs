//! What several commands read and say in the same way.

use crate::scenario::Span;

/// A length of time that is some.
pub(super) fn length(text: &str) -> Result<Span, String> {
    let span: Span = text.parse()?;
    if span.as_millis() == 0 {
        return Err("no time at all, expected a length such as `60s`".to_owned());
    }
    Ok(span)
}

/// So many of something, in words.
pub(super) fn counted(count: u64, what: &str) -> String {
    match count {
        0 => format!("no {what}s"),
        1 => format!("1 {what}"),
        more => format!("{more} {what}s"),
    }
}
