//! What checking says about a cell. Findings are data, not errors: all findings of a file come at once.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The row must not be paid.
    Error,
    /// The row can be paid; a person should look.
    Warning,
    /// Something was normalised, and how.
    Info,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        })
    }
}

/// Where in the file. Rows are counted as a person does: the first line is row 1.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Place {
    /// The sheet, in a workbook.
    pub sheet: Option<String>,
    /// The row; none where the finding is about the whole file.
    pub row: Option<u32>,
    /// The column's letter: `B`; none where the finding is about the whole row.
    pub letter: Option<String>,
    /// The column's header as it stands in the file.
    pub column: Option<String>,
}

impl Place {
    /// The whole file.
    pub fn file() -> Self {
        Self::default()
    }

    /// A whole row.
    pub fn row(row: u32) -> Self {
        Self { row: Some(row), ..Self::default() }
    }

    /// `B7`, where there is a cell.
    pub fn cell(&self) -> Option<String> {
        Some(format!("{}{}", self.letter.as_ref()?, self.row?))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(sheet) = &self.sheet {
            write!(f, "{sheet}!")?;
        }
        match (self.cell(), self.row, &self.letter) {
            (Some(cell), _, _) => f.write_str(&cell),
            (None, Some(row), _) => write!(f, "row {row}"),
            (None, None, Some(letter)) => write!(f, "column {letter}"),
            (None, None, None) => f.write_str("file"),
        }
    }
}

/// One thing that checking has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How much it weighs.
    pub severity: Severity,
    /// What kind of finding.
    pub code: Code,
    /// What is wrong, in one sentence without the place.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// Where.
    pub place: Place,
    /// The cell as typed, accounts masked.
    pub value: Option<String>,
}

/// Makes the one table of codes: the variant, its stable name, its severity, and what it means.
macro_rules! codes {
    ($($variant:ident $name:literal $severity:ident $meaning:literal)*) => {
        /// The kinds of finding. Names are stable: scripts may rely on them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $meaning] $variant,)*
        }

        impl Code {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// How much it weighs.
            pub fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }

            /// What it means, for the documentation.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }
        }
    };
}

codes! {
    FileEmpty "file-empty" Error "The file has no rows of payouts."
    ColumnUnknown "column-unknown" Error "A column's name is not known."
    ColumnNotRead "column-not-read" Info "A column of a payroll export that is no part of a payout."
    ColumnMissing "column-missing" Error "A column that every payout needs is not there."
    ColumnTwice "column-twice" Error "Two columns claim to be the same."
    RowRagged "row-ragged" Error "A row has more or fewer cells than the header."
    RowNoPayout "row-no-payout" Error "A row that is no payout: the names of the columns again, or a total."
    RowBlank "row-blank" Info "Rows without any text were passed over."
    AddressMissing "address-missing" Error "The street that Flash demands of Australian payees is not there."
    AddressUnusual "address-unusual" Warning "A state or postcode that Australia does not have."
    NameMissing "name-missing" Error "Nobody is named."
    NameSorted "name-sorted" Info "An account name was taken for a person's or a company's."
    NameInvalid "name-invalid" Error "A name that Flash refuses."
    TextInvalid "text-invalid" Error "A text that Flash refuses."
    Placeholder "placeholder" Error "A word such as N/A stands where a value should."
    DobInvalid "dob-invalid" Error "A date of birth that is no date, or too young."
    EmailInvalid "email-invalid" Error "Not an e-mail address."
    MobileInvalid "mobile-invalid" Error "Not an international mobile number."
    AccountMissing "account-missing" Error "Neither a BSB with an account number nor a PayID."
    AccountTwice "account-twice" Error "Both a BSB with an account number and a PayID."
    AccountTypeInvalid "account-type-invalid" Error "An account type that this version does not pay."
    BsbInvalid "bsb-invalid" Error "Not a BSB."
    BsbUnknown "bsb-unknown" Warning "A BSB that is not in the bank directory."
    BsbGone "bsb-gone" Warning "A branch that was merged or closed."
    BsbNoDirectEntry "bsb-no-direct-entry" Warning "A branch that takes no electronic payments."
    BsbOwn "bsb-own" Warning "A BSB of Flash's own."
    AccountInvalid "account-invalid" Error "Not an Australian account number."
    AccountLength "account-length" Warning "An account number of a length that is unusual at its bank."
    PayIdInvalid "payid-invalid" Error "Not a PayID."
    Normalised "normalised" Info "A value was brought into the form that Flash takes."
    AmountInvalid "amount-invalid" Error "Not an amount that can be paid."
    CurrencyInvalid "currency-invalid" Error "Not a currency, or one that this version does not pay."
    ReferenceBlank "reference-blank" Info "Payees will not see what the payment is for."
    ReferenceLong "reference-long" Warning "A reference that some banks cut."
    ReferenceTooLong "reference-too-long" Error "A reference that no bank takes."
    TestKeyword "test-keyword" Warning "A reference that has a meaning in Flash's test environment only."
    IdInvalid "id-invalid" Error "An id that Flash refuses."
    IdTwice "id-twice" Error "Two rows with the same payment_id."
    PayeeTwice "payee-twice" Error "One payee_id with two accounts."
    DuplicateRow "duplicate-row" Error "A row that is the same payout as an earlier one."
    DuplicateLooks "duplicate-looks" Warning "A row that looks like an earlier one but bears another id."
    LeadingZeroTwin "leading-zero-twin" Warning "Two account numbers that differ only in leading zeros."
    AccountShared "account-shared" Warning "One account under two names."
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
