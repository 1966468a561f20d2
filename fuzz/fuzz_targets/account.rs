//! Any text as a BSB, an account number or a PayID: no digit is added, lost or moved.

#![no_main]

use libfuzzer_sys::fuzz_target;
use payrun::check::fuzzing;

fuzz_target!(|text: &str| {
    let letters = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
    };
    if let Some(bsb) = fuzzing::bsb(text) {
        assert_eq!(letters(&bsb), letters(text), "{text:?}");
    }
    if let Some(number) = fuzzing::account_number(text) {
        assert_eq!(number, letters(text), "{text:?}");
    }
    if let Some(payid) = fuzzing::payid(text) {
        assert_eq!(fuzzing::payid(&payid), Some(payid));
    }
});
