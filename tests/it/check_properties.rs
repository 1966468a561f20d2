//! What holds for any file at all: nothing panics, nothing is rounded, and what is accepted prints back equal.
//!
//! The parsers are reached as a user reaches them, by a file on disk; each file has many rows, so that a few hundred
//! files play many thousand cells.

use std::fs;
use std::path::PathBuf;

use jiff::civil::Date;
use payrun::check::{self, CheckError, CheckReport, Checked, Options, render_text};
use payrun::domain::ids::{LONGEST_ID, PayoutId, RowDigest, collapsed};
use payrun::domain::{AccountNumber, BankAccount, Bsb, Code, Currency, Finding, Money, Payout, Silent};
use payrun::intake::{self, COLUMNS, Column, IntakeError, Item, Reading};
use proptest::collection::vec;
use proptest::prelude::*;
use rust_decimal::Decimal;
use tempfile::TempDir;

const TODAY: Date = Date::constant(2026, 7, 17);
/// Some rows a file, some files a property.
const ROWS: usize = 24;
const FILES: u32 = 32;

fn files(count: u32) -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(count) }
}

/// A folder with one file in it.
struct OneFile(TempDir);

impl OneFile {
    fn new(bytes: &[u8]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("input.csv"), bytes).expect("a file");
        Self(folder)
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("input.csv")
    }

    fn check(&self) -> Result<(Checked, Vec<Payout>), CheckError> {
        let options = Options::new(TODAY, true);
        let mut payouts = Vec::new();
        let source = intake::open(&self.path(), &Reading::default())?;
        let checked = check::check(
            source,
            &options,
            &payrun::domain::NoBook,
            &mut |payable| {
                payouts.push(payable.passed().payout);
                Ok(())
            },
            &Silent,
        )?;
        Ok((checked, payouts))
    }
}

/// A row whose cells are all right, but for those that a property puts in.
const SOUND: [(Column, &str); 8] = [
    (Column::FirstName, "Nina"),
    (Column::LastName, "Aldridge"),
    (Column::Street, "1 Hill Street"),
    (Column::Bsb, "062-000"),
    (Column::AccountNumber, "20304050"),
    (Column::Amount, "12.50"),
    (Column::Reference, "PAY"),
    (Column::PaymentId, ""),
];

/// A file with one column replaced or added. Rows differ by their `payment_id` where that is not the column.
fn file_of(column: Column, cells: &[String]) -> OneFile {
    let sound = SOUND.iter().filter(|(other, _)| *other != column);
    let mut writer = csv::Writer::from_writer(Vec::new());
    let names = sound.clone().map(|(column, _)| column.name()).chain([column.name()]);
    writer.write_record(names).expect("a header");
    for (at, cell) in cells.iter().enumerate() {
        let id = format!("ID{at}");
        let cell_of = |(column, text): &(Column, &'static str)| match column {
            Column::PaymentId => id.clone(),
            _ => (*text).to_owned(),
        };
        writer.write_record(sound.clone().map(cell_of).chain([cell.clone()])).expect("a row");
    }
    OneFile::new(&writer.into_inner().expect("the bytes"))
}

/// Checks the cells of a column. Some payout for each accepted cell, none for each refused one.
fn verdicts(column: Column, cells: &[String]) -> Vec<Option<Payout>> {
    let (checked, payouts) = file_of(column, cells).check().expect("a file that can be read");
    let refused =
        |row: u32| checked.findings.iter().any(|finding| finding.place.row == Some(row) && finding.forbids());
    let mut verdicts = vec![None; cells.len()];
    for payout in payouts {
        assert!(!refused(payout.row), "row {} is paid in spite of an error", payout.row);
        let at = usize::try_from(payout.row).expect("small") - 2;
        verdicts[at] = Some(payout);
    }
    for row in &checked.invalid_rows {
        assert!(refused(*row), "nothing says why row {row} is not paid");
    }
    assert_eq!(
        usize::try_from(checked.rows).expect("small"),
        verdicts.iter().flatten().count() + checked.invalid_rows.len(),
        "every row is paid or refused"
    );
    let told = render_text(&CheckReport::new("input.csv", &checked));
    assert!(
        !told.chars().any(|c| c.is_control() && c != '\n'),
        "the report keeps to printable text: {told:?}"
    );
    verdicts
}

