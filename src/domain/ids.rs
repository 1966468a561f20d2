//! Identity: what makes a payout the same payout, whatever file it comes in.
//!
//! Everything here is derived from content, never random, so that the same file gives the same ids on any day
//! and on any machine.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Hashes a list of fields, blanks collapsed, so that no two different lists give the same bytes. `context` keeps
/// kinds of digests apart.
fn digest(context: &str, fields: &[impl AsRef<str>]) -> [u8; 16] {
    let mut bytes = Vec::with_capacity(256);
    for field in std::iter::once(context).chain(fields.iter().map(AsRef::as_ref)) {
        let length = bytes.len();
        bytes.extend_from_slice(&[0; 4]);
        for (at, word) in field.split_whitespace().enumerate() {
            if at > 0 {
                bytes.push(b' ');
            }
            bytes.extend_from_slice(word.as_bytes());
        }
        let written = u32::try_from(bytes.len() - length - 4).expect("no field has four gigabytes");
        bytes[length..length + 4].copy_from_slice(&written.to_le_bytes());
    }
    let mut out = [0; 16];
    out.copy_from_slice(&blake3::hash(&bytes).as_bytes()[..16]);
    out
}

/// Trimmed, with every run of blanks inside made one ordinary blank.
pub fn collapsed(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let is_blank_or_odd = |byte: u8| !byte.is_ascii_graphic();
    let ends_well = !bytes.first().copied().is_some_and(is_blank_or_odd)
        && !bytes.last().copied().is_some_and(is_blank_or_odd);
    // most texts are so already
    let mut before = b'x';
    let sound = |byte: &u8| {
        let sound = byte.is_ascii_graphic() || (*byte == b' ' && before != b' ');
        before = *byte;
        sound
    };
    if ends_well && bytes.iter().all(sound) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// As `trim` does, at once where there is nothing to trim.
#[inline]
pub fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [] => text,
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}

fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn unhex(text: &str) -> Option<[u8; 16]> {
    let mut out = [0; 16];
    if text.len() != 32 || !text.is_ascii() {
        return None;
    }
    for (at, byte) in out.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(out)
}

/// A text is not the form of a stored id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a digest of 32 hexadecimal digits")]
pub struct NotADigest;

