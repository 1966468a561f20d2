//! The journal at work: one thread writes for everybody.
//!
//! It takes what is waiting, writes it in one piece, makes it durable with one `fdatasync`, brings the
//! checkpoint up to date, and only then tells those who wait. After a failure it accepts nothing more: a disk
//! that lied once is not asked twice.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, MutexGuard, oneshot};

use super::checkpoint::Checkpoint;
use super::disk::{Disk, LogFile};
use super::error::JournalError;
use super::lock::ScopeLock;
use super::log::{self, End, Tip, Verified, segment_path};
use super::record::{Record, encode};
use super::scope::ScopeFolder;
use crate::domain::{Deal, ExternalId, Fact, PayoutEntry, PayoutId, PayoutState, RecordedIntent, Timestamp};

/// A segment is closed when it has grown beyond this, unless said otherwise.
const SEGMENT_BYTES: u64 = 16 << 20;
/// So many jobs share one sync at most.
const GROUP: usize = 512;
/// So many jobs may wait before whoever adds one has to wait too.
const QUEUE: usize = 4096;
/// A sync that takes longer is worth a line in the log.
const SLOW_SYNC: Duration = Duration::from_millis(500);

/// The open journal of a scope. This process owns the scope as long as this value lives.
#[derive(Debug)]
pub struct Journal {
    jobs: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
    checkpoint: Checkpoint,
    folder: ScopeFolder,
    disk: Arc<dyn Disk>,
    rebuilt: bool,
    looking: Mutex<()>,
    _lock: ScopeLock,
}

struct Job {
    records: Vec<(Timestamp, Record)>,
    done: oneshot::Sender<Result<(), JournalError>>,
}

/// Resolves when the records are durable.
#[derive(Debug)]
#[must_use = "nothing is known to be on disk until this has been awaited"]
pub struct Ack(oneshot::Receiver<Result<(), JournalError>>);

impl Ack {
    /// Waits until the records are durable.
    pub async fn durable(self) -> Result<(), JournalError> {
        self.0.await.unwrap_or_else(|_| Err(gone()))
    }

    /// The same, for a thread that is not asynchronous.
    pub fn wait(self) -> Result<(), JournalError> {
        self.0.blocking_recv().unwrap_or_else(|_| Err(gone()))
    }
}

fn gone() -> JournalError {
    JournalError::Stopped { why: "its thread has ended".to_owned() }
}

/// The proof that the intent to send a request is on disk. Only this module makes one.
#[derive(Debug)]
pub struct Intent {
    body: String,
    deal: Deal,
    external_id: ExternalId,
}

impl RecordedIntent for Intent {
    fn body(&self) -> &str {
        &self.body
    }

    fn deal(&self) -> Deal {
        self.deal
    }

    fn external_id(&self) -> &ExternalId {
        &self.external_id
    }
}

impl Journal {
    /// Takes the scope, cuts off a torn last line, and brings the checkpoint up to date, rebuilding it if it is
    /// lost or damaged.
    pub fn open(folder: &ScopeFolder, disk: Arc<dyn Disk>) -> Result<Self, JournalError> {
        Self::with_segments(folder, disk, SEGMENT_BYTES)
    }

