//! Slowness: the request, or its reply, takes longer.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de::Error};

use crate::fault::{
    about::{About, Param, Phase},
    effect::{Draws, Effect, Fault},
    range::within,
};

/// Slowness: the request, or its reply, takes longer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Latency {
    /// The delay in milliseconds; of a lognormal one the median.
    #[serde(deserialize_with = "within::<0, 86_400_000, _>")]
    pub ms: u64,
    /// By how many milliseconds, up or down, a uniform delay varies.
    #[serde(deserialize_with = "within::<0, 86_400_000, _>")]
    pub jitter_ms: u64,
    /// How the delay varies.
    pub distribution: Distribution,
    /// The spread of a lognormal delay.
    #[serde(deserialize_with = "spread")]
    pub sigma: f64,
}

/// How delays vary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Distribution {
    /// Not at all.
    Fixed,
    /// Evenly, by the jitter up or down.
    #[default]
    Uniform,
    /// As networks do: mostly near the median, with a long tail.
    Lognormal,
}

/// A lognormal delay is at most so many times its median.
const TAIL: f64 = 100.0;

impl Default for Latency {
    fn default() -> Self {
        Self {
            ms: 500,
            jitter_ms: 0,
            distribution: Distribution::Uniform,
            sigma: 0.5,
        }
    }
}

impl Fault for Latency {
    const ABOUT: About = About {
        name: "latency",
        doc: "Delays the request before it is applied, or the reply after.",
        incident: "Check, then act, with time between the two (woocommerce#44273, magento/inventory#3036).",
        phases: &[Phase::BeforeApply, Phase::Reply],
        strikes: "any request",
        params: &[
            Param {
                name: "ms",
                doc: "milliseconds, of a lognormal delay the median, 0 to 86400000 (default 500)",
            },
            Param {
                name: "jitter_ms",
                doc: "milliseconds by which a uniform delay varies, up or down, 0 to 86400000 (default 0)",
            },
            Param {
                name: "distribution",
                doc: "fixed, uniform or lognormal (default uniform)",
            },
            Param {
                name: "sigma",
                doc: "standard deviation of the logarithm of a lognormal delay, 0 to 3 (default 0.5); the tail ends at 100 times the median",
            },
        ],
    };

    fn effect(&self, draws: &Draws) -> Effect {
        Effect::Delay(Duration::from_millis(self.drawn(draws)))
    }
}

impl Latency {
    fn drawn(&self, draws: &Draws) -> u64 {
        match self.distribution {
            Distribution::Fixed => self.ms,
            Distribution::Uniform => {
                let low = self.ms.saturating_sub(self.jitter_ms);
                let high = self.ms.saturating_add(self.jitter_ms);
                draws.draw("delay").between(low, high)
            }
            Distribution::Lognormal => {
                let times = exponential(self.sigma * normal(draws)).min(TAIL);
                (self.ms as f64 * times).round() as u64
            }
        }
    }
}

/// A standard normal number: the sum of twelve even ones (Irwin and Hall), so that it is made of
/// additions alone and the same on every machine.
fn normal(draws: &Draws) -> f64 {
    let even = |n: u32| draws.draw(&format!("normal {n}")).fraction();
    (0..12).map(even).sum::<f64>() - 6.0
}

/// e to the power of `x`, made of multiplications alone: the standard library's differs between
/// machines in the last place.
fn exponential(x: f64) -> f64 {
    let mut power = 1.0 + x / 65_536.0;
    for _ in 0..16 {
        power *= power;
    }
    power
}

fn spread<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let sigma = f64::deserialize(deserializer)?;
    if (0.0..=3.0).contains(&sigma) {
        return Ok(sigma);
    }
    Err(D::Error::custom(format!("{sigma} is not between 0 and 3")))
}

#[cfg(test)]
mod tests {
    use seams::Keyed;

    use super::*;

    fn delays(latency: &Latency) -> Vec<u64> {
        let delay = |hit| latency.drawn(&Draws::new(Keyed::new(3), "slow", "get_note", hit));
        let mut delays: Vec<u64> = (0..4000).map(delay).collect();
        delays.sort_unstable();
        delays
    }

    #[test]
    fn a_lognormal_delay_has_its_median_its_spread_and_a_tail_that_ends() {
        let usual = delays(&Latency {
            distribution: Distribution::Lognormal,
            ..Latency::default()
        });
        // Of a lognormal number e^(-sigma) and e^(sigma) bound the middle 68.3 per cent.
        let (low, median, high) = (usual[634], usual[2000], usual[3366]);
        assert!((480..=520).contains(&median), "{median}");
        assert!((288..=318).contains(&low), "{low}");
        assert!((790..=860).contains(&high), "{high}");
        let wide = delays(&Latency {
            distribution: Distribution::Lognormal,
            sigma: 3.0,
            ..Latency::default()
        });
        assert_eq!(wide.last(), Some(&50_000));
    }

    #[test]
    fn a_fixed_delay_does_not_vary_and_a_uniform_one_keeps_its_bounds() {
        let fixed = Latency {
            jitter_ms: 400,
            distribution: Distribution::Fixed,
            ..Latency::default()
        };
        assert!(delays(&fixed).iter().all(|delay| *delay == 500));
        let uniform = delays(&Latency {
            distribution: Distribution::Uniform,
            ..fixed
        });
        assert!(uniform[0] >= 100 && uniform[0] < 110, "{}", uniform[0]);
        assert!(uniform[3999] <= 900 && uniform[3999] > 890);
    }
}
