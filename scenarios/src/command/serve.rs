//! `lockstep serve`: both mocks and the hub on loopback with real sockets, and shoppers.

use std::path::PathBuf;

use clap::Args;

use super::{Exit, usage};
use crate::live::{self, LiveError, Stage};

/// What to serve, and where.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The jerky vendor's port; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port_jerky: u16,
    /// The polish vendor's port; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port_polish: u16,
    /// The hub's port; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port_hub: u16,
    /// The seed of catalogue, credentials and traffic
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Jerky items in the warehouse, each listed in the shop
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(2..))]
    items: u32,
    /// Orders a minute that shoppers place; 0 for none
    #[arg(long, default_value_t = 12.0, value_parser = rate)]
    rate: f64,
    /// Keep the hub's store in this file; in memory when absent
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// Open both vendors' admin API under /__admin
    #[arg(long)]
    admin: bool,
}

/// Serves until it is interrupted.
pub(super) fn execute(arguments: &Arguments) -> Exit {
    let stage = Stage {
        ports: [
            arguments.port_jerky,
            arguments.port_polish,
            arguments.port_hub,
        ],
        seed: arguments.seed,
        items: arguments.items,
        orders_a_minute: arguments.rate,
        store: arguments.store.clone(),
        admin: arguments.admin,
    };
    match live::serve(&stage) {
        Ok(served) => {
            eprintln!(
                "stopped: {} orders placed, {} confirmed; {} numbers published",
                served.placed, served.confirmed, served.published
            );
            Exit::Holds
        }
        Err(error @ (LiveError::Bind(_) | LiveError::Store { .. })) => usage(error),
        Err(error) => {
            eprintln!("error: {error}");
            Exit::Harness
        }
    }
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if (0.0..=6000.0).contains(&rate) => Ok(rate),
        _ => Err("expected orders a minute between 0 and 6000".to_owned()),
    }
}
