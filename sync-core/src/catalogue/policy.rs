//! Choices a mapping makes: which way changes flow, how strict orders are, who wins a conflict.

use serde::{Deserialize, Serialize};

use crate::quantity::Units;

/// Which side's changes reach the other. The owner of the stock is the source; `both` lets the
/// other side's recounts flow back to it, under a [`ConflictPolicy`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The jerky system owns the stock, the shop shows it.
    #[default]
    JerkyToPolish,
    /// The shop owns the stock, the jerky system shows it.
    PolishToJerky,
    /// One owner, changes from both sides.
    Both,
}

/// How certain the stock must be before an order is confirmed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Criticality {
    /// Only once its reservation stands: never oversold.
    #[default]
    Strong,
    /// By the published number; a shortfall becomes a backorder and an alert.
    Eventual,
}

/// Who wins when the side that does not own the stock counted something else than the owner has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConflictPolicy {
    /// The owner; its number is published again.
    #[default]
    OwnerWins,
    /// The count, if it was made on the owner's latest number; the owner otherwise.
    NewestSequence,
    /// Whichever is lower: overselling costs more than a sale not made.
    Lowest,
    /// Nobody, until a person has looked.
    Review,
}

/// What to do about a conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Keep the owner's number and show it to the other side again.
    KeepOwner,
    /// Bring the owner's number to the count, as a delta.
    TakeCount,
    /// Leave both and set the count aside for a person.
    Review,
}

impl ConflictPolicy {
    /// Settles a count of `counted` against `owner`'s number. `is_newest`
    /// says whether the count was made against the latest number the owner has given out.
    pub fn resolve(self, owner: Units, counted: Units, is_newest: bool) -> Resolution {
        let take = match self {
            _ if owner == counted => false,
            Self::OwnerWins => false,
            Self::NewestSequence => is_newest,
            Self::Lowest => counted < owner,
            Self::Review => return Resolution::Review,
        };
        if take {
            Resolution::TakeCount
        } else {
            Resolution::KeepOwner
        }
    }
}

impl Direction {
    /// Whether recounts on the side that does not own the stock are listened to.
    pub fn accepts_counts(self) -> bool {
        self == Self::Both
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(policy: ConflictPolicy, counted: i64, is_newest: bool) -> Resolution {
        policy.resolve(Units::new(10), Units::new(counted), is_newest)
    }

    #[test]
    fn each_policy_lets_the_side_win_that_it_names() {
        use ConflictPolicy::{Lowest, NewestSequence, OwnerWins, Review};
        use Resolution::{KeepOwner, TakeCount};
        assert_eq!(resolved(OwnerWins, 8, true), KeepOwner);
        assert_eq!(resolved(NewestSequence, 12, true), TakeCount);
        assert_eq!(resolved(NewestSequence, 12, false), KeepOwner);
        assert_eq!(resolved(Lowest, 8, false), TakeCount);
        assert_eq!(resolved(Lowest, 12, true), KeepOwner);
        assert_eq!(resolved(Review, 12, true), Resolution::Review);
    }

    #[test]
    fn sides_that_agree_have_no_conflict() {
        assert_eq!(
            resolved(ConflictPolicy::Review, 10, true),
            Resolution::KeepOwner
        );
    }
}
