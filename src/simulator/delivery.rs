//! How money is delivered: which countries take which currencies by which kind of account, and what each needs.
//!
//! A recipient's country is that of its account, which its numbers tell; where the person lives is another matter.

use async_graphql::resolver_utils::EnumType;

use super::schema::enums::AccountIdType::{self, Aba, AccNo, Bsb, Clabe, Cnaps, Iban, Ifsc, Payid, SortCode};
use super::schema::enums::CountryIso2::{
    self, AE, AT, AU, BD, BE, BG, BR, CA, CH, CN, CY, CZ, DE, DK, EE, ES, FI, FJ, FR, GB, GR, HK, HR, HU, ID,
    IE, IL, IN, IT, JP, KE, KR, LK, LT, LU, LV, MT, MX, MY, NL, NO, NP, NZ, PH, PK, PL, PT, RO, SA, SE, SG,
    SI, SK, TH, TR, TW, US, VN, ZA,
};
use super::schema::enums::CurrencyIso3::{
    self, AED, AUD, BDT, BGN, BRL, CAD, CHF, CNY, CZK, DKK, EUR, FJD, GBP, HKD, HUF, IDR, ILS, INR, JPY, KES,
    KRW, LKR, MXN, MYR, NOK, NPR, NZD, PHP, PKR, PLN, RON, SAR, SEK, SGD, THB, TRY, TWD, USD, VND, ZAR,
};
use super::schema::inputs::{RecipientDetails, RecipientInput};

/// A way to deliver money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivery {
    pub country: CountryIso2,
    pub currency: CurrencyIso3,
    pub method: AccountIdType,
}

/// Where the euro goes to an IBAN.
#[rustfmt::skip]
const EURO: [CountryIso2; 30] = [
    AT, BE, BG, CH, CY, CZ, DE, DK, EE, ES, FI, FR, GB, GR, HR, HU, IE, IT, LT, LU, LV, MT, NL, NO, PL, PT, RO, SE, SI,
    SK,
];

/// Everything else.
#[rustfmt::skip]
const OTHERS: [(CountryIso2, CurrencyIso3, AccountIdType); 48] = [
    (AU, AUD, Bsb), (AU, AUD, Payid), (AE, AED, AccNo), (AE, AED, Iban),
    (AE, USD, Iban), (BD, BDT, AccNo), (BG, BGN, Iban), (BR, BRL, AccNo),
    (CA, CAD, AccNo), (CA, USD, AccNo), (CH, CHF, Iban), (CN, CNY, Cnaps),
    (CN, USD, AccNo), (CZ, CZK, Iban), (DK, DKK, Iban), (FJ, FJD, AccNo),
    (GB, GBP, SortCode), (GB, GBP, Iban), (HK, HKD, AccNo), (HK, USD, AccNo),
    (HU, HUF, Iban), (ID, IDR, AccNo), (IL, ILS, Iban), (IN, INR, Ifsc),
    (JP, JPY, AccNo), (KE, KES, AccNo), (KR, KRW, AccNo), (LK, LKR, AccNo),
    (MX, MXN, Clabe), (MY, MYR, AccNo), (NO, NOK, Iban), (NP, NPR, AccNo),
    (NZ, NZD, AccNo), (PH, PHP, AccNo), (PH, USD, AccNo), (PK, PKR, Iban),
    (PL, PLN, Iban), (RO, RON, Iban), (SA, SAR, Iban),
    (SE, SEK, Iban), (SG, SGD, AccNo), (SG, USD, AccNo), (TH, THB, AccNo),
    (TR, TRY, Iban), (TW, TWD, AccNo), (US, USD, Aba), (VN, VND, AccNo),
    (ZA, ZAR, AccNo),
];

/// Where the documentation's examples of delivery methods ask for a BIC beside the IBAN. Elsewhere it says that an IBAN
/// needs none; what this table says is what `availableDeliveryMethods` says, so a client can know.
const IBAN_WITH_BIC: [CountryIso2; 2] = [AT, FR];

impl Delivery {
    pub fn all() -> impl Iterator<Item = Self> {
        let euro = EURO.map(|country| (country, EUR, Iban));
        let rows = OTHERS.into_iter().chain(euro);
        rows.map(|(country, currency, method)| Self { country, currency, method })
    }

    /// The fields of a recipient that this delivery cannot do without.
    pub fn required_fields(self) -> &'static [&'static str] {
        match self.method {
            Bsb => &["bsb", "accountNo"],
            Payid => &["payid"],
            Iban if IBAN_WITH_BIC.contains(&self.country) => &["bic", "iban"],
            Iban => &["iban"],
            Aba => &["bic", "aba", "accountNo"],
            Clabe => &["bic", "clabe"],
            Ifsc => &["bic", "ifsc", "accountNo"],
            Cnaps => &["bic", "cnaps", "accountNo"],
            SortCode => &["bic", "sortCode", "accountNo"],
            AccNo => &["bic", "accountNo"],
        }
    }
}

/// A recipient's field by its name on the wire.
pub fn field<'a>(of: &'a RecipientDetails, name: &str) -> Option<&'a str> {
    let value = match name {
        "bsb" => &of.bsb,
        "accountNo" => &of.account_no,
        "payid" => &of.payid,
        "iban" => &of.iban,
        "bic" => &of.bic,
        "aba" => &of.aba,
        "clabe" => &of.clabe,
        "ifsc" => &of.ifsc,
        "cnaps" => &of.cnaps,
        "sortCode" => &of.sort_code,
        _ => return None,
    };
    value.as_deref()
}

/// The country that an account is in; none where its numbers do not tell or the country is not served.
pub fn country(input: &RecipientInput) -> Option<CountryIso2> {
    let of = &input.details;
    match input.account_id_type {
        Bsb | Payid => Some(AU),
        Aba => Some(US),
        Clabe => Some(MX),
        Ifsc => Some(IN),
        Cnaps => Some(CN),
        SortCode => Some(GB),
        Iban => named(of.iban.as_deref()?.get(..2)?),
        AccNo => named(of.bic.as_deref()?.get(4..6)?),
    }
}

fn named(code: &str) -> Option<CountryIso2> {
    CountryIso2::items().iter().find(|item| item.name == code).map(|item| item.value)
}

/// Whether a payment to this country must say where its money comes from.
pub fn asks_for_source_of_funds(country: CountryIso2) -> bool {
    matches!(country, CN | IN | KR)
}
