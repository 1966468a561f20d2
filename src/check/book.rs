//! What the payee book adds to a row, and whether it knows other bank details of the payee.
//!
//! Nothing is taken from the book for a row that does not agree with it in two things: name, and id or account. Name
//! and account themselves must stand in the file: where the money goes is never guessed from an id.

use jiff::ToSpan;
use jiff::civil::Date;

use super::Findings;
use crate::domain::book::{folded, names_agree, words};
use crate::domain::payout::HOME;
use crate::domain::{Address, Book, BookEntry, BookError, BookField, Code, Finding, KnownAccount, Payee};
use crate::intake::{Column, RawRow};

/// A name without an id is remembered for so long: people share names.
const NAMES_COUNT_FOR_DAYS: i32 = 400;

/// Fills what the row lacks from the book. Gives what was taken, and, where the book knows the payee and was of no
/// use for the address, why.
pub(super) fn complete(
    row: &RawRow<'_>,
    payee: &mut Payee,
    book: Option<&dyn Book>,
    findings: &mut Findings<'_>,
) -> Result<(Vec<BookField>, Option<String>), BookError> {
    let party = &mut payee.party;
    let lacks_address = party.address.street.is_none();
    let lacks_contact = party.email.is_none() || party.mobile.is_none() || party.dob.is_none();
    let Some(book) = book.filter(|_| lacks_address || lacks_contact) else {
        return Ok((Vec::new(), None));
    };
    let entry = match found(payee, book)? {
        Found::Entry(entry) => entry,
        Found::OtherName(name, id) => {
            let why = format!("the payee book has {id} as {name}, so nothing was taken from it");
            return Ok((Vec::new(), Some(why)));
        }
        Found::Several => {
            let why = "the payee book has several payees of this name and account: give the row a payee_id";
            return Ok((Vec::new(), Some(why.to_owned())));
        }
        Found::Nobody => return Ok((Vec::new(), None)),
    };
    let known = entry.payee.party;
    let party = &mut payee.party;
    let mut taken = Vec::new();
    take(&mut party.email, known.email, BookField::Email, &mut taken);
    take(&mut party.mobile, known.mobile, BookField::Mobile, &mut taken);
    take(&mut party.dob, known.dob, BookField::Dob, &mut taken);
    let mut otherwise = None;
    if lacks_address {
        otherwise = complete_address(row, &mut party.address, known.address, &mut taken);
    }
    if !taken.is_empty() {
        let message =
            format!("{} taken from the payee book ({} row {})", listed(&taken), entry.file, entry.row);
        findings.add(Code::PayeeCompleted, row.whole(), message);
    }
    Ok((taken, otherwise))
}

fn take<T>(own: &mut Option<T>, known: Option<T>, field: BookField, taken: &mut Vec<BookField>) {
    if own.is_none() && known.is_some() {
        *own = known;
        taken.push(field);
    }
}

/// An address is taken whole, and only where what the row has of one agrees with it.
fn complete_address(
    row: &RawRow<'_>,
    own: &mut Address,
    known: Address,
    taken: &mut Vec<BookField>,
) -> Option<String> {
    // abroad an address may be a country alone
    if known.street.is_none() && known.country == HOME {
        return Some(
            "the payee book has no address of this payee either: fill the row, or import it".to_owned(),
        );
    }
    let agrees = |own: &Option<String>, known: &Option<String>| {
        own.as_deref().is_none_or(|own| known.as_deref().is_some_and(|known| own.eq_ignore_ascii_case(known)))
    };
    let has_country = !row.text(Column::Country).is_empty();
    let same = agrees(&own.suburb, &known.suburb)
        && agrees(&own.state, &known.state)
        && agrees(&own.postcode, &known.postcode)
        && (!has_country || own.country == known.country);
    if !same {
        return Some(
            "the payee book has an address in another place: fill the street of this row".to_owned(),
        );
    }
    take(&mut own.street, known.street, BookField::Street, taken);
    take(&mut own.suburb, known.suburb, BookField::Suburb, taken);
    take(&mut own.state, known.state, BookField::State, taken);
    take(&mut own.postcode, known.postcode, BookField::Postcode, taken);
    if !has_country && own.country != known.country {
        own.country = known.country;
        taken.push(BookField::Country);
    }
    None
}

/// `the address and the e-mail address were`.
fn listed(taken: &[BookField]) -> String {
    match words(taken).as_slice() {
        [one] => format!("the {one} was"),
        [first @ .., last] => format!("the {} and the {last} were", first.join(", the ")),
        [] => String::new(),
    }
}

