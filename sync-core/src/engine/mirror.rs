//! The shop's own stock, shown in the jerky system.

use serde::{Deserialize, Serialize};

use super::next::{Next, World};
use crate::{
    catalogue::Mirror, outbox::Command, quantity::Quantity, vendor::jerky::view::MirrorView,
};

/// An item of the jerky system that shows stock of the shop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Shown {
    /// What it shows, once that was read or set.
    pub(super) quantity: Option<Quantity>,
    /// The sequence it was set with.
    pub(super) sequence: u64,
    /// What is known may be wrong.
    pub(super) reread: bool,
}

impl Shown {
    /// Takes in what the vendor says. Says whether that is new.
    pub(super) fn learn(&mut self, view: &MirrorView) -> bool {
        let known = (self.quantity, self.sequence, self.reread);
        if view.source_sequence >= self.sequence {
            self.quantity = Some(view.quantity);
            self.sequence = view.source_sequence;
            self.reread = false;
        }
        known != (self.quantity, self.sequence, self.reread)
    }

    /// What follows for a mirror.
    pub(super) fn next(&self, mirror: &Mirror, world: &impl World) -> Next {
        let sku = mirror.jerky.clone();
        if self.reread {
            let key = format!("read-mirror:{sku}:{}", self.sequence);
            return Next::step(key, Command::ReadMirror { sku });
        }
        let Some(product) = world.product(&mirror.polish) else {
            return Next::Rest;
        };
        let Some(spare) = product.spare() else {
            return Next::Rest;
        };
        let quantity = mirror.shown(spare);
        if self.quantity == Some(quantity) {
            return Next::Rest;
        }
        // The product's version orders publishes; a number may change back within one version.
        let source_sequence = product.version().max(self.sequence + 1);
        Next::step(
            format!("mirror:{sku}:{source_sequence}"),
            Command::PublishMirror {
                sku,
                quantity,
                unit: mirror.unit.base(),
                source_sequence,
            },
        )
    }
}
