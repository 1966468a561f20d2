//! The loop: what has arrived is claimed and judged, answers of people are taken, runs are carried out one after another.

use std::collections::{BTreeMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use super::answer;
use super::arrival::{Arrivals, Edits};
use super::asked::{Asked, Question};
use super::desk::{Desk, Ended, Going, Standing, Trouble};
use super::folder::{ANSWER, Folder, Place, beside_what, plain};
use super::retry::{Job, Later, Retry, next_due};
use super::side::Side;
use crate::domain::{RunId, system_words};
use crate::journal::open_itself;

/// No answer of ours is longer.
const LONGEST_ANSWER: u64 = 1 << 20;

/// How the folder is watched.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The folder is looked through so often, whatever the file system tells.
    pub poll: Duration,
    /// A file that has not changed for so long is whole.
    pub settle: Duration,
    /// Every file needs its control totals.
    pub needs_totals: bool,
    /// End when nothing is left to do.
    pub once: bool,
    /// Where is kept what people were asked.
    pub asked: PathBuf,
}

/// What the loop hears.
#[derive(Debug)]
pub enum Event {
    /// Something may have changed in the folder.
    Look,
    /// A file was renamed to this name.
    Renamed(OsString),
    /// Payouts of these runs have changed after their runs were over.
    Changed(Vec<RunId>),
    /// A run has got so far.
    Ended(RunId, String, Result<Ended, Trouble>),
    /// Nothing more can be written down: only a new start helps.
    Broken(String),
    /// Stop, once what is under way is recorded.
    Stop,
}

/// What a watcher leaves behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Files and runs that the next start takes up.
    pub names: Vec<String>,
    /// How many files wait for a person.
    pub held: usize,
}

/// A folder at work.
pub struct Watcher<'a, D: Desk> {
    pub(super) folder: Folder,
    pub(super) desk: &'a D,
    pub(super) settings: Settings,
    pub(super) arrivals: Arrivals,
    pub(super) sides: Arrivals,
    pub(super) held_sides: Arrivals,
    pub(super) edits: Edits,
    pub(super) asked: Asked,
    pub(super) later: BTreeMap<String, Later>,
    /// Files whose runs are at work or in the queue.
    pub(super) at_work: BTreeMap<String, RunId>,
    /// Answers in their places without a question, since when.
    pub(super) orphans: BTreeMap<(Place, OsString), Instant>,
    /// Files that wait for their control totals, since when.
    pub(super) unproven: BTreeMap<OsString, Instant>,
    /// Files that cannot be moved, such as for want of permissions.
    pub(super) stuck: BTreeMap<(Place, OsString), Retry>,
    /// Side files in the inbox that nobody is writing any more.
    pub(super) whole_sides: HashSet<OsString>,
}

/// Ends the loop where the worker has a defect: what waits behind it would wait for ever.
struct Alarm<'a>(&'a Sender<Event>);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let why =
                "a defect of the program has ended the sending; payrun status shows how far the run got";
            let _ = self.0.send(Event::Broken(why.to_owned())); // the loop may have ended
        }
    }
}

impl<'a, D: Desk> Watcher<'a, D> {
    /// Of a folder that was taken.
    pub fn new(folder: Folder, desk: &'a D, settings: Settings) -> Self {
        let asked = Asked::open(settings.asked.clone());
        Self {
            folder,
            desk,
            settings,
            arrivals: Arrivals::default(),
            sides: Arrivals::default(),
            held_sides: Arrivals::default(),
            edits: Edits::default(),
            asked,
            later: BTreeMap::new(),
            at_work: BTreeMap::new(),
            orphans: BTreeMap::new(),
            unproven: BTreeMap::new(),
            stuck: BTreeMap::new(),
            whole_sides: HashSet::new(),
        }
    }

    /// Works until it is told to stop, or, where it is to work once, until nothing is left that can be done now. Gives
    /// what is left all the same.
    pub fn run(mut self, events: &Receiver<Event>, back: &Sender<Event>) -> Result<Left, Trouble> {
        let desk = self.desk;
        let (jobs, queue) = channel::<Job>();
        std::thread::scope(|scope| {
            let worker = scope.spawn(move || {
                let _alarm = Alarm(back);
                for Job { run, name, going } in queue {
                    let ended = desk.carry_out(run, going);
                    // where nothing more can be written down, no other run begins
                    let is_last = matches!(ended, Err(Trouble::Lasting(_)));
                    if back.send(Event::Ended(run, name, ended)).is_err() || is_last {
                        return;
                    }
                }
            });
            let outcome = self.serve(events, &jobs);
            drop(jobs);
            let _ = worker.join(); // its panic is told by the runtime; what it did is in the journal
            // what came to its end while we waited
            while let Ok(event) = events.try_recv() {
                if let Event::Ended(run, name, ended) = event {
                    self.came_to(run, &name, ended)?;
                }
            }
            outcome.map(|()| self.left())
        })
    }

