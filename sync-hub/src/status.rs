//! What the hub says of itself: whether it lives, what it still has to do, and why.

use std::{collections::BTreeMap, fmt, sync::Arc};

use axum::{Json, Router, extract::State, routing::get};
use jiff::Timestamp;
use serde::Serialize;
use sync_core::{engine::Cursor, vendor::http::GateStatus};

use crate::core::Core;

/// One reason why the hub has not converged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pending {
    /// The engine has something left to do.
    Engine(sync_core::engine::Pending),
    /// A source of knowledge is behind or failing.
    Intake {
        /// Which: `feed`, `orders`, `jerky-sweep`…
        name: &'static str,
        /// Why.
        why: String,
    },
}

/// What `GET /status` shows.
#[derive(Clone, Debug, Serialize)]
pub struct HubStatus {
    /// The hub's clock.
    pub now: Timestamp,
    /// Why it has not converged, in words; the first hundred reasons.
    pub pending: Vec<String>,
    /// How many reasons there are.
    pub backlog: usize,
    /// Where the next polls start.
    pub cursors: BTreeMap<&'static str, Option<String>>,
    /// What each source of knowledge last came to.
    pub intake: BTreeMap<&'static str, IntakeStatus>,
    /// The gates to the vendors.
    pub vendors: BTreeMap<&'static str, GateStatus>,
    /// Entries in the quarantine, counted up to a thousand.
    pub quarantined: usize,
    /// Transactions since the store was opened.
    pub commits: u64,
}

/// What a source of knowledge last came to.
#[derive(Clone, Debug, Serialize)]
pub struct IntakeStatus {
    /// When it last reached the end of what the vendor had.
    pub current_at: Option<Timestamp>,
    /// Why it does not, if it does not.
    pub trouble: Option<String>,
}

impl fmt::Display for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Engine(pending) => pending.fmt(f),
            Self::Intake { name, why } => write!(f, "{name}: {why}"),
        }
    }
}

pub(crate) fn router(core: Arc<Core>) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok"))
        .route("/status", get(show))
        .with_state(core)
}

pub(crate) fn pending(core: &Core) -> Vec<Pending> {
    let now = core.now();
    let engine = core.engine().pending(now);
    let mut all: Vec<Pending> = engine.into_iter().map(Pending::Engine).collect();
    all.extend(core.intake().iter().filter_map(|(name, state)| {
        let why = match (&state.trouble, state.current_at) {
            (Some(trouble), _) => trouble.clone(),
            (None, None) => "has not come to its end yet".to_owned(),
            (None, Some(_)) => return None,
        };
        Some(Pending::Intake { name, why })
    }));
    all
}

pub(crate) fn status(core: &Core) -> HubStatus {
    let pending = pending(core);
    let engine = core.engine();
    let cursor = |cursor| engine.cursor(cursor).map(str::to_owned);
    let cursors = BTreeMap::from([
        ("feed", cursor(Cursor::JerkyFeed)),
        ("orders", cursor(Cursor::Orders)),
        ("products", cursor(Cursor::Products)),
        ("counts", cursor(Cursor::Counts)),
    ]);
    HubStatus {
        now: core.now(),
        backlog: pending.len(),
        pending: pending.iter().take(100).map(Pending::to_string).collect(),
        cursors,
        intake: core
            .intake()
            .iter()
            .map(|(name, state)| {
                let status = IntakeStatus {
                    current_at: state.current_at,
                    trouble: state.trouble.clone(),
                };
                (*name, status)
            })
            .collect(),
        vendors: BTreeMap::from([
            ("jerky", core.jerky.status()),
            ("polish", core.polish.status()),
        ]),
        quarantined: engine.quarantine(1000).map_or(0, |entries| entries.len()),
        commits: engine.store().commits(),
    }
}

async fn show(State(core): State<Arc<Core>>) -> Json<HubStatus> {
    Json(status(&core))
}
