//! `payrun verify FILE`, and what `pay --verify-payees` does before it asks: whose accounts the banks think these are.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::args::{Format, Globals, PayArgs, VerifyArgs};
use super::asked::{Asked, prepare};
use super::exit::{Exit, Failure};
use super::out;
use super::reading;
use super::session::Session;
use crate::domain::money::plural;
use crate::domain::plan_view::{BankWord, BankWords};
use crate::domain::{BlockOn, Overlaps, RunId, first_of};
use crate::engine::{self, EngineError, Prepared, Whom};
use crate::journal::Journal;

/// What is wanted.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    payees: bool,
    banks: bool,
    yes: bool,
}

/// Runs the command.
pub fn run(globals: &Globals, args: &VerifyArgs) -> Result<Exit, Failure> {
    let session = Session::new(globals, Vec::new())?;
    let block_on = words(&args.block_on)?;
    let journal = session.journal()?;
    let asked = Asked {
        path: &args.file,
        file: engine::file_name(&args.file),
        name: None,
        overlaps: Overlaps::Hold,
        reading: reading::reading(&session, &args.reading)?,
        accepted: reading::accepted(&args.reading.accept)?,
        block_on: block_on.clone(),
        sub_clients: BTreeMap::new(),
    };
    let prepared = prepare(&session, &journal, &asked)?;
    let wanted = Wanted { payees: true, banks: args.verify_banks, yes: args.yes };
    let began = session.clock.now();
    let (words, failed) = match ask(&session, &journal, &prepared, Whom::All, wanted) {
        Ok(words) => (words, None),
        // who may not be asked was not asked: there is nothing to tell
        Err(failure) if failure.exit == Exit::Usage => return Err(failure),
        Err(failure) => {
            let known = engine::payees_of(&prepared, Whom::All, journal.checkpoint(), session.clock.now())?;
            let answered = known.iter().filter(|payee| payee.was_verified_since(began)).count();
            let answered = plural(answered as u64, "verification");
            let why = format!(
                "{}; {answered} of this time had an answer, which is kept and not asked for again",
                failure.message.trim_end_matches('.')
            );
            (engine::bank_words(&known, vec![why]), Some(failure))
        }
    };
    match globals.format {
        Format::Text => out::answer(&text(&words)),
        Format::Json => out::answer(&serde_json::to_string_pretty(&words).unwrap_or_default()),
    }
    if let Some(failure) = failed {
        return Err(failure);
    }
    if !prepared.checked.invalid_rows.is_empty() {
        let rows = plural(prepared.checked.invalid_rows.len() as u64, "row");
        out::note(&format!("{rows} of the file cannot be paid and were left out: payrun check says why."));
    }
    let blocks = words.payees.iter().any(|word| is_blocked(word, &block_on));
    Ok(if blocks { Exit::Findings } else { Exit::Done })
}

/// Whether what is said of a payee is named.
fn is_blocked(word: &BankWord, block_on: &[BlockOn]) -> bool {
    block_on.iter().any(|named| match named.verdict() {
        Some(verdict) => word.verdict == Some(verdict.name()),
        None => word.is_unverified(),
    })
}

/// Whether `pay` is to say what banks say.
pub fn is_wanted(args: &PayArgs) -> bool {
    args.verify_payees || args.verify_banks
}

/// What banks have said before of payees of the plan, where nobody asks them now.
pub fn kept(
    session: &Session,
    journal: &Journal,
    prepared: &Prepared,
) -> Result<Option<BankWords>, EngineError> {
    if !journal.checkpoint().has_verified() {
        return Ok(None);
    }
    let mut payees = engine::payees_of(prepared, Whom::ToPay, journal.checkpoint(), session.clock.now())?;
    payees.retain(|payee| payee.verified.is_some());
    Ok((!payees.is_empty()).then(|| engine::bank_words(&payees, Vec::new())))
}

/// What is known without asking anybody, for `pay`.
pub fn known(
    session: &Session,
    journal: &Journal,
    prepared: &Prepared,
    args: &PayArgs,
) -> Result<Option<BankWords>, Failure> {
    if !is_wanted(args) {
        return Ok(kept(session, journal, prepared)?);
    }
    let payees = engine::payees_of(prepared, Whom::ToPay, journal.checkpoint(), session.clock.now())?;
    let mut words = engine::bank_words(&payees, Vec::new());
    if !args.verify_payees {
        words.questions = 0; // nobody wants to ask them
    }
    Ok(Some(words))
}

