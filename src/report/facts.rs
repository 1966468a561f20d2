//! What every report says of a run before its numbers: one list, so that no two reports differ.

use crate::domain::money::grouped;
use crate::domain::{RunState, RunView, Timestamp};

/// Names and values, in the order in which they are read.
pub(super) fn facts(view: &RunView) -> Vec<(&'static str, String)> {
    let state = match view.state {
        RunState::Recording | RunState::Running => "at work",
        RunState::Stopped => "stopped early",
        RunState::Finished => "finished",
    };
    let environment = match view.no_money() {
        Some(words) => format!("{}. {words}", view.environment),
        None => view.environment.clone(),
    };
    let mut facts = vec![
        ("Run", format!("{}, {state}", view.run)),
        ("Environment", environment),
        ("File", format!("{}, {} rows", view.file, grouped(&view.rows.into()))),
        ("Opened", moment(view.opened_at)),
    ];
    let accepted = view.accepted.words();
    if !accepted.is_empty() {
        facts.push(("Accepted", accepted.join(", ")));
    }
    if let Some(plan) = &view.plan {
        facts.push(("Plan", plan.to_string()));
    }
    facts.push(("Content of the file", view.file_digest.to_string()));
    if let Some(day) = view.bank_directory {
        facts.push(("Bank directory", format!("of {}", day.strftime("%B %Y"))));
    }
    facts
}

/// A moment for people.
pub(super) fn moment(at: Timestamp) -> String {
    at.strftime("%-d %b %Y %H:%M UTC").to_string()
}
