//! The program: see `payrun::cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let exit = std::panic::catch_unwind(payrun::cli::run).unwrap_or(payrun::cli::Exit::Defect);
    ExitCode::from(exit as u8)
}
