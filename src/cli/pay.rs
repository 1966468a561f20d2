//! `payrun pay FILE`: check, plan, ask, record, send, report.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::args::{Format, Globals, PayArgs};
use super::asked::{Asked, funds, planned_to_pay, prepare};
use super::exit::{Exit, Failure};
use super::expect::expected;
use super::hand_over::hand_over;
use super::reading::{accepted, check_options, reading};
use super::session::Session;
use super::{guard, notices, out, plan_text, reference, report, stands, summary, verify};
use crate::check::{self, CheckReport};
use crate::domain::money::plural;
use crate::domain::{
    Accepted, BlockOn, Overlaps, PayoutState, PlanView, RunHead, RunId, RunState, Severity, Way,
};
use crate::engine::{self, EngineError, Funds, Prepared};
use crate::journal::{Holder, Journal};
use crate::report::write_plan_page;

/// Runs the command.
pub fn run(globals: &Globals, args: &PayArgs) -> Result<Exit, Failure> {
    let remitter = args.remitter.clone().map(|name| ("payouts.remitter", name));
    let limit = args.max_slippage.as_deref().map(|text| guard::typed(text).map(|_| text.to_owned()));
    let limit = limit.transpose()?.map(|text| ("payouts.max_slippage", text));
    let session = Session::new(globals, remitter.into_iter().chain(limit).collect())?;
    let journal = match session.opened() {
        Ok(journal) => Session::taken(journal),
        Err(error) => return hand_over(error, globals, args),
    };
    if args.name.as_deref().is_some_and(|name| name.trim().is_empty()) {
        return Err(Failure::new(Exit::Usage, "Nothing was sent: --name needs a name."));
    }
    let overlaps = overlaps(&journal, args)?;
    let block_on = verify::block_on(args)?;
    let mut asked = Asked {
        path: &args.file,
        file: engine::file_name(&args.file),
        name: args.name.as_deref(),
        overlaps,
        reading: reading(&session, &args.reading)?,
        accepted: accepted(&args.reading.accept)?,
        // silence holds nothing before anybody was asked
        block_on: block_on.iter().copied().filter(|word| word.verdict().is_some()).collect(),
        sub_clients: BTreeMap::new(),
    };
    let reached = reference::refresh(&session);
    let mut prepared = match planned_to_pay(&session, &journal, &mut asked, reached.is_ok())? {
        Ok(prepared) => prepared,
        Err(error) => return Err(unreadable(&session, globals, &asked, error)),
    };
    tell_findings(&prepared, args, globals)?;
    let begun = prepared.begun.take();
    // of a run that has begun the plan that it was opened with: that is carried out, whatever the settings say today
    let plan = begun.as_ref().and_then(|head| head.plan).unwrap_or_else(|| prepared.plan());
    expected(&prepared, plan, globals, args)?;
    let funds = match funds(&session, &prepared, reached) {
        Err(refused) if args.dry_run => Funds::unknown(&refused.message),
        Err(refused) => {
            return Err(Failure { message: format!("Nothing was sent: {}.", refused.message), ..refused });
        }
        Ok(funds) => funds,
    };
    let view = prepared.view(summary::place(&session), &funds, session.clock.now());
    let bank_words = verify::known(&session, &journal, &prepared, args)?;
    let max_slippage = guard::limit(&session, &prepared, begun.as_ref());
    let mut view = PlanView { plan, max_slippage, bank_words, ..view };
    let run = prepared.head.run;
    match (prepared.known, begun) {
        (Some(RunState::Finished), _) => {
            page(args, &view)?;
            return already_done(&session, &journal, globals, run);
        }
        (_, Some(head)) => {
            out::note(&format!(
                "This file is run {run}, which is not finished: `pay` goes on with it, on the terms it was opened with."
            ));
            page(args, &view)?;
            if args.dry_run {
                return Ok(show(&view, &session, globals));
            }
            keeps_its_terms(&head, &asked, &block_on, args)?;
            if verify::is_wanted(args) {
                let words = verify::before_paying(&session, &journal, &prepared, args)?;
                out::note(&plan_text::of_banks(&words));
                verify::go_on(run, &words, &block_on)?;
            }
            consent(args, &format!("Go on with run {run}?"))?;
            guard::again(&session, &journal, run, None, args.yes)?;
            return carry_out(&session, &journal, globals, run, args.skip_invalid);
        }
        (Some(RunState::Refused), None) => out::note(&format!(
            "This file is run {run}, refused by {}: it begins anew, with the settings of today.",
            journal
                .checkpoint()
                .release(run)?
                .map_or_else(|| "somebody".to_owned(), |release| release.to_string())
        )),
        (Some(_), None) => out::note(&format!(
            "This file is run {run}, of which nothing was sent yet: it begins anew, with the settings of today."
        )),
        (None, None) => {}
    }
    let stops = stopping(&prepared, args);
    if args.dry_run || stops.is_some() {
        page(args, &view)?;
        return match stops {
            None => Ok(show(&view, &session, globals)),
            Some(why) => Err(refused(&view, &prepared, &session, globals, why)),
        };
    }
    if verify::is_wanted(args) {
        let words = verify::before_paying(&session, &journal, &prepared, args)?;
        drop(prepared);
        asked.block_on = block_on;
        prepared = prepare(&session, &journal, &asked)?; // the banks may have said what holds rows
        let plan = prepared.plan();
        expected(&prepared, plan, globals, args)?;
        let anew = prepared.view(view.place, &funds, session.clock.now());
        view = PlanView { bank_words: Some(words), max_slippage, ..anew };
        if let Some(stops) = stopping(&prepared, args) {
            page(args, &view)?;
            return Err(refused(&view, &prepared, &session, globals, stops));
        }
    }
    page(args, &view)?;
    out::note(&text(&view, &session));
    guard::agree(&session, &mut prepared, &funds.rates)?;
    consent(args, "Send these payouts?")?;
    prepared.head.released = Some(session.answer(if args.yes { Way::Flag } else { Way::Terminal }, None));
    engine::record(&journal, &prepared, &*session.clock, &*session.observer)?;
    drop(prepared);
    carry_out(&session, &journal, globals, run, args.skip_invalid)
}

