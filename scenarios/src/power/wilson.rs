//! How sure a rate is: Wilson's score interval, which stays sensible at none and at all.

/// The normal deviate of 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// Between which rates the true one lies with 95 % confidence, after `hits` in `trials`.
pub fn interval(hits: u64, trials: u64) -> (f64, f64) {
    if trials == 0 {
        return (0.0, 1.0);
    }
    let n = trials as f64;
    let rate = hits as f64 / n;
    let centre = rate + Z * Z / (2.0 * n);
    let spread = Z * (rate * (1.0 - rate) / n + Z * Z / (4.0 * n * n)).sqrt();
    let whole = 1.0 + Z * Z / n;
    let low = ((centre - spread) / whole).max(0.0);
    let high = ((centre + spread) / whole).min(1.0);
    (low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_gives_the_published_figures() {
        // Newcombe (1998), table I: 81 of 263, and 0 of 20.
        let (low, high) = interval(81, 263);
        assert!((low - 0.2553).abs() < 5e-5 && (high - 0.3662).abs() < 5e-5);
        let (low, high) = interval(0, 20);
        assert!(low.abs() < 1e-9 && (high - 0.1611).abs() < 5e-5, "{high}");
    }
}
