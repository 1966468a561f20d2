//! The rows that were not paid, in the user's own columns, so that they can be corrected and paid.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use super::REASON_COLUMN;
use super::columns::folded;
use super::source::{Reading, Source, open};

/// Copies the header and the rows named in `reasons`, cell by cell as they stand, with the reason in a column of
/// its own, which replaces one from an earlier time.
pub fn copy_rows(
    path: &Path,
    reading: &Reading,
    reasons: &BTreeMap<u32, String>,
    out: impl Write,
) -> io::Result<()> {
    let Source { header, mut rows, mut record, .. } = open(path, reading).map_err(io::Error::other)?;
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(out);
    let old_reason = header.names.iter().position(|name| folded(name) == folded(REASON_COLUMN));
    let names = header.names.iter().map(String::as_str);
    writer.write_record(cells(names, old_reason, REASON_COLUMN)).map_err(io::Error::from)?;
    while rows.next(&mut record).map_err(io::Error::other)? {
        if let Some(reason) = reasons.get(&record.row) {
            writer.write_record(cells(record.cells(), old_reason, reason)).map_err(io::Error::from)?;
        }
    }
    writer.flush()
}

/// A record's own cells and one more.
fn cells<'a>(
    own: impl Iterator<Item = &'a str>,
    without: Option<usize>,
    last: &'a str,
) -> impl Iterator<Item = &'a str> {
    own.enumerate().filter(move |(at, _)| Some(*at) != without).map(|(_, cell)| cell).chain([last])
}
