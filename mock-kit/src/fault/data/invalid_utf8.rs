//! Bytes that are not text.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DataFault, places};
use crate::fault::{about::About, effect::Draws, reply::Reply};

/// Bytes that are not text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct InvalidUtf8 {
    /// Only fields of this name.
    pub field: Option<String>,
}

impl DataFault for InvalidUtf8 {
    const ABOUT: About = About {
        name: "invalid_utf8",
        doc: "Puts bytes that are not UTF-8 into one string.",
        incident: "One bad object fails the batch (woocommerce-square#540): one unreadable row must not stop the rest.",
        phases: super::PHASES,
        strikes: "replies and webhooks with a string",
        params: &[places::FIELD],
    };

    fn corrupt(&self, reply: &mut Reply, draws: &Draws) -> bool {
        const MARK: &str = "\u{1}invalid\u{1}";
        let marked = reply.edit(|document| {
            let wanted = |_: &str, value: &Value| value.is_string();
            places::change_one(document, self.field.as_deref(), draws, wanted, |value| {
                *value = MARK.into();
            })
        });
        // JSON escapes the control characters, so the mark is unlike anything the vendor wrote.
        let escaped: &[u8] = br"\u0001invalid\u0001";
        let at = reply
            .body
            .windows(escaped.len())
            .position(|window| window == escaped);
        if let Some(at) = at.filter(|_| marked) {
            let (before, rest) = reply.body.split_at(at);
            reply.body = [before, b"\xff\xfe\x80", &rest[escaped.len()..]]
                .concat()
                .into();
        }
        marked
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::fault::bench::strike;

    #[test]
    fn one_string_is_no_text_any_more() {
        let reply = strike(&InvalidUtf8::default(), &json!({"name": "A", "version": 1})).unwrap();
        assert_eq!(
            &reply.body[..],
            b"{\"name\":\"\xff\xfe\x80\",\"version\":1}"
        );
    }

    #[test]
    fn documents_without_a_string_stay() {
        assert_eq!(
            strike(&InvalidUtf8::default(), &json!({"version": 1})),
            None
        );
    }
}
