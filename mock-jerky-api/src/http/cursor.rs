//! Paging by cursor: opaque, sealed, and short-lived. A cursor names the last row seen, so rows
//! that come and go in between make no page skip or repeat another.

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use mock_kit::{Call, Mock, Struck};
use seams::Keyed;

use super::ApiError;
use crate::{command::PAGE, problem::ProblemKind, vendor::Jerky};

/// One request for a page.
pub(super) struct Pager {
    /// The last row already seen.
    pub(super) after: Option<String>,
    /// The most rows wanted.
    pub(super) limit: usize,
    /// The cursor that the request came with.
    asked: Option<String>,
    seal: Seal,
    struck: Struck,
}

/// What a cursor is good for: one operation under one filter, for a while.
struct Seal {
    keyed: Keyed,
    operation: Arc<str>,
    filter: String,
    lifetime: SignedDuration,
    now: Timestamp,
}

impl Pager {
    /// Reads what a request asks for. `filter` is everything but limit and cursor that decides
    /// which rows there are.
    pub(super) fn begin(
        mock: &Mock<Jerky>,
        call: &Call,
        limit: Option<usize>,
        cursor: Option<&str>,
        filter: String,
    ) -> Result<Self, ApiError> {
        let (keyed, minutes) = mock.with(|state, _| {
            let vendor = &state.vendor;
            (vendor.keyed(), vendor.config().cursor_minutes)
        });
        let seal = Seal {
            keyed,
            operation: Arc::clone(&call.operation),
            filter,
            lifetime: SignedDuration::from_mins(minutes.into()),
            now: call.now,
        };
        let after = cursor.map(|cursor| seal.open(cursor)).transpose()?;
        if cursor.is_some() && call.struck.cursor_expired().is_some() {
            return Err(seal.expired());
        }
        Ok(Self {
            after: after.flatten(),
            asked: cursor.map(str::to_owned),
            limit: checked_limit(limit)?,
            seal,
            struck: call.struck.clone(),
        })
    }

    /// The cursor of the next page. `last` is this page's last row; `beyond` finds the last row of
    /// the page after a row, for a vendor that skips one.
    pub(super) fn next(
        &self,
        last: Option<String>,
        more: bool,
        beyond: impl FnOnce(&str) -> Option<String>,
    ) -> Option<String> {
        let last = last?;
        if self.struck.page_looping() {
            // The very same, so that whoever compares cursors sees the circle.
            let own = || self.seal.close(self.after.as_deref());
            return Some(self.asked.clone().unwrap_or_else(own));
        }
        if self.struck.page_repeated() {
            return Some(self.seal.close(self.after.as_deref()));
        }
        if !more {
            return None;
        }
        if self.struck.page_skipped() {
            return beyond(&last).map(|row| self.seal.close(Some(&row)));
        }
        Some(self.seal.close(Some(&last)))
    }
}

impl Seal {
    fn close(&self, row: Option<&str>) -> String {
        // A first byte tells the beginning of the list from a row with an empty name.
        let row = row.map_or_else(|| "-".to_owned(), |row| format!("+{row}"));
        let open = format!("{}|{row}", self.now.as_millisecond());
        BASE64_URL_SAFE_NO_PAD.encode(format!("{}|{open}", self.mark(&open)))
    }

    fn open(&self, cursor: &str) -> Result<Option<String>, ApiError> {
        let (at, row) = self.unsealed(cursor).ok_or_else(|| {
            let detail = "not a cursor of this list; begin without one";
            ProblemKind::InvalidRequest.because(detail).at("cursor")
        })?;
        if self.now.duration_since(at) > self.lifetime {
            return Err(self.expired());
        }
        Ok(row)
    }

    fn expired(&self) -> ApiError {
        let minutes = self.lifetime.as_mins();
        let detail = format!("cursors live {minutes} minutes; begin anew");
        ProblemKind::CursorExpired.because(detail).into()
    }

    fn unsealed(&self, cursor: &str) -> Option<(Timestamp, Option<String>)> {
        let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
        let (mark, open) = text.split_once('|')?;
        if mark != self.mark(open) {
            return None;
        }
        let (at, row) = open.split_once('|')?;
        let at = Timestamp::from_millisecond(at.parse().ok()?).ok()?;
        Some((at, row.strip_prefix('+').map(str::to_owned)))
    }

    fn mark(&self, open: &str) -> String {
        let subject = format!("{}|{}|{open}", self.operation, self.filter);
        self.keyed.draw("cursor", &subject, 0).hex()
    }
}

/// The number of rows asked for, 100 by default.
pub(super) fn checked_limit(limit: Option<usize>) -> Result<usize, ApiError> {
    let limit = limit.unwrap_or(100);
    if PAGE.contains(&limit) {
        return Ok(limit);
    }
    let detail = format!("must be {} to {}", PAGE.start(), PAGE.end());
    Err(ProblemKind::InvalidRequest
        .because(detail)
        .at("limit")
        .into())
}
