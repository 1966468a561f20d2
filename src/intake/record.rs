//! One row of cells as it was read, from whatever kind of file.

use crate::domain::ids::trimmed;

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
    /// Where the text of each cell begins and ends that is read: found once, looked at often.
    read: Vec<(usize, usize)>,
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
        self.read.clear();
        self.marks.clear();
        self.between = 0;
        self.plain = false;
    }

    /// Adds a cell.
    pub(super) fn push(&mut self, text: &str, mark: Mark) {
        self.read.push(read_of(text, self.text.len()));
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
        self.find_read();
    }

    /// Takes a line as it stands, of which it is known that separators stand between cells only.
    pub(super) fn set_line(&mut self, row: u32, line: &str, delimiter: u8, is_plain: bool) {
        self.begin(row);
        self.text.push_str(line);
        self.ends.extend(memchr::memchr_iter(delimiter, line.as_bytes()));
        self.ends.push(line.len());
        self.between = 1;
        self.plain = is_plain;
        self.find_read();
    }

    fn find_read(&mut self) {
        let mut from = 0;
        self.read.extend(self.ends.iter().map(|end| {
            // nearly all are read as they stand
            let is_tight = match self.text.as_bytes().get(from..*end) {
                Some([first, .., last]) => is_tight(*first) && is_tight(*last),
                _ => false,
            };
            let read = if is_tight {
                (from, *end)
            } else {
                read_of(self.text.get(from..*end).unwrap_or_default(), from)
            };
            from = end + self.between;
            read
        }));
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

    /// A cell's text without the blanks around it, and as a spreadsheet would show it that wrote it as `="00123"`, to
    /// keep its zeros; empty where the row has fewer cells.
    #[inline]
    pub(super) fn read(&self, index: usize) -> &str {
        let Some((from, end)) = self.read.get(index) else { return "" };
        self.text.get(*from..*end).unwrap_or_default()
    }

    /// A cell's text, out of `="00123"` where it is written so, with the blanks around it.
    pub(super) fn raw(&self, index: usize) -> &str {
        let cell = self.cell(index);
        if self.plain { cell } else { unwrapped(cell).unwrap_or(cell) }
    }

    /// Whether a cell is written as `="00123"`.
    pub(super) fn is_wrapped(&self, index: usize) -> bool {
        !self.plain && unwrapped(self.cell(index)).is_some()
    }

    /// Whether it is known that all cells have printable English signs alone and no quotation mark: most rows have
    /// no others, and much need not be looked for in them. Where it is not known, it is false.
    pub(super) fn is_plain(&self) -> bool {
        self.plain
    }

    /// Whether a line break stands in any cell.
    pub(super) fn has_breaks(&self) -> bool {
        let may_have = !self.plain && self.between == 0; // a line as it stands has none
        may_have && memchr::memchr2(b'\n', b'\r', self.text.as_bytes()).is_some()
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
        let is_filled = |cell: &str| cell.as_bytes().first().is_some_and(u8::is_ascii_graphic);
        self.cells().all(|cell| !is_filled(cell) && cell.trim().is_empty())
    }
}

/// Where in a row's text a cell that begins at `from` has the text that is read.
fn read_of(cell: &str, from: usize) -> (usize, usize) {
    let text = trimmed(unwrapped(cell).unwrap_or(cell));
    let before = if text.len() == cell.len() { 0 } else { cell.find(text).unwrap_or_default() };
    (from + before, from + before + text.len())
}

/// A sign that ends no cell such as `="00123"`, and is no blank.
fn is_tight(byte: u8) -> bool {
    byte.is_ascii_graphic() && byte != b'"'
}

/// What stands in a cell such as `="00123"`.
fn unwrapped(cell: &str) -> Option<&str> {
    if !cell.ends_with('"') {
        return None;
    }
    let inner = cell.trim().strip_prefix("=\"")?.strip_suffix('"')?;
    Some(inner).filter(|inner| !inner.contains('"'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// However a row was taken in, and whether or not its cells are read as they stand.
        #[test]
        fn what_is_read_of_a_cell_is_what_looking_closely_gives(cells in proptest::collection::vec("([ a\u{a0}é]{0,3}|=\"[ 0a\"]{0,3}\" ?|[a\"=]{0,3})", 1..6)) {
            let mut rows = [Record::default(), Record::default(), Record::default()];
            rows[0].begin(1);
            for cell in &cells {
                rows[0].push(cell, Mark::default());
            }
            let (text, ends) = rows[0].whole();
            let (text, ends) = (text.to_owned(), ends.to_vec());
            rows[1].set(1, &text, &ends, false);
            rows[2].set_line(1, &cells.join(";"), b';', false);
            for row in &rows {
                for (index, cell) in cells.iter().enumerate() {
                    prop_assert_eq!(row.read(index), unwrapped(cell).unwrap_or(cell).trim());
                    prop_assert_eq!(row.is_wrapped(index), unwrapped(cell).is_some());
                }
                prop_assert_eq!(row.read(cells.len()), "");
            }
        }
    }
}
