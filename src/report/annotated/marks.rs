//! Which cell each finding belongs to, and what the note there says.

use std::collections::BTreeMap;

use super::About;
use super::looks::Weight;
use crate::domain::{Finding, Place};

/// What a cell is marked with. Several findings of one cell stand in one note, the heaviest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    pub weight: Weight,
    pub note: Option<String>,
}

/// The marks of a row by column, from 0.
pub(super) type RowMarks = BTreeMap<u16, Mark>;

/// All marks by row, from 1.
pub(super) fn marks(findings: &[Finding], about: &About<'_>) -> BTreeMap<u32, RowMarks> {
    let mut placed: BTreeMap<(u32, u16), Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        if let Some(cell) = cell_of(&finding.place, about) {
            placed.entry(cell).or_default().push(finding);
        }
    }
    let mut marks: BTreeMap<u32, RowMarks> = BTreeMap::new();
    for ((row, column), mut of_cell) in placed {
        of_cell.sort_by_key(|finding| Weight::of(finding));
        let notes: Vec<String> = of_cell.iter().map(|finding| note(finding)).collect();
        let weight = of_cell.first().map_or(Weight::Info, |finding| Weight::of(finding));
        let mark = Mark { weight, note: Some(notes.join("\n\n")) };
        marks.entry(row).or_default().insert(column, mark);
    }
    marks
}

/// The cell that a place means: a whole row its first cell, a whole column its name. None: the whole file, or a sheet
/// that is not shown.
pub(super) fn cell_of(place: &Place, about: &About<'_>) -> Option<(u32, u16)> {
    if place.sheet.as_deref().is_some_and(|sheet| about.sheet != Some(sheet)) {
        return None;
    }
    let of_span = place.span.and_then(|span| about.spans.iter().position(|known| *known == span));
    let column = match (&place.letter, of_span) {
        (Some(letter), _) => index_of(letter)?,
        (None, Some(index)) => u16::try_from(index).ok()?,
        (None, None) => 0,
    };
    let row = match (place.row, &place.letter) {
        (Some(row), _) => row,
        (None, Some(_)) => about.header_row,
        (None, None) => return None,
    };
    Some((row, column)).filter(|(row, _)| *row > 0)
}

/// `A` is 0, `Z` 25, `AA` 26.
fn index_of(letter: &str) -> Option<u16> {
    let mut index: u16 = 0;
    for byte in letter.bytes() {
        let digit = byte.checked_sub(b'A').filter(|digit| *digit < 26)?;
        index = index.checked_mul(26)?.checked_add(u16::from(digit) + 1)?;
    }
    index.checked_sub(1)
}

/// One finding as a note says it.
fn note(finding: &Finding) -> String {
    let said = format!("{}: {}", Weight::of(finding).word(), finding.message);
    let hint = finding.hint.as_ref().map(|hint| format!("→ {hint}"));
    let suggestion = finding.suggestion.as_ref().map(|text| format!("Write instead: {text}"));
    let word = finding.word_needed().map(|word| format!("If it is meant: {word}"));
    let lines: Vec<String> = [Some(said), hint, suggestion, word].into_iter().flatten().collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Code;

    fn about(spans: &[(u16, u16)]) -> About<'_> {
        About { sheet: Some("Pay"), header_row: 3, spans, ..About::default() }
    }

    #[test]
    fn every_place_has_its_cell() {
        let of = |place: Place| cell_of(&place, &about(&[(1, 7), (8, 16)]));
        let cell = |row, letter: &str| Place { row, letter: Some(letter.to_owned()), ..Place::default() };
        assert_eq!(of(cell(Some(7), "B")), Some((7, 1)));
        assert_eq!(of(cell(Some(7), "AA")), Some((7, 26)));
        assert_eq!(of(cell(None, "C")), Some((3, 2)), "a column is marked at its name");
        assert_eq!(of(Place::row(9)), Some((9, 0)));
        assert_eq!(of(Place::span(2, 8, 16)), Some((2, 1)));
        assert_eq!(of(Place::span(2, 9, 16)), Some((2, 0)), "a field that is no column");
        assert_eq!(of(Place::file()), None);
        assert_eq!(of(Place { sheet: Some("Other".into()), ..Place::row(9) }), None);
        assert_eq!(of(Place { sheet: Some("Pay".into()), ..Place::row(9) }), Some((9, 0)));
    }

    #[test]
    fn findings_of_one_cell_share_a_note_and_the_heaviest_gives_the_colour() {
        let place = Place { letter: Some("A".into()), sheet: Some("Pay".into()), ..Place::row(2) };
        let question = Finding::new(Code::ZeroLost, place.clone(), "a zero may be lost").advised("look");
        let error = Finding {
            suggestion: Some("062-000".into()),
            ..Finding::new(Code::BsbInvalid, place.clone(), "not a BSB")
        };
        let marks = marks(&[question, error], &about(&[]));
        let mark = &marks[&2][&0];
        assert_eq!(mark.weight, Weight::Error);
        let expected = "Error: not a BSB\nWrite instead: 062-000\n\nQuestion: a zero may be lost\n→ look\nIf it is meant: --accept zero-lost:2";
        assert_eq!(mark.note.as_deref(), Some(expected));
    }
}
