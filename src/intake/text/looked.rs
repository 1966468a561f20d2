//! What the bytes of a whole text file say: how its letters are written, and how many lines it has.
//!
//! Nothing else can begin before that is known, so the lines of a large file are looked through by two threads, each
//! half of them. A line end is no part of any letter: each half says what it would say behind the other.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::thread;

/// So much is looked at at once.
const PIECE: usize = 1 << 16;
/// From this size on a second thread is worth its while.
const LARGE: u64 = 4 << 20;
/// A byte order mark is no letter.
const MARK: &[u8] = &[0xEF, 0xBB, 0xBF];

/// What the bytes of a file say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Looked {
    pub utf16: bool,
    pub lines: u64,
    /// The first line with bytes that are no UTF-8.
    pub broken: Option<u64>,
    /// The first line with a letter of several bytes that is UTF-8.
    pub multi_byte: Option<u64>,
}

impl Looked {
    /// Looks a file through.
    pub fn through(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let middle = match file.metadata()?.len() {
            size if size < LARGE => None,
            size => line_behind(&mut file, size / 2)?,
        };
        file.rewind()?;
        let Some(middle) = middle else {
            return Ok(Self::of(Half::of(file, true)?, Half::default()));
        };
        let mut other = File::open(path)?;
        other.seek(SeekFrom::Start(middle))?;
        thread::scope(|scope| {
            let second = thread::Builder::new().spawn_scoped(scope, move || Half::of(other, false))?;
            let first = Half::of(file.take(middle), true);
            let second = second.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            Ok(Self::of(first?, second?))
        })
    }

    fn of(first: Half, second: Half) -> Self {
        let behind = |ends: Ends| first.ends.and(ends);
        let line =
            |of: fn(&Half) -> Option<Ends>| of(&first).or_else(|| of(&second).map(behind)).map(Ends::line);
        Self {
            utf16: first.utf16,
            lines: behind(second.ends).most(),
            broken: line(|half| half.broken),
            multi_byte: line(|half| half.multi_byte),
        }
    }
}

/// Where the first line begins behind a place; none where its beginning is far.
fn line_behind(file: &mut File, place: u64) -> io::Result<Option<u64>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(place))?;
    file.take(PIECE as u64).read_to_end(&mut bytes)?;
    Ok(memchr::memchr(b'\n', &bytes).map(|end| place + end as u64 + 1))
}

/// How many line ends stand before a place, of either kind.
#[derive(Debug, Clone, Copy, Default)]
struct Ends {
    feeds: u64,
    returns: u64,
}

impl Ends {
    fn of(bytes: &[u8]) -> Self {
        let count = |end| memchr::memchr_iter(end, bytes).count() as u64;
        Self { feeds: count(b'\n'), returns: count(b'\r') }
    }

    fn and(self, behind: Self) -> Self {
        Self { feeds: self.feeds + behind.feeds, returns: self.returns + behind.returns }
    }

    /// Most files have one kind only, or both kinds at each end.
    fn most(self) -> u64 {
        self.feeds.max(self.returns)
    }

    /// The line that the place is in, from 1.
    fn line(self) -> u64 {
        self.most() + 1
    }
}

/// What the bytes of a part of a file say, which begins where a line does.
#[derive(Debug, Clone, Copy, Default)]
struct Half {
    utf16: bool,
    ends: Ends,
    /// Where the first bytes stand that are no UTF-8.
    broken: Option<Ends>,
    /// Where the first letter of several bytes stands that is UTF-8.
    multi_byte: Option<Ends>,
}

impl Half {
    fn of(mut bytes: impl Read, is_first: bool) -> io::Result<Self> {
        let mut half = Self::default();
        let mut buffer = vec![0; PIECE];
        let (mut kept, mut begun) = (0, !is_first);
        loop {
            let read = bytes.read(&mut buffer[kept..])?;
            let mut piece = &buffer[..kept + read];
            if !begun {
                begun = true;
                half.utf16 = piece.starts_with(&[0xFF, 0xFE]) || piece.starts_with(&[0xFE, 0xFF]);
                piece = piece.strip_prefix(MARK).unwrap_or(piece);
            }
            let rest = half.take(piece, read == 0);
            let end = kept + read;
            kept = rest;
            buffer.copy_within(end - rest..end, 0);
            if read == 0 {
                return Ok(half);
            }
        }
    }

    /// Looks at bytes; gives how many at their end are left to be looked at with those that follow, because a letter
    /// may be cut off there.
    fn take(&mut self, mut bytes: &[u8], is_end: bool) -> usize {
        while !bytes.is_empty() {
            let (valid, wrong) = match std::str::from_utf8(bytes) {
                Ok(text) => (text.len(), Some(0)),
                Err(error) => (error.valid_up_to(), error.error_len()),
            };
            let (text, rest) = bytes.split_at(valid);
            if self.multi_byte.is_none() && !text.is_ascii() {
                let before = text.iter().take_while(|byte| byte.is_ascii()).count();
                self.multi_byte = Some(self.ends.and(Ends::of(&text[..before])));
            }
            self.ends = self.ends.and(Ends::of(text));
            match wrong {
                Some(0) => return 0,
                None if !is_end => return rest.len(),
                wrong => {
                    self.broken.get_or_insert(self.ends);
                    bytes = &rest[wrong.unwrap_or(rest.len())..];
                }
            }
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    /// Letters of one and of several bytes, bytes that are none, line ends of every kind.
    fn texts() -> impl Strategy<Value = Vec<u8>> {
        let pieces: [&[u8]; 10] = [
            b"ab",
            b"\n",
            b"\r\n",
            b"\r",
            "\u{e9}".as_bytes(),
            "\u{20ac}".as_bytes(),
            "\u{feff}".as_bytes(),
            b"\xe9",
            b"\xe2\x82",
            b"\xff\xfe",
        ];
        let piece = proptest::sample::select(pieces.to_vec());
        proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2048) })]

        #[test]
        fn two_halves_say_what_the_whole_says(bytes in texts()) {
            let half = |bytes: &[u8], is_first| Half::of(bytes, is_first).expect("bytes");
            let whole = Looked::of(half(&bytes, true), Half::default());
            for end in memchr::memchr_iter(b'\n', &bytes) {
                let (first, second) = bytes.split_at(end + 1);
                prop_assert_eq!(Looked::of(half(first, true), half(second, false)), whole);
            }
        }
    }

    #[test]
    fn a_large_file_is_looked_through_to_its_end() {
        let line = |text: &str| format!("{text}\n").repeat(6);
        for (ends, broken, multi_byte) in [
            (["Zo\u{eb}".as_bytes(), b"Zoe"], None, Some(1)),
            ([b"Zoe", "Zo\u{eb}".as_bytes()], None, Some(2_000_002)),
            ([b"Zoe", b"Zo\xeb"], Some(2_000_002), None),
        ] {
            let [first, last] = ends;
            let mut file = tempfile::NamedTempFile::new().expect("a file");
            let middle = line("ab").repeat(2_000_000 / 6 + 1);
            let middle = &middle[..3 * 2_000_000];
            for part in [first, b"\n", middle.as_bytes(), last, b"\n"] {
                file.write_all(part).expect("written");
            }
            let expected = Looked { utf16: false, lines: 2_000_002, broken, multi_byte };
            assert_eq!(Looked::through(file.path()).expect("a file"), expected);
        }
    }
}