    fn serve(&mut self, events: &Receiver<Event>, jobs: &Sender<Job>) -> Result<(), Trouble> {
        self.take_up(jobs)?;
        loop {
            self.look(jobs)?;
            if self.settings.once && self.is_idle() {
                return Ok(());
            }
            let mut heard = match events.recv_timeout(self.pause()) {
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
                heard => heard.ok(),
            };
            // one look serves all that has been heard: each file that we move is told of too
            while let Some(event) = heard {
                match event {
                    Event::Stop => return Ok(()),
                    Event::Broken(why) => return Err(Trouble::Lasting(why)),
                    Event::Look => {}
                    Event::Renamed(name) => {
                        self.arrivals.came_by_rename(&name);
                        self.sides.came_by_rename(&name);
                    }
                    Event::Changed(runs) => self.changed(&runs)?,
                    Event::Ended(run, name, ended) => self.came_to(run, &name, ended)?,
                }
                heard = events.try_recv().ok();
            }
        }
    }

    /// How long nothing needs to be done.
    fn pause(&self) -> Duration {
        let poll = self.settings.poll.min(self.settings.settle.max(Duration::from_millis(50)));
        next_due(&self.later, &self.at_work).map_or(poll, |due| due.min(poll))
    }

    fn is_idle(&self) -> bool {
        // totals without their file wait for it, and what cannot be taken was told
        let waits = |name: &OsString| {
            self.stuck.contains_key(&(Place::Inbox, name.clone()))
                || Side::of(name).is_some_and(|(_, side)| side == Side::Totals)
        };
        let inbox = self.folder.list(Place::Inbox);
        let all_taken = inbox.is_ok_and(|files| files.iter().all(|(name, _)| waits(name)));
        let no_answer = self
            .folder
            .list(Place::Held)
            .is_ok_and(|files| files.iter().all(|(name, _)| Side::of(name).is_none()));
        all_taken && no_answer && self.edits.is_done() && self.at_work.is_empty()
    }

    /// What the process before has left: files in `processing/`, and runs whose files are gone.
    fn take_up(&mut self, jobs: &Sender<Job>) -> Result<(), Trouble> {
        let open = self.desk.open_runs()?;
        self.asked.agree_with(&open).map_err(|error| passing("asked.json", &error))?;
        let dropped = self.drop_taken();
        self.borne("", dropped)?;
        for (name, _) in self.listed(Place::Processing)? {
            let Some(mut name) = name.to_str().map(str::to_owned) else { continue }; // nothing is claimed under such a name
            if let Some(file) = beside_what(&name) {
                self.left_alone(&name, file)?;
            } else if Side::of(OsStr::new(&name)).is_none() {
                if self.folder.has(Place::Held, &name) {
                    // one of that name waits: this one is answered for under another
                    let free = self.folder.free_name(&name, &[Place::Processing, Place::Held]);
                    name = self.move_on(Place::Processing, &name, (Place::Processing, &free))?;
                }
                let judged = self.judge(&name, None, jobs);
                self.borne(&name, judged)?;
            }
        }
        for open in open.iter().filter(|open| open.waits.is_none()) {
            if self.elsewhere("", open.run).is_none() {
                self.desk.tell(&format!("{}: {}", open.name, answer::goes_on(open.run)));
                self.go(open.run, &open.name, Going::default(), jobs);
            }
        }
        let unreported = self.desk.unreported()?;
        self.changed(&unreported)
    }

    /// What payrun has put beside a file does not stay where the file is no more.
    fn left_alone(&self, name: &str, file: &str) -> Result<(), Trouble> {
        if self.folder.has(Place::Processing, file) {
            return Ok(());
        }
        self.move_on(Place::Processing, name, (Place::Rejected, name)).map(drop) // or gone with its file by now
    }

    /// One look at the folder.
    fn look(&mut self, jobs: &Sender<Job>) -> Result<(), Trouble> {
        let now = Instant::now();
        self.folder.make_places().map_err(|error| Trouble::Lasting(error.to_string()))?;
        for place in [Place::Inbox, Place::Held] {
            self.answers(place, now, jobs)?;
        }
        let waiting = self.listed(Place::Held)?;
        for name in self.edits.not_compared(&waiting, now, self.settings.settle) {
            let asked = self.changed_in_held(&name, jobs);
            self.borne(&plain(&name), asked)?;
        }
        let files = self.listed(Place::Inbox)?;
        self.unproven.retain(|name, _| files.iter().any(|(there, _)| there == name));
        self.stuck
            .retain(|(at, name), _| *at != Place::Inbox || files.iter().any(|(there, _)| there == name));
        for name in self.arrivals.whole(&files, now, self.settings.settle) {
            if Side::of(&name).is_none() {
                let claimed = self.claim(&name, jobs);
                self.borne(&plain(&name), claimed)?;
            }
        }
        let due: Vec<String> = self
            .later
            .iter()
            .filter(|(name, later)| later.retry.due <= now && !self.at_work.contains_key(*name))
            .map(|(name, _)| name.clone())
            .collect();
        for name in due {
            let Some(later) = self.later.get_mut(&name) else { continue };
            match later.job.take() {
                Some(job) => self.go(job.run, &name, job.going, jobs),
                None if self.folder.has(Place::Processing, &name) => {
                    let judged = self.judge(&name, None, jobs);
                    self.borne(&name, judged)?;
                }
                None => drop(self.later.remove(&name)),
            }
        }
        Ok(())
    }

