//! Files without names of columns, told by what stands in their first rows. None of them is read: what its cells
//! mean may not be guessed.

use serde::Deserialize;

use super::error::IntakeError;
use super::family::Family;
use super::record::Record;
use super::text::Records;

/// So many rows are looked at.
const MOST_LOOKED_AT: usize = 5;

/// What stands in the first rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Shape {
    /// Records of Westpac's `PaymentsPlus`, each with its kind first.
    WestpacRecords,
    /// Records of a NAB report, each with a number first.
    NabReport,
    /// An e-mail address or phone number, an amount, a currency.
    Wallets,
    /// An amount and an account of New Zealand.
    NewZealand,
    /// A BSB, an account, a name, and a whole number.
    Cents,
    /// Something that could be a payout.
    Payouts,
}

/// The family of a file whose first row names no column, if its rows look like any.
pub(super) fn tell(rows: &mut Records) -> Result<Option<&'static Family>, IntakeError> {
    let mut first: Vec<Vec<String>> = Vec::new();
    let mut record = Record::default();
    while first.len() < MOST_LOOKED_AT {
        if !rows.read(&mut record)? {
            break;
        }
        if !record.is_blank() {
            first.push(record.cells().map(|cell| cell.trim().to_owned()).collect());
        }
    }
    Ok(shape_of(&first).and_then(Family::of_shape))
}

/// The family of a file in which a payout stands where the names of the columns should.
pub(super) fn of(names: &[String]) -> Option<&'static Family> {
    let is_payout = could_be_a_payout(names.iter().map(String::as_str));
    is_payout.then(|| Family::of_shape(Shape::Payouts)).flatten()
}

fn shape_of(rows: &[Vec<String>]) -> Option<Shape> {
    let all = |is: fn(&[String]) -> bool| rows.iter().all(|row| is(row));
    let [top, ..] = rows else { return None };
    match () {
        () if is_westpac(rows) => Some(Shape::WestpacRecords),
        () if top.first().is_some_and(|kind| kind == "00") && all(begins_with_a_number) => {
            Some(Shape::NabReport)
        }
        () if all(is_to_a_wallet) => Some(Shape::Wallets),
        () if all(is_of_new_zealand) => Some(Shape::NewZealand),
        () if all(is_in_cents) => Some(Shape::Cents),
        () if could_be_a_payout(top.iter().map(String::as_str)) => Some(Shape::Payouts),
        () => None,
    }
}

fn is_westpac(rows: &[Vec<String>]) -> bool {
    const KINDS: [&str; 11] = ["H", "E", "O", "C", "B", "RT", "RO", "OTT", "R", "I", "T"];
    let kind = |row: &Vec<String>| row.first().is_some_and(|kind| KINDS.contains(&kind.as_str()));
    rows.len() > 1 && rows.iter().all(kind) && rows[0].first().is_some_and(|kind| kind == "H")
}

fn begins_with_a_number(row: &[String]) -> bool {
    row.len() > 1 && row[0].len() <= 3 && is_number(&row[0])
}

fn is_to_a_wallet(row: &[String]) -> bool {
    let [to, amount, currency, ..] = row else { return false };
    let phone = to.starts_with('+') && is_number(&bare(&to[1..]));
    (to.contains('@') || phone)
        && amount.starts_with(|c: char| c.is_ascii_digit())
        && currency.len() == 3
        && currency.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn is_of_new_zealand(row: &[String]) -> bool {
    let [amount, account, ..] = row else { return false };
    let digits = bare(account);
    is_number(&digits)
        && (15..=17).contains(&digits.len())
        && amount.starts_with(|c: char| c.is_ascii_digit())
}

fn is_in_cents(row: &[String]) -> bool {
    let [bsb, account, name, amount, ..] = row else { return false };
    let bsb = bare(bsb);
    bsb.len() == 6
        && is_number(&bsb)
        && is_number(&bare(account))
        && name.contains(char::is_alphabetic)
        && is_number(amount)
}

/// Whether a row could ask for money. Such a row is never passed over as a title.
pub(super) fn looks_like_a_payout(record: &Record) -> bool {
    could_be_a_payout(record.cells())
}

fn could_be_a_payout<'a>(cells: impl Iterator<Item = &'a str> + Clone) -> bool {
    let filled = cells.clone().filter(|cell| !cell.trim().is_empty()).count();
    let account = |cell: &str| {
        let bare = bare(cell);
        cell.contains('@') || (bare.len() >= 5 && is_number(&bare))
    };
    let mut cells = cells;
    filled >= 3 && cells.any(account)
}

/// A cell without what stands between digits.
fn bare(cell: &str) -> String {
    cell.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '=' | '"')).collect()
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> Option<Shape> {
        let rows: Vec<Vec<String>> =
            text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect();
        shape_of(&rows)
    }

    #[test]
    fn files_without_names_are_told_by_their_first_rows() {
        for (text, wanted) in [
            ("H,A,1\nE,,062-000,20304050,Nina Hale,10.00\nT,1,10.00", Some(Shape::WestpacRecords)),
            ("00,NATIONAL AUSTRALIA BANK,REPORT\n53,1,2", Some(Shape::NabReport)),
            ("nina@example.com,10.00,AUD,E1\n+61491570156,12.00,AUD,E2", Some(Shape::Wallets)),
            ("10.00,12-3456-0123456-00,Nina Hale", Some(Shape::NewZealand)),
            ("062-000,20304050,Nina Hale,150000,PAY", Some(Shape::Cents)),
            ("062-000,20304050,Nina Hale,1500.00,PAY", Some(Shape::Payouts)),
            ("062-000,20304050,1500.00,Nina Hale,PAY", Some(Shape::Payouts)),
            ("Acme Pty Ltd,,\nPay run,,", None),
            ("one,two", None),
        ] {
            assert_eq!(shape(text), wanted, "{text}");
        }
    }
}
