//! What the watched folder asks for: files are read, checked, planned, recorded and paid as by `pay`, and answers are
//! texts beside the file.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ValueEnum as _;

use super::annotate::Annotation;
use super::args::ReportKind;
use super::asked::{self, Asked};
use super::exit::{Exit, Failure};
use super::reading::read_with;
use super::session::{Session, user_name};
use super::{guard, notices, out, plan_text, reference, report, summary, to_correct};
use crate::check::{self, CheckReport};
use crate::domain::{
    Allowed, Finding, Occasion, PlanView, Release, RunId, RunState, RunView, Severity, Sums, Way,
    system_words,
};
use crate::engine::{self, Ending, EngineError, Prepared, StopReason};
use crate::journal::Journal;
use crate::notify::{Notice, Notifier};
use crate::report::write_plan_page;
use crate::watch::{
    ANSWER, Approval, ControlTotals, Desk, Ended, FINDINGS, Going, Judged, PLAN, Standing, Stopped, Trouble,
    Yes, digest, readers_of,
};

/// Serves one folder for one scope.
pub struct Counter<'a> {
    session: &'a Session,
    journal: Arc<Journal>,
    folder: PathBuf,
    notifier: Arc<Notifier>,
}

impl<'a> Counter<'a> {
    /// For the folder of that path.
    pub fn new(session: &'a Session, journal: Arc<Journal>, folder: &Path, notifier: Arc<Notifier>) -> Self {
        Self { session, journal, folder: folder.to_owned(), notifier }
    }

    fn view(&self, run: RunId) -> Result<RunView, Trouble> {
        engine::run_view(self.journal.checkpoint(), run, false).map_err(trouble)
    }

    /// A person is to look at a file that is no run yet.
    fn tell_held(&self, name: &str) {
        self.notifier.tell(Notice {
            occasion: Occasion::Held,
            run: None,
            label: name.to_owned(),
            environment: self.session.settings.environment.name().to_owned(),
            counts: std::collections::BTreeMap::new(),
            totals: Vec::new(),
            state: None,
            next: Some(format!("its question is in held/{name}.{ANSWER}")),
        });
    }

    fn prepared(
        &self,
        path: &Path,
        name: &str,
        approval: &Approval,
    ) -> Result<Result<Prepared, EngineError>, Failure> {
        let session = self.session;
        let asked = Asked {
            path,
            file: name.to_owned(),
            name: None,
            overlaps: approval.overlaps,
            reading: read_with(approval.sheet.clone(), None, session.settings.limits),
            accepted: approval.accepted.clone(),
            block_on: Vec::new(),
        };
        asked::planned(session, &self.journal, &asked)
    }

    /// The file again with its findings in it, where that can be written.
    fn annotate(
        &self,
        path: &Path,
        prepared: &Prepared,
        approval: &Approval,
        summary: &str,
    ) -> Option<String> {
        let to = beside(path, FINDINGS);
        let reading = read_with(approval.sheet.clone(), None, self.session.settings.limits);
        let written = Annotation::new(path, &to).and_then(|annotation| {
            annotation.write(&reading, self.session.today(), &prepared.checked, summary)
        });
        match written {
            Ok(()) => {
                Some(format!("The file again with each finding at its cell: {}", engine::file_name(&to)))
            }
            Err(failure) => {
                out::note(&failure.message);
                None
            }
        }
    }

    /// The sums that decide whether a run may go by itself: its largest payouts, its own, and the day's with it.
    fn sums(&self, prepared: &Prepared, view: &PlanView) -> Result<[Sums; 3], EngineError> {
        let (mut largest, mut run, mut day) = (Sums::default(), Sums::default(), Sums::default());
        for line in &view.largest {
            largest.raise(line.currency, line.amount);
        }
        for total in prepared.to_pay.lines() {
            run.add(total.currency, total.amount);
            day.add(total.currency, total.amount);
        }
        let checkpoint = self.journal.checkpoint();
        let today = self.session.today();
        for (head, _) in checkpoint.runs()? {
            let by_itself = head.released.as_ref().filter(|release| release.way == Way::Policy);
            let zone = jiff::tz::TimeZone::system();
            let is_today =
                by_itself.is_some_and(|release| release.at.to_zoned_datetime(zone).date() == today);
            if is_today && head.run != prepared.head.run {
                for entry in checkpoint.own_payouts(head.run) {
                    let money = entry?.payout.money;
                    day.add(money.currency(), money.amount());
                }
            }
        }
        Ok([largest, run, day])
    }

