//! The dispatcher: takes due commands from the engine, carries them out, tells what became of them.
//!
//! Commands of one aggregate come one after the other, because the engine hands out no second one
//! while the first is open. What a command means to a vendor is in the files beside this one, one
//! for each family.

mod mirror;
mod order;
mod outcome;
mod publish;
mod reservation;
mod stock;

use std::{collections::BTreeSet, sync::Arc};

use jiff::Timestamp;
use sync_core::outbox::{Command, CommandId, Mode, OutboxCommand, Outcome};
use tokio::{task::JoinSet, time::Duration};

use crate::{core::Core, error::HubError};

/// The least the dispatcher sleeps while nobody wakes it.
const SHORTEST_SLEEP: Duration = Duration::from_millis(50);

/// What became of the commands of one task; more than one where they were sent in bulk.
type Done = Vec<(CommandId, Outcome)>;

/// The dispatcher looks again after this long even if nobody wakes it and nothing is due.
const LONGEST_SLEEP: Duration = Duration::from_secs(3600);

/// Carries out commands until the hub is asked to stop, and then those in flight.
pub(crate) async fn run(core: Arc<Core>) -> Result<(), HubError> {
    let mut hand = Hand::default();
    loop {
        let now = core.now();
        if core.engine().next_wake().is_some_and(|wake| wake <= now) {
            tick(&core, now).await?;
        }
        hand.take(&core);
        tokio::select! {
            biased;
            () = core.stopped() => break,
            Some(done) = hand.tasks.join_next(), if !hand.tasks.is_empty() => {
                hand.settle(&core, done).await?;
            }
            () = core.outbox.notified() => {}
            () = tokio::time::sleep(sleep(&core)) => {}
        }
    }
    while let Some(done) = hand.tasks.join_next().await {
        hand.settle(&core, done).await?;
    }
    Ok(())
}

/// What the dispatcher holds.
#[derive(Default)]
struct Hand {
    commands: BTreeSet<CommandId>,
    tasks: JoinSet<Done>,
}

impl Hand {
    /// Takes what is due and begins to carry it out.
    fn take(&mut self, core: &Arc<Core>) {
        let policy = core.config.dispatch;
        let room = policy.most_in_hand.saturating_sub(self.commands.len());
        if room == 0 {
            return;
        }
        let due = core.engine().due(core.now(), room, &self.commands);
        self.commands.extend(due.iter().map(|command| command.id));
        let (numbers, others): (Vec<_>, Vec<_>) = due.into_iter().partition(is_plain_publish);
        if numbers.len() >= policy.bulk_from.max(2) {
            for rows in publish::bulks(numbers) {
                self.tasks.spawn(publish::bulk(Arc::clone(core), rows));
            }
        } else {
            self.begin(core, numbers);
        }
        self.begin(core, others);
    }

    fn begin(&mut self, core: &Arc<Core>, commands: Vec<OutboxCommand>) {
        for command in commands {
            self.tasks.spawn(carry_out(Arc::clone(core), command));
        }
    }

    async fn settle(
        &mut self,
        core: &Core,
        done: Result<Done, tokio::task::JoinError>,
    ) -> Result<(), HubError> {
        let done = done.map_err(|error| HubError::Panicked(error.to_string()))?;
        for (id, outcome) in done {
            core.settle(id, outcome).await?;
            self.commands.remove(&id);
        }
        Ok(())
    }
}

/// One command, whatever it is. A permit bounds the requests to its vendor.
async fn carry_out(core: Arc<Core>, command: OutboxCommand) -> Done {
    let slots = if is_for_jerky(&command.command) {
        &core.jerky_slots
    } else {
        &core.polish_slots
    };
    // The semaphores are never closed; without a permit the command would merely go unbounded.
    let permit = slots.acquire().await;
    let answer = Box::pin(answer(&core, &command)).await;
    drop(permit);
    let outcome = outcome::of(&core, &command, answer);
    vec![(command.id, outcome)]
}

/// Carries out a command, or asks about it. An adjustment is asked about by repeating it: its
/// change ids are idempotent for ever.
async fn answer(core: &Core, command: &OutboxCommand) -> outcome::Answer {
    match command.mode {
        Mode::Send => sent(core, &command.command, &command.key).await,
        Mode::Ask => asked(core, &command.command, &command.key).await,
    }
}

