//! `payrun template KIND`: a workbook or a CSV file to fill in.

mod kinds;

use std::path::PathBuf;

use super::args::{Format, Globals, TemplateArgs};
use super::exit::{Exit, Failure};
use super::out;
use crate::report;

/// Runs the command.
pub fn run(globals: &Globals, args: &TemplateArgs) -> Result<Exit, Failure> {
    let template = kinds::template(args.kind);
    let extension = if args.csv { "csv" } else { "xlsx" };
    let own_name = || PathBuf::from(format!("payrun-template-{}.{extension}", args.kind.name()));
    let to = args.to.clone().unwrap_or_else(own_name);
    if !to.extension().is_some_and(|typed| typed.eq_ignore_ascii_case(extension)) {
        let message = format!("{} must end in .{extension}, which is what is written", to.display());
        return Err(Failure::new(Exit::Usage, message));
    }
    if args.csv {
        report::write_template_csv(&template, &to)?;
    } else {
        report::write_book(&template, &to)?;
    }
    match globals.format {
        Format::Text => {
            out::answer(&format!("Fill in {}, then: payrun check {0}", to.display()));
        }
        Format::Json => out::answer(&serde_json::json!({ "file": to.display().to_string() }).to_string()),
    }
    Ok(Exit::Done)
}
