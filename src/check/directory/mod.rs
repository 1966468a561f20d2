//! The directory of Australian bank branches, compiled in: AusPayNet's file of September 2025.
//!
//! From the `bsb-lookup` package (MIT, see LICENSE beside this file), packed by `examples/pack_bsb_directory.rs`.
//! It is a guide, not a judge: branches are added and merged every month.

mod pack;

pub use pack::{Line, pack};

use std::sync::LazyLock;

use serde::Serialize;

use crate::domain::Bsb;

/// Of when the directory is.
pub const DATE: &str = "September 2025";

static PACKED: &[u8] = include_bytes!("directory.bin");
static PREFIXES: &str = include_str!("prefixes.csv");

/// The bank of the first three digits; a longer prefix is stronger than a shorter one.
static BANKS: LazyLock<[Option<&'static str>; 1000]> = LazyLock::new(|| {
    let mut banks = [None; 1000];
    let mut strength = [0; 1000];
    for line in PREFIXES.lines().skip(1) {
        let Some((rest, prefix)) = line.rsplit_once(',') else { continue };
        let (Some((_, name)), prefix) = (rest.split_once(','), prefix.trim()) else { continue };
        for first in (0..1000).filter(|first| format!("{first:03}").starts_with(prefix)) {
            if prefix.len() > strength[first] {
                (banks[first], strength[first]) = (Some(name.trim_matches('"')), prefix.len());
            }
        }
    }
    banks
});

/// One bit for each BSB that nothing is to be said of.
static IN_USE: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let directory = Directory::built_in();
    let mut bits = vec![0; 1_000_000 / 64];
    for entry in 0..directory.number(4) {
        let bsb = directory.bsb_of(entry);
        let [_, name, _, _, place] = directory.fields_of(entry);
        let flags = place.split('\t').nth(2).unwrap_or_default();
        if !is_gone(name) && flags.contains(DIRECT_ENTRY) && bsb != OWN {
            bits[bsb as usize / 64] |= 1 << (bsb % 64);
        }
    }
    bits
});

/// Flash's own BSB.
pub(super) const OWN: u32 = 370_370;

/// The flag of branches that take electronic payments.
const DIRECT_ENTRY: char = 'E';

/// Successors are followed so far; two of them lead in a circle.
const MOST_HOPS: usize = 5;

/// The directory. Reading it costs nothing until it is asked.
#[derive(Debug, Clone, Copy)]
pub struct Directory {
    packed: &'static [u8],
}

/// What the directory knows of a BSB.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Branch {
    /// The BSB.
    pub bsb: String,
    /// The bank's code of three letters.
    pub code: &'static str,
    /// The bank's name, or its code where the name is not known.
    pub bank: String,
    /// The branch.
    pub name: &'static str,
    /// Its street.
    pub street: &'static str,
    /// Its suburb.
    pub suburb: &'static str,
    /// Its state.
    pub state: &'static str,
    /// Its postcode.
    pub postcode: &'static str,
    /// `P` takes paper, `E` Direct Entry, `H` high value.
    pub flags: &'static str,
    /// Where a merged or closed branch's payments go, as `NNN-NNN`.
    pub successor: Option<String>,
}

impl Branch {
    /// Whether the branch is no more.
    pub fn is_gone(&self) -> bool {
        is_gone(self.name)
    }

    /// Whether the bank takes electronic payments there.
    pub fn takes_direct_entry(&self) -> bool {
        self.flags.contains(DIRECT_ENTRY)
    }
}

impl Directory {
    /// The directory that is compiled in.
    pub fn built_in() -> Self {
        Self { packed: PACKED }
    }

    /// The branch of a BSB.
    pub fn lookup(&self, bsb: Bsb) -> Option<Branch> {
        let fields = self.fields(bsb.number())?;
        let mut place = fields[4].split('\t');
        let mut part = || place.next().unwrap_or_default();
        let (state, postcode, flags) = (part(), part(), part());
        Some(Branch {
            bsb: bsb.to_string(),
            code: fields[0],
            bank: self.bank_of_prefix(bsb).unwrap_or(fields[0]).to_owned(),
            name: fields[1],
            street: fields[2],
            suburb: fields[3],
            state,
            postcode,
            flags,
            successor: self.successor(bsb).map(|bsb| bsb.to_string()),
        })
    }

    /// Whether it is a branch that is neither gone nor without electronic payments, nor Flash's own.
    pub(super) fn is_in_use(bsb: Bsb) -> bool {
        (IN_USE[bsb.number() as usize / 64] >> (bsb.number() % 64)) & 1 == 1
    }

