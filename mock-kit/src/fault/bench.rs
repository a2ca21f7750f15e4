//! Where data faults are tried: one strike on one document.

use http::{HeaderValue, StatusCode};
use seams::Keyed;
use serde_json::Value;

use super::{data::DataFault, effect::Draws, reply::Reply};

/// The reply after one strike; `None` when the fault found no place, and then nothing changed.
pub(super) fn strike(fault: &impl DataFault, document: &Value) -> Option<Reply> {
    strike_seeded(fault, document, 1)
}

/// The document after one strike.
pub(super) fn struck(fault: &impl DataFault, document: &Value) -> Value {
    let reply = strike(fault, document).expect("a place to strike");
    serde_json::from_slice(&reply.body).expect("still JSON")
}

/// The document after one strike under another seed.
pub(super) fn strike_seeded(fault: &impl DataFault, document: &Value, seed: u64) -> Option<Reply> {
    let before = Reply {
        status: StatusCode::OK,
        content_type: Some(HeaderValue::from_static("application/json")),
        body: document.to_string().into(),
    };
    let mut reply = before.clone();
    if fault.corrupt(
        &mut reply,
        &Draws::new(Keyed::new(seed), "rule", "operation", 1),
    ) {
        assert_ne!(reply, before, "a strike changes something");
        return Some(reply);
    }
    assert_eq!(reply, before, "a miss changes nothing");
    None
}
