//! Which events are shown: those around a moment, those about a SKU.

use jiff::Timestamp;
use mock_kit::nearest::nearest_three;

use super::{AROUND, Circle, Kind, TraceLine};
use crate::{oracle::History, plan::Plan};

/// Which events are shown; all of them by default.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those within [`AROUND`] of this moment.
    pub around: Option<Timestamp>,
    /// Only those about this SKU: its own, of what it is made of, of listings made of it, of orders
    /// that contain it.
    pub sku: Option<String>,
}

/// A SKU that the world of a plan does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no item and no product is called `{sku}`{hint}")]
pub struct UnknownSku {
    sku: String,
    hint: String,
}

impl Filter {
    /// The events that pass, in their order.
    pub fn apply<'t>(&self, history: &History, lines: &'t [TraceLine]) -> Vec<&'t TraceLine> {
        let circle = self.sku.as_deref();
        let circle = circle.map(|sku| Circle::of_sku(history, sku));
        let lines = lines.iter().filter(|line| {
            let is_near = self.around.is_none_or(|at| is_near(line, at));
            let is_about = circle.as_ref().is_none_or(|circle| {
                circle.touches(&line.names) || line.kind == Kind::Process && line.names.is_empty()
            });
            is_near && is_about
        });
        lines.collect()
    }
}

/// Whether the plan's world has this SKU.
///
/// # Errors
/// With the names that were probably meant, when it has not.
pub fn check_sku(plan: &Plan, sku: &str) -> Result<(), UnknownSku> {
    let goods = &plan.catalogue;
    let items = goods.items.iter().map(|item| item.sku.as_str());
    let mirrors = goods.mirrors.iter().map(|mirror| mirror.sku.as_str());
    let products = goods.products.iter().map(|product| product.sku.as_str());
    let names: Vec<&str> = items.chain(mirrors).chain(products).collect();
    if names.contains(&sku) {
        return Ok(());
    }
    let near = nearest_three(sku, names.iter().copied());
    let hint = if near.is_empty() {
        let some: Vec<&str> = names.iter().take(3).copied().collect();
        format!(
            "; this world has {} SKUs, such as {}",
            names.len(),
            some.join(", ")
        )
    } else {
        format!("; did you mean {}?", near.join(", "))
    };
    let sku = sku.to_owned();
    Err(UnknownSku { sku, hint })
}

fn is_near(line: &TraceLine, at: Timestamp) -> bool {
    let from = at.saturating_sub(AROUND).unwrap_or(Timestamp::MIN);
    let to = at.saturating_add(AROUND).unwrap_or(Timestamp::MAX);
    line.at <= to && line.until >= from
}
