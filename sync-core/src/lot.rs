//! lot.
