//! `payrun track [RUN]`: what the banks have made of the payouts since.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;

use super::args::{Format, Globals};
use super::exit::{Exit, Failure};
use super::notices::Teller;
use super::session::Session;
use super::status::Seen;
use super::{out, report, status};
use crate::domain::money::plural;
use crate::domain::{PayoutState, RunHead, RunId, RunState, Timestamp};
use crate::engine::{self, Depth, Engine, EngineError, Looks, Moved, Round, UnderWay, Which};
use crate::gateway::GatewayError;
use crate::journal::{Checkpoint, Holder, Journal, JournalError, News, Telling, watched_folder};

/// `track`.
#[derive(Debug, Args)]
pub struct TrackArgs {
    /// The run [default: all]
    pub run: Option<RunId>,
    /// Keep on looking for so long, such as 10m, or until nothing is under way any more
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub wait: Option<Duration>,
    /// Keep on looking until nothing is under way any more, however long that is
    #[arg(long)]
    pub until_final: bool,
    /// Look at everything now, also at what is not due and at what was returned or cancelled
    #[arg(long)]
    pub all: bool,
}

impl TrackArgs {
    fn which(&self) -> Which {
        self.run.map_or(Which::All, Which::Run)
    }

    fn keeps_on(&self) -> bool {
        self.wait.is_some() || self.until_final
    }
}

/// What another process writes is looked at so often.
const A_LOOK: Duration = Duration::from_secs(2);
/// So many changes that somebody must do something about are named one by one.
const MOST_NAMED: usize = 40;

/// What was seen, in all rounds.
#[derive(Default)]
struct Told {
    looked: u64,
    changed: Vec<Moved>,
    /// How many Flash would not show in the last round, and what it said.
    refused: u64,
    said: Option<String>,
    files: Vec<PathBuf>,
    next: Option<Timestamp>,
    trouble: Option<GatewayError>,
    /// Whether another process has the state: nothing was looked at here.
    elsewhere: bool,
    /// The runs that it is at work on.
    at_work: Vec<RunId>,
}

/// Runs the command.
pub fn run(globals: &Globals, args: &TrackArgs) -> Result<Exit, Failure> {
    let session = Session::new(globals, Vec::new())?;
    status::has_runs(&session)?;
    let which = args.which();
    let until = args.wait.and_then(|wait| Instant::now().checked_add(wait));
    let journal = loop {
        match session.opened() {
            Ok(journal) => break Session::taken(journal),
            Err(JournalError::Held { holder }) => {
                if let Some(exit) = elsewhere(&session, globals, args, until, &holder)? {
                    return Ok(exit);
                }
            }
            Err(error) => return Err(error.into()),
        }
    };
    if let Some(run) = args.run {
        journal.checkpoint().run(run)?.ok_or(EngineError::NoSuchRun(run))?;
    }
    let teller = session.settings.notify.always.then(|| Teller::new(&session)).transpose()?;
    let told = session.with_engine(Arc::clone(&journal), false, async |engine| {
        let told = rounds(&engine, args, until).await;
        engine.gateway.sign_out().await;
        if let Some(teller) = &teller {
            teller.tell(&journal, which)?;
        }
        Ok(told?)
    });
    if let Some(teller) = teller {
        teller.close(Some(&journal));
    }
    let mut told = told?;
    told.files = reports(&session, &journal, which, &told.changed)?;
    answer(journal.checkpoint(), globals, which, &told)?;
    match told.trouble {
        Some(error) => {
            let mut failure = Failure::from(error);
            let said =
                format!("{}. What was seen is recorded; the next payrun track goes on.", failure.message);
            failure.message = said;
            Err(failure)
        }
        None => ending(journal.checkpoint(), which, &told.changed),
    }
}

/// Another process has the state: what it writes is the answer. None where it has let go before all was seen that was
/// to be waited for.
fn elsewhere(
    session: &Session,
    globals: &Globals,
    args: &TrackArgs,
    until: Option<Instant>,
    holder: &str,
) -> Result<Option<Exit>, Failure> {
    let which = args.which();
    out::note(&who_looks(holder, args));
    let mut before = None;
    loop {
        let began = Instant::now();
        let seen = status::look(session)?;
        let checkpoint = seen.checkpoint();
        if let Which::Run(run) = which {
            checkpoint.run(run)?.ok_or(EngineError::NoSuchRun(run))?;
        }
        let wrong = wrong(checkpoint, which)?;
        let first = *before.get_or_insert(wrong);
        let pause = A_LOOK.max(began.elapsed() * 10); // a long journal is read from its beginning
        let is_too_late = until.is_some_and(|until| Instant::now() + pause > until);
        if !args.keeps_on() || is_too_late || is_final(&seen, which)? {
            let told = Told { elsewhere: true, at_work: at_work(&seen, which)?, ..Told::default() };
            answer(checkpoint, globals, which, &told)?;
            let is_bad = wrong > if args.run.is_some() { 0 } else { first };
            return Ok(Some(if is_bad { Exit::Incomplete } else { Exit::Done }));
        }
        drop(seen);
        std::thread::sleep(pause);
        if session.folder.holder() == Holder::Nobody {
            return Ok(None);
        }
    }
}

