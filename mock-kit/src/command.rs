//! The command line that both mock binaries share.

use std::{
    io::{self, Write},
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, builder::NonEmptyStringValueParser};
use seams::{Clock, Keyed};

use crate::{
    admin::AdminAccess,
    live::live,
    mock::{Mock, Settings},
    serve::{BindError, bind},
    snapshot,
    vendor::Vendor,
    webhook::AllowedHosts,
};

/// More would not fit into the memory of a usual machine.
const MOST_ITEMS: usize = 1_000_000;

/// Serves one vendor mock until Ctrl-C.
#[derive(Clone, Debug, Parser)]
#[command(version)]
pub struct CommandLine {
    /// The port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// The address to listen on. Anything but loopback opens the mock to the network.
    #[arg(long, default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// What the catalogue, the credentials and all chance are drawn from.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// How many items the catalogue has, up to a million.
    #[arg(long, default_value_t = 200, allow_negative_numbers = true, value_parser = item_count)]
    pub items: usize,
    /// A file that the state is loaded from, where it exists, and saved to at the end.
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Opens the admin API under /__admin.
    #[arg(long)]
    pub admin: bool,
    /// A token that admin requests must bring in X-Admin-Token.
    #[arg(long, value_name = "TOKEN", requires = "admin",
        value_parser = NonEmptyStringValueParser::new())]
    pub admin_token: Option<String>,
    /// A host that webhooks may go to, besides loopback. May be given several times.
    #[arg(long, value_name = "HOST")]
    pub webhook_host: Vec<String>,
}

/// Why a mock stops at its start or end; one line each.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The port cannot be had.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The state file cannot be read or written.
    #[error("state file {}: {detail}", .path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// What was wrong.
        detail: String,
    },
    /// An admin API that anybody in the network could use.
    #[error("--admin on {0}, which is not loopback, needs --admin-token")]
    OpenDoor(IpAddr),
    /// Something on this machine, such as its TLS set-up.
    #[error("{0}")]
    Machine(String),
}

/// The `main` of a mock's binary: 0 after Ctrl-C, 2 where the command line, the port or the state
/// file is wrong.
pub fn main<V: Vendor>() -> ExitCode {
    let line = CommandLine::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(run::<V>(&line)),
        Err(error) => Err(CommandError::Machine(error.to_string())),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Serves a mock on real sockets until Ctrl-C or a termination signal.
///
/// # Errors
/// [`CommandError`].
pub async fn run<V: Vendor>(line: &CommandLine) -> Result<(), CommandError> {
    run_until::<V>(line, asked_to_stop()).await
}

/// Serves a mock on real sockets until `stop` is done.
///
/// # Errors
/// [`CommandError`].
pub async fn run_until<V: Vendor>(
    line: &CommandLine,
    stop: impl Future<Output = ()>,
) -> Result<(), CommandError> {
    if line.admin && line.admin_token.is_none() && !line.host.is_loopback() {
        return Err(CommandError::OpenDoor(line.host));
    }
    let clock = Clock::system();
    let vendor = V::seeded(line.seed, line.items, clock.now());
    let mock = Mock::new(vendor, clock, Keyed::new(line.seed), settings(line));
    if let Some(path) = &line.state {
        load(&mock, path)?;
        prove_writable(path)?;
    }
    let wire = seams::live::wire().map_err(|error| CommandError::Machine(error.to_string()))?;
    let listener = bind(SocketAddr::new(line.host, line.port)).await?;
    let address = listener.local_addr();
    let address = address.map_err(|error| CommandError::Machine(error.to_string()))?;
    print_environment(&mock, &format!("http://{address}"));
    live(&mock, listener, wire, stop)
        .await
        .map_err(|error| CommandError::Machine(error.to_string()))?;
    match &line.state {
        Some(path) => save(&mock, path),
        None => Ok(()),
    }
}

fn settings(line: &CommandLine) -> Settings {
    let admin = line.admin.then(|| AdminAccess {
        token: line.admin_token.clone(),
    });
    Settings {
        webhook_hosts: AllowedHosts::new(line.webhook_host.iter().cloned()),
        admin,
        ..Settings::default()
    }
}

fn print_environment<V: Vendor>(mock: &Mock<V>, base_url: &str) {
    let lines = mock.with(|state, _| state.vendor.environment(base_url));
    let mut out = io::stdout().lock();
    for (name, value) in lines {
        // Whoever started the mock may have closed the pipe; the mock serves all the same.
        let _ = writeln!(out, "{name}={value}");
    }
    let _ = out.flush();
}

fn load<V: Vendor>(mock: &Mock<V>, path: &Path) -> Result<(), CommandError> {
    let document = match std::fs::read(path) {
        Ok(document) => document,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(wrong(path, error)),
    };
    snapshot::restore(mock, &document).map_err(|error| wrong(path, error))
}

/// Says at the start what saving would only say at the end, when there is something to lose.
fn prove_writable(path: &Path) -> Result<(), CommandError> {
    let beside = beside(path);
    std::fs::File::create(&beside)
        .and_then(|_| std::fs::remove_file(&beside))
        .map_err(|error| wrong(path, format!("cannot be written: {error}")))
}

/// Writes beside the file and renames, so that a crash leaves the old state or the new.
fn save<V: Vendor>(mock: &Mock<V>, path: &Path) -> Result<(), CommandError> {
    let document = snapshot::take(mock).map_err(|error| wrong(path, error))?;
    let beside = beside(path);
    let written = std::fs::File::create(&beside).and_then(|mut file| {
        file.write_all(&document)?;
        file.sync_all()
    });
    written
        .and_then(|()| std::fs::rename(&beside, path))
        .map_err(|error| wrong(path, error))
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

fn item_count(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|count| *count <= MOST_ITEMS)
        .ok_or_else(|| format!("not a whole number from 0 to {MOST_ITEMS}"))
}

fn wrong(path: &Path, detail: impl std::fmt::Display) -> CommandError {
    CommandError::State {
        path: path.to_owned(),
        detail: detail.to_string(),
    }
}

async fn asked_to_stop() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                biased;
                _ = terminated.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
