//! The polish vendor: a shop with minimum orders, holds, gift boxes and thin webhooks.
