//! The plan's catalogue told to each of the four who need it, in their own words: both vendors,
//! the middleware, and the oracle. Nobody sees another's version.

mod hub;
mod jerky;
mod oracle;
mod polish;

pub(super) use hub::mapping_file;
pub(super) use jerky::warehouse;
pub(super) use oracle::mapping;
pub(super) use polish::products;

/// A catalogue that one of the four does not take.
#[derive(Debug, thiserror::Error)]
#[error("the plan's catalogue is refused: {0}")]
pub struct Untellable(pub String);
