//! IBANs as people write them. What is right in which country is the registry's, which a crate has.

use iban::{BaseIban, Iban, IbanLike, ParseBaseIbanError, ParseIbanError};

use super::{Cell, country, fix_of};
use crate::check::{Wrong, shown};

/// The lengths of IBANs (SWIFT's registry), for messages: the verdict is the crate's.
const LENGTHS: [(u8, &str); 18] = [
    (15, "NO"),
    (16, "BE"),
    (18, "DK FI FK FO GL NL SD"),
    (19, "MK SI"),
    (20, "AT BA EE KZ LT LU MN XK"),
    (21, "CH HR LI LV"),
    (22, "BG BH CR DE GB GE IE ME RS VA"),
    (23, "AE GI IL IQ OM SO TL"),
    (24, "AD CZ ES MD PK RO SA SE SK TN VG"),
    (25, "LY PT ST"),
    (26, "IS TR"),
    (27, "BI DJ FR GR IT MC MR SM"),
    (28, "AL AZ BY CY DO GT HN HU LB NI PL SV"),
    (29, "BR EG PS QA UA"),
    (30, "JO KW MU YE"),
    (31, "MT SC"),
    (32, "LC"),
    (33, "RU"),
];

/// Countries of the registry that the crate lacks. Their IBANs have four letters of the bank behind the check digits.
const ALSO: [&str; 2] = ["HN", "PK"];

/// Whether a text with the right check digits is an IBAN of a country that the crate lacks.
fn is_of_another(base: &BaseIban) -> bool {
    ALSO.contains(&base.country_code())
        && base.bban_unchecked().bytes().take(4).all(|byte| byte.is_ascii_uppercase())
}

fn length(country: &str) -> Option<u8> {
    LENGTHS
        .iter()
        .find(|(_, countries)| countries.split(' ').any(|own| own == country))
        .map(|(length, _)| *length)
}

/// Whether accounts in a country have IBANs.
pub(super) fn is_used_in(country: &str) -> bool {
    length(country::mainland(country)).is_some()
}

/// Whether a text is an IBAN without any doubt, however its blanks are set.
pub(super) fn is_one(text: &str) -> bool {
    let begins = text.as_bytes().iter().take(2).all(u8::is_ascii_alphabetic);
    begins && text.len() >= 15 && read(text).is_ok()
}

/// Reads an IBAN: capitals and digits without blanks.
pub(super) fn read(text: &str) -> Result<String, Wrong> {
    let cell = Cell::of(text, "the IBAN")?;
    let bare = cell.bare.strip_prefix("IBAN").filter(|rest| rest.len() >= 15).unwrap_or(&cell.bare);
    let begins: Vec<char> = bare.chars().take(4).collect();
    let has_country = begins.len() == 4
        && begins[..2].iter().all(char::is_ascii_uppercase)
        && begins[2..].iter().all(char::is_ascii_digit);
    if !has_country {
        return Err(Wrong::new("an IBAN begins with two letters for the country and two digits")
            .hint("ask the payee for the IBAN as their bank shows it"));
    }
    let country = &bare[..2];
    let Some(needed) = length(country) else {
        return Err(unknown(country));
    };
    if bare.len() != usize::from(needed) {
        return Err(Wrong::new(format!(
            "an IBAN of {} has {needed} characters, this one has {}",
            country::name(country),
            bare.len()
        ))
        .hint("ask the payee for the whole IBAN"));
    }
    match bare.parse::<Iban>() {
        Ok(_) => Ok(bare.to_owned()),
        Err(ParseIbanError::UnknownCountry(base)) if is_of_another(&base) => Ok(bare.to_owned()),
        Err(ParseIbanError::UnknownCountry(base) | ParseIbanError::InvalidBban(base)) => {
            Err(Wrong::new(format!(
                "the IBAN has letters or digits in places where those of {} have none",
                country::name(base.country_code())
            ))
            .hint("ask the payee for the IBAN as their bank shows it"))
        }
        Err(ParseIbanError::InvalidBaseIban { source }) => Err(slip(bare, source)),
    }
}

