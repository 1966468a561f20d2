//! One row of cells as it was read, from whatever kind of file.

/// What a cell of a workbook is, beside its text. In a text file every cell is a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// A text.
    #[default]
    Text,
    /// A number, written with the digits that a spreadsheet shows: 15 at most.
    Number,
    /// A number of more digits than a spreadsheet keeps, or so small or large that it has no plain form.
    DigitsLost,
    /// A number whose format shows a fixed number of digits, such as `000-000`; the text is what is shown.
    Padded,
    /// A number whose format shows another amount: another currency, per cent, thousands, a sign, or nothing.
    ShownOtherwise,
    /// A date; the text is `YYYY-MM-DD`, with a time behind it where it has one.
    Date,
    /// True or false.
    Truth,
    /// `#REF!` and the like, or a formula that was never calculated.
    Fault,
}

/// A cell's kind, and whether its value was calculated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mark {
    /// What it is.
    pub kind: Kind,
    /// Whether it is a formula.
    pub formula: bool,
}

/// One record, its buffers used again for the next.
#[derive(Debug, Default)]
pub struct Record {
    /// The number of its row.
    pub row: u32,
    text: String,
    /// Where each cell ends in the text.
    ends: Vec<usize>,
    /// So many bytes stand between two cells: what separates them, where a line was taken as it stands.
    between: usize,
    /// As many as cells in a workbook, else none.
    marks: Vec<Mark>,
    plain: bool,
}

impl Record {
    /// Begins a row without cells.
    pub(super) fn begin(&mut self, row: u32) {
        self.row = row;
        self.text.clear();
        self.ends.clear();
        self.marks.clear();
        self.between = 0;
        self.plain = false;
    }

    /// Adds a cell.
    pub(super) fn push(&mut self, text: &str, mark: Mark) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
        self.marks.push(mark);
    }

    /// Takes a row whole: the texts of its cells one behind the other, and where each ends.
    pub(super) fn set(&mut self, row: u32, text: &str, ends: &[usize], is_plain: bool) {
        self.begin(row);
        self.text.push_str(text);
        self.ends.extend_from_slice(ends);
        self.plain = is_plain;
    }

    /// Takes a line as it stands, of which it is known that separators stand between cells only.
    pub(super) fn set_line(&mut self, row: u32, line: &str, delimiter: u8, is_plain: bool) {
        self.begin(row);
        self.text.push_str(line);
        self.ends.extend(memchr::memchr_iter(delimiter, line.as_bytes()));
        self.ends.push(line.len());
        self.between = 1;
        self.plain = is_plain;
    }

    /// The texts of all cells one behind the other, and where each ends. Of cells that were added one by one.
    pub(super) fn whole(&self) -> (&str, &[usize]) {
        debug_assert_eq!(self.between, 0, "a line as it stands has separators in it");
        (&self.text, &self.ends)
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn cells(&self) -> impl Iterator<Item = &str> + Clone {
        (0..self.len()).map(|index| self.cell(index))
    }

    /// A cell's text; empty where the row has fewer cells.
    #[inline]
    pub(super) fn cell(&self, index: usize) -> &str {
        let Some(end) = self.ends.get(index) else { return "" };
        let from = if index == 0 { 0 } else { self.ends[index - 1] + self.between };
        self.text.get(from..*end).unwrap_or_default()
    }

    /// Whether it is known that all cells have printable English signs alone and no quotation mark: most rows have
    /// no others, and much need not be looked for in them. Where it is not known, it is false.
    pub(super) fn is_plain(&self) -> bool {
        self.plain
    }

    /// Whether a line break stands in any cell.
    pub(super) fn has_breaks(&self) -> bool {
        !self.plain && self.text.bytes().any(|byte| matches!(byte, b'\n' | b'\r'))
    }

    pub(super) fn mark(&self, index: usize) -> Mark {
        self.marks.get(index).copied().unwrap_or_default()
    }

    pub(super) fn has_marks(&self) -> bool {
        !self.marks.is_empty()
    }

    /// Whether any cell is an error, which may have no text.
    pub(super) fn has_fault(&self) -> bool {
        self.marks.iter().any(|mark| mark.kind == Kind::Fault)
    }

    pub(super) fn breaks(&self) -> usize {
        self.cells().map(|cell| cell.lines().count().saturating_sub(1)).sum()
    }

    pub(super) fn is_blank(&self) -> bool {
        self.cells().all(|cell| !cell.starts_with(|c: char| c.is_ascii_graphic()) && cell.trim().is_empty())
    }
}
