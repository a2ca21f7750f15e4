//! Shop staff: they pack what is ready, take returns and count shelves.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    Caller, Orders,
    parts::{Line, LinePart, Order},
};
use crate::scenario::{CountProduct, ReturnGoods, ShipOrder};

/// How often the packing table looks whether an order is ready, and how many times.
const LOOK_AGAIN: (Duration, u32) = (Duration::from_secs(20), 135);

/// Ships an order or half of it, as soon as it is ready.
pub(super) async fn ship(staff: &Caller, step: &ShipOrder, orders: &Orders) {
    let Some(id) = orders.id(&step.order) else {
        return;
    };
    let Some(order) = ready(staff, &id).await else {
        return;
    };
    let lines = order.lines.iter();
    let parcel = match step.half {
        true => lines.filter_map(Line::greater_half).collect(),
        false => lines.filter_map(Line::rest).collect(),
    };
    send(staff, &id, &step.name, parcel).await;
}

/// Ships all that is left of an order, if it is ready.
pub(super) async fn ship_rest(staff: &Caller, id: &str) {
    let Ok(order) = staff.get::<Order>(&format!("/orders/{id}")).await else {
        return;
    };
    if !order.is_open() || !order.ready_to_ship {
        return;
    }
    let parcel = order.lines.iter().filter_map(Line::rest).collect();
    send(staff, id, &format!("closing-{id}"), parcel).await;
}

/// Takes back what was shipped, or one unit of it, as soon as there is any.
pub(super) async fn take_back(staff: &Caller, step: &ReturnGoods, orders: &Orders) {
    let Some(id) = orders.id(&step.order) else {
        return;
    };
    let Some(order) = shipped(staff, &id).await else {
        return;
    };
    let shipped = order
        .lines
        .iter()
        .filter(|line| line.fulfilled > line.returned);
    let lines = shipped.map(|line| ReturnLine {
        line_id: &line.line_id,
        quantity: if step.one {
            1
        } else {
            line.fulfilled - line.returned
        },
        restock: step.restock,
        reason: &step.reason,
    });
    let most = if step.one { 1 } else { usize::MAX };
    let goods = Goods {
        reference: &step.name,
        lines: lines.take(most).collect(),
    };
    if !goods.lines.is_empty() {
        let _ = staff
            .post(&format!("/orders/{id}/return"), &step.name, &goods)
            .await;
    }
}

/// Counts a product: the shelf holds so many more (or fewer) than the books say.
pub(super) async fn count(staff: &Caller, step: &CountProduct) {
    let Ok(product) = staff
        .get::<Product>(&format!("/products/{}", step.sku))
        .await
    else {
        return;
    };
    let count = Count {
        reference: &step.name,
        sku: &step.sku,
        counted: (product.on_hand.unwrap_or(product.available) + step.off_by).max(0),
    };
    let _ = staff.post("/counts", &step.name, &count).await;
}

/// The order once it may be shipped; `None` when it never will be, or not in time.
async fn ready(staff: &Caller, id: &str) -> Option<Order> {
    let (pause, looks) = LOOK_AGAIN;
    for _ in 0..looks {
        let order: Order = staff.get(&format!("/orders/{id}")).await.ok()?;
        if !order.is_open() {
            return None;
        }
        if order.ready_to_ship {
            return Some(order);
        }
        tokio::time::sleep(pause).await;
    }
    None
}

/// The order once something of it was shipped; `None` when nothing ever will be, or not in time.
async fn shipped(staff: &Caller, id: &str) -> Option<Order> {
    let (pause, looks) = LOOK_AGAIN;
    for _ in 0..looks {
        let order: Order = staff.get(&format!("/orders/{id}")).await.ok()?;
        if order.lines.iter().any(|line| line.fulfilled > 0) {
            return Some(order);
        }
        if !order.is_open() {
            return None;
        }
        tokio::time::sleep(pause).await;
    }
    None
}

async fn send(staff: &Caller, id: &str, reference: &str, lines: Vec<LinePart>) {
    if lines.is_empty() {
        return;
    }
    let parcel = Goods { reference, lines };
    // Refused when the customer was quicker with a cancellation.
    let _ = staff
        .post(&format!("/orders/{id}/ship"), reference, &parcel)
        .await;
}

#[derive(Deserialize)]
struct Product {
    on_hand: Option<i64>,
    available: i64,
}

#[derive(Serialize)]
struct Goods<'a, Line> {
    reference: &'a str,
    lines: Vec<Line>,
}

#[derive(Serialize)]
struct ReturnLine<'a> {
    line_id: &'a str,
    quantity: i64,
    restock: bool,
    reason: &'a str,
}

#[derive(Serialize)]
struct Count<'a> {
    reference: &'a str,
    sku: &'a str,
    counted: i64,
}
