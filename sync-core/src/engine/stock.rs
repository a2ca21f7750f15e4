//! The newer-sequence rule, and what a level must be to be believed.
//!
//! A level is taken in only when its sequence is newer than the one known. One that cannot be true
//! is bad; one that would be a strange truth (everything gone at once, a leap of the sequence, the
//! same sequence with other numbers, another unit than before) is doubted until a second reading
//! says the same. There is no telling which of two readings under one sequence lied, if both were
//! confirmed: the last is taken, so that a lie that was believed does not stay.

use std::collections::BTreeSet;

use super::{
    EnginePolicy,
    item::{Item, Level},
};
use crate::{
    quantity::Quantity,
    unit::Dimension,
    vendor::jerky::view::{LotView, StockLevelView},
};

/// How something was learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Learned {
    /// The vendor sent it on its own account: webhook or feed.
    Pushed,
    /// It was asked for, or came with the reply to a write.
    Read,
}

/// What becomes of a level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    /// It is newer and good.
    Apply(Level),
    /// It says what is known, or less.
    Known,
    /// It may be true; a second reading will tell.
    Doubt {
        /// What it says.
        level: Level,
        /// Why that is strange.
        reason: String,
    },
    /// It cannot be true.
    Bad(String),
}

/// Judges a level against what is known. `expected` is what the mapping measures the item in.
pub(super) fn judge(
    item: &Item,
    view: &StockLevelView,
    how: Learned,
    expected: Option<Dimension>,
    policy: &EnginePolicy,
) -> Judgement {
    if let Err(reason) = check(view, expected, policy.largest_quantity) {
        return Judgement::Bad(reason);
    }
    let level = Level::from(view);
    let Some(known) = &item.level else {
        return Judgement::Apply(level);
    };
    if level.sequence < known.sequence {
        return Judgement::Known;
    }
    if level.agrees_with(known) {
        let is_news = how == Learned::Read && level.in_control() != known.in_control();
        return match is_news {
            true => Judgement::Apply(level),
            false => Judgement::Known,
        };
    }
    match strange(known, &level, policy.largest_leap) {
        None => Judgement::Apply(level),
        Some(_) if how == Learned::Read && item.doubt.as_ref() == Some(&level) => {
            Judgement::Apply(level)
        }
        Some(reason) => Judgement::Doubt { level, reason },
    }
}

fn strange(known: &Level, level: &Level, largest_leap: u64) -> Option<String> {
    if level.sequence == known.sequence {
        return Some(format!(
            "sequence {} was seen before with other quantities",
            level.sequence
        ));
    }
    if level.sequence - known.sequence > largest_leap {
        return Some(format!(
            "the sequence leaps from {} to {}",
            known.sequence, level.sequence
        ));
    }
    if let (Some(unit), Some(was)) = (level.stated_in, known.stated_in)
        && unit != was
    {
        return Some(format!("it is stated in {unit}, and was in {was}"));
    }
    (level.on_hand().is_zero() && known.on_hand().is_positive()).then(|| {
        format!(
            "everything is gone at once: {} were on hand",
            known.on_hand()
        )
    })
}

/// What every true level satisfies: DESIGN section 3, "stock of an item".
fn check(view: &StockLevelView, expected: Option<Dimension>, largest: i64) -> Result<(), String> {
    if let Some(expected) = expected {
        view.unit
            .require(expected)
            .map_err(|error| error.to_string())?;
    }
    let parts = [
        ("available", view.available),
        ("committed", view.committed),
        ("reserved", view.reserved),
        ("damaged", view.damaged),
        ("safety_stock", view.safety_stock),
        ("quality_control", view.quality_control),
    ];
    sums_to("on_hand", view.on_hand, &parts, largest)?;
    let mut places = BTreeSet::new();
    for lot in &view.lots {
        check_lot(lot, largest)?;
        if !places.insert((&lot.lot, &lot.location)) {
            return Err(format!(
                "lot {} at {} is listed twice",
                lot.lot, lot.location
            ));
        }
    }
    let of_lots = |part: fn(&LotView) -> Quantity| view.lots.iter().map(part).sum::<Quantity>();
    for (name, item, lots) in [
        ("on_hand", view.on_hand, of_lots(|lot| lot.on_hand)),
        ("reserved", view.reserved, of_lots(|lot| lot.reserved)),
        ("committed", view.committed, of_lots(|lot| lot.committed)),
        ("damaged", view.damaged, of_lots(|lot| lot.damaged)),
    ] {
        if item != lots {
            return Err(format!("{name} is {item} but its lots hold {lots}"));
        }
    }
    Ok(())
}

fn check_lot(lot: &LotView, largest: i64) -> Result<(), String> {
    let parts = [
        ("available", lot.available),
        ("reserved", lot.reserved),
        ("committed", lot.committed),
        ("damaged", lot.damaged),
        ("quality_control", lot.quality_control),
    ];
    sums_to("on_hand", lot.on_hand, &parts, largest)
        .map_err(|error| format!("lot {}: {error}", lot.lot))
}

fn sums_to(
    name: &str,
    total: Quantity,
    parts: &[(&str, Quantity)],
    largest: i64,
) -> Result<(), String> {
    for (part, quantity) in parts.iter().copied().chain([(name, total)]) {
        if quantity.is_negative() || quantity.get() > largest {
            return Err(format!("{part} is {quantity}"));
        }
    }
    let sum: Quantity = parts.iter().map(|(_, quantity)| *quantity).sum();
    if sum == total {
        Ok(())
    } else {
        Err(format!("{name} is {total} but its parts sum to {sum}"))
    }
}
