//! The enumerations, value for value as Flash's documentation lists them.

use async_graphql::Enum;
use serde::{Deserialize, Serialize};

/// A GraphQL enumeration whose values are written as they go over the wire.
macro_rules! codes {
    ($(#[$doc:meta])* $name:ident: $($code:ident)*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum, Serialize, Deserialize)]
        #[expect(clippy::upper_case_acronyms, reason = "the wire's own spelling")]
        #[graphql(rename_items = "UPPERCASE")]
        pub enum $name { $($code,)* }

        impl $name {
            /// The code itself.
            pub fn code(self) -> &'static str {
                match self { $(Self::$code => stringify!($code),)* }
            }
        }
    };
}

codes! {
    /// Currencies that can be paid out.
    CurrencyIso3: AED AUD BDT BGN BRL CAD CHF CNY CZK DKK EUR FJD GBP HKD HUF IDR ILS INR JPY KES KRW LKR MXN MYR
    NOK NPR NZD PHP PKR PLN RON SAR SEK SGD THB TRY TWD USD VND ZAR
}

impl CurrencyIso3 {
    /// How many digits stand after the decimal point.
    pub fn decimals(self) -> u32 {
        match self {
            Self::JPY | Self::KRW | Self::VND => 0,
            _ => 2,
        }
    }
}

codes! {
    /// Currencies that can be paid from.
    FromCurrency: AUD CAD CHF EUR GBP NZD SGD USD
}

impl From<FromCurrency> for CurrencyIso3 {
    fn from(currency: FromCurrency) -> Self {
        match currency {
            FromCurrency::AUD => Self::AUD,
            FromCurrency::CAD => Self::CAD,
            FromCurrency::CHF => Self::CHF,
            FromCurrency::EUR => Self::EUR,
            FromCurrency::GBP => Self::GBP,
            FromCurrency::NZD => Self::NZD,
            FromCurrency::SGD => Self::SGD,
            FromCurrency::USD => Self::USD,
        }
    }
}

/// Countries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[graphql(rename_items = "UPPERCASE")]
#[rustfmt::skip]
pub enum CountryIso2 {
    AE, AT, AU, BD, BE, BG, BR, CA, CH, CN, CY, CZ, DE, DK, EE, ES, FI, FJ, FR, GB, GR, HK, HR, HU, ID, IE, IL, IN,
    IT, JP, KE, KR, LK, LT, LU, LV, MT, MX, MY, NL, NO, NP, NZ, PH, PK, PL, PT, RO, SA, SE, SG, SI, SK, TH, TR, TW,
    US, VN, ZA,
}

/// The agreement that a login is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum Affiliation {
    FpAus,
    FpLux,
}

/// Kinds of identity documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[graphql(rename_items = "camelCase")]
pub enum DocumentType {
    Licence,
    Passport,
    BankStatement,
    UtilityBill,
    GovPermit,
    DeedOfIncorporation,
    CertificateOfRegistration,
    CompanyExtract,
    PublicDocument,
    Medicare,
    Other,
}

/// How an account is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize, Deserialize)]
pub enum AccountIdType {
    Bsb,
    Payid,
    Iban,
    Aba,
    Clabe,
    Ifsc,
    Cnaps,
    SortCode,
    AccNo,
}

/// Where a withdrawal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum WithdrawalStatus {
    Initialised,
    Reviewing,
    Pending,
    Confirmed,
    Failed,
    Refunded,
    Cancelled,
    /// A word that no documentation has.
    #[graphql(visible = false)]
    Escalated,
}

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum PaymentStatus {
    Initialising,
    Open,
    Closed,
    Failed,
    Cancelled,
    /// A word that no documentation has.
    #[graphql(visible = false)]
    Escalated,
}

/// Why money is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize, Deserialize)]
pub enum TransactionReason {
    Business,
    Personal,
    Other,
}

/// Where money comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum, Serialize, Deserialize)]
pub enum SourceOfFunds {
    BusinessFunds,
    PersonalFunds,
    Other,
}

/// What a quote is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum QuoteApplicability {
    Payment,
    Conversion,
}
