//! Every published number beside the truth it should have shown, as step functions of time.
//!
//! A listing's truth has one step function for each component, because the middleware samples each
//! item at an instant of its own: a number is justified when each component had, somewhere in the
//! window, a value that together gives it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    debts::Debts,
    formula,
    history::{Actor, Component, History, Listing, Mirror, Policy, PolishFact},
    names::{JerkySku, PolishSku},
    steps::Steps,
    timeline::Step,
};

/// All published numbers of a run.
pub(super) struct Numbers<'h> {
    /// By listing.
    pub(super) listings: BTreeMap<&'h PolishSku, ListingNumbers<'h>>,
    /// By mirror.
    pub(super) mirrors: BTreeMap<&'h JerkySku, MirrorNumbers<'h>>,
}

/// A listing's truth and what the shop showed.
pub(super) struct ListingNumbers<'h> {
    /// What it is made of.
    pub(super) listing: &'h Listing,
    /// Its components, in the listing's order.
    pub(super) parts: Vec<Part<'h>>,
    /// What the shop showed.
    pub(super) shown: Vec<Shown<'h>>,
}

/// One component's truth.
#[derive(Clone, Debug, Default)]
pub(super) struct Part<'h> {
    /// Free stock that the listing may use, in base units.
    pub(super) free: Steps,
    /// What confirmed orders are owed of it and no reservation holds yet, in base units.
    pub(super) owed: Debts<'h>,
    /// Safety stock, the vendor's and the mapping's, in base units.
    pub(super) withheld: i64,
    /// Base units for one sell unit.
    pub(super) need: i64,
}

/// A mirror's truth and what the jerky system showed.
pub(super) struct MirrorNumbers<'h> {
    /// What it mirrors.
    pub(super) mirror: &'h Mirror,
    /// Base units that should be shown.
    pub(super) truth: Steps,
    /// What was shown.
    pub(super) shown: Vec<Shown<'h>>,
}

/// A number that was shown from a moment on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown<'h> {
    /// From here on.
    pub(super) at: Timestamp,
    /// The number.
    pub(super) value: i64,
    /// Who set it.
    pub(super) actor: Actor,
    /// The source sequence of a mirror, the version of a product.
    pub(super) sequence: u64,
    /// The fact, for evidence.
    pub(super) step: Step<'h>,
}

impl<'h> ListingNumbers<'h> {
    /// The formula over the truth at one moment.
    pub(super) fn truth(&self, at: Timestamp) -> i64 {
        let allowed = self.parts.iter().map(|part| part.at(at)).min();
        self.rounded(allowed.unwrap_or(0))
    }

    /// Whether `value` is the formula over component states somewhere in `from..=to`.
    pub(super) fn is_justified(&self, value: i64, from: Timestamp, to: Timestamp) -> bool {
        let roof = self.parts.iter().map(|part| part.most(from, to)).min();
        let roof = roof.unwrap_or(0);
        self.parts.iter().any(|part| {
            let mut units = part.within(from, to).filter(|units| *units <= roof);
            units.any(|units| self.rounded(units) == value)
        })
    }

    /// The most that the formula was in `from..=to` without what was owed at the same moment.
    pub(super) fn most_left(&self, from: Timestamp, to: Timestamp) -> i64 {
        let moments = std::iter::once(from).chain(self.moments(from, to));
        let left = moments.map(|at| {
            let free = self.parts.iter().map(|part| part.left(at)).min();
            self.rounded(free.unwrap_or(0))
        });
        left.max().unwrap_or(0)
    }

    /// The most that it was until `to`, each component taken from the moment that `since` gives for it.
    pub(super) fn most_since(&self, since: impl Fn(&Component) -> Timestamp, to: Timestamp) -> i64 {
        let parts = self.listing.components.iter().zip(&self.parts);
        let most = parts.map(|(component, part)| part.most(since(component), to));
        self.rounded(most.min().unwrap_or(0))
    }

    /// The most that it was in the window with `owed` base units of each component held back.
    pub(super) fn most_without(&self, owed: i64, from: Timestamp, to: Timestamp) -> i64 {
        let most = |part: &Part<'_>| part.allowed(part.free.max(from, to), owed);
        self.rounded(self.parts.iter().map(most).min().unwrap_or(0))
    }

    /// Values of the formula in the window, for evidence.
    pub(super) fn truths(&self, from: Timestamp, to: Timestamp) -> Vec<i64> {
        let mut truths: Vec<i64> = std::iter::once(from)
            .chain(self.moments(from, to))
            .map(|at| self.truth(at))
            .collect();
        truths.dedup();
        truths
    }

    /// When the truth may have changed.
    pub(super) fn moments(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> impl Iterator<Item = Timestamp> {
        let mut moments: Vec<Timestamp> = self
            .parts
            .iter()
            .flat_map(|part| {
                let free = part.free.moments(from, to);
                free.chain(part.owed.moments(from, to))
            })
            .collect();
        moments.sort_unstable();
        moments.dedup();
        moments.into_iter()
    }

    /// The numbers that the middleware set. What the shop gives back for an order that the middleware
    /// refused bears the version of the number before.
    pub(super) fn published(&self) -> impl Iterator<Item = &Shown<'h>> {
        let before = self.shown.iter().map(|shown| Some(shown.sequence));
        let shown = self.shown.iter().zip(std::iter::once(None).chain(before));
        let ours = shown.filter(|(shown, before)| {
            shown.actor == Actor::Middleware && *before != Some(shown.sequence)
        });
        ours.map(|(shown, _)| shown)
    }