    /// Bank and branch in a few words: `Commonwealth Bank of Australia, Sydney`.
    pub fn words(&self, bsb: Bsb) -> Option<String> {
        let branch = self.lookup(bsb)?;
        Some(format!(
            "{}, {}",
            branch.bank,
            if branch.suburb.is_empty() { branch.name } else { branch.suburb }
        ))
    }

    /// The bank that owns the first digits of a BSB.
    pub fn bank_of_prefix(&self, bsb: Bsb) -> Option<&'static str> {
        BANKS[bsb.number() as usize / 1000]
    }

    /// Where a merged branch's payments go, over several mergers, never in a circle.
    fn successor(&self, bsb: Bsb) -> Option<Bsb> {
        let mut seen = vec![bsb];
        let mut last = None;
        while seen.len() <= MOST_HOPS {
            let Some(next) =
                self.fields(seen[seen.len() - 1].number()).and_then(|fields| named(fields[1], fields[2]))
            else {
                break;
            };
            if seen.contains(&next) {
                break;
            }
            seen.push(next);
            last = Some(next);
        }
        last
    }

    fn fields(&self, bsb: u32) -> Option<[&'static str; 5]> {
        let count = self.number(4);
        let (mut low, mut high) = (0, count);
        while low < high {
            let middle = low.midpoint(high);
            match self.bsb_of(middle).cmp(&bsb) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(self.fields_of(middle)),
            }
        }
        None
    }

    fn entry(&self, index: usize) -> &'static [u8] {
        let at = 12 + index * pack::ENTRY;
        &self.packed[at..at + pack::ENTRY]
    }

    fn bsb_of(&self, index: usize) -> u32 {
        let entry = self.entry(index);
        u32::from_le_bytes([entry[0], entry[1], entry[2], 0])
    }

    fn fields_of(&self, index: usize) -> [&'static str; 5] {
        let entry = self.entry(index);
        [0, 1, 2, 3, 4].map(|number| {
            self.text(usize::from(u16::from_le_bytes([entry[3 + 2 * number], entry[4 + 2 * number]])))
        })
    }

    fn text(&self, number: usize) -> &'static str {
        let ends = 12 + self.number(4) * pack::ENTRY;
        let texts = ends + self.number(8) * 4;
        let from = if number == 0 { 0 } else { self.number(ends + 4 * (number - 1)) };
        let to = self.number(ends + 4 * number);
        std::str::from_utf8(&self.packed[texts + from..texts + to]).unwrap_or_default()
    }

    fn number(&self, at: usize) -> usize {
        let bytes = self.packed[at..at + 4].try_into().expect("four bytes");
        usize::try_from(u32::from_le_bytes(bytes)).expect("small")
    }
}

fn is_gone(name: &str) -> bool {
    matches!(name, "Merged" | "Closed")
}

/// The BSB that the street of a branch that is gone names: `Refer to BSB 012-019 [07/21]`, `merging with 012-019`.
fn named(name: &str, street: &str) -> Option<Bsb> {
    if !is_gone(name) {
        return None;
    }
    let digits: String = street.chars().filter(char::is_ascii_digit).take(6).collect();
    Bsb::new(&digits).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn branch(bsb: &str) -> Option<Branch> {
        Directory::built_in().lookup(Bsb::new(bsb).expect("six digits"))
    }

    #[test]
    fn branches_are_found_and_merged_ones_name_their_successor() {
        let sydney = branch("062000").expect("a branch");
        assert!(sydney.bank.starts_with("Commonwealth Bank"), "{sydney:?}");
        assert_eq!(branch("012003").expect("a merged branch").successor.as_deref(), Some("012-055"));
        assert_eq!(branch("012620"), None);
    }

    #[test]
    fn branches_in_use_are_those_of_which_nothing_is_to_be_said() {
        let directory = Directory::built_in();
        for number in 0..1_000_000 {
            let bsb = Bsb::new(&format!("{number:06}")).expect("six digits");
            let branch = directory.lookup(bsb).filter(|_| number != OWN);
            let in_use = branch.is_some_and(|branch| !branch.is_gone() && branch.takes_direct_entry());
            assert_eq!(Directory::is_in_use(bsb), in_use, "{bsb}");
        }
    }

    #[test]
    fn no_chain_of_successors_is_endless() {
        let directory = Directory::built_in();
        for entry in 0..directory.number(4) {
            let bsb = directory.bsb_of(entry);
            let _ = directory.successor(Bsb::new(&format!("{bsb:06}")).expect("six digits"));
        }
    }
}
