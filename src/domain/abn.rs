//! The check digits of Australian business and company numbers.

/// Whether these eleven digits are an Australian Business Number (Australian Business Register: modulus 89).
pub fn is_abn(digits: &str) -> bool {
    const WEIGHTS: [u32; 11] = [10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19];
    if digits.len() != 11 || !digits.bytes().all(|byte| byte.is_ascii_digit()) || digits.starts_with('0') {
        return false;
    }
    let sum: u32 = digits.bytes().zip(WEIGHTS).map(|(byte, weight)| u32::from(byte - b'0') * weight).sum();
    (sum - WEIGHTS[0]).is_multiple_of(89)
}

/// The check digit of an Australian Company Number.
pub fn is_acn(digits: &str) -> bool {
    if digits.len() != 9 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let numbers: Vec<u32> = digits.bytes().map(|byte| u32::from(byte - b'0')).collect();
    let sum: u32 = numbers[..8].iter().zip((1..=8).rev()).map(|(digit, weight)| digit * weight).sum();
    (10 - sum % 10) % 10 == numbers[8]
}
