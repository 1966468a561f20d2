//! `payrun resume [RUN]`: go on where a run stands.

use super::args::{Globals, ResumeArgs};
use super::exit::{Exit, Failure};
use super::guard;
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
    guard::again(&session, &journal, run, args.max_slippage.as_deref(), args.yes)?;
    carry_out(&session, &journal, globals, run, args.skip_invalid)
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
