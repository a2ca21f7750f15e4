//! Takes in what became of a command.
//!
//! Whatever the vendor answered is learned like anything else; the command then leaves the outbox
//! and planning says what follows. Only three things keep it there: an unknown outcome, a time the
//! vendor set, and having asked in vain.

use jiff::Timestamp;

use super::{
    demand::unknown_lines,
    draft::{Draft, Failed},
    learn::Cause,
    order::SeenLevel,
    refused::Disposition,
    returns,
    state::Row,
    stock::Learned,
};
use crate::{
    outbox::{Aggregate, Change, Command, CommandState, Mode, Outcome, Reply},
    quantity::Units,
    sku::{OrderId, PolishSku},
    sometimes::{Mark, reached},
    store::StoreError,
    vendor::{jerky::view::BatchResultView, polish::view::ProductView, reading},
};

/// What a change may be refused for.
const REFUSALS: [&str; 12] = [
    "change-id-reused",
    "insufficient-stock",
    "invalid-request",
    "lot-mismatch",
    "lot-not-eligible",
    "not-found",
    "stale-count",
    "stale-sequence",
    "unit-mismatch",
    "unknown-lot",
    "unknown-sku",
    "wrong-owner",
];

impl Row {
    /// Whether it is asked about rather than sent.
    pub(super) fn mode(&self) -> Mode {
        if self.state == CommandState::Unknown {
            Mode::Ask
        } else {
            Mode::Send
        }
    }
}

