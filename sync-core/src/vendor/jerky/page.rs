//! Pages of the jerky vendor: cursors for lists, positions for the change feed.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::{
    quarantine::subject_of,
    vendor::{
        error::VendorError,
        http::{Garble, Reply},
        jerky::view::JerkyEventView,
        reading::{Readable, Row, as_text, read_rows},
    },
};

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// Its rows.
    pub rows: Vec<Row<T>>,
    /// Where the next page starts; none on the last.
    pub next: Option<String>,
}

/// One page of the change feed.
#[derive(Clone, Debug)]
pub struct FeedPage {
    /// Its events, gapless from the position that was asked for.
    pub rows: Vec<Row<JerkyEventView>>,
    /// The position of its last row, readable or not; the position asked for when it has none.
    pub up_to: u64,
    /// The newest position the vendor holds.
    pub last_position: u64,
}

/// A list that is followed from cursor to cursor. It notices cursors that lead in a circle, and
/// pages that come again under ever new ones, and begins anew when one expired on the way.
#[derive(Debug, Default)]
pub struct Pages {
    cursor: Option<String>,
    ended: bool,
    restarts: u32,
    followed: BTreeSet<String>,
    seen: BTreeSet<String>,
    /// Pages in a row that were empty or had something on them that was seen before.
    repeats: u32,
}

/// A row of a list, told from the others.
pub trait Listed {
    /// What no other row of the list is called.
    fn name(&self) -> &str;
}

/// A list that took too long for its cursors is begun anew this often.
const MOST_RESTARTS: u32 = 3;

/// So many pages in a row may repeat something before the list is taken for endless: a list that
/// changes while it is read shifts by a row now and then.
const MOST_REPEATS: u32 = 3;

impl Pages {
    /// Whether the list came to its end.
    pub fn is_done(&self) -> bool {
        self.ended
    }

    /// The cursor to read with next; none for the first page.
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// Takes in what reading a page came to, and gives back its rows; none when the list is begun
    /// anew.
    ///
    /// # Errors
    /// What reading came to, unless beginning anew helps; garbled when the list does not end.
    pub fn turn<T: Listed>(
        &mut self,
        read: Result<Page<T>, VendorError>,
    ) -> Result<Option<Vec<Row<T>>>, VendorError> {
        let page = match read {
            Ok(page) => page,
            Err(error) if error.is_code("cursor-expired") && self.restarts < MOST_RESTARTS => {
                self.restarts += 1;
                self.cursor = None;
                self.followed.clear();
                self.seen.clear();
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        self.note(&page);
        match &page.next {
            None => self.ended = true,
            Some(_) if self.repeats > MOST_REPEATS => {
                return Err(endless("the vendor's pages come again and again"));
            }
            Some(next) if self.followed.insert(next.clone()) => {}
            Some(_) => return Err(endless("the vendor's cursors lead in a circle")),
        }
        self.cursor = page.next;
        Ok(Some(page.rows))
    }

    /// Counts a page with nothing on it, or with anything that an earlier one had: each row of a list
    /// comes once, and one that is misspelt at each reading looks new among those that come again.
    fn note<T: Listed>(&mut self, page: &Page<T>) {
        let names: Vec<_> = page.rows.iter().map(name_of).collect();
        let is_known = names.is_empty() || names.iter().any(|name| self.seen.contains(name));
        self.seen.extend(names);
        self.repeats = if is_known { self.repeats + 1 } else { 0 };
    }
}

/// What a row is called. One that cannot be read may be bad in another way each time, and is told by
/// what it still says of itself.
fn name_of<T: Listed>(row: &Row<T>) -> String {
    match row {
        Ok(row) => row.name().to_owned(),
        Err(unreadable) => {
            subject_of(&unreadable.raw).unwrap_or_else(|| as_text(&unreadable.raw).into_owned())
        }
    }
}

fn endless(reason: &str) -> VendorError {
    VendorError::Garbled {
        operation: "follow_cursor",
        reason: reason.to_owned(),
        unreadable: None,
    }
}

#[derive(Deserialize)]
struct PageWire<'a> {
    #[serde(borrow)]
    data: Vec<&'a RawValue>,
    // A missing cursor is not a null one: taking it for the end would lose the rest of the list.
    #[serde(deserialize_with = "present")]
    next_cursor: Option<String>,
}

#[derive(Deserialize)]
struct FeedWire<'a> {
    #[serde(borrow)]
    data: Vec<&'a RawValue>,
    last_position: u64,
}

pub(super) fn read_page<T: Readable>(reply: &Reply) -> Result<Page<T>, Garble> {
    let text = as_text(&reply.body);
    let wire: PageWire<'_> = serde_json::from_str(&text)?;
    Ok(Page {
        rows: read_rows(&wire.data, reply.at),
        next: wire.next_cursor,
    })
}