/// Writes the plan as a page, where one is wanted.
fn page(args: &PayArgs, view: &PlanView) -> Result<(), Failure> {
    if let Some(page) = &args.plan_page {
        write_plan_page(page, view)?;
        out::note(&format!("The plan as a page: {}", page.display()));
    }
    Ok(())
}

/// What is accepted or held now does not count for a run that has begun.
fn keeps_its_terms(
    head: &RunHead,
    asked: &Asked<'_>,
    block_on: &[BlockOn],
    args: &PayArgs,
) -> Result<(), Failure> {
    guard::keeps_limit(head, args)?;
    let run = head.run;
    if !asked.accepted.is_empty() && asked.accepted != head.accepted {
        return Err(Failure::new(
            Exit::Usage,
            format!(
                "Nothing was sent: run {run} has begun, and what is accepted now does not count for it. Pay the others with payrun resume {run} --skip-invalid, then pay its file of rows to correct with --accept; the rows have other numbers there."
            ),
        ));
    }
    if !block_on.is_empty() && block_on != head.block_on {
        return Err(Failure::new(
            Exit::Usage,
            format!(
                "Nothing was sent: run {run} has begun, and --block-on holds no row of it any more. Look at what the banks say with payrun verify FILE; then payrun resume {run} goes on with all rows, or a corrected file takes its place: payrun pay CORRECTED --amends {run} --verify-payees --block-on …"
            ),
        ));
    }
    Ok(())
}

/// The plan is all that comes of it: shown to people, or the answer for programs.
fn show(plan: &PlanView, session: &Session, globals: &Globals) -> Exit {
    out::note(&text(plan, session));
    if globals.format == Format::Json {
        out::answer(&serde_json::to_string(plan).expect("a plan is plain data"));
    }
    Exit::Done
}

/// A plan that is not carried out. Programs are told why, and have the findings beside it.
fn refused(
    plan: &PlanView,
    prepared: &Prepared,
    session: &Session,
    globals: &Globals,
    why: String,
) -> Failure {
    #[derive(Serialize)]
    struct Refused<'a> {
        #[serde(flatten)]
        plan: &'a PlanView,
        outcome: &'static str,
        why: &'a str,
        check: CheckReport,
    }
    out::note(&text(plan, session));
    if globals.format == Format::Json {
        let check = CheckReport::new(&prepared.head.file, &prepared.checked);
        let refused = Refused { plan, outcome: check::REFUSED, why: &why, check };
        out::answer(&serde_json::to_string(&refused).expect("a plan is plain data"));
    }
    Failure::new(Exit::Findings, why)
}

/// A file that cannot be read is an answer for programs too.
fn unreadable(session: &Session, globals: &Globals, asked: &Asked<'_>, error: EngineError) -> Failure {
    if globals.format == Format::Json
        && let Ok(options) = check_options(session, Accepted::default())
        && let Some(report) = super::check::unreadable(&asked.path.display().to_string(), &options, &error)
    {
        let report = report.refusing(format!("Nothing was sent: {error}"));
        out::answer(&serde_json::to_string(&report).expect("a report is plain data"));
    }
    error.into()
}

fn text(plan: &PlanView, session: &Session) -> String {
    plan_text::render(plan, session.settings.remitters.is_example())
}

fn overlaps(journal: &Journal, args: &PayArgs) -> Result<Overlaps, Failure> {
    Ok(match (args.amends, args.repeat) {
        (Some(run), _) => {
            journal.checkpoint().run(run)?.ok_or(EngineError::NoSuchRun(run))?;
            Overlaps::Amends(run)
        }
        (None, true) => Overlaps::Repeat,
        (None, false) => Overlaps::Hold,
    })
}

/// Asks, unless it was answered already.
fn consent(args: &PayArgs, question: &str) -> Result<(), Failure> {
    match if args.yes { Some(true) } else { out::ask(question) } {
        Some(true) => Ok(()),
        Some(false) => Err(Failure::new(Exit::Usage, "Nothing was sent: only the word yes sends.")),
        None => Err(Failure::new(
            Exit::Usage,
            "Nothing was sent: there is no terminal to ask on; say --yes where nobody can answer.",
        )),
    }
}

