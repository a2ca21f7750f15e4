//! The catalogue as the middleware's mapping file, in TOML, as its operator would write it.

use serde::Serialize;

use super::Untellable;
use crate::plan::{
    Catalogue, Confirm, Direction, Item, Listing, Mirror, Need, Policy, Product, Unit,
};

/// The mapping file.
///
/// # Errors
/// When it has no TOML form.
pub(in crate::sim) fn mapping_file(catalogue: &Catalogue) -> Result<String, Untellable> {
    let file = File {
        listing: catalogue
            .listings
            .iter()
            .filter_map(|listing| entry(catalogue, listing))
            .collect(),
        mirror: catalogue.mirrors.iter().map(mirror).collect(),
    };
    toml::to_string(&file).map_err(|error| Untellable(error.to_string()))
}

fn entry<'a>(catalogue: &'a Catalogue, listing: &'a Listing) -> Option<Entry<'a>> {
    let product: &Product = catalogue.product(&listing.product)?;
    Some(Entry {
        polish: &product.sku,
        order_multiple: product.order_multiple,
        minimum_order: product.moq,
        min_days: listing.min_days,
        criticality: match listing.confirm {
            Confirm::Manual => "strong",
            Confirm::Auto => "eventual",
        },
        direction: match listing.direction {
            Direction::FromJerky => "jerky_to_polish",
            Direction::Both => "both",
        },
        conflict: match listing.policy {
            Policy::OwnerWins => "owner-wins",
            Policy::NewestSequence => "newest-sequence",
            Policy::Lowest => "lowest",
            Policy::Review => "review",
        },
        component: listing
            .needs
            .iter()
            .filter_map(|need| part(catalogue, listing, need))
            .collect(),
    })
}

/// A component: whole packets of an item where it comes in packets, grams or pieces otherwise.
fn part<'a>(catalogue: &'a Catalogue, listing: &Listing, need: &'a Need) -> Option<Part<'a>> {
    match need {
        Need::Own { sku, quantity } => Some(Part {
            polish: Some(sku),
            need: quantity.to_string(),
            ..Part::default()
        }),
        Need::Jerky { sku, quantity } => {
            let item = catalogue.item(sku)?;
            let (unit, pack) = measure(item);
            let size = if pack.is_some() {
                item.pack.quantity
            } else {
                1
            };
            let kept_back = listing.safety_stock / size;
            Some(Part {
                jerky: Some(sku),
                need: (quantity / size).to_string(),
                unit: Some(unit),
                pack,
                safety_stock: (kept_back > 0).then(|| kept_back.to_string()),
                ..Part::default()
            })
        }
    }
}

fn measure(item: &Item) -> (&'static str, Option<String>) {
    let content = item.unit.decimal(item.pack.quantity);
    match item.unit {
        Unit::H87 => ("H87", None),
        Unit::Kgm | Unit::Grm => ("PK", Some(format!("{content} {}", item.unit.code()))),
    }
}

fn mirror(mirror: &Mirror) -> MirrorEntry<'_> {
    MirrorEntry {
        polish: &mirror.product,
        jerky: &mirror.sku,
        factor: mirror.factor.to_string(),
        unit: "H87",
    }
}

#[derive(Serialize)]
struct File<'a> {
    listing: Vec<Entry<'a>>,
    mirror: Vec<MirrorEntry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    polish: &'a str,
    order_multiple: i64,
    minimum_order: i64,
    min_days: i32,
    criticality: &'static str,
    direction: &'static str,
    conflict: &'static str,
    component: Vec<Part<'a>>,
}

#[derive(Default, Serialize)]
struct Part<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    jerky: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    polish: Option<&'a str>,
    need: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pack: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    safety_stock: Option<String>,
}

#[derive(Serialize)]
struct MirrorEntry<'a> {
    polish: &'a str,
    jerky: &'a str,
    factor: String,
    unit: &'static str,
}
