//! Whether a number format shows another amount than the number in its cell.
//!
//! An officer compares what a spreadsheet shows. A cell that shows `USD 2,053.15`, `205315%`, `2` thousands, a sign or
//! nothing at all must not be paid as 2053.15. How many decimals are shown does not matter: the cell keeps them.

use super::number;

/// What may stand for Australian dollars beside an amount, in capitals.
const OWN_SIGNS: [&str; 4] = ["$", "A$", "AU$", "AUD"];

/// Whether a format has to be known of a number: it shows another amount, or zeros that the number does not have.
pub(super) fn matters(format: &str) -> bool {
    number::has_fixed_digits(format) || shows_otherwise(format)
}

/// Whether a format shows a positive number as something else: by the first of its sections, which is the one for
/// positive numbers (ECMA-376, part 1, 18.8.31).
pub(super) fn shows_otherwise(format: &str) -> bool {
    if format.eq_ignore_ascii_case("general") || format == "@" {
        return false;
    }
    let mut places = false;
    let mut comma_after_places = false;
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        match letter {
            ';' => break,
            '0' | '#' | '?' => {
                places = true;
                comma_after_places = false;
            }
            ',' => comma_after_places = places,
            '.' if comma_after_places => return true, // thousands: 0,.00
            '_' | '*' => drop(letters.next()), // room of the next sign's width, or that sign as often as fits
            // the next sign as it stands; where there is none, nothing
            '\\' if letters.next().is_some_and(|literal| !is_harmless(&literal.to_string())) => return true,
            '"' => {
                let literal: String = letters.by_ref().take_while(|inner| *inner != '"').collect();
                if !is_harmless(&literal) {
                    return true;
                }
            }
            '[' => {
                let inner: String = letters.by_ref().take_while(|inner| *inner != ']').collect();
                let sign = inner.strip_prefix('$').map(|sign| sign.split('-').next().unwrap_or_default());
                if sign.is_some_and(|sign| !is_harmless(sign)) {
                    return true;
                }
            }
            '.' | '\\' | 'E' | 'e' | '+' => {} // 2.05E+03 is the same number
            literal if !is_harmless(&literal.to_string()) => return true,
            _ => {}
        }
    }
    !places || comma_after_places
}

/// Whether a text beside the digits leaves them what they are.
fn is_harmless(literal: &str) -> bool {
    let bare = literal.trim().to_uppercase();
    bare.is_empty() || OWN_SIGNS.contains(&bare.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_numbers_and_own_dollars_are_what_they_are() {
        for format in [
            "General",
            "@",
            "0",
            "0.00",
            "#,##0.00",
            "$#,##0.00",
            "\"$\"#,##0.00;[Red]\\-\"$\"#,##0.00",
            "[$A$]#,##0.00",
            "[$AUD] #,##0.00",
            "_-$* #,##0.00_-;-$* #,##0.00_-;_-$* \"-\"??_-;_-@_-",
            "_(* #,##0.00_);_(* \\(#,##0.00\\);_(* \"-\"??_);_(@_)",
            "#,##0.00;(#,##0.00)",
            "0.00E+00",
            "[$$-C09]#,##0.00",
        ] {
            assert!(!shows_otherwise(format), "{format}");
        }
    }

    #[test]
    fn other_currencies_signs_and_scales_are_something_else() {
        for format in [
            "[$USD] #,##0.00",
            "[$€-2] #,##0.00",
            "€#,##0.00",
            "\"US$\"#,##0.00",
            "0%",
            "0.00%",
            "#,##0,",
            "0.0,,",
            "0,.00",
            "#,##0.00\" hrs\"",
            "(#,##0.00)",
            "\"-\"0.00",
            "-0.00",
            ";;;",
            "",
            "\"paid\"",
            "# ?/?",
        ] {
            assert!(shows_otherwise(format), "{format}");
        }
    }
}
