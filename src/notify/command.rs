//! Telling by a command: the JSON on its standard input, the words for a rule of thumb in its environment.
//!
//! No shell reads its arguments. It is not given what this program was given to log in with.

use std::io::ErrorKind;
use std::path::Path;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::AsyncWriteExt;

use super::Notice;
use super::worker::Trouble;
use crate::domain::system_words;

/// A program and its arguments.
#[derive(Debug, Clone)]
pub(super) struct Command {
    program: String,
    arguments: Vec<String>,
}

/// All that a command has started, ended with it unless it ends by itself.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.0 {
            let _ = kill_process_group(leader, Signal::KILL); // it may have gone this moment
        }
    }
}

impl Command {
    pub fn new(words: &[String]) -> Option<Self> {
        let (program, arguments) = words.split_first()?;
        Some(Self { program: program.clone(), arguments: arguments.to_vec() })
    }

    /// What may be shown of it: arguments may be secrets.
    pub fn name(&self) -> String {
        let file = Path::new(&self.program).file_name().unwrap_or_default();
        format!("command {}", file.to_string_lossy())
    }

    /// Runs it once. Cut off by whoever waits, it is killed with all that it has started.
    pub async fn tell(&self, notice: &Notice, json: &str) -> Result<(), Trouble> {
        let mut command = tokio::process::Command::new(&self.program);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PAYRUN_"))
        {
            command.env_remove(name); // the login among them
        }
        command
            .args(&self.arguments)
            .env("PAYRUN_EVENT", notice.occasion.name())
            .env("PAYRUN_RUN", notice.run_name())
            .stdin(Stdio::piped())
            .stdout(Stdio::null()) // what it says is its own affair: logs are kept clean of it
            .stderr(Stdio::null())
            .process_group(0) // Ctrl-C at the terminal is not meant for it
            .kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| not_started(&error))?;
        let leader = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        let mut group = Group(leader);
        if let Some(mut input) = child.stdin.take() {
            let _ = input.write_all(json.as_bytes()).await; // it need not read to its end
        }
        let status = child.wait().await;
        group.0 = None; // what it leaves behind on purpose is left alone, and its number may be another's by now
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(Trouble::passing(match status.code() {
                Some(code) => format!("exit code {code}"),
                None => "it was killed".to_owned(),
            })),
            Err(error) => Err(Trouble::passing(system_words(&error))),
        }
    }
}

fn not_started(error: &std::io::Error) -> Trouble {
    let why = system_words(error);
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::PermissionDenied => Trouble::lasting(why),
        _ => Trouble::passing(why),
    }
}
