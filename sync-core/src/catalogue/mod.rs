//! Which product of the shop is made of which stock.
