//! The floors: what the bare parts cost, measured in the same run as what is built on them.

pub mod duplex;
pub mod loopback;
