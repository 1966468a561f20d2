//! Any bytes as what the process says that reads workbooks: rows whose cells are whole, or no rows.

#![no_main]

use libfuzzer_sys::fuzz_target;
use payrun::intake::fuzzing;

fuzz_target!(|bytes: &[u8]| {
    let cells = fuzzing::lines(bytes);
    assert!(cells <= bytes.len(), "more cells than anybody has told");
});
