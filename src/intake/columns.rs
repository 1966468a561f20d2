//! The columns of a payout file: one table for reading, maps, help and documentation.
//!
//! What they are called stands in `columns.toml`, which is part of the program.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use heck::ToSnakeCase;
use serde::Deserialize;

/// Makes the columns: the variant and its name, in the order of the table.
macro_rules! columns {
    ($($variant:ident $name:literal)*) => {
        /// What a column may mean.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "columns.toml says what each means")]
        pub enum Column {
            $($variant,)*
        }

        impl Column {
            /// Every column, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

columns! {
    PaymentId "payment_id"
    PayeeId "payee_id"
    FirstName "first_name"
    MiddleName "middle_name"
    LastName "last_name"
    CompanyName "company_name"
    AccountName "account_name"
    Email "email"
    Mobile "mobile"
    Dob "dob"
    Street "street"
    Suburb "suburb"
    State "state"
    Postcode "postcode"
    Country "country"
    AccountType "account_type"
    Bsb "bsb"
    AccountNumber "account_number"
    PayId "payid"
    Iban "iban"
    Bic "bic"
    Aba "aba"
    Clabe "clabe"
    Ifsc "ifsc"
    Cnaps "cnaps"
    SortCode "sort_code"
    Amount "amount"
    Currency "currency"
    FromCurrency "from_currency"
    AmountSide "amount_side"
    Kind "kind"
    Reference "reference"
    Remitter "remitter"
    Reason "reason"
    SourceOfFunds "source_of_funds"
    SubClientId "sub_client_id"
    PayrunRow "payrun_row"
}

/// How many columns there are.
pub(super) const COUNT: usize = Column::ALL.len();

/// One column.
#[derive(Debug, Clone)]
pub struct ColumnInfo {
    /// Which.
    pub column: Column,
    /// Its name.
    pub name: &'static str,
    /// Other names that it is known by, folded as [`folded`] does.
    pub aliases: Vec<&'static str>,
    /// Names that mean it where no better name is there, folded.
    pub weak: Vec<&'static str>,
    /// Whether a person chooses between two candidates, whatever they are called.
    pub ask: bool,
    /// What it means.
    pub meaning: &'static str,
}

/// How sure a name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// It means the column where no better name is there.
    Weak,
    /// It means the column.
    Strong,
    /// A person has said that it does.
    Chosen,
}

/// Every column, in the order of [`Column::ALL`].
pub static COLUMNS: LazyLock<Vec<ColumnInfo>> = LazyLock::new(|| {
    let mut written: HashMap<&str, Entry> =
        TABLE.column.iter().map(|entry| (entry.name, entry.clone())).collect();
    let info = |column: &Column| {
        let Entry { name, meaning, aliases, weak, ask } =
            written.remove(column.name()).expect("a test finds every column in the table");
        ColumnInfo { column: *column, name, aliases, weak, ask, meaning }
    };
    Column::ALL.iter().map(info).collect()
});

/// The table as it is written.
static TABLE: LazyLock<Table> = LazyLock::new(|| {
    toml::from_str(include_str!("columns.toml"))
        .expect("the table is part of the program, and a test reads it")
});

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'static"))]
struct Table {
    column: Vec<Entry>,
    never_read: NeverRead,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: &'static str,
    meaning: &'static str,
    #[serde(default)]
    aliases: Vec<&'static str>,
    #[serde(default)]
    weak: Vec<&'static str>,
    #[serde(default)]
    ask: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'static"))]
struct NeverRead {
    begins: Vec<&'static str>,
    names: HashSet<&'static str>,
    words: HashSet<&'static str>,
}

/// Every name, folded, with what it means.
static NAMES: LazyLock<HashMap<String, (Column, Strength)>> = LazyLock::new(|| {
    let mut names = HashMap::new();
    for info in COLUMNS.iter() {
        names.insert(folded(info.name), (info.column, Strength::Strong));
        names.extend(info.aliases.iter().map(|alias| ((*alias).to_owned(), (info.column, Strength::Strong))));
        names.extend(info.weak.iter().map(|alias| ((*alias).to_owned(), (info.column, Strength::Weak))));
    }
    names
});

impl Column {
    /// Its entry in the table.
    pub fn info(self) -> &'static ColumnInfo {
        &COLUMNS[self as usize]
    }

    /// The column of this very name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|column| column.name() == name)
    }
}

/// A name without what does not matter: case, blanks, signs and a byte order mark. A sign of a currency stays, `$`
/// aside: an amount in another currency is another column.
pub(super) fn folded(name: &str) -> String {
    let matters = |c: &char| {
        !c.is_whitespace()
            && !c.is_ascii_punctuation()
            && !matches!(c, '\u{feff}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2010}'..='\u{201f}' | '\u{2212}')
    };
    name.chars().filter(matters).flat_map(char::to_lowercase).collect()
}

/// The column of a name, if it is known, and how sure that is.
pub(super) fn by_name(name: &str) -> Option<(Column, Strength)> {
    NAMES.get(&folded(name)).copied()
}

/// Whether a name is of a column that is never read. One that says net of something taken off may be what is to be
/// paid, so it is left to a person.
pub(super) fn is_never_read(name: &str) -> bool {
    let never = &TABLE.never_read;
    let folded_name = folded(name);
    let snake = name.to_snake_case();
    let has = |word: &str| snake.split('_').any(|own| own == word);
    if has("net") && !has("hours") && !has("hrs") {
        return false;
    }
    never.names.contains(folded_name.as_str())
        || never.begins.iter().any(|begin| folded_name.starts_with(begin))
        || snake.split('_').any(|word| never.words.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_stands_in_the_table_once_and_no_name_means_two() {
        assert_eq!(TABLE.column.len(), COUNT);
        let mut seen = HashSet::new();
        for (column, entry) in Column::ALL.iter().zip(&TABLE.column) {
            assert_eq!(column.name(), entry.name, "the table is in the order of the columns");
            assert!(!entry.meaning.is_empty());
            for name in entry.aliases.iter().chain(&entry.weak) {
                assert_eq!(&folded(name), name, "aliases are folded");
                assert!(seen.insert((*name).to_owned()), "{name} stands twice");
            }
            assert!(seen.insert(folded(entry.name)), "{} stands twice", entry.name);
        }
        assert_eq!(NAMES.len(), seen.len());
        let never = &TABLE.never_read;
        for name in never.begins.iter().chain(&never.names).chain(&never.words) {
            assert_eq!(&folded(name), name, "names are folded");
            assert!(!seen.contains(*name), "{name} is read, and is not");
        }
    }

    #[test]
    fn names_are_matched_without_regard_to_form() {
        for name in
            ["Account Number", "ACCOUNT_NUMBER", "account-number", " accountNumber ", "Account number:"]
        {
            assert_eq!(by_name(name), Some((Column::AccountNumber, Strength::Strong)), "{name}");
        }
        assert_eq!(by_name("Sort code (BSB)"), Some((Column::Bsb, Strength::Strong)));
        assert_eq!(by_name("Amount ($)"), Some((Column::Amount, Strength::Strong)));
        assert_eq!(by_name("Amount (€)"), None);
        assert_eq!(by_name("Amount (USD)"), None);
        assert_eq!(by_name("Employee"), Some((Column::AccountName, Strength::Weak)));
        assert_eq!(by_name("#"), None);
    }

    #[test]
    fn what_is_no_pay_is_never_an_amount_whatever_stands_around_it() {
        for name in [
            "Gross Pay",
            "Total Gross",
            "grosspay",
            "YTD Gross Pay",
            "Pay Rate",
            "Rate ($/hr)",
            "Hourly Rate",
            "Net Hours",
            "Total Hours",
            "Super Pay",
            "Super (11.5%)",
            "PAYGWithheld",
            "Total tax amount",
            "Tax File Number",
            "TFN",
            "Employee TFN",
            "Invoice Amount",
            "TaxFileNumber",
            "reason_not_paid",
            "Payslip #",
        ] {
            assert_eq!(by_name(name), None, "{name}");
            assert!(is_never_read(name), "{name}");
        }
        for name in ["Net of tax", "Net Pay less super", "Bonus", "Shoe size", "#"] {
            assert!(by_name(name).is_none() && !is_never_read(name), "{name}");
        }
    }
}
