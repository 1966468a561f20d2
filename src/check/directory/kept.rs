//! A newer directory as it is kept on disk: `PBK1`, its date, the packed form, and a digest over all of it.

use jiff::civil::Date;

use super::pack::{self, ENTRY};
use super::source::NotADirectory;
use super::{Directory, Line};

const MAGIC: &[u8; 4] = b"PBK1";
/// `2026-07-01`.
const DATE_LENGTH: usize = 10;
const DIGEST_LENGTH: usize = 32;

/// What is kept is not what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is damaged")]
pub struct Damaged;

impl Directory {
    /// Makes a directory of lines, of a date.
    pub fn of_lines(lines: &[Line], date: Date) -> Result<Self, NotADirectory> {
        Ok(Self::over(pack::pack(lines)?.leak(), date))
    }

    /// The form that is kept.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = [MAGIC.as_slice(), self.date.to_string().as_bytes(), self.packed].concat();
        let digest = blake3::hash(&bytes);
        bytes.extend_from_slice(digest.as_bytes());
        bytes
    }

    /// Reads what was kept. Every place that a look-up touches is known to be inside when this returns.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Damaged> {
        let at = bytes.len().checked_sub(DIGEST_LENGTH).ok_or(Damaged)?;
        let (body, digest) = bytes.split_at(at);
        if blake3::hash(body).as_bytes() != digest {
            return Err(Damaged);
        }
        let rest = body.strip_prefix(MAGIC).ok_or(Damaged)?;
        let (date, packed) = rest.split_at_checked(DATE_LENGTH).ok_or(Damaged)?;
        let date = std::str::from_utf8(date).ok().and_then(|text| text.parse().ok()).ok_or(Damaged)?;
        if !packed.starts_with(pack::MAGIC) || packed.len() < 12 + ENTRY {
            return Err(Damaged);
        }
        Ok(Self::over(packed.to_vec().leak(), date))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Bsb;

    #[test]
    fn what_is_kept_is_read_again_and_damage_is_seen() {
        let line = ["062-999", "CBA", "New", "1 Hill Street", "Sydney", "NSW", "2000", "PEH"];
        let directory = Directory::of_lines(&[line.map(str::to_owned)], jiff::civil::date(2026, 7, 1));
        let bytes = directory.expect("one branch").to_bytes();
        let read = Directory::from_bytes(&bytes).expect("whole");
        assert_eq!(read.date.to_string(), "2026-07-01");
        assert_eq!(read.lookup(Bsb::new("062999").expect("a BSB")).expect("a branch").name, "New");
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            assert!(Directory::from_bytes(&damaged).is_err(), "byte {at}");
            assert!(Directory::from_bytes(&bytes[..at]).is_err(), "cut at {at}");
        }
    }
}
