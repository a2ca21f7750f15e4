//! What has to do with the goods that the evidence names: an order for a kit moves the number of every
//! product that is made of the same jerky.

use std::collections::BTreeSet;

use crate::{
    plan::{Listing, Need, Plan},
    scenario::{Scenario, Step},
};

/// Goods, and the orders for any of them.
pub(super) struct Akin {
    skus: BTreeSet<String>,
    orders: BTreeSet<String>,
}

/// The goods that `evidence` names, what they are made of, and what is made of the same.
pub(super) fn to(evidence: &str, scenario: &Scenario) -> Akin {
    // A case to make small pins its seed.
    let catalogue = Plan::expand(scenario, 0).catalogue;
    let is_named = |sku: &&str| evidence.contains(sku);
    let items = catalogue.items.iter().map(|item| item.sku.as_str());
    let mut skus: BTreeSet<&str> = items.filter(is_named).collect();
    let products = catalogue
        .products
        .iter()
        .map(|product| product.sku.as_str());
    skus.extend(products.filter(is_named));
    for listing in &catalogue.listings {
        if is_named(&&*listing.product) {
            skus.extend(parts(listing));
        }
    }
    let made_of_the_same = |listing: &&Listing| parts(listing).any(|sku| skus.contains(sku));
    let listings = catalogue.listings.iter().filter(made_of_the_same);
    let others: Vec<&str> = listings.map(|listing| listing.product.as_str()).collect();
    skus.extend(others);
    let skus: BTreeSet<String> = skus.into_iter().map(str::to_owned).collect();
    let orders = scenario.steps.iter();
    let orders = orders.filter(|step| goods(step).iter().any(|sku| skus.contains(*sku)));
    Akin {
        orders: orders.map(|step| step.name().to_owned()).collect(),
        skus,
    }
}

impl Akin {
    /// Whether the step is about such goods, or about an order for some.
    pub(super) fn concerns(&self, step: &Step) -> bool {
        goods(step).iter().any(|sku| self.skus.contains(*sku))
            || step
                .order()
                .is_some_and(|order| self.orders.contains(order))
    }
}

fn parts(listing: &Listing) -> impl Iterator<Item = &str> {
    listing.needs.iter().map(|need| match need {
        Need::Jerky { sku, .. } | Need::Own { sku, .. } => sku.as_str(),
    })
}

fn goods(step: &Step) -> Vec<&str> {
    match step {
        Step::Order(order) => order.lines.iter().map(|line| line.sku.as_str()).collect(),
        Step::ShopCount(step) => vec![&step.sku],
        Step::Receipt(step) => vec![&step.sku],
        Step::Count(step) => vec![&step.sku],
        Step::Damage(step) => vec![&step.sku],
        Step::Recall(step) => vec![&step.sku],
        Step::Ship(_) | Step::Cancel(_) | Step::Return(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{command::known, scenario::parse};

    /// A world in which somebody orders and receives each of these.
    fn ordered(skus: &[&str]) -> Scenario {
        let mut text = "name = \"x\"\ntitle = \"t\"\nwhy = \"w\"\nseed = 7\n\
            [world]\nitems = 6\nlistings = 8\nkits = 2\n"
            .to_owned();
        for sku in skus {
            text += &format!(
                "[[step]]\ndo = \"order\"\nname = \"order-{sku}\"\nat = \"1m\"\ncustomer = \"C\"\n\
                 [[step.lines]]\nsku = \"{sku}\"\nquantity = 1\n\
                 [[step]]\ndo = \"ship\"\nname = \"ship-{sku}\"\nat = \"2m\"\norder = \"order-{sku}\"\n"
            );
        }
        parse("x.toml", &text, &known()).unwrap()
    }

    #[test]
    fn an_order_for_what_is_made_of_the_same_is_akin_and_so_is_its_shipment() {
        let catalogue = Plan::expand(&ordered(&[]), 0).catalogue;
        let [named, others @ ..] = &catalogue.listings[..] else {
            panic!("there are eight")
        };
        let wanted: BTreeSet<&str> = parts(named).collect();
        let shares = |other: &&Listing| parts(other).any(|sku| wanted.contains(sku));
        let (same, strange): (Vec<_>, Vec<_>) = others.iter().partition(shares);
        let (same, strange) = (&same[0].product, &strange[0].product);
        let scenario = ordered(&[same, strange]);
        let akin = to(
            &format!("{}: expected 3, found 4", named.product),
            &scenario,
        );
        let concerned = scenario.steps.iter().filter(|step| akin.concerns(step));
        let names: Vec<&str> = concerned.map(Step::name).collect();
        assert_eq!(names, [format!("order-{same}"), format!("ship-{same}")]);
    }
}
