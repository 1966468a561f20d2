//! The few things the journal asks of a disk, as an argument, so that tests can pull the plug.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Opens log files.
pub trait Disk: Send + Sync {
    /// Opens the file at `path` for appending after its first `keep` bytes; what follows them is cut off. Makes
    /// the file, readable by its owner alone, where it does not exist. Durable before it returns.
    fn open(&self, path: &Path, keep: u64) -> io::Result<Box<dyn LogFile>>;
}

/// A file that grows at its end.
pub trait LogFile: Send {
    /// Adds bytes. They may be lost in a power cut until [`LogFile::sync`] has returned.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Makes all added bytes durable.
    fn sync(&mut self) -> io::Result<()>;
}

/// The disk of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealDisk;

impl Disk for RealDisk {
    fn open(&self, path: &Path, keep: u64) -> io::Result<Box<dyn LogFile>> {
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        private(&mut options);
        let file = options.open(path)?;
        if file.metadata()?.len() > keep {
            file.set_len(keep)?;
        }
        file.sync_all()?;
        if let Some(folder) = path.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(Box::new(RealFile(file)))
    }
}

struct RealFile(File);

impl LogFile for RealFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.0.sync_data()
    }
}

/// Files that this module makes are for their owner alone.
#[cfg(unix)]
pub(super) fn private(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600);
}

#[cfg(not(unix))]
pub(super) fn private(_options: &mut OpenOptions) {}

/// An empty file for its owner alone.
pub fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).write(true).truncate(true);
    private(&mut options);
    options.open(path)
}

/// A file for its owner alone, which must not be there yet.
pub fn new_private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    private(&mut options);
    options.open(path)
}

/// Makes a folder and those above it, for their owner alone.
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path)
}
