//! How findings look in a workbook: one colour for each weight, and the words beside it.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Worksheet, XlsxError};

use crate::domain::{Finding, Severity};

/// The format of texts in every spreadsheet program.
const TEXT: u8 = 49;

/// How much a finding weighs for whoever has the sheet open. The heaviest comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::report) enum Weight {
    Error,
    Question,
    Warning,
    Accepted,
    Info,
}

impl Weight {
    pub(in crate::report) const ALL: [Self; 5] =
        [Self::Error, Self::Question, Self::Warning, Self::Accepted, Self::Info];

    pub(in crate::report) fn of(finding: &Finding) -> Self {
        match (finding.severity, finding.code.asks(), finding.accepted) {
            (Severity::Error, _, _) => Self::Error,
            (Severity::Warning, true, false) => Self::Question,
            (Severity::Warning, true, true) => Self::Accepted,
            (Severity::Warning, false, _) => Self::Warning,
            (Severity::Info, _, _) => Self::Info,
        }
    }

    /// Whether a row with such a finding cannot be paid.
    pub(in crate::report) fn forbids(self) -> bool {
        matches!(self, Self::Error | Self::Question)
    }

    pub(in crate::report) fn word(self) -> &'static str {
        match self {
            Self::Error => "Error",
            Self::Question => "Question",
            Self::Warning => "Warning",
            Self::Accepted => "Accepted",
            Self::Info => "For information",
        }
    }

    fn color(self) -> Color {
        Color::RGB(match self {
            Self::Error => 0x00FF_9E9E,
            Self::Question => 0x00FF_C26B,
            Self::Warning => 0x00FF_F0A0,
            Self::Accepted | Self::Info => 0x00DC_EAF7,
        })
    }
}

/// The formats of the user's own sheet. Every cell is a text, so that whatever is typed over it keeps its zeros.
pub(in crate::report) struct Looks {
    /// A cell that nothing is said of.
    pub plain: Format,
    header: Format,
}

impl Looks {
    pub(in crate::report) fn new() -> Self {
        let plain = Format::new().set_num_format_index(TEXT).set_align(FormatAlign::Top);
        let header = plain.clone().set_bold().set_border_bottom(FormatBorder::Thin);
        Self { plain, header }
    }

    /// A cell's format: of the header or not, coloured or not.
    pub(in crate::report) fn of(&self, is_header: bool, weight: Option<Weight>) -> Format {
        let format = if is_header { &self.header } else { &self.plain };
        match weight {
            Some(weight) => format.clone().set_background_color(weight.color()),
            None => format.clone(),
        }
    }
}

/// A cell of the list of findings that tells their weight.
pub(in crate::report) fn badge(weight: Weight) -> Format {
    Format::new().set_background_color(weight.color()).set_align(FormatAlign::Top)
}

/// The height of a line, and the most lines that a row is high for.
const LINE: u16 = 15;
const MOST_LINES: u16 = 12;

/// Makes a row as high as its texts need in columns of their widths: programs other than Excel do not by themselves.
pub fn make_room<'a>(
    sheet: &mut Worksheet,
    row: u32,
    cells: impl Iterator<Item = (&'a str, u16)>,
) -> Result<(), XlsxError> {
    let lines = cells.map(|(text, width)| lines_of(text, width)).max().unwrap_or(1);
    sheet.set_row_height(row, lines * LINE).map(drop)
}

/// How many lines a text takes in a column of that width.
fn lines_of(text: &str, width: u16) -> u16 {
    u16::try_from(text.chars().count().div_ceil(usize::from(width)))
        .unwrap_or(MOST_LINES)
        .clamp(1, MOST_LINES)
}
