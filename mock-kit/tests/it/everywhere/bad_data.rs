//! What each kind of bad data leaves of a document.

use serde_json::{Value, json};

use crate::toy::STOCK;

/// A kind of bad data, its own fields, and what shows in the text that it struck.
pub(super) struct Bad {
    pub(super) kind: &'static str,
    pub(super) fields: Value,
    pub(super) shows: fn(&str) -> bool,
}

fn bad(kind: &'static str, shows: fn(&str) -> bool) -> Bad {
    Bad {
        kind,
        fields: json!({}),
        shows,
    }
}

pub(super) fn all() -> Vec<Bad> {
    vec![
        bad("negative_quantity", |text| text.contains(r#""on_hand":-5"#)),
        bad("overflowing_quantity", |text| {
            text.contains(r#""on_hand":9223372036854775808"#)
        }),
        bad("float_for_integer", |text| {
            text.contains(r#""on_hand":5.5"#)
        }),
        bad("number_as_text", |text| text.contains(r#""on_hand":"5""#)),
        bad("null_field", |text| text.contains("null")),
        bad("missing_field", |text| {
            members(text) == members(STOCK) - 1 && is_json(text)
        }),
        bad("extra_field", |text| text.contains("x_unannounced")),
        bad("renamed_field", |text| {
            let names = ["Sku", "onHand", "Unit", "Status"];
            names.iter().any(|name| text.contains(name))
        }),
        bad("unknown_enum", |text| text.contains(r#""status":"limbo""#)),
        bad("unknown_sku", |text| text.contains(r#""sku":"NO-SUCH-"#)),
        bad("sku_case", |text| text.contains(r#""sku":"a""#)),
        bad("sku_spaces", |text| text.contains(r#""sku":" A ""#)),
        bad("zero_wipe", |text| text.contains(r#""on_hand":0"#)),
        bad("wrong_unit", |text| text.contains(r#""unit":"GRM""#)),
        bad("impossible_date", |text| text.contains("2026-02-30")),
        bad("naive_timestamp", |text| {
            text.contains(r#""made_at":"2026-11-02T"#) && !text.contains(r#"00Z""#)
        }),
        Bad {
            fields: json!({"length": 3000}),
            ..bad("oversize_string", |text| text.contains(&"x".repeat(3000)))
        },
        bad("invalid_utf8", |text| text.contains('\u{fffd}')),
        bad("duplicate_sku", |text| {
            text.matches(r#""sku":"A""#).count() == 2
        }),
        bad("day_zero_date", |text| {
            text.contains(r#""expires_on":"2026-12-00""#)
        }),
        bad("html_page", |text| text.starts_with("<!doctype html>")),
        bad("truncated_json", |text| {
            !text.is_empty() && STOCK.starts_with(text) && !is_json(text)
        }),
    ]
}

fn members(text: &str) -> usize {
    text.matches("\":").count()
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<Value>(text).is_ok()
}
