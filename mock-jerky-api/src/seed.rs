//! Seeding: a realistic catalogue drawn by key, so that item 17 of a seed is the same whatever
//! the size of the catalogue. One pass, O(items).

use fake::{Fake, faker::address::en::CityName};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use seams::{Draw, Keyed};
use serde::{Deserialize, Serialize};

use crate::{
    catalogue::{Catalogue, CatalogueItem, OpeningLot},
    date::Zone,
    ids::Sku,
    model::{ItemKind, LotStatus, Pack, Storage},
    quantity::{Amount, Quantity, Unit},
};

const ZONE: &str = "America/Chicago";
const MEATS: [&str; 8] = [
    "Beef Jerky",
    "Turkey Jerky",
    "Bison Jerky",
    "Venison Jerky",
    "Pork Jerky",
    "Salmon Jerky",
    "Biltong",
    "Snack Stick",
];
const FLAVOURS: [&str; 12] = [
    "Original",
    "Peppered",
    "Teriyaki",
    "Hickory Smoked",
    "Sweet & Hot",
    "Maple Bourbon",
    "Habanero",
    "Honey Mustard",
    "Chipotle Lime",
    "Korean BBQ",
    "Garlic Herb",
    "Carolina Reaper",
];

/// What a drawn warehouse is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seed {
    /// How many items.
    pub items: usize,
    /// Decides everything about them.
    pub seed: u64,
    /// The day of opening; expiry dates spread around it.
    pub start: Timestamp,
}

impl Seed {
    /// Draws the catalogue.
    pub fn catalogue(&self) -> Catalogue {
        let keyed = Keyed::new(self.seed);
        let today = self.start.to_zoned(TimeZone::UTC).date();
        let zone: Zone = ZONE.parse().unwrap_or_default();
        let items = (1..=self.items as u64)
            .map(|number| draw_item(keyed, number, today, &zone))
            .collect();
        Catalogue { items }
    }
}

/// The SKU of the `number`-th drawn item, counted from 1.
pub fn sku(number: u64) -> Sku {
    format!("JRK-{number:06}").into()
}

/// The `number`-th GTIN-13 under an example company prefix, with its check digit (GS1 General
/// Specifications 7.9).
pub fn gtin(number: u64) -> String {
    let body = format!("0614141{:05}", number % 100_000);
    let weighted: u32 = body
        .bytes()
        .zip([1, 3].into_iter().cycle())
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    format!("{body}{}", (10 - weighted % 10) % 10)
}

fn draw_item(keyed: Keyed, number: u64, today: Date, zone: &Zone) -> CatalogueItem {
    let sku = sku(number);
    let ask = |purpose: &str| keyed.draw(purpose, sku.as_str(), 0);
    let kind = if ask("mirror").chance(0.05) {
        ItemKind::Mirror
    } else {
        ItemKind::Stocked
    };
    let unit = draw_unit(ask("unit"), kind);
    let stocked = kind == ItemKind::Stocked;
    let scale = if unit == Unit::H87 { 1 } else { 50 };
    let safety = if stocked {
        ask("safety").below(6) * scale
    } else {
        0
    };
    CatalogueItem {
        name: draw_name(&ask).into(),
        kind,
        gtin: gtin(number).into(),
        unit,
        packs: packs(unit),
        storage: Storage {
            min_celsius: 5,
            max_celsius: 20 + ask("warmest").below(6) as i16,
        },
        warehouse: "WH-1".into(),
        time_zone: zone.clone(),
        safety_stock: Quantity(safety as i64),
        discontinued: ask("discontinued").chance(0.01),
        lots: if stocked {
            draw_lots(keyed, &sku, unit, today)
        } else {
            Vec::new()
        },
        sku,
    }
}

