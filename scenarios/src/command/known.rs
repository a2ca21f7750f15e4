//! The names that scenario files may use, gathered from those who define them.

use mock_kit::fault::about_all;

use crate::{
    oracle::INVARIANTS,
    scenario::{Known, PROCESS_KINDS},
    sim,
};

/// Vendors with their operations, invariants, and kinds of fault.
pub fn known() -> Known {
    let mut faults: Vec<String> = about_all()
        .iter()
        .map(|about| about.name.to_owned())
        .collect();
    faults.push("hub_crash".to_owned());
    faults.extend(PROCESS_KINDS.map(|(name, _)| name.to_owned()));
    Known {
        vendors: sim::operations(),
        clients: sim::clients(),
        invariants: INVARIANTS.iter().map(|i| i.name.to_owned()).collect(),
        faults,
    }
}