async fn sent(core: &Core, command: &Command, key: &str) -> outcome::Answer {
    let (jerky, polish) = (&core.jerky, &core.polish);
    match command {
        Command::Reserve {
            order,
            ttl_seconds,
            lines,
            ..
        } => reservation::reserve(jerky, order, *ttl_seconds, lines, key).await,
        Command::Commit {
            reservation,
            shipment,
            lines,
            ..
        } => reservation::commit(jerky, reservation, shipment, lines, key).await,
        Command::Release {
            reservation, lines, ..
        } => reservation::release(jerky, reservation, lines.as_deref(), key).await,
        Command::Extend {
            reservation,
            ttl_seconds,
            ..
        } => reservation::extend(jerky, reservation, *ttl_seconds, key).await,
        Command::ReadReservation { reservation, .. } => reservation::read(jerky, reservation).await,
        Command::ReadReservations { order } => reservation::find(jerky, order).await,
        Command::Confirm { order } => order::confirm(polish, order).await,
        Command::Reject {
            order,
            reason,
            lines,
        } => order::reject(polish, order, reason, lines).await,
        Command::Cancel { order, reason } => order::cancel(polish, order, reason).await,
        Command::ReadOrder { order } => order::read(polish, order).await,
        Command::Adjust { changes } => stock::adjust(jerky, changes, key).await,
        Command::ReadStock { skus } => stock::read(jerky, skus).await,
        Command::Publish {
            sku,
            available,
            if_match,
        } => publish::publish(polish, sku, *available, *if_match).await,
        Command::ReadProduct { sku } => publish::read(polish, sku).await,
        Command::PublishMirror {
            sku,
            quantity,
            unit,
            source_sequence,
        } => mirror::publish(jerky, sku, *quantity, *unit, *source_sequence, key).await,
        Command::ReadMirror { sku } => mirror::read(jerky, sku).await,
    }
}

async fn asked(core: &Core, command: &Command, key: &str) -> outcome::Answer {
    let (jerky, polish) = (&core.jerky, &core.polish);
    match command {
        Command::Reserve { order, .. } => reservation::find(jerky, order).await,
        Command::Commit { reservation, .. }
        | Command::Release { reservation, .. }
        | Command::Extend { reservation, .. } => reservation::read(jerky, reservation).await,
        Command::Confirm { order }
        | Command::Reject { order, .. }
        | Command::Cancel { order, .. } => order::read(polish, order).await,
        Command::Publish { sku, .. } => publish::read(polish, sku).await,
        Command::PublishMirror { sku, .. } => mirror::read(jerky, sku).await,
        Command::Adjust { .. }
        | Command::ReadOrder { .. }
        | Command::ReadProduct { .. }
        | Command::ReadStock { .. }
        | Command::ReadReservation { .. }
        | Command::ReadReservations { .. }
        | Command::ReadMirror { .. } => sent(core, command, key).await,
    }
}

fn is_for_jerky(command: &Command) -> bool {
    !matches!(
        command,
        Command::Confirm { .. }
            | Command::Reject { .. }
            | Command::Cancel { .. }
            | Command::ReadOrder { .. }
            | Command::Publish { .. }
            | Command::ReadProduct { .. }
    )
}

fn is_plain_publish(command: &OutboxCommand) -> bool {
    command.mode == Mode::Send && matches!(command.command, Command::Publish { .. })
}

async fn tick(core: &Core, now: Timestamp) -> Result<(), HubError> {
    let ticked = core.engine().tick(now);
    match ticked {
        Err(error) if error.is_retryable() => {
            tracing::warn!(%error, "time could not pass");
            tokio::time::sleep(Duration::from_millis(50)).await;
            Ok(())
        }
        result => Ok(result.map(drop)?),
    }
}

/// Until something is due. What is due already waits for something else (a command of the same
/// aggregate, say), whose end wakes the dispatcher; a floor keeps it from spinning until then.
fn sleep(core: &Core) -> Duration {
    let Some(wake) = core.engine().next_wake() else {
        return LONGEST_SLEEP;
    };
    let ms = wake.duration_since(core.now()).as_millis();
    match u64::try_from(ms) {
        Ok(ms) if ms > 0 => Duration::from_millis(ms),
        _ => SHORTEST_SLEEP,
    }
}
