//! `payrun resume [RUN]`: go on where a run stands.

use super::args::{Globals, ResumeArgs};
use super::exit::{Exit, Failure};
use super::pay::{carry_out, record_again};
use super::session::Session;
use crate::domain::{RunId, RunState};
use crate::journal::Checkpoint;

/// Runs the command.
pub fn run(globals: &Globals, args: &ResumeArgs) -> Result<Exit, Failure> {
    let session = Session::new(globals, Vec::new())?;
    let journal = session.journal()?;
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
    carry_out(&session, &journal, globals, run, args.skip_invalid)
}

/// The last run that is not finished.
fn unfinished(checkpoint: &Checkpoint) -> Result<RunId, Failure> {
    let runs = checkpoint.runs()?;
    let open = runs.iter().rev().find(|(_, state)| *state != RunState::Finished);
    open.map(|(head, _)| head.run).ok_or_else(|| Failure::new(Exit::Usage, "There is no run to go on with."))
}
