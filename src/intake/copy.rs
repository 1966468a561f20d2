//! The rows that were not paid, in the user's own columns, so that they can be corrected and paid.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use super::REASON_COLUMN;
use super::columns::folded;
use super::reader::{Record, Records};

/// Copies the header and the rows named in `reasons`, cell by cell as they stand, with the reason in a column of
/// its own, which replaces one from an earlier time.
pub fn copy_rows(path: &Path, reasons: &BTreeMap<u32, String>, out: impl Write) -> io::Result<()> {
    let mut records = Records::new(File::open(path)?);
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(out);
    let mut old_reason = None;
    let mut header_seen = false;
    while let Some(record) = records.next().map_err(io::Error::other)? {
        if !header_seen && !record.is_blank() {
            header_seen = true;
            old_reason = record.cells().position(|name| folded(name) == folded(REASON_COLUMN));
            writer.write_record(cells(record, old_reason, REASON_COLUMN)).map_err(io::Error::from)?;
        } else if let Some(reason) = reasons.get(&record.row) {
            writer.write_record(cells(record, old_reason, reason)).map_err(io::Error::from)?;
        }
    }
    writer.flush()
}

/// A record's own cells and one more.
fn cells<'a>(record: &'a Record, without: Option<usize>, last: &'a str) -> impl Iterator<Item = &'a str> {
    let own = record.cells().enumerate().filter(move |(at, _)| Some(*at) != without);
    own.map(|(_, cell)| cell.trim_start_matches('\u{feff}')).chain([last])
}