    /// Whether it is too early to try again what could not be moved.
    pub(super) fn is_stuck(&self, place: Place, name: &OsStr) -> bool {
        self.stuck.get(&(place, name.to_owned())).is_some_and(|stuck| stuck.due > Instant::now())
    }

    /// Something cannot be moved now: it is tried again after the pause that this gives.
    pub(super) fn stick(&mut self, place: Place, name: &OsStr) -> Duration {
        let key = (place, name.to_owned());
        let retry = Retry::after(self.stuck.get(&key).copied());
        self.stuck.insert(key, retry);
        retry.pause
    }

    pub(super) fn listed(&self, place: Place) -> Result<Vec<(OsString, std::fs::Metadata)>, Trouble> {
        self.folder.list(place).map_err(|error| self.not_listed(place, &error))
    }

    pub(super) fn not_listed(&self, place: Place, error: &io::Error) -> Trouble {
        let path = self.folder.path(place, "");
        Trouble::Lasting(format!("cannot look into {}: {}", path.display(), system_words(error)))
    }

    /// What may pass ends nothing: it is told, and what lies in `processing/` is looked at again later.
    pub(super) fn borne(&mut self, name: &str, outcome: Result<(), Trouble>) -> Result<(), Trouble> {
        match outcome {
            Err(Trouble::Passing(why)) if self.folder.has(Place::Processing, name) => {
                self.again(name, None, &why);
                Ok(())
            }
            Err(Trouble::Passing(why)) => {
                self.desk.tell(&why);
                Ok(())
            }
            outcome => outcome,
        }
    }

    /// A run begins or goes on.
    pub(super) fn go(&mut self, run: RunId, name: &str, going: Going, jobs: &Sender<Job>) {
        self.at_work.insert(name.to_owned(), run);
        let _ = jobs.send(Job { run, name: name.to_owned(), going }); // the worker lives as long as the loop
    }

    /// Puts a file where a person finds the question.
    pub(super) fn hold(&mut self, name: &str, question: Question, text: &str) -> Result<(), Trouble> {
        self.asked.ask(name, question).map_err(|error| passing(name, &error))?;
        let early = self.too_early(name)?;
        self.move_saying(name, (Place::Held, name), &format!("{text}{early}"))
    }

    /// Under which other name a run is at work, or waits for an answer.
    pub(super) fn elsewhere(&self, name: &str, run: RunId) -> Option<String> {
        let at_work = self.at_work.iter().find(|(other, at_work)| **at_work == run && *other != name);
        let later = self
            .later
            .iter()
            .find(|(other, later)| *other != name && later.job.as_ref().is_some_and(|job| job.run == run));
        if let Some(other) = at_work.map(|(other, _)| other).or(later.map(|(other, _)| other)) {
            return Some(format!("is being sent as {}/{other}", Place::Processing.name()));
        }
        let other = self.asked.holding(run).filter(|other| *other != name)?;
        Some(format!("waits for an answer as {}/{other}", Place::Held.name()))
    }

    /// What is said of a file whose run has another name already.
    pub(super) fn copy_of(&self, name: &str, run: RunId) -> Option<String> {
        let elsewhere = self.elsewhere(name, run)?;
        Some(format!("Nothing was done with this copy: it is run {run}, which {elsewhere}."))
    }

    /// A file is a run that may be sent. The same run is sent under one name only: a copy of its file is no answer to
    /// what a person was asked.
    pub(super) fn goes(
        &mut self,
        name: &str,
        run: RunId,
        text: &str,
        jobs: &Sender<Job>,
    ) -> Result<(), Trouble> {
        if let Some(text) = self.copy_of(name, run) {
            return self.put_aside(Place::Processing, name, &text);
        }
        self.later.remove(name);
        // answered: where the file is taken away now, the run goes on from its copy
        self.asked.forget(name).map_err(|error| passing(name, &error))?;
        self.say(Place::Processing, name, text);
        self.go(run, name, Going::default(), jobs);
        Ok(())
    }

