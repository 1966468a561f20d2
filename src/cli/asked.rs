//! A file and what was said of it: how it becomes a plan, for `pay`, for a watched folder, and for a run that is
//! recorded anew.

use std::collections::BTreeMap;
use std::path::Path;

use super::args::Globals;
use super::exit::{Exit, Failure};
use super::reading::{check_options, read_again};
use super::reference;
use super::session::{Session, Unasked, in_time, signed};
use crate::check::Options;
use crate::domain::{Accepted, BlockOn, Overlaps, RunHead};
use crate::engine::{self, EngineError, Funds, Inputs, Prepared};
use crate::intake::Reading;
use crate::journal::Journal;

/// The file and what was said of it.
pub struct Asked<'a> {
    /// Where it is.
    pub path: &'a Path,
    /// Its name.
    pub file: String,
    /// The run's name, where one is given.
    pub name: Option<&'a str>,
    /// What is said of rows that look paid already.
    pub overlaps: Overlaps,
    /// How to read it.
    pub reading: Reading,
    /// What is accepted.
    pub accepted: Accepted,
    /// What holds a row where a bank has said it.
    pub block_on: Vec<BlockOn>,
    /// Why sub-clients cannot pay, where Flash was asked.
    pub sub_clients: BTreeMap<String, String>,
}

/// Reads, checks and plans the file.
pub fn prepare(session: &Session, journal: &Journal, asked: &Asked<'_>) -> Result<Prepared, Failure> {
    Ok(planned(session, journal, asked)??)
}

/// The same, with what is wrong with the file as the engine says it.
fn planned(
    session: &Session,
    journal: &Journal,
    asked: &Asked<'_>,
) -> Result<Result<Prepared, EngineError>, Failure> {
    let inputs = Inputs {
        path: asked.path,
        file: asked.file.clone(),
        name: asked.name,
        overlaps: asked.overlaps,
        reading: &asked.reading,
        check: Options {
            sub_clients: asked.sub_clients.clone(),
            ..check_options(session, asked.accepted.clone())?
        },
        scope: &session.scope,
        environment: session.settings.environment.name(),
        remitters: &session.settings.remitters,
        parties: session.settings.parties,
        window: signed(session.settings.duplicate_window),
        block_on: &asked.block_on,
    };
    Ok(engine::prepare(journal, &inputs, &*session.clock, &*session.observer))
}

/// The same for what is about to be paid: where Flash is `reached`, it is asked of the sub-clients.
pub fn planned_to_pay(
    session: &Session,
    journal: &Journal,
    asked: &mut Asked<'_>,
    reached: bool,
) -> Result<Result<Prepared, EngineError>, Failure> {
    let prepared = match planned(session, journal, asked)? {
        Ok(prepared) => prepared,
        Err(error) => return Ok(Err(error)),
    };
    let ids = prepared.sub_clients();
    if !reached || prepared.begun.is_some() || ids.is_empty() {
        return Ok(Ok(prepared));
    }
    asked.sub_clients = reference::cannot_pay(session, &ids);
    if asked.sub_clients.is_empty() {
        return Ok(Ok(prepared));
    }
    drop(prepared);
    planned(session, journal, asked)
}

/// Records a run anew that was interrupted before all its rows were recorded: from the copy of its file, on the
/// terms that a person has agreed to. Nothing can have been sent for it.
pub fn record_again(globals: &Globals, journal: &Journal, head: &RunHead) -> Result<(), Failure> {
    let session = Session::new(globals, vec![("payouts.remitter", head.remitter.clone())])?;
    let copy = engine::kept_copy(journal.folder(), head.run, &head.file);
    let asked = Asked {
        path: &copy,
        file: head.file.clone(),
        name: Some(&head.label),
        overlaps: head.overlaps,
        reading: read_again(head, session.settings.limits)?,
        accepted: head.accepted.clone(),
        block_on: head.block_on.clone(),
        sub_clients: BTreeMap::new(),
    };
    let mut prepared = prepare(&session, journal, &asked)?;
    if head.plan.is_some_and(|agreed| agreed != prepared.plan()) {
        let run = head.run;
        return Err(Failure::new(
            Exit::Findings,
            format!(
                "Nothing was sent: run {run} was interrupted while it was recorded, and would not be what was agreed to any more, since the settings or other runs have changed. Pay its file again with payrun pay, which shows the plan of today."
            ),
        ));
    }
    prepared.head.parties = head.parties;
    (prepared.head.released, prepared.head.waits) = (head.released.clone(), head.waits);
    prepared.head.max_slippage = head.max_slippage;
    prepared.head.rates.clone_from(&head.rates);
    engine::record(journal, &prepared, &*session.clock, &*session.observer)?;
    Ok(())
}

/// What is in the balances and what currencies cost, where anything is to be sent. What did not answer a moment ago is
/// not asked again.
pub fn funds(session: &Session, prepared: &Prepared, reached: Result<(), Unasked>) -> Result<Funds, Failure> {
    if prepared.to_pay.lines().is_empty() {
        return Ok(Funds::default());
    }
    let pairs = prepared.pairs();
    let ask = || {
        session.ask(async |gateway| {
            let rates = engine::rates(gateway, &*session.clock, &pairs);
            tokio::join!(in_time(gateway, engine::balances(gateway)), in_time(gateway, rates))
        })
    };
    match reached.and_then(|()| ask()) {
        Ok((balances, rates)) => Ok(Funds::of(balances.flatten(), rates.flatten())),
        Err(Unasked::Silent(why)) => Ok(Funds::unknown(&why)),
        Err(Unasked::Refused(failure)) => Err(failure),
    }
}
