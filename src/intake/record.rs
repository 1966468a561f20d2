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
    pub(super) text: Vec<u8>,
    pub(super) ends: Vec<usize>,
    pub(super) used: usize,
    /// As many as cells in a workbook, else none.
    marks: Vec<Mark>,
}

impl Record {
    /// Buffers that a parser fills itself.
    pub(super) fn with_room(text: usize, cells: usize) -> Self {
        Self { text: vec![0; text], ends: vec![0; cells], ..Self::default() }
    }

    /// Begins a row without cells.
    pub(super) fn begin(&mut self, row: u32) {
        self.row = row;
        self.text.clear();
        self.ends.clear();
        self.marks.clear();
        self.used = 0;
    }

    /// Adds a cell.
    pub(super) fn push(&mut self, text: &str, mark: Mark) {
        self.text.extend_from_slice(text.as_bytes());
        self.ends.push(self.text.len());
        self.marks.push(mark);
        self.used += 1;
    }

    pub(super) fn len(&self) -> usize {
        self.used
    }

    pub(super) fn cells(&self) -> impl Iterator<Item = &str> + Clone {
        // looked at once for all cells
        let end = self.ends[..self.used].last().copied().unwrap_or(0);
        let whole = std::str::from_utf8(&self.text[..end]).unwrap_or_default();
        (0..self.used).map(move |index| {
            let from = if index == 0 { 0 } else { self.ends[index - 1] };
            whole.get(from..self.ends[index]).unwrap_or_default()
        })
    }

    /// A cell's text; empty where the row has fewer cells.
    pub(super) fn cell(&self, index: usize) -> &str {
        if index >= self.used {
            return "";
        }
        let from = if index == 0 { 0 } else { self.ends[index - 1] };
        // checked once for the whole record
        std::str::from_utf8(&self.text[from..self.ends[index]]).unwrap_or_default()
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
        self.cells().all(|cell| cell.trim().is_empty())
    }
}
