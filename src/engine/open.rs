//! Opening a run: its head, every row, and the mark from which it may send, all in the journal.

use std::collections::{BTreeMap, HashSet};

use super::prepare::Sender;
use super::{EngineError, Prepared};
use crate::check::{Marked, Passed};
use crate::domain::{
    Clock, Event, Fact, Finding, Life, Observer, Overlaps, PayoutEntry, PayoutId, PayoutState, RowEntry,
    RunId, Stage,
};
use crate::journal::{Checkpoint, Journal, JournalError, Record, ScopeFolder, private_file};
use crate::plan::{Decision, Planned};

/// So many rows go to the journal in one piece.
const IN_ONE_PIECE: usize = 500;

/// Records a prepared file as a run, which may be sent from then on or waits, as its head says. Durable when it
/// returns; nothing is sent.
pub fn record(
    journal: &Journal,
    prepared: &Prepared,
    clock: &dyn Clock,
    observer: &dyn Observer,
) -> Result<RunId, EngineError> {
    let run = prepared.head.run;
    keep_copy(journal, prepared)?;
    observer.on(&Event::Begin { stage: Stage::Recording, total: Some(prepared.checked.rows) });
    let mut records = vec![Record::RunOpened(prepared.head.clone())];
    let write = |records: &mut Vec<Record>| {
        let is_row =
            |record: &&Record| matches!(record, Record::PayoutPlanned { .. } | Record::RowNoted { .. });
        let count = records.iter().filter(is_row).count() as u64;
        journal.append(clock.now(), std::mem::take(records)).wait()?;
        observer.on(&Event::Step { stage: Stage::Recording, count });
        Ok::<(), JournalError>(())
    };
    for (passed, planned) in prepared.spool.payouts()?.zip(&prepared.planned) {
        let Passed { mut payout, mut accepted, held: _ } = passed?; // whether it is held stands in the plan
        let like_earlier = planned.like.as_ref().map(|like| like.message.clone());
        accepted.extend(planned.like.as_ref().and_then(|like| like.accepted_words(planned.row)));
        let held = |why: &String| Life::new(PayoutState::Held, Some(why.clone()));
        let life = match &planned.decision {
            Decision::Pay => Life::new(PayoutState::Ready, None),
            Decision::Hold(why) => held(why),
            Decision::Already => {
                let entry = RowEntry::Earlier { id: planned.id };
                records.push(Record::RowNoted { run, row: payout.row, entry });
                continue;
            }
            Decision::Conflict(why) => {
                let row = payout.row;
                let name = payout.payee.party.name.to_string();
                let id = prepared.identity(row, Some(&name), payout.marked.map_or(Marked::Not, Marked::As));
                let entry = RowEntry::Conflict { payout: Box::new(payout), why: why.clone(), id };
                records.push(Record::RowNoted { run, row, entry });
                continue;
            }
        };
        let Sender { remitter, sub_client } =
            prepared.row_remitters.get(&payout.row).unwrap_or(&prepared.remitter).clone();
        payout.sub_client_id = sub_client;
        payout.marked = planned.marked;
        records.push(Record::PayoutPlanned {
            run,
            id: planned.id,
            // the user's own id is taken at the API by the payout that this one corrects
            external_id: planned.id.external_id(payout.payment_id.as_deref().filter(|_| !planned.corrects)),
            overlap: payout.overlap_key(),
            payout: Box::new(payout),
            remitter,
            accepted,
            like_earlier,
            life,
        });
        if records.len() >= IN_ONE_PIECE {
            write(&mut records)?;
        }
    }
    let reasons = reasons(&prepared.checked.findings);
    for row in &prepared.checked.invalid_rows {
        let why = reasons.get(row).cloned().unwrap_or_else(|| "see the findings of the file".to_owned());
        let payee = prepared.checked.invalid_names.get(row).cloned();
        let id = prepared.identity(*row, payee.as_deref(), prepared.checked.marked(*row));
        let read = Box::new(prepared.checked.invalid_read.get(row).cloned().unwrap_or_default());
        records.push(Record::RowNoted { run, row: *row, entry: RowEntry::Invalid { why, payee, read, id } });
        if records.len() >= IN_ONE_PIECE {
            write(&mut records)?;
        }
    }
    if let Overlaps::Amends(old) = prepared.head.overlaps {
        for PayoutEntry { id, .. } in superseded(journal.checkpoint(), &prepared.planned, old)? {
            records.push(Record::Happened { id, fact: Fact::Superseded { by: run }, body: None });
        }
    }
    records.push(if prepared.head.waits { Record::RunHeld { run } } else { Record::RunReady { run } });
    write(&mut records)?;
    observer.on(&Event::End { stage: Stage::Recording });
    let (payouts, invalid) = (prepared.planned.len(), prepared.checked.invalid_rows.len());
    tracing::info!(%run, payouts, invalid, waits = prepared.head.waits, "run recorded");
    Ok(run)
}

