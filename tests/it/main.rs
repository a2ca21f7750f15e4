//! Tests that cross crates. One binary: linking once costs less than linking once for each file.

mod arrows;
