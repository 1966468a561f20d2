//! Whatever is written is read back; what cannot be paid comes out as a table that can.

use std::collections::BTreeMap;
use std::fs;

use payrun::check::{self, Options};
use payrun::domain::{NoBook, Payout, PayoutId, RowMark, RunId, Silent};
use payrun::intake::{self, Reading, ToCorrect};
use proptest::prelude::*;

use super::writer::{PLAIN, asked, batches, style, write};
use super::{ReadBack, TODAY};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn what_is_written_is_read_back(batches in batches(), style in style()) {
        let read = ReadBack::of_bytes(write(&batches, style).as_bytes());
        prop_assert!(!read.refused(), "{:?}", read.forbidding);
        prop_assert_eq!(read.asked, asked(&batches));
    }

    #[test]
    fn no_bytes_panic(batches in batches(), at in any::<prop::sample::Index>(), odd in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut bytes = write(&batches, PLAIN).into_bytes();
        let at = at.index(bytes.len());
        bytes.splice(at..at, odd);
        let _ = ReadBack::of_bytes(&bytes);
    }
}

/// The payouts of a table.
fn payouts(csv: &[u8]) -> Vec<Payout> {
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(file.path(), csv).expect("written");
    let source = intake::open(file.path(), &Reading::default()).expect("a table");
    let options = Options::new(TODAY, true);
    let mut payouts = Vec::new();
    let mut take = |payable: &check::Payable<'_>| {
        payouts.push(payable.passed().payout);
        Ok(())
    };
    check::check(source, &options, &NoBook, &mut take, &Silent).expect("a table that can be read");
    payouts
}

/// The file of rows to correct of an ABA file is a table; with the streets in it, it pays what the ABA file asked for.
#[test]
fn rows_to_correct_are_a_table_that_can_be_paid() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let clean = include_bytes!("../../cases/check/aba_balanced/input.aba");
    fs::write(file.path(), clean).expect("written");
    let mark = |row| RowMark::of(RunId(1), row, PayoutId::of_payment_id("scope", "any"));
    let to_correct = |row| ToCorrect { reason: "no street".to_owned(), mark: Some(mark(row)) };
    let rows: BTreeMap<u32, ToCorrect> = [2, 4].map(|row| (row, to_correct(row))).into();
    let mut table = Vec::new();
    intake::copy_rows(file.path(), &Reading::default(), &rows, &mut table).expect("copied");
    let table = String::from_utf8(table).expect("a text");
    assert_eq!(
        table,
        format!(
            "account_name,bsb,account_number,amount,reference,remitter,reason_not_paid,payrun_row\n\
             O'BRIEN. SEAN,062-000,12345678,2530.45,SAL 17JUL26 0001,PAYROLL PTY LTD,no street,{}\n\
             SMITH-JONES. A,083-004,123456789,3100.99,SAL 17JUL26 0003,PAYROLL PTY LTD,no street,{}\n",
            mark(2),
            mark(4)
        )
    );
    let with_streets: Vec<String> = table
        .lines()
        .zip(["street", "1 Hill Street", "2 Hill Street"])
        .map(|(line, street)| format!("{line},{street}\n"))
        .collect();
    let paid = payouts(with_streets.concat().as_bytes());
    let said: Vec<_> = paid
        .iter()
        .map(|paid| (paid.payee.account.canonical(), paid.money.digits(), paid.payee.party.name.to_string()))
        .collect();
    let expected = [
        ("BSB 062000 12345678", "2530.45", "SEAN O'BRIEN"),
        ("BSB 083004 123456789", "3100.99", "A SMITH-JONES"),
    ];
    assert_eq!(said, expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned())));
    assert!(paid.iter().all(|paid| paid.remitter.as_deref() == Some("PAYROLL PTY LTD")));
}
