//! A folder becomes runs: what is dropped into it is claimed, judged, answered, and carried out once a person or the
//! configuration lets it go.
//!
//! This module knows files, names and answers; what a payout file means and how it is paid it asks its [`Desk`]. All
//! that counts is in the journal: a file that lies in `processing/` at the start is simply judged again, and is the run
//! that it was. What this module keeps for itself, which content a person was asked about, makes it ask again when lost.

mod answer;
mod arrival;
mod asked;
mod claim;
mod desk;
mod ending;
mod folder;
mod owner;
mod people;
mod retry;
mod side;
mod watcher;

pub use asked::digest;
pub use desk::{Desk, Ended, Going, Judged, OpenRun, Standing, Stopped, Trouble, Waits, Yes};
pub use folder::{ANSWER, FINDINGS, Folder, PLAN, Place, inbox_names, read_as, readers_of};
pub use owner::NotOurs;
pub use side::{Approval, ControlTotals, Side};
pub use watcher::{Event, Left, Settings, Watcher};
