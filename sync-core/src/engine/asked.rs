//! When time was asked for, and what that says of the vendor's clock, by which a reservation ends.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{extend, held::Held, next::Step, order::Order};
use crate::{outbox::Command, vendor::jerky::view::ReservationView};

/// A request for time: to reserve, or to extend a reservation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Asked {
    key: String,
    /// By the hub's clock. However late the answer comes, it was not carried out before.
    at: Timestamp,
    /// How much time was asked for.
    ttl: SignedDuration,
}

impl Order {
    /// How far ahead of the vendor's clock the hub's is at least, by what is read of a reservation:
    /// when the vendor carried out what was asked for is known by the vendor's clock, and by the
    /// hub's that it was not before it was asked. When it is read tells nothing: the hub may have been
    /// dead for an hour since.
    pub(super) fn skew(&self, view: &ReservationView) -> SignedDuration {
        let Some(known) = self.reservation(&view.id) else {
            let reserve = self.asked.as_ref().filter(|asked| !asked.is_extension());
            let asked_at = reserve.map_or(self.first_seen, |asked| asked.at);
            return asked_at.duration_since(view.created_at);
        };
        match self.extension(known) {
            Some(asked) if view.expires_at > known.expires_at => known.skew.max(asked.skew(view)),
            _ => known.skew,
        }
    }

    /// The vendor extended a reservation, if it did not last long enough anyway.
    pub(super) fn extended(&mut self, view: &ReservationView) {
        let known = self.reservation(&view.id);
        let skew = known.and_then(|known| Some(self.extension(known)?.skew(view)));
        let mut reservations = self.reservations.iter_mut();
        if let Some(held) = reservations.find(|held| held.id == view.id) {
            held.skew = skew.map_or(held.skew, |skew| skew.max(held.skew));
        }
    }

    /// The request to extend it, as it is known.
    fn extension(&self, known: &Held) -> Option<&Asked> {
        let key = extend::key(known);
        self.asked.as_ref().filter(|asked| asked.key == key)
    }

    /// Notes that time is asked for. What is asked again under one key may have been carried out at
    /// the first time.
    pub(super) fn ask(&mut self, step: &Step, at: Timestamp) {
        let (Command::Reserve { ttl_seconds, .. } | Command::Extend { ttl_seconds, .. }) =
            &step.command
        else {
            return;
        };
        if self
            .asked
            .as_ref()
            .is_none_or(|asked| asked.key != step.key)
        {
            self.asked = Some(Asked {
                key: step.key.clone(),
                at,
                ttl: SignedDuration::from_secs(*ttl_seconds),
            });
        }
    }
}

impl Asked {
    /// By the end of what was extended: it was extended before the last `ttl` of it.
    fn skew(&self, view: &ReservationView) -> SignedDuration {
        let since_end = self.at.duration_since(view.expires_at);
        since_end.saturating_add(self.ttl)
    }

    fn is_extension(&self) -> bool {
        self.key.starts_with(extend::PREFIX)
    }
}
