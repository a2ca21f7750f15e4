//! Faults that only a handler can play, because they need its meaning: pages, batches.

use std::{
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use http::StatusCode;

use super::effect::Draws;

/// The faults that struck this request and that its handler is to play. Asking for one that struck
/// counts as playing it, so a handler asks only where it can and will.
#[derive(Clone, Debug, Default)]
pub struct Struck(Option<Arc<[Order]>>);

/// How a batch fails in part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchFailure {
    /// The status of the items that fail.
    pub status: StatusCode,
    /// For each item whether it fails, unapplied. At least one does.
    pub fails: Vec<bool>,
}

/// What a handler is to play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Semantic {
    /// Some items of a batch fail.
    PartialBatch {
        /// The status they fail with.
        status: StatusCode,
        /// In thousandths, how likely each is to fail.
        permille: u64,
        /// Where the items' decisions come from.
        seed: u64,
    },
    /// The page before the one asked for comes again.
    PageRepeated,
    /// The page after the one asked for comes instead.
    PageSkipped,
    /// The page says that it is followed by itself.
    PageLooping,
    /// A fresh cursor or position is refused as expired.
    CursorExpired {
        /// Whether all events up to the feed's end are gone for good.
        for_ever: bool,
    },
    /// Positions are missing from a page of the change feed.
    SequenceGap {
        /// How many in a row at most.
        count: u64,
        /// Whether no later reply has them either.
        for_ever: bool,
        /// Where the choice of the place comes from.
        seed: u64,
    },
    /// A change that does not count the sequence on.
    SequenceReused,
}

/// Positions that are missing from a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The rows left out, by their place on the page.
    pub rows: Range<usize>,
    /// Whether no later reply has them either.
    pub for_ever: bool,
}

/// One thing to play, and whether it was.
#[derive(Debug)]
pub(crate) struct Order {
    semantic: Semantic,
    played: AtomicBool,
}

impl Struck {
    pub(crate) fn new(semantics: impl IntoIterator<Item = Semantic>) -> Self {
        let order = |semantic| Order {
            semantic,
            played: AtomicBool::new(false),
        };
        Self(Some(semantics.into_iter().map(order).collect()))
    }

    /// Whether to serve what the page before held once more (or, with cursors, to hand out a
    /// cursor that leads to this page again).
    pub fn page_repeated(&self) -> bool {
        self.play(|semantic| (semantic == Semantic::PageRepeated).then_some(()))
            .is_some()
    }

    /// Whether to leave out one page: serve the page after (or, with cursors, hand out a cursor
    /// that leads past the next page).
    pub fn page_skipped(&self) -> bool {
        self.play(|semantic| (semantic == Semantic::PageSkipped).then_some(()))
            .is_some()
    }

    /// Which of the `len` items of a batch fail, if any shall.
    pub fn batch(&self, len: usize) -> Option<BatchFailure> {
        if len == 0 {
            return None;
        }
        self.play(|semantic| match semantic {
            Semantic::PartialBatch {
                status,
                permille,
                seed,
            } => Some(BatchFailure {
                status,
                fails: failing(len, permille, seed),
            }),
            _ => None,
        })
    }

    /// Whether the next page is this page again, with the very cursor or link that led here.
    pub fn page_looping(&self) -> bool {
        self.play(|semantic| (semantic == Semantic::PageLooping).then_some(()))
            .is_some()
    }

    /// Whether to refuse the fresh cursor or position of this request as expired; and if so, whether
    /// all events up to the feed's end are gone for good.
    pub fn cursor_expired(&self) -> Option<bool> {
        self.play(|semantic| match semantic {
            Semantic::CursorExpired { for_ever } => Some(for_ever),
            _ => None,
        })
    }

    /// Which of the `len` events of a page of the change feed are missing, if any shall.
    pub fn sequence_gap(&self, len: usize) -> Option<Gap> {
        if len == 0 {
            return None;
        }
        self.play(|semantic| match semantic {
            Semantic::SequenceGap {
                count,
                for_ever,
                seed,
            } => Some(Gap {
                rows: missing(len, count, seed),
                for_ever,
            }),
            _ => None,
        })
    }

    /// Whether a change is to leave its item's sequence as it is. Asking counts as playing only
    /// through [`Struck::sequence_reused`], as a refused write changes nothing.
    pub fn is_to_reuse_sequence(&self) -> bool {
        let orders = self.0.iter().flat_map(|orders| orders.iter());
        orders
            .into_iter()
            .any(|order| order.semantic == Semantic::SequenceReused)
    }

    /// Notes that a change left its item's sequence as it was.
    pub fn sequence_reused(&self) {
        self.play(|semantic| (semantic == Semantic::SequenceReused).then_some(()));
    }

    /// Whether the `index`-th fault was played.
    pub(crate) fn was_played(&self, index: usize) -> bool {
        let order = self.0.as_ref().and_then(|orders| orders.get(index));
        order.is_some_and(|order| order.played.load(Ordering::Relaxed))
    }

    fn play<T>(&self, wanted: impl Fn(Semantic) -> Option<T>) -> Option<T> {
        let orders = self.0.as_ref()?;
        orders.iter().find_map(|order| {
            let found = wanted(order.semantic)?;
            order.played.store(true, Ordering::Relaxed);
            Some(found)
        })
    }
}

fn failing(len: usize, permille: u64, seed: u64) -> Vec<bool> {
    let keyed = seams::Keyed::new(seed);
    let draws = Draws::new(keyed, "partial_batch", "item", 0);
    let mut fails: Vec<bool> = (0..len)
        .map(|index| keyed.draw("item", "fails", index as u64).below(1000) < permille)
        .collect();
    if !fails.contains(&true) {
        let one = draws.draw("at least one").below(len as u64);
        fails[usize::try_from(one).unwrap_or(0)] = true;
    }
    fails
}

fn missing(len: usize, count: u64, seed: u64) -> Range<usize> {
    let count = usize::try_from(count).unwrap_or(len).min(len);
    let places = (len - count + 1) as u64;
    let draw = seams::Keyed::new(seed).draw("gap", "begins", 0);
    let first = usize::try_from(draw.below(places)).unwrap_or(0);
    first..first + count
}
