//! A vendor's own clock: the world's clock, moved by the admin API and by the `clock_skew` fault.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::{SignedDuration, Timestamp};
use seams::Clock;

/// What the vendor believes the time to be. Cloning shares it.
#[derive(Clone, Debug)]
pub struct VendorClock {
    world: Clock,
    vendor: Clock,
    admin_ms: Arc<AtomicI64>,
}

impl VendorClock {
    /// A vendor's clock that runs with `world` and is moved alone.
    pub fn over(world: Clock) -> Self {
        Self {
            vendor: world.skewed(SignedDuration::ZERO),
            world,
            admin_ms: Arc::default(),
        }
    }

    /// The vendor's time.
    pub fn now(&self) -> Timestamp {
        self.vendor.now()
    }

    /// The world's time, which fault windows are measured by.
    pub fn world_now(&self) -> Timestamp {
        self.world.now()
    }

    /// How far the admin API moved this clock, in milliseconds.
    pub fn offset_ms(&self) -> i64 {
        self.admin_ms.load(Ordering::Relaxed)
    }

    /// Moves the clock to `offset_ms` from the world's, any fault's skew aside.
    pub fn set_offset_ms(&self, offset_ms: i64) {
        self.admin_ms.store(offset_ms, Ordering::Relaxed);
        self.skew(SignedDuration::ZERO);
    }

    /// Sets what a fault adds to the offset.
    pub(crate) fn skew(&self, by: SignedDuration) {
        let admin = SignedDuration::from_millis(self.offset_ms());
        let total = self.world.offset().saturating_add(admin).saturating_add(by);
        if self.vendor.offset() != total {
            self.vendor.set_offset(total);
        }
    }
}
