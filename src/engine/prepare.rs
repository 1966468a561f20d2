//! From a file to a plan: read, check, recognise, decide. Nothing is recorded yet and nothing is sent.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use jiff::SignedDuration;

use super::earlier::EarlierRuns;
use super::open::superseded;
use super::spool::Spool;
use super::view::begun;
use super::{EngineError, preview, verify};
use crate::check::{self, Checked, Marked, Passed};
use crate::config::Remitters;
use crate::domain::remitter::BOTH_NAMED;
use crate::domain::{
    BlockOn, BookField, Clock, ExternalId, FileDigest, Observer, Overlaps, PaidAs, PartyMode, Payout,
    PayoutId, PayoutState, Place, PlanHash, Remitter, RowDigest, RowEntry, RunHead, RunId, RunState, Totals,
};
use crate::intake::{self, Reading};
use crate::journal::{Checkpoint, Journal, JournalError};
use crate::plan::{Arranger, Decision, InNameOf, Planned, Preview, like_findings};

/// What a person asks for.
#[derive(Debug, Clone)]
pub struct Inputs<'a> {
    /// Where the file is.
    pub path: &'a Path,
    /// Its name, without folders.
    pub file: String,
    /// A name for the run, where the user gives one.
    pub name: Option<&'a str>,
    /// What is said of rows that look paid already.
    pub overlaps: Overlaps,
    /// How to read the file.
    pub reading: &'a Reading,
    /// How to check.
    pub check: check::Options,
    /// The scope's name.
    pub scope: &'a str,
    /// `simulator`, `uat` or `production`.
    pub environment: &'a str,
    /// Who pays.
    pub remitters: &'a Remitters,
    /// How parties travel.
    pub parties: PartyMode,
    /// How long an equal payout of an earlier run holds a row.
    pub window: SignedDuration,
    /// Rows are held of whose payees the bank has said this.
    pub block_on: &'a [BlockOn],
}

/// In whose name a row is paid: a remitter of the run, a sub-client, or, without either, the account itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sender {
    pub remitter: Option<ExternalId>,
    pub sub_client: Option<String>,
}

/// A file that was checked and planned.
#[derive(Debug)]
pub struct Prepared {
    /// What checking found.
    pub checked: Checked,
    /// The run it is or would be.
    pub head: RunHead,
    /// Where the run stands, if this file was seen before.
    pub known: Option<RunState>,
    /// The run as it was opened, where it has begun or is finished: its terms stand then.
    pub begun: Option<RunHead>,
    /// What to do with every row that checking let through, in the order of the file.
    pub planned: Vec<Planned>,
    /// What would be sent.
    pub to_pay: Totals,
    /// What of it would be sent on top of what was sent before.
    pub on_top: Totals,
    /// Rows that are held for what a bank has said, and for nothing else.
    pub blocked: BTreeSet<u32>,
    /// In whose name each row is paid that names a remitter or a sub-client of its own.
    pub(super) row_remitters: BTreeMap<u32, Sender>,
    /// In whose name all others are.
    pub(super) remitter: Sender,
    pub(super) preview: Preview,
    pub(super) spool: Spool,
    pub(super) scope: String,
}

impl Prepared {
    /// Rows that a person must decide on, and why.
    pub fn held(&self) -> impl Iterator<Item = (u32, &str)> {
        self.planned.iter().filter_map(|planned| match &planned.decision {
            Decision::Hold(why) | Decision::Conflict(why) => Some((planned.row, why.as_str())),
            Decision::Pay | Decision::Already => None,
        })
    }

    /// Rows that equal payouts which were sent, and that are paid all the same since a person says so.
    pub fn repeats(&self) -> impl Iterator<Item = (u32, &str)> {
        self.planned.iter().filter_map(|planned| Some((planned.row, planned.repeats.as_deref()?)))
    }

    /// The payout that a row will be which is none yet, once it is corrected. None: what it is cannot be told.
    pub(super) fn identity(&self, row: u32, whom: Option<&str>, marked: Marked) -> Option<PayoutId> {
        let Self { scope, head, .. } = self;
        match marked {
            Marked::Not => Some(PayoutId::of_refused_row(scope, &head.label, &head.digest, row, whom)),
            Marked::As(id) => Some(id),
            Marked::Unclear => None,
        }
    }

    /// The copy of the file that was read.
    pub fn copy(&self) -> &Path {
        &self.spool.copy
    }

    /// What the plan is told by.
    pub fn plan(&self) -> PlanHash {
        self.preview.hash()
    }

    /// Rows that look like payouts of earlier runs, though an id or a reference tells them apart.
    pub fn like_earlier(&self) -> impl Iterator<Item = (u32, &str)> {
        self.planned.iter().filter_map(|planned| Some((planned.row, planned.like.as_ref()?.message.as_str())))
    }

