//! The name that somebody who misspelt one had in mind. Paths are matched in `operation`.

/// The likeliest of `candidates` that somebody who wrote `word` had in mind.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = word.to_lowercase();
    candidates
        .into_iter()
        .map(|name| (closeness(&folded, &name.to_lowercase()), name))
        .filter(|(score, _)| *score > 0.55)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// The three likeliest, best first.
pub fn nearest_three<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Vec<&'a str> {
    let folded = word.to_lowercase();
    let mut scored: Vec<_> = candidates
        .into_iter()
        .map(|name| (closeness(&folded, &name.to_lowercase()), name))
        .filter(|(score, _)| *score > 0.5)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    // Next to a likely name an unlikely one only puzzles.
    let best = scored.first().map_or(0.0, |(score, _)| *score);
    scored.retain(|(score, _)| *score > best - 0.25);
    scored.into_iter().take(3).map(|(_, name)| name).collect()
}

fn closeness(word: &str, name: &str) -> f64 {
    if !word.is_empty() && name.contains(word) {
        return 0.9;
    }
    strsim::normalized_damerau_levenshtein(word, name).max(strsim::jaro_winkler(word, name) - 0.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beside_a_likely_name_an_unlikely_one_is_not_offered() {
        let names = ["kits-last-unit", "quiet-day", "midnight-expiry"];
        assert_eq!(nearest_three("quiet-dya", names), ["quiet-day"]);
        assert_eq!(nearest("quiet-dya", names), Some("quiet-day"));
    }

    #[test]
    fn for_a_word_like_no_name_nothing_is_offered() {
        assert_eq!(nearest("frobnicate", ["reply_lost", "latency"]), None);
    }
}
