//! What went over the wire between the middleware and the vendors, seen from the middleware's end.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::oracle::names::PolishSku;

/// One of the two vendors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vendor {
    /// The jerky system.
    Jerky,
    /// The polish shop.
    Polish,
}

/// One request of the middleware and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// When it left the middleware.
    pub sent_at: Timestamp,
    /// When its reply was complete, or the middleware gave up.
    pub ended_at: Timestamp,
    /// To whom.
    pub vendor: Vendor,
    /// HTTP method, upper case.
    pub method: String,
    /// Path without query.
    pub path: String,
    /// From when on it asks for changed orders, of whatever status.
    pub since: Option<Timestamp>,
    /// HTTP status, or `None` when no complete reply came.
    pub status: Option<u16>,
    /// A fault had a hand in it: the reply may not say what the vendor has.
    pub struck: bool,
    /// A fault may have changed or left out some of what the reply tells, and nobody can see it there.
    pub misread: bool,
    /// `Idempotency-Key` of the request.
    pub idempotency_key: Option<String>,
    /// `Retry-After` of the reply, as it stood there.
    pub retry_after: Option<String>,
    /// `Date` of the reply, as it stood there: the vendor's clock when it answered.
    pub date: Option<String>,
    /// `RateLimit-Policy` of the reply, as it stood there.
    pub policy: Option<String>,
}

impl Exchange {
    /// Whether this asked for an access token.
    pub fn is_token(&self) -> bool {
        self.path == "/oauth/token"
    }

    /// Whether this could have changed anything at a vendor.
    pub fn is_write(&self) -> bool {
        !self.is_token() && !matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS")
    }

    /// Whether this may have published a number of a SKU, alone or among others.
    pub fn publishes(&self, sku: &PolishSku) -> bool {
        let is_own = || self.path == format!("/products/{sku}/availability");
        self.is_write() && (self.path == "/availability/bulk" || is_own())
    }

    /// Whether its sender cannot tell if it was carried out.
    pub fn is_unanswered(&self) -> bool {
        self.status.is_none_or(|status| status >= 500)
    }
}

/// One attempt to deliver a webhook to the middleware.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Who sent it, or whom a forger pretended to be.
    pub vendor: Vendor,
    /// The message's id, the same in each attempt.
    pub message: String,
    /// What it is about: a jerky SKU, a polish SKU or an order id.
    pub subject: String,
    /// The item's sequence (jerky) or the resource's version (polish).
    pub sequence: u64,
    /// When this attempt left.
    pub sent_at: Timestamp,
    /// When its sender says that it was signed, which the signature covers; `None` where it says
    /// nothing that can be read.
    pub signed_at: Option<Timestamp>,
    /// When it reached the middleware; `None` when it was lost on the way.
    pub arrived_at: Option<Timestamp>,
    /// The middleware's answer, if there was one.
    pub status: Option<u16>,
    /// Its signature is not the vendor's.
    pub forged: bool,
    /// A fault changed what it says.
    pub garbled: bool,
}

impl Delivery {
    /// The middleware took it: it must now apply or quarantine it.
    pub fn is_accepted(&self) -> bool {
        self.status
            .is_some_and(|status| (200..300).contains(&status))
    }
}
