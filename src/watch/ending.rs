//! What becomes of a file when its run has got somewhere: it is over, waits for a person, or is tried again.

use std::ffi::OsStr;

use super::answer::{self, Wanted};
use super::asked::{Question, digest};
use super::desk::{Desk, Ended, Going, Stopped, Trouble};
use super::folder::{Place, beside_what, plain};
use super::retry::{Job, Later, Retry};
use super::side::Side;
use super::watcher::{Left, Watcher, passing};
use crate::domain::{Awaits, RunId};

impl<D: Desk> Watcher<'_, D> {
    pub(super) fn came_to(
        &mut self,
        run: RunId,
        name: &str,
        ended: Result<Ended, Trouble>,
    ) -> Result<(), Trouble> {
        let outcome = self.ended(run, name, ended);
        self.borne(name, outcome)
    }

    /// A run has got somewhere.
    fn ended(&mut self, run: RunId, name: &str, ended: Result<Ended, Trouble>) -> Result<(), Trouble> {
        self.at_work.remove(name);
        match ended {
            Ok(Ended::Finished(text)) => {
                self.later.remove(name);
                let read = self.desk.read_from(run)?;
                self.done(run, name, &read, &text)
            }
            Ok(Ended::Stopped { text, on: Stopped::Start }) => {
                let text = format!("{text}\n\nIt goes on when this folder is watched again.");
                self.say(Place::Processing, name, &text);
                Ok(())
            }
            Ok(Ended::Stopped { text, on: Stopped::Time }) | Err(Trouble::Passing(text)) => {
                let job = Job { run, name: name.to_owned(), going: Going::default() };
                self.again(name, Some(job), &text);
                Ok(())
            }
            Ok(Ended::Stopped { text, on: Stopped::Person(awaits) }) => {
                self.asks_for_word(name, run, awaits, &text)
            }
            Err(trouble) => Err(trouble),
        }
    }

    /// A run that has stopped waits for a person. Its file may have been taken away: then it lies there again.
    pub(super) fn asks_for_word(
        &mut self,
        name: &str,
        run: RunId,
        awaits: Awaits,
        text: &str,
    ) -> Result<(), Trouble> {
        if !self.folder.has(Place::Processing, name) {
            self.desk.put_copy(run, &self.folder.path(Place::Processing, name))?;
        }
        let digest = self.desk.read_from(run)?; // the bytes that are asked about, whatever was written on since
        let how = answer::how_to_answer(&self.folder.path(Place::Held, name), Wanted::Word(awaits));
        let question = Question { digest, run: Some(run), awaits: Some(awaits) };
        self.hold(name, question, &format!("{text}\n\n{how}"))
    }

    /// Something passing stands in the way: it is tried again, less and less often.
    pub(super) fn again(&mut self, name: &str, job: Option<Job>, why: &str) {
        let retry = Retry::after(self.later.get(name).map(|later| later.retry));
        self.later.insert(name.to_owned(), Later { retry, job });
        let when = humantime::format_duration(retry.pause);
        self.say(Place::Processing, name, &format!("{why}\n\nIt is tried again by itself, in {when}."));
    }

    /// The file of a run that is over goes to its end, with the reports beside it, if it still is what was read.
    pub(super) fn done(&mut self, run: RunId, name: &str, read: &str, text: &str) -> Result<(), Trouble> {
        self.asked.forget(name).map_err(|error| passing(name, &error))?;
        if !self.folder.has(Place::Processing, name)
            && let Some(end) = self.in_done(run)?
        {
            return self.tell_again(run, &end); // it was over before, until somebody settled a row of it
        }
        let end = self.folder.free_name(&format!("{run} {name}"), &[Place::Done]);
        let path = self.folder.path(Place::Processing, name);
        // the file goes last: a kill or a full disk leaves it where it is, and all of this is done again
        self.desk.report(run, &self.folder.path(Place::Done, ""), &end, &path)?;
        if self.folder.has(Place::Processing, name) {
            if digest(&path).is_ok_and(|now| now == read) {
                self.move_saying(name, (Place::Done, &end), text)?;
            } else {
                self.desk.put_copy(run, &self.folder.path(Place::Done, &end))?;
                self.say(Place::Done, &end, &format!("{text}\n\n{}", answer::written_on(run)));
                self.put_back(name)?;
            }
        } else {
            self.say(Place::Done, &end, text); // of a file that was taken away the answer is all there is
        }
        self.folder.clear(Place::Processing, name); // what is left there if somebody took the file away
        self.totals_to(name, (Place::Done, &end))
    }

    /// What is taken up at the next start, and what waits for a person.
    pub(super) fn left(&self) -> Left {
        let inbox = self.stuck.keys().filter(|(place, _)| *place == Place::Inbox);
        let mut left: Vec<String> = inbox.map(|(_, name)| plain(name)).collect();
        let is_file = |name: &String| beside_what(name).is_none() && Side::of(OsStr::new(name)).is_none();
        let files = |place| {
            let names = self.listed(place).unwrap_or_default().into_iter();
            names.filter_map(|(name, _)| name.into_string().ok()).filter(is_file)
        };
        let runs = self.later.iter().filter(|(_, later)| later.job.is_some()).map(|(name, _)| name.clone());
        let mut names: Vec<String> = files(Place::Processing).chain(runs).collect();
        names.sort();
        names.dedup();
        left.extend(names.into_iter().map(|name| format!("{}/{name}", Place::Processing.name())));
        Left { names: left, held: files(Place::Held).count() }
    }

    /// Puts a file into the inbox again, to be taken like a new one.
    fn put_back(&mut self, name: &str) -> Result<(), Trouble> {
        self.folder.clear(Place::Processing, name);
        let moved = self.folder.shift((Place::Processing, OsStr::new(name)), (Place::Inbox, name));
        let back = moved.map_err(|error| passing(name, &error))?;
        self.arrivals.was_put_back(OsStr::new(&back));
        Ok(())
    }

    /// Payouts have changed after their run was over: its answer and its reports are written again.
    pub(super) fn changed(&mut self, runs: &[RunId]) -> Result<(), Trouble> {
        for run in runs {
            let own = self.desk.file_of(*run)?.map(|own| format!("{run} {own}"));
            // people may have taken it away or given it another name
            let written = match self.in_done(*run)?.or(own) {
                Some(name) => self.tell_again(*run, &name),
                None => self.desk.report_apart(*run),
            };
            self.borne("", written)?;
        }
        Ok(())
    }

    /// The name that the file of a run has in `done/`.
    fn in_done(&self, run: RunId) -> Result<Option<String>, Trouble> {
        let begin = format!("{run} ");
        let names = self.listed(Place::Done)?.into_iter().filter_map(|(name, _)| name.into_string().ok());
        let own = names.filter(|name| name.starts_with(&begin) && !is_beside(name));
        Ok(own.min_by_key(String::len))
    }

    fn tell_again(&self, run: RunId, name: &str) -> Result<(), Trouble> {
        let done = self.folder.path(Place::Done, "");
        self.desk.report(run, &done, name, &done.join(name))?;
        let text = self.desk.result_of(run)?;
        self.desk
            .tell(&format!("{name}: payouts have changed; its answer and its reports are written again"));
        self.put_answer(Place::Done, name, &text);
        Ok(())
    }
}

/// Whether a name is that of something we have put beside a file.
fn is_beside(name: &str) -> bool {
    beside_what(name).is_some()
        || [".report.csv", ".report.json", ".report.xlsx", ".report.html"]
            .iter()
            .any(|end| name.ends_with(end))
}
