//! Any bytes as a file: they are payouts or a sentence, and every row is counted once.

#![no_main]

use libfuzzer_sys::fuzz_target;
use payrun::check::{self, Options};
use payrun::domain::{NoBook, Silent};
use payrun::intake::{self, Reading};

fuzz_target!(|bytes: &[u8]| {
    let folder = std::path::Path::new("/dev/shm");
    let file = tempfile::NamedTempFile::new_in(folder).expect("a file in memory");
    std::fs::write(file.path(), bytes).expect("written");
    // no program to read workbooks with: those end in a sentence
    let Ok(source) = intake::open(file.path(), &Reading::default()) else { return };
    let options = Options::new("2026-07-17".parse().expect("a date"), true);
    let mut passed = 0;
    let checked = check::check(
        source,
        &options,
        &NoBook,
        &mut |_| {
            passed += 1;
            Ok(())
        },
        &Silent,
    );
    if let Ok(checked) = checked {
        assert!(checked.payable <= checked.rows);
        assert!(checked.payable == passed || checked.payable == 0);
        if checked.payable > 0 {
            assert_eq!(checked.payable + checked.invalid_rows.len() as u64, checked.rows);
        }
    }
});
