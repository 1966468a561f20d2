//! `payrun evidence RUN`: all that is known of a run in one archive. `payrun evidence verify FILE`: has any of it changed?

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Seek as _, Write as _};
use std::path::Path;

use clap::ValueEnum as _;

use super::args::{EvidenceArgs, EvidenceCommand, EvidenceVerifyArgs, Format, Globals, ReportKind};
use super::exit::{Exit, Failure};
use super::session::Session;
use super::{out, report, status};
use crate::domain::money::plural;
use crate::domain::{RunId, RunView, system_words};
use crate::engine;
use crate::journal::{self, Excerpt};
use crate::report::FreshError;
use crate::report::evidence::{Evidence, NotEvidence, Packing, SEAL_DIGITS, Seal};

/// The name of the run's part of the journal.
const JOURNAL: &str = "journal.jsonl";

/// Runs the command.
pub fn run(globals: &Globals, args: &EvidenceArgs) -> Result<Exit, Failure> {
    match (&args.command, args.run) {
        (Some(EvidenceCommand::Verify(args)), _) => verify(globals, args),
        (None, Some(run)) => make(globals, run, args.to.as_deref()),
        (None, None) => Err(Failure::new(Exit::Usage, "Name a run.")),
    }
}

/// Why no archive was made.
enum Unmade {
    Fresh(FreshError),
    Io(io::Error),
    Told(Failure),
}

impl From<FreshError> for Unmade {
    fn from(error: FreshError) -> Self {
        Self::Fresh(error)
    }
}

impl From<io::Error> for Unmade {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Failure> for Unmade {
    fn from(failure: Failure) -> Self {
        Self::Told(failure)
    }
}

fn make(globals: &Globals, run: RunId, to: Option<&Path>) -> Result<Exit, Failure> {
    let session = Session::new(globals, Vec::new())?;
    let seen = status::look(&session)?;
    let source = report::Source { session: &session, checkpoint: seen.checkpoint(), holder: &seen.holder };
    let view = source.view(run)?;
    let beside = session.folder.reports().join(format!("{}.evidence.zip", report::stem(&view)));
    let to = to.unwrap_or(&beside);
    if to == beside {
        std::fs::create_dir_all(session.folder.reports()).map_err(|error| unwritable(to, &error))?;
    }
    let seal = Packing::make::<Excerpt, Unmade>(to, &view, session.clock.now(), |packing| {
        fill(packing, source, &view, run)
    });
    let seal = seal.map_err(|error| match error {
        Unmade::Fresh(error) => error.into(),
        Unmade::Io(error) => unwritable(to, &error),
        Unmade::Told(failure) => failure,
    })?;
    match globals.format {
        Format::Json => out::answer(
            &serde_json::json!({ "run": run.to_string(), "file": to.display().to_string(), "seal": seal.to_string() })
                .to_string(),
        ),
        Format::Text => out::answer(&format!(
            "Evidence of run {run}: {}\nSeal: {seal}\nNote the seal down apart from the file: payrun evidence verify {} --seal SEAL tells whether anything has changed.\nThe file has whole account numbers in it: keep it as you keep the payroll itself.",
            to.display(),
            to.display()
        )),
    }
    Ok(Exit::Done)
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(Exit::Configuration, format!("cannot write {}: {}", path.display(), system_words(error)))
}

/// Puts everything in, each part through a file or a stream, so that the size of the run does not matter.
fn fill(
    packing: &mut Packing<'_>,
    source: report::Source<'_>,
    view: &RunView,
    run: RunId,
) -> Result<Excerpt, Unmade> {
    let folder = &source.session.folder;
    let original = engine::kept_copy(folder, run, &view.file);
    let kind = original.extension().map(|kind| kind.to_string_lossy().to_lowercase());
    let kind = kind.filter(|kind| kind.chars().all(|c| c.is_ascii_alphanumeric()));
    let name = kind.map_or("original".to_owned(), |kind| format!("original.{kind}"));
    match File::open(&original) {
        Ok(mut file) => packing.add(&name, &mut file)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            out::note(&format!("The copy of {} is gone: it is not in the archive.", view.file));
        }
        Err(error) => return Err(error.into()),
    }
    rows(packing, source, run)?;
    match engine::kept_findings(folder, run) {
        Some(findings) => packing.add("findings.json", &mut json(&findings)?.as_slice())?,
        None => out::note("The findings of this run were not kept: they are not in the archive."),
    }
    packing.add("accepted.json", &mut json(&view.accepted)?.as_slice())?;
    let waiting = tempfile::tempdir_in(folder.path())?;
    for kind in ReportKind::value_variants() {
        let name = format!("report.{}", kind.extension());
        let path = waiting.path().join(&name);
        report::write_one(source, view, run, *kind, &path)?;
        packing.add(&format!("reports/{name}"), &mut File::open(&path)?)?;
    }
    records(packing, source.session, run)
}

fn json(value: &impl serde::Serialize) -> io::Result<Vec<u8>> {
    Ok(serde_json::to_vec(value)?)
}

/// The rows as they were read.
fn rows(packing: &mut Packing<'_>, source: report::Source<'_>, run: RunId) -> Result<(), Unmade> {
    let file = tempfile::tempfile_in(source.session.folder.path())?;
    let mut out = BufWriter::new(file);
    for row in engine::parsed_rows(source.checkpoint, run) {
        serde_json::to_writer(&mut out, &row.map_err(Failure::from)?).map_err(io::Error::from)?;
        out.write_all(b"\n")?;
    }
    let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.rewind()?;
    Ok(packing.add("rows.jsonl", &mut file)?)
}

