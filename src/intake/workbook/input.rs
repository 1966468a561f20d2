//! One open file that several readers read at once, each with a place of its own.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// The workbook's file.
#[derive(Debug, Clone)]
pub(super) struct Input(Arc<File>);

/// A reader of it.
pub(super) type Buffered = BufReader<Place>;

/// Where a reader is in it.
#[derive(Debug)]
pub(super) struct Place {
    file: Arc<File>,
    at: u64,
}

impl Input {
    pub fn new(file: File) -> Self {
        Self(Arc::new(file))
    }

    /// A new reader, at the beginning.
    pub fn reader(&self) -> Buffered {
        BufReader::new(Place { file: Arc::clone(&self.0), at: 0 })
    }
}

impl Read for Place {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Place {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.file.metadata()?.len().checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn readers_do_not_move_each_other() {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(b"abcdef").expect("written");
        let input = Input::new(file);
        let (mut one, mut other) = (input.reader(), input.reader());
        let next = |reader: &mut Buffered| {
            let mut letter = [0];
            reader.read_exact(&mut letter).expect("a letter");
            char::from(letter[0])
        };
        one.seek(SeekFrom::End(-2)).expect("there");
        assert_eq!(
            [next(&mut one), next(&mut other), next(&mut one), next(&mut other)],
            ['e', 'a', 'f', 'b']
        );
        one.seek(SeekFrom::Current(-3)).expect("there");
        assert_eq!(next(&mut one), 'd');
        assert!(one.seek(SeekFrom::Current(-9)).is_err());
    }
}
