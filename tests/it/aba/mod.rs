//! ABA files: what they pay is what whoever wrote them meant, and no change of a character makes money appear.

mod changes;
mod other_programs;
mod read_back;
mod writer;

use std::fs;
use std::path::Path;

use jiff::civil::Date;
use payrun::check::{self, Options};
use payrun::domain::{Code, Finding, NoBook, Silent};
use payrun::intake::{self, Column, Item, Reading};

const TODAY: Date = Date::constant(2026, 7, 17);

/// What a row asks for, as intake hands it to checking.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Asked {
    line: u32,
    bsb: String,
    account_number: String,
    account_name: String,
    amount: String,
    reference: String,
    remitter: String,
}

/// What was read of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ReadBack {
    asked: Vec<Asked>,
    /// What forbids paying, but for the addresses that no ABA file has.
    forbidding: Vec<Finding>,
}

impl ReadBack {
    fn of(path: &Path) -> Self {
        let refused = |error: &dyn std::fmt::Display| {
            let finding = Finding::new(Code::FileRefused, payrun::domain::Place::file(), error.to_string());
            Self { asked: Vec::new(), forbidding: vec![finding] }
        };
        let mut source = match intake::open(path, &Reading::default()) {
            Ok(source) => source,
            Err(error) => return refused(&error),
        };
        let mut asked = Vec::new();
        loop {
            match source.next_item() {
                Ok(Some(Item::Row(row))) => {
                    let text = |column| row.text(column).to_owned();
                    asked.push(Asked {
                        line: row.row,
                        bsb: text(Column::Bsb),
                        account_number: text(Column::AccountNumber),
                        account_name: text(Column::AccountName),
                        amount: text(Column::Amount),
                        reference: text(Column::Reference),
                        remitter: text(Column::Remitter),
                    });
                }
                Ok(Some(Item::Ragged { .. } | Item::Blank { .. })) => {}
                Ok(None) => break,
                Err(error) => return refused(&error),
            }
        }
        let options = Options::new(TODAY, true);
        let source = intake::open(path, &Reading::default()).expect("it was opened before");
        let checked = check::check(
            source,
            &options,
            &NoBook,
            &mut |_| panic!("a payee without an address is paid"),
            &Silent,
        );
        let mut forbidding = checked.expect("it was read before").findings;
        forbidding.retain(|finding| finding.forbids() && finding.code != Code::AddressMissing);
        Self { asked, forbidding }
    }

    fn of_bytes(bytes: &[u8]) -> Self {
        let file = tempfile::NamedTempFile::new().expect("a file");
        fs::write(file.path(), bytes).expect("written");
        Self::of(file.path())
    }

    /// Whether something says that the file as a whole is not what it should be.
    fn refused(&self) -> bool {
        let of_the_file =
            [Code::AbaRecord, Code::AbaTrailer, Code::AbaDebit, Code::FileRefused, Code::ColumnMissing];
        self.forbidding.iter().any(|finding| of_the_file.contains(&finding.code))
    }
}
