//! published.
