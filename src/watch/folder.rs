//! The watched folder: what lies where in it, and moves that never put one file of people over another. What payrun has
//! put beside a file goes before it, so that a kill in between leaves the file where it was, to be moved again.

use std::ffi::{OsStr, OsString};
use std::fs::{self, Metadata};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::side::Side;
use crate::journal::{JournalError, ScopeLock};

/// Where a file lies. The folder itself is the inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Where people put files.
    Inbox,
    /// What is at work.
    Processing,
    /// What waits for a person.
    Held,
    /// What has come to its end.
    Done,
    /// What was not paid.
    Rejected,
}

impl Place {
    pub(super) const MADE: [Self; 4] = [Self::Processing, Self::Held, Self::Done, Self::Rejected];

    /// The name of the subfolder.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inbox => "",
            Self::Processing => "processing",
            Self::Held => "held",
            Self::Done => "done",
            Self::Rejected => "rejected",
        }
    }
}

/// What is put beside a file, behind its name and a dot.
pub const ANSWER: &str = "answer.txt";
/// The plan to look at before a person lets it go.
pub const PLAN: &str = "plan.html";
/// The user's own sheet with the findings in it.
pub const FINDINGS: &str = "findings.xlsx";
/// What moves with a file.
const BESIDE: [&str; 3] = [ANSWER, PLAN, FINDINGS];

/// How the names of files begin that are not whole yet.
const UNFINISHED: &str = ".payrun-";

/// Longer names leave no room for what is put beside a file.
const LONGEST_NAME: usize = 200;

/// A watched folder that no other process watches.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    _lock: ScopeLock,
}

impl Folder {
    /// Takes the folder. Nothing in it is touched before it is known whose it is: [`Folder::belong_to`].
    pub fn take(root: &Path) -> Result<Self, JournalError> {
        let root = root
            .canonicalize()
            .and_then(|root| if root.is_dir() { Ok(root) } else { Err(io::ErrorKind::NotADirectory.into()) })
            .map_err(|error| JournalError::io("cannot watch", root, &error))?;
        let lock = ScopeLock::take(&root.join(".payrun-watch.lock"))?;
        Ok(Self { root, _lock: lock })
    }

