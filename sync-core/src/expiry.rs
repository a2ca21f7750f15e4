//! Expiry: civil dates in the warehouse's zone, and the dates that GS1 symbols carry.
//!
//! An expiry is a day, not an instant: it begins and ends where the goods lie. Turning it into a
//! timestamp too early is how a lot expires a day early two zones further west.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use thiserror::Error;

/// A GS1 application identifier that names a lot or one of its dates (GS1 General Specifications,
/// section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApplicationIdentifier {
    /// AI (01): GTIN, the trade item.
    Gtin,
    /// AI (10): batch or lot number.
    Lot,
    /// AI (11): production date.
    ProductionDate,
    /// AI (15): best before, after which quality is not promised.
    BestBefore,
    /// AI (17): expiry, after which it must not be sold.
    Expiry,
}

/// Why a GS1 date cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "{text:?} is no GS1 date; expected six digits YYMMDD of a day that exists, or day 00 for the end of the month"
)]
pub struct Gs1DateError {
    /// What stood there.
    pub text: String,
}

/// The day it is at `now` in the warehouse's `zone`.
pub fn day_in(zone: &TimeZone, now: Timestamp) -> Date {
    zone.to_datetime(now).date()
}

/// The first instant of the day after `now` in `zone`: when lots whose last day is today expire.
/// Where the clocks skip midnight, the day begins at the first time that exists.
pub fn next_midnight(zone: &TimeZone, now: Timestamp) -> Timestamp {
    let tomorrow = day_in(zone, now).saturating_add(1.day());
    zone.to_timestamp(tomorrow.at(0, 0, 0, 0))
        .unwrap_or(Timestamp::MAX)
}

/// Whether what expires on `expires_on` may still be used on `today`: through that day, and for
/// ever when there is no such day.
pub fn is_usable(expires_on: Option<Date>, today: Date) -> bool {
    has_days_left(expires_on, today, 0)
}

/// Whether at least `min_days` lie between `today` and the expiry day.
pub fn has_days_left(expires_on: Option<Date>, today: Date, min_days: u16) -> bool {
    days_left(expires_on, today).is_none_or(|left| left >= i32::from(min_days))
}

/// Days from `today` to the expiry day: 0 on that day, negative after it, `None` without one.
pub fn days_left(expires_on: Option<Date>, today: Date) -> Option<i32> {
    expires_on.map(|last| today.until(last).map_or(0, |span| span.get_days()))
}

/// The date in a GS1 element string, `YYMMDD`. Day `00` is the end of the month. The century is
/// the one that brings the year within 49 years before and 50 after `today` (GS1 General
/// Specifications, section 7.12).
pub fn gs1_date(text: &str, today: Date) -> Result<Date, Gs1DateError> {
    let error = || Gs1DateError {
        text: text.chars().take(24).collect(),
    };
    if text.len() != 6 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(error());
    }
    let number = |from: usize| text[from..from + 2].parse::<i8>().map_err(|_| error());
    let (year, month, day) = (number(0)?, number(2)?, number(4)?);
    let first = Date::new(full_year(year, today), month, 1).map_err(|_| error())?;
    match day {
        0 => Ok(first.last_of_month()),
        day => Date::new(first.year(), month, day).map_err(|_| error()),
    }
}

impl ApplicationIdentifier {
    /// The identifier of two digits, as printed in brackets beside a bar code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Gtin => "01",
            Self::Lot => "10",
            Self::ProductionDate => "11",
            Self::BestBefore => "15",
            Self::Expiry => "17",
        }
    }
}

