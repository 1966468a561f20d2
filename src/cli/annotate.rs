//! `--annotate OUT.xlsx`: joins what was read of a file with what was found in it.

use std::path::Path;
use std::time::SystemTime;

use jiff::civil::Date;

use super::exit::{Exit, Failure};
use crate::check::Checked;
use crate::engine::EngineError;
use crate::intake::{self, IntakeError, Reading};
use crate::report::{self, About, Annotated, BookError};

/// A workbook that is to be written of a file.
pub struct Annotation<'a> {
    file: &'a Path,
    /// Where to.
    pub to: &'a Path,
    /// What the file was like when it was asked for.
    stamp: Option<(u64, SystemTime)>,
}

/// Why walking through the file ended early.
enum Broken {
    Read(IntakeError),
    Write(BookError),
}

impl From<IntakeError> for Broken {
    fn from(error: IntakeError) -> Self {
        Self::Read(error)
    }
}

impl From<Broken> for Failure {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Read(error) => EngineError::from(error).into(),
            Broken::Write(error) => error.into(),
        }
    }
}

impl<'a> Annotation<'a> {
    /// Refuses at once what could not be written in the end.
    pub fn new(file: &'a Path, to: &'a Path) -> Result<Self, Failure> {
        if !to.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xlsx")) {
            let message = format!("{} must end in .xlsx: what is written is a workbook", to.display());
            return Err(Failure::new(Exit::Usage, message));
        }
        report::is_free(to)?;
        Ok(Self { file, to, stamp: stamp(file) })
    }

    /// Reads the file once more and writes it with its findings.
    pub fn write(
        &self,
        reading: &Reading,
        today: Date,
        checked: &Checked,
        summary: &str,
    ) -> Result<(), Failure> {
        let source = intake::open(self.file, reading).map_err(EngineError::from)?;
        let (sheet, spans) = (source.sheet.clone(), source.header.spans.clone());
        let name = self.file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let about = About {
            file: &name,
            checked_on: Some(today),
            summary,
            sheet: sheet.as_deref(),
            header_row: source.header.row,
            spans: &spans,
            unpaid: &checked.invalid_rows,
        };
        let mut book = Annotated::begin(self.to, about, &checked.findings)?;
        source.walk::<Broken>(&mut |row, cells| book.row(row, cells).map_err(Broken::Write))?;
        if stamp(self.file) != self.stamp {
            let message = format!(
                "{} was changed while it was read, so that findings might stand at the wrong cells: try again",
                self.file.display()
            );
            return Err(Failure::new(Exit::Configuration, message));
        }
        Ok(book.finish(self.to)?)
    }
}

/// What changes when somebody saves a file.
fn stamp(file: &Path) -> Option<(u64, SystemTime)> {
    let metadata = file.metadata().ok()?;
    Some((metadata.len(), metadata.modified().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_changed_meanwhile_is_not_annotated() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, to) = (folder.path().join("pay.csv"), folder.path().join("out.xlsx"));
        let text = "first_name,amount\nNina,1.00\n";
        std::fs::write(&file, text).expect("written");
        let annotation = Annotation::new(&file, &to).expect("a free name");
        let write = || annotation.write(&Reading::default(), Date::default(), &Checked::default(), "");
        std::fs::write(&file, format!("{text}Theo,2.00\n")).expect("written");
        let refused = write().expect_err("findings might stand at the wrong cells");
        assert!(refused.message.contains("was changed while it was read"), "{}", refused.message);
        assert!(!to.exists());
    }
}
