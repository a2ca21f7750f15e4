//! The `power` binary: reads its arguments, measures, exits with 0 when every bug is caught
//! and made small.

use std::{num::NonZero, path::PathBuf, process::ExitCode, thread};

use clap::{Parser, builder::RangedU64ValueParser};
use scenarios::{
    command::Exit,
    power::{self, Settings, Worlds},
};

/// Plant each bug of scenarios/bugs in a scratch copy, build it, hunt, and write docs/power.md
#[derive(Debug, Parser)]
#[command(name = "power", version)]
struct Arguments {
    /// Measure these bugs only
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    bugs: Vec<String>,
    /// Play so many worlds for each bug
    #[arg(long, value_name = "N", default_value_t = Worlds::default().swarm, value_parser = at_least_one())]
    seeds: u64,
    /// Play so many again without swarm; each takes about eight times as long
    #[arg(long, value_name = "N", default_value_t = Worlds::default().plain, value_parser = at_least_one())]
    plain: u64,
    /// With swarm, play so many for a bug that those do not catch
    #[arg(long, value_name = "N", default_value_t = Worlds::default().most, value_parser = at_least_one())]
    most: u64,
    /// Play so many worlds at the same time; all cores when absent
    #[arg(long, value_name = "N")]
    jobs: Option<NonZero<usize>>,
    /// Write the table and the results into this folder instead of the workspace
    #[arg(long, value_name = "DIR", conflicts_with = "large")]
    out: Option<PathBuf>,
    /// Instead of hunting, make a large world that each breaks small, and write docs/shrinking.md
    #[arg(long, conflicts_with = "resume")]
    large: bool,
    /// Leave out what was measured already
    #[arg(long)]
    resume: bool,
    /// Measure nothing: write the table out of the results that are kept
    #[arg(long, conflicts_with_all = ["bugs", "large", "resume"])]
    page: bool,
}

fn at_least_one() -> RangedU64ValueParser {
    RangedU64ValueParser::new().range(1..)
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let Some(root) = root() else {
        eprintln!("error: this is not the workspace; run it where scenarios/bugs is");
        return Exit::Usage.into();
    };
    let cores = || thread::available_parallelism().map_or(1, NonZero::get);
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let target = target.map_or_else(|| root.join("target"), |target| root.join(target));
    let settings = Settings {
        folder: target.join("power"),
        root,
        out: arguments.out,
        bugs: arguments.bugs,
        worlds: Worlds {
            swarm: arguments.seeds,
            plain: arguments.plain,
            most: arguments.most.max(arguments.seeds),
        },
        jobs: arguments.jobs.map_or_else(cores, NonZero::get),
        resume: arguments.resume,
    };
    let measured = match (arguments.large, arguments.page) {
        (true, _) => power::large::run(&settings),
        (_, true) => power::retell(&settings),
        (false, false) => power::run(&settings),
    };
    match measured {
        Ok(true) => Exit::Holds,
        Ok(false) => Exit::Broken,
        Err(error) => {
            eprintln!("error: {error}");
            match error.is_usage() {
                true => Exit::Usage,
                false => Exit::Harness,
            }
        }
    }
    .into()
}

/// The workspace this is run in, from any folder of it.
fn root() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let mut above = here.ancestors();
    let root = above.find(|folder| folder.join("scenarios/bugs").is_dir())?;
    Some(root.to_owned())
}
