//! The answers of people: an approval, a refusal, control totals that come later.

use std::ffi::{OsStr, OsString};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use super::answer;
use super::asked::digest;
use super::desk::{Desk, Going, Standing, Trouble, Yes};
use super::folder::{Place, plain};
use super::retry::Job;
use super::side::{Approval, Side, read_side};
use super::watcher::{Watcher, passing, side_name};
use crate::domain::Awaits;

/// An answer without a question is waited for so long: its file may be on the way.
pub(super) const ORPHAN: Duration = Duration::from_secs(60);

impl<D: Desk> Watcher<'_, D> {
    /// Puts answers aside that were there before the question.
    pub(super) fn too_early(&self, name: &str) -> Result<String, Trouble> {
        let mut any = false;
        for side in [Side::Approve, Side::Reject] {
            for place in [Place::Inbox, Place::Held] {
                while let Some(there) = self.side_there(place, name, side)? {
                    let side = side_name(name, side);
                    let moved = self.folder.shift((place, &there), (Place::Rejected, &side));
                    moved.map_err(|error| passing(&side, &error))?;
                    any = true;
                }
            }
        }
        Ok(if any { answer::too_early(name) } else { String::new() })
    }

    /// Asks no more about files whose payouts are all another run's by now.
    pub(super) fn drop_taken(&mut self) -> Result<(), Trouble> {
        for open in self.desk.open_runs()? {
            let (Some(by), Some(name)) = (open.taken_by, self.asked.holding(open.run)) else { continue };
            let (name, text) = (name.to_owned(), answer::taken(open.run, by));
            self.put_aside(Place::Held, &name, &text)?;
        }
        Ok(())
    }

    /// Takes the answers of people that lie in a folder.
    pub(super) fn answers(&mut self, place: Place, now: Instant, jobs: &Sender<Job>) -> Result<(), Trouble> {
        let files: Vec<_> =
            self.listed(place)?.into_iter().filter(|(name, _)| Side::of(name).is_some()).collect();
        let sides = if place == Place::Held { &mut self.held_sides } else { &mut self.sides };
        let whole = sides.whole(&files, now, self.settings.settle);
        // what came in time is not too late when its name comes again
        let is_there = |name: &OsString| files.iter().any(|(there, _)| there == name);
        self.orphans.retain(|(at, name), _| *at != place || is_there(name));
        if place == Place::Inbox {
            self.whole_sides = whole.iter().cloned().collect();
        }
        for name in whole {
            let Some((base, side)) = Side::of(&name).filter(|_| !self.is_stuck(place, &name)) else {
                continue;
            };
            let waits = self.folder.has(Place::Held, &base);
            let comes = self.folder.has(Place::Inbox, &base)
                || self.folder.has(Place::Processing, &base)
                || self.at_work.contains_key(&base);
            let outcome = match (waits, side) {
                (true, Side::Approve) => self.approved(place, &name, &base, jobs),
                (true, Side::Reject) => self.refused(place, &name, &base),
                (true, Side::Totals) => self.totals_came(place, &name, &base, jobs),
                (false, _) if comes => Ok(()), // what it belongs to is on the way
                // its file may come at any time, and must not go without it
                (false, Side::Totals) if place == Place::Inbox => Ok(()),
                (false, _) => self.orphan(place, &name, &base, side, now),
            };
            match outcome {
                Err(Trouble::Passing(_)) => drop(self.stick(place, &name)),
                _ => drop(self.stuck.remove(&(place, name))),
            }
            self.borne(&base, outcome)?;
        }
        Ok(())
    }

    /// An answer that belongs to nothing.
    pub(super) fn orphan(
        &mut self,
        place: Place,
        name: &OsStr,
        base: &str,
        side: Side,
        now: Instant,
    ) -> Result<(), Trouble> {
        let first = *self.orphans.entry((place, name.to_owned())).or_insert(now);
        if now.duration_since(first) < ORPHAN && !self.settings.once {
            return Ok(());
        }
        self.orphans.remove(&(place, name.to_owned()));
        // somebody has taken away the file of a run that waits: it can be answered for all the same
        for open in self.desk.open_runs()? {
            if open.name == base && open.waits.is_some() {
                return self.desk.put_copy(open.run, &self.folder.path(Place::Held, base));
            }
        }
        let text = answer::belongs_to_nothing(base, side);
        self.put_aside_os(place, name, &plain(name), &text)
    }

    /// A file that waits was written to where it lies: it is asked about as it is now. A run that has begun keeps to its
    /// copy.
    pub(super) fn changed_in_held(&mut self, name: &OsStr, jobs: &Sender<Job>) -> Result<(), Trouble> {
        let Some(name) = name.to_str() else { return Ok(()) }; // nothing waits under such a name
        let Some(question) = self.asked.about(name).filter(|question| question.awaits.is_none()) else {
            return Ok(());
        };
        match digest(&self.folder.path(Place::Held, name)) {
            Ok(now) if now != question.digest => {
                self.folder.clear(Place::Held, name);
                self.move_on(Place::Held, name, (Place::Processing, name))?;
                self.asked_about_again(name, jobs)
            }
            Ok(_) | Err(_) => Ok(()), // what cannot be read is told where it is answered for
        }
    }

    fn asked_about_again(&mut self, name: &str, jobs: &Sender<Job>) -> Result<(), Trouble> {
        self.desk.tell(&format!("{name} was changed after it was asked about; it is asked about again"));
        self.judge(name, None, jobs)
    }

    /// A person says yes to a file that waits.
    pub(super) fn approved(
        &mut self,
        place: Place,
        side: &OsStr,
        name: &str,
        jobs: &Sender<Job>,
    ) -> Result<(), Trouble> {
        for no in [Place::Inbox, Place::Held] {
            if self.side_there(no, name, Side::Reject)?.is_some() {
                return Ok(()); // beside a no, a yes does not count, whichever came first
            }
        }
        let path = self.folder.path(place, side);
        let read = read_side(&path).and_then(|(text, owner)| Ok((Approval::read(&text)?, owner)));
        let (approval, owner) = match read {
            Ok(read) => read,
            Err(why) => {
                let why = format!(
                    "{}: {why}. An empty file says yes; a line in it may be accept CODE:ROW, amends RUN, repeat, skip-invalid, sheet NAME, run RUN, plan HASH or note TEXT.",
                    side.to_string_lossy()
                );
                return self.not_taken(place, side, name, &why);
            }
        };
        let held = self.folder.path(Place::Held, name);
        let question = self.asked.about(name).cloned();
        let awaits = question.as_ref().and_then(|asked| asked.awaits);
        let waits = question.as_ref().and_then(|asked| asked.run);
        if let Some(meant) = approval.run.filter(|meant| waits != Some(*meant)) {
            let what = waits.map_or("a file that is no run yet".to_owned(), |run| format!("run {run}"));
            let why = format!(
                "the answer is for run {meant}, and what waits here is {what}; look at it as it is now, and answer for that."
            );
            return self.not_taken(place, side, name, &why);
        }
        let is_the_same =
            question.as_ref().is_some_and(|asked| digest(&held).is_ok_and(|now| now == asked.digest));
        let release = self.desk.release_by_owner(owner, approval.note.clone());
        // first out of the way, so that a restart does not take it for a new one; then the file is judged again
        self.folder.clear(Place::Held, name);
        self.move_on(Place::Held, name, (Place::Processing, name))?;
        std::fs::remove_file(&path).map_err(|error| passing(name, &error))?;
        if !is_the_same {
            return self.asked_about_again(name, jobs);
        }
        let (digest, run) = question.map_or_else(Default::default, |asked| (asked.digest, asked.run));
        let standing = run.map(|run| self.desk.standing(run)).transpose()?;
        match (run, standing) {
            (Some(run), Some(Standing::Begun)) if awaits != Some(Awaits::Anew) => {
                if let Some(text) = self.copy_of(name, run) {
                    return self.put_aside(Place::Processing, name, &text);
                }
                let agree_rates = awaits == Some(Awaits::Rates);
                let going = Going { skip_held: approval.skip_invalid, agree_rates };
                self.asked.forget(name).map_err(|error| passing(name, &error))?;
                self.go(run, name, going, jobs);
                Ok(())
            }
            // refused before, by whoever was killed while answering: a yes after a no is asked for again
            (_, Some(Standing::Refused)) => self.judge(name, None, jobs),
            _ => {
                let yes = Yes { approval: &approval, release: &release, digest: &digest };
                self.judge(name, Some(yes), jobs)
            }
        }
    }

    /// An answer that cannot be taken is put aside; the question stays, with the reason above it.
    fn not_taken(&mut self, place: Place, side: &OsStr, name: &str, why: &str) -> Result<(), Trouble> {
        let text = format!("Nothing was done: {why}");
        self.put_aside_os(place, side, &plain(side), &text)?;
        self.say_above(Place::Held, name, &text);
        Ok(())
    }

    /// A person says no to a file that waits.
    pub(super) fn refused(&mut self, place: Place, side: &OsStr, name: &str) -> Result<(), Trouble> {
        let path = self.folder.path(place, side);
        let (why, owner) = match read_side(&path) {
            Ok(read) => read,
            Err(why) => {
                self.not_taken(place, side, name, &format!("{}: {why}.", side.to_string_lossy()))?;
                return self.too_early(name).map(drop); // nor does a yes beside a no that cannot be read
            }
        };
        let why = why.trim().replace(['\n', '\r'], " ");
        let release = self.desk.release_by_owner(owner, Some(why).filter(|why| !why.is_empty()));
        let mut text = format!("Not sent: refused by {release}.");
        if let Some(run) = self.asked.about(name).and_then(|question| question.run) {
            match self.desk.standing(run)? {
                Standing::Waits => self.desk.refuse(run, release)?,
                Standing::Refused => {}
                Standing::Begun => {
                    let text = format!(
                        "It cannot be refused any more: run {run} has begun. payrun status {run} shows what was sent; what was not stays unsent until somebody lets it go."
                    );
                    self.say_above(Place::Held, name, &text);
                    return std::fs::remove_file(&path).map_err(|error| passing(name, &error));
                }
            }
            text = format!("{text} This was run {run}.");
        }
        self.put_aside(Place::Held, name, &text)?;
        self.totals_to(name, (Place::Rejected, name))?;
        std::fs::remove_file(&path).map_err(|error| passing(name, &error))
    }

    /// Control totals for a file that waits: it is judged again with them.
    pub(super) fn totals_came(
        &mut self,
        place: Place,
        side: &OsStr,
        name: &str,
        jobs: &Sender<Job>,
    ) -> Result<(), Trouble> {
        let wanted = side_name(name, Side::Totals);
        self.totals_to(name, (Place::Rejected, name))?;
        let moved = self.folder.shift((place, side), (Place::Processing, &wanted));
        moved.map_err(|error| passing(&wanted, &error))?;
        self.folder.clear(Place::Held, name);
        self.move_on(Place::Held, name, (Place::Processing, name))?;
        self.judge(name, None, jobs)
    }
}
