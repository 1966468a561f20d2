//! The sheet that lists every finding, each with a link to its cell. Accounts are masked here, as in every report.

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Url, Worksheet};

use super::looks::{Weight, badge, make_room};
use super::marks::cell_of;
use super::{About, BookError, LONGEST_CELL, fitting};
use crate::domain::{Finding, Place};

/// The columns with their widths in characters.
const COLUMNS: [(&str, u16); 8] = [
    ("Weight", 15),
    ("Where", 12),
    ("Column", 18),
    ("In the cell", 20),
    ("What is wrong", 60),
    ("What to do", 50),
    ("Write instead", 18),
    ("Code", 18),
];
/// The row of the names, from 0; above them stands what the list is about.
const HEADER: u32 = 4;
/// More links than this Excel does not open.
const MOST_LINKS: u32 = 65_000;

/// The list as a sheet of its own. `sheet` is the name of the user's.
pub(super) fn sheet(
    findings: &[Finding],
    about: &About<'_>,
    sheet: &str,
    told_elsewhere: u64,
) -> Result<Worksheet, BookError> {
    let mut list = Worksheet::new();
    let name = if sheet.eq_ignore_ascii_case("Findings") { "Findings of payrun" } else { "Findings" };
    list.set_name(name)?;
    head(&mut list, findings, about, told_elsewhere)?;
    let bold = Format::new().set_bold().set_border_bottom(FormatBorder::Thin).set_align(FormatAlign::Top);
    for (column, (name, width)) in (0u16..).zip(COLUMNS) {
        list.write_string_with_format(HEADER, column, name, &bold)?;
        list.set_column_width(column, width)?;
    }
    let mut row = HEADER;
    for finding in sorted(findings) {
        row += 1;
        line(&mut list, row, finding, about, sheet)?;
    }
    list.autofilter(HEADER, 0, row, last_column())?;
    list.set_freeze_panes(HEADER + 1, 0)?;
    list.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    list.set_repeat_rows(HEADER, HEADER)?;
    Ok(list)
}

fn last_column() -> u16 {
    u16::try_from(COLUMNS.len() - 1).unwrap_or_default()
}

/// The heaviest first, and those of a weight in the order of the file.
fn sorted(findings: &[Finding]) -> Vec<&Finding> {
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by_key(|finding| (Weight::of(finding), finding.place.row));
    sorted
}

/// What the list is about, how many findings of each weight there are, and what is not shown.
fn head(
    list: &mut Worksheet,
    findings: &[Finding],
    about: &About<'_>,
    told_elsewhere: u64,
) -> Result<(), BookError> {
    let on = about.checked_on.map_or(String::new(), |day| format!(", checked on {day}"));
    let title = Format::new().set_bold().set_font_size(13);
    list.write_string_with_format(0, 0, fitting(&format!("{}{on}", about.file), LONGEST_CELL), &title)?;
    list.write_string(1, 0, about.summary)?;
    let counted = Weight::ALL.into_iter().filter_map(|weight| {
        let count = findings.iter().filter(|finding| Weight::of(finding) == weight).count();
        (count > 0).then(|| format!("{}: {count}", weight.word()))
    });
    let counted: Vec<String> = counted.collect();
    let counted = if counted.is_empty() { "Nothing was found.".to_owned() } else { counted.join(" · ") };
    list.write_string(2, 0, counted)?;
    if told_elsewhere > 0 {
        let what = format!(
            "{told_elsewhere} more rows cannot be paid: their first cell is red. What forbids them is said of the whole file, or is one finding too many to be listed."
        );
        list.write_string_with_format(3, 0, what, &badge(Weight::Error))?;
    }
    Ok(())
}

fn line(
    list: &mut Worksheet,
    row: u32,
    finding: &Finding,
    about: &About<'_>,
    sheet: &str,
) -> Result<(), BookError> {
    let top = Format::new().set_align(FormatAlign::Top);
    let wrapped = top.clone().set_text_wrap();
    let weight = Weight::of(finding);
    list.write_string_with_format(row, 0, weight.word(), &badge(weight))?;
    place(list, row, &finding.place, about, sheet)?;
    let what_to_do =
        [finding.hint.clone(), finding.word_needed().map(|word| format!("if it is meant: {word}"))];
    let what_to_do: Vec<String> = what_to_do.into_iter().flatten().collect();
    let text = |text: &Option<String>| fitting(text.as_deref().unwrap_or_default(), LONGEST_CELL);
    let cells = [
        (text(&finding.place.column), &top),
        (text(&finding.value), &top),
        (fitting(&finding.message, LONGEST_CELL), &wrapped),
        (what_to_do.join("; "), &wrapped),
        (text(&finding.suggestion), &top),
        (finding.code.to_string(), &top),
    ];
    make_room(list, row, (2..).zip(&cells).map(|(column, (cell, _))| (cell.as_str(), COLUMNS[column].1)))?;
    for (column, (cell, format)) in (2u16..).zip(cells) {
        if !cell.is_empty() {
            list.write_string_with_format(row, column, cell, format)?;
        }
    }
    Ok(())
}

/// Where it is, as a link where it is on the user's sheet.
fn place(
    list: &mut Worksheet,
    row: u32,
    place: &Place,
    about: &About<'_>,
    sheet: &str,
) -> Result<(), BookError> {
    let on_sheet = place.sheet.is_none() || place.sheet.as_deref() == about.sheet;
    let shown = if on_sheet { Place { sheet: None, ..place.clone() } } else { place.clone() };
    let top = Format::new().set_align(FormatAlign::Top);
    match cell_of(place, about) {
        Some((to, column)) if row < MOST_LINKS => {
            let cell = rust_xlsxwriter::utility::row_col_to_cell(to.saturating_sub(1), column);
            let link = Url::new(format!("internal:'{}'!{cell}", sheet.replace('\'', "''")));
            let looks = top.set_hyperlink();
            list.write_url_with_options(row, 1, link, shown.to_string(), "", Some(&looks))?;
        }
        _ => drop(list.write_string_with_format(row, 1, shown.to_string(), &top)?),
    }
    Ok(())
}