fn full_year(two_digits: i8, today: Date) -> i16 {
    let two_digits = i16::from(two_digits);
    let century = today.year() - today.year().rem_euclid(100);
    match two_digits - today.year().rem_euclid(100) {
        51..=99 => century - 100 + two_digits,
        -99..=-50 => century + 100 + two_digits,
        _ => century + two_digits,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_day_is_the_warehouses_and_not_greenwichs() {
        let now = at("2026-03-02T04:59:59Z");
        assert_eq!(day_in(&zone("America/Chicago"), now), date(2026, 3, 1));
        assert_eq!(day_in(&TimeZone::UTC, now), date(2026, 3, 2));
        assert_eq!(
            day_in(&zone("America/Chicago"), at("2026-03-02T06:00:00Z")),
            date(2026, 3, 2)
        );
    }

    #[test]
    fn midnight_comes_after_a_day_of_any_length() {
        let chicago = zone("America/Chicago");
        let day_of_23_hours = at("2026-03-08T12:00:00Z");
        assert_eq!(
            next_midnight(&chicago, day_of_23_hours),
            at("2026-03-09T05:00:00Z")
        );
        let day_of_25_hours = at("2026-11-01T05:00:00Z");
        assert_eq!(
            next_midnight(&chicago, day_of_25_hours),
            at("2026-11-02T06:00:00Z")
        );
        // Clocks in Santiago skip midnight itself.
        let santiago = zone("America/Santiago");
        let eve = at("2026-09-05T12:00:00Z");
        assert_eq!(
            day_in(&santiago, next_midnight(&santiago, eve)),
            date(2026, 9, 6)
        );
    }

    #[test]
    fn what_never_expires_is_always_usable() {
        assert!(is_usable(None, Date::MAX));
        assert!(has_days_left(None, Date::MAX, u16::MAX));
        assert_eq!(days_left(None, Date::MIN), None);
    }

    #[test]
    fn day_00_is_the_end_of_the_month() {
        let today = date(2026, 1, 15);
        assert_eq!(gs1_date("280200", today), Ok(date(2028, 2, 29)));
        assert_eq!(gs1_date("260200", today), Ok(date(2026, 2, 28)));
        assert_eq!(gs1_date("261231", today), Ok(date(2026, 12, 31)));
    }

    #[test]
    fn the_century_is_the_nearest_one() {
        let today = date(2026, 1, 15);
        let year = |text: &str| gs1_date(text, today).unwrap().year();
        assert_eq!(year("760101"), 2076, "50 years ahead");
        assert_eq!(year("770101"), 1977, "51 years ahead would be too far");
        assert_eq!(gs1_date("100101", date(1990, 1, 1)).unwrap().year(), 2010);
    }

    #[test]
    fn an_impossible_date_is_refused_in_words() {
        for text in ["", "2602", "260230", "261301", "260001", "2602x1", "26٠201"] {
            assert!(gs1_date(text, date(2026, 1, 1)).is_err(), "{text:?}");
        }
        assert_eq!(
            gs1_date("260231", date(2026, 1, 1))
                .unwrap_err()
                .to_string(),
            "\"260231\" is no GS1 date; expected six digits YYMMDD of a day that exists, or day 00 \
             for the end of the month"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn a_lot_expires_at_the_first_midnight_after_its_last_day(
            second in 1_700_000_000i64..2_000_000_000,
            zone_name in prop::sample::select(&["America/Chicago", "Asia/Kathmandu", "UTC"][..]),
        ) {
            let (zone, now) = (zone(zone_name), Timestamp::from_second(second).unwrap());
            let last = day_in(&zone, now);
            let midnight = next_midnight(&zone, now);
            let just_before = midnight.checked_sub(jiff::SignedDuration::from_nanos(1)).unwrap();
            prop_assert!(now < midnight);
            prop_assert!(is_usable(Some(last), day_in(&zone, just_before)));
            prop_assert!(!is_usable(Some(last), day_in(&zone, midnight)));
        }

        #[test]
        fn a_gs1_date_within_the_window_reads_back(days in -17_000i64..18_000) {
            let today = date(2026, 6, 15);
            let day = today.saturating_add(days.days());
            let text = day.strftime("%y%m%d").to_string();
            prop_assert_eq!(gs1_date(&text, today), Ok(day));
        }

        #[test]
        fn no_text_is_a_panic(text in ".{0,8}") {
            let _ = gs1_date(&text, date(2026, 1, 1));
        }
    }
}
