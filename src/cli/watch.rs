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
use super::session::{Attached, Session};
use super::{out, tracker};
use crate::domain::{Mode, Silent};
use crate::notify::Notifier;
use crate::watch::{Event, Folder, Place, Settings, Trouble, Watcher};

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
    let folder = Folder::take(&args.folder)?;
    let journal = session.journal()?;
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
    session.attached(|attached| {
        let (events, heard) = channel();
        stop_when_asked(attached, events.clone());
        let _wakes = wake(folder.root(), events.clone());
        let notifier = Arc::new(Notifier::new(session.notify.clone())?);
        let ear = Ear::new(&session);
        if let Some(address) = session.settings.listen.address {
            let receiving = ear::receive(&session, attached, address, &ear)?;
            out::note(&format!("Webhooks are received on http://{}/webhooks/flash.", receiving.address));
        }
        let engine = session.engine(Arc::clone(&journal), attached.gateway.clone(), false, attached.stop.clone())?;
        attached.runtime.spawn(tracker::keep_looking(engine, ear, Arc::clone(&notifier), events.clone()));
        let counter = Counter::new(&session, Arc::clone(&journal), folder.root(), Arc::clone(&notifier));
        let outcome = Watcher::new(folder, &counter, settings).run(&heard, &events).map_err(|trouble| match trouble {
            Trouble::Passing(why) | Trouble::Lasting(why) => Failure::new(
                Exit::Stopped,
                format!(
                    "Stopped watching: {why}. Nothing is lost: the next start goes on where this one stood."
                ),
            ),
        });
        notifier.close();
        outcome
    })?;
    out::note("Stopped watching. What is in processing/ is taken up at the next start.");
    Ok(Exit::Done)
}

fn tell_beginning(session: &Session, folder: &Folder) {
    let who = match session.settings.watch.allowances.mode {
        Mode::Hold => "a person lets each run go",
        Mode::Pay => "runs within the limits of the configuration go by themselves",
    };
    out::note(&format!("Watching {}: {}; {who}.", folder.root().display(), super::summary::place(session)));
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
