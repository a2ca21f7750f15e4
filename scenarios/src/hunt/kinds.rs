//! Which kinds of fault a hunt may inject, and in which variety.

use mock_kit::nearest::nearest_three;

use crate::scenario::fault_kinds;

/// The kinds that a hunt chooses from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kinds {
    names: Vec<&'static str>,
    /// Whether each world takes a random subset of them. Otherwise each takes all, and faults of one
    /// kind hide those of another.
    swarm: bool,
}

impl Kinds {
    /// All of them.
    pub fn all() -> Self {
        Self {
            names: fault_kinds().collect(),
            swarm: true,
        }
    }

    /// Only these, or all without those.
    ///
    /// # Errors
    /// A name that no kind has, with the nearest ones; or nothing left to inject although something
    /// was asked for.
    pub fn chosen(only: &[String], without: &[String]) -> Result<Self, String> {
        only.iter().chain(without).try_for_each(known)?;
        let left = |name: &&str| {
            (only.is_empty() || only.iter().any(|wanted| wanted == name))
                && !without.iter().any(|unwanted| unwanted == name)
        };
        let kinds = Self {
            names: fault_kinds().filter(left).collect(),
            swarm: true,
        };
        if kinds.names.is_empty() && !only.is_empty() {
            return Err("`--without` takes away every fault that `--only` names".to_owned());
        }
        Ok(kinds)
    }

    /// The flags that choose them, each with a space before it: without those, a seed draws another
    /// world.
    pub fn flags(&self) -> String {
        let is_left_out = |name: &&str| !self.names.contains(name);
        let left_out: Vec<&str> = fault_kinds().filter(is_left_out).collect();
        let mut flags = if left_out.is_empty() {
            String::new()
        } else if left_out.len() <= self.names.len() || self.names.is_empty() {
            format!(" --without {}", left_out.join(","))
        } else {
            format!(" --only {}", self.names.join(","))
        };
        if !self.swarm {
            flags.push_str(" --no-swarm");
        }
        flags
    }

    /// The same with or without swarm.
    #[must_use]
    pub fn swarming(self, swarm: bool) -> Self {
        Self { swarm, ..self }
    }

    /// Whether each world takes a random subset.
    pub fn is_swarm(&self) -> bool {
        self.swarm
    }

    /// Their names.
    pub fn names(&self) -> &[&'static str] {
        &self.names
    }
}

fn known(name: &String) -> Result<(), String> {
    if fault_kinds().any(|kind| kind == name) {
        return Ok(());
    }
    let near = nearest_three(name, fault_kinds());
    let what = format!("no kind of fault is called `{name}`");
    if near.is_empty() {
        return Err(format!("{what}; `lockstep explain` knows them"));
    }
    Err(format!("{what}; did you mean {}?", near.join(", ")))
}

/// Whether the kind strikes connections rather than operations.
pub(super) fn is_of_connections(kind: &str) -> bool {
    matches!(kind, "refuse" | "connection_limit")
}

/// The kind as often as it should be drawn. Most kinds of bad data and of broken connections come to
/// the same thing for a client, a reply that cannot be read; those that change what happens do not.
pub(super) fn weighed(kind: &'static str) -> impl Iterator<Item = &'static str> {
    let times = match kind {
        "partial_batch" | "wrong_unit" | "stale_read" | "sequence_reused" => 6,
        "hub_crash"
        | "time_out"
        | "reply_lost"
        | "late_apply"
        | "webhook_lost"
        | "idempotency_key_ignored"
        | "zero_wipe"
        | "missing_field" => 4,
        "sequence_gap" | "unknown_enum" | "page_skipped" | "page_repeated" | "page_looping"
        | "cursor_expired" | "webhook_reordered" | "webhook_delayed" | "webhook_replayed"
        | "webhook_duplicated" | "webhook_forged" | "clock_skew" | "vendor_crash"
        | "storage_busy" | "partition" | "rate_limit_storm" | "server_error" | "token_revoked" => 2,
        _ => 1,
    };
    std::iter::repeat_n(kind, times)
}

/// Whether the kind makes single rows bad, so that a rule may name one.
pub(super) fn is_of_rows(kind: &str) -> bool {
    matches!(
        kind,
        "missing_field"
            | "null_field"
            | "renamed_field"
            | "number_as_text"
            | "float_for_integer"
            | "negative_quantity"
            | "overflowing_quantity"
            | "oversize_string"
            | "naive_timestamp"
            | "impossible_date"
            | "day_zero_date"
            | "unknown_enum"
            | "unknown_sku"
            | "sku_case"
            | "sku_spaces"
    )
}

/// Whether the kind makes a row one of something else: nobody can tell any more whose it was.
pub(super) fn is_of_names(kind: &str) -> bool {
    matches!(kind, "unknown_sku" | "sku_case" | "sku_spaces")
}

/// Whether worlds have so few requests for the kind to strike that its rules have to hold from the
/// beginning until faults stop: goods that come back are taken in by batch, half an hour after all
/// else, and few requests are made again under their key.
pub(super) fn meets_few(kind: &str) -> bool {
    matches!(kind, "partial_batch" | "idempotency_key_ignored")
}

/// Whether the kind may stay for good, and everything has to come to agreement all the same: webhooks
/// that are lost, late or told twice are repaired by polls and sweeps.
pub(super) fn may_last(kind: &str) -> bool {
    matches!(
        kind,
        "webhook_lost"
            | "webhook_delayed"
            | "webhook_duplicated"
            | "webhook_reordered"
            | "webhook_replayed"
            | "webhook_forged"
            | "extra_field"
            | "split"
    )
}

/// The fields that a reader may take for zero when the kind has taken them away. Held pieces stand in
/// products alone, so they come up twice as often.
pub(super) fn vital(kind: &str, vendor: &str) -> &'static [&'static str] {
    match (kind, vendor) {
        ("missing_field" | "null_field", "jerky") => {
            &["available", "on_hand", "quantity", "sequence"]
        }
        ("missing_field" | "null_field", _) => &["held", "held", "quantity", "sellable", "version"],
        _ => &[],
    }
}

