//! The oracle's own formulas, a few lines each. That the middleware has the same ones is the point
//! of judging it, so nothing of it is called here.

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

use super::{history::LotStatus, names::Lot};

/// The civil day in `zone`; expiry is a day, not an instant.
pub(super) fn day(at: Timestamp, zone: &TimeZone) -> Date {
    zone.to_datetime(at).date()
}

/// Whether a lot may be sold on `today` with `min_days` of life left. It is usable through its
/// expiry day.
pub(super) fn eligible(
    status: LotStatus,
    expires_on: Option<Date>,
    today: Date,
    min_days: i64,
) -> bool {
    let needed = today.saturating_add(min_days.days());
    status == LotStatus::Released && expires_on.is_none_or(|last| last >= needed)
}

/// First expired, first out: by expiry day, lots that never expire last, ties by lot.
pub(super) fn fefo_rank(expires_on: Option<Date>, lot: &Lot) -> (Date, &Lot) {
    (expires_on.unwrap_or(Date::MAX), lot)
}

/// How many sell units `free` allows after `withheld`; supply is floored.
pub(super) fn units(free: i64, withheld: i64, need: i64) -> i64 {
    free.saturating_sub(withheld).max(0).div_euclid(need.max(1))
}

/// A number as it may be shown: a multiple, and nothing at all below the minimum order.
pub(super) fn shown(units: i64, moq: i64, multiple: i64) -> i64 {
    let multiple = multiple.max(1);
    let whole = units.max(0).div_euclid(multiple) * multiple;
    if whole < moq { 0 } else { whole }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_lot_is_usable_through_its_last_day() {
        let last = date(2026, 11, 2);
        assert!(eligible(LotStatus::Released, Some(last), last, 0));
        assert!(!eligible(
            LotStatus::Released,
            Some(last),
            date(2026, 11, 3),
            0
        ));
        assert!(!eligible(LotStatus::Released, Some(last), last, 1));
        assert!(!eligible(LotStatus::OnHold, None, last, 0));
        assert!(eligible(LotStatus::Released, None, last, 400));
    }

    #[test]
    fn the_day_is_the_warehouses() {
        let zone = TimeZone::get("America/Chicago").unwrap();
        let at: Timestamp = "2026-11-03T05:59:59Z".parse().unwrap();
        assert_eq!(day(at, &zone), date(2026, 11, 2));
    }

    #[test]
    fn supply_is_floored_and_the_minimum_order_hides_what_is_below() {
        assert_eq!(units(149, 0, 50), 2);
        assert_eq!(units(149, 60, 50), 1);
        assert_eq!(units(-5, 0, 50), 0);
        assert_eq!(shown(7, 1, 3), 6);
        assert_eq!(shown(7, 7, 3), 0);
    }
}