    /// Each number with the moment at which another replaced it, or `ended`. Not those that the
    /// shop counted itself, which stand while a person reviews them.
    pub(super) fn standing(
        &self,
        ended: Timestamp,
    ) -> impl Iterator<Item = (&Shown<'h>, Timestamp)> {
        let replaced = self.shown.iter().skip(1).map(|next| next.at).chain([ended]);
        let standing = self.shown.iter().zip(replaced);
        standing.filter(|(shown, _)| !shown.is_under_review(self.listing))
    }

    /// What the shop showed at one moment.
    pub(super) fn shown_at(&self, at: Timestamp) -> Option<Shown<'_>> {
        last_before(&self.shown, at)
    }

    /// Whether shown and true agree at one moment. A number that the shop counted itself stands
    /// while a person reviews it.
    pub(super) fn agrees(&self, at: Timestamp) -> bool {
        self.shown_at(at).is_some_and(|shown| {
            shown.is_under_review(self.listing) || self.is_justified(shown.value, at, at)
        })
    }

    /// The first moment from `from` on at which a single component's stock gave `value`. What is
    /// owed of it may be of any moment since `oldest`: the level that a reservation lowered can
    /// arrive before its reply.
    pub(super) fn first(
        &self,
        value: i64,
        oldest: Timestamp,
        from: Timestamp,
        to: Timestamp,
    ) -> Option<Timestamp> {
        let [part] = self.parts.as_slice() else {
            return None;
        };
        let mut moments = std::iter::once(from).chain(part.free.moments(from, to));
        moments.find(|at| {
            let mut units = part.sampled((*at, *at), (oldest, to));
            units.any(|units| self.rounded(units) == value)
        })
    }

    fn rounded(&self, units: i64) -> i64 {
        formula::shown(units, self.listing.moq, self.listing.multiple)
    }
}

impl Part<'_> {
    /// The sell units it allows at one moment.
    fn at(&self, at: Timestamp) -> i64 {
        self.allowed(self.free.at(at), 0)
    }

    /// The same without what is owed.
    fn left(&self, at: Timestamp) -> i64 {
        self.allowed(self.free.at(at), self.owed.at(at))
    }

    /// The most that it allowed in the window.
    fn most(&self, from: Timestamp, to: Timestamp) -> i64 {
        self.allowed(self.free.max(from, to), 0)
    }

    /// All that it allowed in the window, with and without what is owed: a middleware that knows
    /// of an automatic order whose reservation is still to come may hold its goods back, since
    /// publishing them would sell them again.
    fn within(&self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = i64> {
        self.sampled((from, to), (from, to))
    }

    /// The same with a window for the stock and one for what is owed.
    fn sampled(
        &self,
        free: (Timestamp, Timestamp),
        owed: (Timestamp, Timestamp),
    ) -> impl Iterator<Item = i64> {
        let free = move || self.free.within(free.0, free.1);
        let nothing_owed = free().map(|free| self.allowed(free, 0));
        let sums = std::iter::once_with(move || self.owed.sums(owed.0, owed.1)).flatten();
        let some_owed = sums.flat_map(move |owed| free().map(move |free| self.allowed(free, owed)));
        nothing_owed.chain(some_owed)
    }

    fn allowed(&self, free: i64, owed: i64) -> i64 {
        formula::units(free, self.withheld + owed, self.need)
    }
}

impl MirrorNumbers<'_> {
    /// Whether shown and true agree at one moment. A mirror nobody ever set shows nothing.
    pub(super) fn agrees(&self, at: Timestamp) -> bool {
        let shown = last_before(&self.shown, at).map_or(0, |shown| shown.value);
        shown == self.truth.at(at)
    }

    /// What was shown at one moment.
    pub(super) fn shown_at(&self, at: Timestamp) -> Option<Shown<'_>> {
        last_before(&self.shown, at)
    }
}

fn last_before<'s, 'h>(shown: &'s [Shown<'h>], at: Timestamp) -> Option<Shown<'s>>
where
    'h: 's,
{
    let after = shown.partition_point(|shown| shown.at <= at);
    after
        .checked_sub(1)
        .and_then(|last| shown.get(last))
        .copied()
}

impl<'h> Numbers<'h> {
    /// No number yet, for all that is mapped.
    pub(super) fn empty(history: &'h History) -> Self {
        let mapping = &history.mapping;
        let listings = mapping.listings.iter().map(|(sku, listing)| {
            let numbers = ListingNumbers {
                listing,
                parts: vec![Part::default(); listing.components.len()],
                shown: Vec::new(),
            };
            (sku, numbers)
        });
        let mirrors = mapping.mirrors.iter().map(|(sku, mirror)| {
            let numbers = MirrorNumbers {
                mirror,
                truth: Steps::default(),
                shown: Vec::new(),
            };
            (sku, numbers)
        });
        Self {
            listings: listings.collect(),
            mirrors: mirrors.collect(),
        }
    }
}

impl<'h> Shown<'h> {
    fn is_under_review(&self, listing: &Listing) -> bool {
        let counted = match self.step {
            Step::Polish(fact) => matches!(fact.what, PolishFact::Counted { .. }),
            Step::Jerky(_) => false,
        };
        counted && listing.policy == Policy::Review
    }

    /// A number that `step` set.
    pub(super) fn new(value: i64, sequence: u64, step: Step<'h>) -> Self {
        Self {
            sequence,
            at: step.at(),
            value,
            actor: step.actor(),
            step,
        }
    }
}
