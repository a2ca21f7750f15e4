//! The names that scenario files may use, gathered from those who define them.

use crate::{
    oracle::INVARIANTS,
    scenario::{Known, fault_kinds},
    sim,
};

/// Vendors with their operations, invariants, and kinds of fault.
pub fn known() -> Known {
    Known {
        vendors: sim::operations(),
        clients: sim::clients(),
        invariants: INVARIANTS.iter().map(|i| i.name.to_owned()).collect(),
        faults: fault_kinds().map(str::to_owned).collect(),
    }
}
