//! The `mock-jerky-api` command: serves the vendor on a real socket.

use std::process::ExitCode;

fn main() -> ExitCode {
    mock_kit::command::main::<mock_jerky_api::Jerky>()
}
