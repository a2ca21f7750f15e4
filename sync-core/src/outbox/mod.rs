//! Commands to the vendors that were decided and are not settled yet.