fn draw_unit(draw: Draw, kind: ItemKind) -> Unit {
    let choices: &[Unit] = match kind {
        ItemKind::Stocked => &[
            Unit::Kgm,
            Unit::Kgm,
            Unit::Grm,
            Unit::H87,
            Unit::H87,
            Unit::Ltr,
        ],
        ItemKind::Mirror => &[Unit::H87],
    };
    draw.pick(choices).copied().unwrap_or(Unit::H87)
}

fn draw_name(ask: &impl Fn(&str) -> Draw) -> String {
    let place: String = CityName().fake_with_rng(&mut ask("place").rng());
    let flavour = ask("flavour").pick(&FLAVOURS).copied().unwrap_or_default();
    let meat = ask("meat").pick(&MEATS).copied().unwrap_or_default();
    format!("{place} {flavour} {meat}")
}

fn packs(unit: Unit) -> Vec<Pack> {
    let (code, each, case) = match unit {
        Unit::Kgm | Unit::Grm => ("PK", 50, 1000),
        Unit::Ltr | Unit::Mlt => ("BO", 250, 3000),
        Unit::H87 => ("PK", 1, 12),
    };
    let pack = |code: &str, quantity| Pack {
        code: code.to_owned(),
        quantity: Amount::new(Quantity(quantity), unit).into(),
    };
    vec![pack(code, each), pack("CS", case)]
}

fn draw_lots(keyed: Keyed, sku: &Sku, unit: Unit, today: Date) -> Vec<OpeningLot> {
    let count = keyed.draw("lots", sku.as_str(), 0).between(1, 4);
    (0..count)
        .map(|ordinal| draw_lot(keyed, sku, unit, today, ordinal))
        .collect()
}

fn draw_lot(keyed: Keyed, sku: &Sku, unit: Unit, today: Date, ordinal: u64) -> OpeningLot {
    let ask = |purpose: &str| keyed.draw(purpose, sku.as_str(), ordinal);
    // From a week past its date to most of a year ahead, so that FEFO and expiry have work.
    let days_left = ask("days left").between(0, 300) as i64 - 7;
    let expires = today.saturating_add(days_left.days());
    let produced = expires.saturating_sub(365.days());
    let step = if unit == Unit::H87 { 1 } else { 50 };
    OpeningLot {
        lot: format!("L{}-{}", produced.strftime("%y%m%d"), ordinal + 1).into(),
        location: format!("A-{:02}", ask("location").between(1, 12)).into(),
        status: if ask("status").chance(0.05) {
            LotStatus::Quarantine
        } else {
            LotStatus::Released
        },
        produced_on: Some(produced.into()),
        expires_on: ask("dated").chance(0.97).then(|| expires.into()),
        quantity: Quantity((ask("quantity").between(20, 400) * step) as i64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seed(items: usize) -> Seed {
        Seed {
            items,
            seed: 7,
            start: "2026-11-02T00:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn an_item_is_the_same_in_a_catalogue_of_any_size() {
        let (few, many) = (seed(3).catalogue(), seed(30).catalogue());
        assert_eq!(few.items[..], many.items[..3]);
    }

    #[test]
    fn every_gtin_has_its_check_digit() {
        assert_eq!(gtin(0), "0614141000005");
        for item in seed(50).catalogue().items {
            let weighted: u32 = item
                .gtin
                .bytes()
                .zip([1, 3].into_iter().cycle())
                .map(|(digit, weight)| u32::from(digit - b'0') * weight)
                .sum();
            assert_eq!(weighted % 10, 0, "{}", item.gtin);
        }
    }

    #[test]
    fn lots_lie_on_both_sides_of_their_date() {
        let today: Date = "2026-11-02".parse().unwrap();
        let dates: Vec<Date> = (seed(200).catalogue().items.iter())
            .flat_map(|item| &item.lots)
            .filter_map(|lot| lot.expires_on.map(crate::LotDate::date))
            .collect();
        assert!(dates.iter().any(|date| *date < today));
        assert!(dates.iter().any(|date| *date > today));
    }
}
