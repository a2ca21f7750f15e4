//! The warehouse's ledger in the oracle's words.

use std::sync::Arc;

use mock_jerky_api::model::{Event, ItemKind, LotLevel, LotStatus as VendorStatus, StockLevel};
use mock_jerky_api::truth::{
    Account as VendorAccount, CauseKind, Entry, Fact as Vendor, FactAllocation, FactLine,
};

use super::{Skew, actor};
use crate::oracle::history::{
    Account, Allocation, Fact, FeedEvent, JerkyFact, Level, LotStatus, ReservedLine,
};

/// Every fact of the warehouse.
pub(super) fn jerky_facts(entries: &[Entry], skew: &Skew) -> Vec<Fact<JerkyFact>> {
    let facts = entries.iter().enumerate().filter_map(|(place, entry)| {
        Some(Fact {
            number: entry.number,
            at: skew.fact_time(place, entry.at),
            actor: actor(entry.actor.as_str()),
            key: entry.key.as_deref().map(str::to_owned),
            what: known(&entry.fact)?,
        })
    });
    facts.collect()
}

/// The change feed.
pub(super) fn feed(events: &[Arc<Event>], skew: &Skew) -> Vec<FeedEvent> {
    let told = events.iter().enumerate().map(|(place, event)| FeedEvent {
        position: event.position,
        id: event.id.clone(),
        sku: event.sku.as_str().into(),
        sequence: event.sequence,
        at: skew.event_time(place, event.occurred_at),
    });
    told.collect()
}

/// A level as the warehouse states it.
pub(super) fn level(level: &StockLevel) -> Level {
    Level {
        at: level.as_of,
        sku: level.sku.as_str().into(),
        on_hand: level.on_hand.quantity().0,
        available: level.available.quantity().0,
        committed: level.committed.quantity().0,
        reserved: level.reserved.quantity().0,
        damaged: level.damaged.quantity().0,
        safety_stock: level.safety_stock.quantity().0,
        quality_control: level.quality_control.quantity().0,
        lots: level.lots.iter().map(lot).collect(),
    }
}

fn lot(lot: &LotLevel) -> Allocation {
    Allocation {
        lot: lot.lot.as_str().into(),
        quantity: lot.on_hand.quantity().0,
    }
}

fn known(fact: &Vendor) -> Option<JerkyFact> {
    goods(fact)
        .or_else(|| stock(fact))
        .or_else(|| reserved(fact))
}

fn goods(fact: &Vendor) -> Option<JerkyFact> {
    Some(match fact {
        Vendor::ItemSeeded {
            sku,
            kind: ItemKind::Stocked,
            time_zone,
            safety_stock,
            ..
        } => JerkyFact::Item {
            sku: sku.as_str().into(),
            zone: time_zone.name().to_owned(),
            safety: safety_stock.0,
        },
        Vendor::LotOpened {
            sku,
            lot,
            status,
            expires_on,
            ..
        }
        | Vendor::LotChanged {
            sku,
            lot,
            status,
            expires_on,
        } => JerkyFact::Lot {
            sku: sku.as_str().into(),
            lot: lot.as_str().into(),
            status: lot_status(*status),
            expires_on: expires_on.map(mock_jerky_api::LotDate::date),
        },
        _ => return None,
    })
}

fn stock(fact: &Vendor) -> Option<JerkyFact> {
    Some(match fact {
        Vendor::Moved {
            sku,
            lot,
            location,
            from,
            to,
            quantity,
            cause,
            subject,
        } => JerkyFact::Moved {
            sku: sku.as_str().into(),
            lot: lot.as_str().into(),
            location: location.as_str().to_owned(),
            from: account(*from),
            to: account(*to),
            quantity: quantity.0,
            cause: cause_name(*cause).to_owned(),
            subject: subject.as_deref().map(str::to_owned),
        },
        Vendor::Counted {
            sku,
            lot,
            location,
            counted,
            ..
        } => JerkyFact::Counted {
            sku: sku.as_str().into(),
            lot: lot.as_str().into(),
            location: location.as_str().to_owned(),
            counted: counted.0,
        },
        Vendor::MirrorSet {
            sku,
            quantity,
            source_sequence,
        } => JerkyFact::Mirrored {
            sku: sku.as_str().into(),
            quantity: quantity.0,
            source_sequence: *source_sequence,
        },
        _ => return None,
    })
}

