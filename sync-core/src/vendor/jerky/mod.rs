//! The jerky vendor: OAuth 2.0, RFC 9457 problems, cursors, decimal quantities.

pub mod view;
mod wire;
