//! `cargo run --example write_workbook_cases`: writes workbooks for `tests/cases/check` with `rust_xlsxwriter`, beside those that
//! `tests/generators/workbooks.py` writes with openpyxl and `LibreOffice`. All people and accounts are invented.

use std::path::Path;

use rust_xlsxwriter::{ExcelDateTime, FilterCondition, Format, Formula, Workbook, Worksheet, XlsxError};

const HEAD: &str =
    "payee_id,first_name,last_name,street,suburb,state,postcode,bsb,account_number,amount,reference";
const PEOPLE: [[&str; 9]; 3] = [
    ["P1", "Robin", "Archer", "1 Hill Street", "Sydney", "NSW", "2000", "062-000", "20304050"],
    ["P2", "Sam", "Baker", "2 Hill Street", "Sydney", "NSW", "2000", "083-004", "123456789"],
    ["P3", "Kim", "Carter", "3 Hill Street", "Sydney", "NSW", "2000", "012-055", "987654321"],
];

fn main() -> Result<(), XlsxError> {
    save("wb_rust_clean", |_| Ok(()))?;
    save("wb_rust_formulas", |sheet| {
        sheet.write_formula(1, 9, Formula::new("=500*2+0.1").set_result("1000.1"))?;
        sheet.write_formula(2, 9, Formula::new("=1000*2"))?; // never calculated: 0 is written
        sheet.write_formula(3, 10, Formula::new("=\"PAY \"&\"JULY\"").set_result("PAY JULY"))?;
        sheet.write_formula(3, 7, Formula::new("=VLOOKUP(A4,Banks!A:B,2,0)").set_result("#N/A"))?;
        Ok(())
    })?;
    save("wb_rust_number_formats", |sheet| {
        let dashed = Format::new().set_num_format("000-000");
        sheet.write_number_with_format(1, 7, 62000, &dashed)?;
        sheet.write_number_with_format(2, 7, 83004, &Format::new().set_num_format("000000"))?;
        sheet.write_number_with_format(3, 7, 12055, &Format::new().set_num_format("General"))?;
        sheet.write_number_with_format(1, 8, 1_234_567, &Format::new().set_num_format("00000000"))?;
        sheet.write_number_with_format(1, 9, 1000.1, &Format::new().set_num_format("$#,##0.00"))?;
        let date = ExcelDateTime::from_ymd(2026, 6, 20)?;
        sheet.write_datetime_with_format(3, 8, &date, &Format::new().set_num_format("dd/mm/yyyy"))?;
        Ok(())
    })?;
    save("wb_rust_hidden", |sheet| {
        sheet.set_row_hidden(2)?;
        sheet.set_column_hidden(8)?;
        sheet.group_rows_collapsed(3, 3)?;
        Ok(())
    })?;
    save("wb_rust_filtered", |sheet| {
        sheet.autofilter(0, 0, 3, 10)?;
        sheet.filter_column(1, &FilterCondition::new().add_list_filter("Robin").add_list_filter("Kim"))?;
        Ok(())
    })?;
    save("wb_rust_merged", |sheet| {
        sheet.merge_range(0, 7, 0, 8, "bank", &Format::new())?;
        sheet.merge_range(2, 10, 3, 10, "PAY JULY", &Format::new())?;
        Ok(())
    })?;
    abroad()
}

/// Numbers where accounts abroad should be texts: each loses another thing.
fn abroad() -> Result<(), XlsxError> {
    let names =
        ["aba", "clabe", "cnaps", "account_number", "bic", "currency", "amount", "reason", "reference"];
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("Pay")?;
    sheet.write_row(0, 0, ["first_name", "last_name", "country"].into_iter().chain(names))?;
    for (row, (who, texts)) in (1..).zip([
        (["Robin", "Archer", "US"], ["", "", "", "", "BOFAUS3N", "USD"]),
        (["Sam", "Baker", "MX"], ["", "", "", "", "BCMRMXMM", "MXN"]),
        (["Kim", "Carter", "CN"], ["", "", "", "", "CMBCCNBS", "CNY"]),
        (["Lee", "Dorn", "SG"], ["", "", "", "", "DBSSSGSG", "SGD"]),
    ]) {
        sheet.write_row(row, 0, who.into_iter().chain(texts))?;
        sheet.write_number(row, 9, 1000.5)?;
        sheet.write_row(row, 10, ["BUSINESS", "INVOICE 7"])?;
    }
    sheet.write_number(1, 3, 11_000_138)?; // 011000138
    sheet.write_string(1, 6, "000123456789")?;
    sheet.write_number(2, 4, 32_180_000_118_359_719_f64)?; // more digits than it keeps
    sheet.write_number(3, 5, 308_584_000_013_f64)?;
    sheet.write_number(3, 6, 6_222_020_200_012_345_678_f64)?;
    sheet.write_number(4, 6, 721_234_567)?; // or 0721234567
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/check/wb_rust_abroad");
    std::fs::create_dir_all(&folder)?;
    book.save(folder.join("input.xlsx"))
}

/// The three people, changed, as a case of this name.
fn save(name: &str, change: impl Fn(&mut Worksheet) -> Result<(), XlsxError>) -> Result<(), XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("Pay")?;
    sheet.write_row(0, 0, HEAD.split(','))?;
    for (row, (cells, amount)) in (1..).zip(PEOPLE.iter().zip([1000.1, 2000.2, 3000.3])) {
        sheet.write_row(row, 0, cells.iter().copied())?;
        sheet.write_number(row, 9, amount)?;
        sheet.write_string(row, 10, "PAY JULY")?;
    }
    change(sheet)?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/check").join(name);
    std::fs::create_dir_all(&folder)?;
    book.save(folder.join("input.xlsx"))
}
