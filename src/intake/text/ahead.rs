//! Records are read ahead on a thread of their own, so that a file is parsed and checked at the same time.
//!
//! A few batches of records go round between the two threads and are used again and again: memory does not grow with
//! the file, and records come in the order of the file.

use std::mem;
use std::ops::Range;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use super::records::Records;
use crate::intake::error::IntakeError;
use crate::intake::record::Record;
use crate::intake::source::Rows;

/// So many records go over at once: enough to make the handing over cheap, few enough to stay in a core's cache.
const RECORDS: usize = 256;
/// So many batches go round.
const BATCHES: usize = 4;

/// The records of a file, some of them read already.
pub(super) struct Ahead {
    /// The record that is lent.
    record: Record,
    /// The batch that it is from, and how many of its records were lent.
    batch: Batch,
    lent: usize,
    full: Receiver<Batch>,
    empty: Sender<Batch>,
    thread: Option<JoinHandle<()>>,
}

/// Records that go over together, packed one behind the other, so that the other core reads them in one go.
#[derive(Default)]
struct Batch {
    texts: String,
    ends: Vec<usize>,
    records: Vec<Packed>,
    /// Whether the file ended behind them, and how.
    end: Option<Result<(), IntakeError>>,
}

/// Where a record is in a batch.
struct Packed {
    row: u32,
    texts: Range<usize>,
    ends: Range<usize>,
    is_plain: bool,
}

impl Batch {
    fn fill(&mut self, from: &mut Records, record: &mut Record) {
        self.texts.clear();
        self.ends.clear();
        self.records.clear();
        while self.records.len() < RECORDS && self.end.is_none() {
            match from.read(record) {
                Ok(true) => self.pack(record),
                Ok(false) => self.end = Some(Ok(())),
                Err(error) => self.end = Some(Err(error)),
            }
        }
    }

    fn pack(&mut self, record: &Record) {
        let (text, ends) = record.whole();
        self.records.push(Packed {
            row: record.row,
            texts: self.texts.len()..self.texts.len() + text.len(),
            ends: self.ends.len()..self.ends.len() + ends.len(),
            is_plain: record.is_plain(),
        });
        self.texts.push_str(text);
        self.ends.extend_from_slice(ends);
    }

    fn unpack(&self, at: usize, record: &mut Record) {
        let Packed { row, texts, ends, is_plain } = &self.records[at];
        record.set(*row, &self.texts[texts.clone()], &self.ends[ends.clone()], *is_plain);
    }
}

impl Ahead {
    /// Begins to read. The thread ends with the file, or when nobody takes its records any more.
    pub(super) fn of(mut records: Records) -> Result<Self, IntakeError> {
        let (empty, spare) = channel::<Batch>();
        let (filled, full) = channel();
        for _ in 1..BATCHES {
            let _ = empty.send(Batch::default()); // the receiver is in the same hands still
        }
        let read = move || {
            let mut record = Record::default();
            while let Ok(mut batch) = spare.recv() {
                batch.fill(&mut records, &mut record);
                let is_last = batch.end.is_some();
                if filled.send(batch).is_err() || is_last {
                    return;
                }
            }
        };
        let thread = thread::Builder::new()
            .name("reader".to_owned())
            .spawn(read)
            .map_err(|error| IntakeError::Io(crate::domain::system_words(&error)))?;
        Ok(Self {
            record: Record::default(),
            batch: Batch::default(),
            lent: 0,
            full,
            empty,
            thread: Some(thread),
        })
    }

    /// Hands the batch back for the next.
    fn turn(&mut self) {
        if let Ok(next) = self.full.recv() {
            let done = mem::replace(&mut self.batch, next);
            let _ = self.empty.send(done); // after the last batch nobody needs it
            self.lent = 0;
            return;
        }
        // the thread ends without a last batch only by a defect, which is shown as if it had happened here
        if let Some(Err(panic)) = self.thread.take().map(JoinHandle::join) {
            std::panic::resume_unwind(panic);
        }
        unreachable!("the last batch says that it is the last");
    }
}

impl Rows for Ahead {
    fn next(&mut self) -> Result<Option<&Record>, IntakeError> {
        while self.lent == self.batch.records.len() {
            match self.batch.end.take() {
                None => self.turn(),
                Some(end) => {
                    self.batch.end = Some(Ok(())); // an error is told once
                    return end.map(|()| None);
                }
            }
        }
        self.batch.unpack(self.lent, &mut self.record);
        self.lent += 1;
        Ok(Some(&self.record))
    }
}
