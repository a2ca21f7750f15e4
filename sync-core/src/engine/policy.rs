//! The engine's times and bounds: what is a matter of taste, in one place.

use jiff::SignedDuration;

/// The engine's times and bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnginePolicy {
    /// How long a reservation outlives the hold of the order it serves.
    pub reservation_margin: SignedDuration,
    /// How long the reservation of a confirmed order is asked to live.
    pub confirmed_ttl: SignedDuration,
    /// How long before its end a reservation that is still needed is extended.
    pub extend_before: SignedDuration,
    /// How long an order waits for the lower number to be published before it is confirmed anyway.
    pub confirm_wait: SignedDuration,
    /// How long the shop's own change of a number stands before it is overwritten, so that the
    /// order or the count behind it can arrive.
    pub foreign_change_wait: SignedDuration,
    /// The wait after the first failed attempt; it doubles with each.
    pub backoff_first: SignedDuration,
    /// IANA name of the zone of a warehouse whose items were not read yet.
    pub warehouse_zone: String,
    /// The longest wait between two attempts.
    pub backoff_longest: SignedDuration,
    /// After so many attempts that failed for its own sake, a command is dead.
    pub dead_after: u32,
    /// How long event ids are remembered.
    pub inbox_retention: SignedDuration,
    /// A quantity above this many base units is taken for a vendor's mistake.
    pub largest_quantity: i64,
    /// A sequence that leaps by more than this is taken for a vendor's mistake.
    pub largest_leap: u64,
}

impl Default for EnginePolicy {
    fn default() -> Self {
        Self {
            reservation_margin: SignedDuration::from_mins(5),
            confirmed_ttl: SignedDuration::from_hours(24),
            extend_before: SignedDuration::from_mins(15),
            confirm_wait: SignedDuration::from_secs(20),
            foreign_change_wait: SignedDuration::from_secs(3),
            warehouse_zone: "America/Chicago".to_owned(),
            backoff_first: SignedDuration::from_millis(250),
            backoff_longest: SignedDuration::from_secs(60),
            dead_after: 6,
            inbox_retention: SignedDuration::from_hours(7 * 24),
            largest_quantity: 1_000_000_000,
            largest_leap: 1_000_000,
        }
    }
}