/// Reads a page of the feed and holds it against the position that was asked for. Positions are
/// gapless, so an unreadable row's place is known, and a page that is not the one asked for shows.
pub(super) fn read_feed(reply: &Reply, after: u64) -> Result<FeedPage, Garble> {
    let text = as_text(&reply.body);
    let wire: FeedWire<'_> = serde_json::from_str(&text)?;
    let rows: Vec<Row<JerkyEventView>> = read_rows(&wire.data, reply.at);
    let mut up_to = after;
    for row in &rows {
        up_to = up_to
            .checked_add(1)
            .ok_or_else(|| Garble::new("positions beyond what can be counted"))?;
        if let Ok(event) = row
            && event.position != up_to
        {
            let found = event.position;
            return Err(Garble::new(format!(
                "the event at position {up_to} says it is at {found}"
            )));
        }
    }
    Ok(FeedPage {
        rows,
        up_to,
        last_position: wire.last_position,
    })
}

fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(deserializer)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::vendor::{
        error::{Problem, Refusal},
        reading::Unreadable,
    };

    impl Listed for String {
        fn name(&self) -> &str {
            self
        }
    }

    fn page(next: Option<&str>) -> Result<Page<String>, VendorError> {
        page_of(next.unwrap_or("the last"), next)
    }

    fn page_of(row: &str, next: Option<&str>) -> Result<Page<String>, VendorError> {
        Ok(Page {
            rows: vec![Ok(row.to_owned())],
            next: next.map(str::to_owned),
        })
    }

    fn expired() -> Result<Page<String>, VendorError> {
        let body = br#"{"type":"https://jerky.example/problems/cursor-expired"}"#;
        Err(VendorError::Refused {
            operation: "list_stock",
            refusal: Box::new(Refusal::Problem(Problem::read(410, body))),
        })
    }

    #[test]
    fn cursors_are_followed_to_the_null_one() {
        let mut pages = Pages::default();
        assert_eq!(pages.cursor(), None);
        assert!(pages.turn(page(Some("a"))).unwrap().is_some());
        assert_eq!(pages.cursor(), Some("a"));
        assert!(pages.turn(page(None)).unwrap().is_some());
        assert!(pages.is_done());
    }

    #[test]
    fn cursors_in_a_circle_are_noticed() {
        let mut pages = Pages::default();
        pages.turn(page(Some("a"))).unwrap();
        pages.turn(page(Some("b"))).unwrap();
        assert!(pages.turn(page(Some("a"))).is_err());
    }

    #[test]
    fn a_page_that_comes_again_under_ever_new_cursors_is_noticed() {
        let mut pages = Pages::default();
        for cursor in ["a", "b", "c", "d"] {
            pages.turn(page_of("JRK-1", Some(cursor))).unwrap();
        }
        pages.turn(page_of("JRK-2", Some("e"))).unwrap();
        for cursor in ["f", "g", "h"] {
            pages.turn(page_of("JRK-2", Some(cursor))).unwrap();
        }
        assert!(pages.turn(page_of("JRK-2", Some("i"))).is_err());
    }

    #[test]
    fn a_row_that_is_bad_in_another_way_each_time_is_noticed_too() {
        let bad = |nth: u32| {
            let unreadable = Unreadable {
                what: "stock level",
                reason: format!("field {nth} is missing"),
                raw: format!(r#"{{"sku":"JRK-1","nth":{nth}}}"#).into(),
                at: Timestamp::UNIX_EPOCH,
            };
            Ok(Page::<String> {
                rows: vec![Err(unreadable)],
                next: Some(nth.to_string()),
            })
        };
        assert!(!turned((0..10).map(bad)));
    }

    fn rows(names: &[&str], next: u32) -> Result<Page<String>, VendorError> {
        Ok(Page {
            rows: names.iter().map(|name| Ok((*name).to_owned())).collect(),
            next: Some(next.to_string()),
        })
    }

    fn turned(pages_of: impl Iterator<Item = Result<Page<String>, VendorError>>) -> bool {
        let mut pages = Pages::default();
        let mut turned = pages_of.map(|page| pages.turn(page));
        turned.all(|page| page.is_ok())
    }

    #[test]
    fn a_page_that_comes_again_with_a_row_misspelt_each_time_is_noticed_too() {
        let again = (0..10).map(|nth| rows(&["JRK-1", &format!("JRK-2{nth}")], nth));
        assert!(!turned(again));
    }

    #[test]
    fn a_row_told_twice_on_its_own_page_repeats_nothing() {
        let doubled = (0..10).map(|nth| {
            let name = format!("JRK-{nth}");
            rows(&[&name, &name], nth)
        });
        assert!(turned(doubled));
    }

    #[test]
    fn an_expired_cursor_begins_the_list_anew_but_not_for_ever() {
        let mut pages = Pages::default();
        for _ in 0..MOST_RESTARTS {
            pages.turn(page(Some("a"))).unwrap();
            assert_eq!(pages.turn(expired()).unwrap(), None);
            assert_eq!(pages.cursor(), None);
        }
        assert!(pages.turn(expired()).is_err());
    }
}