    /// Whether earlier runs have all its rows as they are, and it takes nothing out of the run that it corrects.
    pub fn changes_nothing(&self) -> bool {
        self.already() == self.planned.len()
            && self.checked.invalid_rows.is_empty()
            && self.preview.dropped().count == 0
    }

    /// How many rows an earlier run has.
    pub fn already(&self) -> usize {
        self.planned.iter().filter(|planned| planned.decision == Decision::Already).count()
    }

    /// The remitters by their ids.
    pub fn remitter_names(&self) -> Vec<String> {
        self.head.remitters.values().map(|remitter| remitter.party.name.to_string()).collect()
    }
}

/// Reads, checks and plans. The journal is asked, not written.
pub fn prepare(
    journal: &Journal,
    inputs: &Inputs<'_>,
    clock: &dyn Clock,
    observer: &dyn Observer,
) -> Result<Prepared, EngineError> {
    intake::inspect(inputs.path, &inputs.reading.limits)?; // says what is wrong with the file before a copy of it is made
    let mut spool = Spool::copy(inputs.path, &journal.folder().files())?;
    let mut content = Content::default();
    let source = intake::open(&spool.copy, inputs.reading)?;
    let sheet = source.sheet.clone();
    let checked = check::check(
        source,
        &inputs.check,
        journal.checkpoint(),
        &mut |payable| {
            let passed = payable.passed();
            content.add(&passed.payout);
            spool.add(&passed)
        },
        observer,
    )?;
    spool.finish()?;
    let known_as = content.digests(&checked);
    let (run, label, known) = which_run(journal.checkpoint(), inputs, known_as, checked.rows)?;
    let mut head = RunHead {
        run,
        label,
        file: inputs.file.clone(),
        digest: known_as[0],
        environment: inputs.environment.to_owned(),
        opened_at: clock.now(),
        rows: checked.rows,
        parties: inputs.parties,
        overlaps: inputs.overlaps,
        remitter: inputs.remitters.chosen().to_owned(),
        remitters: BTreeMap::new(),
        sheet: inputs.reading.sheet.clone(),
        map: inputs.reading.map.as_ref().map(|map| map.text().to_owned()),
        accepted: inputs.check.accepted.clone(),
        block_on: inputs.block_on.to_vec(),
        bank_directory: Some(inputs.check.directory.date),
        plan: None,
        released: None,
        folder: None,
        answered: None,
        waits: false,
        max_slippage: None,
        rates: Vec::new(),
        awaits: None,
    };
    let begun = known.map_or(Ok(None), |state| begun(journal.checkpoint(), run, state))?;
    let chosen = inputs.remitters.resolve(None)?;
    let remitter = match &begun {
        None => remember(&mut head.remitters, chosen),
        Some(begun) => {
            head.remitters.clone_from(&begun.remitters);
            Sender::default() // each of its rows has its own
        }
    };
    let mut prepared = Prepared {
        checked,
        head,
        known,
        begun,
        planned: Vec::new(),
        to_pay: Totals::default(),
        on_top: Totals::default(),
        blocked: BTreeSet::new(),
        row_remitters: BTreeMap::new(),
        remitter,
        preview: Preview::default(),
        spool,
        scope: inputs.scope.to_owned(),
    };
    arrange(&mut prepared, journal.checkpoint(), inputs, clock)?;
    let likes = prepared.planned.iter().filter_map(|planned| Some((planned.row, planned.like.as_deref()?)));
    let place = |row| Place { sheet: sheet.as_deref().map(str::to_owned), ..Place::row(row) };
    let findings = like_findings(likes, prepared.planned.len(), place);
    prepared.checked.add(findings);
    Ok(prepared)
}

