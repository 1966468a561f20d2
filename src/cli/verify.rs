//! `payrun verify FILE`, and what `pay --verify-payees` does before it asks: whose accounts the banks think these are.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::args::{Format, Globals, PayArgs, VerifyArgs};
use super::exit::{Exit, Failure};
use super::out;
use super::pay;
use super::session::Session;
use crate::domain::money::plural;
use crate::domain::{Overlaps, Verdict};
use crate::engine::{self, Prepared, Questioned};
use crate::gateway::{BankNamed, Offer};
use crate::journal::Journal;

type Banks = BTreeMap<usize, Result<Option<BankNamed>, String>>;

/// What is wanted.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    payees: bool,
    banks: bool,
    yes: bool,
}

/// What the banks have said.
#[derive(Debug)]
pub struct Verification {
    payees: Vec<Questioned>,
    banks: Banks,
    /// Why not everybody was asked.
    stopped: Vec<String>,
}

/// Runs the command.
pub fn run(globals: &Globals, args: &VerifyArgs) -> Result<Exit, Failure> {
    let session = Session::new(globals, Vec::new())?;
    let block_on = words(&args.block_on)?;
    let journal = session.journal()?;
    let asked = pay::Asked {
        path: &args.file,
        file: engine::file_name(&args.file),
        name: None,
        overlaps: Overlaps::Hold,
        reading: pay::reading(&session, &args.reading)?,
        accepted: pay::accepted(&args.reading)?,
    };
    let prepared = pay::prepare(&session, &journal, &asked)?;
    let wanted = Wanted { payees: true, banks: args.verify_banks, yes: args.yes };
    let verification = verify(&session, &journal, &prepared, wanted)?;
    match globals.format {
        Format::Text => out::answer(&verification.text()),
        Format::Json => out::answer(&serde_json::to_string_pretty(&verification.json()).unwrap_or_default()),
    }
    if !prepared.checked.invalid_rows.is_empty() {
        let rows = plural(prepared.checked.invalid_rows.len() as u64, "row");
        out::note(&format!("{rows} of the file cannot be paid and were left out: payrun check says why."));
    }
    Ok(if verification.blocks(&block_on).is_some() { Exit::Findings } else { Exit::Done })
}

/// The same for `pay`, as far as it was asked for: the table, and a failure where `--block-on` says so.
pub fn before_paying(
    session: &Session,
    journal: &Arc<Journal>,
    prepared: &Prepared,
    args: &PayArgs,
) -> Result<(), Failure> {
    let block_on = words(&args.block_on)?;
    if !args.verify_payees && !block_on.is_empty() {
        return Err(Failure::new(Exit::Usage, "Nothing was sent: --block-on needs --verify-payees."));
    }
    if !args.verify_payees && !args.verify_banks {
        return Ok(());
    }
    let wanted = Wanted { payees: args.verify_payees, banks: args.verify_banks, yes: args.yes };
    let verification = verify(session, journal, prepared, wanted)?;
    out::note(&verification.text());
    match verification.blocks(&block_on) {
        Some(why) => Err(Failure::new(Exit::Findings, format!("Nothing was sent: {why}"))),
        None => Ok(()),
    }
}

fn words(typed: &[String]) -> Result<Vec<Verdict>, Failure> {
    let word = |text: &String| {
        let known = Verdict::ALL.into_iter().find(|verdict| verdict.name() == text.trim());
        known.filter(|verdict| *verdict != Verdict::Match).ok_or_else(|| {
            Failure::new(
                Exit::Usage,
                format!("--block-on {text}: the words are close-match, not-match, closed and not-found"),
            )
        })
    };
    typed.iter().map(word).collect()
}

fn verify(
    session: &Session,
    journal: &Arc<Journal>,
    prepared: &Prepared,
    wanted: Wanted,
) -> Result<Verification, Failure> {
    let mut payees = engine::payees_of(prepared, journal.checkpoint(), session.clock.now())?;
    let open = payees.iter().filter(|payee| payee.is_open()).count();
    let is_asking = wanted.payees && open > 0;
    if is_asking {
        consent(wanted, open, payees.len())?;
    }
    if !is_asking && !wanted.banks {
        return Ok(Verification { payees, banks: Banks::new(), stopped: Vec::new() });
    }
    session.with_engine(Arc::clone(journal), false, async move |engine| {
        let mut stopped = Vec::new();
        let mut banks = Banks::new();
        if is_asking {
            stopped.extend(engine::verify_payees(&engine, &mut payees).await?);
        }
        if wanted.banks {
            match engine::verify_banks(&engine, &payees).await? {
                Offer::Given(named) => banks = named,
                Offer::Absent { why } => stopped.push(why),
            }
        }
        engine.gateway.sign_out().await;
        Ok(Verification { payees, banks, stopped })
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

impl Verification {
    /// A line for each payee.
    fn text(&self) -> String {
        let mut lines = vec!["Whose accounts the banks say these are:".to_owned()];
        for (at, payee) in self.payees.iter().enumerate() {
            let said = match (&payee.verified, &payee.unanswered) {
                (Some(verified), _) => format!("{}: {}", verified.verdict.name(), verified.verdict.words()),
                (None, Some(why)) => why.clone(),
                (None, None) => "not asked".to_owned(),
            };
            lines.push(format!("  {:<8} {} {}  {said}", rows(&payee.rows), payee.name, payee.account));
            match self.banks.get(&at) {
                Some(Ok(Some(bank))) => {
                    let place = bank.place.as_ref().map_or(String::new(), |place| format!(", {place}"));
                    lines.push(format!("           bank: {}{place}", bank.name));
                }
                Some(Ok(None)) => lines.push("           bank: Flash knows no such bank".to_owned()),
                Some(Err(why)) => lines.push(format!("           bank: no answer ({why})")),
                None => {}
            }
        }
        lines.extend(self.stopped.iter().map(|why| format!("Stopped: {why}.")));
        lines.push(
            "This is advice: a name that differs a little is common, and a match is no proof.".to_owned(),
        );
        lines.join("\n")
    }

    fn json(&self) -> Value {
        let payee = |(at, payee): (usize, &Questioned)| {
            let bank = self.banks.get(&at).and_then(|bank| bank.as_ref().ok()?.as_ref());
            json!({
                "rows": payee.rows,
                "payee": payee.name,
                "account": payee.account.to_string(),
                "verdict": payee.verified.map(|verified| verified.verdict.name()),
                "verified_at": payee.verified.map(|verified| verified.at),
                "unanswered": payee.unanswered,
                "bank": bank,
            })
        };
        json!({
            "payees": self.payees.iter().enumerate().map(payee).collect::<Vec<_>>(),
            "stopped": self.stopped,
        })
    }

    /// Why nothing is to be sent, where a bank has said what blocks.
    fn blocks(&self, block_on: &[Verdict]) -> Option<String> {
        let blocked: Vec<String> = self
            .payees
            .iter()
            .filter_map(|payee| {
                let verdict = payee.verified?.verdict;
                block_on
                    .contains(&verdict)
                    .then(|| format!("{} ({}): {}", rows(&payee.rows), payee.name, verdict.words()))
            })
            .collect();
        (!blocked.is_empty()).then(|| format!("{}. That is what --block-on names.", blocked.join("; ")))
    }
}

/// `row 3`, or `rows 3, 7`.
fn rows(rows: &[u32]) -> String {
    let list: Vec<String> = rows.iter().map(ToString::to_string).collect();
    format!("{} {}", if rows.len() == 1 { "row" } else { "rows" }, list.join(", "))
}
