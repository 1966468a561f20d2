//! Any value as a cell of a workbook: its text has the digits that a spreadsheet shows, or it is marked as what it is.

#![no_main]

use libfuzzer_sys::fuzz_target;
use payrun::intake::{Kind, fuzzing};

fuzz_target!(|input: (f64, i64, bool, &str)| {
    let (float, whole, formula, text) = input;
    for format in [None, Some("000-000"), Some("000000000"), Some(text)] {
        let (shown, mark) = fuzzing::number(&format!("{float:e}"), format).expect("a number");
        check(float, &shown, mark.kind);
        let (shown, mark) = fuzzing::whole(whole, format);
        match mark.kind {
            Kind::Number => assert_eq!(shown, whole.to_string()),
            Kind::Padded => assert_eq!(digits(&shown), digits(&whole.to_string())),
            kind => assert!(kind == Kind::DigitsLost && whole.unsigned_abs() > 999_999_999_999_999),
        }
    }
    for (read, mark) in fuzzing::texts(text, formula) {
        assert_eq!(mark.formula, formula);
        assert!(mark.kind != Kind::Number && mark.kind != Kind::Padded);
        assert!(mark.kind == Kind::Date || read == text);
    }
});

fn check(float: f64, shown: &str, kind: Kind) {
    match kind {
        Kind::Number => {
            assert!(digits(shown).trim_end_matches('0').len() <= 15, "{float:e}: {shown}");
            assert!(shown.chars().all(|c| c.is_ascii_digit() || "-.".contains(c)), "{float:e}: {shown}");
            let read: f64 = shown.parse().expect("a number");
            assert!((read - float).abs() <= float.abs() * 1e-14, "{float:e}: {shown}");
            assert_eq!(fuzzing::number(shown, None).expect("a number").0, shown);
        }
        Kind::Padded => {
            let (plain, _) = fuzzing::number(&format!("{float:e}"), None).expect("a number");
            assert_eq!(digits(shown), digits(&plain), "{float:e}: {shown}");
        }
        Kind::DigitsLost => assert!(float.abs() < 1e-8 || float.abs() > 9e14, "{float:e}: {shown}"),
        kind => assert!(kind == Kind::Fault && !float.is_finite(), "{float:e}: {kind:?}"),
    }
}

/// The digits without the zeros before them.
fn digits(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.trim_start_matches('0').to_owned()
}
