//! Pages of the polish vendor, which shift while rows change.
//!
//! Orders and products are listed by `updated_at`, so a row that changes during a sweep moves to
//! the end and everything behind its old place moves up, over the page border and out of sight.
//! [`Walk`] therefore steps by timestamp instead of by page number wherever it can, and a sweep is
//! trusted only once two in a row showed the same ([`Sweeps`]).

use std::collections::BTreeSet;

use http::header;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    sometimes::{Mark, reached},
    vendor::{
        error::VendorError,
        http::{Garble, Reply},
        reading::{Readable, Row, as_text, read_rows},
    },
};

/// Rows that the vendor gives in one page at the most.
pub(super) const PAGE: usize = 250;

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// Its rows.
    pub rows: Vec<Row<T>>,
    /// Whether the vendor says that there is another.
    pub has_next: bool,
}

/// Where the next page of a walk begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Rows that changed at this instant or later; all of them without one.
    pub updated_after: Option<Timestamp>,
    /// The page within those, from 1.
    pub page: u64,
}

/// A walk over a list that is ordered by `updated_at`.
#[derive(Clone, Debug)]
pub struct Walk {
    next: Option<Step>,
    latest: Option<Timestamp>,
    pages: u64,
    /// How often it began again.
    restarts: u32,
    /// The rows of the page before, while only page numbers lead on.
    before: Vec<(String, Timestamp)>,
    /// What follows once the page before proves to be what it was.
    onward: Option<Onward>,
}

/// Where a walk goes on when it is certain that no row slipped through between two pages.
#[derive(Clone, Debug)]
struct Onward {
    next: Option<Step>,
    latest: Option<Timestamp>,
    rows: Vec<(String, Timestamp)>,
}

/// No list of the shop has more pages than this.
const MOST_PAGES: u64 = 100_000;

/// Rows that change faster than they can be read are left to the next walk: without an end, one that
/// is named differently each time would keep this one busy for ever.
const MOST_RESTARTS: u32 = 4;

impl Walk {
    /// A walk over what changed at `since` or later; over everything without one.
    pub fn since(since: Option<Timestamp>) -> Self {
        Self {
            next: Some(Step {
                updated_after: since,
                page: 1,
            }),
            latest: since,
            pages: 0,
            restarts: 0,
            before: Vec::new(),
            onward: None,
        }
    }

    /// What to read next; none at the end.
    pub fn next(&self) -> Option<Step> {
        self.next
    }

    /// Up to where nothing was passed over: where the next walk starts.
    pub fn latest(&self) -> Option<Timestamp> {
        self.latest
    }

    /// Takes in a page: whether there is another, and its readable rows, each by its name and its
    /// timestamp.
    ///
    /// # Errors
    /// Garbled when the pages do not end and the walk must be given up.
    pub fn advance(
        &mut self,
        has_next: bool,
        rows: impl Iterator<Item = (String, Timestamp)>,
    ) -> Result<(), VendorError> {
        let Some(step) = self.next else { return Ok(()) };
        self.pages += 1;
        if self.pages > MOST_PAGES {
            return Err(given_up("the vendor's pages do not end"));
        }
        let rows = rows.collect();
        match self.onward.take() {
            Some(onward) if rows == self.before => self.go(onward),
            Some(_) => self.begin_again(step)?,
            None => self.follow(step, has_next, rows),
        }
        Ok(())
    }

    fn follow(&mut self, step: Step, has_next: bool, rows: Vec<(String, Timestamp)>) {
        let newest = rows.iter().map(|(_, updated)| *updated).max();
        let next = has_next.then(|| match newest {
            // By timestamp: rows that change meanwhile cannot push others out of the window. The
            // rows of that very instant come again, which costs nothing.
            Some(newest) if Some(newest) > step.updated_after => Step {
                updated_after: Some(newest),
                page: 1,
            },
            // A whole page of one instant: only the page number leads on.
            _ => Step {
                page: step.page + 1,
                ..step
            },
        });
        let onward = Onward {
            next,
            latest: self.latest.max(newest),
            rows,
        };
        if step.page == 1 {
            self.go(onward);
        } else {
            // A row of an earlier page that changed has moved to the end, and the first row of this
            // page to the one before, where nobody saw it.
            self.onward = Some(onward);
            self.next = Some(Step {
                page: step.page - 1,
                ..step
            });
        }
    }

    fn go(&mut self, onward: Onward) {
        self.next = onward.next;
        self.latest = onward.latest;
        self.before = onward.rows;
    }

    fn begin_again(&mut self, step: Step) -> Result<(), VendorError> {
        self.restarts += 1;
        if self.restarts > MOST_RESTARTS {
            reached(Mark::RestlessPages);
            return Err(given_up("the vendor's pages are others at each reading"));
        }
        self.next = Some(Step { page: 1, ..step });
        self.before.clear();
        Ok(())
    }
}

fn given_up(reason: &str) -> VendorError {
    VendorError::Garbled {
        operation: "walk_pages",
        reason: reason.to_owned(),
        unreadable: None,
    }
}

/// Tells when a sweep has shown everything: two in a row saw the same ids.
#[derive(Debug)]
pub struct Sweeps<K> {
    previous: Option<BTreeSet<K>>,
    left: u32,
}

impl<K: Ord> Sweeps<K> {
    /// At most `most` sweeps.
    pub fn at_most(most: u32) -> Self {
        Self {
            previous: None,
            left: most,
        }
    }

