//! The plug is pulled, or the disk is full: a disk that forgets what was not synced, under the real engine.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use payrun::domain::{Event, Observer, PayoutState};
use payrun::engine::{self, EngineError};
use payrun::journal::{Disk, JournalError, LogFile, RealDisk};

use super::rig::{Rig, made, quick};

const ROWS: usize = 40;

/// What happens when the fuel is used up.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Failure {
    /// All that was not synced is gone.
    PowerCut,
    /// The same, but the first half of it had reached the disk.
    TornWrite,
    /// Nothing more can be written.
    Full,
}

/// Writes reach the real file only by a sync; after `fuel` syncs the disk fails for good.
#[derive(Debug, Clone)]
struct FrailDisk {
    fuel: Arc<AtomicU64>,
    failure: Failure,
}

struct FrailFile {
    disk: FrailDisk,
    file: Box<dyn LogFile>,
    unsynced: Vec<u8>,
}

impl Disk for FrailDisk {
    fn open(&self, path: &Path, keep: u64) -> io::Result<Box<dyn LogFile>> {
        let file = RealDisk.open(path, keep)?;
        Ok(Box::new(FrailFile { disk: self.clone(), file, unsynced: Vec::new() }))
    }

    fn sync_names(&self, folder: &Path) -> io::Result<()> {
        RealDisk.sync_names(folder)
    }
}

impl FrailFile {
    fn failed(&self) -> io::Error {
        match self.disk.failure {
            Failure::Full => io::ErrorKind::StorageFull.into(),
            Failure::PowerCut | Failure::TornWrite => io::Error::other("the power is gone"),
        }
    }
}

impl LogFile for FrailFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.disk.fuel.load(Ordering::SeqCst) == 0 {
            return Err(self.failed());
        }
        self.unsynced.extend_from_slice(bytes);
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        let left =
            self.disk.fuel.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        let unsynced = std::mem::take(&mut self.unsynced);
        if left.unwrap_or(0) <= 1 {
            self.disk.fuel.store(0, Ordering::SeqCst);
            if self.disk.failure == Failure::TornWrite {
                self.file.append(&unsynced[..unsynced.len() / 2])?;
                self.file.sync()?;
            }
            return Err(self.failed());
        }
        self.file.append(&unsynced)?;
        self.file.sync()
    }
}

/// Remembers the state that was last shown of each row: shown means acknowledged.
#[derive(Default)]
struct Shown(Mutex<BTreeMap<u32, PayoutState>>);

impl Observer for Shown {
    fn on(&self, event: &Event<'_>) {
        if let Event::Payout { row, state, .. } = event {
            self.0.lock().expect("no panic").insert(*row, *state);
        }
    }
}

/// Runs until the disk fails at the `syncs`-th sync, looks at what is left, and goes on with a good disk.
///
/// It always comes to that: one sync serves at most as many intents as are in flight, so `ROWS / in_flight` syncs
/// are needed at least, however many records the machine's pace puts into one.
async fn fails_after(syncs: u64, in_flight: usize, failure: Failure) {
    assert!(syncs * in_flight as u64 <= ROWS as u64, "the run could end before its disk fails");
    let mut rig = Rig::start(quick()).await;
    rig.max_in_flight = in_flight;
    let run = rig.record(rig.mixed_file("pay.csv", 0, ROWS)).await;
    rig.disk = Arc::new(FrailDisk { fuel: Arc::new(AtomicU64::new(syncs)), failure });
    let shown = Arc::new(Shown::default());
    rig.observer = Arc::clone(&shown) as Arc<dyn Observer>;
    let outcome = rig.sit(run).await;
    let payouts = rig.payouts(run);
    let state = |row: u32| payouts.iter().find(|payout| payout.row == row).map(|payout| payout.status);
    for (row, seen) in shown.0.lock().expect("no panic").iter() {
        if seen.is_at_the_api() {
            assert!(
                state(*row).is_some_and(PayoutState::is_at_the_api),
                "row {row} was shown {seen}, then lost"
            );
        }
    }
    let made_before = made(&rig.simulator.ledger());
    for payout in &payouts {
        let id = payout.external_id.as_ref().map_or(String::new(), ToString::to_string);
        let was_sent = payout.status != PayoutState::Ready;
        assert!(was_sent || !made_before.contains_key(&id), "row {} was sent without its intent", payout.row);
    }
    // the writer that met the failure tells it first-hand, those behind it that the journal has stopped over it
    let Err(EngineError::Journal(error @ (JournalError::Io { .. } | JournalError::Stopped { .. }))) =
        &outcome
    else {
        panic!("after {syncs} syncs with {in_flight} in flight the disk did not fail: {outcome:?}");
    };
    assert_eq!(error.to_string().contains("free some space"), failure == Failure::Full, "{error}");
    if failure != Failure::Full {
        // a power cut takes what the database had not written as well
        std::fs::remove_dir_all(rig.scope().checkpoint()).expect("it was there");
    }
    rig.disk = Arc::new(RealDisk);
    rig.finish(run, 3).await.expect("it goes on");
    assert_eq!(rig.wrongs(run, ROWS), Vec::<String>::new(), "{syncs} syncs, {in_flight} in flight");
    assert_eq!(made(&rig.simulator.ledger()).len(), ROWS);
    rig.simulator.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_cut_loses_nothing_that_was_shown_and_nothing_unsynced_was_sent() {
    for (in_flight, most_syncs) in [(1, 40), (4, 10), (8, 5)] {
        for syncs in (1..=most_syncs).step_by(if in_flight == 1 { 6 } else { 2 }) {
            fails_after(syncs, in_flight, Failure::PowerCut).await;
            fails_after(syncs, in_flight, Failure::TornWrite).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_stops_sending_and_is_named() {
    for syncs in [1, 3, 5] {
        fails_after(syncs, 8, Failure::Full).await;
    }
}

/// A disk of which a power cut takes every name that was not synced. It is cut when the run is in the journal.
#[derive(Debug, Clone, Default)]
struct Forgetful {
    kept: Arc<Mutex<BTreeSet<PathBuf>>>,
    files: PathBuf,
}

struct CutAfter(Forgetful, Box<dyn LogFile>);

fn names(folder: &Path) -> BTreeSet<PathBuf> {
    std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

impl Disk for Forgetful {
    fn open(&self, path: &Path, keep: u64) -> io::Result<Box<dyn LogFile>> {
        Ok(Box::new(CutAfter(self.clone(), RealDisk.open(path, keep)?)))
    }

    fn sync_names(&self, folder: &Path) -> io::Result<()> {
        self.kept.lock().expect("no panic").extend(names(folder));
        Ok(())
    }
}

impl LogFile for CutAfter {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        for lost in names(&self.0.files).difference(&self.0.kept.lock().expect("no panic")) {
            std::fs::remove_file(lost)?;
        }
        self.1.append(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.1.sync()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_run_was_read_from_is_there_before_the_run_is() {
    let mut rig = Rig::start(quick()).await;
    rig.disk = Arc::new(Forgetful { files: rig.scope().files(), ..Forgetful::default() });
    let run = rig.record(rig.file("pay.csv", 0, 3)).await;
    let copy = engine::kept_copy(&rig.scope(), run, "pay.csv");
    assert!(copy.exists(), "the copy of the file is gone");
    assert!(engine::kept_findings(&rig.scope(), run).is_some(), "its findings are gone");
    rig.finish(run, 1).await.expect("it is paid");
    rig.simulator.stop().await;
}
