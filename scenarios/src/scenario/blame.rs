//! Which value of a step or a fault is the wrong one. Either is read as a whole before it is known what
//! it is, so an error about it has lost its place: found again by trying the values one by one.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::{
    Spanned, Table, Value,
    de::{DeTable, DeValue},
};

use super::{Fault, Step};

/// Whether the same error comes of this value alone.
type IsWrong<'w> = &'w dyn Fn(Value) -> bool;

/// A step or a fault that cannot be read.
pub(super) struct Blamed {
    /// Its own place.
    pub(super) table: Range<usize>,
    /// That of the value that is wrong by itself. There is none where it takes several, or where
    /// something is missing.
    pub(super) value: Option<Range<usize>>,
}

/// The step or fault that an error is about; `within` is the place that the error itself knows, at best
/// that of the first of them.
pub(super) fn blamed(
    text: &str,
    document: &DeTable<'_>,
    within: &Range<usize>,
    message: &str,
) -> Option<Blamed> {
    let plain: Table = text.parse().ok()?;
    for (list, tag, complaint) in [
        (
            "step",
            "do",
            complaint::<Step> as fn(Table) -> Option<String>,
        ),
        ("fault", "kind", complaint::<Fault>),
    ] {
        let (Some(found), Some(Value::Array(values))) = (document.get(list), plain.get(list))
        else {
            continue;
        };
        let DeValue::Array(items) = found.get_ref() else {
            continue;
        };
        let mut places = items.iter().map(Spanned::span).chain([found.span()]);
        if !places.any(|place| place == *within) {
            continue;
        }
        let is_it = |fields: &Table| complaint(fields.clone()).as_deref() == Some(message);
        let mut pairs = items.iter().zip(values);
        let (item, value) = pairs.find(|(_, value)| value.as_table().is_some_and(is_it))?;
        let kind = value.get(tag);
        let is_wrong = |value: Value| {
            let Value::Table(mut fields) = value else {
                return false;
            };
            fields.extend(kind.map(|kind| (tag.to_owned(), kind.clone())));
            is_it(&fields)
        };
        let table = item.span();
        let is_of_several = is_wrong(Value::Table(Table::new()));
        let value = (!is_of_several).then(|| narrowed(item, value, message, &is_wrong));
        return Some(Blamed {
            value: value.filter(|value| *value != table),
            table,
        });
    }
    None
}

fn complaint<T: DeserializeOwned>(fields: Table) -> Option<String> {
    let read = fields.try_into::<T>();
    read.err().map(|error| error.message().to_owned())
}

/// The place of the innermost value that is wrong by itself.
fn narrowed(
    item: &Spanned<DeValue<'_>>,
    value: &Value,
    message: &str,
    is_wrong: IsWrong<'_>,
) -> Range<usize> {
    // A field alone always lacks another one: only a table further in can lack the one that is meant.
    let is_lack = message.starts_with("missing field");
    match (item.get_ref(), value) {
        (DeValue::Array(items), Value::Array(values)) => {
            let is_wrong = |value: Value| is_wrong(Value::Array(vec![value]));
            let mut pairs = items.iter().zip(values);
            let found = pairs.find(|(_, value)| is_wrong((*value).clone()));
            found.map(|(item, value)| narrowed(item, value, message, &is_wrong))
        }
        (DeValue::Table(items), Value::Table(values)) => {
            let mut fields: Vec<_> = items.iter().collect();
            fields.sort_by_key(|(key, _)| key.span().start);
            fields.into_iter().find_map(|(key, item)| {
                let name = key.get_ref().as_ref();
                let value = values.get(name)?;
                if is_lack && !matches!(value, Value::Array(_) | Value::Table(_)) {
                    return None;
                }
                let is_wrong = |value: Value| {
                    let field = Table::from_iter([(name.to_owned(), value)]);
                    is_wrong(Value::Table(field))
                };
                is_wrong(value.clone()).then(|| narrowed(item, value, message, &is_wrong))
            })
        }
        _ => None,
    }
    .unwrap_or_else(|| item.span())
}
