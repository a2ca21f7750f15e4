//! Mappings as people write them, right and wrong.

use std::collections::BTreeSet;

use super::*;
use crate::factor::Factor;
use crate::quantity::{Quantity, Units};
use crate::unit::Unit;

const MAPPING: &str = r#"
[[listing]]
polish = "SNACK-HOT"
order_multiple = 5
minimum_order = 10
min_days = 14
criticality = "eventual"
direction = "both"
conflict = "newest-sequence"

[[listing.component]]
jerky = "JRK-HOT"
need = "0.050"
unit = "KGM"
safety_stock = "1.5"

[[listing]]
polish = "GIFT-1"

[[listing.component]]
jerky = "JRK-HOT"
need = 2
unit = "PK"
pack = "0.050 KGM"
safety_stock = 3

[[listing.component]]
polish = "NP-RED"
need = 1

[[mirror]]
polish = "NP-RED"
jerky = "MIR-RED"
factor = "15"
unit = "MLT"
"#;

fn jerky(text: &str) -> JerkySku {
    JerkySku::parse(text).unwrap()
}

fn polish(text: &str) -> PolishSku {
    PolishSku::parse(text).unwrap()
}

/// What is said about `MAPPING` with `from` replaced by `to`.
fn complaint(from: &str, to: &str) -> String {
    assert!(MAPPING.contains(from), "the mapping has no {from:?}");
    let mapping = MAPPING.replacen(from, to, 1);
    Catalogue::read("mapping.toml", &mapping)
        .map(|_| ())
        .unwrap_err()
        .to_string()
}

#[test]
fn a_mapping_reads_as_it_is_written() {
    let catalogue = Catalogue::read("mapping.toml", MAPPING).unwrap();
    let snack = catalogue.listing(&polish("SNACK-HOT")).unwrap();
    assert_eq!(snack.order_multiple, Units::new(5));
    assert_eq!(snack.minimum_order, Units::new(10));
    assert_eq!(snack.min_days, 14);
    assert_eq!(snack.criticality, Criticality::Eventual);
    assert_eq!(snack.direction, Direction::Both);
    assert_eq!(snack.conflict, ConflictPolicy::NewestSequence);
    let [Component::Jerky(part)] = snack.components.as_slice() else {
        panic!("{snack:?}")
    };
    assert_eq!(part.need, Factor::new(50, 1).unwrap());
    assert_eq!(part.safety_stock, Quantity::new(1500));
    assert_eq!(part.unit, Unit::Kilogram);
}

#[test]
fn what_is_left_out_is_the_careful_choice() {
    let catalogue = Catalogue::read("mapping.toml", MAPPING).unwrap();
    let gift = catalogue.listing(&polish("GIFT-1")).unwrap();
    assert_eq!(gift.criticality, Criticality::Strong);
    assert_eq!(gift.direction, Direction::JerkyToPolish);
    assert_eq!(gift.conflict, ConflictPolicy::OwnerWins);
    assert_eq!(
        (gift.minimum_order, gift.order_multiple),
        (Units::new(1), Units::new(1))
    );
}

#[test]
fn a_package_counts_by_what_it_holds() {
    let catalogue = Catalogue::read("mapping.toml", MAPPING).unwrap();
    let part = catalogue
        .listing(&polish("GIFT-1"))
        .unwrap()
        .jerky()
        .next()
        .unwrap();
    assert_eq!(part.need, Factor::new(100, 1).unwrap());
    assert_eq!(part.safety_stock, Quantity::new(150));
}

#[test]
fn a_need_may_be_a_fraction_and_stays_exact() {
    let mapping = MAPPING.replacen("need = \"0.050\"", "need = \"1/3\"", 1);
    let catalogue = Catalogue::read("mapping.toml", &mapping).unwrap();
    let part = catalogue
        .listing(&polish("SNACK-HOT"))
        .unwrap()
        .jerky()
        .next()
        .unwrap();
    assert_eq!(part.need, Factor::new(1000, 3).unwrap());
}

#[test]
fn every_listing_that_a_stock_change_touches_is_found() {
    let catalogue = Catalogue::read("mapping.toml", MAPPING).unwrap();
    let names = |listings: Vec<&Listing>| -> Vec<String> {
        listings
            .into_iter()
            .map(|listing| listing.polish.to_string())
            .collect()
    };
    let hot = catalogue.listings_with(&jerky("JRK-HOT")).collect();
    assert_eq!(names(hot), ["SNACK-HOT", "GIFT-1"]);
    let red = catalogue.listings_with_own(&polish("NP-RED")).collect();
    assert_eq!(names(red), ["GIFT-1"]);
    assert_eq!(catalogue.listings_with(&jerky("JRK-MILD")).count(), 0);
    assert_eq!(
        catalogue.mirror_of(&polish("NP-RED")),
        catalogue.mirror_at(&jerky("MIR-RED"))
    );
    assert!(catalogue.knows_jerky(&jerky("MIR-RED")) && catalogue.knows_polish(&polish("NP-RED")));
    assert!(!catalogue.knows_jerky(&jerky("NP-RED")));
}