/// Errors and warnings, before anything else is said.
fn tell_findings(prepared: &Prepared, args: &PayArgs, globals: &Globals) -> Result<(), Failure> {
    let checked = &prepared.checked;
    let name = args.file.display().to_string();
    if checked.findings.iter().any(|finding| finding.severity < Severity::Info) {
        let report = CheckReport::new(&name, checked);
        out::note(&check::render_text(&report));
    }
    super::check::tell_unmet(checked);
    let is_done = prepared.known == Some(RunState::Finished); // then all of it may be history
    if checked.payable == 0 && !is_done {
        let why = "No row of the file can be paid; nothing was sent.";
        if globals.format == Format::Json {
            let report = CheckReport::new(&name, checked).refusing(why);
            out::answer(&serde_json::to_string(&report).expect("a report is plain data"));
        }
        return Err(Failure::new(Exit::Findings, why));
    }
    Ok(())
}

/// Why the file must not be paid as it is.
fn stopping(prepared: &Prepared, args: &PayArgs) -> Option<String> {
    let invalid = prepared.checked.invalid_rows.len();
    let held = prepared.held().count();
    if args.skip_invalid || invalid + held == 0 {
        return None;
    }
    let rows = summary::and(&[(invalid, "cannot be paid"), (held, "must be decided by a person")]);
    let how = match (invalid, held) {
        (_, 0) => "Correct the file",
        (0, _) => "Decide as said above",
        _ => "Correct the file and decide as said above",
    };
    Some(format!("Nothing was sent: {rows}. {how}, or leave these rows out with --skip-invalid."))
}

/// The same file again: its result, and how to pay it again on purpose.
fn already_done(
    session: &Session,
    journal: &Arc<Journal>,
    globals: &Globals,
    run: RunId,
) -> Result<Exit, Failure> {
    let view = engine::run_view(journal.checkpoint(), run, &Holder::Nobody)?;
    let opened = view.opened_at.strftime("%-d %b %Y %H:%M UTC");
    let unpaid = view.count(PayoutState::Invalid) + view.count(PayoutState::Held);
    let unclear = view.count(PayoutState::Rejected)
        + view.count(PayoutState::Attention)
        + view.count(PayoutState::Returned);
    let how = if unclear > 0 {
        format!(
            "Not all of it arrived: `payrun status {run}` says what to do for each row; do not pay the whole file again."
        )
    } else if unpaid > 0 {
        format!(
            "{} of it were not paid: correct them in the file named below and pay that.",
            plural(unpaid, "row")
        )
    } else {
        "To pay an identical file again on purpose, give the new run a name, and say --repeat if the first is not long ago: --name \"…\" --repeat".to_owned()
    };
    let told = format!(
        "This file was already {} as run {run} ({}, {opened}); nothing was sent now. {how}",
        stands::was(&view),
        view.label
    );
    match globals.format {
        Format::Text => out::answer(&told),
        Format::Json => out::note(&told),
    }
    tell(session, journal, globals, run, None)
}

/// Carries a recorded run out and says how it ended.
pub fn carry_out(
    session: &Session,
    journal: &Arc<Journal>,
    globals: &Globals,
    run: RunId,
    skip_held: bool,
) -> Result<Exit, Failure> {
    session.folder.note_paying(run)?;
    let ending = session
        .with_engine(Arc::clone(journal), skip_held, async move |engine| Ok(engine.carry_out(run).await?))?;
    let stopped = match &ending {
        engine::Ending::Finished => None,
        engine::Ending::Stopped(reason) => {
            let view = engine::run_view(journal.checkpoint(), run, &Holder::Nobody)?;
            Some(summary::stopped(reason, &view))
        }
    };
    let told = tell(session, journal, globals, run, stopped);
    if session.settings.notify.always {
        notices::of_ending(session, journal, run);
    }
    told
}

/// Writes the reports and the answer. `stopped` has a sentence and a code where the run is not finished.
fn tell(
    session: &Session,
    journal: &Arc<Journal>,
    globals: &Globals,
    run: RunId,
    stopped: Option<Failure>,
) -> Result<Exit, Failure> {
    let view = engine::run_view(journal.checkpoint(), run, &Holder::Nobody)?;
    let source = report::Source { session, checkpoint: journal.checkpoint(), holder: &Holder::Nobody };
    let report::Anew { files, fix, .. } = report::write_anew(source, run);
    match globals.format {
        Format::Json => report::answer_json(source, run)?,
        Format::Text => out::answer(&summary::run(&view, &files, fix.as_deref())),
    }
    match stopped {
        Some(failure) => Err(failure),
        None if all_well(&view) => Ok(Exit::Done),
        None => Ok(Exit::Incomplete),
    }
}

fn all_well(view: &crate::domain::RunView) -> bool {
    PayoutState::ALL
        .iter()
        .filter(|state| !matches!(state, PayoutState::Submitted | PayoutState::Paid))
        .all(|state| view.count(*state) == 0)
}
