//! The table of runs in the terminal.

use comfy_table::{Cell, CellAlignment, LineStyle, Table, TableStyle};

use super::Run;

const HEADER: [&str; 8] = [
    "scenario", "seed", "verdict", "orders", "requests", "faults", "virtual", "wall",
];

/// A rule under the header and no other line.
const STYLE: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// One row for each run.
pub fn table(runs: &[Run]) -> String {
    let mut table = Table::new();
    table.load_style(STYLE).set_header(HEADER);
    for run in runs {
        table.add_row(row(run));
    }
    for column in table
        .column_iter_mut()
        .filter(|c| c.index != 0 && c.index != 2)
    {
        column.set_cell_alignment(CellAlignment::Right);
    }
    // The longest name and all columns fit a terminal of 80.
    for column in table.column_iter_mut() {
        column.set_padding((0, u16::from(column.index < 3)));
    }
    table.trim_fmt()
}

fn row(run: &Run) -> Vec<Cell> {
    [
        run.scenario.clone(),
        run.seed.to_string(),
        run.verdict.as_str().to_owned(),
        run.orders.to_string(),
        run.requests.to_string(),
        run.struck().to_string(),
        length(run.virtual_ms),
        length(run.wall_ms),
    ]
    .into_iter()
    .map(Cell::new)
    .collect()
}

/// Milliseconds in the two units that matter.
pub(crate) fn length(ms: u64) -> String {
    let (seconds, minutes, hours) = (ms / 1000, ms / 60_000, ms / 3_600_000);
    match () {
        () if hours >= 24 => format!("{}d {:02}h", hours / 24, hours % 24),
        () if hours > 0 => format!("{hours}h {:02}m", minutes % 60),
        () if minutes > 0 => format!("{minutes}m {:02}s", seconds % 60),
        () => format!("{seconds}.{:02}s", ms % 1000 / 10),
    }
}
