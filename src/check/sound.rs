//! A payout that its row lets through, its texts still lying in the row.
//!
//! Checking needs only some of them, and most files are checked oftener than they are paid: a [`Payout`] that owns
//! its texts is made for whoever keeps it.

use std::borrow::Cow;

use jiff::civil::Date;

use super::address;
use super::row::text;
use crate::domain::payout::HOME;
use crate::domain::{
    Address, BankAccount, BookField, Conversion, Money, Party, PartyName, Payee, Payout, PayoutId,
};
use crate::intake::{Column, RawRow};

/// A row without a finding that forbids it.
#[derive(Debug)]
pub(super) struct Sound<'a> {
    pub row: RawRow<'a>,
    pub made: &'a Made,
}

/// What was read from its cells, where that is not their texts.
#[derive(Debug)]
pub(super) struct Made {
    pub named: Named,
    pub mobile: Option<String>,
    pub dob: Option<Date>,
    pub account: BankAccount,
    pub money: Money,
    /// Boxed, since few rows have one.
    pub conversion: Option<Box<Conversion>>,
    /// The payee as the payee book completes it, where it does.
    pub completed: Option<Box<Completed>>,
    /// The payout that the row was at first, by its mark.
    pub marked: Option<PayoutId>,
}

/// What the payee book has added.
#[derive(Debug)]
pub(super) struct Completed {
    /// The payee with it.
    pub payee: Payee,
    /// What was taken from the book.
    pub from_book: Vec<BookField>,
}

/// Where the payee's name is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// In columns of its own: of a person where there is a family name, else of a company.
    AsTyped,
    /// In an account name, which was sorted.
    Sorted(Box<PartyName>),
}

impl<'a> Sound<'a> {
    /// The text of a column that is sent as it stands, but for its blanks.
    pub fn text(&self, column: Column) -> Option<Cow<'a, str>> {
        text(&self.row, column)
    }

    /// The payee's name.
    pub fn name(&self) -> PartyName {
        match &self.made.named {
            Named::AsTyped => typed_name(&self.row),
            Named::Sorted(name) => PartyName::clone(name),
        }
    }

    /// Whether the address is the payee book's.
    pub fn has_address_of_book(&self) -> bool {
        self.made.completed.as_ref().is_some_and(|completed| completed.from_book.contains(&BookField::Street))
    }

    /// The payee as the row has it, with texts of its own.
    pub fn payee(&self) -> Payee {
        let Made { named, mobile, dob, account, .. } = self.made;
        payee(&self.row, named, mobile.clone(), *dob, account)
    }

    /// The payout, with texts of its own.
    pub fn payout(&self) -> Payout {
        let text = |column| self.text(column).map(Cow::into_owned);
        let (payee, from_book) = match &self.made.completed {
            Some(completed) => (completed.payee.clone(), completed.from_book.clone()),
            None => (self.payee(), Vec::new()),
        };
        Payout {
            row: self.row.row,
            payment_id: text(Column::PaymentId),
            payee,
            money: self.made.money,
            conversion: self.made.conversion.as_deref().cloned(),
            reference: text(Column::Reference),
            remitter: text(Column::Remitter),
            reason: text(Column::Reason),
            sub_client_id: text(Column::SubClientId),
            from_book,
            marked: self.made.marked,
        }
    }
}

/// A payee as a row has it, with texts of its own.
pub(super) fn payee(
    row: &RawRow<'_>,
    named: &Named,
    mobile: Option<String>,
    dob: Option<Date>,
    account: &BankAccount,
) -> Payee {
    let text = |column| text(row, column).map(Cow::into_owned);
    let name = match named {
        Named::AsTyped => typed_name(row),
        Named::Sorted(name) => PartyName::clone(name),
    };
    let address = Address {
        street: text(Column::Street),
        suburb: text(Column::Suburb),
        state: text(Column::State),
        postcode: text(Column::Postcode),
        country: address::country(row).unwrap_or(HOME).to_owned(),
    };
    let party = Party { name, email: text(Column::Email), mobile, dob, address };
    Payee { payee_id: text(Column::PayeeId), party, account: account.clone(), own_record: false }
}

/// The name that stands in columns of its own.
pub(super) fn typed_name(row: &RawRow<'_>) -> PartyName {
    let own = |column| text(row, column).unwrap_or_default().into_owned();
    match row.text(Column::CompanyName) {
        "" => PartyName::Person {
            first: own(Column::FirstName),
            middle: text(row, Column::MiddleName).map(Cow::into_owned),
            last: own(Column::LastName),
        },
        _ => PartyName::Company(own(Column::CompanyName)),
    }
}
