//! What the folder asks of whoever reads, records and pays.

use std::path::Path;

use super::side::{Approval, ControlTotals};
use crate::domain::{Awaits, Release, RunId};

/// What a file is, once it was read and checked.
#[derive(Debug)]
pub enum Judged {
    /// It cannot be paid as it is.
    Rejected {
        /// Why, and what to do.
        text: String,
    },
    /// A person must say something of it before it is a run.
    Asks {
        /// What, and how to say it.
        text: String,
    },
    /// It is a run that waits to be let go.
    Waits {
        /// The run.
        run: RunId,
        /// The plan, and why it waits.
        text: String,
    },
    /// It is a run that may be sent.
    Goes {
        /// The run.
        run: RunId,
        /// What is sent.
        text: String,
    },
    /// It is a run that has stopped, and that does not go on without a person.
    Stands {
        /// The run.
        run: RunId,
        /// Which word it waits for.
        awaits: Awaits,
    },
    /// It is a run that has come to its end before.
    Over {
        /// The run.
        run: RunId,
        /// What became of it.
        text: String,
    },
}

/// How far a run is, as far as the folder needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It waits to be let go; nothing was sent.
    Waits,
    /// A person has refused it; nothing was sent.
    Refused,
    /// Something of it may have been sent.
    Begun,
}

/// On which terms a run goes on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Going {
    /// Rows that must be held are left out.
    pub skip_held: bool,
    /// The rates of now are agreed to.
    pub agree_rates: bool,
}

/// How far a run got.
#[derive(Debug)]
pub enum Ended {
    /// To its end; the text is its result.
    Finished(String),
    /// Not to its end.
    Stopped {
        /// Why, and what happens next.
        text: String,
        /// Who makes it go on.
        on: Stopped,
    },
}

/// What a run waits for that has stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// The program was asked to stop: the next start goes on.
    Start,
    /// It is tried again by itself.
    Time,
    /// A person.
    Person(Awaits),
}

/// A run of the folder that is not over, as the journal has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenRun {
    /// The run.
    pub run: RunId,
    /// The name of its file.
    pub name: String,
    /// The digest of the bytes that it was read from.
    pub digest: String,
    /// What it waits for. None: it goes on by itself.
    pub waits: Option<Waits>,
    /// Another run that was let go and has taken the place of all its payouts.
    pub taken_by: Option<RunId>,
}

/// What an open run waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waits {
    /// To be let go; nothing of it was sent.
    Release,
    /// A word, since it has stopped.
    Word(Awaits),
}

/// Why the folder could not be served.
#[derive(Debug)]
pub enum Trouble {
    /// It may pass, such as a full disk: tried again.
    Passing(String),
    /// Nothing more can be done until somebody has mended it.
    Lasting(String),
}

/// What a person has said to a file.
#[derive(Debug, Clone, Copy)]
pub struct Yes<'a> {
    /// What is meant.
    pub approval: &'a Approval,
    /// Who, when, how.
    pub release: &'a Release,
    /// The digest of the bytes that were asked about: it counts for no others.
    pub digest: &'a str,
}

/// Reads, records and pays.
pub trait Desk: Sync {
    /// Reads, checks and plans the file at `path`, which is called `name`, and records it where nothing stands against
    /// it. With an approval it may be sent then, if its plan was shown or nobody needs to see it. Nothing is sent here.
    /// What is to lie beside the file is put there. `waiting` is the run that waits to be let go as these very bytes: what
    /// was said of its questions holds still.
    fn judge(
        &self,
        path: &Path,
        name: &str,
        totals: Option<&ControlTotals>,
        approval: Option<Yes<'_>>,
        waiting: Option<RunId>,
    ) -> Result<Judged, Trouble>;

    /// The runs of this folder that are not over.
    fn open_runs(&self) -> Result<Vec<OpenRun>, Trouble>;

    /// The digest of the bytes that a run was read from.
    fn read_from(&self, run: RunId) -> Result<String, Trouble>;

    /// Puts the file of a run, as it was read, where nothing lies yet. What lies there already stays.
    fn put_copy(&self, run: RunId, to: &Path) -> Result<(), Trouble>;

    /// Refuses a run that waits.
    fn refuse(&self, run: RunId, release: Release) -> Result<(), Trouble>;

    /// How far a run is.
    fn standing(&self, run: RunId) -> Result<Standing, Trouble>;

    /// What came out of a run that is over.
    fn result_of(&self, run: RunId) -> Result<String, Trouble>;

    /// The name of the file of a run of this folder; none where the run is of no folder or of another one.
    fn file_of(&self, run: RunId) -> Result<Option<String>, Trouble>;

    /// The runs of which something was seen or settled that stands in no report yet.
    fn unreported(&self) -> Result<Vec<RunId>, Trouble>;

    /// Writes the reports of a run that is of no folder, where they lie.
    fn report_apart(&self, run: RunId) -> Result<(), Trouble>;

    /// Sends what a run has to send, as far as it goes.
    fn carry_out(&self, run: RunId, going: Going) -> Result<Ended, Trouble>;

    /// Writes the reports of a run into a folder, under the name that its file has or will have there. Whoever may read
    /// the file at `readers` may read them.
    fn report(&self, run: RunId, folder: &Path, name: &str, readers: &Path) -> Result<(), Trouble>;

    /// An answer that the owner of a file gives by it.
    fn release_by_owner(&self, uid: u32, note: Option<String>) -> Release;

    /// Somebody is told.
    fn tell(&self, what: &str);
}
