//! The smallest part of a list that still does it: delta debugging (Zeller and Hildebrandt, IEEE
//! TSE 28(2), 2002), by complements only.

/// How many cases are tried at the same time.
pub(super) const AT_ONCE: usize = 2;

/// Takes away chunks of `items`, large ones first, while what is left still does it: `first` says which
/// of several rests does, the first of them. In the end no chunk of `least` can be taken away. What comes
/// out is the same as if one were tried after the other.
pub(super) fn thin<T: Clone>(
    items: Vec<T>,
    least: usize,
    mut first: impl FnMut(&[Vec<T>]) -> Option<usize>,
) -> Vec<T> {
    let mut kept = items;
    let mut chunk = kept.len().div_ceil(2);
    while chunk > 0 && !kept.is_empty() {
        let before = kept.len();
        let mut from = 0;
        while from < kept.len() {
            let places = (from..kept.len()).step_by(chunk).take(AT_ONCE);
            let mut rests: Vec<Vec<T>> = places.map(|from| without(&kept, from, chunk)).collect();
            match first(&rests) {
                Some(place) if place < rests.len() => {
                    kept = rests.swap_remove(place);
                    from += place * chunk;
                }
                _ => from += AT_ONCE * chunk,
            }
        }
        // The smallest are tried until none can go: taking one may have freed another.
        if chunk <= least && kept.len() == before {
            return kept;
        }
        chunk = chunk.div_ceil(2).max(least).min(kept.len());
    }
    kept
}

/// All but `count` of them from `from` on.
fn without<T: Clone>(items: &[T], from: usize, count: usize) -> Vec<T> {
    let each = items.iter().enumerate();
    let rest = each.filter(|(place, _)| !(from..from + count).contains(place));
    rest.map(|(_, item)| item.clone()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_left_does_it_and_nothing_of_it_can_go(
            wanted in proptest::collection::btree_set(0usize..200, 0..6),
        ) {
            let still = |left: &Vec<usize>| wanted.iter().all(|item| left.contains(item));
            let left = thin((0..200).collect(), 1, |rests| rests.iter().position(still));
            prop_assert_eq!(left, wanted.iter().copied().collect::<Vec<_>>());
        }
    }

    #[test]
    fn either_of_two_is_enough() {
        let still = |left: &Vec<u32>| left.contains(&3) || left.contains(&90);
        let left = thin((0..100).collect(), 1, |rests| rests.iter().position(still));
        assert_eq!(left.len(), 1);
    }

    #[test]
    fn a_pair_that_goes_only_together_is_found_by_the_larger_chunks() {
        let even = |left: &Vec<u32>| left.contains(&7) && left.len().is_multiple_of(2);
        let left = thin((0..64).collect(), 1, |rests| rests.iter().position(even));
        assert!(left.contains(&7) && left.len() <= 4, "{left:?}");
    }
}
