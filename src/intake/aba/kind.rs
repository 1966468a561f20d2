//! Whether a file is an ABA file, by its beginning. One whose first line is damaged is still one, so that it is told
//! what is wrong with it instead of being taken for strange CSV.

use super::layout::{Field, LENGTH, descriptive, payment};
use crate::domain::Bsb;

/// Whether the beginning of a file is that of an ABA file.
pub(in crate::intake) fn is_aba(head: &[u8]) -> bool {
    let head = head.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(head);
    let lines = head.split(|byte| matches!(byte, b'\n' | b'\r'));
    let mut lines = lines.filter(|line| !line.trim_ascii().is_empty());
    let first = lines.next().unwrap_or_default();
    is_header(first) || is_payment(first) || lines.any(is_payment)
}

/// The same of a file that has two bytes for each letter.
pub(in crate::intake) fn is_aba_in_utf16(head: &[u8]) -> bool {
    let high = match head {
        [0xFF, 0xFE, ..] => 0,
        [0xFE, 0xFF, ..] => 1,
        _ => return false,
    };
    is_aba(&head[2..].iter().skip(high).step_by(2).copied().collect::<Vec<u8>>())
}

fn text(field: Field, line: &[u8]) -> &[u8] {
    line.get(usize::from(field.first) - 1..usize::from(field.last)).unwrap_or_default()
}

/// `0`, blanks or an account, the sequence, and a description up to the date.
fn is_header(line: &[u8]) -> bool {
    let account = text(descriptive::OWN_ACCOUNT, line);
    let reel = text(descriptive::REEL, line);
    line.first() == Some(&b'0')
        && line.len() >= usize::from(descriptive::USER_ID.last)
        && account.len() == 16
        && account.iter().all(|byte| matches!(byte, b' ' | b'0'..=b'9' | b'-'))
        && reel.len() == 2
        && reel.iter().all(u8::is_ascii_digit)
}

/// A payment or a return: its BSBs and its amount stand where they should. No other file has that by accident.
fn is_payment(line: &[u8]) -> bool {
    let bsb = |field: Field| std::str::from_utf8(text(field, line)).is_ok_and(Bsb::is_written);
    let digits = |field: Field| text(field, line).iter().all(u8::is_ascii_digit);
    let marks = usize::from(bsb(payment::BSB))
        + usize::from(bsb(payment::TRACE_BSB))
        + usize::from(digits(payment::CODE) && digits(payment::AMOUNT));
    (LENGTH - 1..=LENGTH + 2).contains(&line.len()) && matches!(line[0], b'1' | b'2') && marks >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "0                 01CBA       PAYROLL PTY LTD           301500SALARIES    170726";
    const PAYMENT: &str = "1062-000 20304050 530000253045HALE. ZOE                       SAL               062-000012345678PAYROLL PTY LTD 00000000";

    #[test]
    fn a_bank_file_is_told_by_its_header_or_by_its_payments() {
        for head in [
            HEADER.to_owned(),
            format!("\u{feff}{HEADER}"),
            format!("\r\n  \r\n{HEADER}\r\n"),
            HEADER.replace("0                ", "0062-000 12345678"),
            format!("{}\r\n{PAYMENT}\r\n", HEADER.replace("01CBA", "O1CBA")),
            format!("Batch 1\n{PAYMENT}\n"),
            PAYMENT.replacen('1', "2", 1),
        ] {
            assert!(is_aba(head.as_bytes()), "{head}");
            let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(head.bytes().flat_map(|b| [b, 0])).collect();
            assert!(is_aba_in_utf16(&utf16) && !is_aba(&utf16), "{head}");
        }
    }

    #[test]
    fn tables_are_no_bank_files() {
        for head in [
            "",
            "0",
            "bsb,account_number,amount\n062-000,20304050,1.00\n",
            "062-000,20304050,1234.50,Nina Aldridge,1 Hill Street,Sydney,NSW,2000,SALARY JUL26,1,2,3,4,5,6,7\n",
            "1062-000 20304050",
            "0,01,02,03,04,05,06,07,08,09,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32\n",
        ] {
            assert!(!is_aba(head.as_bytes()), "{head}");
        }
    }
}