fn arrange(
    prepared: &mut Prepared,
    checkpoint: &Checkpoint,
    inputs: &Inputs<'_>,
    clock: &dyn Clock,
) -> Result<(), EngineError> {
    let head = &mut prepared.head;
    let earlier = EarlierRuns::than(head.run, checkpoint)?;
    if let Overlaps::Amends(run) = inputs.overlaps {
        for open in checkpoint.open_payouts(run) {
            let state = checkpoint.payout(open?.1)?.map(|entry| entry.life.state);
            if state != Some(PayoutState::Ready) {
                return Err(EngineError::AmendsDoubt(run));
            }
        }
    }
    let corrected = corrected(checkpoint, inputs.overlaps)?;
    let any_before = checkpoint.runs()?.iter().any(|(before, _)| before.run != head.run);
    let mut here = preview::Named::default();
    let mut arranger = Arranger::new(
        inputs.scope,
        head.run,
        &head.label,
        inputs.overlaps,
        inputs.check.accepted.clone(),
        inputs.window,
        clock.now(),
    );
    for passed in prepared.spool.payouts()? {
        let Passed { payout, held, .. } = passed?;
        let mut planned = earlier.decide(&mut arranger, &payout)?;
        if planned.decision == Decision::Pay && !corrected.is_empty() {
            let place = purposes(&payout).find_map(|purpose| corrected.get(&purpose));
            planned.repeats = place.cloned().or(planned.repeats);
        }
        if let Some(why) = held.filter(|_| planned.decision == Decision::Pay) {
            planned.decision = Decision::Hold(why);
        }
        let sender = match &prepared.begun {
            Some(_) => as_opened(checkpoint, head.run, &mut planned)?,
            None => in_the_row_s_name(&payout, inputs.remitters, &mut head.remitters, &mut planned),
        };
        if let Some(sender) = sender {
            prepared.row_remitters.insert(payout.row, sender);
        }
        if planned.decision == Decision::Pay
            && let Some(why) = verify::blocked(checkpoint, &payout, inputs.block_on, clock.now())?
        {
            prepared.blocked.insert(payout.row);
            planned.decision = Decision::Hold(why);
        }
        if planned.decision == Decision::Pay {
            prepared.to_pay.add(payout.money);
            if planned.repeats.is_some() {
                prepared.on_top.add(payout.money);
            }
        } else {
            planned.repeats = None;
        }
        if any_before {
            here.add(&payout.payee);
        }
        let sender = prepared.row_remitters.get(&payout.row).unwrap_or(&prepared.remitter);
        let shown = |id| head.remitters.get(id).map(|remitter: &Remitter| remitter.party.name.to_string());
        let shown = sender.remitter.as_ref().and_then(|id| Some((id, shown(id)?)));
        let name = match (&shown, &sender.sub_client) {
            (Some((id, shown)), _) => InNameOf::Remitter(id, shown),
            (None, Some(id)) => InNameOf::SubClient(id),
            (None, None) => InNameOf::Account,
        };
        prepared.preview.add(
            &payout,
            &planned,
            name,
            preview::before(checkpoint, &payout, inputs.check.today)?,
        );
        prepared.planned.push(planned);
    }
    for row in &prepared.checked.invalid_rows {
        prepared.preview.add_invalid(*row);
    }
    if let Overlaps::Amends(run) = inputs.overlaps {
        prepared.preview.add_amended(run);
        if prepared.begun.is_none() {
            let dropped = superseded(checkpoint, &prepared.planned, run)?;
            for entry in dropped {
                prepared.preview.add_dropped(&entry.payout);
            }
        }
    }
    for (id, remitter) in &prepared.head.remitters {
        prepared.preview.add_remitter(id, remitter);
    }
    prepared.head.plan = Some(prepared.preview.hash());
    if any_before {
        for name in prepared.checked.invalid_names.values() {
            here.add_invalid(name);
        }
        preview::note_missing(checkpoint, prepared.head.run, &here, &mut prepared.preview)?;
    }
    Ok(())
}

/// In whose name a row of a run that has begun is paid, by what was recorded of it; and it is held where it was held.
fn as_opened(
    checkpoint: &Checkpoint,
    run: RunId,
    planned: &mut Planned,
) -> Result<Option<Sender>, JournalError> {
    let Some(entry) = checkpoint.payout(planned.id)?.filter(|entry| entry.run == run) else {
        return Ok(None);
    };
    if entry.life.state == PayoutState::Held && planned.decision == Decision::Pay {
        planned.decision = Decision::Hold(entry.life.why.unwrap_or_default());
    }
    Ok(Some(Sender { remitter: entry.remitter, sub_client: entry.payout.sub_client_id }))
}

/// In whose name a row is paid that names somebody. A row that names nobody who can be is held.
fn in_the_row_s_name(
    payout: &Payout,
    known: &Remitters,
    remitters: &mut BTreeMap<ExternalId, Remitter>,
    planned: &mut Planned,
) -> Option<Sender> {
    // a sub-client pays in its own name
    let sub_client =
        payout.sub_client_id.as_ref().map(|id| Sender { remitter: None, sub_client: Some(id.clone()) });
    let Some(name) = payout.remitter.as_deref() else { return sub_client };
    let trouble = match (known.resolve(Some(name)), &sub_client) {
        (_, Some(_)) => BOTH_NAMED.to_owned(),
        (Err(error), None) => error.to_string(),
        (Ok(found), None) => return Some(remember(remitters, found)),
    };
    if planned.decision == Decision::Pay {
        planned.decision = Decision::Hold(trouble); // others are not paid by this run anyway
    }
    sub_client
}

/// Who is paid, as far as a correction tells: account, id or name may be another one in it.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Whom {
    Account(String),
    Payee(ExternalId),
    Name(String),
}

