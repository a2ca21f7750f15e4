//! What both vendor mocks share: faults, rate limits, idempotency, webhooks out, journal and admin API.