impl Draft<'_> {
    /// Takes in what became of the command in `row`. What follows from it is planned afterwards.
    pub(super) fn settle(&mut self, row: Row, outcome: Outcome) -> Result<(), StoreError> {
        self.settling = Some(row.id);
        self.dirty.insert(row.aggregate.clone());
        match outcome {
            Outcome::Applied(reply) => self.carried_out(row, reply),
            Outcome::Found(reply) => {
                note_found(&row.command, &reply);
                let is_whole = reply.is_whole();
                self.learn_reply(&row, reply, false)?;
                if !is_whole || self.is_misread(&row.command) {
                    // What was asked about may be in the part that cannot be read, or believed.
                    return self.unsettled(row);
                }
                self.put_row(Row {
                    state: CommandState::Pending,
                    due_at: self.now,
                    unanswered: self.is_missing(&row.command),
                    ..row
                });
                Ok(())
            }
            Outcome::Refused(refusal) if row.mode() == Mode::Ask => {
                self.asked_in_vain(row, &refusal.to_string())
            }
            Outcome::Refused(refusal) => match self.refused(&row, &refusal)? {
                Disposition::Answered => {
                    self.drop_row(row.id);
                    self.tried(&row, true);
                    Ok(())
                }
                Disposition::WaitedOut => {
                    self.drop_row(row.id);
                    Ok(())
                }
                Disposition::Unknown => {
                    self.unknown(row);
                    Ok(())
                }
            },
            Outcome::Unknown { .. } => {
                self.unknown(row);
                Ok(())
            }
            Outcome::RetryAt { at, .. } => {
                self.retry_at(row, at);
                Ok(())
            }
            Outcome::Unreadable(unreadable) => {
                self.unreadable(*unreadable);
                if row.command.is_read() {
                    self.drop_row(row.id);
                    self.tried(&row, true);
                    Ok(())
                } else {
                    self.unsettled(row)
                }
            }
        }
    }

    /// The question what became of a command was answered so that nobody can read it. It is not put as
    /// this command's any more: with that, a commit of one part would hold up all that is due for the rest.
    fn unsettled(&mut self, row: Row) -> Result<(), StoreError> {
        let (Command::Commit { order, .. } | Command::Release { order, .. }, Mode::Ask) =
            (&row.command, row.mode())
        else {
            self.unknown(row);
            return Ok(());
        };
        let order = self.order_mut(order)?;
        order.relist = true;
        order.unbelieved.insert(row.key.clone());
        self.drop_row(row.id);
        Ok(())
    }

    fn carried_out(&mut self, row: Row, reply: Reply) -> Result<(), StoreError> {
        self.drop_row(row.id);
        self.tried(&row, false);
        self.learn_reply(&row, reply, true)?;
        self.note_unbelieved(&row)?;
        // What was made is not believed as it is told: as good as no reply at all. Planned anew, it
        // would be another payload under the same key.
        if self.is_missing(&row.command) && row.attempts < self.policy.dead_after {
            self.unknown(row);
        }
        Ok(())
    }

    /// A commit or a release that was carried out, and told of in a way that nobody believes, is not
    /// planned anew out of what was known before: its key alone would keep it from being a second one.
    fn note_unbelieved(&mut self, row: &Row) -> Result<(), StoreError> {
        let (Command::Commit { order, .. } | Command::Release { order, .. }) = &row.command else {
            return Ok(());
        };
        if self.order(order).is_some_and(|order| order.relist) {
            self.order_mut(order)?.unbelieved.insert(row.key.clone());
        }
        Ok(())
    }

    /// Whether a reservation that was asked about is not there. The request for it may be under way
    /// all the same, and then makes one for what the order was when it was sent: another under
    /// another key, or another payload under this one, would be one too many.
    fn is_missing(&self, command: &Command) -> bool {
        let Command::Reserve {
            order, generation, ..
        } = command
        else {
            return false;
        };
        let order = self.order(order);
        order.is_some_and(|order| order.generation == *generation)
    }

    /// Whether a reservation that was asked about is there, and not believed as it is told. Repeating
    /// the request would only help with a vendor that keeps to its keys.
    fn is_misread(&self, command: &Command) -> bool {
        let Command::Reserve { order, .. } = command else {
            return false;
        };
        self.order(order).is_some_and(|order| order.relist)
    }

    /// The outcome of a command that left the outbox meanwhile is still news.
    pub(super) fn overhear(&mut self, outcome: Outcome) -> Result<(), StoreError> {
        let (Outcome::Applied(reply) | Outcome::Found(reply)) = outcome else {
            return Ok(());
        };
        match reply {
            Reply::Reservation(view) => self.learn_any_reservation(&view),
            Reply::Reservations(rows) => self.rows(rows, Self::learn_any_reservation),
            Reply::Order(view) => self.learn_order(&view, Learned::Read),
            Reply::Product(view) => {
                self.learn_product(&view, Learned::Read);
                Ok(())
            }
            Reply::Stock(rows) => self.learn_levels(rows),
            Reply::Mirror(view) => {
                self.learn_mirror(&view);
                Ok(())
            }
            Reply::Published { .. } | Reply::Batch(_) => Ok(()),
        }
    }

    /// Counts an attempt that got an answer. When planning comes to the same step again, the answer
    /// did not help, and the step waits longer each time, and dies in the end.
    fn tried(&mut self, row: &Row, refused: bool) {
        let intention = row.intention().into_owned();
        let times = self.failures(&row.aggregate, &intention) + 1;
        let step = (row.aggregate.clone(), intention);
        self.changes
            .failures
            .insert(step, Failed { times, refused });
    }

    fn unknown(&mut self, row: Row) {
        let attempts = row.attempts + 1;
        let wait = self.backoff(&row.key, attempts);
        let state = if row.command.asks_by_repeating() {
            CommandState::Pending
        } else {
            CommandState::Unknown
        };
        let due_at = self.now.saturating_add(wait).unwrap_or(self.now);
        self.put_row(Row {
            state,
            attempts,
            due_at,
            ..row
        });
    }

    /// The thing asked about is not there to be read. After enough of that the command is sent again,
    /// unless it takes goods or gives them back: under its key a vendor tells a repetition, and not all
    /// vendors keep to their keys.
    fn asked_in_vain(&mut self, row: Row, refusal: &str) -> Result<(), StoreError> {
        let often = self.policy.dead_after;
        if row.attempts < often {
            self.unknown(row);
            return Ok(());
        }
        if row.attempts.is_multiple_of(often) {
            reached(Mark::AskedInVain);
            let detail = format!("{}: asking was refused: {refusal}", row.command.name());
            self.alert("asked-in-vain", &row.aggregate.to_string(), detail);
        }
        if row.command.moves_goods() {
            return self.unsettled(row);
        }
        let due_at = self.now;
        self.put_row(Row {
            state: CommandState::Pending,
            due_at,
            ..row
        });
        Ok(())
    }

    /// An outcome that is unknown stays unknown while the vendor makes us wait. Where nobody said
    /// how long, the waits grow.
    fn retry_at(&mut self, row: Row, at: Timestamp) {
        let attempts = row.attempts + 1;
        let wait = self.backoff(&row.key, attempts);
        let due_at = if at > self.now {
            at
        } else {
            self.now.saturating_add(wait).unwrap_or(self.now)
        };
        self.put_row(Row {
            attempts,
            due_at,
            ..row
        });
    }

    fn learn_reply(&mut self, row: &Row, reply: Reply, applied: bool) -> Result<(), StoreError> {
        match (reply, &row.aggregate) {
            (Reply::Reservation(view), Aggregate::Order(id)) => {
                if applied && matches!(row.command, Command::Extend { .. }) {
                    self.order_mut(id)?.extended(&view);
                }
                let asked = match &row.command {
                    Command::Reserve { lines, .. } if applied => &lines[..],
                    _ => &[],
                };
                self.learn_made(id, &view, asked)
            }
            (Reply::Reservations(rows), Aggregate::Order(id)) => {
                if rows.iter().all(Result::is_ok) {
                    self.order_mut(id)?.relist = false;
                }
                self.rows(rows, |draft, view| draft.learn_reservation(id, view))?;
                if self.order(id).is_some_and(|order| !order.relist) {
                    self.order_mut(id)?.unbelieved.clear();
                }
                Ok(())
            }
            (Reply::Order(view), _) => {
                self.learn_order(&view, Learned::Read)?;
                self.confirm_unknown(row)
            }
            (Reply::Product(view), aggregate) => {
                if let Aggregate::Listing(sku) = aggregate
                    && is_published(&row.command, &view, applied)
                {
                    let product = self.product_mut(sku);
                    product.ours = product.ours.max(view.version);
                }
                self.learn_product(&view, Learned::Read);
                Ok(())
            }
            (Reply::Published { available, version }, Aggregate::Listing(sku)) => {
                self.learn_published(sku, available, version);
                Ok(())
            }
            (Reply::Stock(rows), aggregate) => {
                if let Aggregate::Order(id) = aggregate {
                    self.stock_was_reread(id)?;
                }
                self.learn_levels(rows)?;
                if let Aggregate::Order(id) = aggregate {
                    self.note_levels(id)?;
                }
                Ok(())
            }
            (Reply::Batch(rows), aggregate) => self.learn_batch(aggregate, &row.command, rows),
            (Reply::Mirror(view), _) => {
                self.learn_mirror(&view);
                Ok(())
            }
            (_, _) => Ok(()),
        }
    }

    /// A row of a bulk publish tells the version and nothing else; the number is the one sent.
    fn learn_published(&mut self, sku: &PolishSku, available: Units, version: u64) {
        let product = self.product_mut(sku);
        product.ours = product.ours.max(version);
        product.heard = product.heard.max(version);
        if let Some(facts) = &mut product.facts
            && version > facts.version
        {
            facts.version = version;
            facts.available = available;
        }
    }

    /// Reading an order again confirmed that nobody knows a product in it.
    fn confirm_unknown(&mut self, row: &Row) -> Result<(), StoreError> {
        let Aggregate::Order(id) = &row.aggregate else {
            return Ok(());
        };
        if !row.key.starts_with("reread:") {
            return Ok(());
        }
        let Some(facts) = self.order(id).and_then(|order| order.facts.clone()) else {
            return Ok(());
        };
        let unknown: Vec<PolishSku> = unknown_lines(&facts, self)
            .map(|line| line.sku.clone())
            .collect();
        for sku in &unknown {
            let reason = match self.catalogue.polish_like(sku.as_str()) {
                Some(near) => format!("there is no product {sku:?}; probably {near} is meant"),
                None => format!("there is no product {sku:?}, or nobody mapped it"),
            };
            self.quarantine("order", id.as_str(), reason, &facts);
        }
        self.order_mut(id)?.unknown_confirmed = !unknown.is_empty();
        Ok(())
    }

    fn stock_was_reread(&mut self, id: &OrderId) -> Result<(), StoreError> {
        self.order_mut(id)?.shortage.reread = true;
        Ok(())
    }

    /// Remembers the levels that did not suffice, so that only newer ones are tried. Levels that have
    /// moved since the last such reading are tried once more at once: the refusal may have been of
    /// older ones, whose lots another order was quicker to take.
    fn note_levels(&mut self, id: &OrderId) -> Result<(), StoreError> {
        let Some(facts) = self.order(id).and_then(|order| order.facts.as_ref()) else {
            return Ok(());
        };
        let owed = super::demand::owed(facts, self.catalogue);
        let seen: Vec<_> = owed
            .iter()
            .map(|owed| {
                let sku = owed.component.sku.clone();
                let level = self.item(&sku).and_then(|item| item.level.as_ref());
                SeenLevel::of(sku, level)
            })
            .collect();
        let shortage = &mut self.order_mut(id)?.shortage;
        if shortage.seen != seen {
            shortage.refusals = shortage.refusals.min(1);
        }
        shortage.seen = seen;
        Ok(())
    }

    /// Each change of a batch has a result of its own. Those that are missing, or that the vendor
    /// could not serve, are sent again in a later batch under their own ids.
    fn learn_batch(
        &mut self,
        aggregate: &Aggregate,
        command: &Command,
        rows: Vec<reading::Row<BatchResultView>>,
    ) -> Result<(), StoreError> {
        let Command::Adjust { changes } = command else {
            return Ok(());
        };
        let mut answers = returns::Answers::default();
        self.rows(rows, |draft, result| {
            draft.learn_change(aggregate, result, &mut answers);
            Ok(())
        })?;
        match aggregate {
            Aggregate::Order(id) => {
                let order = self.order_mut(id)?;
                order.rounds += 1;
                returns::answered(&mut order.returned, changes, answers);
            }
            Aggregate::Listing(sku) => {
                let product = self.product_mut(sku);
                product.rounds += 1;
                let done = |change: &Change| answers.answered.contains(&change.change_id);
                product
                    .counts
                    .retain(|count| !count.changes.iter().all(done));
            }
            Aggregate::Mirror(_) | Aggregate::Item(_) => {}
        }
        Ok(())
    }

    fn learn_change(
        &mut self,
        aggregate: &Aggregate,
        result: &BatchResultView,
        answers: &mut returns::Answers,
    ) {
        if let Some(level) = &result.stock {
            let cause = Cause {
                kind: "adjustment",
                event: &result.change_id,
            };
            self.learn_level(level, Learned::Read, cause);
        }
        let reason = result.problem.as_ref().map_or("", |problem| &problem.slug);
        // Without a reason that can be understood it is not clear what follows. The vendor keeps to what
        // it said of a change, and says it again in the next batch.
        let refused = (400..500).contains(&result.status) && REFUSALS.contains(&reason);
        if refused {
            reached(Mark::ChangeRefused);
            if reason == "lot-not-eligible" {
                answers.ineligible.push(result.change_id.clone());
            }
            let detail = format!(
                "{} was refused: {} {reason}",
                result.change_id, result.status
            );
            self.alert("change-refused", &aggregate.to_string(), detail);
        }
        if refused || (200..300).contains(&result.status) {
            answers.answered.push(result.change_id.clone());
        }
    }
}

/// Whether the version that is told of is the one that a publish made. Where its reply was lost, that is
/// the next one after the version it replaced, with its number.
fn is_published(command: &Command, view: &ProductView, applied: bool) -> bool {
    let Command::Publish {
        available,
        if_match,
        ..
    } = command
    else {
        return false;
    };
    let replaced = view.version.checked_sub(1);
    applied || (replaced.is_some() && replaced == *if_match && view.available == *available)
}

/// Only of a reservation does the answer alone tell whether it was made.
fn note_found(command: &Command, reply: &Reply) {
    if let (Command::Reserve { .. }, Reply::Reservations(rows)) = (command, reply) {
        reached(match rows.is_empty() {
            true => Mark::SettledAsNotApplied,
            false => Mark::SettledAsApplied,
        });
    }
}
