//! Who pays obeys the same rules of Flash as who is paid.

use super::address::in_plain_letters;
use super::fields::{Fields, broken};
use super::payee::international;
use super::shown;
use crate::domain::{Party, PartyName};
use crate::intake::Column;

/// The first sign of a remitter's text that Flash does not take, and how the text can be written without, in words.
pub fn odd_sign(text: &str, country: &str) -> Option<String> {
    let odd = text.chars().find(|c| !(' '..='~').contains(c))?;
    let advice = in_plain_letters(Column::Remitter, text, country)
        .map_or("use plain English letters".to_owned(), |plain| format!("it can be written as \"{plain}\""));
    Some(format!("{}, which Flash does not take; {advice}", shown(odd)))
}

/// What Flash would refuse of a remitter, if anything: which field, and why.
pub fn party_trouble(party: &Party) -> Option<String> {
    let address = &party.address;
    let mut fields = Fields {
        email: party.email.as_deref(),
        street: address.street.as_deref(),
        suburb: address.suburb.as_deref(),
        state: address.state.as_deref(),
        postcode: address.postcode.as_deref(),
        ..Fields::default()
    };
    match &party.name {
        PartyName::Person { first, middle, last } => {
            fields.first_name = Some(first);
            fields.middle_name = middle.as_deref();
            fields.last_name = Some(last);
        }
        PartyName::Company(company) => fields.company_name = Some(company),
    }
    if let Some(wrong) = broken(&fields).first() {
        return Some(format!("{}: {}", wrong.column.name(), wrong.what));
    }
    let mobile = party.mobile.as_deref()?;
    let number = international(mobile, &address.country);
    let as_sent = number.is_ok_and(|number| number == mobile);
    (!as_sent).then(|| "mobile: write it with + and the code of its country, such as +61412345678".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Address;

    fn trouble(change: impl Fn(&mut Party)) -> Option<String> {
        let mut party = Party {
            name: PartyName::Company("Acme Payroll Pty Ltd".to_owned()),
            email: None,
            mobile: None,
            dob: None,
            address: Address {
                street: Some("1 Hay St".to_owned()),
                suburb: None,
                state: None,
                postcode: None,
                country: "AU".to_owned(),
            },
        };
        change(&mut party);
        party_trouble(&party)
    }

    #[test]
    fn a_remitter_obeys_the_rules_of_a_payee() {
        assert_eq!(trouble(|_| ()), None);
        assert_eq!(trouble(|party| party.mobile = Some("+61412345678".to_owned())), None);
        let company = |name: &str| PartyName::Company(name.to_owned());
        let person =
            |last: &str| PartyName::Person { first: "Jo".to_owned(), middle: None, last: last.to_owned() };
        for (field, wrong) in [
            ("company_name", trouble(|party| party.name = company("A"))),
            ("company_name", trouble(|party| party.name = company("N/A"))),
            ("last_name", trouble(|party| party.name = person("x.com"))),
            ("email", trouble(|party| party.email = Some("nope".to_owned()))),
            ("street", trouble(|party| party.address.street = Some("tbc".to_owned()))),
            ("mobile", trouble(|party| party.mobile = Some("0412 345 678".to_owned()))),
            ("mobile", trouble(|party| party.mobile = Some("123".to_owned()))),
        ] {
            assert!(wrong.as_ref().is_some_and(|why| why.starts_with(field)), "{field}: {wrong:?}");
        }
    }
}
