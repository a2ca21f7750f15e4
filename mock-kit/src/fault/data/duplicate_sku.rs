//! A row that is listed twice, and says two things.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

use super::{DataFault, places};
use crate::fault::{
    about::{About, Param},
    effect::Draws,
    reply::Reply,
};

/// The lists that make up a page of either vendor.
const LISTS: [&str; 4] = ["data", "products", "holds", "counts"];

/// A row that is listed twice, and says two things.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct DuplicateSku {
    /// Only the row of this SKU.
    pub sku: Option<String>,
}

impl DataFault for DuplicateSku {
    const ABOUT: About = About {
        name: "duplicate_sku",
        doc: "Lists one row of a page twice; one of the two, the first or the second, has all its quantities doubled.",
        incident: "White space in SKUs makes duplicates (magento2#10080): one item has two rows, and both claim to be it.",
        phases: super::PHASES,
        strikes: "pages of rows that have a SKU and a quantity above zero",
        params: &[Param {
            name: "sku",
            doc: "only the row of this SKU (default: any)",
        }],
    };

    fn corrupt(&self, reply: &mut Reply, draws: &Draws) -> bool {
        reply.edit(|document| {
            let is_wanted = |row: &Value| match (row.get("sku").and_then(Value::as_str), &self.sku)
            {
                (Some(found), Some(wanted)) => found == wanted,
                (found, _) => found.is_some(),
            };
            for list in LISTS {
                let rows = document.get_mut(list).and_then(Value::as_array_mut);
                if let Some(rows) = rows
                    && list_twice(rows, is_wanted, draws)
                {
                    return true;
                }
            }
            false
        })
    }
}

fn list_twice(rows: &mut Vec<Value>, is_wanted: impl Fn(&Value) -> bool, draws: &Draws) -> bool {
    let fits = |(index, row): (usize, &Value)| {
        let other = is_wanted(row).then(|| doubled(row))?;
        (other != *row).then_some((index, other))
    };
    let found: Vec<(usize, Value)> = rows.iter().enumerate().filter_map(fits).collect();
    let Some((index, other)) = draws.draw("place").pick(&found).cloned() else {
        return false;
    };
    let after = draws.draw("order").chance(0.5);
    rows.insert(index + usize::from(after), other);
    true
}

/// The row with all its quantities doubled: sums of them that were right still are.
fn doubled(row: &Value) -> Value {
    let mut row = row.clone();
    let is_quantity =
        |key: &str, value: &Value| places::is_quantity(key) && places::as_number(value).is_some();
    places::change_all(&mut row, None, is_quantity, |value| {
        let twice = match &*value {
            Value::Number(number) => number
                .as_i64()
                .and_then(|number| number.checked_mul(2))
                .map(|number| Value::Number(Number::from(number))),
            Value::String(text) => twice(text).map(Value::String),
            _ => None,
        };
        if let Some(twice) = twice {
            *value = twice;
        }
    });
    row
}

/// Twice a decimal, with as many places after the point.
fn twice(text: &str) -> Option<String> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let number: i128 = format!("{whole}{part}").parse().ok()?;
    let width = part.len() + 1;
    let digits = format!("{:0width$}", number.unsigned_abs().checked_mul(2)?);
    let (whole, part) = digits.split_at(digits.len() - part.len());
    let sign = if number < 0 { "-" } else { "" };
    let point = if part.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{point}{part}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fault::bench::{strike, strike_seeded, struck};

    #[test]
    fn one_row_of_a_page_comes_twice_and_one_of_the_two_is_doubled() {
        let page = json!({"data": [
            {"sku": "A", "on_hand": "0.000"},
            {"sku": "B", "on_hand": "12.500", "available": "7", "lots": [{"on_hand": "12.500"}]},
        ]});
        let own = page["data"][1].clone();
        let twice = json!({
            "sku": "B", "on_hand": "25.000", "available": "14", "lots": [{"on_hand": "25.000"}]
        });
        let mut orders = std::collections::BTreeSet::new();
        for seed in 0..32 {
            let reply = strike_seeded(&DuplicateSku::default(), &page, seed).unwrap();
            let found: Value = serde_json::from_slice(&reply.body).unwrap();
            let rows = found["data"].as_array().unwrap().clone();
            assert_eq!((rows.len(), &rows[0]), (3, &page["data"][0]));
            let own_first = rows[1] == own;
            let (first, second) = if own_first { (1, 2) } else { (2, 1) };
            assert_eq!((&rows[first], &rows[second]), (&own, &twice));
            orders.insert(own_first);
        }
        assert_eq!(orders.len(), 2);
    }

    #[test]
    fn a_sku_chooses_the_row() {
        let fault = DuplicateSku {
            sku: Some("A".to_owned()),
        };
        let page =
            json!({"products": [{"sku": "A", "available": 2}, {"sku": "B", "available": 2}]});
        let found = struck(&fault, &page);
        let skus = found["products"].as_array().unwrap().iter();
        assert_eq!(
            skus.map(|row| row["sku"].clone()).collect::<Vec<_>>(),
            ["A", "A", "B"]
        );
        assert_eq!(
            strike(&fault, &json!({"data": [{"sku": "B", "on_hand": 1}]})),
            None
        );
    }

    #[test]
    fn what_is_no_page_or_holds_nothing_stays() {
        let fault = DuplicateSku::default();
        for document in [
            json!({"sku": "A", "on_hand": 3}),
            json!({"lines": [{"sku": "A", "quantity": 3}]}),
            json!({"data": [{"id": "A", "on_hand": 3}]}),
            json!({"data": [{"sku": "A", "on_hand": "0.000", "price_cents": 7}]}),
        ] {
            assert_eq!(strike(&fault, &document), None, "{document}");
        }
    }
}
