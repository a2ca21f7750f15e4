//! Products, and whether their stock adds up.

use jiff::Timestamp;
use serde::Deserialize;

use super::not_negative;
use crate::{
    quantity::Units,
    sku::PolishSku,
    vendor::{
        polish::view::{ComponentView, ConfirmMode, ProductKind, ProductView},
        reading::Readable,
    },
};

#[derive(Deserialize)]
pub(crate) struct Product {
    sku: PolishSku,
    kind: ProductKind,
    confirm: ConfirmMode,
    moq: Units,
    order_multiple: Units,
    #[serde(default)]
    components: Vec<Component>,
    #[serde(default)]
    on_hand: Option<Units>,
    #[serde(default)]
    allocated: Option<Units>,
    available: Units,
    held: Units,
    sellable: Units,
    active: bool,
    version: u64,
    updated_at: Timestamp,
}

#[derive(Deserialize)]
struct Component {
    sku: PolishSku,
    quantity: Units,
}

impl Readable for ProductView {
    const WHAT: &'static str = "product";
    type Wire = Product;

    fn from_wire(wire: Product, _at: Timestamp) -> Result<Self, String> {
        let product = Self {
            sku: wire.sku,
            kind: wire.kind,
            confirm: wire.confirm,
            moq: not_negative("moq", wire.moq)?,
            order_multiple: not_negative("order_multiple", wire.order_multiple)?,
            components: wire.components.into_iter().map(Component::view).collect(),
            on_hand: wire.on_hand,
            allocated: wire.allocated,
            available: wire.available,
            held: not_negative("held", wire.held)?,
            sellable: not_negative("sellable", wire.sellable)?,
            active: wire.active,
            version: wire.version,
            updated_at: wire.updated_at,
        };
        product.adds_up()?;
        Ok(product)
    }
}

impl ProductView {
    fn adds_up(&self) -> Result<(), String> {
        if self.kind != ProductKind::Own {
            return not_negative("available", self.available).map(|_| ());
        }
        let (Some(on_hand), Some(allocated)) = (self.on_hand, self.allocated) else {
            return Err("an own product without on_hand or allocated".to_owned());
        };
        not_negative("on_hand", on_hand)?;
        not_negative("allocated", allocated)?;
        if on_hand.checked_sub(allocated) != Some(self.available) {
            let available = self.available;
            return Err(format!(
                "available is {available}, on_hand − allocated {on_hand} − {allocated}"
            ));
        }
        Ok(())
    }
}

impl Component {
    fn view(self) -> ComponentView {
        ComponentView {
            sku: self.sku,
            quantity: self.quantity,
        }
    }
}