/// Asks, for `pay`, as far as it was told to.
pub fn before_paying(
    session: &Session,
    journal: &Arc<Journal>,
    prepared: &Prepared,
    args: &PayArgs,
) -> Result<BankWords, Failure> {
    let wanted = Wanted { payees: args.verify_payees, banks: args.verify_banks, yes: args.yes };
    ask(session, journal, prepared, Whom::ToPay, wanted)
}

/// The answers of banks for which `pay` holds rows.
pub fn block_on(args: &PayArgs) -> Result<Vec<BlockOn>, Failure> {
    let block_on = words(&args.block_on)?;
    if !args.verify_payees && !block_on.is_empty() {
        return Err(Failure::new(Exit::Usage, "Nothing was sent: --block-on needs --verify-payees."));
    }
    Ok(block_on)
}

/// Whether a run that has begun goes on, once the banks were asked about what it has yet to send: nobody holds its rows
/// any more.
pub fn go_on(run: RunId, words: &BankWords, block_on: &[BlockOn]) -> Result<(), Failure> {
    let blocked: Vec<String> =
        words.payees.iter().filter(|word| is_blocked(word, block_on)).map(BankWord::places).collect();
    if blocked.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Findings,
        format!(
            "Nothing more was sent: --block-on names what the banks say of {}, and rows of a run that has begun are not held any more. payrun resume {run} goes on with all of them, or a corrected file takes its place: payrun pay CORRECTED --amends {run}",
            first_of(&blocked)
        ),
    ))
}

/// The words, each once.
fn words(typed: &[String]) -> Result<Vec<BlockOn>, Failure> {
    let word = |text: &String| {
        BlockOn::ALL.into_iter().find(|word| word.name() == text.trim()).ok_or_else(|| {
            Failure::new(
                Exit::Usage,
                format!(
                    "--block-on {text}: the words are close-match, not-match, closed, not-found and unverified"
                ),
            )
        })
    };
    let mut words: Vec<BlockOn> = typed.iter().map(word).collect::<Result<_, _>>()?;
    words.sort_unstable();
    words.dedup();
    Ok(words)
}

fn ask(
    session: &Session,
    journal: &Arc<Journal>,
    prepared: &Prepared,
    whom: Whom,
    wanted: Wanted,
) -> Result<BankWords, Failure> {
    let mut payees = engine::payees_of(prepared, whom, journal.checkpoint(), session.clock.now())?;
    let open = payees.iter().filter(|payee| payee.is_open()).count();
    let is_asking = wanted.payees && open > 0;
    if is_asking {
        consent(wanted, open, payees.len())?;
    }
    if !is_asking && !wanted.banks {
        return Ok(engine::bank_words(&payees, Vec::new()));
    }
    session.with_engine(Arc::clone(journal), false, async move |engine| {
        let mut stopped = Vec::new();
        if is_asking {
            stopped.extend(engine::verify_payees(&engine, &mut payees).await?);
        }
        if wanted.banks {
            stopped.extend(engine::verify_banks(&engine, &mut payees).await?);
        }
        engine.gateway.sign_out().await;
        Ok(engine::bank_words(&payees, stopped))
    })
}

/// What it may cost is said before anything is asked.
fn consent(wanted: Wanted, open: usize, all: usize) -> Result<(), Failure> {
    let known = match all - open {
        0 => String::new(),
        known => format!(" ({known} are known already or cannot be asked about)"),
    };
    let question = format!(
        "{} will be sent to the banks{known}; Flash may bill each.",
        plural(open as u64, "verification")
    );
    match if wanted.yes { Some(true) } else { out::agrees(&question) } {
        Some(true) => {
            if wanted.yes {
                out::note(&question);
            }
            Ok(())
        }
        Some(false) => Err(Failure::new(Exit::Usage, "Nothing was asked: only the word yes asks.")),
        None => Err(Failure::new(
            Exit::Usage,
            format!(
                "{question}\nNothing was asked: there is no terminal to ask on; say --yes where nobody can answer."
            ),
        )),
    }
}

/// A line for each payee.
fn text(words: &BankWords) -> String {
    let mut lines = vec!["Whose accounts the banks say these are:".to_owned()];
    for word in &words.payees {
        lines.push(format!("  {:<8} {} {}  {}", word.places(), word.payee, word.account, word.words));
        lines.extend(word.bank.iter().map(|bank| format!("           bank: {bank}")));
    }
    lines.extend(words.stopped.iter().map(|why| format!("Stopped: {why}.")));
    lines.push("This is advice: a name that differs a little is common, and a match is no proof.".to_owned());
    lines.join("\n")
}
