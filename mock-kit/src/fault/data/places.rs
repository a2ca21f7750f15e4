//! Where bad data goes: which fields mean a quantity, a SKU, a time, and how one is chosen.

use serde_json::{Map, Value};

use crate::fault::{about::Param, effect::Draws};

/// The field that most data faults have.
pub(super) const FIELD: Param = Param {
    name: "field",
    doc: "only fields of this name (default: all that fit)",
};

/// Chooses one member among those that are `wanted` and, if given, named `field`.
pub(super) fn pick<'a>(
    document: &'a mut Value,
    field: Option<&str>,
    draws: &Draws,
    wanted: impl Fn(&str, &Value) -> bool,
) -> Option<(&'a mut Map<String, Value>, String)> {
    let found = find(document, field, wanted);
    let (pointer, key) = draws.draw("place").pick(&found)?.clone();
    Some((document.pointer_mut(&pointer)?.as_object_mut()?, key))
}

/// Changes the value of one member; `false` when there is none.
pub(super) fn change_one(
    document: &mut Value,
    field: Option<&str>,
    draws: &Draws,
    wanted: impl Fn(&str, &Value) -> bool,
    change: impl FnOnce(&mut Value),
) -> bool {
    let member = pick(document, field, draws, wanted);
    let value = member.and_then(|(object, key)| object.get_mut(&key));
    value.map(change).is_some()
}

/// Changes the values of all members; `false` when there is none.
pub(super) fn change_all(
    document: &mut Value,
    field: Option<&str>,
    wanted: impl Fn(&str, &Value) -> bool,
    change: impl Fn(&mut Value),
) -> bool {
    let found = find(document, field, wanted);
    for (pointer, key) in &found {
        let object = document.pointer_mut(pointer).and_then(Value::as_object_mut);
        if let Some(value) = object.and_then(|object| object.get_mut(key)) {
            change(value);
        }
    }
    !found.is_empty()
}

/// Stock and orders are counted under these names.
pub(super) fn is_quantity(key: &str) -> bool {
    const NAMES: &[&str] = &[
        "allocated",
        "available",
        "cancelled",
        "committed",
        "counted",
        "damaged",
        "delta",
        "fulfilled",
        "held",
        "on_hand",
        "previous_available",
        "quality_control",
        "quantity",
        "released",
        "requested",
        "reserved",
        "restocked",
        "returned",
        "safety_stock",
        "sellable",
    ];
    NAMES.contains(&key)
}

/// Numbers that only ever grow.
pub(super) fn is_counter(key: &str) -> bool {
    matches!(key, "sequence" | "version" | "position")
}

/// SKUs.
pub(super) fn is_sku(key: &str) -> bool {
    key == "sku"
}

/// Units of measure.
pub(super) fn is_unit(key: &str) -> bool {
    key == "unit"
}

/// States and kinds, whose values are a closed list.
pub(super) fn is_state(key: &str) -> bool {
    matches!(key, "status" | "state" | "kind" | "type" | "topic")
}

/// Days and moments.
pub(super) fn is_time(key: &str) -> bool {
    key == "as_of" || key.ends_with("_at") || key.ends_with("_on")
}

/// Fields without which a reader cannot do its work.
pub(super) fn is_vital(key: &str) -> bool {
    is_quantity(key) || is_counter(key) || is_sku(key) || is_unit(key) || is_state(key)
}

/// A number, or a decimal in quotes.
pub(super) fn as_number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whether upper and lower case differ.
pub(super) fn has_letters(text: &str) -> bool {
    text.chars().any(char::is_alphabetic)
}

/// `Ab-1` as `aB-1`.
pub(super) fn swapped_case(text: &str) -> String {
    let swapped = |letter: char| {
        if letter.is_ascii_uppercase() {
            letter.to_ascii_lowercase()
        } else {
            letter.to_ascii_uppercase()
        }
    };
    text.chars().map(swapped).collect()
}

/// `on_hand` as `onHand`, and `sku` as `Sku`.
pub(super) fn restyled(key: &str) -> String {
    let mut words = key.split('_');
    let first = words.next().unwrap_or_default();
    let rest: String = words.map(capitalised).collect();
    if rest.is_empty() {
        return capitalised(first);
    }
    format!("{first}{rest}")
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// The wanted members as (pointer to their object, key), in document order.
fn find(
    document: &Value,
    field: Option<&str>,
    wanted: impl Fn(&str, &Value) -> bool,
) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let fits =
        |key: &str, value: &Value| wanted(key, value) && field.is_none_or(|field| field == key);
    walk(document, &mut String::new(), &fits, &mut found);
    found
}

fn walk(
    value: &Value,
    pointer: &mut String,
    fits: &dyn Fn(&str, &Value) -> bool,
    found: &mut Vec<(String, String)>,
) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                if fits(key, value) {
                    found.push((pointer.clone(), key.clone()));
                }
                step(value, pointer, &escaped(key), fits, found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                step(item, pointer, &index.to_string(), fits, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn step(
    value: &Value,
    pointer: &mut String,
    name: &str,
    fits: &dyn Fn(&str, &Value) -> bool,
    found: &mut Vec<(String, String)>,
) {
    let length = pointer.len();
    pointer.push('/');
    pointer.push_str(name);
    walk(value, pointer, fits, found);
    pointer.truncate(length);
}

/// A name in a JSON pointer (RFC 6901).
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use crate::fault::{bench::strike_seeded, data::SkuSpaces};

    #[test]
    fn every_matching_place_is_chosen_under_some_seed() {
        let document = json!({"sku": "A", "lines": [{"sku": "B"}, {"x/y~": {"sku": "C"}}]});
        let outcomes: BTreeSet<Vec<u8>> = (0..64)
            .filter_map(|seed| strike_seeded(&SkuSpaces::default(), &document, seed))
            .map(|reply| reply.body.to_vec())
            .collect();
        assert_eq!(outcomes.len(), 3);
    }
}
