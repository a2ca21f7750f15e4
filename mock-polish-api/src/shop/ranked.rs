//! A sorted set that knows how many keys stand before each: what numbered pages are cut from.
//!
//! Pages of a listing are asked for by offset, while rows move to the end whenever they change. A
//! tree walks to its offset key by key; here an offset skips whole blocks.

/// Most keys in one block. A block that grows beyond is split in two.
const BLOCK: usize = 512;

/// Sorted keys in blocks of bounded size.
#[derive(Clone, Debug)]
pub(crate) struct Ranked<K> {
    /// No block is empty; each is sorted, and so are the blocks.
    blocks: Vec<Vec<K>>,
    len: usize,
}

impl<K> Default for Ranked<K> {
    fn default() -> Self {
        Self {
            blocks: Vec::new(),
            len: 0,
        }
    }
}

impl<K: Ord + Copy> Ranked<K> {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Adds a key that is not in the set yet.
    pub(crate) fn insert(&mut self, key: K) {
        let index = self.block_of(&key);
        let Some(block) = self.blocks.get_mut(index) else {
            self.blocks.push(vec![key]);
            self.len = 1;
            return;
        };
        if let Err(place) = block.binary_search(&key) {
            block.insert(place, key);
            self.len += 1;
            if block.len() > BLOCK {
                let right = block.split_off(BLOCK / 2);
                self.blocks.insert(index + 1, right);
            }
        }
    }

    /// Takes a key out, if it is in.
    pub(crate) fn remove(&mut self, key: &K) {
        let index = self.block_of(key);
        let Some(block) = self.blocks.get_mut(index) else {
            return;
        };
        let Ok(place) = block.binary_search(key) else {
            return;
        };
        block.remove(place);
        self.len -= 1;
        self.close_up(index);
    }

    /// How many keys stand before `key`, whether or not it is in the set itself.
    pub(crate) fn rank(&self, key: &K) -> usize {
        let index = self.block_of(key);
        let before: usize = self.blocks.iter().take(index).map(Vec::len).sum();
        let within = self.blocks.get(index).map_or(0, |block| {
            block.partition_point(|candidate| candidate < key)
        });
        before + within
    }

    /// The keys from `offset` on, in order.
    pub(crate) fn from(&self, offset: usize) -> impl Iterator<Item = K> + '_ {
        let mut skip = offset;
        let mut first = 0;
        for block in &self.blocks {
            if skip < block.len() {
                break;
            }
            skip -= block.len();
            first += 1;
        }
        let rest = self.blocks.get(first..).unwrap_or_default();
        rest.iter().flatten().copied().skip(skip)
    }

    /// The block that `key` belongs to: the last one that does not begin after it.
    fn block_of(&self, key: &K) -> usize {
        let after = self
            .blocks
            .partition_point(|block| block.first().is_some_and(|first| first <= key));
        after.saturating_sub(1)
    }

    /// Joins a drained block with the next, so that blocks stay few while rows move to the end.
    fn close_up(&mut self, index: usize) {
        let own = self.blocks.get(index).map_or(0, Vec::len);
        let next = self.blocks.get(index + 1).map_or(BLOCK, Vec::len);
        if own == 0 {
            self.blocks.remove(index);
        } else if own + next <= BLOCK / 2 {
            let right = self.blocks.remove(index + 1);
            if let Some(block) = self.blocks.get_mut(index) {
                block.extend(right);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn it_agrees_with_a_plain_sorted_set(
            steps in prop::collection::vec((any::<bool>(), 0u32..1500), 0..3000),
            probe in 0u32..1500,
        ) {
            let mut ranked = Ranked::default();
            let mut plain = BTreeSet::new();
            // A full start, so that blocks split before they drain.
            for key in 0..1200 {
                ranked.insert(key);
                plain.insert(key);
            }
            for (add, key) in steps {
                if add {
                    ranked.insert(key);
                    plain.insert(key);
                } else {
                    ranked.remove(&key);
                    plain.remove(&key);
                }
            }
            prop_assert_eq!(ranked.len(), plain.len());
            prop_assert!(ranked.from(0).eq(plain.iter().copied()));
            let rank = plain.range(..probe).count();
            prop_assert_eq!(ranked.rank(&probe), rank);
            prop_assert!(ranked.from(rank).eq(plain.range(probe..).copied()));
            prop_assert!(ranked.blocks.iter().all(|block| (1..=BLOCK).contains(&block.len())));
        }
    }

    #[test]
    fn rows_that_move_to_the_end_do_not_litter_small_blocks() {
        let mut ranked = Ranked::default();
        for key in 0..10_000u64 {
            ranked.insert(key);
        }
        for step in 0..100_000u64 {
            let oldest = ranked.from((step as usize * 7919) % 10_000).next().unwrap();
            ranked.remove(&oldest);
            ranked.insert(10_000 + step);
        }
        assert_eq!(ranked.len(), 10_000);
        assert!(ranked.blocks.len() < 200, "{} blocks", ranked.blocks.len());
    }
}
