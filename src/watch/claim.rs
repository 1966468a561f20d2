//! Taking a file out of the inbox, and finding out what it is.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::mpsc::Sender;
use std::time::Instant;

use super::answer::{self, Wanted};
use super::asked::{Question, digest};
use super::desk::{Desk, Judged, Standing, Trouble, Waits, Yes};
use super::folder::{Place, is_passing, plain};
use super::people::ORPHAN;
use super::retry::Job;
use super::side::{ControlTotals, Side, read_side};
use super::watcher::{Watcher, passing, side_name};
use crate::domain::{Awaits, RunId, system_words};

impl<D: Desk> Watcher<'_, D> {
    /// Takes a file out of the inbox and judges it.
    pub(super) fn claim(&mut self, name: &OsStr, jobs: &Sender<Job>) -> Result<(), Trouble> {
        if self.is_stuck(Place::Inbox, name) {
            return Ok(());
        }
        let wanted = plain(name);
        let path = self.folder.path(Place::Inbox, name);
        // what lies beside a file goes by the name that people gave it
        let base = name.to_string_lossy();
        match self.side_there(Place::Inbox, &base, Side::Totals)? {
            None if self.settings.needs_totals => return self.waits_for_totals(name, &wanted),
            Some(totals) if !self.whole_sides.contains(&totals) => return Ok(()), // they are on their way
            _ => {}
        }
        let is_at_work = self.folder.has(Place::Processing, &wanted);
        // another name that would be written alike is another file
        let is_its_name = *base == *wanted;
        if is_its_name
            && self.folder.has(Place::Held, &wanted)
            && !is_at_work
            && !self.takes_the_place(&path, &wanted)?
        {
            return Ok(());
        }
        // a name that waits or is at work belongs to that file: answers and reports go by it
        let free = self.folder.free_name(&wanted, &[Place::Processing, Place::Held]);
        let claimed = match self.folder.shift((Place::Inbox, name), (Place::Processing, &free)) {
            Ok(claimed) => claimed,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()), // it has vanished
            Err(error) => {
                let when = humantime::format_duration(self.stick(Place::Inbox, name));
                self.desk.tell(&format!("{wanted}: {}; it is tried again in {when}", system_words(&error)));
                return Ok(());
            }
        };
        self.stuck.remove(&(Place::Inbox, name.to_owned()));
        self.totals_follow(&base, &claimed)?;
        self.judge(&claimed, None, jobs)
    }

    /// Takes the control totals of a file out of the inbox. They take the place of earlier ones.
    fn totals_follow(&mut self, wanted: &str, claimed: &str) -> Result<(), Trouble> {
        let Some(there) = self.side_there(Place::Inbox, wanted, Side::Totals)? else { return Ok(()) };
        self.totals_to(claimed, (Place::Rejected, claimed))?;
        let to = side_name(claimed, Side::Totals);
        let moved = self.folder.shift((Place::Inbox, &there), (Place::Processing, &to));
        moved.map(drop).map_err(|error| passing(&to, &error))
    }

    /// The side file of that kind that lies there, however its end is written.
    pub(super) fn side_there(
        &self,
        place: Place,
        name: &str,
        side: Side,
    ) -> Result<Option<OsString>, Trouble> {
        let is_it = |there: &OsString| {
            !is_passing(there) && Side::of(there).is_some_and(|(base, kind)| kind == side && base == name)
        };
        let names = self.folder.names(place).map_err(|error| self.not_listed(place, &error))?;
        Ok(names.into_iter().find(is_it))
    }

    /// Whether a file of the name of one that waits is taken in its place. The same content is no answer.
    pub(super) fn takes_the_place(&mut self, path: &Path, name: &str) -> Result<bool, Trouble> {
        let held = self.folder.path(Place::Held, name);
        let question = self.asked.about(name).cloned();
        if let (Ok(new), Ok(old)) = (digest(path), digest(&held))
            && new == old
        {
            // the question stays open
            let text =
                format!("Nothing was done: this very file waits already as {}/{name}.", Place::Held.name());
            self.put_aside_os(Place::Inbox, OsStr::new(name), name, &text)?;
            return Ok(false);
        }
        if let Some(run) = question.and_then(|question| question.run) {
            match self.desk.standing(run)? {
                Standing::Begun => return Ok(true), // something of it may have been sent: the new file is one more
                Standing::Refused => {}
                Standing::Waits => self.drop_run(run, path, name)?,
            }
        }
        self.put_aside(
            Place::Held,
            name,
            "Not sent: a corrected file of the same name has taken its place.",
        )?;
        Ok(true)
    }

    pub(super) fn waits_for_totals(&mut self, name: &OsStr, wanted: &str) -> Result<(), Trouble> {
        let first = *self.unproven.entry(name.to_owned()).or_insert_with(Instant::now);
        if first.elapsed() < ORPHAN {
            return Ok(());
        }
        self.unproven.remove(name);
        self.put_aside_os(Place::Inbox, name, wanted, &answer::totals_missing(wanted))
    }

    /// Reads, checks and records a file that lies in `processing/`.
    pub(super) fn judge(
        &mut self,
        name: &str,
        approval: Option<Yes<'_>>,
        jobs: &Sender<Job>,
    ) -> Result<(), Trouble> {
        let path = self.folder.path(Place::Processing, name);
        let before = digest(&path).unwrap_or_default(); // what cannot be read is told where it is read
        let open = if before.is_empty() { Vec::new() } else { self.desk.open_runs()? };
        let mut waiting = None;
        for open in open {
            match open.waits {
                // a run that was let go is its file as it was then, whatever was said to let it go
                None if open.digest == before => {
                    return self.goes(name, open.run, &answer::goes_on(open.run), jobs);
                }
                Some(Waits::Word(awaits)) if open.digest == before && approval.is_none() => {
                    return self.stands(name, open.run, awaits);
                }
                Some(Waits::Release) if open.digest == before => waiting = Some(open.run),
                // the file that a person was asked about under this name is gone: this one has taken its place
                Some(Waits::Release) if open.name == name => {
                    self.drop_run(open.run, &path, name)?;
                }
                _ => {}
            }
        }
        if approval.is_none() && !self.has_totals(name) {
            self.totals_follow(name, name)?; // a kill may have come between the two moves of a claim
            if self.settings.needs_totals && !self.has_totals(name) {
                return self.put_aside(Place::Processing, name, &answer::totals_missing(name));
            }
        }
        let totals = match self.totals(name) {
            Ok(totals) => totals,
            Err(text) => return self.put_aside(Place::Processing, name, &text),
        };
        self.folder.clear(Place::Processing, name);
        let judged = match self.desk.judge(&path, name, totals.as_ref(), approval, waiting) {
            Err(Trouble::Passing(why)) => {
                self.again(name, None, &why);
                return Ok(());
            }
            outcome => outcome?,
        };
        self.later.remove(name);
        match judged {
            Judged::Rejected { text } => self.put_aside(Place::Processing, name, &text),
            Judged::Asks { text } => {
                let how = answer::how_to_answer(&self.folder.path(Place::Held, name), Wanted::Words);
                let question = Question { digest: before, run: waiting, awaits: None };
                self.hold(name, question, &format!("{text}\n\n{how}"))
            }
            Judged::Waits { run, text } => {
                if let Some(text) = self.copy_of(name, run) {
                    return self.put_aside(Place::Processing, name, &text);
                }
                let how = answer::how_to_answer(&self.folder.path(Place::Held, name), Wanted::Yes);
                let question = Question { digest: before, run: Some(run), awaits: None };
                self.hold(name, question, &format!("{text}\n\n{how}"))
            }
            Judged::Goes { run, text } => {
                self.goes(name, run, &text, jobs)?;
                self.drop_taken()
            }
            Judged::Stands { run, awaits } => self.stands(name, run, awaits),
            Judged::Over { run, text } => {
                // its own file, which a kill or a full disk has kept from its end
                let is_own = !self.folder.has(Place::Done, &format!("{run} {name}"))
                    && self.desk.file_of(run)?.as_deref() == Some(name);
                let text = if is_own { self.desk.result_of(run)? } else { text };
                self.done(run, name, &before, &text)
            }
        }
    }

    /// The file is a run that has stopped, and that a person has to send on.
    fn stands(&mut self, name: &str, run: RunId, awaits: Awaits) -> Result<(), Trouble> {
        if let Some(text) = self.copy_of(name, run) {
            return self.put_aside(Place::Processing, name, &text);
        }
        self.asks_for_word(name, run, awaits, &answer::stands(run))
    }

    /// Nothing more is asked about a run whose file is another one by now.
    fn drop_run(&mut self, run: RunId, path: &Path, name: &str) -> Result<(), Trouble> {
        let owner = std::fs::symlink_metadata(path).map_err(|error| passing(name, &error))?.uid();
        let note = Some("replaced by a corrected file".to_owned());
        self.desk.refuse(run, self.desk.release_by_owner(owner, note))
    }

    /// The control totals beside a file.
    pub(super) fn totals(&self, name: &str) -> Result<Option<ControlTotals>, String> {
        if !self.has_totals(name) {
            return Ok(None);
        }
        let side = side_name(name, Side::Totals);
        let read = read_side(&self.folder.path(Place::Processing, &side));
        let totals = read.and_then(|(text, _)| ControlTotals::read(&text));
        totals.map(Some).map_err(|why| format!("Nothing was sent: the control totals, {side}: {why}."))
    }
}
