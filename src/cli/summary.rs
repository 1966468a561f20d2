//! The sentences about a run.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use rust_decimal::Decimal;

use super::exit::{Exit, Failure};
use super::session::Session;
use crate::config::Environment;
use crate::domain::money::{grouped, plural};
use crate::domain::plan_view::Need;
use crate::domain::{PayoutState, RunState, RunView};
use crate::engine::StopReason;

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
    for total in &view.totals {
        lines.push(format!("  with Flash: {total}"));
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
    let on = format!("To go on: payrun resume {run}");
    match reason {
        StopReason::Asked => Failure::new(Exit::Stopped, format!("Stopped as asked. {on}")),
        StopReason::Gateway(error) if error.is_account_problem() => {
            Failure::new(Exit::Configuration, format!("{error}. Once that is mended, {}", on.to_lowercase()))
        }
        StopReason::Gateway(error) => Failure::new(Exit::Stopped, format!("{error}. {on}")),
        StopReason::Unreliable(what) => {
            Failure::new(Exit::Stopped, format!("Stopped because {what}; nothing more was sent. {on}"))
        }
        StopReason::Declined(what) => Failure::new(
            Exit::Stopped,
            format!(
                "Stopped because Flash declined what was sent ({what}), and that may hold for all; nothing more was sent. Look at the reason, then go on. {on}"
            ),
        ),
        StopReason::Rates(stops) => Failure::new(Exit::Stopped, super::guard::stopped(stops, run)),
        StopReason::Funds(short) => {
            let mut lines = vec![format!("{} there is not enough money for it.", not_sent(view))];
            lines.extend(short.iter().map(missing));
            lines.push(format!("Once the money is there: payrun resume {run}"));
            Failure::new(Exit::Stopped, lines.join("\n"))
        }
        StopReason::Conflict(what) => Failure::new(
            Exit::Stopped,
            format!(
                "Stopped because something at Flash is not as it should be: {what}. Look at it before you go on. {on}"
            ),
        ),
        StopReason::Held(reasons) => {
            let then = format!(
                "Once that is settled: payrun resume {run}. To pay the others now: payrun resume {run} --skip-invalid"
            );
            held(view, reasons, &then)
        }
        StopReason::NoLookUp { why } => {
            let then = if view.totals.is_empty() {
                "Set payouts.parties = \"inline\" to send them with each payout, and pay the file again: it begins anew.".to_owned()
            } else {
                format!("Once Flash can: payrun resume {run}")
            };
            let message = format!(
                "{} Flash cannot look up payees and remitters by our ids ({why}), and none are made that could not be found again. {then}",
                not_sent(view)
            );
            Failure::new(Exit::Configuration, message)
        }
        StopReason::Remitters { why, others } => {
            let mut then = if view.totals.is_empty() {
                "Mend the remitter, in the configuration or at Flash; then pay the file again: it begins anew, with the configuration as it is then.".to_owned()
            } else {
                format!(
                    "The run keeps the remitters that it was opened with. Once Flash has them as the file needs them: payrun resume {run}"
                )
            };
            if *others {
                let _ = write!(
                    then,
                    "\nTo pay the rows of the other remitters now: payrun resume {run} --skip-invalid"
                );
            }
            held(view, why, &then)
        }
    }
}

/// What a person must settle before anything is sent, and what to do then.
fn held(view: &RunView, reasons: &[String], then: &str) -> Failure {
    let is_untouched = view.totals.is_empty();
    let mut lines = vec![not_sent(view).to_owned()];
    lines.extend(reasons.iter().take(MOST_SHOWN).map(|why| format!("  {why}")));
    if reasons.len() > MOST_SHOWN {
        lines.push(format!("  … and {} more", reasons.len() - MOST_SHOWN));
    }
    lines.push(then.to_owned());
    let exit = if is_untouched { Exit::Findings } else { Exit::Stopped };
    Failure::new(exit, lines.join("\n"))
}

fn not_sent(view: &RunView) -> &'static str {
    if view.totals.is_empty() { "Nothing was sent:" } else { "Nothing more was sent:" }
}

/// A balance that is short, and by how much.
fn missing(need: &Need) -> String {
    let Need { currency, cleared, shortfall, .. } = need;
    let amount = |amount: Option<Decimal>| grouped(&amount.unwrap_or_default());
    format!(
        "  {}{currency} {} is missing: from the {currency} balance {} is to be paid, and {} is there",
        need.about(),
        amount(*shortfall),
        need.needed(),
        amount(*cleared)
    )
}
