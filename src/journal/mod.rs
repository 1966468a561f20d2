//! The truth on disk: an append-only journal, and a checkpoint that is fed from it.
//!
//! `SCOPE/journal/` holds numbered segments of JSON lines, each with its sequence number, the digest of the line
//! before and its own; they are written in groups, and nobody is told before `fdatasync` has returned.
//! `SCOPE/checkpoint/` is a sled database that serves every question about runs and payouts without reading the
//! journal through. It is never the truth: lost or damaged, it is set aside and rebuilt.
//!
//! This module alone writes either, and alone can make an [`Intent`], the proof without which nothing that moves
//! money is sent. It does not know the API.

mod book;
mod checkpoint;
mod disk;
mod error;
mod fold;
mod kept;
mod lines;
mod lock;
mod log;
mod looks;
mod news;
mod record;
mod scope;
mod writer;

pub use checkpoint::Checkpoint;
pub use disk::{Disk, LogFile, RealDisk, new_private_file, open_itself, private_file};
pub use error::JournalError;
pub use kept::{Kept, KeptWords};
pub use lines::{Broken, Excerpt, ExcerptError, excerpt, verify_excerpt};
pub use lock::{Holder, ScopeLock, watched_folder};
pub use log::Verified;
pub use looks::{Look, Watched};
pub use news::News;
pub use record::{Noted, Record, Telling};
pub use scope::ScopeFolder;
pub use writer::{Ack, Intent, Journal, verify};
