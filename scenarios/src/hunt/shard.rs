//! A share of a campaign: each machine takes every N-th world, and none has to ask another.

use std::{num::NonZeroU64, str::FromStr};

/// The `number`-th of `of` equal shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    number: u64,
    of: NonZeroU64,
}

impl Shard {
    /// Everything.
    pub const WHOLE: Self = Self {
        number: 1,
        of: NonZeroU64::MIN,
    };

    /// The first place of the whole campaign's from which on this share has played none once it has played
    /// its first `worlds`: where all shares go on that came as far.
    pub fn after(self, worlds: u64) -> u64 {
        worlds.saturating_mul(self.of.get())
    }

    /// The place in the whole campaign of this share's `index`-th world, both from 0.
    pub fn place(self, index: u64) -> u64 {
        index
            .saturating_mul(self.of.get())
            .saturating_add(self.number - 1)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("`{text}` is not a share such as `1/4`, the first of four");
        let (number, of) = text.split_once('/').ok_or_else(wrong)?;
        let number: u64 = number.parse().map_err(|_| wrong())?;
        let of: NonZeroU64 = of.parse().map_err(|_| wrong())?;
        if number == 0 || number > of.get() {
            return Err(format!(
                "there is no share {number} of {of}: they are 1/{of} to {of}/{of}"
            ));
        }
        Ok(Self { number, of })
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn four_shares_are_the_whole_and_share_nothing() {
        let whole: Vec<u64> = (0..100).map(|index| Shard::WHOLE.place(index)).collect();
        let mut all = Vec::new();
        for number in 1..=4 {
            let shard: Shard = format!("{number}/4").parse().unwrap();
            all.extend((0..25).map(|index| shard.place(index)));
        }
        let distinct: BTreeSet<u64> = all.iter().copied().collect();
        assert_eq!(distinct.len(), all.len());
        assert_eq!(distinct.into_iter().collect::<Vec<_>>(), whole);
    }

    #[test]
    fn a_share_that_cannot_be_is_refused() {
        for text in ["5/4", "0/4", "1/0", "1", "a/b", "-1/4", ""] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