/// Who looks at payouts in our place.
fn who_looks(holder: &str, args: &TrackArgs) -> String {
    let who = if watched_folder(holder).is_some() {
        format!("A watcher has the state ({holder}) and looks at payouts itself")
    } else {
        format!("Another payrun has the state ({holder}). Once it has ended, payrun track looks")
    };
    let all = if args.all { "; --all has no effect meanwhile" } else { "" };
    let what =
        if args.keeps_on() { "what it writes is waited for" } else { "this is what has been written so far" };
    format!("{who}{all}; {what}.")
}

/// The runs that whoever has the state works on.
fn at_work(seen: &Seen, which: Which) -> Result<Vec<RunId>, Failure> {
    let is_at_work = |(head, state): &(RunHead, RunState)| {
        let goes_on = matches!(state, RunState::Recording | RunState::Running);
        which.has(head.run) && goes_on && seen.holder.works_on(head, *state)
    };
    let runs = seen.checkpoint().runs()?.into_iter().filter(is_at_work);
    Ok(runs.map(|(head, _)| head.run).collect())
}

/// Whether no payout is under way and no run is at work.
fn is_final(seen: &Seen, which: Which) -> Result<bool, Failure> {
    let under_way = engine::under_way(seen.checkpoint(), which)?;
    Ok(under_way.iter().all(|run| run.under_way == 0) && at_work(seen, which)?.is_empty())
}

/// One round, or as many as were asked for.
async fn rounds(engine: &Engine, args: &TrackArgs, until: Option<Instant>) -> Result<Told, EngineError> {
    let which = args.which();
    let mut looks = Looks::default();
    let mut told = Told::default();
    let mut depth = if args.all { Depth::Everything } else { Depth::Due };
    loop {
        let Round { looked, changed, next, trouble, refused, said, .. } =
            engine.track(which, depth, &mut looks).await?;
        depth = Depth::Due;
        told.looked += looked;
        told.changed.extend(changed);
        (told.refused, told.said) = (refused, said);
        (told.next, told.trouble) = (next, trouble);
        let account = told.trouble.as_ref().is_some_and(GatewayError::is_account_problem);
        let Some(next) = told.next.filter(|_| !account && !engine.stop.is_asked()) else { break };
        if !args.keeps_on() {
            break;
        }
        let under_way = engine::under_way(engine.journal.checkpoint(), which)?;
        if under_way.iter().all(|run| run.under_way == 0) {
            break;
        }
        let pause = Duration::try_from(next.duration_since(engine.clock.now())).unwrap_or_default();
        let is_too_late = |until| Instant::now().checked_add(pause).is_none_or(|then| then > until);
        if until.is_some_and(is_too_late) || engine.stop.sleep(pause).await {
            break;
        }
    }
    Ok(told)
}

/// Writes the reports of the runs anew in which something has changed, now or seen by a process that could not write
/// them any more. One that cannot be written takes nothing back.
pub(super) fn reports(
    session: &Session,
    journal: &Journal,
    which: Which,
    changed: &[Moved],
) -> Result<Vec<PathBuf>, Failure> {
    let checkpoint = journal.checkpoint();
    let mut runs: BTreeMap<RunId, Option<News>> = changed.iter().map(|moved| (moved.run, None)).collect();
    for news in engine::untold(checkpoint, which, Telling::Report)? {
        // whoever watches the folder of a run writes them there
        if checkpoint.run(news.run)?.is_some_and(|(head, _)| head.folder.is_none()) {
            runs.insert(news.run, Some(news));
        }
    }
    let mut files = Vec::new();
    for (run, news) in runs {
        let source = report::Source { session, checkpoint, holder: &Holder::Nobody };
        let anew = report::write_anew(source, run);
        if let Some(news) = news.filter(|_| anew.is_whole) {
            engine::told(journal, run, news.until, Telling::Report, &*session.clock).wait()?;
        }
        files.extend(anew.files);
        files.extend(anew.fix);
    }
    Ok(files)
}

/// Whether somebody has to do something: of what has changed, or of all that the run in question has.
fn ending(checkpoint: &Checkpoint, which: Which, changed: &[Moved]) -> Result<Exit, Failure> {
    let is_bad = match which {
        Which::All => changed.iter().any(|moved| needs_somebody(moved.to)),
        Which::Run(_) => wrong(checkpoint, which)? > 0,
    };
    Ok(if is_bad { Exit::Incomplete } else { Exit::Done })
}

