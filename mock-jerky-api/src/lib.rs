//! The jerky vendor: perishable stock behind OAuth 2.0, lots, reservations and a change feed.