/// Texts like those that people type into a column, and any other text now and then.
fn cells(pattern: &'static str) -> impl Strategy<Value = Vec<String>> {
    vec(prop_oneof![4 => pattern, 1 => "\\PC{0,24}", 1 => any::<String>()], ROWS)
}

/// The digits of an amount as a person reads them, by another way than the program's: without currency and
/// thousands, zeros at either end left out.
fn digits_of(typed: &str) -> String {
    let kept: String = typed.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
    let (whole, rest) = kept.split_once('.').unwrap_or((&kept, ""));
    format!("{}.{}", whole.trim_start_matches('0'), rest.trim_end_matches('0'))
}

proptest! {
    #![proptest_config(files(FILES))]

    #[test]
    fn an_amount_is_never_rounded(
        amounts in cells("(A?\\$|AUD )?-?[0-9]{0,4}(,[0-9]{3}){0,3}(\\.[0-9]{0,4})?(e[0-9]| AUD|-| CR)?")
    ) {
        for (typed, payout) in amounts.iter().zip(verdicts(Column::Amount, &amounts)) {
            let Some(payout) = payout else { continue };
            prop_assert_eq!(digits_of(&payout.money.digits()), digits_of(typed), "{}", typed);
            prop_assert_eq!(payout.money.digits().split_once('.').map(|(_, cents)| cents.len()), Some(2));
            let minus = typed.contains(['-', '(', 'e', 'E', '\u{2212}']);
            prop_assert!(!minus, "{typed} was taken for {}", payout.money);
        }
    }

    #[test]
    fn plain_amounts_are_accepted_and_print_back_equal(cents in vec(1_u64..1_000_000_000_000_000, ROWS)) {
        let amounts: Vec<String> =
            cents.iter().map(|cents| format!("{}.{:02}", cents / 100, cents % 100)).collect();
        let money = |typed: &[String]| -> Vec<Money> {
            let verdicts = verdicts(Column::Amount, typed).into_iter();
            verdicts.map(|payout| payout.expect("a plain amount").money).collect()
        };
        let read = money(&amounts);
        prop_assert_eq!(read.iter().map(Money::digits).collect::<Vec<_>>(), amounts);
        let shown: Vec<String> = read.iter().map(Money::to_string).collect();
        prop_assert_eq!(money(&shown), read, "{:?}", shown);
    }

    #[test]
    fn money_is_kept_or_refused_whole(mantissa in -1000..10_000_000_000_000_000_i64, zeros in 0_u32..16, scale in 0_u32..8, code in "[A-Za-z]{3}") {
        let amount = Decimal::new(mantissa - mantissa % 10_i64.pow(zeros), scale);
        let currency: Currency = code.parse().expect("three letters");
        prop_assert_eq!(currency.code(), code.to_uppercase());
        if let Ok(money) = Money::new(amount, currency) {
            prop_assert_eq!(money.amount(), amount);
            prop_assert_eq!(money.amount().scale(), currency.decimals());
            let again: Decimal = money.digits().parse().expect("digits");
            prop_assert_eq!(Money::new(again, currency), Ok(money));
        } else {
            let fits = amount > Decimal::ZERO && amount.normalize().scale() <= currency.decimals();
            prop_assert!(!fits || amount > Decimal::from(9_999_999_999_999_i64), "{amount} {currency}");
        }
    }

    #[test]
    fn a_bsb_keeps_its_six_digits(bsbs in cells("[0-9]{2,3}[- .\u{2013}]?[0-9]{3,4}")) {
        for (typed, payout) in bsbs.iter().zip(verdicts(Column::Bsb, &bsbs)) {
            let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
            let Some(payout) = payout else {
                // the pattern's own texts have five to seven digits
                let plain = typed.chars().all(|c| c.is_ascii_digit() || c == '-');
                prop_assert!(!plain || Bsb::new(&digits).is_err(), "{typed} is refused");
                continue;
            };
            let BankAccount::Bsb { bsb, .. } = payout.payee.account else { panic!("a BSB was asked for") };
            prop_assert_eq!(bsb.digits(), digits);
            prop_assert_eq!(Bsb::new(&bsb.digits()), Ok(bsb));
            prop_assert_eq!(bsb.to_string().replace('-', ""), bsb.digits());
        }
    }

    #[test]
    fn an_account_number_keeps_its_zeros(numbers in cells("[0-9]{1,5}[- ]?[0-9]{0,6}")) {
        for (typed, payout) in numbers.iter().zip(verdicts(Column::AccountNumber, &numbers)) {
            let Some(payout) = payout else { continue };
            let BankAccount::Bsb { number, .. } = payout.payee.account else { panic!("an account was asked for") };
            let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
            prop_assert_eq!(number.digits(), &digits);
            prop_assert!(AccountNumber::new(&digits).is_ok());
            prop_assert!(!number.to_string().contains(&digits), "{number} is shown whole");
        }
    }

    #[test]
    fn a_payid_in_its_normal_form_stays_as_it_is(
        payids in cells("0?4[0-9]{2} ?[0-9]{3} ?[0-9]{3}|\\+?61-?4[0-9]{8}|\\+6[0-9]-[0-9]{3,9}|[0-9]{9,11}|[a-zA-Z.]{1,8}@[a-z]{1,8}\\.(com|au)|[a-zA-Z. ]{1,12}")
    ) {
        let paid = |payids: &[String]| -> Vec<Option<String>> {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(["payment_id", "company_name", "street", "amount", "payid"]).expect("a header");
            for (at, payid) in payids.iter().enumerate() {
                let id = format!("ID{at}");
                writer.write_record([&id, "Hart Pty Ltd", "1 Hill Street", "12.50", payid]).expect("a row");
            }
            let file = OneFile::new(&writer.into_inner().expect("the bytes"));
            let (_, payouts) = file.check().expect("a file that can be read");
            let mut paid = vec![None; payids.len()];
            for payout in payouts {
                let BankAccount::PayId { payid } = payout.payee.account else { panic!("a PayID was asked for") };
                assert!(!payid.to_string().contains(payid.text()), "{payid} is shown whole");
                paid[usize::try_from(payout.row).expect("small") - 2] = Some(payid.text().to_owned());
            }
            paid
        };
        let first = paid(&payids);
        let normal: Vec<String> = first.iter().flatten().cloned().collect();
        let again: Vec<String> = paid(&normal).into_iter().flatten().collect();
        prop_assert_eq!(again, normal);
        for (typed, payid) in payids.iter().zip(&first) {
            let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
            if let Some(payid) = payid {
                let (typed, sent) = (digits(typed), digits(payid));
                prop_assert!(sent.ends_with(typed.trim_start_matches('0')) || typed.ends_with(&sent[2..].to_owned()),
                    "no digit changes: {typed} became {sent}");
            }
        }
    }

    #[test]
    fn a_date_of_birth_is_that_day_or_refused(
        dates in cells("(18|19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]|[0-3]?[0-9]/[01]?[0-9]/(19)?[0-9]{2}")
    ) {
        for (typed, payout) in dates.iter().zip(verdicts(Column::Dob, &dates)) {
            let Some(payout) = payout else { continue };
            let dob = payout.payee.party.dob.map(|dob| dob.to_string()).unwrap_or_default();
            prop_assert_eq!(dob, typed.trim());
        }
    }

    #[test]
    fn an_id_is_sent_as_it_stands(ids in cells("[A-Za-z0-9/_. -]{1,36}")) {
        for (typed, payout) in ids.iter().zip(verdicts(Column::PaymentId, &ids)) {
            let Some(payout) = payout else { continue };
            let id = payout.payment_id;
            prop_assert_eq!(id.clone().unwrap_or_default(), collapsed(typed));
            let identity = PayoutId::of_row("scope", "label", &RowDigest::of(&[typed]), 0);
            let external = identity.external_id(id.as_deref());
            prop_assert!(external.as_str().is_ascii() && external.as_str().len() <= LONGEST_ID);
            prop_assert_eq!(PayoutId::try_from(identity.to_string()), Ok(identity));
            prop_assert_eq!(PayoutId::from_bytes(identity.bytes()), Some(identity));
        }
    }

    #[test]
    fn names_of_columns_are_known_in_any_form(at in 0..COLUMNS.len(), blanks in vec("[ _-]{0,2}", 40), capitals in any::<u64>()) {
        let info = &COLUMNS[at];
        let names = std::iter::once(info.name).chain(info.aliases.iter().chain(&info.weak).copied());
        for name in names {
            let typed: String = name
                .chars()
                .enumerate()
                .flat_map(|(at, c)| {
                    let capital = capitals >> (at % 64) & 1 == 1;
                    let c = if capital { c.to_ascii_uppercase() } else { c };
                    blanks[at].chars().chain([c]).collect::<Vec<_>>()
                })
                .collect();
            let file = OneFile::new(format!("\"{typed}\",x\n1,2\n").as_bytes());
            let source = intake::open(&file.path(), &Reading::default()).expect("a header");
            prop_assert!(source.header.has(info.column), "{typed} is not known for {}", info.name);
        }
    }
}