    /// Makes the subfolders that are missing.
    pub fn make_places(&self) -> Result<(), JournalError> {
        let mode = fs::metadata(&self.root).map_or(0o700, |metadata| metadata.mode() & 0o777);
        for place in Place::MADE {
            let path = self.root.join(place.name());
            let made = match fs::create_dir(&path) {
                Ok(()) => fs::set_permissions(&path, fs::Permissions::from_mode(mode)),
                Err(_) if fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_dir()) => Ok(()),
                Err(error) => Err(error),
            };
            made.map_err(|error| JournalError::io("cannot make the folder", &path, &error))?;
        }
        Ok(())
    }

    /// Takes away what a kill has left half written. Nobody else writes into the subfolders under such names.
    pub(super) fn clear_leftovers(&self) {
        for place in Place::MADE {
            for entry in fs::read_dir(self.path(place, "")).into_iter().flatten().flatten() {
                if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
                    let _ = fs::remove_file(entry.path()); // it only takes room
                }
            }
        }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where a file of that name lies or would lie.
    pub fn path(&self, place: Place, name: impl AsRef<OsStr>) -> PathBuf {
        self.root.join(place.name()).join(name.as_ref())
    }

    /// Whether something of that name lies there.
    pub fn has(&self, place: Place, name: &str) -> bool {
        fs::symlink_metadata(self.path(place, name)).is_ok()
    }

    /// What lies there, folders and what hides left out.
    pub fn list(&self, place: Place) -> io::Result<Vec<(OsString, Metadata)>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(self.path(place, ""))? {
            let entry = entry?;
            let name = entry.file_name();
            match fs::symlink_metadata(entry.path()) {
                Ok(metadata) if !metadata.is_dir() && !is_passing(&name) => found.push((name, metadata)),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {} // gone meanwhile
                Err(error) => return Err(error),
            }
        }
        found.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(found)
    }

    /// The names there alone: one call of the system serves hundreds of them.
    pub fn names(&self, place: Place) -> io::Result<Vec<OsString>> {
        let names = fs::read_dir(self.path(place, ""))?.map(|entry| entry.map(|entry| entry.file_name()));
        names.collect()
    }

    /// Moves a file and what lies beside it, under the name `wanted` or, where that is taken, with a number. Gives the
    /// name that it has then.
    pub fn shift(&self, from: (Place, &OsStr), to: (Place, &str)) -> io::Result<String> {
        self.shift_saying(from, to, None)
    }

    /// The same, with a new answer beside it.
    pub fn shift_saying(
        &self,
        (from, name): (Place, &OsStr),
        (to, wanted): (Place, &str),
        answer: Option<&str>,
    ) -> io::Result<String> {
        let file = self.path(from, name);
        let mode = mode_of(&file)?; // nothing is put beside what has vanished
        let mut last = (from, name.to_owned());
        loop {
            let new = self.free_name(wanted, &[to]);
            self.shift_beside(&last, (to, &new))?;
            if let Some(text) = answer {
                self.write_beside(to, &new, ANSWER, text, mode)?;
            }
            match rename_to_free(&file, &self.path(to, &new)) {
                // somebody has put a file there in this moment: the next number
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = (to, new.into()),
                outcome => return outcome.map(|()| new),
            }
        }
    }

    /// Moves what payrun has put beside a file.
    fn shift_beside(&self, (from, name): &(Place, OsString), (to, new): (Place, &str)) -> io::Result<()> {
        if *from == Place::Inbox {
            return Ok(()); // what lies there is people's, whatever its name
        }
        for end in BESIDE {
            let mut beside = name.clone();
            beside.push(format!(".{end}"));
            match fs::rename(self.path(*from, &beside), self.path(to, format!("{new}.{end}"))) {
                // nothing lies beside it, or its name leaves no room for that
                Err(error)
                    if !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidFilename) =>
                {
                    return Err(error);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The name itself, or with the first number under which nothing lies in these places.
    pub fn free_name(&self, wanted: &str, places: &[Place]) -> String {
        let mut number = 1;
        loop {
            let name = numbered(wanted, number);
            if !places.iter().any(|place| self.has(*place, &name)) {
                return name;
            }
            number += 1;
        }
    }

    /// Puts a text beside a file, in place of an earlier one. Whoever may read the file may read the text.
    pub fn put_beside(&self, place: Place, name: &str, end: &str, text: &str) -> io::Result<()> {
        let mode = mode_of(&self.path(place, name)).unwrap_or(0o600);
        self.write_beside(place, name, end, text, mode)
    }

    fn write_beside(&self, place: Place, name: &str, end: &str, text: &str, mode: u32) -> io::Result<()> {
        let path = self.path(place, format!("{name}.{end}"));
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(self.path(place, ""))?;
        file.write_all(text.as_bytes())?;
        read_as(mode, file.path())?;
        file.persist(path).map(drop).map_err(|error| error.error)
    }

    /// Takes away what was put beside a file.
    pub fn clear(&self, place: Place, name: &str) {
        for end in BESIDE {
            let _ = fs::remove_file(self.path(place, format!("{name}.{end}"))); // mostly there is none
        }
    }
}

/// Gives what was put beside a file the same readers.
pub fn readers_of(file: &Path, beside: &Path) -> io::Result<()> {
    read_as(mode_of(file).unwrap_or(0o600), beside)
}

/// Who may read a file. The mode of a link allows everything: there it is whoever may look into the folder.
fn mode_of(file: &Path) -> io::Result<u32> {
    let metadata = fs::symlink_metadata(file)?;
    match file.parent().filter(|_| metadata.is_symlink()) {
        Some(folder) => Ok(fs::metadata(folder)?.mode() & !0o022),
        None => Ok(metadata.mode()),
    }
}

/// Gives a file of ours the readers of a mode, and no more than that.
pub fn read_as(mode: u32, beside: &Path) -> io::Result<()> {
    fs::set_permissions(beside, fs::Permissions::from_mode(mode & 0o666 | 0o600))
}

/// Renames without ever replacing a file: by one call where the system has it, else by a link.
fn rename_to_free(from: &Path, to: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS | rustix::io::Errno::OPNOTSUPP) => {
            fs::hard_link(from, to).and_then(|()| fs::remove_file(from))
        }
        outcome => outcome.map_err(io::Error::from),
    }
}

/// `salaries (2).csv`.
fn numbered(name: &str, number: u32) -> String {
    match (number, name.rsplit_once('.')) {
        (1, _) => name.to_owned(),
        (_, Some((stem, end))) if !stem.is_empty() => format!("{stem} ({number}).{end}"),
        (_, _) => format!("{name} ({number})"),
    }
}

