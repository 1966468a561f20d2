//! The packed form of the bank directory: made once from AusPayNet's CSV, read in place ever after.
//!
//! `PBD1`, the number of entries and of texts (u32), entries of 13 bytes in order of their BSB (BSB as u24; bank,
//! name, street, suburb, and state with postcode and flags as u16 numbers of texts), the ends of the texts (u32),
//! the texts. Little-endian.

use std::collections::HashMap;

use super::source::NotADirectory;

pub(super) const MAGIC: &[u8; 4] = b"PBD1";
pub(super) const ENTRY: usize = 13;

/// A line of AusPayNet's CSV: BSB, bank's code, name, street, suburb, state, postcode, flags.
pub type Line = [String; 8];

/// Packs the lines. They need no order.
pub fn pack(lines: &[Line]) -> Result<Vec<u8>, NotADirectory> {
    let mut texts: Vec<String> = Vec::new();
    let mut numbers: HashMap<String, u16> = HashMap::new();
    let mut too_many = false;
    let mut number = |text: String| {
        *numbers.entry(text.clone()).or_insert_with(|| {
            texts.push(text);
            u16::try_from(texts.len() - 1).unwrap_or_else(|_| {
                too_many = true;
                u16::MAX
            })
        })
    };
    let mut entries: Vec<(u32, [u16; 5])> = Vec::new();
    for [bsb, bank, name, street, suburb, state, postcode, flags] in lines {
        let Ok(digits) = bsb.replace('-', "").parse() else {
            continue;
        };
        let place = format!("{state}\t{postcode}\t{flags}");
        entries.push((
            digits,
            [bank.clone(), name.clone(), street.clone(), suburb.clone(), place].map(&mut number),
        ));
    }
    if too_many {
        return Err(NotADirectory::TooLarge);
    }
    entries.sort_unstable();
    let mut out = MAGIC.to_vec();
    let count = |length: usize| u32::try_from(length).expect("small").to_le_bytes();
    out.extend(count(entries.len()));
    out.extend(count(texts.len()));
    for (bsb, fields) in &entries {
        out.extend(&bsb.to_le_bytes()[..3]);
        out.extend(fields.iter().flat_map(|field| field.to_le_bytes()));
    }
    let mut end = 0;
    for text in &texts {
        end += text.len();
        out.extend(count(end));
    }
    out.extend(texts.iter().flat_map(|text| text.bytes()));
    Ok(out)
}
