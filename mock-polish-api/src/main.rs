//! The polish mock on a real socket.

fn main() -> std::process::ExitCode {
    mock_kit::command::main::<mock_polish_api::PolishVendor>()
}
