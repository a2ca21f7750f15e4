//! Bytes of a body as they are kept in logs and snapshots.

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// A body that serialises as text where it is text, and as `{"base64": "…"}` where it is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredBody(pub Bytes);

impl From<Bytes> for StoredBody {
    fn from(bytes: Bytes) -> Self {
        Self(bytes)
    }
}

impl From<Vec<u8>> for StoredBody {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Form<'a> {
    Text(std::borrow::Cow<'a, str>),
    Binary { base64: String },
}

impl Serialize for StoredBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(&self.0) {
            Ok(text) => Form::Text(text.into()),
            Err(_) => Form::Binary {
                base64: BASE64_STANDARD.encode(&self.0),
            },
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for StoredBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Form::deserialize(deserializer)? {
            Form::Text(text) => Ok(Self(Bytes::from(text.into_owned()))),
            Form::Binary { base64 } => BASE64_STANDARD
                .decode(base64)
                .map(Self::from)
                .map_err(D::Error::custom),
        }
    }
}
