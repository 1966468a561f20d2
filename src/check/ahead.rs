//! Rows are read, and judged as far as each can be alone, ahead of the thread that takes them in order.
//!
//! A few batches of rows go round between the two threads and are used again and again: memory does not grow with the
//! file, and rows come in the order of the file. Whoever has time judges: the reader for as long as the other thread
//! has rows to take, and that thread whatever was not judged when it needed it. So both always have work.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use super::alone::{Alone, EachAlone};
use super::file::CheckError;
use super::firsts::Text;
use crate::domain::BookError;
use crate::intake::{IntakeError, RawRow, Record, Rows, Table};

/// So many rows go over at once: enough to make the handing over cheap, few enough to stay in a core's cache.
const ROWS: usize = 256;
/// So many batches go round.
const BATCHES: usize = 4;

/// Rows that go over together.
#[derive(Default)]
struct Batch {
    /// Records, of which the first `filled` are of this batch.
    records: Vec<Record>,
    filled: usize,
    /// Their numbers: whoever takes a row need not fetch its record from the other core for that.
    numbers: Vec<u32>,
    /// What was said of the first of them.
    judged: Vec<Alone>,
    /// Whether the file ended behind them, and how.
    end: Option<Result<(), IntakeError>>,
}

impl Batch {
    fn fill(&mut self, rows: &mut dyn Rows) {
        self.records.resize_with(ROWS, Record::default);
        self.judged.clear();
        self.numbers.clear();
        self.filled = 0;
        while self.filled < ROWS && self.end.is_none() {
            match rows.next(&mut self.records[self.filled]) {
                Ok(true) => {
                    self.numbers.push(self.records[self.filled].row);
                    self.filled += 1;
                }
                Ok(false) => self.end = Some(Ok(())),
                Err(error) => self.end = Some(Err(error)),
            }
        }
    }
}

/// Whoever takes rows in their order.
pub(super) trait InTurn {
    /// Learns that a row is soon to come.
    fn foresee(&mut self, alone: &Alone);
    /// Takes the next row, with what it says by itself.
    fn take(&mut self, row: RawRow<'_>, alone: &mut Alone) -> Result<(), CheckError>;
}

/// Reads rows and judges them.
#[derive(Clone, Copy)]
pub(super) struct Ahead<'a> {
    pub table: Table<'a>,
    pub judge: &'a EachAlone<'a>,
    /// So many batches wait to be taken.
    pub waiting: &'a AtomicUsize,
}

