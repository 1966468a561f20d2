//! Any bytes as a bank file: what is given out is what its trailers say, or a finding forbids the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use payrun::domain::Severity;
use payrun::intake::{self, Column, Item, Reading};

const HEADER: &str =
    "0                 01CBA       BLUEGUM PAYROLL PTY LTD   301500SALARIES    170726                                        ";

fuzz_target!(|bytes: &[u8]| {
    // half of the files are as they come, half are made of lines that have the right length and sums
    let bytes = match bytes.split_first() {
        Some((b'L', lines)) => made_of(lines),
        _ => bytes.to_vec(),
    };
    let file = tempfile::NamedTempFile::new_in("/dev/shm").expect("a file in memory");
    std::fs::write(file.path(), &bytes).expect("written");
    let Ok(mut source) = intake::open(file.path(), &Reading::default()) else { return };
    if source.format != "aba" {
        return;
    }
    let is_forbidden = source.notes.iter().any(|note| note.severity == Severity::Error);
    let about = source.about;
    let (mut rows, mut sum) = (0, 0);
    while let Some(item) = source.next_item().expect("a file in memory can be read") {
        rows += 1;
        if let Item::Row(row) = item
            && !is_forbidden
        {
            let amount = row.text(Column::Amount);
            sum += amount.replace('.', "").parse::<u64>().expect("cents of a file that may be paid");
        }
    }
    assert!(rows == about || is_forbidden, "{rows} rows instead of {about}");
    if !is_forbidden {
        assert_eq!((rows, sum), said(&bytes));
    }
});

/// Pieces of 120 bytes as payments between a header and a trailer that fits them.
fn made_of(bytes: &[u8]) -> Vec<u8> {
    let text: String = bytes.iter().map(|byte| char::from(byte % 95 + b' ')).collect();
    let mut lines = vec![HEADER.to_owned()];
    let pieces = (0..text.len()).step_by(120).map(|at| &text[at..text.len().min(at + 120)]);
    lines.extend(pieces.map(|piece| format!("{piece:<120}")));
    let cents = |code: fn(&str) -> bool| -> u64 {
        let payments = lines[1..].iter().filter(|line| line.starts_with('1') && code(&line[18..20]));
        payments.filter_map(|line| line[20..30].parse::<u64>().ok()).sum()
    };
    let (credits, debits) = (cents(|code| code != "13"), cents(|code| code == "13"));
    let count = lines[1..].iter().filter(|line| line.starts_with('1')).count();
    let sums = format!("{:010}{credits:010}{debits:010}", credits.abs_diff(debits));
    lines.push(format!("{:<74}{count:06}{:40}", format!("7999-999            {sums}"), ""));
    (lines.join("\r\n") + "\r\n").into_bytes()
}

/// How many payments the trailers say, without the debits, and what they come to.
fn said(bytes: &[u8]) -> (u64, u64) {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let (mut count, mut debits, mut sum) = (0, 0, 0);
    for line in bytes.split(|byte| matches!(byte, b'\r' | b'\n')) {
        let number = |from: usize, to: usize| -> u64 {
            let digits = line.get(from - 1..to).and_then(|digits| std::str::from_utf8(digits).ok());
            digits.and_then(|digits| digits.parse().ok()).expect("a trailer of a file that may be paid")
        };
        match line.first() {
            Some(b'7') => {
                count += number(75, 80);
                sum += number(31, 40);
            }
            Some(b'1') if line.get(18..20) == Some(b"13") => debits += 1,
            _ => {}
        }
    }
    (count - debits, sum)
}