    pub(super) fn has_totals(&self, name: &str) -> bool {
        self.folder.has(Place::Processing, &side_name(name, Side::Totals))
    }

    /// Control totals go where their file has gone, under its name there.
    pub(super) fn totals_to(&self, name: &str, (to, new): (Place, &str)) -> Result<(), Trouble> {
        if !self.has_totals(name) {
            return Ok(());
        }
        let [totals, new] = [name, new].map(|name| side_name(name, Side::Totals));
        let moved = self.folder.shift((Place::Processing, OsStr::new(&totals)), (to, &new));
        moved.map(drop).map_err(|error| passing(&totals, &error))
    }

    /// Puts a file where files lie that were not paid, with the reason. The run that waited by it cannot be let go any
    /// more.
    pub(super) fn put_aside(&mut self, from: Place, name: &str, text: &str) -> Result<(), Trouble> {
        if let Some(run) = self.asked.about(name).and_then(|question| question.run)
            && self.desk.standing(run)? == Standing::Waits
            && let Ok(file) = std::fs::symlink_metadata(self.folder.path(from, name))
        {
            let note = Some("its file was put aside".to_owned());
            self.desk.refuse(run, self.desk.release_by_owner(file.uid(), note))?;
        }
        self.asked.forget(name).map_err(|error| passing(name, &error))?;
        self.put_aside_os(from, OsStr::new(name), name, text)
    }

    pub(super) fn put_aside_os(
        &mut self,
        from: Place,
        name: &OsStr,
        wanted: &str,
        text: &str,
    ) -> Result<(), Trouble> {
        if from == Place::Processing {
            self.later.remove(wanted);
        }
        let moved =
            self.folder.shift_saying((from, name), (Place::Rejected, wanted), Some(&whole_lines(text)));
        let new = match moved {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()), // it has vanished
            outcome => outcome.map_err(|error| passing(wanted, &error))?,
        };
        self.tell_first_line(&new, text);
        if from == Place::Processing { self.totals_to(wanted, (Place::Rejected, &new)) } else { Ok(()) }
    }

    /// A file goes on from `processing/` with its answer, which must be there before it.
    pub(super) fn move_saying(&self, name: &str, to: (Place, &str), text: &str) -> Result<(), Trouble> {
        self.tell_first_line(name, text);
        let moved =
            self.folder.shift_saying((Place::Processing, OsStr::new(name)), to, Some(&whole_lines(text)));
        match moved {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()), // somebody has taken it away
            outcome => outcome.map(drop).map_err(|error| passing(name, &error)),
        }
    }

    pub(super) fn move_on(&self, from: Place, name: &str, to: (Place, &str)) -> Result<String, Trouble> {
        match self.folder.shift((from, OsStr::new(name)), to) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(to.1.to_owned()), // somebody has taken it away
            outcome => outcome.map_err(|error| passing(name, &error)),
        }
    }

    /// An answer beside a file, and a word for whoever looks on.
    pub(super) fn say(&self, place: Place, name: &str, text: &str) {
        self.tell_first_line(name, text);
        self.put_answer(place, name, text);
    }

    /// An answer beside a file.
    pub(super) fn put_answer(&self, place: Place, name: &str, text: &str) {
        if let Err(error) = self.folder.put_beside(place, name, ANSWER, &whole_lines(text)) {
            self.desk.tell(&format!("{name}: the answer cannot be written: {}", system_words(&error)));
        }
    }

    fn tell_first_line(&self, name: &str, text: &str) {
        let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        self.desk.tell(&format!("{name}: {first}"));
    }

    /// Puts a sentence above the answer that lies there: the question stays to be read.
    pub(super) fn say_above(&self, place: Place, name: &str, text: &str) {
        let path = self.folder.path(place, format!("{name}.{ANSWER}"));
        let mut question = String::new();
        // whoever may write into the folder may have put a link there
        let _ = open_itself(&path).and_then(|file| file.take(LONGEST_ANSWER).read_to_string(&mut question));
        self.say(place, name, &format!("{text}\n\n{question}"));
    }
}

/// With an end to its last line.
fn whole_lines(text: &str) -> String {
    format!("{}\n", text.trim_end())
}

/// The name of a side file.
pub(super) fn side_name(name: &str, side: Side) -> String {
    format!("{name}.{}", side.end())
}

pub(super) fn passing(name: &str, error: &io::Error) -> Trouble {
    Trouble::Passing(format!("{name}: {}", system_words(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_defect_of_the_worker_is_heard() {
        let (events, heard) = channel();
        let worker = std::thread::spawn(move || {
            let _alarm = Alarm(&events);
            panic!("a defect");
        });
        assert!(worker.join().is_err());
        assert!(matches!(heard.try_recv(), Ok(Event::Broken(why)) if why.contains("payrun status")));
    }
}
