//! Everything about a run in one archive that can be checked by whoever has nothing else.
//!
//! A manifest names every file in it with its digest. The seal is the digest of all bytes of the archive before it, its
//! frame too: they end with it (as the comment of the ZIP format), and it is short enough for two people to compare. Made of plain values: what the records of the journal must be, the journal knows.

mod open;
mod pack;

use std::fs::File;
use std::io::{self, Read as _, Seek as _};

use serde::{Deserialize, Serialize};

pub use self::open::{Evidence, NotEvidence};
pub use self::pack::Packing;
use crate::domain::Timestamp;

/// The manifest's own name.
const MANIFEST: &str = "manifest.json";
/// The form of archives of today.
const FORM: u32 = 1;

/// What is in an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest<J> {
    /// The form of the archive.
    form: u32,
    /// The run.
    pub run: String,
    /// The run's name.
    pub label: String,
    /// `simulator`, `uat` or `production`.
    pub environment: String,
    /// When the archive was made.
    pub made_at: Timestamp,
    /// By which version of the program.
    pub made_by: String,
    /// Which part of the journal is in it.
    pub journal: J,
    /// Every other file.
    pub files: Vec<Member>,
}

/// A file of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// The BLAKE3 digest of its content.
    pub blake3: String,
}

/// So many digits has a seal.
pub const SEAL_DIGITS: u8 = 64;

/// The digest of an archive: whoever has noted it down can tell whether anything in it has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal(String);

impl Seal {
    /// Of a file, without the seal at its end.
    fn of(file: &mut File) -> io::Result<Self> {
        let length = file.metadata()?.len().saturating_sub(SEAL_DIGITS.into());
        file.rewind()?;
        let digest = digested(&mut file.take(length), &mut io::sink(), u64::MAX)?.1;
        Ok(Self(digest))
    }

    /// What a person has typed, however it is grouped; none where that is no whole seal.
    pub fn typed(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        let is_whole =
            digits.len() == usize::from(SEAL_DIGITS) && digits.chars().all(|c| c.is_ascii_hexdigit());
        is_whole.then(|| Self(digits.to_ascii_lowercase()))
    }
}

impl std::fmt::Display for Seal {
    /// In groups of eight, to be read aloud.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, digit) in self.0.chars().enumerate() {
            if at > 0 && at.is_multiple_of(8) {
                f.write_str("-")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

/// Copies, counting and digesting what passes.
fn digested(from: &mut dyn io::Read, to: &mut dyn io::Write, most: u64) -> io::Result<(u64, String)> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 16];
    let mut bytes = 0;
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 || bytes > most {
            return Ok((bytes, hasher.finalize().to_hex().to_string()));
        }
        hasher.update(&buffer[..read]);
        to.write_all(&buffer[..read])?;
        bytes += read as u64;
    }
}
