//! `payrun settle RUN --row N`: what only a person can tell.

use std::sync::Arc;

use super::args::{Format, Globals, SettleArgs};
use super::exit::{Exit, Failure};
use super::session::Session;
use super::{out, report};
use crate::domain::PayoutState;
use crate::engine::{self, EngineError, Settled, Verdict};
use crate::journal::Holder;
use crate::watch::Place;

/// Runs the command.
pub fn run(globals: &Globals, args: &SettleArgs) -> Result<Exit, Failure> {
    let session = Session::new(globals, Vec::new())?;
    if args.reason.trim().is_empty() {
        return Err(Failure::new(Exit::Usage, "Say with --reason how you know; the journal keeps it."));
    }
    let journal = session.journal()?;
    let verdict = args.made.clone().map_or(Verdict::NotMade, Verdict::Made);
    let (run, row, reason) = (args.run, args.row, args.reason.clone());
    let Settled { entry, not_compared } =
        session.with_engine(Arc::clone(&journal), false, async move |engine| {
            let settled = engine::settle(&engine, run, row, verdict, reason).await;
            engine.gateway.sign_out().await;
            Ok(settled?)
        })?;
    let state = entry.life.state;
    let head = journal.checkpoint().run(run)?.ok_or(EngineError::NoSuchRun(run))?.0;
    report::write_anew(
        report::Source { session: &session, checkpoint: journal.checkpoint(), holder: &Holder::Nobody },
        run,
    );
    match globals.format {
        Format::Json => out::answer(
            &serde_json::json!({ "run": run.to_string(), "row": row, "status": state, "not_compared": not_compared })
                .to_string(),
        ),
        Format::Text if state.is_open() => {
            out::answer(&format!(
                "Row {row} of run {run} may be sent again, as attempt {}. To send it: {}",
                entry.life.attempt,
                head.goes_on_by()
            ));
        }
        Format::Text => {
            let unseen = not_compared.iter().map(|what| {
                format!(" Flash does not show the {what} of this payout, so that it was not compared; our id, the amount and the currencies agree.")
            });
            let unseen = unseen.collect::<String>();
            out::answer(&if state == PayoutState::Attention {
                let why = entry.life.why.unwrap_or_default();
                format!("Row {row} of run {run} is noted as made, and still needs a person: {why}.{unseen}")
            } else {
                format!("Row {row} of run {run} is settled: {state}.{unseen}")
            });
        }
    }
    let is_over = journal.checkpoint().run(run)?.is_some_and(|(_, state)| state.is_over());
    if let Some(folder) = head.folder.filter(|_| is_over) {
        out::note(&format!(
            "Its answer and reports in {} are written anew at the next look of payrun watch.",
            folder.join(Place::Done.name()).display()
        ));
    }
    Ok(Exit::Done)
}
