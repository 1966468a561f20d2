//! A file that appears whole or not at all, never over another, and for its owner alone.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::domain::system_words;

/// A file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum FreshError {
    /// Something has that name already.
    #[error(
        "{} is there already and may have somebody's work in it; name another file, or remove it first",
        .0.display()
    )]
    Exists(PathBuf),
    /// The folder is not there.
    #[error("there is no folder {}; make it first, or name another", .0.display())]
    NoFolder(PathBuf),
    /// The system failed.
    #[error("cannot write {}: {words}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        words: String,
    },
}

/// The folder that a file stands in.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether a file of this name could be written, as far as can be told before there is anything to write.
pub fn is_free(path: &Path) -> Result<(), FreshError> {
    let folder = folder_of(path);
    if !folder.is_dir() {
        return Err(FreshError::NoFolder(folder.to_owned()));
    }
    // a link that leads nowhere takes the name too
    if path.symlink_metadata().is_ok() { Err(FreshError::Exists(path.to_owned())) } else { Ok(()) }
}

/// Writes a file under another name and gives it its own when it is whole and on disk.
pub(super) fn write_whole<E: From<FreshError>>(
    path: &Path,
    write: impl FnOnce(&mut File) -> Result<(), E>,
) -> Result<(), E> {
    is_free(path)?;
    let failed = |error: &io::Error| FreshError::Io { path: path.to_owned(), words: system_words(error) };
    let builder = tempfile::Builder::new().prefix(".payrun-").tempfile_in(folder_of(path));
    let mut file = builder.map_err(|error| failed(&error))?;
    write(file.as_file_mut())?;
    file.as_file().sync_all().map_err(|error| failed(&error))?;
    file.persist_noclobber(path).map_err(|refused| match refused.error.kind() {
        io::ErrorKind::AlreadyExists => FreshError::Exists(path.to_owned()),
        _ => failed(&refused.error),
    })?;
    Ok(())
}

/// Writes a file under another name and gives it its own when it is whole, in place of what an earlier time has written.
pub fn replace_whole<E: From<FreshError>>(
    path: &Path,
    write: impl FnOnce(&mut File) -> Result<(), E>,
) -> Result<(), E> {
    let failed = |error: &io::Error| FreshError::Io { path: path.to_owned(), words: system_words(error) };
    let builder = tempfile::Builder::new().prefix(".payrun-").tempfile_in(folder_of(path));
    let mut file = builder.map_err(|error| failed(&error))?;
    write(file.as_file_mut())?;
    file.persist(path).map_err(|refused| failed(&refused.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_file_is_whole_or_not_there_and_never_replaces_another() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new.txt");
        let names = || std::fs::read_dir(folder.path()).expect("a folder").count();
        let broken = write_whole::<FreshError>(&path, |file| {
            file.write_all(b"half").expect("written");
            Err(FreshError::NoFolder("x".into()))
        });
        assert!(broken.is_err());
        assert_eq!(names(), 0, "nothing is left of what was not finished");
        let write = |text: &'static [u8]| {
            write_whole::<FreshError>(&path, |file| {
                file.write_all(text).expect("written");
                Ok(())
            })
        };
        write(b"whole").expect("written");
        assert!(matches!(write(b"again"), Err(FreshError::Exists(_))));
        assert_eq!(std::fs::read(&path).expect("the file"), b"whole");
        assert_eq!(names(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = path.metadata().expect("the file").permissions().mode();
            assert_eq!(mode & 0o077, 0, "for its owner alone");
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = is_free(Path::new("/nowhere/at/all.xlsx")).expect_err("no folder");
        assert!(error.to_string().contains("/nowhere/at"), "{error}");
    }
}
