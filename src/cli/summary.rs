//! The sentences about a run.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::exit::{Exit, Failure};
use super::session::Session;
use crate::config::Environment;
use crate::domain::money::plural;
use crate::domain::{PayoutState, RunState, RunView, Stopped};
use crate::engine::{RateTrouble, StopReason};

/// `12 addresses from the payee book`.
pub fn from_book(count: u64) -> String {
    let word = if count == 1 { "address" } else { "addresses" };
    format!("{count} {word} from the payee book")
}

/// So many sentences of a kind are shown.
pub const MOST_SHOWN: usize = 20;

/// Where a plan is sent, in words.
pub fn place(session: &Session) -> String {
    let login =
        session.settings.credentials.as_ref().map_or(String::new(), |login| format!(", as {}", login.email));
    match session.settings.environment {
        Environment::Simulator => format!("simulator{login} (no money moves)"),
        Environment::Uat => format!("Flash UAT{login} (test environment, no money moves)"),
        Environment::Production => format!("Flash production{login}: money moves"),
    }
}

/// How a run stands.
pub fn run(view: &RunView, reports: &[PathBuf], fix: Option<&Path>) -> String {
    let mut lines = vec![format!("Run {} of {}: {}", view.run, view.label, view.state.words())];
    if let Some(release) = &view.release {
        let what = if view.state == RunState::Refused { "refused" } else { "let go" };
        lines.push(format!("  {what} by {release}"));
    }
    for state in PayoutState::ALL.iter().rev() {
        let count = view.count(*state);
        if count > 0 {
            lines.push(format!("  {:>9}  {}", count, state.meaning()));
        }
    }
    if view.addresses_from_book > 0 {
        lines.push(format!("  {}", from_book(view.addresses_from_book)));
    }
    for (what, totals) in [
        ("with Flash", &view.totals),
        ("came back", &view.returned),
        ("of another run, and counted there", &view.of_other_runs),
    ] {
        lines.extend(totals.iter().map(|total| format!("  {what}: {total}")));
    }
    lines.extend(view.no_money().map(|words| format!("  {words}")));
    for path in reports {
        lines.push(format!("Report: {}", path.display()));
    }
    if let Some(path) = fix {
        lines.push(format!("Rows that were not paid, to correct and pay: {}", path.display()));
    }
    lines.join("\n")
}

/// `3 rows cannot be paid and 1 row must be decided by a person`.
pub fn and(parts: &[(usize, &str)]) -> String {
    let said: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", plural(*count as u64, "row")))
        .collect();
    said.join(" and ")
}

/// Why a run stopped and how to go on.
pub fn stopped(reason: &StopReason, view: &RunView) -> Failure {
    let run = &view.run;
    let Stopped { why, lines, .. } = reason.told();
    let on = format!("To go on: payrun resume {run}");
    match reason {
        StopReason::Asked => Failure::new(Exit::Stopped, format!("Stopped as asked. {on}")),
        StopReason::Gateway(error) if error.is_account_problem() => {
            Failure::new(Exit::Configuration, format!("{why}. Once that is mended, {}", on.to_lowercase()))
        }
        StopReason::Gateway(_) => Failure::new(Exit::Stopped, format!("{why}. {on}")),
        StopReason::Unreliable(_) => {
            Failure::new(Exit::Stopped, format!("Stopped because {why}; nothing more was sent. {on}"))
        }
        StopReason::Declined(_) => Failure::new(
            Exit::Stopped,
            format!("Stopped because {why}; nothing more was sent. Look at the reason, then go on. {on}"),
        ),
        StopReason::Rates(stops) => {
            let mut then = format!("To see the rates of then and agree to them: payrun resume {run}");
            if stops.iter().any(|stop| matches!(stop.trouble, RateTrouble::NoQuote { .. })) {
                let _ =
                    write!(then, "\nTo pay at whatever the rate is: payrun resume {run} --max-slippage none");
            }
            Failure::new(
                Exit::Stopped,
                listed(&format!("Payments wait for a person, since {why}:"), &lines, &then),
            )
        }
        StopReason::Funds(_) => {
            let head = format!("{} {why}.", not_sent(view));
            let then = format!("Once the money is there: payrun resume {run}");
            Failure::new(Exit::Stopped, listed(&head, &lines, &then))
        }
        StopReason::Conflict(_) => {
            Failure::new(Exit::Stopped, format!("Stopped because {why}. Look at it before you go on. {on}"))
        }
        StopReason::Held(_) => {
            let then = format!(
                "Once that is settled: payrun resume {run}. To pay the others now: payrun resume {run} --skip-invalid"
            );
            held(view, &lines, &then)
        }
        StopReason::NoLookUp { .. } => {
            let then = if view.has_sent() {
                format!("Once Flash can: payrun resume {run}")
            } else {
                "Set payouts.parties = \"inline\" to send them with each payout, and pay the file again: it begins anew.".to_owned()
            };
            Failure::new(Exit::Configuration, format!("{} {why}. {then}", not_sent(view)))
        }
        StopReason::Remitters { others, .. } => {
            let mut then = if view.has_sent() {
                format!(
                    "The run keeps the remitters that it was opened with. Once Flash has them as the file needs them: payrun resume {run}"
                )
            } else {
                "Mend the remitter, in the configuration or at Flash; then pay the file again: it begins anew, with the configuration as it is then.".to_owned()
            };
            if *others {
                let _ = write!(
                    then,
                    "\nTo pay the rows of the other remitters now: payrun resume {run} --skip-invalid"
                );
            }
            held(view, &lines, &then)
        }
    }
}

/// What a person must settle before anything is sent, and what to do then.
fn held(view: &RunView, reasons: &[String], then: &str) -> Failure {
    let exit = if view.has_sent() { Exit::Stopped } else { Exit::Findings };
    Failure::new(exit, listed(not_sent(view), reasons, then))
}

fn listed(head: &str, lines: &[String], then: &str) -> String {
    let mut all = vec![head.to_owned()];
    all.extend(shown(lines));
    all.push(then.to_owned());
    all.join("\n")
}

/// As many of the lines as are shown, and how many are not.
pub fn shown(lines: &[String]) -> impl Iterator<Item = String> {
    let left = lines.len().saturating_sub(MOST_SHOWN);
    let more = (left > 0).then(|| format!("  … and {left} more"));
    lines.iter().take(MOST_SHOWN).map(|line| format!("  {line}")).chain(more)
}

/// Why a run stopped, as its journal has it.
pub fn why_it_stopped(stopped: &Stopped) -> String {
    let mut text = format!("  why it stopped: {}\n", stopped.why);
    for line in shown(&stopped.lines) {
        let _ = writeln!(text, "  {line}");
    }
    text
}

fn not_sent(view: &RunView) -> &'static str {
    if view.has_sent() { "Nothing more was sent:" } else { "Nothing was sent:" }
}
