//! Clients of the two vendors: what they say, parsed into the views the engine decides on.
