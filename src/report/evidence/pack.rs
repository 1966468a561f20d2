//! Making an archive: file by file, the manifest last, when all digests are known.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use serde::Serialize;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{FORM, MANIFEST, Manifest, Member, SEAL_DIGITS, Seal, digested};
use crate::domain::{RunView, Timestamp};
use crate::report::fresh::{FreshError, write_whole};

/// An archive that is being made.
#[derive(Debug)]
pub struct Packing<'a> {
    zip: ZipWriter<BufWriter<&'a mut File>>,
    files: Vec<Member>,
}

impl Packing<'_> {
    /// Makes an archive at `path`, where nothing must be yet, for its owner alone: `fill` puts the files in and says which
    /// part of the journal they are. It appears whole or not at all.
    pub fn make<J: Serialize, E: From<FreshError> + From<io::Error>>(
        path: &Path,
        view: &RunView,
        now: Timestamp,
        fill: impl FnOnce(&mut Packing<'_>) -> Result<J, E>,
    ) -> Result<Seal, E> {
        let mut seal = None;
        write_whole::<E>(path, |file| {
            let mut packing = Packing { zip: ZipWriter::new(BufWriter::new(&mut *file)), files: Vec::new() };
            let journal = fill(&mut packing)?;
            packing.finish(view, now, journal)?;
            let made = Seal::of(file)?;
            file.seek(SeekFrom::End(-i64::from(SEAL_DIGITS)))?;
            file.write_all(made.0.as_bytes())?;
            seal = Some(made);
            Ok(())
        })?;
        Ok(seal.expect("the seal was written last"))
    }

    /// Puts a file in.
    pub fn add(&mut self, name: &str, content: &mut dyn Read) -> io::Result<()> {
        self.begin(name)?;
        let (bytes, blake3) = digested(content, &mut self.zip, u64::MAX)?;
        self.files.push(Member { name: name.to_owned(), bytes, blake3 });
        Ok(())
    }

    fn begin(&mut self, name: &str) -> io::Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .large_file(true)
            .unix_permissions(0o600);
        self.zip.start_file(name, options).map_err(io::Error::from)
    }

    fn finish<J: Serialize>(mut self, view: &RunView, now: Timestamp, journal: J) -> io::Result<()> {
        let manifest = Manifest {
            form: FORM,
            run: view.run.clone(),
            label: view.label.clone(),
            environment: view.environment.clone(),
            made_at: now,
            made_by: concat!("payrun ", env!("CARGO_PKG_VERSION")).to_owned(),
            journal,
            files: std::mem::take(&mut self.files),
        };
        let text = serde_json::to_vec_pretty(&manifest)?;
        self.begin(MANIFEST)?;
        self.zip.write_all(&text)?;
        self.zip.set_comment("0".repeat(SEAL_DIGITS.into())).map_err(io::Error::from)?; // the seal's place
        self.zip.finish().map_err(io::Error::from)?.flush()
    }
}