impl Ahead<'_> {
    /// Gives every row to `take`, in the order of the file.
    pub fn each(self, rows: &mut dyn Rows, take: &mut impl InTurn) -> Result<(), CheckError> {
        let (empty, spare) = channel::<Batch>();
        let (filled, full) = channel::<Batch>();
        for _ in 0..BATCHES {
            let _ = empty.send(Batch::default()); // the receiver is in the same hands still
        }
        thread::scope(|scope| {
            let reader = thread::Builder::new()
                .name("reader".to_owned())
                .spawn_scoped(scope, move || self.read(rows, &spare, &filled))
                .map_err(|error| IntakeError::Io(crate::domain::system_words(&error)))?;
            // the channels are gone when it returns, and the reader ends
            if self.take(empty, full, take)? {
                return Ok(());
            }
            match reader.join() {
                Err(panic) => resume_unwind(panic), // shown as if it had happened here
                Ok(()) => unreachable!("the last batch says that it is the last"),
            }
        })
    }

    /// Ends with the file, or when nobody takes its rows any more.
    fn read(&self, rows: &mut dyn Rows, spare: &Receiver<Batch>, filled: &Sender<Batch>) {
        let mut room = Text::default();
        while let Ok(mut batch) = spare.recv() {
            batch.fill(rows);
            let soon_idle = || self.waiting.load(Ordering::Relaxed) == 0;
            // what fails is met by the other thread in its turn, and told there
            let _ = self.judge_on(&mut batch, &mut room, &soon_idle);
            let is_last = batch.end.is_some();
            self.waiting.fetch_add(1, Ordering::Relaxed);
            if filled.send(batch).is_err() || is_last {
                return;
            }
        }
    }

    /// Judges the rows of a batch that were not judged yet, until all are or it shall stop.
    fn judge_on(&self, batch: &mut Batch, room: &mut Text, stop: &dyn Fn() -> bool) -> Result<(), BookError> {
        for record in &batch.records[batch.judged.len()..batch.filled] {
            if stop() {
                break;
            }
            self.judge.judge(&self.table.item(record), room, &mut batch.judged)?;
        }
        Ok(())
    }

    /// `false` where the reader ended before the file did, which is a defect.
    #[expect(clippy::needless_pass_by_value, reason = "the reader ends when the channels are gone")]
    fn take(
        &self,
        empty: Sender<Batch>,
        full: Receiver<Batch>,
        take: &mut impl InTurn,
    ) -> Result<bool, CheckError> {
        let mut room = Text::default();
        while let Ok(mut batch) = full.recv() {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            let rest = self.judge_on(&mut batch, &mut room, &|| false);
            batch.judged.iter().for_each(|alone| take.foresee(alone));
            let rows = batch.numbers.iter().zip(&batch.records);
            for ((number, record), alone) in rows.zip(&mut batch.judged) {
                take.take(self.table.row_numbered(*number, record), alone)?;
            }
            rest?;
            if let Some(end) = batch.end.take() {
                end?;
                return Ok(true);
            }
            let _ = empty.send(batch); // behind the last batch nobody needs it
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;
    use std::io;

    use super::*;
    use crate::check::Options;
    use crate::check::alone::{Is, Said};
    use crate::check::row::Judge;
    use crate::intake::{Reading, open};

    const ROWS_OF_FILE: u32 = 3000;

    impl<F: FnMut(RawRow<'_>, &mut Alone) -> Result<(), CheckError>> InTurn for F {
        fn foresee(&mut self, _: &Alone) {}
        fn take(&mut self, row: RawRow<'_>, alone: &mut Alone) -> Result<(), CheckError> {
            self(row, alone)
        }
    }

    /// Takes the rows of a file whose amounts count from one.
    fn each(
        take: &mut impl FnMut(RawRow<'_>, &mut Alone) -> Result<(), CheckError>,
    ) -> Result<(), CheckError> {
        let mut text = "first_name,last_name,street,bsb,account_number,amount\n".to_owned();
        for row in 1..=ROWS_OF_FILE {
            writeln!(text, "Nina,Aldridge,1 Hill Street,062-000,20304050,{row}.00").expect("written");
        }
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), text).expect("written");
        let mut source = open(file.path(), &Reading::default()).expect("a source");
        let options = Options::new(jiff::civil::date(2026, 7, 17), false);
        let directory = options.directory;
        let judge = Judge {
            options: &options,
            directory,
            address_told: false,
            payees: None,
            accounts: None,
            rows: None,
            holds: super::super::hold::Columns::default(),
        };
        let judge = EachAlone { judge: &judge, nothing_known: false, fixed: false };
        let (table, rows) = source.apart();
        Ahead { table, judge: &judge, waiting: &AtomicUsize::new(0) }.each(rows, take)
    }

    /// Whoever is slow now and then lets the other one judge.
    #[test]
    fn each_row_comes_in_its_turn_with_what_it_says_whoever_judged_it() {
        let mut count = 0;
        let taken = each(&mut |row, alone| {
            count += 1;
            assert_eq!(row.row, count + 1);
            let Alone::Row(Said { is: Is::Payout(Ok((made, _)), _), .. }) = alone else {
                panic!("{alone:?}")
            };
            assert_eq!(made.money.amount(), count.into());
            if count % 700 == 0 {
                thread::sleep(std::time::Duration::from_millis(20));
            }
            Ok(())
        });
        assert!(taken.is_ok() && count == ROWS_OF_FILE, "{taken:?} after {count}");
    }

    #[test]
    fn the_reader_ends_when_nobody_takes_its_rows() {
        let full = |row: RawRow<'_>, _: &mut Alone| match row.row {
            500 => Err(CheckError::Keep(io::Error::other("the disk is full"))),
            _ => Ok(()),
        };
        let taken = each(&mut { full });
        assert!(matches!(taken, Err(CheckError::Keep(_))), "{taken:?}");
    }
}
