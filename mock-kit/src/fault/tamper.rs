//! What a fault does to the bytes of a reply. How they are sent is `serve::script`'s business.

use std::time::Duration;

use bytes::Bytes;

/// What becomes of a reply on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tamper {
    /// The connection is closed in order, without a byte.
    Empty,
    /// The connection is reset; in the middle of the body after this share of it.
    Reset {
        /// Thousandths of the body that still get through, where the phase is mid-body.
        permille: u64,
    },
    /// The connection is closed in order after this share of the body.
    Truncate {
        /// Thousandths of the body that still get through.
        permille: u64,
    },
    /// Silence after this share of the body.
    Stall {
        /// Thousandths of the body that still get through.
        permille: u64,
        /// How long the silence lasts before the connection is reset.
        hold: Duration,
    },
    /// Bytes that are no HTTP come instead, and the connection is closed.
    Garbage(Bytes),
    /// The body comes in small pieces.
    Trickle {
        /// Bytes of each piece.
        bytes: usize,
        /// The time between two pieces.
        pause: Duration,
    },
    /// Head and body come in pieces that end at awkward places.
    Split {
        /// How many cuts besides the awkward ones.
        cuts: u64,
        /// Where those cuts are drawn from.
        seed: u64,
        /// The time between two pieces.
        pause: Duration,
    },
    /// The declared length is off by so many bytes.
    Length(i64),
}
