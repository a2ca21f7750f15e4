//! Durable state: one transaction moves ledger, outbox and cursors together.
