//! Shoppers: they order, and some think better of it.

use serde::{Deserialize, Serialize};

use super::{
    Caller, Orders,
    parts::{self, LinePart},
};
use crate::scenario::{CancelOrder, PlaceOrder};

/// Places an order. A refusal (too few left, a wrong quantity) is the shop's right.
pub(super) async fn order(shopper: &Caller, step: &PlaceOrder, orders: &Orders) {
    let lines = step.lines.iter().map(|line| Line {
        sku: &line.sku,
        quantity: line.quantity,
    });
    let order = NewOrder {
        external_id: &step.name,
        customer: Customer {
            name: &step.customer,
            email: &email(&step.customer),
        },
        lines: lines.collect(),
    };
    let Ok(reply) = shopper.post("/orders", &step.name, &order).await else {
        return;
    };
    if let Ok(Placed { id }) = serde_json::from_slice(&reply) {
        orders.placed(&step.name, id);
    }
}

/// Cancels what has not been shipped, or half of each line of it; too late is too late.
pub(super) async fn cancel(shopper: &Caller, step: &CancelOrder, orders: &Orders) {
    let Some(id) = orders.id(&step.order) else {
        return;
    };
    let path = format!("/orders/{id}");
    let lines = match step.half {
        true => {
            let Ok(order) = shopper.get::<parts::Order>(&path).await else {
                return;
            };
            Some(
                order
                    .lines
                    .iter()
                    .filter_map(parts::Line::lesser_half)
                    .collect(),
            )
        }
        false => None,
    };
    let cancellation = Cancellation {
        reason: &step.reason,
        lines,
    };
    let path = format!("{path}/cancel");
    let _ = shopper.post(&path, &step.name, &cancellation).await;
}

fn email(name: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '.'
        }
    };
    let local: String = name.chars().map(plain).collect();
    format!("{}@example.com", local.trim_matches('.'))
}

#[derive(Serialize)]
struct NewOrder<'a> {
    external_id: &'a str,
    customer: Customer<'a>,
    lines: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Customer<'a> {
    name: &'a str,
    email: &'a str,
}

#[derive(Serialize)]
struct Line<'a> {
    sku: &'a str,
    quantity: i64,
}

#[derive(Serialize)]
struct Cancellation<'a> {
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<Vec<LinePart>>,
}

#[derive(Deserialize)]
struct Placed {
    id: String,
}
