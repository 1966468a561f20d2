//! `payrun doctor`: whether everything is there that paying needs, and what is missing.

mod checks;
mod folder;
mod notices;
mod probe;

use std::fmt::Write;

use serde::Serialize;

use super::args::{DoctorArgs, Format, Globals};
use super::exit::{Exit, Failure};
use super::out;
use super::session::Session;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// As it should be.
    Good,
    /// Works, with less.
    Notice,
    /// Must be mended before paying.
    Bad,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
pub struct Item {
    /// What.
    check: &'static str,
    /// How it is.
    result: Health,
    /// In a sentence.
    message: String,
    /// One line each: what is missing, what to do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    details: Vec<String>,
}

impl Item {
    /// Without details.
    pub fn new(check: &'static str, result: Health, message: impl Into<String>) -> Self {
        Self { check, result, message: message.into(), details: Vec::new() }
    }

    /// With one more line.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.details.push(detail.into());
        self
    }
}

/// Runs the command.
pub fn run(globals: &Globals, args: &DoctorArgs) -> Result<Exit, Failure> {
    if args.probe {
        return probe::run(globals, args);
    }
    let mut items = Vec::new();
    match Session::new(globals, Vec::new()) {
        Ok(session) => {
            items.push(checks::configuration(&session));
            items.push(checks::remitters(&session));
            items.extend(folder::checks(&session));
            items.extend(notices::checks(&session, args.notify));
            items.extend(checks::at_flash(&session)?);
            items.extend(folder::probed(&session));
        }
        Err(failure) => items.push(Item::new("configuration", Health::Bad, failure.message)),
    }
    let is_bad = items.iter().any(|item| item.result == Health::Bad);
    match globals.format {
        Format::Text => out::answer(&text(&items, is_bad)),
        Format::Json => {
            let told = serde_json::json!({ "healthy": !is_bad, "checks": items });
            out::answer(&serde_json::to_string_pretty(&told).unwrap_or_default());
        }
    }
    Ok(if is_bad { Exit::Configuration } else { Exit::Done })
}

fn text(items: &[Item], is_bad: bool) -> String {
    let mut text = String::new();
    for item in items {
        let mark = match item.result {
            Health::Good => "ok   ",
            Health::Notice => "note ",
            Health::Bad => "WRONG",
        };
        let _ = writeln!(text, "{mark}  {:<14} {}", item.check, item.message); // writing to a text does not fail
        for detail in &item.details {
            let _ = writeln!(text, "                      {detail}");
        }
    }
    text.push_str(if is_bad {
        "Something must be mended before anybody can be paid."
    } else {
        "Everything that paying needs is there."
    });
    text
}
