//! `payrun report RUN`: the report as CSV, JSON, workbook and page, and the rows that were not paid as a file to correct.

use std::fmt::Write as _;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::args::{Format, Globals, ReportArgs, ReportKind};
use super::exit::{Exit, Failure};
use super::session::Session;
use super::{out, status, to_correct};
use crate::domain::{PayoutView, RunId, RunView, system_words};
use crate::engine::{self, EngineError};
use crate::journal::{Checkpoint, Holder};
use crate::report::{self, ReportError};

/// Runs the command.
pub fn run(globals: &Globals, args: &ReportArgs) -> Result<Exit, Failure> {
    let session = Session::new(globals, Vec::new())?;
    let seen = status::look(&session)?;
    let folder = args.to.clone().unwrap_or_else(|| session.folder.reports());
    let source = Source { session: &session, checkpoint: seen.checkpoint(), holder: &seen.holder };
    let kinds = if args.only.is_empty() { ReportKind::value_variants() } else { &args.only };
    let mut files = write(source, args.run, &folder, kinds)?;
    let limits = session.settings.limits;
    files.extend(to_correct::write(&session.folder, seen.checkpoint(), args.run, &folder, limits)?);
    match globals.format {
        Format::Text => {
            let mut text = String::new();
            for path in &files {
                let _ = writeln!(text, "Report: {}", path.display());
            }
            out::answer(&text);
        }
        Format::Json => {
            let names: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
            out::answer(&serde_json::json!({ "run": args.run.to_string(), "files": names }).to_string());
        }
    }
    Ok(Exit::Done)
}

/// What is known of a run, and where from.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The session.
    pub session: &'a Session,
    /// Where everything stands.
    pub checkpoint: &'a Checkpoint,
    /// Who has the state.
    pub holder: &'a Holder,
}

impl Source<'_> {
    /// The view of a run without its payouts.
    pub fn view(&self, run: RunId) -> Result<RunView, Failure> {
        Ok(engine::run_view(self.checkpoint, run, self.holder)?)
    }

    /// The payouts of a run, with banks and branches by the directory of this state folder.
    fn payouts(
        &self,
        run: RunId,
    ) -> Result<impl Iterator<Item = Result<PayoutView, EngineError>> + use<'_>, Failure> {
        let directory = super::bsb::directory(&self.session.settings)?;
        Ok(engine::payouts_by(self.checkpoint, run, self.holder, directory))
    }
}

/// Writes the reports of a run into a folder, in place of those of an earlier time. Each appears whole or not at all.
pub fn write(
    source: Source<'_>,
    run: RunId,
    folder: &Path,
    kinds: &[ReportKind],
) -> Result<Vec<PathBuf>, Failure> {
    let view = source.view(run)?;
    std::fs::create_dir_all(folder).map_err(|error| {
        let words = system_words(&error);
        Failure::new(Exit::Configuration, format!("cannot make the folder {}: {words}", folder.display()))
    })?;
    let mut written = Vec::new();
    for kind in kinds {
        let path = folder.join(format!("{}.{}", stem(&view), kind.extension()));
        write_one(source, &view, run, *kind, &path)?;
        written.push(path);
    }
    Ok(written)
}

/// Writes all reports of a run and its file of rows to correct where they are by themselves. What cannot be written is
/// told and takes nothing back.
pub fn write_anew(source: Source<'_>, run: RunId) -> Anew {
    let Source { session, checkpoint, .. } = source;
    let folder = session.folder.reports();
    let files = write(source, run, &folder, ReportKind::value_variants());
    let fix = to_correct::write(&session.folder, checkpoint, run, &folder, session.settings.limits);
    for failure in [files.as_ref().err(), fix.as_ref().err()].into_iter().flatten() {
        out::note(&format!("{}; once that is mended: payrun report {run}", failure.message));
    }
    let is_whole = files.is_ok() && fix.is_ok();
    Anew { files: files.unwrap_or_default(), fix: fix.ok().flatten(), is_whole }
}

/// What was written anew of a run.
pub struct Anew {
    /// The reports.
    pub files: Vec<PathBuf>,
    /// The file of rows to correct, where there are any.
    pub fix: Option<PathBuf>,
    /// Whether all could be written.
    pub is_whole: bool,
}

/// What the names of a run's files begin with.
pub fn stem(view: &RunView) -> String {
    let stem =
        Path::new(&view.label).file_stem().map_or(String::new(), |stem| stem.to_string_lossy().into_owned());
    format!("{}-{}", view.run, plain(&stem))
}

/// Writes one report of a run in place of one of an earlier time.
pub fn write_one(
    source: Source<'_>,
    view: &RunView,
    run: RunId,
    kind: ReportKind,
    path: &Path,
) -> Result<(), Failure> {
    let payouts = source.payouts(run)?;
    let written = report::replace_whole(path, |file| match kind {
        ReportKind::Csv => report::write_csv(payouts, BufWriter::new(file)),
        ReportKind::Json => report::write_json(view, payouts, BufWriter::new(file)),
        ReportKind::Html => report::write_run_page(view, payouts, file),
        ReportKind::Xlsx => {
            let findings = engine::kept_findings(&source.session.folder, run);
            let folder = path.parent().unwrap_or(Path::new("."));
            report::write_run_book(view, findings.as_deref(), payouts, folder, file)
        }
    });
    written.map_err(|error| match error {
        ReportError::Source(error) => error.into(),
        other => Failure::new(Exit::Configuration, other.to_string()),
    })
}

/// Answers with the run and its payouts as one JSON document.
pub fn answer_json(source: Source<'_>, run: RunId) -> Result<(), Failure> {
    let view = source.view(run)?;
    let payouts = source.payouts(run)?;
    out::answer_by(|out| report::write_json(&view, payouts, out)).or_else(|error| match error {
        ReportError::Source(error) => Err(error.into()),
        // a reader that has gone away is no failure
        ReportError::Io(_) | ReportError::Book(_) | ReportError::Fresh(_) => Ok(()),
    })
}

/// A name that any file system takes.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_alphanumeric() || "-_. ()".contains(c) { c } else { '_' }).collect()
}
