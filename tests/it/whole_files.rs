//! What only a whole file shows: rows on two threads in order, errors behind them, and what is counted in the end.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::civil::date;
use payrun::check::{self, CheckError, Checked, Options};
use payrun::domain::{
    BankAccount, Book, BookEntry, BookError, Event, KnownAccount, Limits, NoBook, Observer, PartyName, Silent,
};
use payrun::intake::{self, Reading};

const HEAD: &str = "payee_id,first_name,last_name,street,bsb,account_number,amount,reference\n";

/// So many sound rows, whose amounts count from one.
fn rows(count: u32) -> String {
    let mut text = HEAD.to_owned();
    for row in 1..=count {
        let _ =
            writeln!(text, "E{row},Nina,Aldridge,1 Hill Street,062-000,{},{row}.00,PAY", 20_304_050 + row);
    }
    text
}

/// Checks a text, and gives the rows that could be paid or are held.
fn check(
    text: &str,
    reading: &Reading,
    book: &dyn Book,
    observer: &dyn Observer,
) -> (Result<Checked, CheckError>, Vec<u32>) {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), text).expect("written");
    let source = intake::open(file.path(), reading).expect("a source");
    let options = Options::new(date(2026, 7, 17), false);
    let mut given = Vec::new();
    let checked = check::check(
        source,
        &options,
        book,
        &mut |payable| {
            given.push(payable.passed().payout.row);
            Ok(())
        },
        observer,
    );
    (checked, given)
}

fn checked(text: &str) -> (Checked, Vec<u32>) {
    let (checked, given) = check(text, &Reading::default(), &NoBook, &Silent);
    (checked.expect("the whole file"), given)
}

/// A file that cannot be read to its end is never taken for one that ends earlier.
#[test]
fn what_ends_reading_is_told_behind_the_rows_before_it() {
    for limit in [255, 256, 257, 1023, 1024, 1500] {
        let limits = Limits { rows: limit, ..Limits::default() };
        let reading = Reading { limits, ..Reading::default() };
        let (checked, given) = check(&rows(1600), &reading, &NoBook, &Silent);
        let error = checked.expect_err("too many rows").to_string();
        assert!(error.contains("limits.rows"), "{error}");
        assert!(given.iter().copied().eq(2..2 + u32::try_from(given.len()).expect("few")), "{given:?}");
        assert!(given.len() >= limit as usize - 1, "{} of {limit}", given.len());
    }
}

/// A book that cannot be asked about one payee.
struct Torn(&'static str);

impl Book for Torn {
    fn has_payees(&self) -> bool {
        false
    }
    fn has_accounts(&self) -> bool {
        true
    }
    fn by_id(&self, _: &str) -> Result<Option<BookEntry>, BookError> {
        Ok(None)
    }
    fn by_account(&self, _: &BankAccount) -> Result<Vec<BookEntry>, BookError> {
        Ok(Vec::new())
    }
    fn account_of_id(&self, id: &str) -> Result<Option<KnownAccount>, BookError> {
        if id == self.0 { Err(BookError("torn".to_owned())) } else { Ok(None) }
    }
    fn account_of_name(&self, _: &PartyName, _: &BankAccount) -> Result<Option<KnownAccount>, BookError> {
        Ok(None)
    }
    fn accounts_of_name(&self, _: &PartyName) -> Result<Vec<KnownAccount>, BookError> {
        Ok(Vec::new())
    }
    fn everyone(&self) -> Result<Vec<BookEntry>, BookError> {
        Ok(Vec::new())
    }
}

#[test]
fn a_book_that_cannot_be_asked_ends_checking_at_its_row_whoever_asked_it() {
    for (id, before) in [("E1", 0), ("E256", 255), ("E257", 256), ("E1400", 1399)] {
        let (checked, given) = check(&rows(1600), &Reading::default(), &Torn(id), &Silent);
        assert!(matches!(checked, Err(CheckError::Book(_))), "{id}: {checked:?}");
        assert_eq!(given.len(), before, "{id}");
    }
}

/// How many rows were told of.
#[derive(Default)]
struct Counting(AtomicU64);

impl Observer for Counting {
    fn on(&self, event: &Event<'_>) {
        if let Event::Step { count, .. } = event {
            self.0.fetch_add(*count, Ordering::Relaxed);
        }
    }
}

#[test]
fn progress_comes_to_as_many_rows_as_there_are() {
    for count in [1, 256, 700] {
        let told = Counting::default();
        check(&rows(count), &Reading::default(), &NoBook, &told).0.expect("a file");
        assert_eq!(told.0.into_inner(), u64::from(count));
    }
}

#[test]
fn a_row_with_a_cell_below_no_name_is_left_out_whole() {
    let head = HEAD.replace('\n', ",\n");
    let text = format!(
        "{head}E1,Nina,Aldridge,1 Hill Street,062-000,20304050,1.00,PAY,\n\
         E2,Theo,Vance,2 Hill Street,062-000,20304051,2.00,PAY,half now\n"
    );
    let (checked, given) = checked(&text);
    assert_eq!((checked.payable, given), (1, vec![2]));
    assert_eq!(checked.invalid_rows, [3], "so that it is in the file of rows to correct");
}

#[test]
fn whom_a_wrong_row_names_is_said_unless_it_is_no_name() {
    let mut text = HEAD.to_owned();
    let long = "Anna ".repeat(40);
    for name in ["Nina", "nina@example.com", "062000 2030", long.trim_end()] {
        let _ = writeln!(text, "E1,{name},Aldridge,1 Hill Street,06200X,20304050,1.00,PAY");
    }
    let (checked, _) = checked(&text);
    assert_eq!(checked.invalid_rows, [2, 3, 4, 5]);
    let names: Vec<_> = checked.invalid_names.into_iter().collect();
    assert_eq!(names, [(2, "Nina Aldridge".to_owned())]);
}

#[test]
fn a_row_that_lacks_an_address_alone_is_part_of_what_the_file_is() {
    let text = format!(
        "{HEAD}E1,Nina,Aldridge,,062-000,20304050,1.00,PAY\n\
         E2,Theo,Vance,,06200X,20304051,2.00,PAY\nE3,Zoe,Hale,3 Hill Street,062-000,20304052,3.00,PAY\n"
    );
    let (checked, given) = checked(&text);
    assert_eq!((checked.incomplete.len(), given), (1, vec![4]));
}

/// Sums cannot be compared over a row that cannot be read.
#[test]
fn a_row_that_is_torn_leaves_the_sum_below_it_unchecked() {
    let text = format!("{}E9,Nina\n,Total,,,,,3.00,\n", rows(2));
    let (checked, _) = checked(&text);
    let names: Vec<&str> = checked.findings.iter().map(|finding| finding.code.name()).collect();
    assert!(names.contains(&"total-unchecked"), "{names:?}");
    assert_eq!(checked.invalid_rows, [4]);
}