    /// Takes in what a sweep saw. Gives it back together with what earlier ones saw once no more
    /// sweeps are needed; the flag says whether two agreed.
    pub fn finished(&mut self, seen: BTreeSet<K>) -> Option<(BTreeSet<K>, bool)> {
        self.left = self.left.saturating_sub(1);
        let agreed = self
            .previous
            .as_ref()
            .is_some_and(|previous| seen.is_subset(previous));
        let mut all = self.previous.take().unwrap_or_default();
        all.extend(seen);
        if agreed || self.left == 0 {
            return Some((all, agreed));
        }
        self.previous = Some(all);
        None
    }
}

#[derive(Deserialize)]
struct PageWire<'a> {
    #[serde(
        borrow,
        alias = "orders",
        alias = "products",
        alias = "counts",
        alias = "webhooks"
    )]
    data: Vec<&'a RawValue>,
}

/// Reads a page and holds its length against `X-Total-Count`: a page that was skipped or cut on
/// the vendor's side has too few rows, and taking it for the whole would lose the rest. A page was
/// asked for with `size` rows.
pub(super) fn read_page<T: Readable>(
    reply: &Reply,
    page: u64,
    size: usize,
) -> Result<Page<T>, Garble> {
    let text = as_text(&reply.body);
    let wire: PageWire<'_> = serde_json::from_str(&text)?;
    let found = u64::try_from(wire.data.len()).unwrap_or(u64::MAX);
    if let Some(total) = total(reply) {
        let size = size as u64;
        let before = page.saturating_sub(1).saturating_mul(size);
        let expected = total.saturating_sub(before).min(size);
        if found != expected {
            return Err(Garble::new(format!(
                "page {page} of {total} rows has {found}, not {expected}"
            )));
        }
    }
    Ok(Page {
        rows: read_rows(&wire.data, reply.at),
        has_next: has_next(reply),
    })
}

fn total(reply: &Reply) -> Option<u64> {
    let text = reply.headers.get("x-total-count")?.to_str().ok()?;
    text.trim().parse().ok()
}

/// Whether a `Link` header (RFC 8288) has a `rel="next"`.
fn has_next(reply: &Reply) -> bool {
    let links = reply.headers.get_all(header::LINK).iter();
    links
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|link| {
            let mut parts = link.split(';').skip(1);
            parts.any(|part| matches!(part.trim(), "rel=\"next\"" | "rel=next"))
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A list in the vendor's order; `touched` rows move to its end between any two pages.
    fn walk(mut rows: Vec<(i64, u32)>, touched: &[usize], size: usize) -> BTreeSet<u32> {
        let mut walk = Walk::since(None);
        let mut seen = BTreeSet::new();
        let mut clock = 1_000_000;
        let mut touched = touched.iter();
        while let Some(step) = walk.next() {
            rows.sort_unstable();
            let from = step.updated_after.map_or(i64::MIN, Timestamp::as_second);
            let window: Vec<_> = rows.iter().filter(|row| row.0 >= from).collect();
            let start = (step.page as usize - 1) * size;
            let page: Vec<_> = window.iter().skip(start).take(size).collect();
            seen.extend(page.iter().map(|row| row.1));
            let named = page
                .iter()
                .map(|row| (row.1.to_string(), Timestamp::from_second(row.0).unwrap()));
            walk.advance(window.len() > start + size, named).unwrap();
            if let Some(index) = touched.next() {
                let index = index % rows.len();
                clock += 1;
                rows[index].0 = clock;
            }
        }
        seen
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn a_walk_misses_no_row_however_pages_shift(
            count in 1_usize..40,
            size in 1_usize..6,
            of_one_instant in 1_i64..12,
            touched in proptest::collection::vec(0_usize..1000, 0..=MOST_RESTARTS as usize),
        ) {
            let rows = (0..count as i64).map(|n| (n / of_one_instant, n as u32)).collect();
            prop_assert_eq!(walk(rows, &touched, size).len(), count);
        }

        #[test]
        fn a_walk_over_rows_of_one_instant_reaches_the_end(
            count in 1_usize..120,
            size in 1_usize..20,
        ) {
            let rows = (0..count as u32).map(|n| (7, n)).collect();
            prop_assert_eq!(walk(rows, &[], size).len(), count);
        }
    }

    #[test]
    fn a_vendor_that_never_ends_its_pages_is_given_up() {
        let mut walk = Walk::since(None);
        let once = Timestamp::UNIX_EPOCH;
        let row = || [("ORD-1".to_owned(), once)].into_iter();
        assert!((0..=MOST_PAGES).any(|_| walk.advance(true, row()).is_err()));
    }

    #[test]
    fn a_page_that_is_never_the_same_twice_is_given_up_soon() {
        let mut walk = Walk::since(None);
        let read = |nth: usize| {
            let row = (format!("SNACK-{nth}"), Timestamp::UNIX_EPOCH);
            walk.advance(true, [row].into_iter()).is_err()
        };
        let pages = (0..1_000).position(read);
        assert!(pages.is_some_and(|pages| pages < 60), "{pages:?}");
    }

    #[test]
    fn a_sweep_is_trusted_once_the_next_shows_nothing_new() {
        let mut sweeps = Sweeps::at_most(4);
        assert_eq!(sweeps.finished(BTreeSet::from([1, 2])), None);
        assert_eq!(sweeps.finished(BTreeSet::from([1, 2, 3])), None);
        let all = BTreeSet::from([1, 2, 3]);
        assert_eq!(sweeps.finished(all.clone()), Some((all, true)));
    }

    #[test]
    fn restless_sweeps_end_and_say_so() {
        let mut sweeps = Sweeps::at_most(2);
        assert_eq!(sweeps.finished(BTreeSet::from([1])), None);
        let all = BTreeSet::from([1, 2]);
        assert_eq!(sweeps.finished(BTreeSet::from([2])), Some((all, false)));
    }
}
