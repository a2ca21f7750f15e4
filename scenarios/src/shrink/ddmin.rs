//! The smallest part of a list that still does it: delta debugging (Zeller and Hildebrandt, IEEE
//! TSE 28(2), 2002), by complements only.

/// Takes away chunks of `items`, large ones first, while `still` holds of what is left. In the end no
/// single item can be taken away.
pub(super) fn minimize<T: Clone>(items: Vec<T>, mut still: impl FnMut(&[T]) -> bool) -> Vec<T> {
    let mut kept = items;
    let mut chunk = kept.len().div_ceil(2);
    while chunk > 0 && !kept.is_empty() {
        let before = kept.len();
        let mut from = 0;
        while from < kept.len() {
            let until = (from + chunk).min(kept.len());
            let rest: Vec<T> = kept
                .iter()
                .enumerate()
                .filter(|(place, _)| !(from..until).contains(place))
                .map(|(_, item)| item.clone())
                .collect();
            if still(&rest) {
                kept = rest;
            } else {
                from = until;
            }
        }
        // Single items are tried until none can go: taking one may have freed another.
        if chunk == 1 && kept.len() == before {
            return kept;
        }
        chunk = chunk.div_ceil(2).min(kept.len());
    }
    kept
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
            let still = |left: &[usize]| wanted.iter().all(|item| left.contains(item));
            let left = minimize((0..200).collect(), still);
            prop_assert_eq!(left, wanted.iter().copied().collect::<Vec<_>>());
        }
    }

    #[test]
    fn either_of_two_is_enough() {
        let left = minimize((0..100).collect(), |left| {
            left.contains(&3) || left.contains(&90)
        });
        assert_eq!(left.len(), 1);
    }

    #[test]
    fn a_pair_that_goes_only_together_is_found_by_the_larger_chunks() {
        let even = |left: &[u32]| left.contains(&7) && left.len().is_multiple_of(2);
        let left = minimize((0..64).collect(), even);
        assert!(left.contains(&7) && left.len() <= 4, "{left:?}");
    }
}