    /// Records a file against which nothing stands.
    fn open(
        &self,
        path: &Path,
        mut prepared: Prepared,
        release: Option<&Release>,
    ) -> Result<Judged, Trouble> {
        let session = self.session;
        let funds = asked::funds(session, &prepared, reference::refresh(session))
            .unwrap_or_else(|failure| engine::Funds::unknown(&failure.message));
        let view = prepared.view(summary::place(session), &funds, session.clock.now());
        let _ = std::fs::remove_file(beside(path, PLAN)); // of an earlier time
        if let Err(error) = write_plan_page(&beside(path, PLAN), &view) {
            out::note(&error.to_string());
        }
        let head_of_text = plan_text::render(&view, session.settings.remitters.is_example());
        if let Err(failure) = guard::agree(session, &mut prepared, &funds.rates) {
            return Ok(Judged::Rejected { text: failure.message });
        }
        let allowed = if release.is_some() {
            Allowed::Yes
        } else {
            let [largest, run, day] = self.sums(&prepared, &view).map_err(trouble)?;
            session.settings.watch.allowances.allow(&largest, &run, &day)
        };
        let by_policy = || session.answer(Way::Policy, None);
        let run = prepared.head.run;
        prepared.head.folder = Some(self.folder.clone());
        prepared.head.waits = allowed != Allowed::Yes;
        prepared.head.released = match &allowed {
            Allowed::Yes => Some(release.cloned().unwrap_or_else(by_policy)),
            Allowed::No(_) => None,
        };
        engine::record(&self.journal, &prepared, &*session.clock, &*session.observer).map_err(trouble)?;
        if allowed != Allowed::Yes {
            notices::tell(&self.notifier, None, &self.view(run)?);
        }
        Ok(match allowed {
            Allowed::Yes => Judged::Goes { run, text: format!("Run {run} is being sent.\n\n{head_of_text}") },
            Allowed::No(why) => Judged::Waits {
                run,
                text: format!("Run {run} waits for a person; nothing was sent: {why}.\n\n{head_of_text}"),
            },
        })
    }

    /// What stands against recording a file: errors, questions, totals that are not met.
    fn objections(
        &self,
        path: &Path,
        prepared: &Prepared,
        totals: Option<&ControlTotals>,
        approval: &Approval,
    ) -> Option<Judged> {
        let checked = &prepared.checked;
        let report = CheckReport::new(&prepared.head.file, checked);
        let findings = check::render_text(&report);
        let rejected = |why: String| {
            let sheet = self.annotate(path, prepared, approval, &report.summary());
            let sheet = sheet.map_or(String::new(), |sheet| format!("{sheet}\n"));
            Some(Judged::Rejected {
                text: format!(
                    "Nothing was sent: {why}\n\n{findings}\n{sheet}Put the corrected file into the folder again."
                ),
            })
        };
        if let Some(why) = totals.and_then(|totals| unmet(totals, prepared)) {
            return rejected(why);
        }
        if checked.payable == 0 {
            return rejected("no row of the file can be paid.".to_owned());
        }
        let is_wrong = |finding: &Finding| {
            finding.forbids() && finding.severity == Severity::Error && finding.word_needed().is_none()
        };
        if checked.findings.iter().any(is_wrong) && !approval.skip_invalid {
            return rejected(format!("{}.", summary::and(&[(checked.invalid_rows.len(), "cannot be paid")])));
        }
        let held = prepared.held().count();
        if approval.skip_invalid || held + checked.invalid_rows.len() == 0 {
            return None;
        }
        let mut text = format!(
            "Nothing was sent: {}.\n\n{findings}\n",
            summary::and(&[
                (checked.invalid_rows.len(), "asks a question"),
                (held, "must be decided by a person")
            ])
        );
        for (row, why) in prepared.held().take(summary::MOST_SHOWN) {
            let _ = writeln!(text, "row {row}: {why}");
        }
        Some(Judged::Asks { text: text.trim_end().to_owned() })
    }
}

