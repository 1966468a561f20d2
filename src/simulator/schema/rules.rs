//! What the API rejects, from "What the API rejects" of Flash's documentation.
//!
//! Every rule answers with a code for programs and a message for people. Where the documentation leaves room, the
//! stricter reading is taken: what passes here should pass there.

use jiff::{ToSpan, civil};

use rust_decimal::Decimal;

use super::account::account;
use super::enums::{CountryIso2, CurrencyIso3};
use super::inputs::{AddressInput, IdDocInput, OrderInput, RecipientInput, SenderInput};
use super::scalars::{Date, Float};

/// Why a mutation makes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub code: &'static str,
    pub message: String,
}

impl Refused {
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub fn input(message: impl Into<String>) -> Self {
        Self::new("INVALID_INPUT", message)
    }
}

pub type Ruling = Result<(), Refused>;

/// A field's name and its text.
type Field<'a> = (&'static str, &'a Option<String>);

pub fn rule(holds: bool, message: impl FnOnce() -> String) -> Ruling {
    if holds { Ok(()) } else { Err(Refused::input(message())) }
}

/// Applies a rule to every field that is there.
fn each(fields: &[Field<'_>], says: &str, holds: impl Fn(&str) -> bool) -> Ruling {
    fields.iter().try_for_each(|(name, text)| {
        let fine = text.as_deref().is_none_or(&holds);
        rule(fine, || format!("{name} {says}"))
    })
}

pub fn sender(input: &SenderInput, today: civil::Date) -> Ruling {
    let of = &input.details;
    let people =
        [("firstName", &of.first_name), ("middleName", &of.middle_name), ("lastName", &of.last_name)];
    let companies = [
        ("companyName", &of.company_name),
        ("legalName", &of.legal_name),
        ("tradingAsName", &of.trading_as_name),
    ];
    let plain = [
        ("externalId", &of.external_id),
        ("email", &of.email),
        ("businessNumber", &of.business_number),
        ("acn", &of.acn),
    ];
    let free = [("nickName", &of.nick_name), ("mobile", &of.mobile)];
    texts(&people, &companies, &plain, &free)?;
    whole_name(&people, of.company_name.is_some())?;
    contact(("nickName", &of.nick_name), of.dob, ("mobile", &of.mobile), today)?;
    address(&input.address)?;
    input.id_doc.as_ref().map_or(Ok(()), id_doc)
}

pub fn recipient(input: &RecipientInput, today: civil::Date) -> Ruling {
    let of = &input.details;
    let people =
        [("firstName", &of.first_name), ("middleName", &of.middle_name), ("lastName", &of.last_name)];
    let companies = [("companyName", &of.company_name), ("legalName", &of.legal_name)];
    let plain = [("externalId", &of.external_id), ("email", &of.email), ("payid", &of.payid)];
    let free = [("nickName", &of.nick_name), ("mobile", &of.mobile)];
    texts(&people, &companies, &plain, &free)?;
    whole_name(&people, of.company_name.is_some())?;
    contact(("nickName", &of.nick_name), of.dob, ("mobile", &of.mobile), today)?;
    address(&input.address)?;
    account(input)
}

/// The texts of an order, its parties, and that it has as many of them as it must.
pub fn order(input: &OrderInput, today: civil::Date) -> Ruling {
    let plain = [
        ("externalId", &input.external_id),
        ("idempotencyKey", &input.idempotency_key),
        ("externalReference", &input.external_reference),
        ("callbackUri", &input.callback_uri),
    ];
    texts(&[], &[], &plain, &[])?;
    each(&[plain[2]], "has more than 280 characters", |text| text.len() <= 280)?;
    rule(input.recipient_id.is_some() != input.recipient.is_some(), || {
        "exactly one of recipientId and recipient is needed".to_owned()
    })?;
    let senders = [input.sender_id.is_some(), input.sender.is_some(), input.sub_client_id.is_some()];
    rule(senders.into_iter().filter(|given| *given).count() <= 1, || {
        "at most one of senderId, sender and subClientId may be given".to_owned()
    })?;
    input.recipient.as_ref().map_or(Ok(()), |party| recipient(party, today))?;
    input.sender.as_ref().map_or(Ok(()), |party| sender(party, today))
}

/// An amount of money under the name that it has in its input.
pub fn amount(name: &str, Float(amount): Float, currency: CurrencyIso3) -> Ruling {
    rule(amount > Decimal::ZERO, || format!("{name} must be above zero"))?;
    rule(amount < Decimal::from(1_000_000_000_000_i64), || format!("{name} is too large"))?;
    rule(amount.normalize().scale() <= currency.decimals(), || {
        format!("{name} has more decimals than {} has", currency.code())
    })
}

/// The two currencies of a payment or a quote, and the one that its size is in.
pub fn pair(from: CurrencyIso3, to: CurrencyIso3, size_in: Option<CurrencyIso3>) -> Ruling {
    rule(from != to, || "fromCurrency and toCurrency must differ".to_owned())?;
    rule(size_in.is_none_or(|currency| currency == from || currency == to), || {
        "currency must be fromCurrency or toCurrency".to_owned()
    })
}

fn texts(people: &[Field<'_>], companies: &[Field<'_>], plain: &[Field<'_>], free: &[Field<'_>]) -> Ruling {
    for fields in [people, companies, plain, free] {
        each(fields, "is empty or a placeholder", is_meant)?;
    }
    each(people, "has characters that a person's name cannot have, or more than 75", is_person_name)?;
    each(people, "looks like a domain", |text| !looks_like_domain(text))?;
    each(companies, "must be 2 to 256 ASCII characters without < = >", is_company_name)?;
    each(plain, "must be ASCII", str::is_ascii)
}

/// Placeholders are matched as exports write them: `Na` is somebody's name.
fn is_meant(text: &str) -> bool {
    const PLACEHOLDERS: [&str; 8] = ["N/A", "n/a", "NA", "NULL", "null", "NIL", "nil", "undefined"];
    !text.trim().is_empty() && !PLACEHOLDERS.contains(&text.trim())
}

fn is_person_name(text: &str) -> bool {
    // Latin-1, Latin Extended-A and -B, Latin Extended Additional.
    let latin = |c| matches!(c, 'A'..='Z' | 'a'..='z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}');
    text.chars().count() <= 75
        && text.chars().all(|c| (latin(c) && c.is_alphabetic()) || ",.-/' ".contains(c))
}

/// A word that ends in a dot and two to six small letters; `St.John` and `J.` do not.
fn looks_like_domain(text: &str) -> bool {
    text.split(' ').filter_map(|word| word.rsplit_once('.')).any(|(host, end)| {
        !host.is_empty() && (2..=6).contains(&end.len()) && end.bytes().all(|byte| byte.is_ascii_lowercase())
    })
}

fn is_company_name(text: &str) -> bool {
    (2..=256).contains(&text.len()) && text.is_ascii() && !text.contains(['<', '=', '>'])
}

fn whole_name(person: &[Field<'_>; 3], is_company: bool) -> Ruling {
    let [(_, first), _, (_, last)] = person;
    rule(is_company || (first.is_some() && last.is_some()), || {
        "a person needs firstName and lastName, a company companyName".to_owned()
    })
}

fn contact(nick_name: Field<'_>, dob: Option<Date>, mobile: Field<'_>, today: civil::Date) -> Ruling {
    each(&[nick_name], "needs at least 2 characters", |text| text.chars().count() >= 2)?;
    each(&[mobile], "must be + and 8 to 15 digits", is_mobile)?;
    dob.map_or(Ok(()), |Date(dob)| {
        let of_age = today.checked_sub(18.years()).is_ok_and(|latest| dob <= latest);
        rule(of_age && dob > civil::date(1900, 1, 1), || {
            "dob must be after 1900-01-01, 18 years ago or more".to_owned()
        })
    })
}

/// A leading `00` reads as `+`.
fn is_mobile(text: &str) -> bool {
    let digits = text.strip_prefix('+').or_else(|| text.strip_prefix("00"));
    digits.is_some_and(|digits| (8..=15).contains(&digits.len()) && is_digits(digits))
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn address(input: &AddressInput) -> Ruling {
    let lines = &input.lines;
    let fields = [
        ("building", &lines.building),
        ("street", &lines.street),
        ("suburb", &lines.suburb),
        ("state", &lines.state),
        ("postcode", &lines.postcode),
    ];
    texts(&[], &[], &fields, &[])?;
    rule(input.country != CountryIso2::AU || lines.street.is_some(), || {
        "street is mandatory in Australia".to_owned()
    })
}

fn id_doc(input: &IdDocInput) -> Ruling {
    rule(is_meant(&input.doc_number) && input.doc_number.is_ascii(), || {
        "docNumber must be ASCII".to_owned()
    })?;
    each(&[("issuer", &input.issuer)], "must be at most 100 ASCII characters", |text| {
        is_meant(text) && text.is_ascii() && text.len() <= 100
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_people_and_of_domains() {
        for name in ["O", "Zoë", "Anne-Marie", "D'Arcy", "St.John", "J. R.", "Na"] {
            assert!(is_person_name(name) && is_meant(name) && !looks_like_domain(name), "{name}");
        }
        assert!(looks_like_domain("Aaron x.com") && looks_like_domain("Ben.eu"));
        assert!(!is_person_name("R2D2") && !is_person_name("李") && !is_person_name(&"a".repeat(76)));
        assert!(!is_meant("N/A") && !is_meant(" "));
    }
}
