//! `payrun status [RUN]`: how everything stands, also while another process is at work.

use std::fmt::Write;

use super::args::{Format, Globals, StatusArgs};
use super::exit::{Exit, Failure};
use super::session::Session;
use super::{out, report, summary};
use crate::domain::{PayoutState, RunId};
use crate::engine;
use crate::journal::{Checkpoint, Holder, Journal, JournalError, RealDisk};

/// What can be seen now, and who else has the state.
pub struct Seen {
    kept: Kept,
    /// Another process that has the state.
    pub holder: Holder,
}

enum Kept {
    Ours(Journal),
    Copy(Checkpoint),
}

impl Seen {
    /// Where everything stands.
    pub fn checkpoint(&self) -> &Checkpoint {
        match &self.kept {
            Kept::Ours(journal) => journal.checkpoint(),
            Kept::Copy(checkpoint) => checkpoint,
        }
    }
}

/// Looks without disturbing: through the checkpoint where nobody has it, else through the journal.
pub fn look(session: &Session) -> Result<Seen, Failure> {
    has_runs(session)?;
    let holder = session.folder.holder();
    if holder == Holder::Nobody {
        match Journal::open(&session.folder, std::sync::Arc::new(RealDisk)) {
            Ok(journal) => return Ok(Seen { kept: Kept::Ours(journal), holder }),
            // only the checkpoint knows that the journal has lost its end: read without it, false states would be shown
            Err(error @ JournalError::Damaged { .. }) => return Err(error.into()),
            Err(_) => {} // what cannot be written to can be read
        }
    }
    Ok(Seen { kept: Kept::Copy(Journal::look(&session.folder)?), holder })
}

/// Whether there is anything to look at.
pub fn has_runs(session: &Session) -> Result<(), Failure> {
    if session.folder.journal().is_dir() {
        return Ok(());
    }
    let text = format!("There are no runs yet in {}.", session.folder.path().display());
    Err(Failure::new(Exit::Usage, text))
}

/// A journal of at most so many bytes is read through rather than kept from others.
const SOON_READ: u64 = 16 << 20;

/// The same for a command that only asks on the way and may take its time: nothing is written and nobody is kept out,
/// unless the journal is so long that reading it through would take longer than the command.
pub fn glance(session: &Session) -> Result<Seen, Failure> {
    let segments = std::fs::read_dir(session.folder.journal()).into_iter().flatten().flatten();
    let bytes: u64 = segments.filter_map(|segment| segment.metadata().ok()).map(|file| file.len()).sum();
    if bytes > SOON_READ {
        return look(session);
    }
    let holder = session.folder.holder();
    Ok(Seen { kept: Kept::Copy(Journal::look(&session.folder)?), holder })
}

/// Runs the command.
pub fn run(globals: &Globals, args: &StatusArgs) -> Result<Exit, Failure> {
    let session = Session::new(globals, Vec::new())?;
    let seen = look(&session)?;
    match (args.run, globals.format) {
        (None, Format::Text) => out::answer(&list(&seen)?),
        (None, Format::Json) => out::answer(&list_json(&seen)?),
        (Some(run), Format::Json) => report::answer_json(source(&seen, &session), run)?,
        (Some(run), Format::Text) => out::answer(&one(&seen, run)?),
    }
    Ok(Exit::Done)
}

fn source<'a>(seen: &'a Seen, session: &'a Session) -> report::Source<'a> {
    report::Source { session, checkpoint: seen.checkpoint(), holder: &seen.holder }
}

fn list(seen: &Seen) -> Result<String, Failure> {
    let runs = seen.checkpoint().runs()?;
    if runs.is_empty() {
        return Ok("No runs yet.".to_owned());
    }
    let mut text = String::new();
    for (head, _) in runs {
        let view = engine::run_view(seen.checkpoint(), head.run, &seen.holder)?;
        let counts: Vec<String> = PayoutState::ALL
            .iter()
            .filter(|state| view.count(**state) > 0)
            .map(|state| format!("{} {}", view.count(*state), state.name().replace('_', " ")))
            .collect();
        let why = view.stopped.as_ref().map_or(String::new(), |stopped| format!(" ({})", stopped.why));
        let state = serde_json::to_string(&view.state).unwrap_or_default();
        let opened = view.opened_at.strftime("%Y-%m-%d %H:%M UTC");
        let _ = writeln!(
            text,
            "{:<5} {opened}  {:<9} {}: {}{why}",
            view.run,
            state.trim_matches('"'),
            view.label,
            counts.join(", ")
        );
    }
    Ok(text)
}

fn list_json(seen: &Seen) -> Result<String, Failure> {
    let runs = seen.checkpoint().runs()?;
    let views = runs.iter().map(|(head, _)| engine::run_view(seen.checkpoint(), head.run, &seen.holder));
    let views = views.collect::<Result<Vec<_>, _>>()?;
    serde_json::to_string(&serde_json::json!({ "runs": views }))
        .map_err(|error| Failure::new(Exit::Defect, error.to_string()))
}

fn one(seen: &Seen, run: RunId) -> Result<String, Failure> {
    let view = engine::run_view(seen.checkpoint(), run, &seen.holder)?;
    let mut text = summary::run(&view, &[], None);
    text.push('\n');
    text.push_str(&view.stopped.as_ref().map(summary::why_it_stopped).unwrap_or_default());
    for payout in engine::payouts(seen.checkpoint(), run, &seen.holder) {
        let payout = payout?;
        let [amount, currency] = [payout.amount, payout.currency].map(Option::unwrap_or_default);
        let amount = match (payout.from_currency, payout.to_currency) {
            (Some(from), Some(to)) => format!("{currency} {amount}, {from} → {to}"),
            _ if currency == "AUD" => amount,
            _ => format!("{currency} {amount}").trim().to_owned(),
        };
        let payee = payout.payee.unwrap_or_default();
        let account = payout.account.unwrap_or_default();
        let _ = writeln!(
            text,
            "row {:<5} {:<10} {:>14}  {payee}  {account}",
            payout.row,
            payout.status.name(),
            amount
        );
        let said_by_bank = payout.verified.map(|verified| verified.words());
        let bank = payout.bank.map(|kept| kept.bank.to_string());
        for (what, said) in
            [("why", payout.reason), ("next", payout.next), ("bank says", said_by_bank), ("bank", bank)]
        {
            if let Some(said) = said {
                let _ = writeln!(text, "          {what}: {said}");
            }
        }
    }
    Ok(text)
}
