//! The first row of each kind, found again by a digest of what makes it that kind.
//!
//! Digests have 128 bits: among a million different rows, two share one with a chance of less than one in 10^26. What
//! is found is never wrong for a row that differs.

use std::hint::black_box;

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

    /// 32 bits that the hash does not have: other keys are told from it without a look at the list.
    fn tag(self) -> u64 {
        self.0[1] >> 32
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
/// checks of the row, since the table does not fit into a core's cache and each look waits for memory. So whoever has
/// many rows to come looks all of them up beforehand ([`Firsts::foresee`]): those looks do not wait for each other, and
/// what they have fetched is near when the rows come. For the same reason the table is one of our own, with all that
/// is looked at of a key in one place.
#[derive(Debug)]
pub(super) struct Firsts<T> {
    known: Vec<(Key, T)>,
    /// The first `placed` of them, each at the place that its key names or behind it, where that was free.
    slots: Vec<Slot>,
    placed: usize,
}

/// Free, or bits of a key and where in the list it stands, counted from one.
type Slot = u64;
const FREE: Slot = 0;

impl<T: Copy> Firsts<T> {
    /// With room for so many rows; more may come.
    pub fn of_about(rows: u64) -> Self {
        let rows = usize::try_from(rows.min(MOST_AT_ONCE)).expect("small");
        Self { known: Vec::with_capacity(rows), slots: vec![FREE; slots_for(rows)], placed: 0 }
    }

    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The place of the one that was kept last.
    pub fn last(&self) -> u32 {
        place(self.known.len() - 1)
    }

    /// Fetches what will be asked for soon. It changes nothing.
    #[inline]
    pub fn foresee(&self, key: Key) {
        black_box(self.slots[self.slot_of(key)]);
    }

    /// What is known of an earlier row of this kind, and its place. Where there is none, `this` is kept.
    pub fn earlier(&mut self, key: Key, this: T) -> Option<(u32, T)> {
        self.place_all();
        match self.search(key) {
            Ok(at) => Some((place(at), self.known[at].1)),
            Err(free) => {
                self.known.push((key, this));
                self.put(free, self.placed);
                None
            }
        }
    }

    /// Keeps `this`, of which it is known already that there is no earlier one of its kind.
    pub fn add_first(&mut self, key: Key, this: T) {
        self.known.push((key, this));
    }

    /// What is known of the first row of this kind.
    pub fn find(&mut self, key: Key) -> Option<T> {
        self.place_all();
        self.search(key).ok().map(|at| self.known[at].1)
    }

    /// Puts those into the table that were known to be first.
    fn place_all(&mut self) {
        while self.placed < self.known.len() {
            match self.search(self.known[self.placed].0) {
                Err(free) => self.put(free, self.placed),
                Ok(_) => self.placed += 1, // the first of a kind is the one that is found
            }
        }
    }

    /// Where in the list a key is, or else the slot where it belongs.
    fn search(&self, key: Key) -> Result<usize, usize> {
        let mut slot = self.slot_of(key);
        loop {
            let found = self.slots[slot];
            if found == FREE {
                return Err(slot);
            }
            if found >> 32 == key.tag() {
                let at = usize::try_from(found & u64::from(u32::MAX)).expect("32 bits") - 1;
                if self.known[at].0 == key {
                    return Ok(at);
                }
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }

    /// The slot that a key names; there is a power of two of them.
    fn slot_of(&self, key: Key) -> usize {
        usize::try_from(key.hash() & (self.slots.len() as u64 - 1)).expect("less than there are slots")
    }

    /// Puts the next key of the list into a slot that is free.
    fn put(&mut self, free: usize, at: usize) {
        self.slots[free] = self.known[at].0.tag() << 32 | u64::from(place(at + 1));
        self.placed += 1;
        if slots_for(self.placed + 1) > self.slots.len() {
            self.slots = vec![FREE; 2 * self.slots.len()];
            self.placed = 0;
            self.place_all();
        }
    }
}

/// Of four slots one is always free, so that a search soon comes to its end.
fn slots_for(rows: usize) -> usize {
    (rows / 3 * 4 + 8).next_power_of_two()
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
        /// Whatever room was made.
        #[test]
        fn the_first_of_each_kind_is_found_again(kinds in vec(0_u16..300, 0..600), room in 0_u64..700) {
            let mut firsts = Firsts::of_about(room);
            let mut model: HashMap<u16, (u32, usize)> = HashMap::new();
            for (row, kind) in kinds.into_iter().enumerate() {
                let key = Key::of(&kind.to_le_bytes());
                firsts.foresee(key);
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