/// What a field of a kind may be set to: JSON, as in a rule.
type Variety = (&'static str, &'static [&'static str]);

const RETRY_AFTER: Variety = (
    "retry_after",
    &["\"seconds\"", "\"date\"", "\"missing\"", "\"absurd\""],
);
const WAIT: Variety = ("wait_seconds", &["1", "5", "20"]);

/// The fields of a kind that are worth varying. Left out, a field has its default.
pub(super) fn variety(kind: &str) -> &'static [Variety] {
    match kind {
        "latency" => &[
            ("ms", &["50", "2000", "12000"]),
            ("jitter_ms", &["0", "1000"]),
            (
                "distribution",
                &["\"fixed\"", "\"uniform\"", "\"lognormal\""],
            ),
        ],
        "partition" => &[
            (
                "direction",
                &["\"to_vendor\"", "\"from_vendor\"", "\"both\""],
            ),
            ("hold_ms", &["1000", "15000"]),
        ],
        "connection_limit" => &[
            ("connections", &["1", "2"]),
            ("excess", &["\"wait\"", "\"refuse\""]),
        ],
        "late_apply" => &[
            ("delay_ms", &["500", "15000", "90000"]),
            ("answer", &["\"time_out\"", "\"reset\"", "\"server_error\""]),
        ],
        "sequence_gap" => &[("for_ever", &["true", "false"]), ("count", &["1", "40"])],
        "cursor_expired" => &[("for_ever", &["true", "false"])],
        "webhook_disabled" => &[("for_ms", &["10000", "300000"])],
        "webhook_replayed" => &[("after_ms", &["10000", "600000"])],
        "webhook_stale_secret" => &[("attempts", &["1", "20"])],
        "webhook_burst" => &[("hold_ms", &["5000", "120000"])],
        "false_conflict" => &[("status", &["409", "412", "412"])],
        "redirect" => &[("status", &["301", "302", "307", "308"])],
        "stalled_body" => &[("hold_ms", &["1000", "15000"])],
        "trickle" => &[("bytes", &["1", "64"]), ("pause_ms", &["1", "50"])],
        "split" => &[("cuts", &["1", "40"]), ("pause_ms", &["1", "5"])],
        "wrong_length" => &[("by", &["-5", "5"])],
        "time_out" => &[("hold_ms", &["3000", "60000"])],
        "server_error" => &[("status", &["500", "502", "504"]), RETRY_AFTER, WAIT],
        "rate_limit_storm" => &[RETRY_AFTER, WAIT],
        "clock_skew" => &[("offset_ms", &["-120000", "-3000", "3000", "120000"])],
        "webhook_delayed" => &[("ms", &["1000", "120000"])],
        "webhook_duplicated" => &[("after_ms", &["1", "60000"])],
        "stale_read" => &[("age_ms", &["1000", "60000"])],
        "partial_batch" => &[("share", &["0.1", "1.0"])],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the command line makes of flags.
    fn read(flags: &str) -> Kinds {
        let words: Vec<&str> = flags.split_whitespace().collect();
        let after = |flag: &str| -> Vec<String> {
            let place = words.iter().position(|word| *word == flag);
            let names = place.and_then(|place| words.get(place + 1));
            names.map_or_else(Vec::new, |n| n.split(',').map(str::to_owned).collect())
        };
        let chosen = Kinds::chosen(&after("--only"), &after("--without")).unwrap();
        chosen.swarming(!words.contains(&"--no-swarm"))
    }

    #[test]
    fn the_flags_of_a_choice_choose_the_same_again() {
        let name = |name: &str| name.to_owned();
        let few = [name("latency"), name("reset")];
        let all: Vec<String> = fault_kinds().map(str::to_owned).collect();
        let chosen = |only: &[String], without: &[String]| Kinds::chosen(only, without).unwrap();
        for (kinds, flags) in [
            (Kinds::all(), ""),
            (chosen(&few, &[]), " --only latency,reset"),
            (chosen(&few, &few[..1]), " --only reset"),
            (chosen(&[], &few), " --without latency,reset"),
            (
                chosen(&few, &[]).swarming(false),
                " --only latency,reset --no-swarm",
            ),
            (Kinds::all().swarming(false), " --no-swarm"),
        ] {
            assert_eq!(kinds.flags(), flags);
            assert_eq!(read(flags), kinds);
        }
        let none = chosen(&[], &all);
        assert!(none.names().is_empty());
        assert_eq!(read(&none.flags()), none);
    }
}
