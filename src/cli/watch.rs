//! `payrun watch DIR`: pay what is dropped into a folder.

use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

use notify::event::{ModifyKind, RenameMode};
use notify::{EventKind, RecursiveMode, Watcher as _};

use super::args::{Globals, WatchArgs};
use super::desk::Counter;
use super::ear::{self, Ear};
use super::exit::{Exit, Failure};
use super::notices::Teller;
use super::session::{Attached, Session};
use super::{out, tracker};
use crate::domain::money::plural;
use crate::domain::{Mode, RunHead, RunState, Silent};
use crate::journal::{Journal, JournalError};
use crate::watch::{Event, Folder, Left, NotOurs, Place, Settings, Trouble, Watcher};

/// Runs the command.
pub fn run(globals: &Globals, args: &WatchArgs) -> Result<Exit, Failure> {
    let given = [
        ("watch.poll", &args.poll),
        ("watch.settle", &args.settle),
        ("watch.mode", &args.mode),
        ("listen.address", &args.listen),
    ];
    let flags = given.into_iter().filter_map(|(key, value)| Some((key, value.clone()?))).collect();
    let mut session = Session::new(globals, flags)?;
    session.observer = Arc::new(Silent);
    let folder = Folder::take(&args.folder).map_err(|error| taken(&args.folder, error))?;
    let journal = session.journal()?;
    let fresh =
        format!("{}, {}, {}", session.folder.path().display(), session.clock.now(), std::process::id());
    folder.belong_to(session.folder.path(), blake3::hash(fresh.as_bytes()).to_hex().as_str())?;
    session.folder.note_watched(folder.root())?;
    let watching = session.settings.watch.clone();
    let settings = Settings {
        poll: watching.poll,
        settle: watching.settle,
        needs_totals: watching.needs_totals,
        once: args.once,
        asked: session.folder.path().join("asked.json"),
    };
    tell_beginning(&session, &folder);
    let others = of_others(&journal, folder.root())?;
    tell_others(&others);
    let left = session.attached(|attached| {
        let (events, heard) = channel();
        stop_when_asked(attached, events.clone());
        let _wakes = wake(folder.root(), events.clone());
        let teller = Arc::new(Teller::new(&session)?);
        let ear = Ear::new(&session);
        if let Some(address) = session.settings.listen.address {
            let receiving = ear::receive(&session, attached, address, &ear)?;
            out::note(&format!("Webhooks are received on http://{}/webhooks/flash.", receiving.address));
        }
        let engine = session.engine(Arc::clone(&journal), attached.gateway.clone(), false, attached.stop.clone())?;
        attached.runtime.spawn(tracker::keep_looking(engine, ear, Arc::clone(&teller), events.clone()));
        let counter = Counter::new(&session, Arc::clone(&journal), folder.root(), Arc::clone(&teller));
        let outcome = Watcher::new(folder, &counter, settings).run(&heard, &events).map_err(|trouble| match trouble {
            Trouble::Passing(why) | Trouble::Lasting(why) => Failure::new(
                Exit::Stopped,
                format!(
                    "Stopped watching: {why}. Nothing is lost: the next start goes on where this one stood."
                ),
            ),
        });
        teller.close(Some(&journal));
        outcome
    })?;
    let mut last = left_behind(&left);
    if !others.is_empty() {
        let how: Vec<String> = others.iter().map(|head| format!("payrun resume {}", head.run)).collect();
        last = format!("{last} Not of this folder, and not finished: {}.", how.join(", "));
    }
    if args.once && !left.names.is_empty() {
        return Err(Failure::new(
            Exit::Stopped,
            format!("Not all could be done now; the answers beside the files say why. {last}"),
        ));
    }
    out::note(&format!("Stopped watching. {last}"));
    Ok(Exit::Done)
}

