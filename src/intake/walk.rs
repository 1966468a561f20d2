//! A file as it stands, row by row and cell by cell: titles, header, payouts and notes, whatever their shape.
//!
//! For whoever shows the user's own file again. Nothing is judged, trimmed or left out here but rows without cells.

use super::error::IntakeError;
use super::record::Record;
use super::source::Source;

/// Takes one row: its number and its cells from the first column on.
pub type TakeRow<'a, E> = dyn FnMut(u32, &mut dyn Iterator<Item = &str>) -> Result<(), E> + 'a;

impl Source {
    /// Gives every row of the file to `take`, in the order of the file.
    pub fn walk<E: From<IntakeError>>(mut self, take: &mut TakeRow<'_, E>) -> Result<(), E> {
        for (row, cells) in &self.above {
            take(*row, &mut cells.iter().map(String::as_str))?;
        }
        take(self.header.row, &mut self.header.names.iter().map(String::as_str))?;
        let mut record = Record::default();
        while self.rows.next(&mut record)? {
            take(record.row, &mut record.cells())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::{Reading, open};

    #[test]
    fn nothing_of_a_file_is_left_out_and_nothing_is_changed() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let text = "Acme Pty Ltd\n\nPay run,17/07/2026\nbsb,account_number,amount\n 062-000,=\"0123\",1.10\n\n,,\n1,2\n1,2,3,4\n";
        std::fs::write(file.path(), text).expect("written");
        let source = open(file.path(), &Reading::default()).expect("a source");
        let mut seen = Vec::new();
        let walked = source.walk::<IntakeError>(&mut |row, cells| {
            seen.push((row, cells.map(str::to_owned).collect::<Vec<_>>().join("|")));
            Ok(())
        });
        walked.expect("all rows");
        let expected = [
            (1, "Acme Pty Ltd"),
            (3, "Pay run|17/07/2026"),
            (4, "bsb|account_number|amount"),
            (5, " 062-000|=\"0123\"|1.10"),
            (7, "||"),
            (8, "1|2"),
            (9, "1|2|3|4"),
        ];
        assert_eq!(seen, expected.map(|(row, text)| (row, text.to_owned())));
    }
}
