//! The catalogue as the oracle judges by it.

use crate::{
    oracle::history::{
        Component, Criticality, Direction as Ways, Listing as Sold, Mapping, Mirror as Shown,
        Policy as Rule,
    },
    plan::{Catalogue, Confirm, Direction, Listing, Need, Policy},
};

/// The mapping that the middleware has to keep to.
pub(in crate::sim) fn mapping(catalogue: &Catalogue) -> Mapping {
    let listings = catalogue
        .listings
        .iter()
        .map(|listing| (listing.product.as_str().into(), sold(catalogue, listing)));
    let mirrors = catalogue.mirrors.iter().map(|mirror| {
        let shown = Shown {
            source: mirror.product.as_str().into(),
            factor: mirror.factor,
        };
        (mirror.sku.as_str().into(), shown)
    });
    Mapping {
        listings: listings.collect(),
        mirrors: mirrors.collect(),
    }
}

fn sold(catalogue: &Catalogue, listing: &Listing) -> Sold {
    let product = catalogue.product(&listing.product);
    Sold {
        components: listing
            .needs
            .iter()
            .map(|need| component(need, listing))
            .collect(),
        moq: product.map_or(1, |product| product.moq),
        multiple: product.map_or(1, |product| product.order_multiple),
        min_days: i64::from(listing.min_days),
        criticality: match listing.confirm {
            Confirm::Manual => Criticality::Strong,
            Confirm::Auto => Criticality::Eventual,
        },
        direction: match listing.direction {
            Direction::FromJerky => Ways::OneWay,
            Direction::Both => Ways::Both,
        },
        policy: match listing.policy {
            Policy::OwnerWins => Rule::OwnerWins,
            Policy::NewestSequence => Rule::NewestSequence,
            Policy::Lowest => Rule::Lowest,
            Policy::Review => Rule::Review,
        },
    }
}

fn component(need: &Need, listing: &Listing) -> Component {
    match need {
        Need::Jerky { sku, quantity } => Component::Jerky {
            sku: sku.as_str().into(),
            need: *quantity,
            safety: listing.safety_stock,
        },
        Need::Own { sku, quantity } => Component::Own {
            sku: sku.as_str().into(),
            need: *quantity,
            safety: 0,
        },
    }
}
