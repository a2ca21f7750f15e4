//! The change feed: gapless positions, bounded retention.

use std::{collections::VecDeque, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    model::{Event, EventPage},
    problem::{Problem, ProblemKind},
};

/// The newest events, and those nobody has been told of yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Feed {
    capacity: usize,
    last: u64,
    kept: VecDeque<Arc<Event>>,
    /// Made since the last command began; handed out with its outcome.
    #[serde(skip)]
    fresh: Vec<Arc<Event>>,
}

impl Feed {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(1),
            last: 0,
            kept: VecDeque::new(),
            fresh: Vec::new(),
        }
    }

    pub(super) fn next_position(&self) -> u64 {
        self.last + 1
    }

    /// Appends an event that was made with the next position.
    pub(super) fn push(&mut self, event: Event) {
        self.last = event.position;
        let event = Arc::new(event);
        if self.kept.len() == self.capacity {
            self.kept.pop_front();
        }
        self.kept.push_back(Arc::clone(&event));
        self.fresh.push(event);
    }

    pub(super) fn take_fresh(&mut self) -> Vec<Arc<Event>> {
        std::mem::take(&mut self.fresh)
    }

    pub(super) fn page(&self, after: u64, limit: usize) -> Result<EventPage, Box<Problem>> {
        let oldest = self
            .kept
            .front()
            .map_or(self.last + 1, |event| event.position);
        let Some(skip) = (after.saturating_add(1)).checked_sub(oldest) else {
            let detail = format!("events before position {oldest} are gone; read the whole stock");
            let problem = ProblemKind::SequenceExpired.because(detail);
            return Err(Box::new(problem.current(oldest)));
        };
        let skip = usize::try_from(skip).unwrap_or(usize::MAX);
        Ok(EventPage {
            data: self.kept.iter().skip(skip).take(limit).cloned().collect(),
            last_position: self.last,
            oldest_position: oldest,
        })
    }
}
