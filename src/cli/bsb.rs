//! `payrun bsb 062-000`: the bank and branch behind a BSB.

use std::fmt::Write;

use super::args::{BsbArgs, Format, Globals};
use super::exit::{Exit, Failure};
use super::out;
use crate::check::directory::{self, Directory};
use crate::domain::Bsb;

/// Runs the command.
pub fn run(globals: &Globals, args: &BsbArgs) -> Result<Exit, Failure> {
    let digits: String = args.bsb.chars().filter(|c| !matches!(c, '-' | ' ' | '.')).collect();
    let bsb = Bsb::new(&digits).map_err(|_| {
        Failure::new(Exit::Usage, format!("\"{}\" is not a BSB: write six digits, such as 062-000", args.bsb))
    })?;
    let directory = Directory::built_in();
    let Some(branch) = directory.lookup(bsb) else {
        let bank = directory
            .bank_of_prefix(bsb)
            .map_or("and no bank is known to own its first digits".to_owned(), |bank| {
                format!("though its first digits belong to {bank}")
            });
        return Err(Failure::new(
            Exit::Findings,
            format!(
                "{bsb} is not in the bank directory of {}, {bank}: ask the payee or the bank",
                directory::DATE
            ),
        ));
    };
    match globals.format {
        Format::Json => out::answer(&serde_json::to_string(&branch).unwrap_or_default()),
        Format::Text => {
            let mut text = format!("{bsb}  {}, {}\n", branch.bank, branch.name);
            let _ = writeln!(
                text,
                "         {}, {} {} {}",
                branch.street, branch.suburb, branch.state, branch.postcode
            );
            if let Some(successor) = branch.successor {
                let _ = writeln!(text, "         merged: use {successor}");
            }
            let _ = writeln!(text, "Bank directory of {}", directory::DATE);
            out::answer(&text);
        }
    }
    Ok(Exit::Done)
}