impl Desk for Counter<'_> {
    fn judge(
        &self,
        path: &Path,
        name: &str,
        totals: Option<&ControlTotals>,
        approval: Option<Yes<'_>>,
    ) -> Result<Judged, Trouble> {
        let nothing = Approval::default();
        let (said, release) = approval.map_or((&nothing, None), |yes| (yes.approval, Some(yes.release)));
        let mut prepared = match self.prepared(path, name, said).map_err(failed)? {
            Ok(prepared) => prepared,
            Err(error @ (EngineError::Intake(_) | EngineError::Check(_) | EngineError::AmendsDoubt(_))) => {
                return Ok(Judged::Rejected { text: format!("Nothing was sent: {error}.") });
            }
            Err(error @ EngineError::NoSuchRun(_)) => {
                return Ok(Judged::Asks { text: format!("Nothing was sent: {error}.") });
            }
            Err(error) => return Err(trouble(error)),
        };
        if let Some(yes) = approval.filter(|yes| digest(prepared.copy()).ok().as_deref() != Some(yes.digest))
        {
            let by = &yes.release.by;
            let text =
                format!("Nothing was sent: {name} was changed when {by} said yes; look at it as it is now.");
            return Ok(Judged::Asks { text });
        }
        let run = prepared.head.run;
        let begun = prepared.begun.take();
        match (prepared.known, begun) {
            (Some(RunState::Finished), _) => {
                let text = format!(
                    "This file was already paid as run {run}; nothing was sent now. What was not paid of it is in the file of rows to correct beside its report; to pay an identical file again on purpose: payrun pay FILE --name \"…\" --repeat"
                );
                return Ok(Judged::Over { run, text });
            }
            (Some(_), Some(_)) => {
                return Ok(Judged::Goes { run, text: format!("This file is run {run}, which goes on.") });
            }
            _ => {}
        }
        let recorded = self.journal.checkpoint().run(run).map_err(|error| trouble(error.into()))?;
        if let Some((head, RunState::Running | RunState::Stopped)) = &recorded
            && head.plan == Some(prepared.plan())
        {
            return Ok(Judged::Goes { run, text: format!("This file is run {run}, which goes on.") }); // let go before
        }
        if let Some(plan) = said.plan.as_deref().filter(|plan| !prepared.plan().is_meant_by(plan)) {
            let text = format!(
                "Nothing was sent: the approval is for the plan {plan}, and this file's plan is {}.",
                prepared.plan().short()
            );
            return Ok(Judged::Asks { text });
        }
        if let Some(objection) = self.objections(path, &prepared, totals, said) {
            if let Judged::Asks { .. } = objection {
                self.tell_held(name);
            }
            return Ok(objection);
        }
        // what a person has seen is what goes: the run as it was recorded, if it is still the same plan
        if let (Some(release), Some((head, RunState::Held))) = (release, &recorded)
            && head.plan == Some(prepared.plan())
        {
            engine::release(&self.journal, run, release.clone()).map_err(trouble)?;
            return Ok(Judged::Goes { run, text: format!("Run {run} is being sent, let go by {release}.") });
        }
        let was_seen = !matches!(recorded, Some((_, RunState::Held)));
        self.open(path, prepared, release.filter(|_| was_seen))
    }

    fn begun(&self, path: &Path) -> Result<Option<RunId>, Trouble> {
        let scope = self.journal.folder();
        let runs = self.unfinished()?;
        // what cannot be read is told where it is judged
        let Some(now) = (!runs.is_empty()).then(|| digest(path).ok()).flatten() else { return Ok(None) };
        let is_it = |(run, file): &(RunId, String)| {
            digest(&engine::kept_copy(scope, *run, file)).is_ok_and(|copy| copy == now)
        };
        Ok(runs.into_iter().find(is_it).map(|(run, _)| run))
    }

    fn refuse(&self, run: RunId, release: Release) -> Result<(), Trouble> {
        engine::refuse(&self.journal, run, release, &*self.session.clock).map_err(trouble)
    }

    fn standing(&self, run: RunId) -> Result<Standing, Trouble> {
        let known = self.journal.checkpoint().run(run).map_err(|error| trouble(error.into()))?;
        Ok(match known.map(|(_, state)| state) {
            Some(RunState::Held) => Standing::Waits,
            Some(RunState::Refused) => Standing::Refused,
            _ => Standing::Begun,
        })
    }

    fn unfinished(&self) -> Result<Vec<(RunId, String)>, Trouble> {
        let runs = self.journal.checkpoint().runs().map_err(|error| trouble(error.into()))?;
        let here = runs.into_iter().filter(|(head, state)| {
            let is_open = matches!(state, RunState::Running | RunState::Stopped);
            is_open && head.folder.as_ref() == Some(&self.folder)
        });
        Ok(here.map(|(head, _)| (head.run, head.file)).collect())
    }

    fn carry_out(&self, run: RunId, going: Going) -> Result<Ended, Trouble> {
        let session = self.session;
        let before = self.view(run)?;
        if going.agree_rates {
            guard::again(session, &self.journal, run, None, true).map_err(failed)?;
        }
        let ending = session.with_engine(Arc::clone(&self.journal), going.skip_held, async |engine| {
            Ok(engine.carry_out(run).await) // the error itself tells whether it may pass
        });
        let ending = ending.map_err(failed)?.map_err(trouble)?;
        let view = self.view(run)?;
        notices::tell(&self.notifier, Some(&before), &view);
        let text = summary::run(&view, &[], None);
        Ok(match ending {
            Ending::Finished => Ended::Finished(text),
            Ending::Stopped(reason) => {
                let why = summary::stopped(&reason, &view).message;
                let on = match reason {
                    StopReason::Asked => Stopped::Start,
                    StopReason::Gateway(_) | StopReason::Funds(_) => Stopped::Time,
                    StopReason::Held(_)
                    | StopReason::Unreliable(_)
                    | StopReason::Declined(_)
                    | StopReason::Conflict(_) => Stopped::Person,
                    StopReason::Rates(_) => Stopped::Rates,
                };
                Ended::Stopped { text: format!("{why}\n\n{text}"), on }
            }
        })
    }

    fn report(&self, run: RunId, folder: &Path, name: &str) -> Result<(), Trouble> {
        let checkpoint = self.journal.checkpoint();
        let source = report::Source { session: self.session, checkpoint, at_work: false };
        let view = self.view(run)?;
        let written = ReportKind::value_variants().iter().try_for_each(|kind| {
            let path = folder.join(format!("{name}.report.{}", kind.extension()));
            report::write_one(source, &view, run, *kind, &path)?;
            show_as(&path, &folder.join(name))
        });
        let limits = self.session.settings.limits;
        let written = written.and_then(|()| {
            let fix = to_correct::write(self.journal.folder(), checkpoint, run, folder, limits)?;
            fix.map_or(Ok(()), |path| show_as(&path, &folder.join(name)))
        });
        if let Err(failure) = written {
            // it takes nothing back
            out::note(&format!("{}; once that is mended: payrun report {run}", failure.message));
        }
        Ok(())
    }

    fn release_by_owner(&self, uid: u32, note: Option<String>) -> Release {
        Release { by: user_name(uid), at: self.session.clock.now(), way: Way::File, note }
    }

    fn tell(&self, what: &str) {
        out::note(what);
    }
}

