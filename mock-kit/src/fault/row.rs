//! One row of a reply: a fault that is about one SKU or order leaves all the others as they were.

use bytes::{Bytes, BytesMut};
use serde_json::{Map, Value};

use super::{plan::is_like, reply::Reply};

/// The fields by which a row says what it is about.
const NAMES: [&str; 3] = ["sku", "id", "resource_id"];

/// Stands for the row while the document around it is written; no vendor sends it.
const HOLE: &str = "\u{1}the row\u{1}";

/// Lets `change` see nothing of a reply but the first row whose SKU or id is like `about`. `false`
/// when there is none, or the row was not changed.
pub(super) fn change_row(
    reply: &mut Reply,
    about: &str,
    change: impl FnOnce(&mut Reply) -> bool,
) -> bool {
    let Ok(mut document) = serde_json::from_slice(&reply.body) else {
        return false;
    };
    let Some(row) = find(&mut document, about) else {
        return false;
    };
    let taken = std::mem::replace(row, HOLE.into());
    let mut only = Reply {
        body: taken.to_string().into(),
        ..reply.clone()
    };
    if !change(&mut only) {
        return false;
    }
    reply.body = filled(&document.to_string(), &only.body);
    true
}

fn find<'v>(value: &'v mut Value, about: &str) -> Option<&'v mut Value> {
    let is_it = value.as_object().is_some_and(|row| is_about(row, about));
    if is_it {
        return Some(value);
    }
    match value {
        Value::Object(members) => members.values_mut().find_map(|inner| find(inner, about)),
        Value::Array(items) => items.iter_mut().find_map(|inner| find(inner, about)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn is_about(row: &Map<String, Value>, about: &str) -> bool {
    let mut names = NAMES.iter().filter_map(|name| row.get(*name)?.as_str());
    names.any(|name| is_like(about, name))
}

/// The document with the row's bytes where the hole is; they need not be JSON any more.
fn filled(document: &str, row: &[u8]) -> Bytes {
    let hole = Value::from(HOLE).to_string();
    let (before, after) = document.split_once(&hole).unwrap_or((document, ""));
    let mut filled = BytesMut::with_capacity(document.len() + row.len());
    filled.extend_from_slice(before.as_bytes());
    filled.extend_from_slice(row);
    filled.extend_from_slice(after.as_bytes());
    filled.freeze()
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, StatusCode};
    use serde_json::json;

    use super::*;

    fn reply(document: &Value) -> Reply {
        Reply {
            status: StatusCode::OK,
            content_type: Some(HeaderValue::from_static("application/json")),
            body: document.to_string().into(),
        }
    }

    fn stock() -> Value {
        json!({"data": [{"sku": "A-1", "on_hand": 1}, {"sku": "B-2", "lots": [{"id": "A-9"}]}]})
    }

    #[test]
    fn only_the_row_changes() {
        let mut changed = reply(&stock());
        let nothing = |row: &mut Reply| {
            let seen: Value = serde_json::from_slice(&row.body).unwrap();
            assert_eq!(seen, stock()["data"][0]);
            row.body = "null".into();
            true
        };
        assert!(change_row(&mut changed, "A-*", nothing));
        let mut expected = stock();
        expected["data"][0] = Value::Null;
        assert_eq!(changed.body, expected.to_string());
    }

    #[test]
    fn a_row_may_stop_being_json() {
        let mut changed = reply(&json!({"id": "ORD-1", "lines": []}));
        assert!(change_row(&mut changed, "ORD-1", |row| {
            row.body = Bytes::from_static(b"{\"id\":\"\xff");
            true
        }));
        assert_eq!(changed.body, &b"{\"id\":\"\xff"[..]);
    }

    #[test]
    fn without_such_a_row_nothing_changes() {
        let mut same = reply(&stock());
        assert!(!change_row(&mut same, "C-*", |_| unreachable!(
            "no such row"
        )));
        assert!(!change_row(&mut same, "A-*", |_| false));
        assert_eq!(same, reply(&stock()));
    }
}
