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
        Self {
            row: Some(row),
            ..Self::default()
        }
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
    ColumnMissing "column-missing" Error "A column that every payout needs is not there."
    ColumnTwice "column-twice" Error "Two columns claim to be the same."
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
