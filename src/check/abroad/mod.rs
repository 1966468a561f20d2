//! Rows that pay abroad: what account a row names, in which currency it is paid, and whether Flash delivers it.
//!
//! Where the money goes is never mended: what lacks a zero is asked about, what has a wrong check digit is refused.
//! No message shows an account whole.

pub(super) mod country;
pub(super) mod currency;
mod deliver;
mod digits;
#[cfg(fuzzing)]
pub mod fuzzing;
mod iban;
mod number;
mod routing;
pub(super) mod scheme;

use super::{Findings, Refused, Wrong, is_hidden, plain, shown};
use crate::domain::account::masked;
use crate::domain::{AccountAbroad, Bic, Code, Scheme};
use crate::intake::{Column, RawRow};

pub(super) use deliver::deliver;

/// A cell of an account without what people set between: blanks, hyphens, points.
#[derive(Debug)]
struct Cell {
    /// Capitals and digits.
    bare: String,
}

impl Cell {
    /// Takes letters and digits with blanks, hyphens and points between.
    fn of(text: &str, what: &str) -> Result<Self, Wrong> {
        let text = plain(text);
        let text = text.trim();
        if text.contains(is_hidden) {
            return Err(
                Wrong::new(format!("{what} has an invisible character in it")).hint("type it again by hand")
            );
        }
        if is_scientific(text) {
            return Err(Wrong::new(format!("{what} is in scientific notation, digits are lost"))
                .hint("format the column as text and type it again from its source"));
        }
        let bare: String =
            text.chars().filter(|c| !matches!(c, ' ' | '-' | '.')).map(|c| c.to_ascii_uppercase()).collect();
        if let Some((at, odd)) = bare.chars().enumerate().find(|(_, c)| !c.is_ascii_alphanumeric()) {
            return Err(Wrong::new(format!("{what} has {} as its character {}", shown(odd), at + 1))
                .hint("only letters and digits can stand there; compare it with its source"));
        }
        Ok(Self { bare })
    }

    /// With a zero in front, where exactly one digit is missing.
    fn padded(&self, length: usize) -> Option<String> {
        self.padded_by(length, 1)
    }

    fn padded_by(&self, length: usize, zeros: usize) -> Option<String> {
        let fits = self.bare.len() + zeros == length && self.bare.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| format!("{}{}", "0".repeat(zeros), self.bare))
    }
}

/// `1.23E+17`
fn is_scientific(text: &str) -> bool {
    let upper = text.to_uppercase();
    upper.split_once('E').is_some_and(|(number, power)| {
        let is_number =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        is_number(number)
            && match power.strip_prefix(['+', '-']) {
                Some(power) => is_number(power),
                None => number.contains('.') && is_number(power),
            }
    })
}

/// The digit that a letter is often typed for.
fn digit_for(letter: char) -> char {
    match letter {
        'O' => '0',
        'I' | 'L' => '1',
        'S' => '5',
        'B' => '8',
        other => other,
    }
}

/// Where the one letter stands that makes a text right once a digit takes its place.
fn fix_of(bare: &str, from: usize, is_right: impl Fn(&str) -> bool) -> Option<(usize, char)> {
    let letters = bare.char_indices().skip(from).filter(|(_, c)| digit_for(*c) != *c);
    letters.into_iter().find(|(at, letter)| {
        let mut meant = bare.to_owned();
        meant.replace_range(at..&(at + letter.len_utf8()), &digit_for(*letter).to_string());
        is_right(&meant)
    })
}

/// The account that a row names by a scheme, if no finding forbids it.
pub(super) fn account(
    row: &RawRow<'_>,
    scheme: Scheme,
    findings: &mut Findings<'_>,
) -> Option<AccountAbroad> {
    let mut reader = Reader { row, findings };
    let routing = reader.routing(scheme);
    let bic = reader.bic(scheme);
    let country = scheme::home_of(scheme).or_else(|| bic.as_ref().ok()?.as_ref().map(Bic::country));
    let number = reader.number(scheme, country.unwrap_or_default());
    let (routing, bic, number) = (routing.ok()?, bic.ok()?, number?);
    reader.agree(scheme, &number, bic.as_ref());
    let account = AccountAbroad::new(scheme, routing.as_deref(), &number, bic);
    if account.is_err() {
        let place = row.place(scheme::column_of_number(scheme));
        findings
            .add(Code::AccountInvalid, place, "this is no account that Flash takes")
            .advising("ask the payee");
    }
    account.ok()
}