/// Whoever may read a file may read what was written beside it.
fn show_as(path: &Path, file: &Path) -> Result<(), Failure> {
    readers_of(file, path).map_err(|error| {
        let words = system_words(&error);
        Failure::new(Exit::Configuration, format!("{} is its owner's alone: {words}", path.display()))
    })
}

/// Why the totals that a person gave are not those of the file.
fn unmet(totals: &ControlTotals, prepared: &Prepared) -> Option<String> {
    let checked = &prepared.checked;
    if let Some(count) = totals.count.filter(|count| *count != checked.payable) {
        return Some(format!("the control totals say {count} payouts, the file has {}.", checked.payable));
    }
    totals.sums.iter().find_map(|(currency, sum)| {
        let (_, has) = checked.totals.of(*currency);
        (has != *sum)
            .then(|| format!("the control totals say {currency} {sum}, the file has {currency} {has}."))
    })
}

fn beside(path: &Path, end: &str) -> PathBuf {
    path.with_file_name(format!("{}.{end}", engine::file_name(path)))
}

/// Whether the folder can still be served after this.
fn trouble(error: EngineError) -> Trouble {
    let text = error.to_string();
    match error {
        EngineError::Journal(error) if error.is_lasting() => Trouble::Lasting(text),
        _ => Trouble::Passing(text),
    }
}

fn failed(failure: Failure) -> Trouble {
    match failure.exit {
        Exit::Defect | Exit::Busy => Trouble::Lasting(failure.message),
        _ => Trouble::Passing(failure.message),
    }
}
