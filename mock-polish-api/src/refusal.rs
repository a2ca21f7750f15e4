//! Why the shop refused, in its own error shape.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The body of every refusal, whatever refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Errors {
    /// At least one.
    #[schema(min_items = 1)]
    pub errors: Vec<Complaint>,
}

/// One thing that was wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Complaint {
    /// What kind of thing.
    pub code: ErrorCode,
    /// What was wrong, where, and what to do.
    pub message: String,
    /// The place in the request, such as `lines[0].quantity`; null when it is the whole of it.
    #[schema(required)]
    pub field: Option<String>,
    /// The version the row has now; only with `version_mismatch`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub current_version: Option<u64>,
}

/// A refusal: at least one complaint. The first one gives the status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(pub Vec<Complaint>);

impl Refusal {
    /// One complaint about the whole request.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self(vec![Complaint::new(code, message)])
    }

    /// One complaint about one field.
    pub fn at(code: ErrorCode, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self(vec![Complaint::new(code, message).at(field)])
    }

    /// The caller's version is not the row's.
    pub fn version_mismatch(current: u64) -> Self {
        Self(vec![Complaint::version_mismatch(current)])
    }

    /// The code of the first complaint.
    pub fn code(&self) -> ErrorCode {
        self.0
            .first()
            .map_or(ErrorCode::Invalid, |first| first.code)
    }

    /// The HTTP status that goes with it.
    pub fn status(&self) -> u16 {
        self.code().status()
    }
}

impl Complaint {
    /// A complaint about the whole request.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            field: None,
            current_version: None,
        }
    }

    /// The same, about one field.
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// The caller's version is not the row's.
    pub fn version_mismatch(current: u64) -> Self {
        let message = format!("the row is at version {current}; read it again and decide anew");
        Self {
            current_version: Some(current),
            ..Self::new(ErrorCode::VersionMismatch, message)
        }
    }
}

macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident => $status:literal,)*) => {
        /// The codes of the shop's errors, each with one HTTP status.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
        )]
        #[serde(rename_all = "snake_case")]
        pub enum ErrorCode {
            $($(#[$doc])* $variant,)*
        }

        impl ErrorCode {
            /// The HTTP status that goes with the code.
            pub fn status(self) -> u16 {
                match self {
                    $(Self::$variant => $status,)*
                }
            }
        }
    };
}

error_codes! {
    /// The body is not JSON.
    MalformedJson => 400,
    /// A query parameter, header or path segment cannot be read.
    InvalidParameter => 400,
    /// The key is missing, unknown or revoked.
    InvalidApiKey => 401,
    /// The key's role may not do this.
    Forbidden => 403,
    /// There is no such thing here.
    NotFound => 404,
    /// The path is known, and the method is not among those it takes.
    MethodNotAllowed => 405,
    /// The order or product is in no state for this.
    InvalidState => 409,
    /// The reference was used before with another body.
    ReferenceConflict => 409,
    /// Shoppers cannot buy that much.
    InsufficientAvailability => 409,
    /// There is less on the shelf than should be shipped.
    InsufficientOnHand => 409,
    /// The principal has as many webhooks as it may have.
    TooManyWebhooks => 409,
    /// `If-Match` or a row's `version` is not the current one.
    VersionMismatch => 412,
    /// The body is too large.
    PayloadTooLarge => 413,
    /// The body is not `application/json`.
    UnsupportedMediaType => 415,
    /// A field is missing, of the wrong type or out of range.
    Invalid => 422,
    /// A quantity below the minimum of an order line.
    MoqNotMet => 422,
    /// A quantity that is no multiple of the product's.
    MultipleNotMet => 422,
    /// The order names a product that the shop does not sell.
    UnknownSku => 422,
    /// The request names a line that the order does not have.
    UnknownLine => 422,
    /// The shop owns this stock itself; nobody else sets it.
    NotMirrored => 422,
    /// A gift box is counted by its components.
    NotCountable => 422,
    /// The leaky bucket is full.
    RateLimited => 429,
    /// The shop failed.
    InternalError => 500,
    /// The shop is out of service for the moment.
    Unavailable => 503,
}
