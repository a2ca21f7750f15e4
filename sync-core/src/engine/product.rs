//! A product of the shop as the engine knows it, and what is to be shown of it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    outbox::Change,
    quantity::Units,
    sku::CountId,
    vendor::polish::view::{ConfirmMode, CountView, ProductKind, ProductView},
};

/// A product of the shop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Product {
    /// The newest version seen.
    pub(super) facts: Option<ProductFacts>,
    /// Facts that only a second reading can make good.
    pub(super) doubt: Option<ProductFacts>,
    /// The newest version heard of.
    pub(super) heard: u64,
    /// What is known may be wrong, whatever its version.
    pub(super) reread: bool,
    /// What the formula gives; none while the stock of a component is unknown.
    pub(super) desired: Option<Units>,
    /// How often `desired` changed.
    pub(super) changes: u64,
    /// The value of `changes` whose number the shop shows.
    pub(super) shown: u64,
    /// The version our own last publish made.
    pub(super) ours: u64,
    /// When the shop was last seen to change the number by itself, or to say two things of one version.
    pub(super) foreign_since: Option<Timestamp>,
    /// Recounts that are being brought to the owner of the stock.
    pub(super) counts: Vec<TakenCount>,
    /// Later recounts: what the owner has is not known before the earlier are answered for.
    #[serde(default)]
    pub(super) waiting: Vec<CountView>,
    /// Counts the batches of adjustments that got a definite answer: each has its own key.
    pub(super) rounds: u32,
}

/// What the shop says of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ProductFacts {
    pub(super) version: u64,
    pub(super) kind: ProductKind,
    pub(super) confirm: ConfirmMode,
    pub(super) available: Units,
    pub(super) held: Units,
    /// Whether it is a kit with a component that is not the shop's own, as far as can be told.
    pub(super) components: Vec<crate::sku::PolishSku>,
}

/// A recount on its way to the owner of the stock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TakenCount {
    pub(super) count: CountId,
    pub(super) changes: Vec<Change>,
}

impl Product {
    pub(super) fn version(&self) -> u64 {
        self.facts.as_ref().map_or(0, |facts| facts.version)
    }

    /// Whether the shop has to be asked what it shows.
    pub(super) fn is_stale(&self) -> bool {
        self.reread || self.is_outdated()
    }

    /// Whether the shop shows what the formula gives, as far as is known.
    pub(super) fn shows_what_it_should(&self) -> bool {
        let shows = self.facts.as_ref().map(|facts| facts.available);
        shows.is_some() && shows == self.desired && !self.is_stale()
    }

    /// Whether a newer version was heard of.
    pub(super) fn is_outdated(&self) -> bool {
        self.heard > self.version()
    }

    /// What of the shop's own stock nobody has a claim on.
    pub(super) fn own_available(&self) -> Option<Units> {
        let facts = self.facts.as_ref()?;
        (facts.kind == ProductKind::Own).then_some(facts.available)
    }

    /// What of the shop's own stock may be shown elsewhere.
    pub(super) fn spare(&self) -> Option<Units> {
        let facts = self.facts.as_ref()?;
        (facts.kind == ProductKind::Own).then(|| facts.available.less(facts.held))
    }

    /// Until when a number that the shop changed by itself stands, so that what is behind it can
    /// arrive.
    pub(super) fn foreign_until(&self, wait: SignedDuration) -> Option<Timestamp> {
        let since = self.foreign_since?;
        Some(since.saturating_add(wait).unwrap_or(since))
    }

    /// Notes what the formula gives now. Says whether that is new.
    pub(super) fn aim(&mut self, desired: Option<Units>) -> bool {
        if self.desired == desired {
            return false;
        }
        self.desired = desired;
        self.changes += 1;
        true
    }
}

impl From<&ProductView> for ProductFacts {
    fn from(view: &ProductView) -> Self {
        Self {
            version: view.version,
            kind: view.kind,
            confirm: view.confirm,
            available: view.available,
            held: view.held,
            components: view
                .components
                .iter()
                .map(|part| part.sku.clone())
                .collect(),
        }
    }
}
