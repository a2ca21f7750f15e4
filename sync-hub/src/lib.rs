//! The service around sync-core: webhook endpoint, pollers, dispatcher and reconciler as one value.