    /// The same, with segments that are closed when they have grown beyond `segment_bytes`.
    pub fn with_segments(
        folder: &ScopeFolder,
        disk: Arc<dyn Disk>,
        segment_bytes: u64,
    ) -> Result<Self, JournalError> {
        folder.make()?;
        let lock = folder.lock()?;
        let began = Instant::now();
        let (checkpoint, end, rebuilt) = caught_up(folder)?;
        tracing::info!(records = end.tip.seq, rebuilt, ms = began.elapsed().as_millis(), "journal open");
        let (jobs, queue) = sync_channel(QUEUE);
        let mut writer =
            Writer::new(folder.journal(), Arc::clone(&disk), checkpoint.clone(), end, segment_bytes)?;
        let thread = std::thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || writer.work(&queue))
            .map_err(|error| JournalError::io("cannot start the thread for", folder.path(), &error))?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
            checkpoint,
            folder: folder.clone(),
            disk,
            rebuilt,
            looking: Mutex::default(),
            _lock: lock,
        })
    }

    /// What the journal says now, for a process that does not own the scope: read into a database that is gone
    /// when the answer is.
    pub fn look(folder: &ScopeFolder) -> Result<Checkpoint, JournalError> {
        let checkpoint = Checkpoint::temporary()?;
        let segments = log::segments(&folder.journal())?;
        let end = log::read_after(&segments, &Tip::default(), &mut |entry| {
            checkpoint.apply(entry.seq, entry.at, &entry.record)
        })?;
        if let Some(end) = end {
            checkpoint.applied_to(&end.tip)?;
        }
        Ok(checkpoint)
    }

    /// Where everything stands, as far as it is durable.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The folder of the scope.
    pub fn folder(&self) -> &ScopeFolder {
        &self.folder
    }

    /// Makes the names of the kept files durable, before a record counts on them.
    pub fn keep_names(&self) -> Result<(), JournalError> {
        let folder = self.folder.files();
        self.disk
            .sync_names(&folder)
            .map_err(|error| JournalError::io("cannot keep what was written to", folder, &error))
    }

    /// Whether the checkpoint was lost or damaged and had to be rebuilt.
    pub fn was_rebuilt(&self) -> bool {
        self.rebuilt
    }

    /// Hands records over to be written, in this order.
    pub fn append(&self, at: Timestamp, records: Vec<Record>) -> Ack {
        let (done, ack) = oneshot::channel();
        let job = Job { records: records.into_iter().map(|record| (at, record)).collect(), done };
        if let Some(jobs) = &self.jobs {
            let _ = jobs.send(job); // without its thread the journal answers through the closed channel
        }
        Ack(ack)
    }

    /// Writes one fact about a payout.
    pub fn happened(&self, at: Timestamp, id: PayoutId, fact: Fact) -> Ack {
        self.append(at, vec![Record::Happened { id, fact, body: None }])
    }

    /// Whoever asks how payouts stand has the turn from before it asks until the answer is written: two that ask at the
    /// same time could write an older answer after a newer one.
    pub async fn turn_to_look(&self) -> MutexGuard<'_, ()> {
        self.looking.lock().await
    }

    /// Puts the intent to send on disk. The first intent of an attempt freezes the request that `freeze` makes;
    /// every later one gives the same bytes back.
    pub async fn intent(
        &self,
        at: Timestamp,
        entry: &PayoutEntry,
        freeze: impl FnOnce() -> String,
    ) -> Result<Intent, JournalError> {
        let frozen = self.checkpoint.body(entry.id)?;
        self.write_intent(at, entry, frozen, freeze).await
    }

    /// The same for a request that names a quote. Quotes end: as long as every sending of the attempt is known to have
    /// made nothing, a request with a later quote takes the place of the frozen one, under the same key and the same id.
    pub async fn intent_at_quote(
        &self,
        at: Timestamp,
        entry: &PayoutEntry,
        freeze: impl FnOnce() -> String,
    ) -> Result<Intent, JournalError> {
        let may_exist = entry.life.state != PayoutState::Ready || entry.life.doubt || entry.life.sendings > 0;
        let frozen = if may_exist { self.checkpoint.body(entry.id)? } else { None };
        self.write_intent(at, entry, frozen, freeze).await
    }

    async fn write_intent(
        &self,
        at: Timestamp,
        entry: &PayoutEntry,
        frozen: Option<String>,
        freeze: impl FnOnce() -> String,
    ) -> Result<Intent, JournalError> {
        let body = frozen.clone().unwrap_or_else(freeze);
        let deal = entry.payout.deal();
        let fact = Fact::Intent { attempt: entry.life.attempt, kind: deal.kind() };
        let record = Record::Happened { id: entry.id, fact, body: frozen.is_none().then(|| body.clone()) };
        self.append(at, vec![record]).durable().await?;
        Ok(Intent { body, deal, external_id: entry.external_id.clone() })
    }

    /// Puts on disk that a probe is about to send the request of a payout again which the API has already. It may
    /// make a second payout: that is what is probed, and why this is no ordinary intent.
    pub async fn intent_of_probe(
        &self,
        at: Timestamp,
        entry: &PayoutEntry,
        body: String,
    ) -> Result<Intent, JournalError> {
        self.append(at, vec![Record::ProbeBegun { id: entry.id }]).durable().await?;
        Ok(Intent { body, deal: entry.payout.deal(), external_id: entry.external_id.clone() })
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Walks the whole chain from its first record. Where nobody is at work, the checkpoint is asked as well whether
/// lines have vanished from the end.
pub fn verify(folder: &ScopeFolder) -> Result<Verified, JournalError> {
    let (verified, end) = log::verify(&folder.journal())?;
    if folder.checkpoint().exists()
        && let Ok(_lock) = folder.lock()
        && let Ok(checkpoint) = Checkpoint::open(&folder.checkpoint())
        && let Ok(applied) = checkpoint.applied()
        && applied.seq > end.tip.seq
    {
        return Err(shorter(end.segment.clone().unwrap_or_default(), &applied, &end));
    }
    Ok(verified)
}

/// Opens the checkpoint and applies what the journal has beyond it; rebuilds it where it does not fit.
fn caught_up(folder: &ScopeFolder) -> Result<(Checkpoint, End, bool), JournalError> {
    let segments = log::segments(&folder.journal())?;
    let existed = folder.checkpoint().exists();
    if existed
        && !was_cut_off(folder)
        && let Ok(checkpoint) = Checkpoint::open(&folder.checkpoint())
        && let Ok(has_our_form) = checkpoint.has_our_form()
        && let Some(end) = catch_up(&checkpoint, &segments)? // says so where the journal has lost its end
        && has_our_form
    {
        mark_in_use(folder)?;
        return Ok((checkpoint, end, false));
    }
    set_aside(folder)?;
    mark_in_use(folder)?;
    let checkpoint = Checkpoint::open(&folder.checkpoint())?;
    checkpoint.has_our_form()?;
    let Some(end) = catch_up(&checkpoint, &segments)? else {
        return Err(JournalError::Checkpoint { why: "it could not be rebuilt".to_owned() });
    };
    let rebuilt = existed || end.tip.seq > 0;
    Ok((checkpoint, end, rebuilt))
}

fn catch_up(checkpoint: &Checkpoint, segments: &[PathBuf]) -> Result<Option<End>, JournalError> {
    let Ok(applied) = checkpoint.applied() else {
        return Ok(None);
    };
    let mut unusable = false;
    let end = log::read_after(segments, &applied, &mut |entry| {
        match checkpoint.apply(entry.seq, entry.at, &entry.record) {
            Err(JournalError::Checkpoint { .. }) => unusable = true,
            other => return other,
        }
        Ok(())
    })?;
    let last = segments.last().cloned().unwrap_or_default();
    match end {
        _ if unusable => Ok(None),
        Some(end) if end.tip.seq < applied.seq => Err(shorter(last, &applied, &end)),
        Some(end) => checkpoint.applied_to(&end.tip).map(|()| Some(end)),
        None => match log::read_after(segments, &Tip::default(), &mut |_| Ok(()))? {
            Some(end) if end.tip.seq < applied.seq => Err(shorter(last, &applied, &end)),
            _ => Ok(None),
        },
    }
}

/// The checkpoint is written after the journal, so it can only know more where journal lines have vanished.
fn shorter(segment: PathBuf, applied: &Tip, end: &End) -> JournalError {
    let what = format!("it ends with record {}, but record {} had been written", end.tip.seq, applied.seq);
    JournalError::Damaged { segment, line: end.tip.seq, what }
}

/// Moves a checkpoint that cannot be used out of the way; a person may want to look at it.
fn set_aside(folder: &ScopeFolder) -> Result<(), JournalError> {
    let from = folder.checkpoint();
    if !from.exists() {
        return Ok(());
    }
    let to = (1..=u32::MAX)
        .map(|number| folder.path().join(format!("checkpoint.damaged-{number}")))
        .find(|path| !path.exists())
        .expect("numbers do not run out");
    std::fs::rename(&from, &to).map_err(|error| JournalError::io("cannot set aside", &from, &error))
}

/// A power cut may take what sled had not yet written. The mark bears the machine's boot: found with another
/// one, the checkpoint was in use when the machine stopped, and is rebuilt.
fn mark_in_use(folder: &ScopeFolder) -> Result<(), JournalError> {
    let path = mark(folder);
    let written = std::fs::File::create(&path).and_then(|mut file| {
        std::io::Write::write_all(&mut file, boot().as_bytes())?;
        file.sync_all()?;
        std::fs::File::open(folder.path())?.sync_all()
    });
    written.map_err(|error| JournalError::io("cannot write", &path, &error))
}

fn was_cut_off(folder: &ScopeFolder) -> bool {
    std::fs::read_to_string(mark(folder)).is_ok_and(|written| written.is_empty() || written != boot())
}

fn mark(folder: &ScopeFolder) -> PathBuf {
    folder.path().join("checkpoint.in-use")
}

/// What tells one start of the machine from the next; empty where the system does not say.
fn boot() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default()
}

