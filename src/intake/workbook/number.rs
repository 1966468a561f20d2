//! A number of a workbook as text, exactly as a spreadsheet shows it in full: 15 digits at most.
//!
//! The one place of product code that touches a float: workbooks hold floats, and nothing else does. It becomes
//! digits here and is never calculated with.

use crate::intake::record::Kind;

/// So many digits a spreadsheet keeps.
const DIGITS: usize = 15;
/// A number with more zeros than this behind its point has no plain form that anybody reads.
const MOST_ZEROS: usize = 9;

/// The digits of a number.
pub(super) fn of_float(value: f64, text: &mut String) -> Kind {
    use std::fmt::Write;
    if !value.is_finite() {
        text.push_str("#NUM!");
        return Kind::Fault;
    }
    let mut scientific = String::with_capacity(24);
    let _ = write!(scientific, "{value:.*e}", DIGITS - 1); // rounds exactly
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let negative = mantissa.starts_with('-');
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() {
        text.push('0');
        return Kind::Number;
    }
    if negative {
        text.push('-');
    }
    match usize::try_from(exponent) {
        Ok(whole) if whole < DIGITS => {
            let whole = whole + 1;
            text.push_str(&digits[..whole.min(digits.len())]);
            text.extend(std::iter::repeat_n('0', whole.saturating_sub(digits.len())));
            if digits.len() > whole {
                text.push('.');
                text.push_str(&digits[whole..]);
            }
            Kind::Number
        }
        Err(_) if exponent.unsigned_abs() as usize <= MOST_ZEROS => {
            text.push_str("0.");
            text.extend(std::iter::repeat_n('0', exponent.unsigned_abs() as usize - 1));
            text.push_str(digits);
            Kind::Number
        }
        _ => {
            let _ = write!(text, "{}.{}E{exponent:+03}", &digits[..1], digits.get(1..).unwrap_or_default());
            Kind::DigitsLost
        }
    }
}

/// The digits of a whole number, which old workbooks have.
pub(super) fn of_whole(value: i64, text: &mut String) -> Kind {
    text.push_str(&value.to_string());
    if value.unsigned_abs() >= 10_u64.pow(15) { Kind::DigitsLost } else { Kind::Number }
}

/// What a number shows whose format is a fixed number of digits, such as `000-000`. None: the format is another, or
/// the number does not fit it.
pub(super) fn padded(digits: &str, format: &str) -> Option<String> {
    let pattern = fixed_digits(format)?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let places = pattern.chars().filter(|c| *c == '0').count();
    let (over, digits) = digits.split_at(digits.len().saturating_sub(places));
    let zeros = std::iter::repeat_n('0', places - digits.len());
    let mut shown = zeros.chain(digits.chars());
    let filled: String =
        pattern.chars().filter_map(|c| if c == '0' { shown.next() } else { Some(c) }).collect();
    Some(over.to_owned() + &filled)
}

/// Whether a format shows a fixed number of digits.
pub(super) fn has_fixed_digits(format: &str) -> bool {
    fixed_digits(format).is_some()
}

/// The pattern of a format that has at least two zeros, and beside them only blanks and dashes.
fn fixed_digits(format: &str) -> Option<String> {
    let first = format.split(';').next().unwrap_or_default();
    let pattern: String = first.chars().filter(|c| !matches!(c, '\\' | '"')).collect();
    let fits = pattern.chars().all(|c| matches!(c, '0' | '-' | ' ')) && pattern.starts_with('0');
    (fits && pattern.matches('0').count() > 1).then_some(pattern)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(value: f64) -> (String, Kind) {
        let mut text = String::new();
        let kind = of_float(value, &mut text);
        (text, kind)
    }

    #[test]
    fn numbers_read_as_a_spreadsheet_shows_them() {
        for (value, expected) in [
            (12003.0, "12003"),
            (1_234.560_000_000_000_1, "1234.56"),
            (0.1 + 0.2, "0.3"),
            (1000.1, "1000.1"),
            (-0.0, "0"),
            (-12.5, "-12.5"),
            (999_999_999_999_999.0, "999999999999999"),
            (100_000_000_000_000.0, "100000000000000"),
            (0.000_000_001, "0.000000001"),
            (0.05, "0.05"),
        ] {
            assert_eq!(text(value), (expected.to_owned(), Kind::Number));
        }
        for (value, expected) in
            [(1e15, "1.E+15"), (1.234_567_890_123_456_7e18, "1.23456789012346E+18"), (1e-10, "1.E-10")]
        {
            assert_eq!(text(value), (expected.to_owned(), Kind::DigitsLost));
        }
        assert_eq!(text(f64::NAN).1, Kind::Fault);
        assert_eq!(of_whole(1_000_000_000_000_000, &mut String::new()), Kind::DigitsLost);
        assert_eq!(of_whole(999_999_999_999_999, &mut String::new()), Kind::Number);
    }

    #[test]
    fn formats_of_zeros_are_shown() {
        for (digits, format, expected) in [
            ("12003", "000-000", Some("012-003")),
            ("12003", "000\\-000", Some("012-003")),
            ("12003", "000\"-\"000;@", Some("012-003")),
            ("12345678", "000000000", Some("012345678")),
            ("1234567890", "00000000", Some("1234567890")),
            ("1234567", "000 000", Some("1234 567")),
            ("7", "0", None),
            ("7", "0.00", None),
            ("7", "General", None),
            ("7", "@", None),
            ("7", "#,##0", None),
            ("-7", "000", None),
            ("7.5", "000", None),
            ("7", "-00", None),
        ] {
            assert_eq!(padded(digits, format).as_deref(), expected, "{digits} {format}");
        }
    }

    proptest! {
        /// Whatever decimal of up to 15 digits stands in the file comes out digit by digit.
        #[test]
        fn the_digits_of_the_file_are_the_digits_read(
            digits in 1_u64..1_000_000_000_000_000,
            places in 0_usize..10,
            negative: bool,
        ) {
            let number = rust_decimal::Decimal::from_i128_with_scale(
                i128::from(digits) * if negative { -1 } else { 1 },
                u32::try_from(places).expect("small"),
            );
            prop_assume!(number.abs() >= rust_decimal::Decimal::new(1, 9));
            let written = number.to_string();
            let (read, kind) = text(written.parse().expect("a number"));
            prop_assert_eq!(read, number.normalize().to_string());
            prop_assert_eq!(kind, Kind::Number);
        }
    }
}
