//! Where a wrong number comes from: what the vendor had and the middleware was told, what the
//! mapping makes of it, what was shown, and the facts that led there.

use jiff::Timestamp;
use maud::{Markup, html};

use crate::{
    oracle::{
        history::LotStatus,
        names::PolishSku,
        scene::{PartReckoning, Received, Reckoning, Scene, Subjects},
    },
    replay::{since, wall},
    sim::{Played, ledger::Posting},
};

/// The facts behind one violation.
#[derive(Clone, Debug)]
pub(super) struct Lineage {
    received: Vec<Received>,
    numbers: Vec<(PolishSku, Reckoning)>,
    facts: Vec<String>,
    postings: Vec<Posting>,
    at: Timestamp,
    began: Timestamp,
}

/// At most so many listings, and entries of the middleware's own ledger.
const LISTINGS: usize = 3;
const POSTINGS: usize = 10;

impl Lineage {
    /// The lineage of what these subjects were at `at`; `facts` are the oracle's evidence.
    pub(super) fn of(
        scene: &Scene<'_>,
        subjects: &Subjects,
        played: &Played,
        at: Timestamp,
        facts: &[String],
    ) -> Self {
        let received = subjects.items.iter().map(|item| scene.received(item, at));
        let listings = subjects.listings.iter().take(LISTINGS);
        let numbers = listings.filter_map(|sku| Some((sku.clone(), scene.reckoning(sku, at)?)));
        let is_about = |posting: &&Posting| {
            let named = subjects.items.iter();
            posting.at <= at && named.into_iter().any(|item| item.as_str() == posting.sku)
        };
        let mut postings: Vec<&Posting> = played.postings.iter().filter(is_about).collect();
        postings.drain(..postings.len().saturating_sub(POSTINGS));
        Self {
            received: received.collect(),
            numbers: numbers.collect(),
            facts: facts.to_vec(),
            postings: postings.into_iter().cloned().collect(),
            at,
            began: played.began,
        }
    }

    /// The steps from fact to number.
    pub(super) fn list(&self) -> Markup {
        html! {
            ol.lineage {
                @if !self.received.is_empty() {
                    li { h4 { "What the middleware was told" } (self.told()) }
                }
                @for (sku, reckoning) in &self.numbers {
                    li {
                        h4 { "What the mapping makes of it: " (sku) }
                        (self.reckoned(reckoning))
                    }
                }
                @if !self.facts.is_empty() {
                    li {
                        h4 { "The facts, by the vendors' own ledgers" }
                        pre { @for fact in &self.facts { (fact) "\n" } }
                    }
                }
                @if !self.postings.is_empty() {
                    li {
                        h4 { "What the middleware itself booked" }
                        pre {
                            @for posting in &self.postings {
                                (wall(posting.at)) " " (posting.sku) ": " (posting.told) "\n"
                            }
                        }
                    }
                }
            }
        }
    }

    fn told(&self) -> Markup {
        html! {
            div.scroll {
                table {
                    thead {
                        tr {
                            th { "item" } th { "last change at the vendor" } th.num { "sequence" }
                            th { "last webhook accepted" } th.num { "sequence" }
                        }
                    }
                    tbody {
                        @for received in &self.received {
                            tr class=[is_behind(received).then_some("wrong")] {
                                td { (received.item) }
                                @match received.vendor {
                                    Some((at, position, sequence)) => {
                                        td { (since(at, self.began)) " (position " (position) ")" }
                                        td.num { (sequence) }
                                    }
                                    None => { td { "as it opened" } td.num { "–" } }
                                }
                                @match received.told {
                                    Some((at, sequence)) => {
                                        td { (since(at, self.began)) }
                                        td.num { (sequence) }
                                    }
                                    None => { td { "none" } td.num { "–" } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn reckoned(&self, reckoning: &Reckoning) -> Markup {
        let Reckoning {
            parts,
            moq,
            multiple,
            min_days,
            result,
            shown,
        } = reckoning;
        let is_wrong = shown.as_ref().is_some_and(|shown| shown.value != *result);
        html! {
            @for part in parts { (component(part)) }
            p {
                "The least of " (join(parts.iter().map(|part| part.units)))
                ", floored to a multiple of " (multiple) ", and 0 below the minimum order of " (moq)
                @if *min_days > 0 { "; lots need " (min_days) " days of life left" }
                ": " strong { (result) } " at " (since(self.at, self.began)) "."
            }
            @if let Some(shown) = shown {
                p class=[is_wrong.then_some("wrong")] {
                    "Shown: " strong { (shown.value) } ", since " (since(shown.at, self.began))
                    " by " (format!("{:?}", shown.actor).to_lowercase())
                    @if is_wrong { ". The number published is not the number that is true." }
                }
                pre { (shown.told) }
            } @else { p { "Nothing was shown." } }
        }
    }
}

fn component(part: &PartReckoning) -> Markup {
    let PartReckoning {
        name,
        lots,
        free,
        withheld,
        need,
        units,
    } = part;
    let empty = lots.iter().filter(|lot| lot.free == 0).count();
    html! {
        p { code { (name) ": ⌊(" (free) " free − " (withheld) " safety) ÷ " (need) "⌋ = " (units) } }
        @if empty > 0 { p.muted { "Empty lots left out: " (empty) "." } }
        @if empty < lots.len() {
            div.scroll {
                table {
                    thead {
                        tr {
                            th { "lot" } th { "status" } th { "usable through" }
                            th.num { "free" } th { "counts" }
                        }
                    }
                    tbody {
                        @for lot in lots.iter().filter(|lot| lot.free != 0) {
                            tr {
                                td { (lot.lot) }
                                td { (status(lot.status)) }
                                td {
                                    @match lot.expires_on {
                                        Some(day) => (day),
                                        None => "never expires",
                                    }
                                }
                                td.num { (lot.free) }
                                td { @if lot.eligible { "yes" } @else { "no" } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn is_behind(received: &Received) -> bool {
    let told = received.told.map_or(0, |(_, sequence)| sequence);
    received
        .vendor
        .is_some_and(|(_, _, sequence)| sequence > told)
}

fn join(numbers: impl Iterator<Item = i64>) -> String {
    let numbers: Vec<String> = numbers.map(|number| number.to_string()).collect();
    numbers.join(", ")
}

fn status(status: LotStatus) -> &'static str {
    match status {
        LotStatus::Quarantine => "quarantine",
        LotStatus::Released => "released",
        LotStatus::OnHold => "on hold",
        LotStatus::Recalled => "recalled",
        LotStatus::Disposed => "disposed",
    }
}