/// The records of the run and the places of those between them.
fn records(packing: &mut Packing<'_>, session: &Session, run: RunId) -> Result<Excerpt, Unmade> {
    let mut file = tempfile::tempfile_in(session.folder.path())?;
    let made = journal::excerpt(&session.folder, run, BufWriter::new(&mut file));
    let (excerpt, bytes) = made.map_err(|error| match error {
        journal::ExcerptError::Journal(error) => Unmade::Told(error.into()),
        journal::ExcerptError::Io(error) => Unmade::Io(error),
        journal::ExcerptError::Nothing(_) => {
            Unmade::Told(Failure::new(Exit::Configuration, error.to_string()))
        }
    })?;
    file.rewind()?;
    packing.add(JOURNAL, &mut io::Read::take(file, bytes))?;
    Ok(excerpt)
}

fn verify(globals: &Globals, args: &EvidenceVerifyArgs) -> Result<Exit, Failure> {
    let file = args.file.display();
    let refused = |error: NotEvidence| match error {
        NotEvidence::Unreadable(..) => Failure::new(Exit::Usage, error.to_string()),
        NotEvidence::Foreign(_) | NotEvidence::Form(_) => {
            Failure::new(Exit::Findings, format!("{file}: {error}"))
        }
        _ => Failure::new(Exit::Findings, format!("{file} is not intact: {error}")),
    };
    let typed =
        args.seal.as_deref().map(|typed| Seal::typed(typed).ok_or_else(|| no_seal(typed))).transpose()?;
    let mut evidence = Evidence::<Excerpt>::open(&args.file).map_err(refused)?;
    let mut wrong: Vec<String> = Vec::new();
    for altered in evidence.altered() {
        // of the journal it is known which record it is
        let record = matches!(&altered, NotEvidence::Altered(name) if name == JOURNAL);
        wrong.push(match (record, broken(&mut evidence)) {
            (true, Some(record)) => format!("{altered}: {record}"),
            _ => altered.to_string(),
        });
    }
    if wrong.is_empty() {
        wrong.extend(broken(&mut evidence));
    }
    if wrong.is_empty() {
        wrong.extend(evidence.unsealed().map(|error| error.to_string()));
    }
    let is_whole = wrong.is_empty();
    if typed.is_some_and(|typed| typed != evidence.seal) {
        wrong.push(format!("the seal is another one than you gave: {}", evidence.seal));
    }
    if wrong.is_empty() {
        answer_intact(globals, args, &evidence.seal, &evidence);
        return Ok(Exit::Done);
    }
    if globals.format == Format::Json {
        let file = file.to_string();
        out::answer(&serde_json::json!({ "file": file, "intact": false, "wrong": wrong }).to_string());
    }
    let wrong = wrong.join("; ");
    let message = if is_whole {
        format!(
            "{file} is whole, but {wrong}. Compare what you typed with what was noted down; if that is the same, this is another archive than the one that was made then."
        )
    } else {
        format!("{file} is not intact: {wrong}.")
    };
    Err(Failure::new(Exit::Findings, message))
}

/// What was typed for a seal is none.
fn no_seal(typed: &str) -> Failure {
    let message = format!(
        "\"{typed}\" is no seal: a seal has {SEAL_DIGITS} digits, 0 to 9 and a to f, in groups of eight. Nothing was compared."
    );
    Failure::new(Exit::Usage, message)
}

/// What is wrong with the records of the journal, if anything.
fn broken(evidence: &mut Evidence<Excerpt>) -> Option<String> {
    let claimed = evidence.manifest.journal.clone();
    let checked = match evidence.read(JOURNAL) {
        Ok(lines) => {
            journal::verify_excerpt(BufReader::new(lines), &claimed).map_err(|error| error.to_string())
        }
        Err(error) => Err(error.to_string()),
    };
    checked.err()
}

fn answer_intact(globals: &Globals, args: &EvidenceVerifyArgs, seal: &Seal, evidence: &Evidence<Excerpt>) {
    let manifest = &evidence.manifest;
    let Excerpt { first, last, own, withheld, .. } = &manifest.journal;
    match globals.format {
        Format::Json => out::answer(
            &serde_json::json!({
                "file": args.file.display().to_string(), "intact": true, "run": manifest.run,
                "label": manifest.label, "environment": manifest.environment, "made_at": manifest.made_at,
                "seal": seal.to_string(), "seal_compared": args.seal.is_some(), "records": own, "withheld": withheld,
            })
            .to_string(),
        ),
        Format::Text => {
            let (word, compared) = if args.seal.is_some() {
                ("Intact", "It is the seal that you gave: this is the archive that was made then.")
            } else {
                (
                    "Whole, but not compared with a seal",
                    "This proves that nothing was damaged, and not that nothing was forged: whoever has payrun can make an archive that is whole. To know that it is the one that was made, compare the seal above with the one that was told then: payrun evidence verify FILE --seal SEAL.",
                )
            };
            out::answer(&format!(
                "{word}: run {} of {} ({}), packed {}.\n{} in it, each with its digest; {} of the journal ({first} to {last}), each whole and in its place, and {} of other runs between them withheld.\nSeal: {seal}\n{compared}",
                manifest.run,
                manifest.label,
                manifest.environment,
                manifest.made_at.strftime("%-d %b %Y %H:%M UTC"),
                plural(manifest.files.len() as u64, "file"),
                plural(*own, "record"),
                withheld,
            ));
        }
    }
}
