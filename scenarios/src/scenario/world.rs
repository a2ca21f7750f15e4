//! `[world]`: how big the two vendors' catalogues are, and when and how long the run lasts.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use super::Span;

/// The world a scenario plays in. Every value has a default: an empty table is a small shop.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct World {
    /// Jerky items that the warehouse stocks.
    pub items: u32,
    /// Lots of each item at the start.
    pub lots: u32,
    /// Products of the shop that sell one jerky item each, in packs.
    pub listings: u32,
    /// Gift boxes of the shop, of two to four components; neighbours share components.
    pub kits: u32,
    /// Nail polishes that the shop owns and the jerky system mirrors.
    pub mirrors: u32,
    /// Share of listings whose stock the shop may recount (changes in both directions).
    pub both: f64,
    /// What happens to a recount by the shop of stock that the warehouse owns.
    pub conflict: Conflict,
    /// Share of listings that the shop confirms by the published number (criticality eventual).
    pub eventual: f64,
    /// Share of listings with a minimum order quantity and an order multiple.
    pub multiples: f64,
    /// Share of listings that demand some days before expiry.
    pub min_days: f64,
    /// Share of lots that expire within the run.
    pub short_dated: f64,
    /// Share of lots that never expire.
    pub undated: f64,
    /// Share of listings that keep one to three packets back from the shop, besides what the
    /// warehouse withholds.
    pub kept_back: f64,
    /// Share of mirrors that count in pieces what the shop sells in packs.
    pub packs: f64,
    /// Requests that the jerky system takes from the middleware at once, and again each second.
    pub quota: u32,
    /// How much stock there is for the orders that come.
    pub stock: Supply,
    /// Sell units that each listing is expected to sell, which `stock` is measured by; worked out
    /// from the traffic when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub demand: Option<f64>,
    /// When the run starts.
    #[schemars(with = "String")]
    #[serde(deserialize_with = "start")]
    pub start: Timestamp,
    /// How long traffic and faults last.
    pub duration: Span,
    /// The warehouse's time zone: lots expire at its midnight.
    pub warehouse_zone: String,
    /// The shop's time zone: its timestamps carry its offset.
    pub shop_zone: String,
}

impl Default for World {
    fn default() -> Self {
        Self {
            items: 24,
            lots: 3,
            listings: 24,
            kits: 4,
            mirrors: 6,
            both: 0.0,
            conflict: Conflict::OwnerWins,
            eventual: 0.0,
            multiples: 0.2,
            min_days: 0.2,
            short_dated: 0.0,
            undated: 0.08,
            kept_back: 0.0,
            packs: 0.0,
            quota: 100,
            stock: Supply::Ample,
            demand: None,
            start: DEFAULT_START,
            duration: Span::from_hours(3),
            warehouse_zone: "America/Chicago".to_owned(),
            shop_zone: "America/New_York".to_owned(),
        }
    }
}

/// 2 November 2026, 14:00 UTC: a Monday morning in Chicago, the day after summer time ended.
const DEFAULT_START: Timestamp = Timestamp::constant(1_793_628_000, 0);

/// How much stock there is for the orders that come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Supply {
    /// More than the run can sell.
    Ample,
    /// Some listings sell out.
    Tight,
    /// A few units of each: shoppers contend for the last one.
    Last,
}

/// What happens to a recount by the shop of stock that the warehouse owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Conflict {
    /// The warehouse's number stands.
    OwnerWins,
    /// The later change by vendor sequence stands.
    NewestSequence,
    /// The lower number stands.
    Lowest,
    /// Somebody looks at it.
    Review,
    /// Each listing with one of the four.
    Mixed,
}

/// A time, or how one is written: the parser's own words are about single characters.
fn start<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| {
        D::Error::custom(format!(
            "`{text}` is not a time, expected one such as `2026-11-02T14:00:00Z`"
        ))
    })
}
