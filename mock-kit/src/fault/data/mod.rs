//! Bad data, one kind to a file: each changes a reply or a webhook at one matching place, chosen by
//! the rule's draws. `places` knows which names of fields mean what.

mod day_zero_date;
mod duplicate_sku;
mod extra_field;
mod float_for_integer;
mod forged;
mod html_page;
mod impossible_date;
mod invalid_utf8;
mod missing_field;
mod naive_timestamp;
mod negative_quantity;
mod null_field;
mod number_as_text;
mod overflowing_quantity;
mod oversize_string;
mod places;
mod renamed_field;
mod sku_case;
mod sku_spaces;
mod truncated_json;
mod unknown_enum;
mod unknown_sku;
mod wrong_unit;
mod zero_wipe;

pub(crate) use forged::forge;

use super::{
    about::{About, Phase},
    effect::Draws,
    reply::Reply,
};

pub use day_zero_date::DayZeroDate;
pub use duplicate_sku::DuplicateSku;
pub use extra_field::ExtraField;
pub use float_for_integer::FloatForInteger;
pub use html_page::HtmlPage;
pub use impossible_date::ImpossibleDate;
pub use invalid_utf8::InvalidUtf8;
pub use missing_field::MissingField;
pub use naive_timestamp::NaiveTimestamp;
pub use negative_quantity::NegativeQuantity;
pub use null_field::NullField;
pub use number_as_text::NumberAsText;
pub use overflowing_quantity::OverflowingQuantity;
pub use oversize_string::OversizeString;
pub use renamed_field::RenamedField;
pub use sku_case::SkuCase;
pub use sku_spaces::SkuSpaces;
pub use truncated_json::TruncatedJson;
pub use unknown_enum::UnknownEnum;
pub use unknown_sku::UnknownSku;
pub use wrong_unit::WrongUnit;
pub use zero_wipe::ZeroWipe;

/// All data faults may strike replies and webhooks alike.
const PHASES: &[Phase] = &[Phase::Reply, Phase::Delivery];

/// A kind of bad data.
pub trait DataFault {
    /// What it is.
    const ABOUT: About;

    /// Changes `reply`; `false` when there is no place for it, and then nothing was changed.
    fn corrupt(&self, reply: &mut Reply, draws: &Draws) -> bool;
}
