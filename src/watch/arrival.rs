//! When a file is whole: its size and time have not changed for a while, or it came by a rename.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::time::{Duration, Instant};

use super::side::Side;

/// An empty file is waited for so much longer: many programs make a file first and fill it then.
const EMPTY_LONGER: u32 = 10;

/// What changes when somebody writes to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    size: u64,
    modified: (i64, i64),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            inode: metadata.ino(),
            size: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        }
    }
}

/// The files that have been seen and are not taken yet.
#[derive(Debug, Default)]
pub struct Arrivals {
    seen: HashMap<OsString, (Stamp, Instant)>,
    renamed: HashSet<OsString>,
    /// What we have put there ourselves is not whole for having been renamed.
    put_back: HashSet<OsString>,
}

impl Arrivals {
    /// Somebody has renamed a file to this name: it came whole.
    pub fn came_by_rename(&mut self, name: &OsStr) {
        if !self.put_back.remove(name) {
            self.renamed.insert(name.to_owned());
        }
    }

    /// A file lies there again that somebody may still be writing.
    pub fn was_put_back(&mut self, name: &OsStr) {
        self.put_back.insert(name.to_owned());
    }

    /// Of the files that lie there now, those that are whole.
    pub fn whole(&mut self, files: &[(OsString, Metadata)], now: Instant, settle: Duration) -> Vec<OsString> {
        let present: HashSet<&OsString> = files.iter().map(|(name, _)| name).collect();
        self.seen.retain(|name, _| present.contains(name));
        self.put_back.retain(|name| present.contains(name));
        // a file that came empty is not whole with its first bytes
        self.renamed.retain(|name| files.iter().any(|(there, metadata)| there == name && metadata.len() > 0));
        let mut whole = Vec::new();
        for (name, metadata) in files {
            let stamp = Stamp::of(metadata);
            let seen = self.seen.entry(name.clone()).or_insert((stamp, now));
            if seen.0 != stamp {
                *seen = (stamp, now);
            }
            let is_side = Side::of(name).is_some(); // an empty approval is one
            let wait = if stamp.size == 0 && !is_side { settle * EMPTY_LONGER } else { settle };
            let came_whole = self.renamed.contains(name);
            if came_whole || !metadata.is_file() || now.duration_since(seen.1) >= wait {
                whole.push(name.clone());
            }
        }
        whole
    }
}

/// The files that wait in `held/`, and which of them were compared with what people were asked about as they lie there.
#[derive(Debug, Default)]
pub struct Edits {
    arrivals: Arrivals,
    compared: HashMap<OsString, Stamp>,
    are_all_compared: bool,
}

impl Edits {
    /// The files that nobody is writing any more, as which they were not compared before.
    pub fn not_compared(
        &mut self,
        files: &[(OsString, Metadata)],
        now: Instant,
        settle: Duration,
    ) -> Vec<OsString> {
        let stamps: HashMap<&OsString, Stamp> = files
            .iter()
            .filter(|(name, metadata)| metadata.is_file() && Side::of(name).is_none())
            .map(|(name, metadata)| (name, Stamp::of(metadata)))
            .collect();
        self.compared.retain(|name, stamp| stamps.get(name) == Some(stamp));
        let whole = self.arrivals.whole(files, now, settle).into_iter();
        let new: Vec<OsString> =
            whole.filter(|name| stamps.contains_key(name) && !self.compared.contains_key(name)).collect();
        self.compared.extend(new.iter().map(|name| (name.clone(), stamps[name])));
        self.are_all_compared = self.compared.len() == stamps.len();
        new
    }

    /// Whether every file that lay there at the last look was compared.
    pub fn is_done(&self) -> bool {
        self.are_all_compared
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_grows_is_not_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("pay.csv");
        let list = || vec![(OsString::from("pay.csv"), std::fs::metadata(&path).expect("there"))];
        let (mut arrivals, settle, begin) = (Arrivals::default(), Duration::from_secs(2), Instant::now());
        for second in 0..10 {
            std::fs::write(&path, "x".repeat(second + 1)).expect("written");
            let now = begin + Duration::from_secs(second as u64);
            assert!(arrivals.whole(&list(), now, settle).is_empty(), "second {second}");
        }
        assert!(arrivals.whole(&list(), begin + Duration::from_millis(10_900), settle).is_empty());
        assert_eq!(arrivals.whole(&list(), begin + Duration::from_secs(11), settle), ["pay.csv"]);
    }

    #[test]
    fn what_was_renamed_in_is_whole_at_once_unless_it_is_empty() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("pay.csv");
        let list = || vec![(OsString::from("pay.csv"), std::fs::metadata(&path).expect("there"))];
        let (mut arrivals, settle, begin) = (Arrivals::default(), Duration::from_secs(2), Instant::now());
        std::fs::write(&path, "").expect("written");
        arrivals.came_by_rename(OsStr::new("pay.csv"));
        assert!(arrivals.whole(&list(), begin, settle).is_empty());
        assert!(arrivals.whole(&list(), begin + Duration::from_secs(19), settle).is_empty());
        std::fs::write(&path, "row").expect("written");
        let filled = begin + Duration::from_secs(20);
        assert!(arrivals.whole(&list(), filled, settle).is_empty(), "more may come");
        assert_eq!(arrivals.whole(&list(), filled + settle, settle), ["pay.csv"]);
        arrivals.came_by_rename(OsStr::new("pay.csv"));
        std::fs::write(&path, "another row").expect("written");
        assert_eq!(arrivals.whole(&list(), filled + settle, settle), ["pay.csv"]);
    }
}
