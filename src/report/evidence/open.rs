//! Reading an archive that anybody may have made: nothing is unpacked, nothing is believed, everything has a bound.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use serde::de::DeserializeOwned;
use zip::ZipArchive;

use super::{FORM, MANIFEST, Manifest, Member, Seal, digested};
use crate::domain::system_words;

/// An archive has so many files at most.
const MOST_FILES: usize = 64;
/// The manifest has so many bytes at most, and all files together.
const LARGEST_MANIFEST: u64 = 1 << 20;
const LARGEST: u64 = 64 << 30;

/// An archive is not what it must be.
#[derive(Debug, thiserror::Error)]
pub enum NotEvidence {
    /// It cannot be read.
    #[error("{0} cannot be read: {1}")]
    Unreadable(String, String),
    /// It is no archive of this program's.
    #[error("this is no archive that payrun evidence has made: {0}")]
    Foreign(String),
    /// It was made in another form.
    #[error("the archive was made by a later version of payrun: its form is {0}")]
    Form(u32),
    /// A file that the manifest names is not in it.
    #[error("{0} is missing")]
    Missing(String),
    /// A file that the manifest does not name is in it.
    #[error("{0} was put in: the manifest does not name it")]
    PutIn(String),
    /// Something else than the files is not as it was.
    #[error("the archive was altered: it does not end with the seal of what is in it")]
    Unsealed,
    /// A file is not what the manifest says.
    #[error("{0} was altered: it is not what the manifest says")]
    Altered(String),
}

/// An archive that was opened: its manifest is read, its files are not checked yet.
pub struct Evidence<J> {
    zip: ZipArchive<BufReader<File>>,
    /// The files that are there.
    names: BTreeSet<String>,
    /// What is in it.
    pub manifest: Manifest<J>,
    /// The digest of all before the seal.
    pub seal: Seal,
    is_sealed: bool,
}

impl<J: DeserializeOwned> Evidence<J> {
    /// Opens it and reads its manifest.
    pub fn open(path: &Path) -> Result<Self, NotEvidence> {
        let unreadable =
            |error: io::Error| NotEvidence::Unreadable(path.display().to_string(), system_words(&error));
        let mut file = File::open(path).map_err(unreadable)?;
        let seal = Seal::of(&mut file).map_err(unreadable)?;
        let mut end = String::new();
        let is_sealed = file.read_to_string(&mut end).is_ok() && Seal::typed(&end).as_ref() == Some(&seal);
        let mut zip = ZipArchive::new(BufReader::new(file)).map_err(|_| {
            NotEvidence::Foreign("it is no ZIP archive, or one that was cut or altered".to_owned())
        })?;
        let names = names(&zip)?;
        let mut text = Vec::new();
        {
            let manifest = zip.by_name(MANIFEST).map_err(|_| NotEvidence::Missing(MANIFEST.to_owned()))?;
            let read = manifest.take(LARGEST_MANIFEST + 1).read_to_end(&mut text);
            read.map_err(|_| NotEvidence::Altered(MANIFEST.to_owned()))?;
        }
        let manifest: Manifest<J> = match serde_json::from_slice(&text) {
            Ok(manifest) => manifest,
            Err(_) => return Err(later_form(&text).unwrap_or(NotEvidence::Altered(MANIFEST.to_owned()))),
        };
        if manifest.form != FORM {
            return Err(NotEvidence::Form(manifest.form));
        }
        Ok(Self { zip, names, manifest, seal, is_sealed })
    }

    /// Whether the archive has the files of its manifest and no others, each with its digest. All that is wrong, the
    /// first file first.
    pub fn altered(&mut self) -> Vec<NotEvidence> {
        let mut wrong = Vec::new();
        let named: BTreeSet<&str> = self.manifest.files.iter().map(|member| member.name.as_str()).collect();
        for name in self.names.iter().filter(|name| *name != MANIFEST && !named.contains(name.as_str())) {
            wrong.push(NotEvidence::PutIn(name.clone()));
        }
        if named.len() != self.manifest.files.len() {
            wrong.push(NotEvidence::Altered(MANIFEST.to_owned())); // a name stands twice
        }
        let claimed = self.manifest.files.iter().try_fold(0_u64, |sum, member| sum.checked_add(member.bytes));
        if claimed.is_none_or(|bytes| bytes > LARGEST) {
            wrong.push(NotEvidence::Foreign("its files are too large".to_owned()));
            return wrong;
        }
        for member in self.manifest.files.clone() {
            wrong.extend(self.differs(&member));
        }
        wrong
    }

    /// What is wrong with the archive around its files, where these are as they were.
    pub fn unsealed(&self) -> Option<NotEvidence> {
        (!self.is_sealed).then_some(NotEvidence::Unsealed)
    }

    fn differs(&mut self, member: &Member) -> Option<NotEvidence> {
        let name = || member.name.clone();
        let Ok(mut file) = self.zip.by_name(&member.name) else {
            return Some(if self.names.contains(&member.name) {
                NotEvidence::Altered(name())
            } else {
                NotEvidence::Missing(name())
            });
        };
        // one byte more than is claimed is enough to know
        let is_equal = digested(&mut file, &mut io::sink(), member.bytes)
            .is_ok_and(|found| found == (member.bytes, member.blake3.clone()));
        (!is_equal).then(|| NotEvidence::Altered(name()))
    }

    /// The content of a file, to be read as far as the manifest says.
    pub fn read(&mut self, name: &str) -> Result<impl Read + '_, NotEvidence> {
        let known = self.manifest.files.iter().find(|member| member.name == name);
        let bytes = known.ok_or_else(|| NotEvidence::Missing(name.to_owned()))?.bytes;
        let file = self.zip.by_name(name).map_err(|_| NotEvidence::Missing(name.to_owned()))?;
        Ok(file.take(bytes))
    }
}

/// An archive of this program's has few files, each named once and plainly.
fn names(zip: &ZipArchive<BufReader<File>>) -> Result<BTreeSet<String>, NotEvidence> {
    let foreign = |what: String| Err(NotEvidence::Foreign(what));
    if zip.len() > MOST_FILES {
        return foreign(format!("it has {} files", zip.len()));
    }
    let mut seen = BTreeSet::new();
    for name in zip.file_names() {
        let name = name.map_err(|error| NotEvidence::Foreign(error.to_string()))?.into_owned();
        let is_plain = !name.starts_with('/') && !name.contains(['\\', '\0']);
        let is_inside = name.split('/').all(|part| !matches!(part, "" | "." | ".."));
        if !is_plain || !is_inside || !seen.insert(name.clone()) {
            return foreign(format!("it has a file of the name {name:?}"));
        }
    }
    Ok(seen)
}

/// A manifest of a later form may have fields that are not known.
fn later_form(text: &[u8]) -> Option<NotEvidence> {
    let any: serde_json::Value = serde_json::from_slice(text).ok()?;
    let form = u32::try_from(any.get("form")?.as_u64()?).ok()?;
    (form != FORM).then_some(NotEvidence::Form(form))
}
