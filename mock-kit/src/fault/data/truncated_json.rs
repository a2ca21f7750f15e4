//! A document that stops half-way.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::DataFault;
use crate::fault::{about::About, effect::Draws, reply::Reply};

/// A document that stops half-way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TruncatedJson {}

impl DataFault for TruncatedJson {
    const ABOUT: About = About {
        name: "truncated_json",
        doc: "Ends the JSON early; length and status are in order.",
        incident: "The rule that what cannot be read is quarantined or asked for again, and never half applied.",
        phases: super::PHASES,
        strikes: "replies and webhooks",
        params: &[],
    };

    fn corrupt(&self, reply: &mut Reply, draws: &Draws) -> bool {
        let length = reply.body.len() as u64;
        if length < 2 {
            return false;
        }
        let kept = draws.draw("length").between(1, length - 1);
        reply.body = reply.body.slice(..usize::try_from(kept).unwrap_or(1));
        true
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fault::bench::strike;

    #[test]
    fn the_document_stops_before_its_end() {
        let document = json!({"sku": "A", "version": 1});
        let reply = strike(&TruncatedJson::default(), &document).unwrap();
        assert!(document.to_string().as_bytes().starts_with(&reply.body));
        assert!(serde_json::from_slice::<serde_json::Value>(&reply.body).is_err());
    }

    #[test]
    fn a_single_byte_cannot_be_cut() {
        assert_eq!(strike(&TruncatedJson::default(), &json!(1)), None);
    }
}
