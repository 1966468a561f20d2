//! The sheet of what checking found when the run was agreed to, and what a person has accepted of it.

use rust_xlsxwriter::{Format, FormatAlign, Worksheet, XlsxError};

use super::{header, printable, text};
use crate::domain::{Finding, RunView};
use crate::report::annotated::looks::{Weight, badge, make_room};

/// The columns with their widths in characters.
const COLUMNS: [(&str, u16); 8] = [
    ("Weight", 15),
    ("Where", 14),
    ("Column", 18),
    ("In the cell", 20),
    ("What was found", 70),
    ("What to do", 50),
    ("Accepted", 12),
    ("Code", 20),
];
/// The row of the names, from 0.
const HEADER: u32 = 3;

/// The sheet. None: the findings were not kept.
pub(super) fn sheet(findings: Option<&[Finding]>, view: &RunView) -> Result<Worksheet, XlsxError> {
    let mut sheet = Worksheet::new();
    sheet.set_name("Findings")?;
    let plain = Format::new();
    let accepted = view.accepted.words().join(", ");
    let accepted = if accepted.is_empty() { "nothing".to_owned() } else { accepted };
    let said = match findings {
        Some([]) => "Checking found nothing.",
        Some(_) => "What checking found when this run was agreed to.",
        None => "The findings of this run were not kept; payrun check lists those of today.",
    };
    text(&mut sheet, 0, 0, said, &plain)?;
    text(&mut sheet, 1, 0, &format!("Accepted by a person: {accepted}"), &plain)?;
    for (column, (name, width)) in (0u16..).zip(COLUMNS) {
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(HEADER, column, name, &header())?;
    }
    let mut sorted: Vec<&Finding> = findings.unwrap_or_default().iter().collect();
    sorted.sort_by_key(|finding| (Weight::of(finding), finding.place.row));
    let mut row = HEADER;
    for finding in sorted {
        row += 1;
        line(&mut sheet, row, finding)?;
    }
    sheet.autofilter(HEADER, 0, row, u16::try_from(COLUMNS.len() - 1).unwrap_or_default())?;
    sheet.set_freeze_panes(HEADER + 1, 0)?;
    sheet.set_repeat_rows(HEADER, HEADER)?;
    printable(&mut sheet);
    Ok(sheet)
}

fn line(sheet: &mut Worksheet, row: u32, finding: &Finding) -> Result<(), XlsxError> {
    let top = Format::new().set_align(FormatAlign::Top);
    let wrapped = top.clone().set_text_wrap();
    let cell = |value: &Option<String>| value.clone().unwrap_or_default();
    let weight = Weight::of(finding);
    text(sheet, row, 0, weight.word(), &badge(weight))?;
    text(sheet, row, 1, &finding.place.to_string(), &top)?;
    text(sheet, row, 2, &cell(&finding.place.column), &top)?;
    text(sheet, row, 3, &cell(&finding.value), &top)?;
    let long = [finding.message.clone(), cell(&finding.hint)];
    make_room(sheet, row, (4..).zip(&long).map(|(column, value)| (value.as_str(), COLUMNS[column].1)))?;
    for (column, value) in (4..).zip(&long) {
        text(sheet, row, column, value, &wrapped)?;
    }
    text(sheet, row, 6, if finding.accepted { "yes" } else { "" }, &top)?;
    text(sheet, row, 7, finding.code.name(), &top)
}
