//! expiry.
