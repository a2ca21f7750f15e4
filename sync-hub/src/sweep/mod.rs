//! Full reconciliation: everything is read again, whatever the webhooks, feeds and polls brought.
//!
//! One task for each vendor, so that the trouble of one does not keep the other from being swept.

pub(crate) mod jerky;
pub(crate) mod polish;
