//! sku.
