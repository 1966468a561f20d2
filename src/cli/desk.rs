//! What the watched folder asks for: files are read, checked, planned, recorded and paid as by `pay`, and answers are
//! texts beside the file.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use clap::ValueEnum as _;

use super::args::ReportKind;
use super::asked::{self, Asked};
use super::exit::{Exit, Failure};
use super::notices::Teller;
use super::reading::read_with;
use super::session::{Session, Unasked, user_name};
use super::{guard, out, plan_text, reference, report, summary, to_correct, track, verify};
use crate::domain::{
    Allowed, Occasion, Overlaps, PlanView, Release, RowEntry, RunHead, RunId, RunState, RunView, Sums, Way,
    system_words,
};
use crate::engine::{self, Ending, EngineError, Prepared, StopReason, Which};
use crate::journal::{Holder, Journal, JournalError, Telling, open_itself};
use crate::notify::Notice;
use crate::report::write_plan_page;
use crate::watch::{
    ANSWER, Approval, ControlTotals, Desk, Ended, Going, Judged, OpenRun, PLAN, Standing, Stopped, Trouble,
    Waits, Yes, digest, read_as, readers_of,
};

/// Serves one folder for one scope.
pub struct Counter<'a> {
    pub(super) session: &'a Session,
    pub(super) journal: Arc<Journal>,
    folder: PathBuf,
    teller: Arc<Teller>,
    digests: Mutex<HashMap<RunId, String>>,
}

impl<'a> Counter<'a> {
    /// For the folder of that path.
    pub fn new(session: &'a Session, journal: Arc<Journal>, folder: &Path, teller: Arc<Teller>) -> Self {
        Self { session, journal, folder: folder.to_owned(), teller, digests: Mutex::default() }
    }

    pub(super) fn view(&self, run: RunId) -> Result<RunView, Trouble> {
        engine::run_view(self.journal.checkpoint(), run, &Holder::Nobody).map_err(trouble)
    }

    pub(super) fn head(&self, run: RunId) -> Result<RunHead, Trouble> {
        let known = self.journal.checkpoint().run(run).map_err(|error| trouble(error.into()))?;
        Ok(known.ok_or_else(|| trouble(EngineError::NoSuchRun(run)))?.0)
    }

    /// The digest of the copy of a run's file, which never changes.
    fn digest_of(&self, head: &RunHead) -> Result<String, Trouble> {
        let mut known = self.digests.lock().expect("nobody panics while holding it");
        if let Some(digest) = known.get(&head.run) {
            return Ok(digest.clone());
        }
        let copy = engine::kept_copy(self.journal.folder(), head.run, &head.file);
        let read = digest(&copy)
            .map_err(|error| Trouble::Passing(format!("{}: {}", copy.display(), system_words(&error))))?;
        known.insert(head.run, read.clone());
        Ok(read)
    }

    /// The run that has what is left of one that waits, where that has nothing of its own any more.
    fn taken_by(&self, run: RunId) -> Result<Option<RunId>, Trouble> {
        let checkpoint = self.journal.checkpoint();
        let read = |error: JournalError| trouble(error.into());
        let mut by = None;
        for row in checkpoint.rows(run) {
            let (_, RowEntry::Own { id }) = row.map_err(read)? else { continue };
            let Some(entry) = checkpoint.payout(id).map_err(read)? else { continue };
            by = if entry.run == run { entry.life.superseded_by } else { Some(entry.run) };
            if by.is_none() {
                return Ok(None);
            }
        }
        // one that waits too may still be refused
        let taker = by.map(|by| checkpoint.run(by)).transpose().map_err(read)?.flatten();
        let is_let_go = |state| matches!(state, RunState::Running | RunState::Stopped | RunState::Finished);
        Ok(taker.filter(|(_, state)| is_let_go(*state)).map(|(head, _)| head.run))
    }

    /// That a file was refused before: whoever is asked again must know.
    fn refusal(&self, run: RunId) -> Result<String, Trouble> {
        let release = self.journal.checkpoint().release(run).map_err(|error| trouble(error.into()))?;
        Ok(release.map_or(String::new(), |by| format!("It was refused before, by {by}.\n\n")))
    }

    /// What a person says of a file, and what was said of it before: a run that waits keeps the answers to its questions.
    fn all_said(&self, said: Option<&Approval>, waiting: Option<RunId>) -> Result<Approval, Trouble> {
        let mut said = said.cloned().unwrap_or_default();
        if let Some(run) = waiting {
            let head = self.head(run)?;
            said.accepted.join(&head.accepted);
            said.sheet = said.sheet.or(head.sheet);
            if said.overlaps == Overlaps::Hold {
                said.overlaps = head.overlaps;
            }
        }
        Ok(said)
    }