/// What the amended run has yet to send and this file does not have: it must not be sent behind the back of whoever
/// corrected it.
pub(super) fn superseded(
    checkpoint: &Checkpoint,
    planned: &[Planned],
    old: RunId,
) -> Result<Vec<PayoutEntry>, EngineError> {
    let ours: HashSet<PayoutId> = planned.iter().map(|planned| planned.id).collect();
    let mut dropped = Vec::new();
    for open in checkpoint.open_payouts(old) {
        let (_, id) = open?;
        let waits = |entry: &PayoutEntry| entry.run == old && entry.life.state == PayoutState::Ready;
        dropped.extend(checkpoint.payout(id)?.filter(waits).filter(|_| !ours.contains(&id)));
    }
    Ok(dropped)
}

/// The file as it was read stays with the run.
fn keep_copy(journal: &Journal, prepared: &Prepared) -> Result<(), EngineError> {
    let from = &prepared.spool.copy;
    let to = kept_copy(journal.folder(), prepared.head.run, &prepared.head.file);
    let kept =
        std::fs::File::open(from).and_then(|file| file.sync_all()).and_then(|()| std::fs::rename(from, &to));
    kept.map_err(|error| JournalError::io("cannot keep a copy of the file as", to, &error))?;
    keep_findings(journal.folder(), prepared.head.run, &prepared.checked.findings)?;
    Ok(journal.keep_names()?)
}

/// What checking found stays with the run as it was agreed to, since another day may find otherwise.
fn keep_findings(scope: &ScopeFolder, run: RunId, findings: &[Finding]) -> Result<(), JournalError> {
    let path = findings_path(scope, run);
    let written = private_file(&path).and_then(|file| {
        let mut out = std::io::BufWriter::new(file);
        serde_json::to_writer(&mut out, findings)?;
        out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()
    });
    written.map_err(|error| JournalError::io("cannot keep the findings as", path, &error))
}

/// What checking found when the run was recorded. None: the run is from before findings were kept, or they cannot be
/// read any more.
pub fn kept_findings(scope: &ScopeFolder, run: RunId) -> Option<Vec<Finding>> {
    let file = std::fs::File::open(findings_path(scope, run)).ok()?;
    serde_json::from_reader(std::io::BufReader::new(file)).ok()
}

fn findings_path(scope: &ScopeFolder, run: RunId) -> std::path::PathBuf {
    scope.files().join(format!("{run}.findings.json"))
}

/// Where the file of a run is kept.
pub fn kept_copy(scope: &ScopeFolder, run: RunId, file: &str) -> std::path::PathBuf {
    scope.files().join(format!("{run}-{file}"))
}

/// The errors of each row, in one text.
fn reasons(findings: &[Finding]) -> BTreeMap<u32, String> {
    let mut reasons: BTreeMap<u32, String> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.forbids()) {
        let Some(row) = finding.place.row else { continue };
        let said = reasons.entry(row).or_default();
        let cell = finding.place.cell().map_or(String::new(), |cell| format!("{cell}: "));
        *said = [said.as_str(), &format!("{cell}{}", finding.message)].join(if said.is_empty() {
            ""
        } else {
            "; "
        });
    }
    reasons
}
