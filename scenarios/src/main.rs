//! The `lockstep` binary: reads its arguments, exits with the command's code.

use std::{io::stderr, process::ExitCode};

use scenarios::command::Command;
use tracing_subscriber::EnvFilter;

/// A hunt allocates on all cores at once; with the system's allocator it takes a tenth longer.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env("LOCKSTEP_LOG").unwrap_or_else(|_| EnvFilter::new("off"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(stderr)
        .init();
    match Command::asked() {
        Ok(command) => command.execute().into(),
        Err(exit) => exit.into(),
    }
}