enum Found {
    Entry(Box<BookEntry>),
    /// The id is another name's: that name, and the id.
    OtherName(String, String),
    Several,
    Nobody,
}

/// The payee of the book that a row means: by its id, else by its account; the names must agree.
fn found(payee: &Payee, book: &dyn Book) -> Result<Found, BookError> {
    let agrees = |entry: &BookEntry| names_agree(&entry.payee.party.name, &payee.party.name);
    if let Some(id) = &payee.payee_id
        && let Some(entry) = book.by_id(id)?
    {
        return Ok(if agrees(&entry) {
            Found::Entry(Box::new(entry))
        } else {
            Found::OtherName(entry.payee.party.name.to_string(), id.clone())
        });
    }
    let mut entries = book.by_account(&payee.account)?;
    entries.retain(agrees);
    Ok(match (entries.pop(), entries.len()) {
        (Some(entry), 0) => Found::Entry(Box::new(entry)),
        (Some(_), _) => Found::Several,
        (None, _) => Found::Nobody,
    })
}

/// Compares the row's account with what is known of its payee, and asks where it is another one. What a person accepts
/// gets a recipient record of its own, and keeps it.
pub(super) fn known_account(
    row: &RawRow<'_>,
    payee: &mut Payee,
    book: Option<&dyn Book>,
    today: Date,
    findings: &mut Findings<'_>,
) -> Result<(), BookError> {
    let place = row.place(super::column_of(&payee.account));
    let known = book.map_or(Ok(Known::New), |book| known(payee, book, today))?;
    let name = &payee.party.name;
    let shown = payee.account.to_string();
    match known {
        Known::Other(old) => {
            let (before, new) = old.account.beside(&payee.account);
            let than = if old.paid.is_none() { "in the payee book" } else { "last paid" };
            let message =
                format!("the bank details of {name} differ from those {than}: {before} ({old}) → {new}");
            payee.own_record = findings.ask(Code::ChangedAccount, place, message, &shown);
        }
        Known::Same { own_record: true } => payee.own_record = true,
        Known::Same { own_record: false } | Known::New if is_accepted(row, &shown, findings) => {
            // Flash may hold others, which nobody here knows of
            let message =
                format!("the bank details of {name} are paid as the file has them, {}", payee.account);
            payee.own_record = findings.ask(Code::ChangedAccount, place, message, &shown);
        }
        Known::Same { own_record: false } | Known::New => {}
    }
    Ok(())
}

/// Whether a person has accepted the bank details of this row, whoever may hold others.
fn is_accepted(row: &RawRow<'_>, account: &str, findings: &Findings<'_>) -> bool {
    let value = Some(account.to_owned());
    findings.accepted.covers(&Finding { value, ..Finding::new(Code::ChangedAccount, row.whole(), "") })
}

/// What is known of a payee's bank details.
#[derive(Debug)]
pub enum Known {
    /// Nothing.
    New,
    /// They are as ever.
    Same {
        /// Whether they have a recipient record of their own at the API.
        own_record: bool,
    },
    /// Others.
    Other(Box<KnownAccount>),
}

/// With an id, what the id was last paid or noted with. Without one, and for an id that is new, the name tells, as far
/// as it had no id: two ids tell two people of one name apart, and leaving the id out tells nothing.
pub fn known(payee: &Payee, book: &dyn Book, today: Date) -> Result<Known, BookError> {
    let same = |known: &KnownAccount| Known::Same { own_record: known.own_record };
    if let Some(id) = &payee.payee_id
        && let Some(known) = book.account_of_id(id)?
    {
        let is_same = known.account == payee.account;
        return Ok(if is_same { same(&known) } else { Known::Other(Box::new(known)) });
    }
    let name = &payee.party.name;
    let has_id = payee.payee_id.is_some();
    if let Some(known) = book.account_of_name(name, &payee.account)? {
        // the record of an account with an id bears that id
        return Ok(if has_id { Known::New } else { same(&known) });
    }
    let since = today.checked_sub(NAMES_COUNT_FOR_DAYS.days()).unwrap_or(Date::MIN);
    let day = |known: &KnownAccount| known.at.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
    let mut others = book.accounts_of_name(name)?;
    others.retain(|known| day(known) >= since && (known.without_id || !has_id));
    let latest = others.into_iter().max_by_key(|known| known.at);
    Ok(latest.map_or(Known::New, |known| Known::Other(Box::new(known))))
}

/// Whether two payees of a file are one: by id, else by account and name.
pub(super) fn who(payee: &Payee) -> (String, String) {
    match &payee.payee_id {
        Some(id) => (id.clone(), String::new()),
        None => (payee.account.canonical(), folded(&payee.party.name)),
    }
}
