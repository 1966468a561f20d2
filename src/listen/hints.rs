//! What was heard, on disk until it has been looked up.
//!
//! `SCOPE/hints/DAY.jsonl` has one line a hint, synced before Flash is answered; `taken.json` says how far they have been
//! looked up. This is not the journal: nothing here says how a payout stands, and all of it may be lost without harm,
//! since what is under way is looked at anyway. Files older than a week go; a day of many has several, `DAY_000002.jsonl`.
//!
//! The id of a delivery is not signed, so that whoever has one delivery can make many of it: there is room for so many
//! bytes. Where it is used up, what was looked up goes first, oldest first; what was not, keeps new ones out.
//!
//! One listener writes, in a thread of its own that syncs once for all who wait. Whoever holds the scope reads, also in
//! another process: [`pending`], and [`taken`] when all of it has been looked up.

use std::collections::{HashSet, VecDeque};
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use crate::domain::{Kind, Timestamp, system_words};
use crate::gateway::Notice;

/// Files of so many days stay: longer than Flash repeats a delivery, and than anybody waits for a hint.
const KEPT_DAYS: i64 = 7;
/// So many deliveries are known again.
const MOST_REMEMBERED: usize = 200_000;
/// So many are written in one piece.
const IN_ONE_PIECE: usize = 256;
/// So many bytes are read at a time.
const AT_ONCE: u64 = 4 << 20;
const TAKEN: &str = "taken.json";
/// All files together have so many bytes at most, some hundred thousand hints.
const ROOM: u64 = 64 << 20;
/// Hardly any hint is longer.
const A_HINT: u64 = 512;
/// A file has this part of the room: what goes, goes by files.
const FILES: u64 = 16;

/// A payout to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hint {
    /// When it was heard.
    pub at: Timestamp,
    /// Flash's id of the delivery, the same however often it comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// Flash's name of the event. For people; nothing is decided by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The kind of payout, as far as it was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Flash's id of the payout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flash_id: Option<String>,
    /// Our id of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
}

/// Hints cannot be stored.
#[derive(Debug, Clone, thiserror::Error)]
pub enum HintError {
    /// Another process receives for this scope.
    #[error("another payrun receives webhooks for this login already")]
    Held,
    /// There is no room: too many wait to be looked up.
    #[error("{}: too many webhooks wait to be looked up", path.display())]
    Full {
        /// Which folder.
        path: PathBuf,
    },
    /// The folder cannot be used.
    #[error("cannot store webhooks in {}: {why}", path.display())]
    Io {
        /// Which folder.
        path: PathBuf,
        /// The system's words.
        why: String,
    },
}

/// How far hints have been looked up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    file: String,
    bytes: u64,
}

/// Whether a hint is news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is.
    New,
    /// The same delivery was stored before.
    Before,
}

impl Hint {
    pub(super) fn new(at: Timestamp, request: Option<&str>, notice: Notice) -> Self {
        let Notice { event, kind, flash_id, external_id } = notice;
        Self { at, request: request.map(str::to_owned), event, kind, flash_id, external_id }
    }

    /// What a second delivery has in common with the first. The id of a delivery alone is not signed: with it one could
    /// keep another's delivery out.
    fn key(&self) -> Option<Key> {
        let request = self.request.as_ref()?;
        let texts = [Some(request), self.event.as_ref(), self.flash_id.as_ref(), self.external_id.as_ref()];
        let mut hasher = blake3::Hasher::new();
        for text in texts.map(|text| text.map_or("", String::as_str)) {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        }
        let mut key = [0; 16];
        key.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Some(key)
    }
}

type Key = [u8; 16];
type Answer = oneshot::Sender<Result<Kept, HintError>>;

enum Job {
    Keep(Box<Hint>, Answer),
    TryOut(Answer),
}

/// Where hints are stored. The folder is this process's until the value is dropped and what was handed in is written.
#[derive(Debug, Clone)]
pub struct Hints(mpsc::Sender<Job>);

impl Hints {
    /// Opens the folder, or makes it, for its owner alone; reads which deliveries were stored before.
    pub fn open(folder: &Path) -> Result<Self, HintError> {
        Self::with_room(folder, ROOM)
    }

    /// The same with room for so many bytes.
    pub fn with_room(folder: &Path, room: u64) -> Result<Self, HintError> {
        let failed = |error: io::Error| failed(folder, &error);
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true).mode(0o600);
        let lock = options.open(folder.join("listen.lock")).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(HintError::Held),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let mut writer = Writer {
            folder: folder.to_owned(),
            room,
            seen: Seen::default(),
            day: String::new(),
            _lock: lock,
        };
        writer.remember().map_err(failed)?;
        let (jobs, inbox) = mpsc::channel();
        std::thread::Builder::new()
            .name("hints".to_owned())
            .spawn(move || writer.work(&inbox))
            .map_err(failed)?;
        Ok(Self(jobs))
    }

    /// Stores a hint. It is on disk when this returns.
    pub(super) async fn keep(&self, hint: Hint) -> Result<Kept, HintError> {
        self.ask(|answer| Job::Keep(Box::new(hint), answer)).await
    }

    /// Whether hints can be stored.
    pub(super) async fn try_out(&self) -> Result<(), HintError> {
        self.ask(Job::TryOut).await.map(drop)
    }

    async fn ask(&self, job: impl FnOnce(Answer) -> Job) -> Result<Kept, HintError> {
        let (answer, heard) = oneshot::channel();
        let gone = || HintError::Io { path: PathBuf::new(), why: "the writer has ended".to_owned() };
        self.0.send(job(answer)).map_err(|_| gone())?;
        heard.await.unwrap_or_else(|_| Err(gone()))
    }
}