struct Writer {
    journal: PathBuf,
    disk: Arc<dyn Disk>,
    checkpoint: Checkpoint,
    tip: Tip,
    file: Box<dyn LogFile>,
    number: u64,
    length: u64,
    segment_bytes: u64,
    failed: Option<JournalError>,
}

impl Writer {
    fn new(
        journal: PathBuf,
        disk: Arc<dyn Disk>,
        checkpoint: Checkpoint,
        end: End,
        segment_bytes: u64,
    ) -> Result<Self, JournalError> {
        let number = end.segment.as_deref().and_then(segment_number).unwrap_or(1);
        let path = segment_path(&journal, number);
        let file =
            disk.open(&path, end.whole).map_err(|error| JournalError::io("cannot write", &path, &error))?;
        Ok(Self {
            journal,
            disk,
            checkpoint,
            tip: end.tip,
            file,
            number,
            length: end.whole,
            segment_bytes,
            failed: None,
        })
    }

    fn work(&mut self, queue: &Receiver<Job>) {
        while let Ok(first) = queue.recv() {
            let mut group = vec![first];
            group.extend(queue.try_iter().take(GROUP));
            let outcome = match &self.failed {
                None => self.write(&group),
                Some(first) => Err(JournalError::Stopped { why: first.to_string() }),
            };
            if let Err(error) = &outcome {
                tracing::error!(%error, "the journal takes nothing more");
                self.failed.get_or_insert_with(|| error.clone());
            }
            for job in group {
                let _ = job.done.send(outcome.clone()); // whoever asked may have gone
            }
        }
        self.close();
    }