/// Reads a code as people write it.
type ReadCode = fn(&str) -> Result<routing::Code, Wrong>;

/// Reads the cells of one account.
struct Reader<'a, 'b, 'c> {
    row: &'a RawRow<'b>,
    findings: &'a mut Findings<'c>,
}

impl Reader<'_, '_, '_> {
    /// The code of bank and branch. None: the scheme has none.
    fn routing(&mut self, scheme: Scheme) -> Result<Option<String>, Refused> {
        let (column, read): (_, ReadCode) = match scheme {
            Scheme::Aba => (Column::Aba, routing::aba),
            Scheme::Ifsc => (Column::Ifsc, routing::ifsc),
            Scheme::Cnaps => (Column::Cnaps, routing::cnaps),
            Scheme::SortCode => (Column::SortCode, routing::sort_code),
            Scheme::Iban | Scheme::Clabe | Scheme::AccNo => return Ok(None),
        };
        self.code(column, Code::BranchInvalid, read).map(Some).ok_or(Refused)
    }

    /// A code of a bank, or a CLABE. Once it is known to be one of a bank, it may be shown.
    fn code(&mut self, column: Column, code: Code, read: ReadCode) -> Option<String> {
        let typed = self.row.text(column);
        if typed.is_empty() {
            self.missing(column, code);
            return None;
        }
        let read = match read(typed) {
            Ok(read) => read,
            Err(wrong) => {
                // an account number may stand in the cell
                let is_secret = typed.chars().filter(char::is_ascii_digit).count() > 6;
                let has_letters =
                    column == Column::Ifsc && typed.chars().take(4).all(|c| c.is_ascii_alphabetic());
                let masked = if is_secret && !has_letters { masked(typed) } else { typed.to_owned() };
                self.refuse(column, code, wrong, &masked);
                return None;
            }
        };
        let is_secret = matches!(column, Column::Clabe | Column::AccountNumber | Column::Cnaps);
        let shown = if is_secret { masked(typed) } else { typed.to_owned() };
        match read.doubt {
            Some(routing::Doubt::ZeroLost(what)) => {
                let suggestion = Some(read.text.clone()).filter(|_| !is_secret);
                let finding = self.findings.add(Code::ZeroLost, self.row.place(column), what).showing(&shown);
                finding.suggestion = suggestion;
                finding.advising("compare it with its source, and format the column as text to keep zeros");
            }
            Some(routing::Doubt::Unusual(what)) => {
                self.findings
                    .add(Code::BranchUnusual, self.row.place(column), what)
                    .showing(&shown)
                    .advising("compare it with its source, or ask the payee");
            }
            None => self.note_form(column, &read.text, typed),
        }
        Some(read.text)
    }

    /// The number of the account.
    fn number(&mut self, scheme: Scheme, country: &str) -> Option<String> {
        let own = scheme::column_of_number(scheme);
        // whoever names the type may have the number in the column of all account numbers
        let column = if self.row.text(own).is_empty() { Column::AccountNumber } else { own };
        let typed = self.row.text(column);
        match scheme {
            Scheme::Iban if typed.is_empty() => {
                self.missing(own, Code::IbanInvalid);
                None
            }
            Scheme::Clabe if typed.is_empty() => {
                self.missing(own, Code::ClabeInvalid);
                None
            }
            Scheme::Clabe => self.code(column, Code::ClabeInvalid, routing::clabe),
            Scheme::Iban => match iban::read(typed) {
                Ok(iban) => {
                    self.note_form(column, &iban, typed);
                    Some(iban)
                }
                Err(wrong) => {
                    self.refuse(column, Code::IbanInvalid, wrong, &masked(typed));
                    None
                }
            },
            Scheme::Aba | Scheme::Ifsc | Scheme::Cnaps | Scheme::SortCode | Scheme::AccNo
                if typed.is_empty() =>
            {
                self.missing(own, Code::AccountInvalid);
                None
            }
            Scheme::Aba | Scheme::Ifsc | Scheme::Cnaps | Scheme::SortCode | Scheme::AccNo => {
                self.plain_number(typed, scheme, country)
            }
        }
    }

    fn plain_number(&mut self, typed: &str, scheme: Scheme, country: &str) -> Option<String> {
        let column = Column::AccountNumber;
        let shown = masked(typed);
        let read = match number::read(typed, scheme, country) {
            Ok(read) => read,
            Err(wrong) => {
                self.refuse(column, Code::AccountInvalid, wrong, &shown);
                return None;
            }
        };
        let (code, what, hint) = match read.doubt {
            None => {
                self.note_form(column, &read.text, typed);
                return Some(read.text);
            }
            Some(number::Doubt::ZeroLost(what)) => (
                Code::ZeroLost,
                what,
                "compare it with its source, and format the column as text to keep zeros",
            ),
            Some(number::Doubt::Cut(what)) => (Code::NumberCell, what, "compare it with its source"),
            Some(number::Doubt::Length(what)) => {
                (Code::AccountLength, what, "ask the payee if the number is whole")
            }
        };
        self.findings.add(code, self.row.place(column), what).showing(&shown).advising(hint);
        Some(read.text)
    }

    /// The BIC, where one is given.
    fn bic(&mut self, scheme: Scheme) -> Result<Option<Bic>, Refused> {
        let column = Column::Bic;
        let typed = self.row.text(column);
        if typed.is_empty() {
            if !scheme.needs_bic() {
                return Ok(None);
            }
            self.findings
                .add(
                    Code::BicInvalid,
                    self.row.place(column),
                    format!(
                        "the BIC of the bank is missing, and Flash demands one beside {}",
                        scheme::words(scheme)
                    ),
                )
                .advising("ask the payee for the BIC, also called SWIFT code");
            return Err(Refused);
        }
        let shown = if typed.chars().count() > 11 { masked(typed) } else { typed.to_owned() };
        match routing::bic(typed) {
            Ok(read) => {
                if let Some(what) = read.doubt {
                    self.findings
                        .add(Code::BicUnusual, self.row.place(column), what)
                        .showing(&shown)
                        .advising("ask the payee for the BIC of their bank");
                } else {
                    self.note_form(column, read.bic.text(), typed);
                }
                Ok(Some(read.bic))
            }
            Err(wrong) => {
                self.refuse(column, Code::BicInvalid, wrong, &shown);
                Err(Refused)
            }
        }
    }

    /// Says where the BIC is of a bank in another country than the account.
    fn agree(&mut self, scheme: Scheme, number: &str, bic: Option<&Bic>) {
        let Some(bic) = bic else { return };
        let home = match scheme {
            Scheme::Iban => Some(iban::country_of(number)),
            other => scheme::home_of(other),
        };
        let Some(home) = home else { return };
        if country::mainland(bic.country()) != country::mainland(home) {
            self.findings
                .add(
                    Code::BicUnusual,
                    self.row.place(Column::Bic),
                    format!(
                        "the BIC is of a bank in {}, the account is in {}",
                        country::name(bic.country()),
                        country::name(home)
                    ),
                )
                .showing(bic.text())
                .advising("ask the payee for the BIC of the bank that has the account");
        }
    }

    fn missing(&mut self, column: Column, code: Code) {
        self.findings
            .add(code, self.row.place(column), format!("{} is missing", scheme::of_column(column)))
            .advising("ask the payee");
    }

    fn refuse(&mut self, column: Column, code: Code, wrong: Wrong, shown: &str) {
        let finding = self.findings.add(code, self.row.place(column), wrong.what).showing(shown);
        finding.hint = wrong.hint;
        finding.suggestion = wrong.suggestion;
    }

    /// Notes that a cell is sent in another form: other than by its blanks.
    fn note_form(&mut self, column: Column, read: &str, typed: &str) {
        let without_blanks = typed.chars().filter(|c| !matches!(c, ' ' | '-'));
        if !without_blanks.eq(read.chars()) {
            self.findings.add(
                Code::Normalised,
                self.row.place(column),
                format!("{} is sent as capitals and digits without signs between", scheme::of_column(column)),
            );
        }
    }
}
