//! The engine against two small vendors: what it is told late, twice, out of order or never, and
//! what it does then. Rules by themselves are tested in the files beside this one.

mod chaos;
mod counts;
mod extend;
mod intake;
mod life;
mod misread;
mod publish;
mod saga;
mod shortage;
mod stock;
mod two_phase;
mod unmarked;
mod unread;
mod vendors;
mod world;
