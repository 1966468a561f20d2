//! Any text as an amount: what is accepted is exactly what its digits say.

#![no_main]

use libfuzzer_sys::fuzz_target;
use payrun::check::fuzzing;

fuzz_target!(|text: &str| {
    let Some(amount) = fuzzing::amount(text) else { return };
    let digits = |text: &str| -> String {
        let kept = text.chars().filter(|c| c.is_ascii_digit() || *c == '.');
        kept.collect::<String>().trim_start_matches('0').to_owned()
    };
    let (typed, read) = (digits(text), digits(&amount));
    // two decimals are printed, fewer or more zeros may be typed
    let whole = |text: &str| {
        let (whole, cents) = text.split_once('.').unwrap_or((text, ""));
        format!("{whole}.{}", cents.trim_end_matches('0'))
    };
    assert_eq!(whole(&typed), whole(&read), "{text:?}");
    assert_eq!(fuzzing::amount(&amount).as_deref(), Some(amount.as_str()));
});
