//! What every report says of a run before its numbers: one list, so that no two reports differ.

use crate::domain::money::plural;
use crate::domain::{RunState, RunView, Timestamp};

/// Names and values, in the order in which they are read.
pub(super) fn facts(view: &RunView) -> Vec<(&'static str, String)> {
    let environment = match view.no_money() {
        Some(words) => format!("{}. {words}", view.environment),
        None => view.environment.clone(),
    };
    let mut facts = vec![
        ("Run", format!("{}, {}", view.run, view.state.words())),
        ("Environment", environment),
        ("File", format!("{}, {}", view.file, plural(view.rows, "row"))),
        ("Opened", moment(view.opened_at)),
    ];
    if let Some(stopped) = &view.stopped {
        let lines = stopped.lines.iter().map(|line| format!("; {line}"));
        facts.push(("Stopped because", format!("{}{}", stopped.why, lines.collect::<String>())));
    }
    let answer = view.release.as_ref().map(ToString::to_string);
    facts.push(match (view.state, answer) {
        (RunState::Refused, Some(answer)) => ("Refused by", answer),
        (_, Some(answer)) => ("Approved by", answer),
        (RunState::Held, None) => ("Approved by", "nobody yet: it waits for a person".to_owned()),
        (_, None) => ("Approved by", "not noted: the run is from before approvals were".to_owned()),
    });
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