/// Of how many payouts somebody has to do something.
fn wrong(checkpoint: &Checkpoint, which: Which) -> Result<u64, Failure> {
    let mut wrong = 0;
    for (head, _) in checkpoint.runs()?.into_iter().filter(|(head, _)| which.has(head.run)) {
        let view = engine::run_view(checkpoint, head.run, &Holder::Nobody)?;
        wrong += PayoutState::ALL
            .iter()
            .filter(|state| needs_somebody(**state))
            .map(|state| view.count(*state))
            .sum::<u64>();
    }
    Ok(wrong)
}

fn needs_somebody(state: PayoutState) -> bool {
    matches!(state, PayoutState::Returned | PayoutState::Rejected | PayoutState::Attention)
}

fn answer(checkpoint: &Checkpoint, globals: &Globals, which: Which, told: &Told) -> Result<(), Failure> {
    let under_way = engine::under_way(checkpoint, which)?;
    match globals.format {
        Format::Json => {
            let files: Vec<String> = told.files.iter().map(|path| path.display().to_string()).collect();
            let answer = serde_json::json!({
                "looked": told.looked,
                "changed": told.changed,
                "runs": under_way,
                "refused": told.refused,
                "next_look": told.next,
                "looked_elsewhere": told.elsewhere,
                "files": files,
            });
            out::answer(&answer.to_string());
        }
        Format::Text => out::answer(&text(told, &under_way)),
    }
    Ok(())
}

fn text(told: &Told, under_way: &[UnderWay]) -> String {
    let mut text = String::new();
    match told.looked {
        _ if told.elsewhere => {}
        0 => text.push_str("Nothing was due, and Flash was not asked.\n"),
        looked => {
            let _ = writeln!(text, "Looked at {} at Flash.", plural(looked, "payout"));
        }
    }
    changes(&mut text, &told.changed);
    if told.refused > 0 {
        let said = told.said.as_deref().unwrap_or_default();
        let _ = writeln!(
            text,
            "Flash did not show {} ({said}); it is asked again, and after a day a person is.",
            plural(told.refused, "payout")
        );
    }
    for run in under_way {
        let _ = writeln!(text, "Run {}: {}", run.run, standing(run));
    }
    for run in told.at_work.iter().filter(|run| under_way.iter().all(|there| there.run != **run)) {
        let _ = writeln!(text, "Run {run}: at work; nothing of it is with Flash yet");
    }
    if under_way.is_empty() && told.at_work.is_empty() {
        text.push_str("Nothing is under way or watched any more.\n");
    }
    if let Some(next) = told.next {
        let _ = writeln!(text, "Next look: {}", moment(next));
    }
    for path in &told.files {
        let _ = writeln!(text, "Report, written anew: {}", path.display());
    }
    text
}

/// What asks for somebody one by one, all else in numbers.
pub(super) fn changes(text: &mut String, changed: &[Moved]) {
    let mut numbers: BTreeMap<(RunId, PayoutState, PayoutState), u64> = BTreeMap::new();
    for moved in changed.iter().filter(|moved| !needs_somebody(moved.to) && moved.from != moved.to) {
        *numbers.entry((moved.run, moved.from, moved.to)).or_default() += 1;
    }
    for ((run, from, to), count) in numbers {
        let _ = writeln!(text, "Run {run}: {} {from} → {to}", plural(count, "payout"));
    }
    let (named, more) = {
        let bad: Vec<&Moved> = changed.iter().filter(|moved| needs_somebody(moved.to)).collect();
        let more = bad.len().saturating_sub(MOST_NAMED);
        (bad.into_iter().take(MOST_NAMED), more)
    };
    for Moved { run, row, payee, amount, from, to, is, why, .. } in named {
        let is = is.as_deref().map_or(String::new(), |is| format!(" ({is})"));
        let why = why.as_deref().map_or(String::new(), |why| format!(": {why}"));
        let _ = writeln!(text, "Run {run} row {row}, {payee}, {amount}: {from} → {to}{is}{why}");
    }
    if more > 0 {
        let _ = writeln!(text, "… and {more} more, all in the report");
    }
}

fn standing(run: &UnderWay) -> String {
    let mut parts = Vec::new();
    if run.under_way > 0 {
        let words: Vec<String> = run.statuses.iter().map(|(name, count)| format!("{count} {name}")).collect();
        let since = run.since.map_or(String::new(), |since| format!(" since {}", moment(since)));
        parts.push(format!("{} under way{since} ({})", run.under_way, words.join(", ")));
    }
    if run.unclear > 0 {
        parts.push(format!("{} only a person understands, see payrun status {}", run.unclear, run.run));
    }
    if run.watched > 0 {
        parts.push(format!("{} paid, watched for returns", run.watched));
    }
    parts.join("; ")
}

fn moment(at: Timestamp) -> String {
    at.strftime("%-d %b %Y %H:%M:%S UTC").to_string()
}
