//! The shop's ledger in the oracle's words.

use std::collections::BTreeMap;

use mock_polish_api::{
    OrderStatus, ProductKind as VendorKind, Sku,
    truth::{Fact as Entry, FactLine, Happening, OrderedLine, OwnAccount, ReturnedLine},
};

use super::{Skew, actor};
use crate::oracle::history::{
    Fact, PolishFact, ProductKind, Returned, ShopAccount, ShopLine, ShopQuantity,
};

/// Every fact of the shop.
pub(super) fn polish_facts(entries: &[Entry], skew: &Skew) -> Vec<Fact<PolishFact>> {
    let mut versions = Versions::default();
    let facts = entries.iter().enumerate().map(|(place, entry)| Fact {
        number: entry.number,
        at: skew.fact_time(place, entry.at),
        actor: actor(&entry.actor),
        key: entry.key.as_deref().map(str::to_owned),
        what: versions
            .available(&entry.fact)
            .or_else(|| shelf(&entry.fact))
            .unwrap_or_else(|| order(&entry.fact)),
    });
    facts.collect()
}

/// The version each product had when its number was last set: an automatic order's fact has none.
#[derive(Default)]
struct Versions(BTreeMap<Sku, u64>);

impl Versions {
    fn available(&mut self, fact: &Happening) -> Option<PolishFact> {
        let (sku, available) = match fact {
            Happening::AvailabilitySet {
                sku,
                available,
                version,
                ..
            } => {
                self.0.insert(sku.clone(), *version);
                (sku, *available)
            }
            Happening::AvailabilityTaken { sku, available, .. }
            | Happening::AvailabilityGivenBack { sku, available, .. } => (sku, *available),
            _ => return None,
        };
        Some(PolishFact::Available {
            sku: sku.as_str().into(),
            available,
            version: self.0.get(sku).copied().unwrap_or_default(),
        })
    }
}

fn shelf(fact: &Happening) -> Option<PolishFact> {
    Some(match fact {
        Happening::ProductSeeded {
            sku,
            kind,
            moq,
            order_multiple,
            components,
            available,
            ..
        } => PolishFact::Product {
            sku: sku.as_str().into(),
            kind: product_kind(*kind),
            moq: *moq,
            multiple: *order_multiple,
            available: available.unwrap_or_default(),
            components: components
                .iter()
                .map(|part| (part.sku.as_str().into(), part.quantity))
                .collect(),
        },
        Happening::OwnStockMoved {
            sku,
            from,
            to,
            quantity,
            ..
        } => PolishFact::OwnMoved {
            sku: sku.as_str().into(),
            from: account(*from),
            to: account(*to),
            quantity: *quantity,
        },
        Happening::Counted {
            count,
            sku,
            counted,
            previous_available,
            ..
        } => PolishFact::Counted {
            id: count.to_string(),
            sku: sku.as_str().into(),
            counted: *counted,
            previous: *previous_available,
        },
        _ => return None,
    })
}

/// What is left are the facts about orders; the others have been told apart before.
fn order(fact: &Happening) -> PolishFact {
    match fact {
        Happening::OrderPlaced {
            order,
            status,
            hold_expires_at,
            lines,
            ..
        } => PolishFact::Placed {
            order: order.to_string().into(),
            lines: lines.iter().map(ordered).collect(),
            automatic: *status == OrderStatus::Confirmed,
            hold_expires_at: *hold_expires_at,
        },
        Happening::OrderConfirmed { order, .. } => PolishFact::Confirmed {
            order: order.to_string().into(),
        },
        Happening::OrderRejected { order, .. } => PolishFact::Rejected {
            order: order.to_string().into(),
        },
        Happening::OrderCancelled { order, lines, .. } => PolishFact::Cancelled {
            order: order.to_string().into(),
            lines: lines.iter().map(part).collect(),
        },
        Happening::HoldExpired { order, .. } => PolishFact::HoldExpired {
            order: order.to_string().into(),
        },
        Happening::Shipped {
            order,
            reference,
            lines,
            ..
        } => PolishFact::Shipped {
            order: order.to_string().into(),
            reference: reference.to_string(),
            lines: lines.iter().map(part).collect(),
        },
        Happening::Returned {
            order,
            reference,
            lines,
            ..
        } => PolishFact::Returned {
            order: order.to_string().into(),
            reference: reference.to_string(),
            lines: lines.iter().map(returned).collect(),
        },
        Happening::ProductSeeded { sku, .. }
        | Happening::AvailabilitySet { sku, .. }
        | Happening::AvailabilityTaken { sku, .. }
        | Happening::AvailabilityGivenBack { sku, .. }
        | Happening::OwnStockMoved { sku, .. }
        | Happening::Counted { sku, .. } => PolishFact::OwnMoved {
            sku: sku.as_str().into(),
            from: ShopAccount::Free,
            to: ShopAccount::Free,
            quantity: 0,
        },
    }
}

fn ordered(line: &OrderedLine) -> ShopLine {
    ShopLine {
        line_id: line.line_id.to_string(),
        sku: line.sku.as_str().into(),
        quantity: line.quantity,
    }
}

fn part(line: &FactLine) -> ShopQuantity {
    ShopQuantity {
        line_id: line.line_id.to_string(),
        quantity: line.quantity,
    }
}

fn returned(line: &ReturnedLine) -> Returned {
    Returned {
        line_id: line.line_id.to_string(),
        quantity: line.quantity,
        restock: line.restock,
    }
}

fn product_kind(kind: VendorKind) -> ProductKind {
    match kind {
        VendorKind::Own => ProductKind::Own,
        VendorKind::Resale => ProductKind::Resale,
        VendorKind::Kit => ProductKind::Kit,
    }
}

fn account(account: OwnAccount) -> ShopAccount {
    match account {
        OwnAccount::Supplier => ShopAccount::Supplier,
        OwnAccount::Free => ShopAccount::Free,
        OwnAccount::Held => ShopAccount::Held,
        OwnAccount::Allocated => ShopAccount::Allocated,
        OwnAccount::Sold => ShopAccount::Sold,
        OwnAccount::CountedOff => ShopAccount::CountedOff,
    }
}