/// The latest deliveries, oldest first.
#[derive(Debug, Default)]
struct Seen {
    keys: HashSet<Key>,
    order: VecDeque<Key>,
}

impl Seen {
    fn add(&mut self, key: Key) {
        if self.keys.insert(key) {
            self.order.push_back(key);
        }
        if self.order.len() > MOST_REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.keys.remove(&oldest);
        }
    }
}

struct Writer {
    folder: PathBuf,
    room: u64,
    seen: Seen,
    /// The day of the last sweep.
    day: String,
    _lock: File,
}

impl Writer {
    fn remember(&mut self) -> io::Result<()> {
        for file in days(&self.folder)? {
            for line in BufReader::new(File::open(self.folder.join(file))?).split(b'\n') {
                // a line that cannot be read was never answered
                let key = serde_json::from_slice(&line?).ok().and_then(|hint: Hint| hint.key());
                if let Some(key) = key {
                    self.seen.add(key);
                }
            }
        }
        Ok(())
    }

    /// Takes whatever is waiting, until everybody who could hand in more is gone.
    fn work(mut self, inbox: &mpsc::Receiver<Job>) {
        while let Ok(first) = inbox.recv() {
            let mut waiting = vec![first];
            waiting.extend(inbox.try_iter().take(IN_ONE_PIECE - 1));
            self.answer(waiting);
        }
    }

    fn answer(&mut self, waiting: Vec<Job>) {
        let (mut text, mut keys, mut answers) = (Vec::new(), Vec::new(), Vec::new());
        let day = |hint: &Hint| hint.at.strftime("%Y-%m-%d").to_string();
        let mut today = None;
        for job in waiting {
            let (hint, answer) = match job {
                Job::Keep(hint, answer) => (hint, answer),
                Job::TryOut(answer) => {
                    answers.push((Kept::New, answer));
                    continue;
                }
            };
            let key = hint.key();
            // the second of two in one piece waits for the first to be on disk
            let is_known = key.is_some_and(|key| self.seen.keys.contains(&key) || keys.contains(&key));
            answers.push((if is_known { Kept::Before } else { Kept::New }, answer));
            if !is_known {
                today = Some(day(&hint));
                keys.extend(key);
                serde_json::to_writer(&mut text, &hint).expect("a hint is JSON");
                text.push(b'\n');
            }
        }
        let written = self.write(today.as_deref(), &text);
        if written.is_ok() {
            for key in keys {
                self.seen.add(key);
            }
        }
        for (kept, answer) in answers {
            let _ = answer.send(written.clone().map(|()| kept)); // whoever has left needs no answer
        }
    }

    /// Puts lines on disk; without any, finds out whether that could be done. The file is opened anew each time, so that
    /// a folder that was full or away serves again once it is back.
    fn write(&mut self, day: Option<&str>, text: &[u8]) -> Result<(), HintError> {
        let failed = |error| failed(&self.folder, &error);
        self.make_room(A_HINT.max(text.len() as u64))?;
        let Some(day) = day else { return self.try_out().map_err(failed) };
        let name = self.file_of(day).map_err(failed)?;
        append(&self.folder, &name, text).map_err(failed)?;
        self.sweep(day);
        Ok(())
    }

    /// Takes away what was looked up until there is room for so much more.
    fn make_room(&self, more: u64) -> Result<(), HintError> {
        let failed = |error| failed(&self.folder, &error);
        let mut files = VecDeque::from(self.sizes().map_err(failed)?);
        let mark = mark(&self.folder);
        while files.iter().map(|(_, bytes)| bytes).sum::<u64>() + more > self.room {
            let oldest = files.pop_front().map(|(name, _)| name);
            let looked_up = oldest.filter(|name| mark.as_ref().is_some_and(|mark| *name < mark.file));
            let Some(name) = looked_up else { return Err(HintError::Full { path: self.folder.clone() }) };
            std::fs::remove_file(self.folder.join(name)).map_err(failed)?;
        }
        Ok(())
    }

    fn sizes(&self) -> io::Result<Vec<(String, u64)>> {
        let size = |name: String| Ok((name.clone(), std::fs::metadata(self.folder.join(name))?.len()));
        days(&self.folder)?.into_iter().map(size).collect()
    }

