//! A template as a workbook: a sheet to fill in, and a sheet that says how, with an example.

use std::path::Path;

use rust_xlsxwriter::utility::row_col_to_cell;
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DataValidationRule, DocProperties, ExcelDateTime,
    Format, FormatAlign, FormatBorder, Formula, Workbook, Worksheet,
};

use super::{BookError, Field, Form, Need, Template};
use crate::report::annotated::save;
use crate::report::fresh::write_whole;
use crate::report::page::capital;

/// So many rows have drop-downs and hints; the formats hold for whole columns.
const ROWS: u32 = 100_000;
/// The formats of every spreadsheet program: a number as 1,234.50, and a text.
const AMOUNT: u8 = 4;
const TEXT: u8 = 49;
/// How wide meanings are.
const MEANING: u16 = 80;
/// What the columns of the instructions are called, with their widths.
const COLUMNS: [(&str, u16); 4] =
    [("The column", 19), ("Is it needed?", 24), ("What it means", MEANING), ("Example", 32)];

/// Writes a template as a workbook.
pub fn write_book(template: &Template, path: &Path) -> Result<(), BookError> {
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::from_ymd(2026, 1, 1)?; // the same template is the same file
    let properties = DocProperties::new().set_author("payrun").set_title(&template.title);
    workbook.set_properties(&properties.set_creation_datetime(&made));
    workbook.push_worksheet(payouts(template)?);
    workbook.push_worksheet(instructions(template)?);
    write_whole(path, |file| save(&mut workbook, file))
}

/// The sheet to fill in: names, formats, drop-downs and hints, and no row at all.
fn payouts(template: &Template) -> Result<Worksheet, BookError> {
    let mut sheet = Worksheet::new();
    sheet.set_name("Payouts")?;
    for (column, field) in (0u16..).zip(&template.fields) {
        sheet.set_column_format(column, &cells_of(field.form))?;
        sheet.set_column_width(column, width(field))?;
        sheet.write_string_with_format(0, column, field.name, &header_of(field.need))?;
        sheet.add_data_validation(1, column, ROWS, column, &rule(field, column)?)?;
    }
    sheet.set_row_height(0, 20)?;
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(0, 0)?;
    Ok(sheet)
}

fn cells_of(form: Form) -> Format {
    match form {
        Form::Amount => Format::new().set_num_format_index(AMOUNT),
        Form::Text | Form::Length(..) | Form::Choice(_) => Format::new().set_num_format_index(TEXT),
    }
}

fn header_of(need: Need) -> Format {
    let format =
        Format::new().set_bold().set_border_bottom(FormatBorder::Thin).set_align(FormatAlign::Center);
    let format = format.set_align(FormatAlign::VerticalCenter).set_num_format_index(TEXT);
    let color = |rgb| Color::RGB(rgb);
    match need {
        Need::Always => format.set_background_color(color(0x001F_4E79)).set_font_color(color(0x00FF_FFFF)),
        Need::Either => format.set_background_color(color(0x009D_C3E6)),
        Need::Optional => format.set_background_color(color(0x00E8_E8E8)),
    }
}

fn width(field: &Field) -> u16 {
    let longest = field.name.len().max(field.example.len()) + 4;
    u16::try_from(longest).unwrap_or(12).clamp(12, 32)
}

/// The hint beside a cell, and what may be typed there.
fn rule(field: &Field, column: u16) -> Result<DataValidation, BookError> {
    let rule = DataValidation::new();
    let (rule, wrong) = match field.form {
        Form::Text => (rule.allow_any_value(), None),
        Form::Length(least, most) => (
            rule.allow_text_length(DataValidationRule::Between(least, most)),
            Some((Warn::Ask, format!("Usually this has {}.", characters(least, most)))),
        ),
        Form::Amount => {
            let cell = row_col_to_cell(1, column);
            let formula = format!("=AND(ISNUMBER({cell}),{cell}>0,ROUND({cell},2)={cell})");
            let wrong =
                "Type a number above zero with no more than two decimals, such as 1234.50.".to_owned();
            (rule.allow_custom(Formula::new(formula)), Some((Warn::Refuse, wrong)))
        }
        Form::Choice(choices) => (
            rule.allow_list_strings(choices)?,
            Some((Warn::Ask, format!("Usually this is one of the list. {}", field.meaning))),
        ),
    };
    let hint = format!("{}\n{}", capital(field.meaning), needed(field.need));
    let rule = rule.set_input_title(field.name)?.set_input_message(cut(&hint))?;
    let Some((warn, wrong)) = wrong else { return Ok(rule) };
    let style = match warn {
        Warn::Ask => DataValidationErrorStyle::Warning,
        Warn::Refuse => DataValidationErrorStyle::Stop,
    };
    Ok(rule.set_error_style(style).set_error_title(field.name)?.set_error_message(cut(&wrong))?)
}

/// What happens when something else is typed.
enum Warn {
    Ask,
    Refuse,
}

fn characters(least: u32, most: u32) -> String {
    match (least, most) {
        (least, most) if least == most => format!("{most} characters"),
        (0 | 1, most) => format!("{most} characters at most"),
        (least, most) => format!("{least} to {most} characters"),
    }
}

/// A hint holds no more.
fn cut(text: &str) -> String {
    text.chars().take(250).collect()
}

fn needed(need: Need) -> &'static str {
    match need {
        Need::Always => "In every row",
        Need::Either => "This or another: step 3",
        Need::Optional => "Where known",
    }
}

/// The sheet that says how. Its columns are the template's rows, so that nobody takes it for payouts.
fn instructions(template: &Template) -> Result<Worksheet, BookError> {
    let mut sheet = Worksheet::new();
    sheet.set_name("Instructions")?;
    let top = Format::new().set_align(FormatAlign::Top);
    let bold = top.clone().set_bold();
    sheet.write_string_with_format(0, 0, &template.title, &bold.clone().set_font_size(14))?;
    let mut row = 2;
    for (step, text) in (1u32..).zip(&template.steps) {
        sheet.write_string_with_format(row, 0, format!("{step}. {text}"), &top)?;
        row += 1;
    }
    row += 1;
    let line = bold.set_border_bottom(FormatBorder::Thin);
    for (column, (name, width)) in (0u16..).zip(COLUMNS) {
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(row, column, name, &line)?;
    }
    let wrapped = top.clone().set_text_wrap();
    for field in &template.fields {
        row += 1;
        let name = header_of(field.need).set_align(FormatAlign::Left).set_align(FormatAlign::Top);
        let name = name.set_border_bottom(FormatBorder::None);
        sheet.write_string_with_format(row, 0, field.name, &name)?;
        sheet.write_string_with_format(row, 1, needed(field.need), &top)?;
        let meaning = meaning(field);
        if meaning.chars().count() > usize::from(MEANING) {
            sheet.set_row_height(row, 30)?; // programs other than Excel do not make room by themselves
        }
        sheet.write_string_with_format(row, 2, meaning, &wrapped)?;
        if !field.example.is_empty() {
            // never the bare value: a row of names is what a header is
            sheet.write_string_with_format(row, 3, format!("e.g. {}", field.example), &top)?;
        }
    }
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    Ok(sheet)
}

fn meaning(field: &Field) -> String {
    match field.form {
        Form::Choice(choices) if choices.len() <= 10 => {
            format!("{} ({})", capital(field.meaning), choices.join(", "))
        }
        Form::Text | Form::Length(..) | Form::Amount | Form::Choice(_) => capital(field.meaning),
    }
}
