//! The program: see `payrun::cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Whatever this process writes names people and accounts: it is for its owner alone.
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let exit = std::panic::catch_unwind(|| payrun::cli::run(std::env::args_os()))
        .unwrap_or(payrun::cli::Exit::Defect);
    ExitCode::from(exit as u8)
}
