//! What the shop does, told as sentences, as properties, and against a naive model.

mod auto;
mod counts;
mod fixture;
mod invariants;
mod life_cycle;
mod model;
mod paging;
mod placing;
mod publishing;
mod returns;
mod snapshot;
mod steps;
