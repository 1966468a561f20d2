//! Check digits, and how digits are told in messages.

/// The digits of a text that has nothing else.
fn values(text: &str) -> impl DoubleEndedIterator<Item = u32> {
    text.bytes().map(|byte| u32::from(byte.wrapping_sub(b'0')))
}

/// A US routing number: weights 3, 7, 1, and the sum ends in 0 (American Bankers Association).
pub(super) fn is_routing_number(digits: &str) -> bool {
    let sum: u32 =
        values(digits).zip([3, 7, 1].into_iter().cycle()).map(|(digit, weight)| digit * weight).sum();
    sum.is_multiple_of(10)
}

/// A CLABE: weights 3, 7, 1, each product counted by its last digit, and the last of 18 digits fills the sum up to a
/// multiple of ten (Asociación de Bancos de México).
pub(super) fn is_clabe(digits: &str) -> bool {
    let (body, check) = digits.split_at(digits.len().saturating_sub(1));
    let sum: u32 =
        values(body).zip([3, 7, 1].into_iter().cycle()).map(|(digit, weight)| digit * weight % 10).sum();
    values(check).next() == Some((10 - sum % 10) % 10)
}

/// A CNAPS code: ISO 7064, MOD 11,10.
pub(super) fn is_cnaps(digits: &str) -> bool {
    let (body, check) = digits.split_at(digits.len().saturating_sub(1));
    let product = values(body).fold(10, |product, digit| {
        let sum = (product + digit) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    values(check).next().is_some_and(|check| (product + check) % 10 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of all changes of one digit are found.
    fn finds_each_slip(valid: &str, is_valid: fn(&str) -> bool) -> bool {
        (0..valid.len()).all(|at| {
            ('0'..='9').filter(|digit| !valid[at..].starts_with(*digit)).all(|digit| {
                let mut other = valid.to_owned();
                other.replace_range(at..=at, &digit.to_string());
                !is_valid(&other)
            })
        })
    }

    #[test]
    fn routing_numbers_that_banks_and_the_federal_reserve_publish() {
        for bank in
            ["021000021", "011401533", "091000019", "121000358", "011000015", "322271627", "026009593"]
        {
            assert!(is_routing_number(bank), "{bank}");
            assert!(finds_each_slip(bank, is_routing_number), "{bank}");
        }
    }

    #[test]
    fn the_clabe_of_the_published_example() {
        for clabe in ["032180000118359719", "002010077777777771", "002115016003269411", "646180110400000007"]
        {
            assert!(is_clabe(clabe), "{clabe}");
            assert!(finds_each_slip(clabe, is_clabe), "{clabe}");
        }
    }

    #[test]
    fn the_codes_of_chinese_head_offices() {
        for code in ["102100099996", "103100000026", "104100000004", "105100000017", "308584000013"] {
            assert!(is_cnaps(code), "{code}");
            assert!(finds_each_slip(code, is_cnaps), "{code}");
        }
    }
}
