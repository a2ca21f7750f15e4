//! Pages of the jerky vendor: cursors for lists, positions for the change feed.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::vendor::{
    http::{Garble, Reply},
    jerky::view::JerkyEventView,
    reading::{Readable, Row, as_text, read_rows},
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

/// Follows a list's cursors and notices when they lead in a circle.
#[derive(Debug, Default)]
pub struct CursorTrail {
    seen: BTreeSet<String>,
}

/// The vendor's cursors lead in a circle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the vendor's cursors lead in a circle")]
pub struct CursorLoop;

impl CursorTrail {
    /// Notes the next cursor.
    ///
    /// # Errors
    /// [`CursorLoop`] when it was followed before.
    pub fn follow(&mut self, cursor: &str) -> Result<(), CursorLoop> {
        if self.seen.insert(cursor.to_owned()) {
            Ok(())
        } else {
            Err(CursorLoop)
        }
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