/// A row's number and its cells, ragged ones by their count.
type Read = Vec<(u32, Result<Vec<String>, usize>)>;

fn read(bytes: &[u8]) -> Result<Read, IntakeError> {
    let file = OneFile::new(bytes);
    let mut source = intake::open(&file.path(), &Reading::default())?;
    let mut read = vec![(source.header.row, Ok(source.header.names.clone()))];
    while let Some(item) = source.next_item()? {
        read.push(match item {
            Item::Row(row) => {
                let known = COLUMNS.iter().map(|info| row.raw(info.column).to_owned());
                (row.row, Ok(known.collect()))
            }
            Item::Ragged { row, cells, .. } => (row, Err(cells)),
            Item::Blank { row } => (row, Err(0)),
        });
    }
    Ok(read)
}

/// A cell, quoted where it must be.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

/// Lines of cells: a line without cells is an empty one.
fn text_of(lines: &[Vec<String>], end: &str) -> String {
    lines
        .iter()
        .map(|line| line.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",") + end)
        .collect()
}

/// Lines as a payroll export has them: mostly rows of three cells, now and then an empty line or a ragged row.
fn lines() -> impl Strategy<Value = Vec<Vec<String>>> {
    let cell = || "[a-z0-9 ,\"é\n]{0,8}[a-z]";
    vec(
        prop_oneof![
            6 => vec(cell(), 3),
            1 => Just(Vec::new()),
            1 => vec(cell(), 2..=5),
        ],
        0..12,
    )
}