macro_rules! digest_type {
    ($(#[$doc:meta])* $name:ident, $context:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name([u8; 16]);

        impl $name {
            /// The digest of a list of fields, blanks collapsed.
            pub fn of(fields: &[impl AsRef<str>]) -> Self {
                Self(digest(concat!("payrun ", $context), fields))
            }

            /// The bytes, for keys.
            pub fn bytes(&self) -> &[u8; 16] {
                &self.0
            }

            /// Reads bytes that [`Self::bytes`] gave.
            pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotADigest;
            fn try_from(text: String) -> Result<Self, NotADigest> {
                unhex(&text).map(Self).ok_or(NotADigest)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }
    };
}

digest_type!(
    /// What makes a payout the same payout.
    PayoutId,
    "payout identity v1"
);
digest_type!(
    /// The canonical row.
    RowDigest,
    "canonical row v1"
);
digest_type!(
    /// Account, amount, currency and reference.
    OverlapKey,
    "overlap v1"
);
digest_type!(
    /// A payee of the book, or what is known of one.
    BookKey,
    "payee book v1"
);
digest_type!(
    /// A plan: every row, what is done with it, and in whose name.
    PlanHash,
    "plan v1"
);
digest_type!(
    /// The sorted multiset of a file's canonical rows: renaming, re-saving and reordering do not change it.
    FileDigest,
    "file v1"
);

impl PayoutId {
    /// The identity of a row that bears the user's own id: the id, within the scope, is all that counts.
    pub fn of_payment_id(scope: &str, payment_id: &str) -> Self {
        Self::of(&[scope, "id", payment_id])
    }

    /// The identity of a row without an id: the `ordinal`-th (from 0) of the equal rows of the run named `label`.
    pub fn of_row(scope: &str, label: &str, row: &RowDigest, ordinal: u32) -> Self {
        Self::of(&[scope, "row", label, &row.to_string(), &ordinal.to_string()])
    }

    /// The identity that a row of a run which is no payout, since a finding or a conflict forbids it, will have once it
    /// is corrected: the run by its label and content, the row by its number and by whom it names.
    pub fn of_refused_row(scope: &str, label: &str, file: &FileDigest, row: u32, whom: Option<&str>) -> Self {
        let (file, row) = (file.to_string(), row.to_string());
        Self::of(&[scope, "refused row", label, &file, &row, whom.unwrap_or_default()])
    }

    /// The identity of a row that takes the place of this payout, once it is certain that this one has paid nobody and
    /// never will.
    #[must_use]
    pub fn corrected(&self) -> Self {
        Self::of(&["corrected", &self.to_string()])
    }

    /// The id that the API is given: the user's own, else one derived from the identity.
    pub fn external_id(&self, payment_id: Option<&str>) -> ExternalId {
        ExternalId(payment_id.map_or_else(|| format!("pr{self}"), str::to_owned))
    }

    /// The id that the API is given for attempt `attempt`, from the second on.
    pub fn external_id_of_attempt(&self, attempt: u32) -> ExternalId {
        ExternalId::derived("pr", &[self.to_string(), attempt.to_string()])
    }

    /// The key that makes repeating attempt `attempt` (from 1) harmless at the API.
    pub fn idempotency_key(&self, attempt: u32) -> IdempotencyKey {
        IdempotencyKey(format!(
            "pk{}",
            hex(&digest("payrun idempotency key v1", &[self.to_string(), attempt.to_string()]))
        ))
    }
}

impl FileDigest {
    /// The digest of rows in any order.
    pub fn of_rows(mut rows: Vec<RowDigest>) -> Self {
        rows.sort_unstable();
        let mut hasher = blake3::Hasher::new_derive_key("payrun file rows v1");
        for row in &rows {
            hasher.update(row.bytes());
        }
        let mut out = [0; 16];
        out.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Self(out)
    }
}

impl PlanHash {
    /// So many digits are shown to people, and are enough to name a plan.
    pub const SHORT: usize = 12;

    /// The first digits, for people.
    pub fn short(&self) -> String {
        self.to_string()[..Self::SHORT].to_owned()
    }

    /// Whether a person means this plan: the short form, or more of its digits.
    pub fn is_meant_by(&self, typed: &str) -> bool {
        let typed = typed.trim().to_ascii_lowercase();
        typed.len() >= Self::SHORT && self.to_string().starts_with(&typed)
    }
}

/// A plan's digest, row by row in the order of the file.
#[derive(Debug)]
pub struct PlanDigest(blake3::Hasher);

impl Default for PlanDigest {
    fn default() -> Self {
        Self(blake3::Hasher::new_derive_key("payrun plan v1"))
    }
}

impl PlanDigest {
    /// One row: which payout it is, its content, what is done with it, and in whose name: what that is, and its id.
    pub fn add(&mut self, id: &PayoutId, row: &RowDigest, decision: &str, name: [&str; 2]) {
        self.0.update(id.bytes());
        self.0.update(row.bytes());
        self.texts(&[decision, name[0], name[1]]);
    }

    /// What a remitter is: an id that the configuration gives it says nothing of that.
    pub fn add_remitter(&mut self, id: &ExternalId, details: &str) {
        self.texts(&["remitter", id.as_str(), details]);
    }

    /// What the row that was added last is once the payee book has completed it.
    pub fn add_completed(&mut self, party: &str) {
        self.texts(&["completed", party]);
    }

    /// One row that cannot be paid.
    pub fn add_invalid(&mut self, row: u32) {
        self.0.update(b"invalid");
        self.0.update(&row.to_le_bytes());
    }

    /// A run that the plan corrects: what that has yet to send and this file does not have is not sent any more.
    pub fn add_amended(&mut self, run: RunId) {
        self.texts(&["amends", &run.to_string()]);
    }

    fn texts(&mut self, texts: &[&str]) {
        for text in texts {
            self.0.update(&(text.len() as u64).to_le_bytes());
            self.0.update(text.as_bytes());
        }
    }

    /// The digest so far.
    pub fn hash(&self) -> PlanHash {
        let mut out = [0; 16];
        out.copy_from_slice(&self.0.finalize().as_bytes()[..16]);
        PlanHash(out)
    }
}

/// The most characters of an external id and of an idempotency key.
pub const LONGEST_ID: usize = 34;

/// Our id of an object at the API. ASCII, at most [`LONGEST_ID`] characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExternalId(String);

impl ExternalId {
    /// Wraps an id that is known to be fit: one from the file (checked there) or from our own records.
    pub fn known(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// An id derived from what a party is. `prefix` tells kinds apart.
    pub fn derived(prefix: &str, fields: &[impl AsRef<str>]) -> Self {
        Self(format!("{prefix}{}", hex(&digest("payrun external id v1", fields))))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The key under which the API recognises a repeated request. ASCII, 34 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A run, numbered from 1 within its scope, shown as `r1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(pub u32);

/// For programs a run is written as for people: `r1`.
pub fn run_as_typed<S: serde::Serializer>(run: &RunId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(run)
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "r{}", self.0)
    }
}

/// A text is not the name of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a run is written r1, r2, …")]
pub struct NotARun;

impl std::str::FromStr for RunId {
    type Err = NotARun;
    fn from_str(text: &str) -> Result<Self, NotARun> {
        text.strip_prefix('r').unwrap_or(text).parse().map(Self).map_err(|_| NotARun)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_fit_the_wire_and_depend_on_nothing_but_content() {
        let row = RowDigest::of(&["a", "b  c"]);
        assert_eq!(row, RowDigest::of(&[" a ", "b c"]), "blanks do not matter");
        assert_ne!(row, RowDigest::of(&["a b", "c"]), "field borders do");
        let first = PayoutId::of_row("uat", "pay.csv", &row, 0);
        let second = PayoutId::of_row("uat", "pay.csv", &row, 1);
        assert_ne!(first, second);
        assert_eq!(first.external_id(None).as_str().len(), LONGEST_ID);
        assert_eq!(first.idempotency_key(1).as_str().len(), LONGEST_ID);
        assert_ne!(first.idempotency_key(1), first.idempotency_key(2));
        assert_eq!(first.external_id(Some("INV-7")).as_str(), "INV-7");
    }

    proptest::proptest! {
        #[test]
        fn texts_are_collapsed_and_trimmed_as_by_the_standard_library(text in "[a-z \u{a0}\t\u{1f}é]{0,12}|.{0,12}") {
            let words: Vec<&str> = text.split_whitespace().collect();
            proptest::prop_assert_eq!(collapsed(&text), words.join(" "));
            proptest::prop_assert_eq!(trimmed(&text), text.trim());
        }
    }

    #[test]
    fn a_file_is_its_rows_in_any_order() {
        let rows = [RowDigest::of(&["a"]), RowDigest::of(&["b"]), RowDigest::of(&["b"])];
        let turned = [rows[1], rows[0], rows[2]];
        assert_eq!(FileDigest::of_rows(rows.to_vec()), FileDigest::of_rows(turned.to_vec()));
        assert_ne!(FileDigest::of_rows(rows.to_vec()), FileDigest::of_rows(rows[..2].to_vec()));
    }
}