/// Whether a name is that of a file that is not meant yet: hidden, or still being written by a program that says so.
pub(super) fn is_passing(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    let ends = [".part", ".partial", ".tmp", ".crdownload", ".filepart", ".download"];
    name.starts_with('.')
        || name.starts_with("~$")
        || ends.iter().any(|end| name.to_lowercase().ends_with(end))
}

/// The names under which a file of people is taken from the inbox, its own first where it is one of them.
pub fn inbox_names(name: &OsStr) -> impl Iterator<Item = String> + use<> {
    let shown = plain(name).trim_start_matches(['.', '~', '$']).to_owned();
    let is_taken = |name: &str| !is_passing(OsStr::new(name)) && Side::of(OsStr::new(name)).is_none();
    let name = if is_taken(&shown) && !shown.is_empty() { shown } else { format!("{shown}.file") };
    (1..10_000).map(move |number| numbered(&name, number))
}

/// The file beside which something of that name lies, if it is one that only payrun gives.
pub fn beside_what(name: &str) -> Option<&str> {
    BESIDE.iter().find_map(|end| name.strip_suffix(end)?.strip_suffix('.'))
}

/// A name that answers can be put beside: readable, not too long, and none that payrun gives to what lies beside files.
pub fn plain(name: &OsStr) -> String {
    let text = name.to_string_lossy();
    let text: String =
        text.chars().map(|c| if c.is_control() || c == '\u{fffd}' { '_' } else { c }).collect();
    // a name that had to be changed is told apart from one that reads so by itself
    if beside_what(&text).is_some() || text != name.to_string_lossy() {
        return plain(OsStr::new(&numbered(&text, 2)));
    }
    if text.len() <= LONGEST_NAME {
        return text;
    }
    let end = text.rsplit_once('.').map_or("", |(_, end)| end);
    let end = if end.len() <= 8 { end } else { "" };
    let mut stem = LONGEST_NAME - end.len() - 1;
    while !text.is_char_boundary(stem) {
        stem -= 1;
    }
    format!("{}.{end}", &text[..stem])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Folder) {
        let root = tempfile::tempdir().expect("a folder");
        let folder = Folder::take(root.path()).expect("watched");
        folder.make_places().expect("made");
        (root, folder)
    }

    #[test]
    fn no_move_puts_one_file_over_another() {
        let (_root, folder) = folder();
        fs::write(folder.path(Place::Done, "pay.csv"), "first").expect("written");
        fs::write(folder.path(Place::Inbox, "pay.csv"), "second").expect("written");
        fs::write(folder.path(Place::Inbox, "pay.csv.answer.txt"), "a file of people").expect("written");
        let new = folder.shift((Place::Inbox, OsStr::new("pay.csv")), (Place::Processing, "pay.csv"));
        assert!(new.is_ok() && folder.has(Place::Inbox, "pay.csv.answer.txt"));
        fs::write(folder.path(Place::Processing, "pay.csv.answer.txt"), "why").expect("written");
        let new = folder.shift((Place::Processing, OsStr::new("pay.csv")), (Place::Done, "pay.csv"));
        assert_eq!(new.expect("moved"), "pay (2).csv");
        let read = |name: &str| fs::read_to_string(folder.path(Place::Done, name)).expect("there");
        assert_eq!(
            [read("pay.csv"), read("pay (2).csv"), read("pay (2).csv.answer.txt")],
            ["first", "second", "why"]
        );
        let gone = folder.shift((Place::Inbox, OsStr::new("pay.csv")), (Place::Done, "pay.csv"));
        assert_eq!(gone.expect_err("it is gone").kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn one_process_watches_a_folder() {
        let (root, _folder) = folder();
        assert!(matches!(Folder::take(root.path()), Err(JournalError::Held { .. })));
    }

    #[test]
    fn names_leave_room_for_answers() {
        let long = format!("{}é.csv", "ab".repeat(120));
        let short = plain(OsStr::new(&long));
        assert!(
            short.len() <= LONGEST_NAME && Path::new(&short).extension() == Some(OsStr::new("csv")),
            "{short}"
        );
        assert_eq!(plain(OsStr::new("pay\nroll.csv")), "pay_roll (2).csv");
        assert_eq!(plain(OsStr::new("Gehälter.csv")), "Gehälter.csv");
        assert_eq!(plain(OsStr::new("pay.csv.findings.xlsx")), "pay.csv.findings (2).xlsx");
    }
}
