//! Facts as one dense line each, for evidence:
//! `hh:mm:ss.mmm vendor #number actor: what happened [key]`.

use std::fmt::{self, Write as _};

use jiff::Timestamp;

use super::{
    LINES,
    history::{Actor, Delivery, Exchange, Fact, JerkyFact, PolishFact, ReservedLine, ShopQuantity},
    timeline::Step,
};

/// The last [`LINES`] of these, oldest first.
pub(super) fn steps<'h>(steps: impl DoubleEndedIterator<Item = Step<'h>>) -> Vec<String> {
    let mut lines: Vec<String> = steps.rev().take(LINES).map(line).collect();
    lines.reverse();
    lines
}

/// One fact.
pub(super) fn line(step: Step<'_>) -> String {
    match step {
        Step::Jerky(fact) => told("jerky", fact),
        Step::Polish(fact) => told("polish", fact),
    }
}

/// Deliveries, one line each.
pub(super) fn deliveries<'h>(deliveries: impl Iterator<Item = &'h Delivery>) -> Vec<String> {
    deliveries.take(LINES).map(delivery).collect()
}

fn delivery(delivery: &Delivery) -> String {
    let forged = if delivery.forged { " forged" } else { "" };
    let arrived = delivery.arrived_at.map_or("never".to_owned(), time);
    let answer = answer(delivery.status);
    format!(
        "{} {:?}{forged} webhook {} about {} at {}: arrived {arrived}, {answer}",
        time(delivery.sent_at),
        delivery.vendor,
        delivery.message,
        delivery.subject,
        delivery.sequence
    )
}

/// A request and its outcome.
pub(super) fn exchange(exchange: &Exchange) -> String {
    let mut line = format!(
        "{} {:?} {} {}: {} at {}",
        time(exchange.sent_at),
        exchange.vendor,
        exchange.method,
        exchange.path,
        answer(exchange.status),
        time(exchange.ended_at)
    );
    if let Some(wait) = &exchange.retry_after {
        let _ = write!(line, ", Retry-After: {wait}");
    }
    line
}

fn answer(status: Option<u16>) -> String {
    status.map_or("no answer".to_owned(), |status| status.to_string())
}

/// A moment, short enough for a column.
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%m-%dT%H:%M:%S%.3f").to_string()
}

fn told<T: fmt::Display>(vendor: &str, fact: &Fact<T>) -> String {
    let (at, number, who) = (time(fact.at), fact.number, name(fact.actor));
    let mut line = format!("{at} {vendor} #{number} {who}: {}", fact.what);
    if let Some(key) = &fact.key {
        let _ = write!(line, " [{key}]");
    }
    line
}

fn name(actor: Actor) -> &'static str {
    match actor {
        Actor::Middleware => "middleware",
        Actor::Staff => "staff",
        Actor::Storefront => "storefront",
        Actor::System => "vendor",
    }
}

impl fmt::Display for JerkyFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Item { sku, zone, safety } => write!(f, "item {sku} in {zone}, safety {safety}"),
            Self::Lot {
                sku,
                lot,
                status,
                expires_on,
            } => {
                write!(f, "lot {sku}/{lot} is {status:?}")?;
                expires_on.map_or(Ok(()), |day| write!(f, " until {day}"))
            }
            Self::Moved {
                sku,
                lot,
                from,
                to,
                quantity,
                cause,
                subject,
                ..
            } => {
                write!(f, "{cause}: {quantity} of {sku}/{lot} {from:?} -> {to:?}")?;
                let subject = subject.as_deref();
                subject.map_or(Ok(()), |subject| write!(f, " ({subject})"))
            }
            Self::Counted {
                sku, lot, counted, ..
            } => write!(f, "counted {counted} of {sku}/{lot}"),
            Self::Opened {
                id,
                reference,
                expires_at,
                lines,
            } => {
                write!(
                    f,
                    "{id} opened for {reference} until {}:",
                    time(*expires_at)
                )?;
                reserved(f, lines)
            }
            Self::Committed {
                id,
                reference,
                lines,
            } => {
                write!(f, "{id} committed for {reference}:")?;
                reserved(f, lines)
            }
            Self::Reallocated { id, lines } => {
                write!(f, "{id} moved to other lots:")?;
                reserved(f, lines)
            }
            Self::Released { id, lines } => {
                write!(f, "{id} released:")?;
                reserved(f, lines)
            }
            Self::Expired { id } => write!(f, "{id} expired"),
            Self::Extended { id, expires_at } => {
                write!(f, "{id} extended until {}", time(*expires_at))
            }
            Self::Mirrored {
                sku,
                quantity,
                source_sequence,
            } => write!(f, "mirror {sku} = {quantity} by source {source_sequence}"),
        }
    }
}

fn reserved(f: &mut fmt::Formatter<'_>, lines: &[ReservedLine]) -> fmt::Result {
    for line in lines {
        write!(f, " {}x{}", line.quantity, line.sku)?;
        for part in &line.allocations {
            write!(f, "({}:{})", part.lot, part.quantity)?;
        }
    }
    Ok(())
}

impl fmt::Display for PolishFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Product { sku, kind, .. } => write!(f, "product {sku} ({kind:?})"),
            Self::Available {
                sku,
                available,
                version,
            } => write!(f, "{sku} shows {available} at version {version}"),
            Self::OwnMoved {
                sku,
                from,
                to,
                quantity,
            } => write!(f, "{quantity} of {sku} {from:?} -> {to:?}"),
            Self::Placed {
                order,
                lines,
                automatic,
                ..
            } => {
                let how = if *automatic { " (confirms itself)" } else { "" };
                write!(f, "{order} placed{how}:")?;
                lines.iter().try_for_each(|line| {
                    write!(f, " {}:{}x{}", line.line_id, line.quantity, line.sku)
                })
            }
            Self::Confirmed { order } => write!(f, "{order} confirmed"),
            Self::Rejected { order } => write!(f, "{order} rejected"),
            Self::Cancelled { order, lines } => {
                write!(f, "{order} cancelled:")?;
                parts(f, lines)
            }
            Self::HoldExpired { order } => write!(f, "the hold of {order} expired"),
            Self::Shipped {
                order,
                reference,
                lines,
            } => {
                write!(f, "{order} shipped as {reference}:")?;
                parts(f, lines)
            }
            Self::Returned {
                order,
                reference,
                lines,
            } => {
                write!(f, "{order} returned as {reference}:")?;
                lines.iter().try_for_each(|line| {
                    let restock = if line.restock { " to restock" } else { "" };
                    write!(f, " {}:{}{restock}", line.line_id, line.quantity)
                })
            }
            Self::Counted {
                id,
                sku,
                counted,
                previous,
            } => write!(f, "{id}: counted {counted} of {sku}, shown {previous}"),
        }
    }
}

fn parts(f: &mut fmt::Formatter<'_>, lines: &[ShopQuantity]) -> fmt::Result {
    lines
        .iter()
        .try_for_each(|line| write!(f, " {}:{}", line.line_id, line.quantity))
}
