//! The polish vendor: API keys, its own error shape, shifting pages, optimistic versions.

pub mod view;
mod wire;