/// Who is paid for what, whatever the amount: the same reference first, then any.
fn purposes(payout: &Payout) -> impl Iterator<Item = (Whom, Option<String>)> {
    let references = [payout.reference.clone(), None];
    references.into_iter().flat_map(|reference| {
        let payee = &payout.payee;
        let name = payee.party.name.to_string().to_lowercase();
        [Whom::Account(payee.account.canonical()), Whom::Payee(payee.who()), Whom::Name(name)]
            .map(|whom| (whom, reference.clone()))
    })
}

/// What the amended run has of payouts that were sent, by their purposes: a row for one of their payees that is none of
/// them is paid on top.
fn corrected(
    checkpoint: &Checkpoint,
    overlaps: Overlaps,
) -> Result<HashMap<(Whom, Option<String>), String>, JournalError> {
    let mut corrected = HashMap::new();
    let Overlaps::Amends(run) = overlaps else { return Ok(corrected) };
    for row in checkpoint.rows(run) {
        let (_, RowEntry::Own { id } | RowEntry::Earlier { id }) = row? else { continue };
        let Some(entry) = checkpoint.payout(id)?.filter(|entry| entry.run <= run) else { continue };
        let state = entry.life.state;
        let pays_nobody = matches!(state, PayoutState::Ready | PayoutState::Rejected | PayoutState::Returned);
        if entry.life.was_sent() && !pays_nobody {
            let place =
                format!("the {} of row {} of run {}", entry.payout.money, entry.payout.row, entry.run);
            corrected.extend(purposes(&entry.payout).map(|purpose| (purpose, place.clone())));
        }
    }
    Ok(corrected)
}

fn remember(remitters: &mut BTreeMap<ExternalId, Remitter>, found: PaidAs) -> Sender {
    match found {
        PaidAs::Account => Sender::default(),
        PaidAs::SubClient(id) => Sender { remitter: None, sub_client: Some(id) },
        PaidAs::Remitter(id, remitter) => {
            remitters.insert(id.clone(), *remitter);
            Sender { remitter: Some(id), sub_client: None }
        }
    }
}

/// What is in a file, in any order.
#[derive(Debug, Default)]
pub(super) struct Content {
    rows: Vec<RowDigest>,
    /// Those whose address stands in the file.
    whole: Vec<RowDigest>,
}

impl Content {
    pub fn add(&mut self, payout: &Payout) {
        let digest = payout.row_digest();
        self.rows.push(digest);
        if !payout.from_book.contains(&BookField::Street) {
            self.whole.push(digest);
        }
    }

    /// The digest of the file, and the one that it had before there was a payee book.
    pub fn digests(mut self, checked: &Checked) -> [FileDigest; 2] {
        self.rows.extend(&checked.incomplete);
        [FileDigest::of_rows(self.rows), FileDigest::of_rows(self.whole)]
    }
}

/// The latest run of a file with this content.
pub(super) fn same_run(
    runs: &[(RunHead, RunState)],
    digests: [FileDigest; 2],
    rows: u64,
) -> Option<&(RunHead, RunState)> {
    runs.iter().rev().find(|(head, _)| is_same(head, digests, rows))
}

/// Rows that cannot be paid are not in the digest, but one more or less of them is another file.
fn is_same(head: &RunHead, digests: [FileDigest; 2], rows: u64) -> bool {
    head.digest != FileDigest::of_rows(Vec::new()) && digests.contains(&head.digest) && head.rows == rows
}

/// The run that a file is, by its content and the name that a person gave.
fn which_run(
    checkpoint: &Checkpoint,
    inputs: &Inputs<'_>,
    digests: [FileDigest; 2],
    rows: u64,
) -> Result<(RunId, String, Option<RunState>), EngineError> {
    let runs = checkpoint.runs()?;
    let next = runs.last().map_or(RunId(1), |(head, _)| RunId(head.run.0 + 1));
    let named = |label: &str| runs.iter().find(|(head, _)| head.label == label);
    let known = |(head, state): &(RunHead, RunState)| (head.run, head.label.clone(), Some(*state));
    if let Some(name) = inputs.name {
        return match named(name) {
            Some(run) if is_same(&run.0, digests, rows) => Ok(known(run)),
            Some((head, _)) => Err(EngineError::NameTaken { label: name.to_owned(), run: head.run }),
            None => Ok((next, name.to_owned(), None)),
        };
    }
    if let Some(run) = same_run(&runs, digests, rows) {
        return Ok(known(run));
    }
    let file = &inputs.file;
    let numbered = (2..=runs.len() + 2).map(|number| format!("{file} ({number})"));
    let mut labels = std::iter::once(file.clone()).chain(numbered);
    let label = labels.find(|label| named(label).is_none()).expect("there are more labels than runs");
    Ok((next, label, None))
}

/// A file's name, without folders.
pub fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}
