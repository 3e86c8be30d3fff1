//! The program `twedge-platform`.

use std::process::ExitCode;

fn main() -> ExitCode {
    twedge_platform::cli::main()
}
