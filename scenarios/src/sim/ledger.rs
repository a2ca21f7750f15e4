//! The middleware's own ledger after a run that failed: which fact it believes led to which number.
//! For people who look for the cause; the oracle never reads it.

use jiff::Timestamp;
use sync_core::ledger::{Phase, Transfer};

use super::process::Process;

/// One entry of the middleware's ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    /// When it was made.
    pub at: Timestamp,
    /// The item.
    pub sku: String,
    /// The lot, the accounts, how much, and what brought it about.
    pub told: String,
}

/// Every entry, oldest first; none if its store cannot be read.
pub(super) fn postings(process: &Process) -> Vec<Posting> {
    let transfers = process.with_store(|store| store.transfers().unwrap_or_default());
    let mut postings: Vec<Posting> = transfers.iter().flatten().map(posting).collect();
    postings.sort_by_key(|posting| posting.at);
    postings
}

fn posting(transfer: &Transfer) -> Posting {
    let Transfer {
        sku,
        lot,
        from,
        to,
        quantity,
        phase,
        at,
        cause,
        ..
    } = transfer;
    let how = match phase {
        Phase::Direct => "",
        Phase::Pending { .. } => " pending",
        Phase::Post { .. } => " posted",
        Phase::Void { .. } => " voided",
        Phase::TimeOut { .. } => " timed out",
    };
    let (from, to) = (from.name(), to.name());
    Posting {
        at: *at,
        sku: sku.to_string(),
        told: format!("{quantity} of lot {lot} {from} → {to}{how}, because of {cause}"),
    }
}
