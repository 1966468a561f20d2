//! `payrun resume [RUN]`: go on where a run stands.

use super::args::{Globals, ResumeArgs};
use super::asked::record_again;
use super::exit::{Exit, Failure};
use super::guard;
use super::pay::carry_out;
use super::session::Session;
use super::status;
use crate::domain::{RunId, RunState};
use crate::journal::{Checkpoint, Holder, JournalError};

/// Runs the command.
pub fn run(globals: &Globals, args: &ResumeArgs) -> Result<Exit, Failure> {
    let session = Session::new(globals, Vec::new())?;
    let journal = match session.opened() {
        Ok(journal) => Session::taken(journal),
        Err(error) => return Err(held(&session, args.run, error)),
    };
    let run = match args.run {
        Some(run) => run,
        None => unfinished(journal.checkpoint())?,
    };
    let Some((head, state)) = journal.checkpoint().run(run)? else {
        return Err(crate::engine::EngineError::NoSuchRun(run).into());
    };
    if state == RunState::Recording {
        record_again(globals, &journal, &head)?;
    }
    guard::again(&session, &journal, run, args.max_slippage.as_deref(), args.yes)?;
    carry_out(&session, &journal, globals, run, args.skip_invalid)
}

/// The state cannot be had. Beside a watcher it counts whose the run is.
fn held(session: &Session, run: Option<RunId>, error: JournalError) -> Failure {
    let holder = match &error {
        JournalError::Held { holder } => Holder::Process(holder.clone()),
        _ => Holder::Nobody,
    };
    let mut failure = Failure::from(error);
    let Some(run) = run.filter(|_| holder.is_watching()) else { return failure };
    let known = status::glance(session).ok().and_then(|seen| seen.checkpoint().run(run).ok().flatten());
    let whose = match known {
        None | Some((_, RunState::Finished | RunState::Refused)) => return failure,
        Some((_, RunState::Held)) => format!("waits for a person: payrun approve {run}"),
        Some((head, _)) if holder.watches(&head) => {
            "is of that folder: the watcher goes on with it by itself, once nobody has to answer; payrun status says what it waits for".to_owned()
        }
        Some(_) => "is not of that folder: nothing of it is sent while the watcher is there, so stop it, resume the run, and start it again".to_owned(),
    };
    failure.message = format!("{}. Run {run} {whose}", failure.message);
    failure
}

/// The one run that is not finished. Of several, a person chooses.
fn unfinished(checkpoint: &Checkpoint) -> Result<RunId, Failure> {
    let runs = checkpoint.runs()?;
    let open: Vec<_> = runs.iter().filter(|(_, state)| !state.is_over()).collect();
    match open.as_slice() {
        [] => Err(Failure::new(Exit::Usage, "There is no run to go on with.")),
        [(head, _)] => Ok(head.run),
        several => {
            let names: Vec<String> = several
                .iter()
                .map(|(head, _)| format!("  payrun resume {}  ({})", head.run, head.label))
                .collect();
            Err(Failure::new(
                Exit::Usage,
                format!("Several runs are not finished; say which:\n{}", names.join("\n")),
            ))
        }
    }
}