/// What reading [`lines`] must give, the first of them in row `first`.
fn expected(lines: &[Vec<String>], first: u32) -> Vec<(u32, Result<Vec<String>, usize>)> {
    let rows = lines.iter().zip(first..).filter(|(line, _)| !line.is_empty());
    rows.map(|(line, row)| {
        let cells = if line.len() == 3 { Ok(line.clone()) } else { Err(line.len()) };
        (row, cells)
    })
    .collect()
}

/// The three columns of the header in the order of the table, so that [`read`] gives them in the order of the file.
const THREE: [Column; 3] = [Column::PaymentId, Column::PayeeId, Column::FirstName];

fn three(read: Read) -> Read {
    let only =
        |(row, cells): (u32, Result<Vec<String>, usize>)| (row, cells.map(|cells| cells[..3].to_vec()));
    read.into_iter().map(only).collect()
}

/// A header and a row that can be paid.
const PAYABLE: &str =
    "bsb,account_number,amount,account_name,street\n062-000,20304050,12.50,Nina Hale,1 Hill St\n";

proptest! {
    #![proptest_config(files(128))]

    #[test]
    fn line_ends_and_a_mark_change_no_row(above in 0_usize..3, lines in lines()) {
        let header = THREE.map(|column| column.name().to_owned()).to_vec();
        let first = u32::try_from(above).expect("small") + 1;
        let wanted: Read = [(first, Ok(header.clone()))].into_iter().chain(expected(&lines, first + 1)).collect();
        let lines: Vec<Vec<String>> = vec![Vec::new(); above].into_iter().chain([header]).chain(lines).collect();
        for end in ["\n", "\r\n", "\r"] {
            for mark in ["", "\u{feff}"] {
                let text = format!("{mark}{}", text_of(&lines, end));
                prop_assert_eq!(three(read(text.as_bytes()).expect("rows")), wanted.clone(), "{:?}", text);
                let cut = text.strip_suffix(end).unwrap_or(&text);
                prop_assert_eq!(three(read(cut.as_bytes()).expect("rows")), wanted.clone(), "{:?}", cut);
            }
        }
    }

    #[test]
    fn bytes_of_any_kind_are_rows_or_an_error(
        header in prop_oneof![Just(""), Just(PAYABLE)],
        bytes in vec(prop_oneof![Just(b','), Just(b'"'), Just(b'\n'), Just(b'\r'), 32_u8..127, any::<u8>()], 0..400)
    ) {
        let bytes = [header.as_bytes(), &bytes].concat();
        if let Ok(rows) = read(&bytes) {
            prop_assert!(rows.windows(2).all(|pair| pair[0].0 < pair[1].0), "rows are numbered upwards");
            let breaks = bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
            let last = usize::try_from(rows.last().map_or(0, |(row, _)| *row)).expect("small");
            prop_assert!(last <= breaks + 1, "no more rows than lines");
        }
        if let Ok((checked, payouts)) = OneFile::new(&bytes).check() {
            let of_file = [Code::RowsBelow, Code::TotalDiffers, Code::ColumnsChange];
            let refuses = |finding: &Finding| finding.forbids() && of_file.contains(&finding.code);
            // the whole file is refused for what stands below rows that went through
            let refused = checked.findings.iter().any(refuses);
            prop_assert_eq!(checked.payable, if refused { 0 } else { payouts.len() as u64 });
            prop_assert_eq!(checked.rows, payouts.len() as u64 + checked.invalid_rows.len() as u64);
        }
    }
}