/// Why the check digits do not agree, as far as it can be told.
fn slip(bare: &str, error: ParseBaseIbanError) -> Wrong {
    let wrong = match error {
        ParseBaseIbanError::InvalidChecksum => Wrong::new(
            "the check digits of the IBAN do not agree: a character is wrong, or two have changed places",
        ),
        ParseBaseIbanError::InvalidFormat => Wrong::new("this is not an IBAN"),
    };
    let is_valid = |text: &str| text.parse::<Iban>().is_ok();
    if let Some((at, letter)) = fix_of(bare, 4, is_valid) {
        let digit = super::digit_for(letter);
        return wrong.hint(format!(
            "is the {} at its place {} meant to be the digit {digit}?",
            shown(letter),
            at + 1
        ));
    }
    if swapped(bare) {
        return wrong
            .hint("two characters beside each other have changed places: compare it with its source");
    }
    wrong.hint("compare it with its source, or ask the payee")
}

/// Whether it is right once two neighbours change places.
fn swapped(bare: &str) -> bool {
    let bytes = bare.as_bytes();
    (4..bytes.len().saturating_sub(1)).any(|at| {
        let mut other = bytes.to_vec();
        other.swap(at, at + 1);
        bytes[at] != bytes[at + 1]
            && std::str::from_utf8(&other).is_ok_and(|text| text.parse::<BaseIban>().is_ok())
    })
}

/// A country without IBANs, with a hint of what its accounts are named by.
fn unknown(code: &str) -> Wrong {
    let Ok(read) = country::read(code) else {
        return Wrong::new(format!("an IBAN begins with the code of a country, and {code} is none"))
            .hint("compare it with its source, or ask the payee");
    };
    let wrong = Wrong::new(format!("accounts in {} have no IBANs", country::name(read.code)));
    wrong.hint(format!("they are named by {}", named_by(read.code)))
}

/// What accounts in a country are named by, in words.
pub(super) fn named_by(country: &str) -> &'static str {
    match country::mainland(country) {
        "AU" => "a BSB and an account number: columns bsb and account_number",
        "US" => "a routing number, an account number and a BIC: columns aba, account_number and bic",
        "MX" => "a CLABE and a BIC: columns clabe and bic",
        "IN" => "an IFSC, an account number and a BIC: columns ifsc, account_number and bic",
        "CN" => "a CNAPS code, an account number and a BIC: columns cnaps, account_number and bic",
        country if is_used_in(country) => "an IBAN: column iban",
        _ => "an account number and a BIC: columns account_number and bic",
    }
}

