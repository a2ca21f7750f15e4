//! What a hunt has to tell without a picture: what broke and is not laid open, and what could not be
//! judged.

use maud::{Markup, html};

use crate::report::{Caught, Unjudged};

/// So many violations are told; the JSON has all, and a campaign may break a thousand worlds.
const TOLD: usize = 100;

/// Violations of which nothing small was made, or that cannot be played to an end.
pub(super) fn caught(caught: &[Caught]) -> Markup {
    html! {
        section #caught {
            h2 { "Broken, without pictures" }
            p.muted { "Not made small, or not to be played to an end. What there is to know:" }
            @for Caught { seed, invariant, evidence, again } in caught.iter().take(TOLD) {
                article {
                    h3 { (invariant) " " span.muted { "seed " (seed) } }
                    p { "Again: " code { (again) } }
                    @if !evidence.is_empty() { pre { (evidence) } }
                }
            }
            @if caught.len() > TOLD { p { "And " (caught.len() - TOLD) " more." } }
        }
    }
}

/// Invariants that nobody may take for judged in every world.
pub(super) fn unjudged(unjudged: &[Unjudged]) -> Markup {
    html! {
        section #unjudged {
            h2 { "Not judged" }
            p.muted { "Not every world tells of every invariant. That is no failure, and no proof." }
            div.scroll {
                table.runs {
                    thead { tr { th { "invariant" } th.num { "worlds" } th.num { "seed" } th { "why, in that one" } } }
                    tbody {
                        @for Unjudged { invariant, worlds, reason, seed } in unjudged {
                            tr {
                                td { (invariant) } td.num { (worlds) } td.num { (seed) } td.why { (reason) }
                            }
                        }
                    }
                }
            }
        }
    }
}
