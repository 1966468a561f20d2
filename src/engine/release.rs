//! What a person says of a run that waits for it: paid or refused. Nothing was sent for it before.

use super::EngineError;
use crate::domain::{Clock, Fact, Release, RunHead, RunId, RunState};
use crate::journal::{Journal, Record};

/// Lets a run go that waits. Durable when it returns; who carries it out is another matter.
pub fn release(journal: &Journal, run: RunId, release: Release) -> Result<(), EngineError> {
    let head = waits(journal, run)?;
    let release = match &head.answered {
        Some(answered) => release.after(answered),
        None => release,
    };
    let at = release.at;
    tracing::info!(%run, way = ?release.way, "run let go");
    Ok(journal.append(at, vec![Record::RunReleased { run, release }]).wait()?)
}

/// Refuses a run that waits: none of its payouts is sent. The same file can be brought again.
pub fn refuse(journal: &Journal, run: RunId, release: Release, clock: &dyn Clock) -> Result<(), EngineError> {
    waits(journal, run)?;
    tracing::info!(%run, way = ?release.way, "run refused");
    let mut records = Vec::new();
    for open in journal.checkpoint().open_payouts(run) {
        let fact = Fact::Refused { by: release.by.clone(), why: release.note.clone() };
        records.push(Record::Happened { id: open?.1, fact, body: None });
    }
    records.push(Record::RunRefused { run, release });
    Ok(journal.append(clock.now(), records).wait()?)
}

fn waits(journal: &Journal, run: RunId) -> Result<RunHead, EngineError> {
    match journal.checkpoint().run(run)?.ok_or(EngineError::NoSuchRun(run))? {
        (head, RunState::Held) => Ok(head),
        (_, state) => Err(EngineError::NotWaiting { run, state }),
    }
}

/// Whether a run may be sent at all.
pub(super) fn may_be_sent(run: RunId, state: RunState) -> Result<(), EngineError> {
    match state {
        RunState::Held => Err(EngineError::NotReleased(run)),
        RunState::Refused => Err(EngineError::Refused(run)),
        RunState::Recording => Err(EngineError::NotRecorded(run)),
        RunState::Running | RunState::Stopped | RunState::Finished => Ok(()),
    }
}
