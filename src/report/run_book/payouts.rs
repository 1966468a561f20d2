//! The sheet with a row for each payout, to filter and to sort.

use rust_xlsxwriter::{Color, Format, FormatAlign, IgnoreError, Worksheet};

use super::{amount, header, number_format, printable, text};
use crate::domain::{Outcome, PayoutState, PayoutView, Timestamp};
use crate::report::ReportError;
use crate::report::annotated::looks::make_room;

/// The format of texts in every spreadsheet program.
const TEXT: u8 = 49;

/// The columns with their widths in characters.
const COLUMNS: [(&str, u16); 23] = [
    ("Row", 6),
    ("Payment id", 16),
    ("Payee", 26),
    ("Bank and branch", 30),
    ("Account", 34),
    ("Amount", 14),
    ("Currency", 9),
    ("Reference", 20),
    ("Remitter", 22),
    ("Status", 11),
    ("Reason", 48),
    ("What to do", 48),
    ("Way", 16),
    ("Fee", 9),
    ("Debited", 14),
    ("Debited in", 11),
    ("Rate", 11),
    ("Sent", 21),
    ("Last change", 21),
    ("Flash id", 26),
    ("External id", 36),
    ("Flash's status", 14),
    ("Sent by run", 12),
];

/// The columns of numbers.
const NUMBERS: [u16; 5] = [0, 5, 13, 14, 16];

/// The columns whose texts may take several lines.
const WRAPPED: [u16; 5] = [2, 3, 4, 10, 11];

/// Fills the sheet.
pub(super) fn sheet<E: std::error::Error>(
    mut sheet: Worksheet,
    payouts: impl Iterator<Item = Result<PayoutView, E>>,
) -> Result<Worksheet, ReportError<E>> {
    sheet.set_name("Payouts")?;
    let looks = Looks::new();
    for (column, (name, width)) in (0u16..).zip(COLUMNS) {
        let head = header();
        let head = match column {
            number if NUMBERS.contains(&number) => head.set_align(FormatAlign::Right),
            _ if stands_apart(column) => head.set_align(FormatAlign::Left).set_indent(1),
            _ => head,
        };
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(0, column, name, &head)?;
    }
    let mut row = 0;
    for payout in payouts {
        row += 1;
        line(&mut sheet, row, &payout.map_err(ReportError::Source)?, &looks)?;
    }
    let last = u16::try_from(COLUMNS.len() - 1).unwrap_or_default();
    sheet.autofilter(0, 0, row, last)?;
    sheet.set_freeze_panes(1, 3)?;
    sheet.ignore_error_range(0, 0, row.max(1), last, IgnoreError::NumberStoredAsText)?;
    sheet.set_repeat_rows(0, 0)?;
    printable(&mut sheet);
    // so many columns on one page could not be read: on the second of two stand the ways, times and ids, beside the payee
    sheet.set_repeat_columns(0, 2)?.set_print_fit_to_pages(2, 0);
    Ok(sheet)
}

/// Whether a column of texts stands behind one of numbers.
fn stands_apart(column: u16) -> bool {
    !NUMBERS.contains(&column) && NUMBERS.iter().any(|number| number + 1 == column)
}

struct Looks {
    plain: Format,
    wrapped: Format,
    /// Behind a number, which ends where its column does.
    apart: Format,
}

impl Looks {
    fn new() -> Self {
        let plain = Format::new().set_num_format_index(TEXT).set_align(FormatAlign::Top);
        Self {
            wrapped: plain.clone().set_text_wrap(),
            apart: plain.clone().set_align(FormatAlign::Left).set_indent(1),
            plain,
        }
    }

    /// Of a text in a column.
    fn text(&self, column: u16) -> &Format {
        match column {
            column if WRAPPED.contains(&column) => &self.wrapped,
            behind if stands_apart(behind) => &self.apart,
            _ => &self.plain,
        }
    }

