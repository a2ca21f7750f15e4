//! Civil dates of lots and the zone they are read in.
//!
//! A lot is usable through its expiry day in the warehouse's zone; nothing here compares instants.

use std::{fmt, str::FromStr};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

/// A date printed on a lot. Day `00` is accepted on input and means the last day of the month
/// (GS1 General Specifications, application identifiers 11 to 17).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String, pattern = r"^[0-9]{4}-(0[1-9]|1[0-2])-([0-2][0-9]|3[01])$", example = "2027-03-31")]
pub struct LotDate(Date);

/// An IANA time zone that knows its name.
#[derive(Clone, Debug, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, example = "America/Chicago")]
pub struct Zone(TimeZone);

/// Why a text is no date of a lot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a date as YYYY-MM-DD; day 00 means the end of the month")]
pub struct NotADate;

/// Why a text is no time zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown time zone {0:?}; expected an IANA name such as \"America/Chicago\"")]
pub struct UnknownZone(String);

impl LotDate {
    /// The civil date.
    pub fn date(self) -> Date {
        self.0
    }
}

impl From<Date> for LotDate {
    fn from(date: Date) -> Self {
        Self(date)
    }
}

impl FromStr for LotDate {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        let mut parts = text.split('-');
        let year = digits(parts.next(), 4)?;
        let month = digits(parts.next(), 2)?;
        let day = digits(parts.next(), 2)?;
        if parts.next().is_some() {
            return Err(NotADate);
        }
        civil(year, month, day).ok_or(NotADate)
    }
}

impl fmt::Display for LotDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for LotDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LotDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl Zone {
    /// The civil date in this zone at `now`.
    pub fn today(&self, now: Timestamp) -> Date {
        self.0.to_datetime(now).date()
    }

    /// The IANA name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self(TimeZone::UTC)
    }
}

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(name: &str) -> Result<Self, UnknownZone> {
        TimeZone::get(name)
            .map(Self)
            .map_err(|_| UnknownZone(name.to_owned()))
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}

fn civil(year: i16, month: i16, day: i16) -> Option<LotDate> {
    let month = i8::try_from(month).ok()?;
    let first = Date::new(year, month, 1).ok()?;
    if day == 0 {
        return Some(LotDate(first.last_of_month()));
    }
    Date::new(year, month, i8::try_from(day).ok()?)
        .ok()
        .map(LotDate)
}

fn digits(part: Option<&str>, length: usize) -> Result<i16, NotADate> {
    let part = part.ok_or(NotADate)?;
    if part.len() != length || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NotADate);
    }
    part.parse().map_err(|_| NotADate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn day_zero_is_the_end_of_the_month() {
        let read = |text: &str| text.parse::<LotDate>().map(|date| date.to_string());
        assert_eq!(read("2028-02-00").as_deref(), Ok("2028-02-29"));
        assert_eq!(read("2027-02-28").as_deref(), Ok("2027-02-28"));
        for bad in [
            "2027-02-29",
            "2027-13-00",
            "27-02-01",
            "2027-2-1",
            "2027-02-01T00:00:00Z",
            "",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn today_is_the_warehouse_day_not_the_utc_day() {
        let chicago: Zone = "America/Chicago".parse().unwrap();
        let late: Timestamp = "2026-11-03T05:59:59Z".parse().unwrap();
        assert_eq!(chicago.today(late).to_string(), "2026-11-02");
        let next: Timestamp = "2026-11-03T06:00:00Z".parse().unwrap();
        assert_eq!(chicago.today(next).to_string(), "2026-11-03");
        assert!("Chicago/America".parse::<Zone>().is_err());
    }
}