    /// The last file of a day, or the next one where that is full.
    fn file_of(&self, day: &str) -> io::Result<String> {
        let last = self.sizes()?.into_iter().rfind(|(name, _)| day_of(name) == Some(day));
        Ok(match last {
            None => format!("{day}.jsonl"),
            Some((name, bytes)) if bytes < self.room / FILES => name,
            Some((name, _)) => {
                let number =
                    name.trim_end_matches(".jsonl").rsplit_once('_').and_then(|(_, end)| end.parse().ok());
                format!("{day}_{:06}.jsonl", number.unwrap_or(1_u32) + 1)
            }
        })
    }

    fn try_out(&self) -> io::Result<()> {
        tempfile::Builder::new().prefix(".try").tempfile_in(&self.folder)?.write_all(b"\n")
    }

    /// Once a day removes what is older than a week.
    fn sweep(&mut self, day: &str) {
        if self.day == day {
            return;
        }
        day.clone_into(&mut self.day);
        let oldest = day
            .parse::<jiff::civil::Date>()
            .ok()
            .map(|day| day.saturating_sub(jiff::Span::new().days(KEPT_DAYS)));
        let Some(oldest) = oldest.map(|day| day.to_string()) else { return };
        for file in days(&self.folder).unwrap_or_default() {
            if day_of(&file).is_some_and(|day| day < oldest.as_str()) {
                let _ = std::fs::remove_file(self.folder.join(file)); // tomorrow is soon enough
            }
        }
    }
}

fn failed(folder: &Path, error: &io::Error) -> HintError {
    HintError::Io { path: folder.to_owned(), why: system_words(error) }
}

/// The files with hints, oldest first.
fn days(folder: &Path) -> io::Result<Vec<String>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name().into_string().unwrap_or_default();
        if day_of(&name).is_some() {
            files.push(name);
        }
    }
    files.sort_unstable();
    Ok(files)
}

/// The day that the name of a file with hints begins with. By their names the files of a day sort as they were made.
fn day_of(name: &str) -> Option<&str> {
    let stem = name.strip_suffix(".jsonl")?;
    let (day, number) = stem.split_once('_').unwrap_or((stem, "1"));
    let is_ours = day.parse::<jiff::civil::Date>().is_ok() && number.parse::<u32>().is_ok();
    is_ours.then_some(day)
}

/// How far hints have been looked up.
fn mark(folder: &Path) -> Option<Mark> {
    std::fs::read(folder.join(TAKEN)).ok().and_then(|text| serde_json::from_slice(&text).ok())
}

/// Adds whole lines to a file and syncs them. What a power cut has torn, or a full disk, is cut off first.
fn append(folder: &Path, name: &str, text: &[u8]) -> io::Result<()> {
    let path = folder.join(name);
    let is_new = !path.exists();
    let mut file = OpenOptions::new().create(true).append(true).read(true).mode(0o600).open(&path)?;
    let length = whole(&mut file)?;
    if let Err(error) = file.write_all(text).and_then(|()| file.sync_data()) {
        let _ = file.set_len(length); // else the next one does it
        return Err(error);
    }
    if is_new {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Cuts off what follows the last line end, and says where that is.
fn whole(file: &mut File) -> io::Result<u64> {
    let length = file.metadata()?.len();
    let mut last = [b'\n'];
    if length > 0 {
        file.seek(SeekFrom::Start(length - 1))?;
        file.read_exact(&mut last)?;
    }
    if last == *b"\n" {
        return Ok(length);
    }
    let mut text = Vec::new();
    file.seek(SeekFrom::Start(length.saturating_sub(AT_ONCE)))?;
    file.read_to_end(&mut text)?;
    let torn = text.iter().rev().take_while(|byte| **byte != b'\n').count() as u64;
    file.set_len(length - torn)?;
    Ok(length - torn)
}

/// The hints that nobody has looked up yet, some at a time, and the mark to give to [`taken`] once they have been. None
/// where there are none.
pub fn pending(folder: &Path) -> io::Result<Option<(Vec<Hint>, Mark)>> {
    let files = match days(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    let mark = mark(folder);
    for name in files {
        let from = match &mark {
            Some(mark) if name < mark.file => continue,
            Some(mark) if name == mark.file => mark.bytes,
            _ => 0,
        };
        let mut file = match File::open(folder.join(&name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue, // it was swept meanwhile
            other => other?,
        };
        let mut text = Vec::new();
        file.seek(SeekFrom::Start(from))?;
        file.take(AT_ONCE).read_to_end(&mut text)?;
        // what follows the last line end is being written
        let Some(end) = text.iter().rposition(|byte| *byte == b'\n') else { continue };
        let lines = text[..end].split(|byte| *byte == b'\n');
        let hints = lines.filter_map(|line| serde_json::from_slice(line).ok()).collect();
        return Ok(Some((hints, Mark { file: name, bytes: from + end as u64 + 1 })));
    }
    Ok(None)
}

/// Notes that all hints up to a mark have been looked up.
pub fn taken(folder: &Path, mark: &Mark) -> io::Result<()> {
    let mut file = tempfile::Builder::new().prefix(".taken").tempfile_in(folder)?;
    serde_json::to_writer(&mut file, mark)?;
    file.as_file().sync_all()?;
    file.persist(folder.join(TAKEN)).map_err(|error| error.error)?;
    Ok(())
}