#[test]
fn a_sku_in_another_form_is_explained() {
    let catalogue = Catalogue::read("mapping.toml", MAPPING).unwrap();
    assert_eq!(catalogue.jerky_like("jrk-hot "), Some(&jerky("JRK-HOT")));
    assert_eq!(catalogue.polish_like("Gift-1"), Some(&polish("GIFT-1")));
    assert_eq!(catalogue.polish_like("GIFT-1"), None);
}

#[test]
fn a_misspelt_name_is_placed_and_the_right_one_suggested() {
    insta::assert_snapshot!(complaint("minimum_order", "minimun_order"), @"mapping.toml:5: listing[0].minimun_order: unknown field `minimun_order`, expected one of `polish`, `order_multiple`, `minimum_order`, `min_days`, `criticality`, `direction`, `conflict`, `component`; did you mean `minimum_order`?");
    insta::assert_snapshot!(complaint("\"eventual\"", "\"evental\""), @"mapping.toml:7: listing[0].criticality: unknown variant `evental`, expected `strong` or `eventual`; did you mean `eventual`?");
    insta::assert_snapshot!(complaint("\"KGM\"", "\"KG\""), @r#"mapping.toml:14: listing[0].component[0].unit: "KG" is no unit; expected H87, GRM, KGM, MLT, LTR (UN/ECE Rec 20) or a package PK, BO, CS (Rec 21); did you mean KGM?"#);
    insta::assert_snapshot!(complaint("[[mirror]]", "[[miror]]"), @"mapping.toml:31: miror: unknown field `miror`, expected `listing` or `mirror`; did you mean `mirror`?");
}

#[test]
fn a_wrong_value_is_placed_and_the_expected_one_named() {
    insta::assert_snapshot!(complaint("need = \"0.050\"", "need = 0.050"), @r#"mapping.toml:13: listing[0].component[0].need: 0.05 is a float and not exact; put it in quotes: "0.05""#);
    insta::assert_snapshot!(complaint("need = \"0.050\"", "need = \"0,050\""), @r#"mapping.toml:13: listing[0].component[0].need: "0,050" is no number; write one such as 2, "0.050" or "1/3", zero or more"#);
    insta::assert_snapshot!(complaint("need = \"0.050\"", "need = 0"), @"mapping.toml:13: listing[0].component[0].need: is 0; it must be more");
    insta::assert_snapshot!(complaint("polish = \"SNACK-HOT\"", "polish = \"SNACK-HOT \""), @r#"mapping.toml:3: listing[0].polish: the polish SKU "SNACK-HOT " begins or ends with white space; send it without"#);
    insta::assert_snapshot!(complaint("polish = \"GIFT-1\"", ""), @"mapping.toml:17: listing[1]: missing field `polish`");
    insta::assert_snapshot!(complaint("min_days = 14", "min_days = -1"), @"mapping.toml:6: listing[0].min_days: invalid value: integer `-1`, expected u16");
    insta::assert_snapshot!(complaint("pack = \"0.050 KGM\"", "pack = \"50g\""), @r#"mapping.toml:24: listing[1].component[0].pack: "50g" is no content; write a number and a unit, such as "0.050 KGM""#);
    insta::assert_snapshot!(complaint("pack = \"0.050 KGM\"", ""), @r#"mapping.toml:23: listing[1].component[0].unit: PK is a package; say what one holds, such as pack = "0.050 KGM""#);
    insta::assert_snapshot!(complaint("safety_stock = \"1.5\"", "safety_stock = \"0.0005\""), @"mapping.toml:15: listing[0].component[0].safety_stock: 0.0005 is not a whole number of GRM");
    insta::assert_snapshot!(complaint("order_multiple = 5", "order_multiple = 0"), @"mapping.toml:4: listing[0].order_multiple: is 0; the smallest is 1");
    insta::assert_snapshot!(complaint("unit = \"KGM\"", ""), @"mapping.toml:11: listing[0].component[0]: has no `unit`; jerky stock is counted in one");
    insta::assert_snapshot!(complaint("[[mirror]]", "[mirror"), @"mapping.toml:31: unclosed table, expected `]`");
}

#[test]
fn contradictions_are_refused() {
    insta::assert_snapshot!(complaint("polish = \"GIFT-1\"", "polish = \"SNACK-HOT\""), @"mapping.toml:18: listing[1].polish: SNACK-HOT is listed twice; keep one of them");
    insta::assert_snapshot!(complaint("polish = \"GIFT-1\"", "polish = \"snack-hot\""), @r#"mapping.toml:18: listing[1].polish: "snack-hot" differs from "SNACK-HOT" in case or spaces only; write one of them"#);
    insta::assert_snapshot!(complaint("polish = \"NP-RED\"\nneed", "polish = \"SNACK-HOT\"\nneed"), @"mapping.toml:28: listing[1].component[1].polish: SNACK-HOT is a listing itself; name what that is made of, so that kits cannot contain each other");
    insta::assert_snapshot!(complaint("polish = \"NP-RED\"\njerky", "polish = \"GIFT-1\"\njerky"), @"mapping.toml:32: mirror[0].polish: GIFT-1 is a listing of jerky stock, so the shop does not own it");
    insta::assert_snapshot!(complaint("jerky = \"MIR-RED\"", "jerky = \"JRK-HOT\""), @"
    mapping.toml:12: listing[0].component[0].jerky: JRK-HOT mirrors the shop's own stock; name that product
    mapping.toml:21: listing[1].component[0].jerky: JRK-HOT mirrors the shop's own stock; name that product
    ");
    insta::assert_snapshot!(complaint("direction = \"both\"", "direction = \"polish_to_jerky\""), @"mapping.toml:8: listing[0].direction: polish_to_jerky means that the shop owns the stock; write a [[mirror]] for it");
    insta::assert_snapshot!(complaint("polish = \"GIFT-1\"", "polish = \"GIFT-1\"\ndirection = \"both\""), @"mapping.toml:19: listing[1].direction: both needs exactly one component, of jerky stock: a count of a kit does not say which part of it is missing");
    insta::assert_snapshot!(complaint("unit = \"PK\"\npack = \"0.050 KGM\"", "unit = \"LTR\""), @"mapping.toml:23: listing[1].component[0].unit: JRK-HOT is a mass elsewhere in this mapping and a volume here");
    insta::assert_snapshot!(complaint("jerky = \"JRK-HOT\"\nneed = 2", "jerky = \"JRK-HOT\"\npolish = \"X\"\nneed = 2"), @"mapping.toml:20: listing[1].component[0]: names both `jerky` and `polish`; a component is one of them");
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let mapping = MAPPING
        .replace("\"KGM\"", "\"KG\"")
        .replace("\"MLT\"", "\"ML\"");
    let error = Catalogue::read("mapping.toml", &mapping)
        .map(|_| ())
        .unwrap_err();
    let lines: Vec<_> = error.problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [Some(14), Some(35)]);
}

#[test]
fn json_says_the_same_as_toml() {
    let mapping: MappingFile = toml::from_str(MAPPING).unwrap();
    let json = serde_json::to_string_pretty(&mapping).unwrap();
    let from_json = Catalogue::read("mapping.json", &json).unwrap();
    let from_toml = Catalogue::read("mapping.toml", MAPPING).unwrap();
    assert_eq!(from_json.listings(), from_toml.listings());
    assert_eq!(from_json.mirrors(), from_toml.mirrors());
    let broken = json.replace("min_days", "mindays");
    let error = Catalogue::read("mapping.json", &broken)
        .map(|_| ())
        .unwrap_err();
    insta::assert_snapshot!(error, @"mapping.json:7: listing[0].mindays: unknown field `mindays`, expected one of `polish`, `order_multiple`, `minimum_order`, `min_days`, `criticality`, `direction`, `conflict`, `component`; did you mean `min_days`?");
}

#[test]
fn a_sku_that_no_vendor_has_is_named_with_the_nearest_one() {
    let catalogue = Catalogue::read("mapping.toml", MAPPING).unwrap();
    let items: BTreeSet<_> = ["JRK-HOT2", "MIR-RED"].map(jerky).into();
    let products: BTreeSet<_> = ["SNACK-HOT", "GIFT-1", "NP-RED"].map(polish).into();
    let error = catalogue.check_against(&items, &products).unwrap_err();
    insta::assert_snapshot!(error, @"the jerky vendor has no JRK-HOT; did you mean JRK-HOT2?");
    let items: BTreeSet<_> = ["JRK-HOT", "MIR-RED"].map(jerky).into();
    assert_eq!(catalogue.check_against(&items, &products), Ok(()));
}