fn reserved(fact: &Vendor) -> Option<JerkyFact> {
    Some(match fact {
        Vendor::ReservationOpened {
            id,
            reference,
            expires_at,
            lines,
        } => JerkyFact::Opened {
            id: id.as_str().into(),
            reference: reference.as_str().to_owned(),
            expires_at: *expires_at,
            lines: lines.iter().map(line).collect(),
        },
        Vendor::ReservationCommitted {
            id,
            reference,
            lines,
        } => JerkyFact::Committed {
            id: id.as_str().into(),
            reference: reference.as_str().to_owned(),
            lines: lines.iter().map(line).collect(),
        },
        Vendor::ReservationReallocated { id, lines } => JerkyFact::Reallocated {
            id: id.as_str().into(),
            lines: lines.iter().map(line).collect(),
        },
        Vendor::ReservationReleased { id, lines } => JerkyFact::Released {
            id: id.as_str().into(),
            lines: lines.iter().map(line).collect(),
        },
        Vendor::ReservationExpired { id, .. } => JerkyFact::Expired {
            id: id.as_str().into(),
        },
        Vendor::ReservationExtended { id, expires_at } => JerkyFact::Extended {
            id: id.as_str().into(),
            expires_at: *expires_at,
        },
        _ => return None,
    })
}

fn line(line: &FactLine) -> ReservedLine {
    ReservedLine {
        line_id: line.line_id.as_str().to_owned(),
        sku: line.sku.as_str().into(),
        quantity: line.quantity.0,
        directed: line.directed,
        allocations: line.allocations.iter().map(allocation).collect(),
    }
}

fn allocation(allocation: &FactAllocation) -> Allocation {
    Allocation {
        lot: allocation.lot.as_str().into(),
        quantity: allocation.quantity.0,
    }
}

fn lot_status(status: VendorStatus) -> LotStatus {
    match status {
        VendorStatus::Quarantine => LotStatus::Quarantine,
        VendorStatus::Released => LotStatus::Released,
        VendorStatus::OnHold => LotStatus::OnHold,
        VendorStatus::Recalled => LotStatus::Recalled,
        VendorStatus::Disposed => LotStatus::Disposed,
    }
}

fn account(account: VendorAccount) -> Account {
    match account {
        VendorAccount::OnHand => Account::Available,
        VendorAccount::InTransit => Account::InTransit,
        VendorAccount::Reserved => Account::Reserved,
        VendorAccount::Committed => Account::Committed,
        VendorAccount::Damaged => Account::Damaged,
        VendorAccount::QualityControl => Account::QualityControl,
        VendorAccount::Supplier => Account::Supplier,
        VendorAccount::Sold => Account::Sold,
        VendorAccount::Disposed => Account::Disposed,
        VendorAccount::CountedOff => Account::CountedOff,
    }
}

fn cause_name(cause: CauseKind) -> &'static str {
    match cause {
        CauseKind::Seed => "seed",
        CauseKind::Receipt => "receipt",
        CauseKind::Adjustment => "adjustment",
        CauseKind::Count => "count",
        CauseKind::Damage => "damage",
        CauseKind::Return => "return",
        CauseKind::Restock => "restock",
        CauseKind::Disposal => "disposal",
        CauseKind::Transfer => "transfer",
        CauseKind::LotStatus => "lot_status",
        CauseKind::Reservation => "reservation",
        CauseKind::Reallocation => "reallocation",
        CauseKind::Commit => "commit",
        CauseKind::Release => "release",
        CauseKind::Expiry => "expiry",
        CauseKind::Sale => "sale",
        CauseKind::Mirror => "mirror",
    }
}
