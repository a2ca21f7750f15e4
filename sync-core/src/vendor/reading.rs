//! The reading rule: every object a vendor sends is parsed strictly and on its own.
//!
//! A bad row becomes an [`Unreadable`] for quarantine, with its bytes, and the rest of its page is
//! used. What a well-formed object means is decided by the engine, not here.

use std::borrow::Cow;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

/// No honest row comes near this many bytes; one that does is quarantined unparsed.
pub const MAX_ROW_BYTES: usize = 256 * 1024;

/// Longest text accepted in any field that the engine keeps, in bytes.
pub const MAX_TEXT_BYTES: usize = 512;

/// One object, or why it could not be read.
pub type Row<T> = Result<T, Unreadable>;

/// An object that a vendor sent and that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unreadable {what}: {reason}")]
pub struct Unreadable {
    /// What it should have been: `stock level`, `order`…
    pub what: &'static str,
    /// The field and what was wrong with it.
    pub reason: String,
    /// Exactly what arrived.
    pub raw: Bytes,
    /// When it was read.
    pub at: Timestamp,
}

/// A view that is made from a wire object.
pub(crate) trait Readable: Sized {
    /// What a person calls it.
    const WHAT: &'static str;
    /// The vendor's own shape.
    type Wire: DeserializeOwned;

    /// The view of what was read `at` that time, or what is wrong with the object.
    ///
    /// # Errors
    /// A sentence that names the field.
    fn from_wire(wire: Self::Wire, at: Timestamp) -> Result<Self, String>;
}

/// Reads one object from its bytes.
///
/// # Errors
/// [`Unreadable`] with the field, the reason and the bytes.
pub(crate) fn read<T: Readable>(raw: &[u8], at: Timestamp) -> Row<T> {
    let unreadable = |reason| Unreadable {
        what: T::WHAT,
        reason,
        raw: Bytes::copy_from_slice(raw),
        at,
    };
    if raw.len() > MAX_ROW_BYTES {
        return Err(unreadable(format!("{} bytes long", raw.len())));
    }
    parse(raw, at).map_err(unreadable)
}

/// Reads each row by itself.
pub(crate) fn read_rows<T: Readable>(rows: &[&RawValue], at: Timestamp) -> Vec<Row<T>> {
    rows.iter().map(|row| read_text(row.get(), at)).collect()
}

/// A body as text. Bytes that are not UTF-8 become U+FFFD, which [`read_text`] refuses row by row,
/// so that one bad row does not cost the page.
pub(crate) fn as_text(body: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(body)
}

/// Reads one object from a text made by [`as_text`].
///
/// # Errors
/// As [`read`].
pub(crate) fn read_text<T: Readable>(text: &str, at: Timestamp) -> Row<T> {
    if text.contains('\u{FFFD}') {
        return Err(Unreadable {
            what: T::WHAT,
            reason: "holds bytes that are not UTF-8".to_owned(),
            raw: Bytes::copy_from_slice(text.as_bytes()),
            at,
        });
    }
    read(text.as_bytes(), at)
}

/// A list that is read row by row into those that can be used and those that cannot.
pub(crate) fn sort_rows<T>(rows: Vec<Row<T>>) -> (Vec<T>, Vec<Unreadable>) {
    let mut good = Vec::with_capacity(rows.len());
    let mut bad = Vec::new();
    for row in rows {
        match row {
            Ok(view) => good.push(view),
            Err(unreadable) => bad.push(unreadable),
        }
    }
    (good, bad)
}

/// Short text in a field that must not be empty.
///
/// # Errors
/// A sentence that names the field.
pub(crate) fn short_text(field: &str, text: String) -> Result<String, String> {
    if text.is_empty() {
        return Err(format!("{field} is empty"));
    }
    if text.len() > MAX_TEXT_BYTES {
        return Err(format!("{field} is {} bytes long", text.len()));
    }
    Ok(text)
}

fn parse<T: Readable>(raw: &[u8], at: Timestamp) -> Result<T, String> {
    match serde_json::from_slice(raw) {
        Ok(wire) => T::from_wire(wire, at),
        Err(error) => Err(traced::<T::Wire>(raw).unwrap_or_else(|| error.to_string())),
    }
}

/// What is wrong, with the path to it. Following the path costs as much again as reading, so only
/// what cannot be read is read this way.
fn traced<W: DeserializeOwned>(raw: &[u8]) -> Option<String> {
    let mut json = serde_json::Deserializer::from_slice(raw);
    let error = serde_path_to_error::deserialize::<_, W>(&mut json).err()?;
    let path = error.path().to_string();
    Some(format!("{path}: {}", error.into_inner()))
}

/// Rows inside an object that are read one by one after it.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct RawRows(Vec<Box<RawValue>>);

impl RawRows {
    /// Each row by itself.
    pub(crate) fn read<T: Readable>(&self, at: Timestamp) -> Vec<Row<T>> {
        self.0.iter().map(|row| read_text(row.get(), at)).collect()
    }
}