/// The reader takes 64 KiB at a time: whatever byte such a piece ends at, the rows are the same.
#[test]
fn where_a_piece_of_the_file_ends_changes_no_row() {
    const PIECE: usize = 64 * 1024;
    let around = "A1,\"two\nlines \"\"é\"\"\",Nina\n\nA2,,\"Zoë, May\"\n\n\nA3,B,C\n";
    for end in ["\n", "\r\n", "\r"] {
        let header = format!("payment_id,payee_id,first_name{end}");
        let around = around.replace('\n', end);
        let filler = |length: usize| {
            // rows of a hundred bytes, and a last one that is as long as is left
            let row = |length: usize| format!("F,,{}{end}", "x".repeat(length - 3 - end.len()));
            let whole = length / 100 - 1;
            row(100).repeat(whole) + &row(length - 100 * whole)
        };
        let rows_behind = |text: &str| -> Vec<(u32, Result<Vec<String>, usize>)> {
            let read = three(read(text.as_bytes()).expect("rows"));
            let first = read.iter().position(|(_, cells)| cells.as_ref().is_ok_and(|cells| cells[0] == "A1"));
            let read = &read[first.expect("the row A1")..];
            read.iter().map(|(row, cells)| (row - read[0].0, cells.clone())).collect()
        };
        let wanted = rows_behind(&format!("{header}{around}"));
        assert_eq!(wanted.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [0, 2, 5]);
        for before in 0..=around.len() {
            let text = header.clone() + &filler(PIECE - before - header.len()) + &around;
            assert_eq!(
                rows_behind(&text),
                wanted,
                "{before} bytes before the end of a piece, lines end in {end:?}"
            );
        }
    }
}
