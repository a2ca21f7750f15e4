//! fefo.
