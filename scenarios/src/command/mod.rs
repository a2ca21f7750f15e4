//! The `lockstep` command: arguments in, exit code out. What the commands do is elsewhere.

mod explain;
mod files;
mod hunt;
mod interrupt;
mod known;
mod list;
mod replay;
mod run;
mod serve;
mod shrink;
mod words;

use std::{
    io::{self, Write as _},
    path::Path,
};

use clap::{Parser, Subcommand, error::ErrorKind};

pub use known::known;
use words::{counted, hint, length, some};

/// Keeps a jerky warehouse and a nail-polish shop in step, and proves it.
#[derive(Debug, Parser)]
#[command(name = "lockstep", version)]
pub struct Command {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Play scenarios and judge them by every invariant
    Run(run::Arguments),
    /// Play random worlds under random faults until one breaks
    Hunt(hunt::Arguments),
    /// Make a failing scenario small
    Shrink(shrink::Arguments),
    /// Play one scenario again and show what happened in it
    Replay(replay::Arguments),
    /// Name the scenarios that ship
    List,
    /// Say in words what a scenario, a fault, an invariant or a rare branch is
    Explain(explain::Arguments),
    /// Run both mocks and the hub on this machine, with shoppers
    Serve(serve::Arguments),
}

/// How a command ended; the process exits with its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// All invariants hold.
    Holds = 0,
    /// An invariant is broken, or could not be judged.
    Broken = 1,
    /// The command or a file is wrong.
    Usage = 2,
    /// The harness itself failed.
    Harness = 3,
}

impl Command {
    /// What this process was asked for.
    ///
    /// # Errors
    /// When it was asked in a way that nobody understands; that was told already.
    pub fn asked() -> Result<Self, Exit> {
        Self::try_parse().map_err(|error| {
            if error.kind() == ErrorKind::ValueValidation {
                // The line that names the value says what is wrong with it; how flags are spelt does not.
                let said = error.to_string();
                eprintln!("{}", said.lines().next().unwrap_or_default());
                return Exit::Usage;
            }
            error.exit()
        })
    }

    /// Does what was asked; messages go to standard error.
    pub fn execute(self) -> Exit {
        match self.action {
            Action::Run(arguments) => run::execute(&arguments),
            Action::Hunt(arguments) => hunt::execute(&arguments),
            Action::Shrink(arguments) => shrink::execute(&arguments),
            Action::Replay(arguments) => replay::execute(&arguments),
            Action::List => list::execute(),
            Action::Explain(arguments) => explain::execute(&arguments),
            Action::Serve(arguments) => serve::execute(&arguments),
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Prints what was asked for. Whoever reads it may stop before the end, as `head` does.
fn say(text: impl std::fmt::Display) {
    let mut out = io::stdout().lock();
    // A closed pipe is the reader's choice; for anything else there is nobody left to tell.
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

fn cannot_write(path: &Path, error: &io::Error) -> Exit {
    usage(format_args!("cannot write {}: {error}", path.display()))
}

/// Says what is wrong with the command or a file.
fn usage(message: impl std::fmt::Display) -> Exit {
    eprintln!("error: {message}");
    Exit::Usage
}
