//! What a fault makes of a response on its way out: marks that the pipeline leaves on it.

use std::time::Duration;

use bytes::Bytes;
use http::Response;

/// A response extension: the response does not arrive, or not whole, and its connection ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Not a byte of the response is sent, and the connection is closed in order.
    NoReply,
    /// Not a byte of the response is sent, and the connection is reset.
    Reset,
    /// The status, the headers, and so many bytes of the body are sent.
    MidBody {
        /// Bytes of the body that still get through.
        after: usize,
        /// How it ends.
        then: Then,
    },
    /// These bytes are sent instead, and the connection is closed in order.
    Garbage(Bytes),
}

/// How a response that broke off ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// The connection is closed in order.
    Close,
    /// The connection is reset. A pipe within the process knows no reset, and closes.
    Reset,
    /// Nothing comes for so long; then the connection is reset.
    Stall(Duration),
}

/// A response extension: the response is sent whole, and otherwise than it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pieces {
    /// The body in small pieces.
    Small {
        /// Bytes of each.
        bytes: usize,
        /// The time between two.
        pause: Duration,
    },
    /// All of it in pieces that end at awkward places.
    Awkward {
        /// How many cuts besides the awkward ones.
        cuts: u64,
        /// Where those cuts are drawn from.
        seed: u64,
        /// The time between two.
        pause: Duration,
    },
    /// In one piece, under a length that is off.
    Misdeclared {
        /// By so many bytes.
        by: i64,
    },
}

impl Cut {
    /// Whether nothing of the response arrives.
    pub(crate) fn is_whole(&self) -> bool {
        !matches!(self, Self::MidBody { .. })
    }
}

/// Whether the response is not sent as it stands.
pub(crate) fn is_tampered<B>(response: &Response<B>) -> bool {
    let marks = response.extensions();
    !marks.is_empty() && (marks.get::<Cut>().is_some() || marks.get::<Pieces>().is_some())
}