    fn write(&mut self, group: &[Job]) -> Result<(), JournalError> {
        if self.length > self.segment_bytes {
            self.next_segment()?;
        }
        let first = self.tip.seq + 1;
        let mut tip = self.tip.clone();
        let mut bytes = Vec::new();
        for (at, record) in group.iter().flat_map(|job| &job.records) {
            tip.seq += 1;
            tip.sum = encode(tip.seq, &tip.sum, *at, record, &mut bytes);
        }
        let path = segment_path(&self.journal, self.number);
        let began = Instant::now();
        let written = self.file.append(&bytes).and_then(|()| self.file.sync());
        let took = began.elapsed();
        if took > SLOW_SYNC {
            tracing::warn!(
                ms = took.as_millis(),
                bytes = bytes.len(),
                "the disk is slow: nothing is sent meanwhile"
            );
        }
        written.map_err(|error| JournalError::io("cannot write", path, &error))?;
        self.length += bytes.len() as u64;
        self.tip = tip;
        for ((at, record), seq) in group.iter().flat_map(|job| &job.records).zip(first..) {
            self.checkpoint.apply(seq, *at, record)?;
        }
        self.checkpoint.applied_to(&self.tip)
    }

    fn next_segment(&mut self) -> Result<(), JournalError> {
        let path = segment_path(&self.journal, self.number + 1);
        self.file =
            self.disk.open(&path, 0).map_err(|error| JournalError::io("cannot write", &path, &error))?;
        self.number += 1;
        self.length = 0;
        tracing::debug!(segment = self.number, "the journal goes on in a new segment");
        Ok(())
    }

    /// Leaves a checkpoint that a power cut cannot hurt; where that fails it is rebuilt next time.
    fn close(&mut self) {
        let folder = self.journal.with_file_name("checkpoint");
        let synced = self.checkpoint.db.flush().is_ok()
            && std::fs::File::open(folder.join("db")).is_ok_and(|file| file.sync_all().is_ok());
        if synced && self.failed.is_none() {
            let _ = std::fs::remove_file(self.journal.with_file_name("checkpoint.in-use"));
        }
    }
}

fn segment_number(path: &Path) -> Option<u64> {
    path.file_stem()?.to_str()?.parse().ok()
}
