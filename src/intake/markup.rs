//! Texts that are no tables: told by their first bytes, refused with words.

use super::error::IntakeError;

/// Why a text with this beginning is refused; none where it may be a table.
pub(super) fn refused(head: &[u8]) -> Option<IntakeError> {
    const SAVE: &str = "open it in the program that made it, and export the payouts as \"CSV UTF-8\"";
    const PAYROLL: &str =
        "it lists payments that were made; export the payments to make from the payroll program";
    let text = String::from_utf8_lossy(head).to_lowercase();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let begins = |words: &[&str]| words.iter().any(|word| text.starts_with(word));
    let (what, todo) = match () {
        () if text.starts_with('<') && text.contains("iso:20022:tech:xsd:pain.001") => (
            "a payment order in XML (ISO 20022 pain.001)",
            "this version does not read it; export the payouts as \"CSV UTF-8\", or as an ABA file",
        ),
        () if text.starts_with('<') && text.contains("iso:20022:tech:xsd:") => {
            ("a bank's report in XML (ISO 20022)", PAYROLL)
        }
        () if text.starts_with('<') && text.contains("schemas-microsoft-com:office:spreadsheet") => {
            ("an XML spreadsheet of Excel 2003", "open it in Excel and save it as an Excel workbook (.xlsx)")
        }
        () if begins(&["<!doctype html", "<html", "<table", "<head", "<body"]) => ("a web page", SAVE),
        () if begins(&["ofxheader", "<ofx", "<?ofx", "!type:"]) => {
            ("a bank statement for bookkeeping (OFX or QIF)", PAYROLL)
        }
        () if begins(&["<?xml", "<document"]) => ("an XML file", SAVE),
        () if begins(&["{\\rtf"]) => ("a text document", SAVE),
        () if begins(&["{\"", "{\n", "{\r", "[{", "[\n"]) => ("a JSON file", SAVE),
        () => return None,
    };
    Some(IntakeError::Refused { what, todo })
}
