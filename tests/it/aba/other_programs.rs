//! Files that other programs have written are read payee by payee, to the cent.
//!
//! `tests/generators/aba` writes them by two packages that have nothing to do with this program, each beside a table of
//! what was meant. Some are kept in `tests/data/aba`; where `PAYRUN_ABA_GENERATORS` names the folder that the packages
//! are installed in, new ones are written too.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Asked, ReadBack};

const INSTALLED: &str = "PAYRUN_ABA_GENERATORS";

/// What a table beside a file says that it asks for.
fn meant(table: &Path) -> Vec<Asked> {
    let mut reader = csv::Reader::from_path(table).expect("a table");
    let rows = reader.records().map(|row| row.expect("a row"));
    rows.map(|row| {
        let text = |at: usize| row[at].to_owned();
        Asked {
            line: row[0].parse().expect("a line"),
            bsb: text(1),
            account_number: text(2),
            account_name: text(3),
            amount: text(4),
            reference: text(5),
            remitter: text(6),
        }
    })
    .collect()
}

/// Compares every file of a folder with the table beside it. Gives how many files and payees there were.
fn compare(folder: &Path) -> (usize, usize) {
    let entries = std::fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path());
    let files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|of| of == "aba")).collect();
    let mut payees = 0;
    for file in &files {
        let meant = meant(&file.with_extension("csv"));
        let read = ReadBack::of(file);
        assert!(!read.refused(), "{}: {:?}", file.display(), read.forbidding);
        assert_eq!(read.asked, meant, "{}", file.display());
        payees += meant.len();
    }
    (files.len(), payees)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

#[test]
fn kept_files_of_other_programs() {
    let (files, payees) = compare(&root().join("tests/data/aba"));
    assert!(files >= 6 && payees >= 60, "{files} files, {payees} payees");
}

#[test]
fn new_files_of_other_programs() {
    let Some(installed) = std::env::var_os(INSTALLED).map(PathBuf::from) else {
        return; // the kept ones are compared all the same
    };
    let scripts = root().join("tests/generators/aba");
    for seed in 1..=20 {
        let folder = tempfile::tempdir().expect("a folder");
        let mut by_npm = Command::new("node");
        by_npm.arg(scripts.join("generate.cjs")).env("NODE_PATH", installed.join("npm/node_modules"));
        let mut by_pypi = Command::new(installed.join("python/bin/python3"));
        by_pypi.arg(scripts.join("generate.py"));
        for mut command in [by_npm, by_pypi] {
            let run = command.arg(folder.path()).arg(seed.to_string()).output().expect("a program");
            assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        }
        let (files, payees) = compare(folder.path());
        assert!(files >= 6 && payees >= 60, "{files} files, {payees} payees");
    }
}