    /// A person is to look at a file that is no run yet.
    fn tell_held(&self, name: &str) {
        self.teller.tell_held(Notice {
            occasion: Occasion::Held,
            run: None,
            label: name.to_owned(),
            environment: self.session.settings.environment.name().to_owned(),
            counts: BTreeMap::new(),
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
        reached: bool,
    ) -> Result<Result<Prepared, EngineError>, Failure> {
        let session = self.session;
        let mut asked = Asked {
            path,
            file: name.to_owned(),
            name: None,
            overlaps: approval.overlaps,
            reading: read_with(approval.sheet.clone(), None, session.settings.limits),
            accepted: approval.accepted.clone(),
            block_on: Vec::new(),
            sub_clients: std::collections::BTreeMap::new(),
        };
        asked::planned_to_pay(session, &self.journal, &mut asked, reached)
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

    /// Records a file against which nothing stands. Who has answered its questions has not seen its plan yet: that goes
    /// only where it needs nobody, or where it was named.
    fn open(
        &self,
        path: &Path,
        mut prepared: Prepared,
        words: Option<&Release>,
        yes: Agreed,
        reached: Result<(), Unasked>,
    ) -> Result<Judged, Trouble> {
        let session = self.session;
        let funds = asked::funds(session, &prepared, reached)
            .unwrap_or_else(|failure| engine::Funds::unknown(&failure.message));
        let view = PlanView {
            bank_words: verify::kept(session, &self.journal, &prepared).map_err(trouble)?,
            max_slippage: guard::limit(session, &prepared, None),
            ..prepared.view(summary::place(session), &funds, session.clock.now())
        };
        let page = beside(path, PLAN);
        let _ = std::fs::remove_file(&page); // of an earlier time
        if let Err(error) = write_plan_page(&page, &view) {
            out::note(&error.to_string());
        } else if let Err(failure) = show_as(&page, path) {
            out::note(&failure.message);
        }
        let refused = Some(RunState::Refused) == prepared.known;
        let refused = if refused { self.refusal(prepared.head.run)? } else { String::new() };
        let head_of_text = refused + &plan_text::render(&view, session.settings.remitters.is_example());
        if let Err(failure) = guard::agree(session, &mut prepared, &funds.rates) {
            return Ok(Judged::Rejected { text: failure.message });
        }
        let says_yes = yes == Agreed::ToThis;
        let allowed = match yes {
            Agreed::ToThis => Allowed::Yes,
            Agreed::ToAnother(why) => Allowed::No(why),
            Agreed::NotSaid => {
                let [largest, run, day] = self.sums(&prepared, &view).map_err(trouble)?;
                session.settings.watch.allowances.allow(&largest, &run, &day)
            }
        };
        let run = prepared.head.run;
        let before = self.journal.checkpoint().run(run).map_err(|error| trouble(error.into()))?;
        let answered = words.cloned().or(before.and_then(|(head, _)| head.answered));
        let by_policy = || {
            let by_itself = session.answer(Way::Policy, None);
            answered.iter().fold(by_itself, Release::after)
        };
        prepared.head.folder = Some(self.folder.clone());
        prepared.head.waits = allowed != Allowed::Yes;
        prepared.head.released = match &allowed {
            Allowed::Yes => Some(words.filter(|_| says_yes).cloned().unwrap_or_else(by_policy)),
            Allowed::No(_) => None,
        };
        prepared.head.answered = answered.filter(|_| prepared.head.waits);
        engine::record(&self.journal, &prepared, &*session.clock, &*session.observer).map_err(trouble)?;
        if allowed != Allowed::Yes {
            self.teller.tell_held(Notice::of_run(Occasion::Held, &self.view(run)?));
        }
        Ok(match allowed {
            Allowed::Yes => Judged::Goes { run, text: format!("Run {run} is being sent.\n\n{head_of_text}") },
            Allowed::No(why) => Judged::Waits {
                run,
                text: format!("Run {run} waits for a person; nothing was sent: {why}.\n\n{head_of_text}"),
            },
        })
    }
}

impl Desk for Counter<'_> {
    fn judge(
        &self,
        path: &Path,
        name: &str,
        totals: Option<&ControlTotals>,
        approval: Option<Yes<'_>>,
        waiting: Option<RunId>,
    ) -> Result<Judged, Trouble> {
        let release = approval.map(|yes| yes.release);
        let said = self.all_said(approval.map(|yes| yes.approval), waiting)?;
        let reached = reference::refresh(self.session);
        let mut prepared = match self.prepared(path, name, &said, reached.is_ok()).map_err(failed)? {
            Ok(prepared) => prepared,
            Err(error) => return self.not_planned(error, name),
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
                return Ok(Judged::Over { run, text: self.over_before(run)? });
            }
            (Some(_), Some(head)) => return Ok(goes_on(&head, release)),
            _ => {}
        }
        let recorded = self.journal.checkpoint().run(run).map_err(|error| trouble(error.into()))?;
        let as_recorded = recorded.filter(|(head, _)| head.plan == Some(prepared.plan()));
        if let Some((head, RunState::Running | RunState::Stopped)) = &as_recorded {
            return Ok(goes_on(head, release)); // let go before
        }
        let another = said.plan.as_deref().filter(|plan| !prepared.plan().is_meant_by(plan));
        let another = another.map(|plan| {
            let short = prepared.plan().short();
            format!("the approval is for the plan {plan}, and this file's plan is {short}")
        });
        // what was said of its questions is part of a run that waits
        let is_shown = matches!(as_recorded, Some((_, RunState::Held)));
        if let Some(objection) = self.objections(path, &prepared, totals, &said, is_shown) {
            if let Judged::Asks { .. } = objection {
                self.tell_held(name);
            }
            return Ok(objection);
        }
        if !is_shown && let Some(text) = self.nothing_to_send(&prepared)? {
            return Ok(Judged::Rejected { text });
        }
        // what a person has seen is what goes: the run as it was recorded, if it is still the same plan
        if let Some(release) = release.filter(|_| is_shown && another.is_none()) {
            engine::release(&self.journal, run, release.clone()).map_err(trouble)?;
            return Ok(Judged::Goes { run, text: format!("Run {run} is being sent, let go by {release}.") });
        }
        let yes = match another {
            Some(why) => Agreed::ToAnother(why),
            None if said.plan.is_some() => Agreed::ToThis,
            None => Agreed::NotSaid,
        };
        // a yes to another plan answers no question
        let answers = yes == Agreed::ToThis || approval.is_some_and(|yes| yes.approval.answers());
        self.open(path, prepared, release.filter(|_| answers), yes, reached)
    }

    fn open_runs(&self) -> Result<Vec<OpenRun>, Trouble> {
        let runs = self.journal.checkpoint().runs().map_err(|error| trouble(error.into()))?;
        let mut open = Vec::new();
        for (head, state) in runs.into_iter().filter(|(head, _)| head.folder.as_ref() == Some(&self.folder)) {
            let waits = match state {
                RunState::Recording | RunState::Refused | RunState::Finished => continue,
                RunState::Held => Some(Waits::Release),
                RunState::Running | RunState::Stopped => head.awaits.map(Waits::Word),
            };
            let digest = self.digest_of(&head).unwrap_or_default(); // a copy that is lost is no file's
            let taken_by = if state == RunState::Held { self.taken_by(head.run)? } else { None };
            open.push(OpenRun { run: head.run, name: head.file, digest, waits, taken_by });
        }
        Ok(open)
    }

    fn read_from(&self, run: RunId) -> Result<String, Trouble> {
        self.digest_of(&self.head(run)?)
    }

    fn put_copy(&self, run: RunId, to: &Path) -> Result<(), Trouble> {
        let head = self.head(run)?;
        let kept = engine::kept_copy(self.journal.folder(), run, &head.file);
        let copied = match open_itself(&kept).and_then(|mut file| put_whole(&mut file, to)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            copied => copied,
        };
        copied.map_err(|error| Trouble::Passing(format!("{}: {}", to.display(), system_words(&error))))
    }

    fn result_of(&self, run: RunId) -> Result<String, Trouble> {
        Ok(summary::run(&self.view(run)?, &[], None))
    }

    fn file_of(&self, run: RunId) -> Result<Option<String>, Trouble> {
        let head = self.head(run)?;
        Ok((head.folder.as_ref() == Some(&self.folder)).then_some(head.file))
    }

    fn unreported(&self) -> Result<Vec<RunId>, Trouble> {
        let untold = engine::untold(self.journal.checkpoint(), Which::All, Telling::Report);
        Ok(untold.map_err(trouble)?.into_iter().map(|news| news.run).collect())
    }

    fn report_apart(&self, run: RunId) -> Result<(), Trouble> {
        track::reports(self.session, &self.journal, Which::Run(run), &[]).map(drop).map_err(failed)
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

    fn carry_out(&self, run: RunId, going: Going) -> Result<Ended, Trouble> {
        let session = self.session;
        if going.agree_rates {
            guard::again(session, &self.journal, run, None, true).map_err(failed)?;
        }
        let ending = session.with_engine(Arc::clone(&self.journal), going.skip_held, async |engine| {
            Ok(engine.carry_out(run).await) // the error itself tells whether it may pass
        });
        let ending = ending.map_err(failed)?.map_err(trouble)?;
        let view = self.view(run)?;
        self.teller.tell(&self.journal, Which::Run(run)).map_err(trouble)?;
        let text = summary::run(&view, &[], None);
        Ok(match ending {
            Ending::Finished => Ended::Finished(text),
            Ending::Stopped(reason) => {
                let told = reason.told();
                let mut why = format!("Stopped early: {}.", told.why);
                why.extend(summary::shown(&told.lines).map(|line| format!("\n{line}")));
                let on = match (&reason, reason.awaits()) {
                    (_, Some(word)) => Stopped::Person(word),
                    (StopReason::Asked, None) => Stopped::Start,
                    (_, None) => Stopped::Time,
                };
                Ended::Stopped { text: format!("{why}\n\n{text}"), on }
            }
        })
    }

    fn report(&self, run: RunId, folder: &Path, name: &str, readers: &Path) -> Result<(), Trouble> {
        let checkpoint = self.journal.checkpoint();
        let source = report::Source { session: self.session, checkpoint, holder: &Holder::Nobody };
        let news = checkpoint.news_of(run, Telling::Report).map_err(|error| trouble(error.into()))?; // until before it is read
        let view = self.view(run)?;
        let written = ReportKind::value_variants().iter().try_for_each(|kind| {
            let path = folder.join(format!("{name}.report.{}", kind.extension()));
            report::write_one(source, &view, run, *kind, &path)?;
            show_as(&path, readers)
        });
        let limits = self.session.settings.limits;
        let written = written.and_then(|()| {
            let fix = to_correct::write(self.journal.folder(), checkpoint, run, folder, limits)?;
            fix.map_or(Ok(()), |path| show_as(&path, readers))
        });
        written
            .map_err(|failure| Trouble::Passing(format!("the report of run {run}: {}", failure.message)))?;
        news.map_or(Ok(()), |news| {
            let told = engine::told(&self.journal, run, news.until, Telling::Report, &*self.session.clock);
            told.wait().map_err(|error| trouble(error.into()))
        })
    }

    fn release_by_owner(&self, uid: u32, note: Option<String>) -> Release {
        Release { by: user_name(uid), at: self.session.clock.now(), way: Way::File, note }
    }

    fn tell(&self, what: &str) {
        out::note(what);
    }
}

/// Whoever may read a file may read what was written beside it.
pub(super) fn show_as(path: &Path, file: &Path) -> Result<(), Failure> {
    readers_of(file, path).map_err(|error| {
        let words = system_words(&error);
        Failure::new(Exit::Configuration, format!("{} is its owner's alone: {words}", path.display()))
    })
}

/// Which plan a person has said yes to by its digits.
#[derive(Debug, PartialEq, Eq)]
enum Agreed {
    /// None was named.
    NotSaid,
    /// The plan of the file.
    ToThis,
    /// Another one: why nothing goes.
    ToAnother(String),
}

/// A run that was let go before goes on, unless it has stopped and waits for a person who has not spoken.
fn goes_on(head: &RunHead, release: Option<&Release>) -> Judged {
    let run = head.run;
    match head.awaits.filter(|_| release.is_none()) {
        Some(awaits) => Judged::Stands { run, awaits },
        None => Judged::Goes { run, text: format!("This file is run {run}, which goes on.") },
    }
}

/// Puts a copy where nothing lies yet. It appears whole, with the readers that the file has.
pub(super) fn put_whole(from: &mut File, to: &Path) -> io::Result<()> {
    let folder = to.parent().unwrap_or(Path::new("."));
    let mut copy = tempfile::Builder::new().prefix(".payrun-").tempfile_in(folder)?;
    io::copy(from, &mut copy)?;
    read_as(from.metadata()?.mode(), copy.path())?;
    copy.as_file().sync_all()?;
    copy.persist_noclobber(to).map(drop).map_err(|error| error.error)
}

pub(super) fn beside(path: &Path, end: &str) -> PathBuf {
    path.with_file_name(format!("{}.{end}", engine::file_name(path)))
}

/// Whether the folder can still be served after this.
pub(super) fn trouble(error: EngineError) -> Trouble {
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
