//! The readers of accounts abroad, for the fuzzer alone.

use super::{iban, number, routing};
use crate::domain::{Bic, Scheme};

/// What a cell was read as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// In the form that is sent.
    pub text: String,
    /// Whether zeros were put in front, which a person is asked about.
    pub has_more_zeros: bool,
}

/// The code of bank and branch, where the scheme has one.
pub fn routing(scheme: Scheme, text: &str) -> Option<Read> {
    let read = match scheme {
        Scheme::Aba => routing::aba(text),
        Scheme::Ifsc => routing::ifsc(text),
        Scheme::Cnaps => routing::cnaps(text),
        Scheme::SortCode => routing::sort_code(text),
        Scheme::Iban | Scheme::Clabe | Scheme::AccNo => return None,
    };
    read.ok().map(of_code)
}

/// The number of the account.
pub fn number(scheme: Scheme, text: &str) -> Option<Read> {
    match scheme {
        Scheme::Iban => iban::read(text).ok().map(|text| Read { text, has_more_zeros: false }),
        Scheme::Clabe => routing::clabe(text).ok().map(of_code),
        Scheme::Aba | Scheme::Ifsc | Scheme::Cnaps | Scheme::SortCode | Scheme::AccNo => {
            let read = number::read(text, scheme, "").ok()?;
            let has_more_zeros = matches!(read.doubt, Some(number::Doubt::ZeroLost(_)));
            Some(Read { text: read.text, has_more_zeros })
        }
    }
}

/// The BIC.
pub fn bic(text: &str) -> Option<Bic> {
    routing::bic(text).ok().map(|read| read.bic)
}

fn of_code(code: routing::Code) -> Read {
    let has_more_zeros = matches!(code.doubt, Some(routing::Doubt::ZeroLost(_)));
    Read { text: code.text, has_more_zeros }
}