/// A folder that is watched is not the state of whoever wants to watch it too.
fn taken(folder: &Path, error: JournalError) -> Failure {
    match error {
        JournalError::Held { holder } => Failure::new(
            Exit::Busy,
            format!(
                "another payrun is at work in the folder {} ({holder}), and one alone serves a folder: stop that one first, or watch another folder",
                folder.display()
            ),
        ),
        error => error.into(),
    }
}

/// What is left behind, for whoever reads the last line.
fn left_behind(left: &Left) -> String {
    let held = match left.held as u64 {
        0 => String::new(),
        1 => format!(" 1 file waits for a person in {}/.", Place::Held.name()),
        held => format!(" {} wait for a person in {}/.", plural(held, "file"), Place::Held.name()),
    };
    match (left.names.is_empty(), left.held) {
        (true, 0) => "Nothing is left undone.".to_owned(),
        (true, _) => format!("{} Nothing else is left undone.", held.trim_start()),
        (false, _) => format!("Left, and taken up at the next start: {}.{held}", left.names.join(", ")),
    }
}

impl From<NotOurs> for Failure {
    fn from(error: NotOurs) -> Self {
        Self::new(Exit::Configuration, error.to_string())
    }
}

fn tell_beginning(session: &Session, folder: &Folder) {
    let who = match session.settings.watch.allowances.mode {
        Mode::Hold => "a person lets each run go",
        Mode::Pay => "runs within the limits of the configuration go by themselves",
    };
    out::note(&format!("Watching {}: {}; {who}.", folder.root().display(), super::summary::place(session)));
}

/// Runs that another command has begun are not this folder's to carry out, and nobody else can meanwhile.
fn of_others(journal: &Journal, folder: &Path) -> Result<Vec<RunHead>, Failure> {
    let is_another_s = |(head, state): &(RunHead, RunState)| {
        matches!(state, RunState::Recording | RunState::Running | RunState::Stopped)
            && head.folder.as_deref() != Some(folder)
    };
    Ok(journal.checkpoint().runs()?.into_iter().filter(is_another_s).map(|(head, _)| head).collect())
}

fn tell_others(others: &[RunHead]) {
    for head in others {
        out::note(&format!(
            "Run {run} of {} is not finished and not of this folder: nothing of it is sent while the folder is watched. To finish it, stop watching first: payrun resume {run}",
            head.file,
            run = head.run
        ));
    }
}

/// Brings a stop that is asked of the engine to the loop.
fn stop_when_asked(attached: &Attached, events: Sender<Event>) {
    let stop = attached.stop.clone();
    attached.runtime.spawn(async move {
        stop.asked().await;
        let _ = events.send(Event::Stop); // the loop may have ended by itself
    });
}

/// Wakes the loop when the system tells of a change. Where it tells nothing, looking now and then is enough.
fn wake(root: &Path, events: Sender<Event>) -> Option<notify::RecommendedWatcher> {
    let inbox = root.to_owned();
    let heard = move |event: notify::Result<notify::Event>| {
        let Ok(event) = event else { return };
        if let EventKind::Access(_) = event.kind {
            return;
        }
        let came_whole = matches!(event.kind, EventKind::Modify(ModifyKind::Name(RenameMode::To)));
        for path in &event.paths {
            let is_in_inbox = path.parent() == Some(inbox.as_path());
            let told = match path.file_name().filter(|_| is_in_inbox && came_whole) {
                Some(name) => events.send(Event::Renamed(OsStr::to_owned(name))),
                None => events.send(Event::Look),
            };
            let _ = told; // the loop may have ended
        }
    };
    let watcher = notify::recommended_watcher(heard).and_then(|mut watcher| {
        watcher.watch(root, RecursiveMode::NonRecursive)?;
        watcher.watch(&root.join(Place::Held.name()), RecursiveMode::NonRecursive)?;
        Ok(watcher)
    });
    if let Err(error) = &watcher {
        out::note(&format!(
            "The system does not tell of changes in the folder ({error}); it is looked through now and then."
        ));
    }
    watcher.ok()
}