/// The country of an IBAN.
pub(super) fn country_of(iban: &str) -> &str {
    iban.get(..2).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The examples of SWIFT's IBAN registry.
    const EXAMPLES: &str = "AD1200012030200359100100 AE070331234567890123456 AL47212110090000000235698741 AT611904300234573201 \
        AZ21NABZ00000000137010001944 BA391290079401028494 BE68539007547034 BG80BNBG96611020345678 BH67BMAG00001299123456 \
        BR1800360305000010009795493C1 BY13NBRB3600900000002Z00AB00 CH9300762011623852957 CR05015202001026284066 \
        CY17002001280000001200527600 CZ6508000000192000145399 DE89370400440532013000 DK5000400440116243 \
        DO28BAGR00000001212453611324 EE382200221020145685 EG380019000500000000263180002 ES9121000418450200051332 \
        FI2112345600000785 FO6264600001631634 FR1420041010050500013M02606 GB29NWBK60161331926819 GE29NB0000000101904917 \
        GI75NWBK000000007099453 GL8964710001000206 GR1601101250000000012300695 GT82TRAJ01020000001210029690 \
        HR1210010051863000160 HU42117730161111101800000000 IE29AIBK93115212345678 IL620108000000099999999 \
        IQ98NBIQ850123456789012 IS140159260076545510730339 IT60X0542811101000000123456 JO94CBJO0010000000000131000302 \
        KW81CBKU0000000000001234560101 KZ86125KZT5004100100 LB62099900000001001901229114 LC55HEMM000100010012001200023015 \
        LI21088100002324013AA LT121000011101001000 LU280019400644750000 LV80BANK0000435195001 MC5811222000010123456789030 \
        MD24AG000225100013104168 ME25505000012345678951 MK07250120000058984 MR1300020001010000123456753 \
        MT84MALT011000012345MTLCAST001S MU17BOMM0101101030300200000MUR NL91ABNA0417164300 NO9386011117947 \
        PK36SCBL0000001123456702 PL61109010140000071219812874 PS92PALS000000000400123456702 PT50000201231234567890154 \
        QA58DOHB00001234567890ABCDEFG RO49AAAA1B31007593840000 RS35260005601001611379 SA0380000000608010167519 \
        SC18SSCB11010000000000001497USD SE4550000000058398257466 SI56263300012039086 SK3112000000198742637541 \
        SM86U0322509800000000270100 SV62CENR00000000000000700025 TL380080012345678910157 TN5910006035183598478831 \
        TR330006100519786457841326 UA213223130000026007233566001 VA59001123000012345678 VG96VPVG0000012345678901 \
        XK051212012345678906";

    #[test]
    fn the_examples_of_the_registry_are_ibans_and_no_slip_in_them_is() {
        for example in EXAMPLES.split_whitespace() {
            assert_eq!(read(example).as_deref(), Ok(example));
            assert_eq!(length(&example[..2]).map(usize::from), Some(example.len()), "{example}");
            for at in 4..example.len() {
                let other = if example[at..].starts_with('7') { "3" } else { "7" };
                let mut slip = example.to_owned();
                slip.replace_range(at..=at, other);
                assert!(read(&slip).is_err(), "{slip}");
            }
            assert!(read(&example[..example.len() - 1]).is_err(), "{example}");
        }
    }

    #[test]
    fn the_lengths_are_of_countries_that_the_crate_knows_and_of_no_other() {
        for letters in ('A'..='Z').flat_map(|a| ('A'..='Z').map(move |b| format!("{a}{b}"))) {
            // of a country that has no IBANs nothing is wrong with the rest, whatever it is
            let known = (15..=34).any(|length| {
                let mut any = format!("{letters}00{}", "0".repeat(length - 4));
                (2..99).any(|check| {
                    any.replace_range(2..4, &format!("{check:02}"));
                    matches!(any.parse::<Iban>(), Ok(_) | Err(ParseIbanError::InvalidBban(_)))
                })
            });
            let known = known || ALSO.contains(&letters.as_str());
            assert_eq!(known, length(&letters).is_some(), "{letters}");
        }
    }

    #[test]
    fn ibans_as_people_write_them_and_what_is_wrong_with_others() {
        for typed in [
            "DE89 3704 0044 0532 0130 00",
            "de89370400440532013000",
            "IBAN DE89-3704-0044-0532-0130-00",
            "DE89\u{a0}370400440532013000",
        ] {
            assert_eq!(read(typed).as_deref(), Ok("DE89370400440532013000"), "{typed}");
        }
        let wrong = |typed: &str| read(typed).expect_err(typed);
        assert!(wrong("DE8937040044053201300").what.contains("22 characters, this one has 21"));
        assert!(wrong("AU12345678901234567890").hint.expect("a hint").contains("BSB"));
        assert!(wrong("US12345678901234567890").hint.expect("a hint").contains("aba"));
        assert!(wrong("ZZ12345678901234567890").what.contains("ZZ is none"));
        assert!(wrong("DE8937040044O532013000").hint.expect("a hint").contains("digit 0"));
        assert!(wrong("DE89370400440532010300").hint.expect("a hint").contains("changed places"));
        for typed in
            ["", "DE", "1234", "DE89\u{200b}370400440532013000", "8.9E+20", "DE89370400440532013000/1"]
        {
            assert!(read(typed).is_err(), "{typed}");
        }
        assert!(is_one("GB29 NWBK 6016 1331 9268 19") && !is_one("12345678901234567"));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,40}|[A-Z]{2}[0-9]{2}[0-9A-ZO]{5,32}") {
            if let Ok(iban) = read(&text) {
                prop_assert_eq!(read(&iban), Ok(iban.clone()));
            }
        }
    }
}
