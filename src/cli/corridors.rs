//! `payrun corridors [COUNTRY]`: which currencies are delivered where, to which type of account, and what that takes:
//! by what Flash has told this login last, and by the built-in table where it has told nothing.

use std::fmt::Write as _;
use std::sync::Arc;

use super::args::{CorridorsArgs, Format, Globals};
use super::exit::{Exit, Failure};
use super::session::Session;
use super::{out, reference};
use crate::check::country;
use crate::domain::{Corridor, Corridors, Origin};

/// Runs the command.
pub fn run(globals: &Globals, args: &CorridorsArgs) -> Result<Exit, Failure> {
    let table = known(globals)?;
    let shown = match &args.country {
        Some(typed) => {
            let read = country::read(typed).map_err(|wrong| Failure::new(Exit::Usage, wrong))?;
            table.of_country(read)
        }
        None => table.list(),
    };
    match globals.format {
        Format::Text => out::answer(&text(&table, shown)),
        Format::Json => out::answer(&json(&table, shown)),
    }
    Ok(Exit::Done)
}

/// What Flash last told this login, else what is built in.
fn known(globals: &Globals) -> Result<Arc<Corridors>, Failure> {
    let session = Session::without_login(globals, Vec::new())?;
    Ok(reference::kept_corridors(&session).map_or_else(Corridors::built_in, Arc::new))
}

/// One line a country and type of account, the names of countries once.
fn text(table: &Corridors, shown: &[Corridor]) -> String {
    let mut text = String::new();
    if shown.is_empty() {
        text.push_str("Nothing is delivered there.\n");
    }
    let mut last = "";
    for corridor in shown {
        let Corridor { country, currency, method, required_fields } = corridor;
        let name =
            if country == last { String::new() } else { format!("{country} {}", country::name(country)) };
        let _ = writeln!(text, "{name:<26} {currency}  {:<9}  {}", method.name(), required_fields.join(", "));
        last = country;
    }
    let _ = write!(text, "\nBy {}", table.words());
    text.push_str(match table.origin() {
        Origin::Live => ".",
        Origin::BuiltIn => "; Flash itself was not asked, and knows better: payrun doctor asks it.",
    });
    text
}

fn json(table: &Corridors, shown: &[Corridor]) -> String {
    let source = table.origin();
    serde_json::json!({ "source": source, "date": table.date(), "corridors": shown }).to_string()
}
