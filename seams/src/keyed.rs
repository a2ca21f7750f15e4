//! Randomness keyed by what it decides.
//!
//! A decision is a hash of `(seed, purpose, subject, ordinal)` and never the next number of a
//! shared stream, so that taking one fault or one order out of a plan leaves every other decision
//! as it was. Shrinking depends on it.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use uuid::Uuid;
use xxhash_rust::xxh3::xxh3_128_with_seed;

/// The root of all decisions of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keyed {
    seed: u64,
}

impl Keyed {
    /// Decisions for `seed`. Neighbouring seeds give unrelated decisions.
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The seed this was made from.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The decision for the `ordinal`-th time that `purpose` concerns `subject`.
    pub fn draw(&self, purpose: &str, subject: &str, ordinal: u64) -> Draw {
        // The lengths keep ("ab", "c") and ("a", "bc") apart.
        let mut key = Vec::with_capacity(purpose.len() + subject.len() + 24);
        key.extend_from_slice(&(purpose.len() as u64).to_le_bytes());
        key.extend_from_slice(purpose.as_bytes());
        key.extend_from_slice(&(subject.len() as u64).to_le_bytes());
        key.extend_from_slice(subject.as_bytes());
        key.extend_from_slice(&ordinal.to_le_bytes());
        Draw {
            bits: xxh3_128_with_seed(&key, self.seed),
        }
    }
}

/// One decision. Reading it twice gives the same answer: a question that needs two independent
/// numbers draws twice, under two purposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw {
    bits: u128,
}

impl Draw {
    /// A number in `0..n`; 0 when `n` is 0.
    pub fn below(self, n: u64) -> u64 {
        // Multiply and shift instead of a remainder: no bias worth the name, and no division.
        ((u128::from(self.low()) * u128::from(n)) >> 64) as u64
    }

    /// A number in `low..=high`; `low` when the range is empty.
    pub fn between(self, low: u64, high: u64) -> u64 {
        low.saturating_add(self.below(high.saturating_sub(low).saturating_add(1)))
    }

    /// Whether an event of this probability happens.
    pub fn chance(self, probability: f64) -> bool {
        self.fraction() < probability
    }

    /// A number in `0.0..1.0`.
    pub fn fraction(self) -> f64 {
        (self.low() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// One of `choices`; `None` when there is none.
    pub fn pick<T>(self, choices: &[T]) -> Option<&T> {
        choices.get(self.below(choices.len() as u64) as usize)
    }

    /// A version 4 UUID (RFC 9562) with these bits.
    pub fn uuid(self) -> Uuid {
        uuid::Builder::from_random_bytes(self.bits.to_be_bytes()).into_uuid()
    }

    /// Sixteen hexadecimal digits.
    pub fn hex(self) -> String {
        format!("{:016x}", self.low())
    }

    /// A generator for whoever needs a stream (`fake`, say), private to this decision.
    pub fn rng(self) -> ChaCha8Rng {
        let mut seed = [0; 32];
        seed[..16].copy_from_slice(&self.bits.to_le_bytes());
        ChaCha8Rng::from_seed(seed)
    }

    fn low(self) -> u64 {
        self.bits as u64
    }
}
