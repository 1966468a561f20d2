//! A watched folder with the real program over real files: what arrives, what waits, what people answer, and what is
//! left after a kill.

mod afterwards;
mod answers;
mod arriving;
mod edges;
mod identity;
mod late;
mod once;
mod room;
mod said;
mod shares;
mod storm;
mod told;
mod totals;
mod unseen;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use payrun::simulator::Options;

use super::rig;
use super::world::{AtWork, Said, World};

/// Longer than this nothing takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// A world with a folder in it.
struct Shop {
    world: World,
}

/// Watching `in`, impatiently.
const WATCH: [&str; 6] = ["watch", "in", "--settle", "200ms", "--poll", "50ms"];

impl Shop {
    fn new() -> Self {
        Self::with(rig::quick())
    }

    fn with(options: Options) -> Self {
        let world = World::with(options);
        std::fs::create_dir(world.home().join("in")).expect("a folder");
        Self { world }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.world.home().join("in").join(name)
    }

    /// Puts a file into the folder in one piece.
    fn drop(&self, name: &str, text: impl AsRef<[u8]>) {
        let part = self.path(&format!(".{}.part", name.replace('/', "-")));
        std::fs::write(&part, text).expect("written");
        std::fs::rename(part, self.path(name)).expect("renamed in");
    }

    fn has(&self, name: &str) -> bool {
        std::fs::symlink_metadata(self.path(name)).is_ok()
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// Names in a subfolder, sorted.
    fn list(&self, place: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(place)).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names.retain(|name| !name.starts_with('.'));
        names
    }

    fn watch(&self, more: &[&str]) -> AtWork {
        self.world.start(self.world.command(&[&WATCH, more].concat()))
    }

    /// The same, with one payout in flight at a time: there is time to stop it midway.
    fn watch_slowly(&self, more: &[&str]) -> AtWork {
        self.slowly(&[&WATCH, more].concat())
    }

    /// Starts a command that has one payout in flight at a time.
    fn slowly(&self, args: &[&str]) -> AtWork {
        let mut command = self.world.command(args);
        command.env("PAYRUN_GATEWAY_MAX_IN_FLIGHT", "1");
        self.world.start(command)
    }

    /// Works through what lies there, to its end.
    fn once(&self, more: &[&str]) -> Said {
        self.watch(&[&["--once"], more].concat()).end()
    }

    /// Waits until something is so.
    #[track_caller]
    fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        while !is_so(self) {
            assert!(began.elapsed() < PATIENCE, "{what}: it never came; there is {:?}", all(&self.path("")));
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    #[track_caller]
    fn until_there(&self, name: &str) {
        self.until(name, |shop| shop.has(name));
    }
}

fn all(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        names.push(path.display().to_string());
        if path.is_dir() {
            names.extend(all(&path));
        }
    }
    names
}

/// Ends a watcher as the system's manager does.
fn stop(watcher: AtWork) -> Said {
    watcher.signal("TERM");
    watcher.end()
}
