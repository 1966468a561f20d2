//! Arguments become settings and calls; answers become text, JSON and exit codes.
//!
//! The only module that prints. Each command is one file, read from top to bottom; nobody imports this module but
//! `main`.

mod annotate;
mod answer;
mod args;
mod asked;
mod bsb;
mod check;
mod corridors;
mod desk;
mod doctor;
mod ear;
mod evidence;
mod exit;
mod expect;
mod guard;
mod hand_over;
mod journal;
mod listen;
mod logs;
mod map;
mod notices;
mod objections;
mod out;
mod pay;
mod payees;
mod payees_changes;
mod payees_csv;
mod plan_text;
mod progress;
mod reading;
mod reference;
mod remitters;
mod report;
mod resume;
mod session;
mod settle;
mod simulate;
mod stands;
mod status;
mod summary;
mod template;
mod to_correct;
mod track;
mod tracker;
mod verify;
mod watch;

pub use exit::Exit;

use std::ffi::OsString;

use clap::Parser;

use args::{Cli, Command};

/// Runs the program with these arguments, the program's name first, and the variables of this process.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(help) => {
            let _ = help.print();
            return if help.use_stderr() { Exit::Usage } else { Exit::Done };
        }
    };
    let globals = &cli.globals;
    let outcome = match &cli.command {
        Command::Check(args) => check::run(globals, args),
        Command::Map(args) => map::run(globals, args),
        Command::Template(args) => template::run(globals, args),
        Command::Pay(args) => pay::run(globals, args),
        Command::Resume(args) => resume::run(globals, args),
        Command::Settle(args) => settle::run(globals, args),
        Command::Status(args) => status::run(globals, args),
        Command::Report(args) => report::run(globals, args),
        Command::Track(args) => track::run(globals, args),
        Command::Evidence(args) => evidence::run(globals, args),
        Command::Listen(args) => listen::run(globals, args),
        Command::Simulate(args) => simulate::run(globals, args),
        Command::Watch(args) => watch::run(globals, args),
        Command::Approve(args) => answer::approve(globals, args),
        Command::Reject(args) => answer::reject(globals, args),
        Command::Payees(args) => payees::run(globals, args),
        Command::Remitters => remitters::run(globals),
        Command::Bsb(args) => bsb::run(globals, args),
        Command::Corridors(args) => corridors::run(globals, args),
        Command::Doctor(args) => doctor::run(globals, args),
        Command::Verify(args) => verify::run(globals, args),
        Command::Journal(args) => journal::run(globals, args),
        Command::ReadWorkbook(args) => {
            let read = crate::intake::read_workbook(&args.request, std::io::stdout());
            return if read.is_ok() { Exit::Done } else { Exit::Defect };
        }
    };
    let exit = match outcome {
        Ok(exit) => exit,
        Err(failure) => {
            out::note(&failure.message);
            failure.exit
        }
    };
    tracing::info!(exit = exit as i32, "payrun ends");
    exit
}
