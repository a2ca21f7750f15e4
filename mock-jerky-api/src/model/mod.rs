//! What travels on the wire: requests and replies, typed, with their schemas.
//!
//! No behaviour lives here, and no other crate imports these as its own wire types except to
//! build worlds: each side of the API writes its own from the document.

mod adjustment;
mod event;
mod item;
mod page;
mod reservation;
mod stock;

pub use adjustment::{
    AdjustmentBatch, AdjustmentResults, Change, ChangeKind, ChangeResult, LotStatusChange,
};
pub use event::{Cause, Event, EventData, EventPage, EventType};
pub use item::{Item, ItemKind, Mirror, MirrorAvailability, Pack, Storage};
pub use page::{ItemPage, LotPage, ReservationPage, StockPage};
pub use reservation::{
    Allocation, Commit, CommitAllocation, CommitLine, CommitRequest, ExtendRequest, LineQuantity,
    NewLine, NewReservation, Pick, ReleaseRequest, Reservation, ReservationLine, ReservationState,
};
pub use stock::{LotLevel, LotStatus, StockLevel};
