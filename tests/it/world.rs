//! The real program as its users run it: a home of its own, a simulator over real sockets, real files.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use payrun::simulator::{LedgerView, Options, Running, Simulator};
use rust_decimal::Decimal;
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::rig;

/// Longer than this no command of a test takes.
const PATIENCE: Duration = Duration::from_secs(90);

/// A home folder, and a Flash that outlives every command.
pub struct World {
    pub simulator: Running,
    home: TempDir,
    runtime: Runtime,
}

/// How a command ended and what it said.
#[derive(Debug)]
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// A command at work.
pub struct AtWork {
    pub child: Child,
    out: PathBuf,
    err: PathBuf,
}

impl World {
    /// With a simulator that works as documented.
    pub fn new() -> Self {
        Self::with(rig::quick())
    }

    /// With a simulator that works as said.
    pub fn with(options: Options) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let simulator = runtime.block_on(Simulator::start(options)).expect("a simulator");
        Self { simulator, home: tempfile::tempdir().expect("a home"), runtime }
    }

    /// The home folder, which is also where commands run.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Writes a file of the user's.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.home().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    }

    /// A command that is about to run, with nothing of this machine's settings.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_payrun"));
        command.args(args).current_dir(self.home()).env_clear().env("HOME", self.home());
        for (name, value) in [
            ("PAYRUN_API_URL", self.simulator.url.as_str()),
            ("PAYRUN_GATEWAY_TIMEOUT", "1s"),
            ("PAYRUN_GATEWAY_IN_DOUBT_WAIT", "300ms"),
            ("PAYRUN_GATEWAY_PATIENCE", "1s"),
            ("PAYRUN_PAYOUTS_FOLLOW", "0s"),
        ] {
            command.env(name, value);
        }
        command.stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub fn payrun(&self, args: &[&str]) -> Said {
        self.start(self.command(args)).end()
    }

    /// Starts a command.
    pub fn start(&self, mut command: Command) -> AtWork {
        let number = fastrand::u64(..);
        let [out, err] = ["out", "err"].map(|name| self.home().join(format!(".{number}.{name}")));
        let open = |path: &PathBuf| File::create(path).expect("a file");
        let child = command.stdout(open(&out)).stderr(open(&err)).spawn().expect("the program starts");
        AtWork { child, out, err }
    }

    /// Runs a command that pays, and stops it once something is sent.
    pub fn stop_midway(&self, args: &[&str]) {
        self.faults(&["withdrawal_create:slow=500ms"]);
        let mut command = self.command(args);
        command.env("PAYRUN_GATEWAY_MAX_IN_FLIGHT", "1");
        let at_work = self.start(command);
        while self.made() == 0 {
            std::thread::sleep(Duration::from_millis(20));
        }
        at_work.signal("TERM");
        at_work.end().ends(5);
        self.faults(&[]);
    }

    /// What the simulator holds.
    pub fn ledger(&self) -> LedgerView {
        let _runtime = self.runtime.enter();
        self.simulator.ledger()
    }

    /// How many payouts the simulator holds.
    pub fn made(&self) -> usize {
        self.ledger().withdrawals.len()
    }

    /// Everything that was paid.
    pub fn total(&self) -> Decimal {
        rig::total(&self.ledger())
    }

    /// The faults in force from now on.
    pub fn faults(&self, faults: &[&str]) {
        let faults: Vec<_> = faults.iter().map(|text| text.parse().expect("a fault")).collect();
        self.simulator.faults().set(&faults);
    }

    /// The scope's folder of the one scope that was used.
    pub fn scope(&self) -> PathBuf {
        let state = self.home().join(".local/state/payrun");
        let folders =
            std::fs::read_dir(&state).expect("a state folder").map(|entry| entry.expect("one").path());
        folders.into_iter().find(|path| path.join("journal").is_dir()).expect("a scope")
    }

    /// The payouts of a run as `status --format json` shows them.
    pub fn payouts(&self, run: &str) -> Vec<Value> {
        let said = self.payrun(&["status", run, "--format", "json"]);
        said.json()["payouts"].as_array().expect("a list").clone()
    }

    /// The states of a run's rows, in their order.
    pub fn states(&self, run: &str) -> Vec<String> {
        self.payouts(run).iter().map(|payout| payout["status"].as_str().expect("a word").to_owned()).collect()
    }
}

/// All that is in an archive, as one text: a workbook is one.
pub fn texts(path: &Path) -> String {
    let mut archive = zip::ZipArchive::new(File::open(path).expect("a file")).expect("an archive");
    let mut all = String::new();
    for at in 0..archive.len() {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut archive.by_index(at).expect("a part"), &mut bytes)
            .expect("its bytes");
        all.push_str(&String::from_utf8_lossy(&bytes));
    }
    all
}

impl AtWork {
    /// Waits for its end.
    pub fn end(mut self) -> Said {
        let began = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                break status;
            }
            assert!(
                began.elapsed() < PATIENCE,
                "the command did not end: {}",
                std::fs::read_to_string(&self.err).unwrap_or_default()
            );
            std::thread::sleep(Duration::from_millis(3));
        };
        let read = |path: &Path| std::fs::read_to_string(path).expect("what it said");
        Said { code: status.code(), out: read(&self.out), err: read(&self.err) }
    }

    /// Sends it a signal by name.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(sent.expect("kill is there").success());
    }
}

/// A test that fails leaves nothing at work.
impl Drop for AtWork {
    fn drop(&mut self) {
        let _ = self.child.kill().and_then(|()| self.child.wait()); // it may be over
    }
}

impl Said {
    /// Fails with all that was said unless the command ended so.
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    /// Fails unless the answer or what was said beside it has these words.
    #[track_caller]
    pub fn says(self, words: &str) -> Self {
        let all = format!("{}\n{}", self.out, self.err);
        assert!(all.contains(words), "\"{words}\" is not in:\n{all}");
        self
    }

    /// The answer as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }
}
