//! Everything about a run in one archive that can be checked by whoever has nothing else.
//!
//! A manifest names every file in it with its digest; the seal is the digest of the manifest, short enough for two people
//! to compare. Made of plain values: what the records of the journal must be, the journal knows.

mod open;
mod pack;

use std::io;

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

/// The digest of a manifest: whoever has noted it down can tell whether anything in the archive has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal(String);

impl Seal {
    fn of(manifest: &[u8]) -> Self {
        Self(blake3::hash(manifest).to_hex().to_string())
    }

    /// Whether a person means this seal: all its digits, however they are grouped.
    pub fn is_meant_by(&self, typed: &str) -> bool {
        let digits: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        digits.eq_ignore_ascii_case(&self.0)
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
