//! The `lockstep` command as its users meet it: a process with arguments, output and an exit code.

#![expect(
    clippy::unwrap_used,
    reason = "clippy takes only test functions for tests, and not what they call"
)]

mod bugs;
mod command;
mod determinism;
mod hunting;
mod power;
mod regressions;

use std::{
    path::Path,
    process::{Command, Output},
};

/// The command with these arguments, in this folder.
fn lockstep(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lockstep"));
    command.args(arguments).current_dir(folder);
    command
}

/// What a finished command said on standard error.
fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