    /// The looks of a state: what needs nobody is quiet.
    fn status(&self, state: PayoutState) -> Format {
        let color = match Outcome::of(state) {
            Outcome::Paid => 0x00D8_EED9,
            Outcome::UnderWay => 0x00DC_EAF7,
            Outcome::Unclear => 0x00FF_9E9E,
            Outcome::NotPaid => 0x00FF_C26B,
            Outcome::NotSent => 0x00FF_F0A0,
        };
        self.plain.clone().set_background_color(Color::RGB(color))
    }
}

fn line<E: std::error::Error>(
    sheet: &mut Worksheet,
    row: u32,
    payout: &PayoutView,
    looks: &Looks,
) -> Result<(), ReportError<E>> {
    let currency = payout.currency.as_deref().and_then(|code| code.parse().ok());
    let number = || Format::new().set_align(FormatAlign::Top).set_num_format(number_format(currency));
    sheet.write_number_with_format(row, 0, payout.row, &Format::new().set_align(FormatAlign::Top))?;
    let write =
        |sheet: &mut Worksheet, column, value: &str| text(sheet, row, column, value, looks.text(column));
    let cell = |value: &Option<String>| value.clone().unwrap_or_default();
    let digits = |value: &Option<String>| value.as_deref().and_then(|digits| digits.parse().ok());
    let moment =
        |at: Option<Timestamp>| at.map_or(String::new(), |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string());
    let branch = payout.branch.clone().or_else(|| payout.bank.as_ref().map(|kept| kept.bank.to_string()));
    write(sheet, 1, &cell(&payout.payment_id))?;
    let long = [&payout.payee, &branch, &payout.account, &payout.reason, &payout.next].map(cell);
    let cells = || WRAPPED.into_iter().zip(&long);
    make_room(sheet, row, cells().map(|(column, value)| (value.as_str(), COLUMNS[usize::from(column)].1)))?;
    for (column, value) in cells() {
        write(sheet, column, value)?;
    }
    // what a person typed is never read as a number here: the digits are those that were sent
    if let Some(asked) = digits(&payout.amount) {
        amount(sheet, row, 5, asked, &number())?;
    }
    let conversion = payout.from_currency.as_ref().zip(payout.to_currency.as_ref());
    let way = conversion.map_or(String::new(), |(from, to)| format!(", {from} → {to}"));
    write(sheet, 6, &cell(&payout.currency))?;
    write(sheet, 7, &cell(&payout.reference))?;
    write(sheet, 8, &cell(&payout.remitter))?;
    text(sheet, row, 9, payout.status.word(), &looks.status(payout.status))?;
    write(sheet, 12, &format!("{}{way}", cell(&payout.rail)))?;
    if let Some(fee) = payout.fee {
        amount(sheet, row, 13, fee, &Format::new().set_align(FormatAlign::Top).set_num_format("#,##0.00##"))?;
    }
    if let Some(sum) = digits(&payout.debited) {
        let balance = payout.from_currency.as_deref().and_then(|code| code.parse().ok());
        let format = Format::new().set_align(FormatAlign::Top).set_num_format(number_format(balance));
        amount(sheet, row, 14, sum, &format)?;
        write(sheet, 15, &cell(&payout.from_currency))?;
    }
    if let Some(rate) = digits(&payout.rate) {
        amount(sheet, row, 16, rate, &Format::new().set_align(FormatAlign::Top))?;
    }
    write(sheet, 17, &moment(payout.sent_at))?;
    write(sheet, 18, &moment(payout.changed_at))?;
    write(sheet, 19, &cell(&payout.flash_id))?;
    let external_id = payout.external_id.as_ref().map(ToString::to_string);
    write(sheet, 20, &cell(&external_id))?;
    write(sheet, 21, &cell(&payout.flash_status))?;
    write(sheet, 22, &cell(&payout.sent_by))?;
    Ok(())
}
