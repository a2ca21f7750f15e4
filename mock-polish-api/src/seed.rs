//! A catalogue drawn from a seed: nail polishes, jerky for resale, and gift boxes of both.
//!
//! Each product is drawn under its own SKU, so one more product leaves the others as they were.

use fake::{Fake, faker::address::en::CityName, faker::name::en::LastName};
use seams::Keyed;

use crate::{
    model::{Component, Confirmation, ProductKind},
    shop::OpeningProduct,
};

const SHADES: [&str; 12] = [
    "Crimson", "Coral", "Fuchsia", "Mauve", "Taupe", "Teal", "Indigo", "Jade", "Amber", "Ivory",
    "Onyx", "Copper",
];
const FINISHES: [&str; 6] = ["Gloss", "Matte", "Shimmer", "Chrome", "Glitter", "Gel"];
const FLAVOURS: [&str; 8] = [
    "Original",
    "Teriyaki",
    "Peppered",
    "Hickory",
    "Chipotle",
    "Sweet Heat",
    "Bourbon",
    "Lime",
];
/// Minimum and multiple of a line, as trade terms have them.
const TERMS: [(i64, i64); 6] = [(1, 1), (1, 1), (6, 6), (6, 3), (12, 12), (10, 5)];

/// `items` products: about six in ten are own polishes, three resale, one a gift box.
pub fn catalogue(keyed: Keyed, items: usize) -> Vec<OpeningProduct> {
    let resale = items * 3 / 10;
    let kits = items / 10;
    let own = items - resale - kits;
    let polishes = (1..=own).map(|number| polish(keyed, number));
    let jerkies = (1..=resale).map(|number| jerky(keyed, number));
    let boxes = (1..=kits).map(|number| gift_box(keyed, number, own, resale));
    polishes.chain(jerkies).chain(boxes).collect()
}

/// The SKU of the n-th own polish, from 1.
fn polish_sku(number: usize) -> String {
    format!("OWN-POL-{number:05}")
}

/// The SKU of the n-th resale product, from 1.
fn jerky_sku(number: usize) -> String {
    format!("RES-JRK-{number:05}")
}

fn polish(keyed: Keyed, number: usize) -> OpeningProduct {
    let sku = polish_sku(number);
    let draw = |purpose| keyed.draw(purpose, &sku, 0);
    let shade = one_of(&SHADES, draw("shade"));
    let finish = one_of(&FINISHES, draw("finish"));
    let family: String = LastName().fake_with_rng(&mut draw("family").rng());
    let (moq, order_multiple) = terms(draw("terms"));
    OpeningProduct {
        price_cents: price(draw("price"), 499, 2_499),
        moq,
        order_multiple,
        confirm: confirmation(draw("confirm")),
        ..OpeningProduct::new(
            &sku,
            &format!("{family} {shade} {finish} nail polish, 12 ml"),
            ProductKind::Own,
            signed(draw("stock").between(0, 600)),
        )
    }
}

fn jerky(keyed: Keyed, number: usize) -> OpeningProduct {
    let sku = jerky_sku(number);
    let draw = |purpose| keyed.draw(purpose, &sku, 0);
    let town: String = CityName().fake_with_rng(&mut draw("town").rng());
    let flavour = one_of(&FLAVOURS, draw("flavour"));
    let (moq, order_multiple) = terms(draw("terms"));
    let packs = signed(draw("stock").between(0, 400));
    OpeningProduct {
        price_cents: price(draw("price"), 599, 1_899),
        moq,
        order_multiple,
        confirm: confirmation(draw("confirm")),
        ..OpeningProduct::new(
            &sku,
            &format!("{town} {flavour} beef jerky, 50 g"),
            ProductKind::Resale,
            packs - packs % order_multiple,
        )
    }
}

fn gift_box(keyed: Keyed, number: usize, own: usize, resale: usize) -> OpeningProduct {
    let sku = format!("KIT-BOX-{number:05}");
    let draw = |purpose| keyed.draw(purpose, &sku, 0);
    let shade = one_of(&SHADES, draw("shade"));
    let flavour = one_of(&FLAVOURS, draw("flavour"));
    let mut components = Vec::with_capacity(3);
    for (purpose, count, name) in [
        ("first polish", own, polish_sku as fn(usize) -> String),
        ("second polish", own, polish_sku),
        ("jerky", resale, jerky_sku),
    ] {
        let part = name(1 + draw(purpose).below(count as u64) as usize);
        let known = components
            .iter()
            .any(|known: &Component| known.sku.as_str() == part);
        if count > 0 && !known {
            let quantity = 1 + signed(keyed.draw("need", &sku, components.len() as u64).below(2));
            components.push(Component {
                sku: part.into(),
                quantity,
            });
        }
    }
    OpeningProduct {
        price_cents: price(draw("price"), 1_999, 5_999),
        components,
        ..OpeningProduct::new(
            &sku,
            &format!("{shade} & {flavour} gift box"),
            ProductKind::Kit,
            signed(draw("stock").between(0, 60)),
        )
    }
}

fn one_of<'a>(choices: &[&'a str], draw: seams::Draw) -> &'a str {
    draw.pick(choices).copied().unwrap_or_default()
}

fn terms(draw: seams::Draw) -> (i64, i64) {
    draw.pick(&TERMS).copied().unwrap_or((1, 1))
}

/// Prices end in 9.
fn price(draw: seams::Draw, low: u64, high: u64) -> i64 {
    signed(draw.between(low, high) / 10 * 10 + 9)
}

fn confirmation(draw: seams::Draw) -> Confirmation {
    if draw.chance(0.2) {
        Confirmation::Auto
    } else {
        Confirmation::Manual
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn one_seed_draws_one_catalogue() {
        assert_eq!(catalogue(Keyed::new(7), 50), catalogue(Keyed::new(7), 50));
        assert_ne!(catalogue(Keyed::new(7), 50), catalogue(Keyed::new(8), 50));
    }

    #[test]
    fn one_more_product_leaves_the_others_as_they_were() {
        let small = catalogue(Keyed::new(7), 50);
        let larger = catalogue(Keyed::new(7), 52);
        assert_eq!(small[0], larger[0]);
    }

    #[test]
    fn every_size_gives_sound_products() {
        for items in [0, 1, 2, 3, 9, 10, 11, 500] {
            let products = catalogue(Keyed::new(3), items);
            assert_eq!(products.len(), items);
            let skus: BTreeSet<_> = products.iter().map(|product| &product.sku).collect();
            assert_eq!(skus.len(), items);
            for product in &products {
                assert!(product.stock >= 0 && product.moq % product.order_multiple == 0);
                let kit = product.kind == ProductKind::Kit;
                assert_eq!(kit, !product.components.is_empty());
                assert!(
                    product
                        .components
                        .iter()
                        .all(|part| skus.contains(&part.sku))
                );
            }
        }
    }
}
