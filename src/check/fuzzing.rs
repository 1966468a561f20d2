//! The parsers of single cells, for the fuzzer alone.

use super::directory::Directory;
use super::{account, amount, payid};
use crate::domain::Currency;

pub use super::abroad::fuzzing as abroad;

/// The amount that a text is read as, with its cents.
pub fn amount(text: &str) -> Option<String> {
    amount::read(text, Currency::AUD).ok().map(|read| read.money.digits())
}

/// The BSB that a text is read as; none where a lost zero would have to be put back.
pub fn bsb(text: &str) -> Option<String> {
    match account::bsb(text, &Directory::built_in()) {
        Ok(account::ReadBsb::Whole(bsb)) => Some(bsb.digits()),
        Ok(account::ReadBsb::ZeroLost(..)) | Err(_) => None,
    }
}

/// The account number that a text is read as.
pub fn account_number(text: &str) -> Option<String> {
    account::number(text, None).ok().map(|number| number.digits().to_owned())
}

/// The `PayID` that a text is read as.
pub fn payid(text: &str) -> Option<String> {
    payid::read(text).ok().map(|read| read.payid.text().to_owned())
}
