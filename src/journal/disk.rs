//! The few things the journal asks of a disk, as an argument, so that tests can pull the plug.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Opens log files.
pub trait Disk: std::fmt::Debug + Send + Sync {
    /// Opens the file at `path` for appending after its first `keep` bytes; what follows them is cut off. Makes
    /// the file, readable by its owner alone, where it does not exist. Durable before it returns.
    fn open(&self, path: &Path, keep: u64) -> io::Result<Box<dyn LogFile>>;

    /// Makes the names in a folder durable: what was made there or renamed to there.
    fn sync_names(&self, folder: &Path) -> io::Result<()>;
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
            self.sync_names(folder)?;
        }
        Ok(Box::new(RealFile(file)))
    }

    fn sync_names(&self, folder: &Path) -> io::Result<()> {
        File::open(folder)?.sync_all()
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

/// Opens what lies at a path itself, where others may write: a link is not followed, a pipe not waited for, and what is
/// no file is refused, whatever it was a moment ago.
pub fn open_itself(path: &Path) -> io::Result<File> {
    open_itself_with(OpenOptions::new().read(true), path)
}

/// The same for more than reading.
pub(super) fn open_itself_with(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).map_err(io::Error::other)?;
    let file = options.custom_flags(flags).open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("this is no file")) }
}

/// Makes a folder and those above it, for their owner alone. A power cut does not take away what was made: a journal in a
/// folder that is gone is no journal.
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    let made: Vec<&Path> = path.ancestors().take_while(|folder| !folder.exists()).collect();
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path)?;
    for above in made.into_iter().filter_map(Path::parent) {
        let above = if above.as_os_str().is_empty() { Path::new(".") } else { above };
        RealDisk.sync_names(above)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_there_itself_is_opened_and_only_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("file"), "text").expect("written");
        std::os::unix::fs::symlink(path("file"), path("link")).expect("a link");
        let made = std::process::Command::new("mkfifo").arg(path("pipe")).status().expect("mkfifo");
        assert!(made.success());
        assert!(open_itself(&path("file")).is_ok());
        for name in ["link", "pipe", "", "missing"] {
            assert!(open_itself(&path(name)).is_err(), "{name}");
        }
    }
}
