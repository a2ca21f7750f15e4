//! The catalogue as the polish shop opens with it.

use mock_polish_api::{Component, Confirmation, OpeningProduct, ProductKind as VendorKind};

use crate::plan::{Catalogue, Confirm, Product, ProductKind};

/// What the shop opens with. Numbers that the middleware publishes start at zero.
pub(in crate::sim) fn products(catalogue: &Catalogue) -> Vec<OpeningProduct> {
    catalogue.products.iter().map(product).collect()
}

fn product(product: &Product) -> OpeningProduct {
    let (kind, stock) = match &product.kind {
        ProductKind::Own { on_hand } => (VendorKind::Own, *on_hand),
        ProductKind::Resale => (VendorKind::Resale, 0),
        ProductKind::Kit { .. } => (VendorKind::Kit, 0),
    };
    OpeningProduct {
        price_cents: product.price_cents,
        moq: product.moq,
        order_multiple: product.order_multiple,
        confirm: match product.confirm {
            Confirm::Manual => Confirmation::Manual,
            Confirm::Auto => Confirmation::Auto,
        },
        components: components(&product.kind),
        ..OpeningProduct::new(&product.sku, &product.name, kind, stock)
    }
}

fn components(kind: &ProductKind) -> Vec<Component> {
    let ProductKind::Kit { components } = kind else {
        return Vec::new();
    };
    let told = components.iter().map(|(sku, quantity)| Component {
        sku: sku.as_str().into(),
        quantity: *quantity,
    });
    told.collect()
}
