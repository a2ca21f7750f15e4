//! The content of a forged webhook: believable, and wrong.

use serde_json::Value;

use super::places;
use crate::webhook::Message;

/// A message that was never sent, made of one that was: another id, and other numbers.
pub(crate) fn forge(message: &Message) -> Message {
    let id = format!("{}_forged", message.id);
    let body = serde_json::from_slice(&message.body.0).map_or_else(
        |_| message.body.clone(),
        |mut document| {
            places::change_all(
                &mut document,
                Some("id"),
                |_, value| value.is_string(),
                |value| {
                    *value = id.as_str().into();
                },
            );
            let numbers = |key: &str, value: &Value| {
                (places::is_quantity(key) || places::is_counter(key))
                    && places::as_number(value).is_some()
            };
            places::change_all(&mut document, None, numbers, |value| {
                *value = match value.as_u64() {
                    Some(number) => number.saturating_add(1000).into(),
                    None => "1000".into(),
                };
            });
            document.to_string().into_bytes().into()
        },
    );
    Message {
        id,
        topic: message.topic.clone(),
        body,
    }
}
