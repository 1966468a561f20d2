//! The first row of each kind, found again by a digest of what makes it that kind.
//!
//! Digests have 128 bits: among a million different rows, two share one with a chance of less than one in 10^26. What
//! is found is never wrong for a row that differs.

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_128;

/// Room is made at once for no more rows than these; beyond, it is made as they come.
const MOST_AT_ONCE: u64 = 1 << 21;

/// A digest of what is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key([u64; 2]);

impl Key {
    /// The digest of bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let digest = xxh3_128(bytes).to_le_bytes();
        let half = |at: usize| u64::from_le_bytes(digest[at..at + 8].try_into().expect("eight bytes"));
        Self([half(0), half(8)])
    }

    /// Its bytes, to make another digest of it.
    pub fn bytes(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.0[0].to_le_bytes());
        bytes[8..].copy_from_slice(&self.0[1].to_le_bytes());
        bytes
    }

    /// Any half of a digest is a good hash.
    fn hash(self) -> u64 {
        self.0[0]
    }
}

/// Bytes that a digest is made of, their room used again. Whoever adds a text adds it last.
#[derive(Debug, Default)]
pub(super) struct Text(Vec<u8>);

impl Text {
    pub fn begin(&mut self) {
        self.0.clear();
    }

    pub fn add(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// A text in lower case.
    pub fn add_lower(&mut self, text: &str) {
        let from = self.0.len();
        if text.is_ascii() {
            self.add(text.as_bytes());
            self.0[from..].make_ascii_lowercase();
        } else {
            self.add(text.to_lowercase().as_bytes());
        }
    }

    pub fn key(&self) -> Key {
        Key::of(&self.0)
    }
}

/// What is known of the first row of each kind.
///
/// Nearly every row is the first of its kind, and looking that up in a table of a million costs more than all other
/// checks of the row, since the table does not fit into a core's cache. So a filter of some bits a row is asked first:
/// it knows most new kinds for certain. They are put into the table later, many at once, which costs a fraction.
#[derive(Debug)]
pub(super) struct Firsts<T> {
    filter: Filter,
    known: Vec<(Key, T)>,
    /// Where in `known` each key stands, of the first `placed` of them.
    places: HashTable<u32>,
    placed: usize,
    /// So many of `known` are in the filter.
    filtered: usize,
}

impl<T: Copy> Firsts<T> {
    /// With room for so many rows; more may come.
    pub fn of_about(rows: u64) -> Self {
        let rows = usize::try_from(rows.min(MOST_AT_ONCE)).expect("small");
        Self {
            filter: Filter::of_about(rows),
            known: Vec::with_capacity(rows),
            places: HashTable::with_capacity(rows),
            placed: 0,
            filtered: 0,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The place of the one that was kept last.
    pub fn last(&self) -> u32 {
        place(self.known.len() - 1)
    }

    /// What is known of an earlier row of this kind, and its place. Where there is none, `this` is kept.
    pub fn earlier(&mut self, key: Key, this: T) -> Option<(u32, T)> {
        for (known, _) in &self.known[self.filtered..] {
            self.filter.add(*known);
        }
        let found = if self.filter.add(key) { self.find_place(key) } else { None };
        if found.is_none() {
            self.known.push((key, this));
        }
        self.filtered = self.known.len();
        found.map(|at| (at, self.known[at as usize].1))
    }

    /// Keeps `this`, of which it is known already that there is no earlier one of its kind.
    pub fn add_first(&mut self, key: Key, this: T) {
        self.known.push((key, this));
    }

    /// What is known of the first row of this kind.
    pub fn find(&mut self, key: Key) -> Option<T> {
        self.find_place(key).map(|at| self.known[at as usize].1)
    }

    fn find_place(&mut self, key: Key) -> Option<u32> {
        let known = &self.known;
        for at in self.placed..known.len() {
            let hash = known[at].0.hash();
            self.places.insert_unique(hash, place(at), |at| known[*at as usize].0.hash());
        }
        self.placed = known.len();
        self.places.find(key.hash(), |at| known[*at as usize].0 == key).copied()
    }
}

/// Tells most keys that were not added from those that were.
#[derive(Debug)]
struct Filter {
    bits: Vec<u64>,
}

impl Filter {
    /// Of sixteen keys that were not added, it takes one or two for added when `rows` were.
    const BITS_A_ROW: usize = 8;

    fn of_about(rows: usize) -> Self {
        let words = (rows * Self::BITS_A_ROW / 64).next_power_of_two();
        Self { bits: vec![0; words] }
    }

    /// Adds a key. `false`: it was not there before.
    fn add(&mut self, key: Key) -> bool {
        let hash = key.0[1]; // the other half finds places
        let words = self.bits.len() as u64;
        let word = usize::try_from((hash / 64) & (words - 1)).expect("less than there are words");
        let bit = 1 << (hash % 64);
        let was = self.bits[word] & bit != 0;
        self.bits[word] |= bit;
        was
    }
}

/// Rows are counted in 32 bits everywhere.
fn place(at: usize) -> u32 {
    u32::try_from(at).expect("no more than there are rows")
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever room was made, and however often the filter is wrong.
        #[test]
        fn the_first_of_each_kind_is_found_again(kinds in vec(0_u16..300, 0..600), room in 0_u64..700) {
            let mut firsts = Firsts::of_about(room);
            let mut model: HashMap<u16, (u32, usize)> = HashMap::new();
            for (row, kind) in kinds.into_iter().enumerate() {
                let key = Key::of(&kind.to_le_bytes());
                prop_assert_eq!(firsts.find(key), model.get(&kind).map(|(_, row)| *row));
                prop_assert_eq!(firsts.earlier(key, row), model.get(&kind).copied());
                let next = place(model.len());
                model.entry(kind).or_insert((next, row));
                prop_assert!(!firsts.is_empty());
            }
        }
    }

    proptest! {
        #[test]
        fn those_known_to_be_first_are_found_again(first in 0_u16..60, kinds in vec(0_u16..80, 0..60)) {
            let mut firsts = Firsts::of_about(10);
            let mut model: HashMap<u16, u16> = (0..first).map(|kind| (kind, kind)).collect();
            for kind in 0..first {
                firsts.add_first(Key::of(&kind.to_le_bytes()), kind);
            }
            for (row, kind) in (first..).zip(kinds) {
                let found = firsts.earlier(Key::of(&kind.to_le_bytes()), row).map(|(_, row)| row);
                prop_assert_eq!(found, model.get(&kind).copied());
                model.entry(kind).or_insert(row);
            }
        }
    }

    #[test]
    fn texts_are_the_same_in_either_case() {
        let key = |texts: &[&str]| {
            let mut text = Text::default();
            text.begin();
            for one in texts {
                text.add_lower(one);
            }
            text.key()
        };
        assert_eq!(key(&["NET Pay Ärzte"]), key(&["net pay ärzte"]));
        assert_ne!(key(&["net pay"]), key(&["net  pay"]));
    }
}
