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
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// The sheet, in a workbook.
    pub sheet: Option<String>,
    /// The row; none where the finding is about the whole file.
    pub row: Option<u32>,
    /// The column's letter: `B`; none where the finding is about the whole row.
    pub letter: Option<String>,
    /// The column's header as it stands in the file.
    pub column: Option<String>,
    /// In a file of fixed columns: the first and the last character of the field, counted from 1.
    pub span: Option<(u16, u16)>,
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

    /// A field of a line of fixed columns.
    pub fn span(line: u32, first: u16, last: u16) -> Self {
        Self { row: Some(line), span: Some((first, last)), ..Self::default() }
    }

    /// `B7`, where there is a cell; `7:21-30` in a file of fixed columns.
    pub fn cell(&self) -> Option<String> {
        match (&self.letter, self.span) {
            (Some(letter), _) => Some(format!("{letter}{}", self.row?)),
            (None, Some((first, last))) => Some(format!("{}:{first}-{last}", self.row?)),
            (None, None) => None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.sheet {
            Some(sheet) if self.row.is_none() && self.letter.is_none() => return write!(f, "sheet {sheet}"),
            Some(sheet) => write!(f, "{sheet}!")?,
            None => {}
        }
        if let (Some(line), Some((first, last))) = (self.row, self.span) {
            let columns =
                if first == last { format!("column {first}") } else { format!("columns {first}-{last}") };
            return write!(f, "line {line}, {columns}");
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// What to write instead, where that is certain enough.
    pub suggestion: Option<String>,
    /// Whether a person has said that this is meant.
    pub accepted: bool,
}

impl Finding {
    /// One with the severity of its code.
    pub fn new(code: Code, place: Place, message: impl Into<String>) -> Self {
        Self {
            severity: code.severity(),
            code,
            message: message.into(),
            hint: None,
            place,
            value: None,
            suggestion: None,
            accepted: false,
        }
    }

    /// That so many more of a kind are not listed.
    pub fn unlisted(code: Code, more: u64) -> Self {
        Self::new(code, Place::file(), format!("{more} more findings of this kind are not listed"))
    }

    /// With what to do.
    #[must_use]
    pub fn advised(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Whether `pay` holds what it is about until somebody mends it, in the file or elsewhere. It is no error of the
    /// file: what was paid of it stays paid.
    pub fn holds(&self) -> bool {
        self.code == Code::RemitterUnclear
    }

    /// Whether nothing that it is about may be paid as things stand.
    pub fn forbids(&self) -> bool {
        self.severity == Severity::Error || (self.code.asks() && !self.accepted)
    }
}

impl fmt::Display for Finding {
    /// `B7: the BSB …`, without what to do.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// How much a kind of finding weighs, and whether a person must say that it is meant.
macro_rules! weight {
    (Error) => {
        (Severity::Error, false)
    };
    (Ask) => {
        (Severity::Warning, true)
    };
    (Warning) => {
        (Severity::Warning, false)
    };
    (Info) => {
        (Severity::Info, false)
    };
}

/// Makes the one table of codes: the variant, its stable name, its weight, and what it means. `Ask` is a warning
/// that blocks until a person accepts it.
macro_rules! codes {
    ($($variant:ident $name:literal $weight:ident $meaning:literal)*) => {
        /// The kinds of finding. Names are stable: scripts may rely on them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Code {
            $(#[doc = $meaning] #[serde(rename = $name)] $variant,)*
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
                match self { $(Self::$variant => weight!($weight).0,)* }
            }

            /// Whether it blocks until a person accepts it.
            pub fn asks(self) -> bool {
                match self { $(Self::$variant => weight!($weight).1,)* }
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
    ColumnChoose "column-choose" Error "Several columns could be meant, and nobody may guess which."
    ColumnAssumed "column-assumed" Warning "A column is read as the amount, though its name may mean something else."
    ExportKnown "export-known" Info "Which export the file looks like, and what its names mean there."
    FileRefused "file-refused" Error "A file that cannot be read, or has no payouts in it: a statement, a report, a list of employees."
    FileForm "file-form" Info "How the file is written, where that is not UTF-8 with commas, or not as the standard of bank files has it."
    EncodingAssumed "encoding-assumed" Warning "The letters are no UTF-8 and were read as Windows-1252."
    RowsAboveHeader "rows-above-header" Warning "Rows above the names of the columns were passed over."
    RowsBelow "rows-below" Ask "Rows of one text or two below the payouts, which are notes or payees whose cells are missing."
    TotalRow "total-row" Info "A row of sums that agrees with the rows above it; it is not paid."
    TotalUnchecked "total-unchecked" Warning "A row of sums that could not be compared, because an amount above it cannot be read."
    TotalDiffers "total-differs" Error "A row of sums that does not agree with the rows above it."
    CellWrapped "cell-wrapped" Info "Cells are written as formulas to keep their zeros, and were read as text."
    Hidden "hidden" Ask "Rows, columns or sheets are hidden or filtered away, and would be paid all the same."
    SheetChosen "sheet-chosen" Info "Which sheet of a workbook was read."
    SheetChoose "sheet-choose" Error "Several sheets could be meant, or none."
    CellFault "cell-fault" Error "A spreadsheet's error stands in a cell, or a formula that was never calculated."
    CellFormula "cell-formula" Warning "A cell is a formula; its last calculated value was read."
    CellKind "cell-kind" Error "A cell is a date, a truth value or a number where a text is needed."
    CellMerged "cell-merged" Warning "Cells are merged; only the first of them has a value."
    DigitsLost "digits-lost" Error "A number of more digits than a spreadsheet keeps."
    NumberCell "number-cell" Ask "A BSB, account number or the like is a number in the workbook, so that leading zeros may be lost, or was cut as a spreadsheet cuts numbers."
    ZeroLost "zero-lost" Ask "A BSB, routing number, sort code, CLABE or British account number lacks a digit, as when a spreadsheet takes a leading zero away."
    RowRagged "row-ragged" Error "A row has more or fewer cells than the header."
    RowNoPayout "row-no-payout" Error "A row that is no payout: the names of the columns again, a total, or a template's example."
    ColumnsChange "columns-change" Error "A row in the middle that names other columns, so that nothing below it can be read."
    DoNotPay "do-not-pay" Ask "A cell of the row says that it is not to be paid, or not yet."
    RowBlank "row-blank" Info "Rows without any text were passed over."
    AddressMissing "address-missing" Error "The street that Flash demands of Australian payees is not there."
    AddressUnusual "address-unusual" Warning "A state or postcode that Australia does not have."
    NameMissing "name-missing" Error "Nobody is named."
    NameSorted "name-sorted" Info "An account name was taken for a person's or a company's."
    NameChoose "name-choose" Error "A row names a company and an account of another name, and nobody may guess whose payout it is."
    NameDiffers "name-differs" Warning "The account is in another name than the person who is paid."
    NameInvalid "name-invalid" Error "A name that Flash refuses."
    NameLetters "name-letters" Warning "A person's name with letters of which nobody documents whether Flash takes them."
    TextInvalid "text-invalid" Error "A text that Flash refuses."
    Placeholder "placeholder" Error "A word such as N/A stands where a value should."
    DobInvalid "dob-invalid" Error "A date of birth that is no date, or too young."
    EmailInvalid "email-invalid" Error "Not an e-mail address."
    MobileInvalid "mobile-invalid" Error "Not an international mobile number."
    AccountMissing "account-missing" Error "No account to pay to: neither a BSB with an account number nor a PayID nor an account abroad."
    AccountTwice "account-twice" Error "More than one account, such as a BSB with an account number and a PayID."
    AccountTypeInvalid "account-type-invalid" Error "An account type that Flash does not have."
    BsbInvalid "bsb-invalid" Error "Not a BSB."
    BsbUnknown "bsb-unknown" Warning "A BSB that is not in the bank directory."
    BsbGone "bsb-gone" Warning "A branch that was merged or closed."
    BsbNoDirectEntry "bsb-no-direct-entry" Warning "A branch that takes no electronic payments."
    BsbOwn "bsb-own" Warning "A BSB of Flash's own."
    AccountLetters "account-letters" Ask "An account number with letters in it."
    AccountInvalid "account-invalid" Error "Not an account number."
    AccountLength "account-length" Warning "An account number of a length that is unusual at its bank or in its country."
    PayIdInvalid "payid-invalid" Error "Not a PayID."
    IbanInvalid "iban-invalid" Error "Not an IBAN, or one with a slip in it."
    ClabeInvalid "clabe-invalid" Error "Not a CLABE, or one with a slip in it."
    BranchInvalid "branch-invalid" Error "Not a routing number, sort code, IFSC or CNAPS code, or one with a slip in it."
    BranchUnusual "branch-unusual" Warning "A CNAPS code whose check digit does not agree."
    BicInvalid "bic-invalid" Error "Not a BIC, or none where Flash demands one."
    BicUnusual "bic-unusual" Warning "A BIC for tests, of a bank outside SWIFT, or of another country than the account."
    CountryInvalid "country-invalid" Error "Not a country."
    CountryMissing "country-missing" Error "The country of a payee with an account abroad is not there."
    NotDelivered "not-delivered" Error "Flash does not deliver this currency to such an account in this country."
    DeliveryUnsure "delivery-unsure" Ask "By the built-in table Flash does not deliver it, and Flash itself was not asked."
    FieldDemanded "field-demanded" Error "What Flash demands for payments to this country is not there."
    FieldUnsure "field-unsure" Warning "What Flash may demand for payments to this country is not there."
    FieldUnused "field-unused" Info "A cell that means nothing for this payout, and is not sent."
    Normalised "normalised" Info "A value was brought into the form that Flash takes."
    AmountInvalid "amount-invalid" Error "Not an amount that can be paid."
    CurrencyInvalid "currency-invalid" Error "Not a currency, or one that the account cannot get."
    ConversionInvalid "conversion-invalid" Error "Kind, balance and side of the amount that do not go together."
    WordInvalid "word-invalid" Error "A reason or a source of funds that Flash does not know."
    WordUnsure "word-unsure" Warning "A reason or a source of funds that Flash's documentation does not name."
    ReasonBlank "reason-blank" Warning "An FX payment without a reason, which Flash asks for where it is known."
    SourceBlank "source-blank" Info "An FX payment without a source of funds, which Flash demands for some destinations."
    RemitterUnclear "remitter-unclear" Warning "A remitter that is not configured as it should be, or one beside a sub-client: `pay` holds the row."
    RemitterNear "remitter-near" Ask "A name to show that is nearly that of a remitter of the configuration, and may be mistyped."
    SubClientUnclear "sub-client-unclear" Ask "A sub-client that Flash does not have, or that it does not call active."
    ReferenceBlank "reference-blank" Info "Payees will not see what the payment is for."
    ReferenceLong "reference-long" Warning "A reference that some banks cut."
    ReferenceTooLong "reference-too-long" Error "A reference that no bank takes."
    TestKeyword "test-keyword" Warning "A reference that has a meaning in Flash's test environment only."
    IdInvalid "id-invalid" Error "An id that Flash refuses."
    IdTwice "id-twice" Error "Two rows with the same payment_id."
    RowMarkInvalid "row-mark-invalid" Error "A mark of a row to correct that is damaged, of a row that is not known here, or beside the payment_id of another payout."
    RowMarkTwice "row-mark-twice" Error "Two rows with the mark of the same row to correct."
    RowMarkUnchecked "row-mark-unchecked" Warning "Marks of rows to correct, where earlier runs could not be asked which rows they are."
    PayeeTwice "payee-twice" Error "One payee_id with two accounts."
    DuplicateRow "duplicate-row" Error "A row that is the same payout as an earlier one."
    DuplicateLooks "duplicate-looks" Warning "A row that looks like an earlier one but bears another id."
    LeadingZeroTwin "leading-zero-twin" Warning "Two account numbers that differ only in leading zeros."
    AccountShared "account-shared" Warning "One account under two names."
    NameTwoAccounts "name-two-accounts" Info "One name with several accounts, as when pay is split."
    ReferenceTwin "reference-twin" Warning "Two references of one payee that are the same once a bank has cut them."
    ChangedAccount "changed-account" Ask "The bank details of a payee differ from what is known of them."
    PaidBefore "paid-before" Ask "A payout like one that was sent within three days, or is about to be, told apart from it only by a new payment_id or a missing reference."
    PaidAlike "paid-alike" Warning "A payout like one that an earlier run has sent within `duplicate_window`, told apart from it only by a new payment_id or a missing reference; usual where the same is paid every month."
    PaidAlready "paid-already" Warning "An earlier run has taken the file or the row up: it is not paid again."
    WouldHold "would-hold" Warning "A row that `pay` would hold, because an earlier run has sent its equal or is about to."
    PayeeOther "payee-other" Ask "The payee book has somebody else under this payee_id."
    PayeeRenamed "payee-renamed" Warning "The payee book writes the name otherwise."
    PayeeKnown "payee-known" Warning "A new payee_id with the name of a payee whom the payee book knows under another one, with another account."
    IdCapitals "id-capitals" Warning "Two ids of payees that differ in capitals only."
    PayeeCompleted "payee-completed" Info "What the file lacks was taken from the payee book."
    PayDate "pay-date" Warning "A column of pay dates that lie far from today, or differ from row to row."
    AbaForm "aba-form" Warning "An ABA file that departs from the standard in a way that changes nothing, or says of a payment what a person should know."
    AbaRecord "aba-record" Error "A line of an ABA file that is not what the standard says."
    AbaTrailer "aba-trailer" Error "The sums at the end of a batch do not agree with its lines."
    AbaBalance "aba-balance" Info "The line that balances an ABA batch; it is not paid."
    AbaDebit "aba-debit" Error "An ABA file that takes money from payees, or a debit that balances nothing."
    AbaBatches "aba-batches" Warning "An ABA file of several batches."
    AbaDate "aba-date" Warning "The date to process is far from today."
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
