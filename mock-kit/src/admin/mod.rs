//! The admin API under `/__admin`, the same for every vendor. It is the harness's door, not the
//! vendor's: none of it is in the OpenAPI document, and no fault strikes it.

mod asked;
mod door;
mod routes;

pub use door::AdminAccess;

pub(crate) use routes::routes;
