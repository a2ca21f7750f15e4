//! Marks in rare branches, which a campaign of random worlds must reach sometimes.
//!
//! A test that never takes a branch says nothing about it. Each mark counts, for the whole process,
//! how often its branch was taken; nothing reads the counts but whoever asks. After the
//! "sometimes" assertions of Antithesis.
//!
//! A branch that only a vendor who breaks its word can lead to, or a person, has none: a campaign
//! could not reach it, and a test of its own takes it.

use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! marks {
    ($($mark:ident: $words:literal,)+) => {
        /// A rare branch.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Mark {
            $(#[doc = $words] $mark,)+
        }

        impl Mark {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$mark,)+];

            /// What it stands for, in words.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$mark => $words,)+
                }
            }
        }
    };
}

marks! {
    SettledAsApplied: "unknown outcome settled as applied",
    SettledAsNotApplied: "unknown outcome settled as not applied",
    AskedInVain: "asking about an unknown outcome was refused for good",
    RepeatedEvent: "event told twice",
    OlderLevel: "older stock level ignored",
    DoubtedLevel: "strange stock level doubted",
    ConfirmedLevel: "strange stock level confirmed by a second reading",
    ImpossibleLevel: "impossible stock level set aside",
    OlderOrder: "older order ignored",
    DoubtedOrder: "order that contradicts what is known doubted",
    OlderProduct: "older product ignored",
    Unreadable: "row that cannot be read set aside",
    Shortage: "reservation refused for want of stock",
    Backorder: "order waits for stock",
    BackorderServed: "order that waited for stock reserved",
    RejectedOrder: "pending order rejected",
    BrokenPromise: "confirmed order called off",
    ReservedAgain: "order reserved under a later generation",
    BlockedLot: "shipped goods whose lot may not leave",
    PartRelease: "part of a reservation released",
    LowerNumberAwaited: "confirmation waits for the lower number",
    ExtendedReservation: "reservation extended",
    VersionMismatch: "publish refused because the product had changed",
    ForeignNumber: "shop's own change of a published number awaited",
    CountTaken: "shop's recount taken over",
    CountOverruled: "shop's recount overruled by the owner",
    CountReviewed: "shop's recount left to a person",
    ExpiredReturn: "returned goods disposed of",
    Restock: "returned goods put back on the shelf",
    ChangeRefused: "one change of a batch refused",
    Midnight: "warehouse's midnight passed",
    FeedRestarted: "change feed begun anew",
    SweepMissedItem: "item that a sweep did not show read by itself",
    SweepMissedProduct: "product that a sweep did not show read by itself",
    SweepClosedOrder: "open order that a sweep did not show read by itself",
    SweepLostReservation: "reservation that a sweep did not show looked up",
    Revived: "command given up was forgiven by a sweep",
    Dead: "command given up until the next sweep",
    Resumed: "restarted with commands in the outbox",
    CredentialsRenewed: "request repeated with renewed credentials",
    CircuitOpened: "circuit to a vendor opened",
    ReadRepeated: "failed read repeated",
    RestlessPages: "pages that differ at each reading left to the next poll",
}

/// Notes that a branch was taken.
pub fn reached(mark: Mark) {
    if let Some(count) = COUNTS.get(mark as usize) {
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// How often each branch was taken in this process.
pub fn counts() -> Vec<(Mark, u64)> {
    let count = |(mark, count): (&Mark, &AtomicU64)| (*mark, count.load(Ordering::Relaxed));
    Mark::ALL.iter().zip(&COUNTS).map(count).collect()
}

static COUNTS: [AtomicU64; Mark::ALL.len()] = [const { AtomicU64::new(0) }; Mark::ALL.len()];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_counts_for_itself_alone() {
        // No branch in these tests asks in vain.
        let before = counts();
        reached(Mark::AskedInVain);
        reached(Mark::AskedInVain);
        let after = counts();
        let of = |counts: &[(Mark, u64)]| counts[Mark::AskedInVain as usize];
        assert_eq!(of(&after), (Mark::AskedInVain, of(&before).1 + 2));
    }
}
