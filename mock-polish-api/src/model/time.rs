//! Timestamps as the shop writes them: RFC 3339 with the offset of its own time zone.

use std::fmt;

use jiff::{
    Timestamp,
    fmt::{StdFmtWrite, temporal::DateTimePrinter},
    tz::{Offset, TimeZone},
};
use serde::{Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type},
};

/// An instant with the offset that held at the shop then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShopTime {
    /// The instant.
    pub at: Timestamp,
    /// The shop's offset at that instant.
    pub offset: Offset,
}

impl ShopTime {
    /// `at`, as a clock on the shop's wall shows it.
    pub fn new(at: Timestamp, zone: &TimeZone) -> Self {
        Self {
            at,
            offset: zone.to_offset(at),
        }
    }
}

impl fmt::Display for ShopTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        static PRINTER: DateTimePrinter = DateTimePrinter::new();
        PRINTER
            .print_timestamp_with_offset(&self.at, self.offset, StdFmtWrite(f))
            .map_err(|_| fmt::Error)
    }
}

impl Serialize for ShopTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl PartialSchema for ShopTime {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("RFC 3339, with the offset of the shop's time zone."))
            .examples(["2026-11-02T09:30:00.125-05:00"])
            .into()
    }
}

impl ToSchema for ShopTime {
    fn name() -> std::borrow::Cow<'static, str> {
        "ShopTime".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_follows_daylight_saving() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let show = |text: &str| ShopTime::new(text.parse().unwrap(), &zone).to_string();
        assert_eq!(show("2026-11-01T05:59:59Z"), "2026-11-01T01:59:59-04:00");
        assert_eq!(
            show("2026-11-01T06:00:00.125Z"),
            "2026-11-01T01:00:00.125-05:00"
        );
    }
}
