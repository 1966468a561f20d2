//! Asks another process of this program to read a workbook, and listens. That process may run wild: its memory and
//! time are limited, what it says is bounded, and however it ends there is one sentence for it.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use bytesize::ByteSize;

use super::stream::Request;
use super::trouble::Trouble;
use crate::domain::{Limits, system_words};

/// So much is read at once.
const PIECE: usize = 1 << 16;
/// So many pieces wait to be looked at.
const WAITING: usize = 4;
/// JSON may write a letter as six, and has quotation marks and numbers beside.
const LONGEST_OF_LINE: u64 = 7;
/// What the description of a workbook may take, whatever a line may.
const LEAST_LONGEST: u64 = 32 << 20;

/// The process at work, and what it has said.
pub(super) struct Process {
    child: Child,
    pieces: Receiver<std::io::Result<Vec<u8>>>,
    piece: Vec<u8>,
    at: usize,
    line: Vec<u8>,
    limits: Limits,
    /// How much longer it may be waited for.
    left: Duration,
}

impl Process {
    /// Starts it on a file. The file is handed over open, so that no name is looked up again.
    pub fn start(program: &Path, file: File, request: &Request) -> Result<Self, Trouble> {
        let not_started = |error: &std::io::Error| Trouble::NotStarted { why: system_words(error) };
        let words = serde_json::to_string(request).map_err(|error| not_started(&error.into()))?;
        let mut child = Command::new(program)
            .args(["read-workbook", &words])
            .env_clear() // it needs no login and gets none
            .env("MALLOC_ARENA_MAX", "1") // else glibc reserves 64 MiB of its memory for a second thread
            .stdin(file)
            .stdout(Stdio::piped())
            .stderr(Stdio::null()) // a library's last words are not for payroll officers
            .spawn()
            .map_err(|error| not_started(&error))?;
        let mut out =
            child.stdout.take().ok_or_else(|| Trouble::NotStarted { why: "it has no output".into() })?;
        let (sender, pieces) = sync_channel(WAITING);
        std::thread::spawn(move || {
            loop {
                let mut piece = vec![0; PIECE];
                let read = out.read(&mut piece);
                let is_end = !matches!(read, Ok(1..));
                let sent = sender.send(read.map(|read| {
                    piece.truncate(read);
                    piece
                }));
                if sent.is_err() || is_end {
                    return;
                }
            }
        });
        Ok(Self {
            child,
            pieces,
            piece: Vec::new(),
            at: 0,
            line: Vec::new(),
            limits: request.limits,
            left: request.limits.workbook_time,
        })
    }

    /// The next line that it says.
    pub fn next_line(&mut self) -> Result<&[u8], Trouble> {
        self.line.clear();
        let longest = self.limits.line.saturating_mul(LONGEST_OF_LINE).max(LEAST_LONGEST);
        loop {
            let rest = &self.piece[self.at..];
            if let Some(end) = memchr::memchr(b'\n', rest) {
                self.line.extend_from_slice(&rest[..end]);
                self.at += end + 1;
                return Ok(&self.line);
            }
            self.line.extend_from_slice(rest);
            if self.line.len() as u64 > longest {
                return Err(broken("it has a row without end"));
            }
            self.piece = self.next_piece()?;
            self.at = 0;
        }
    }

    /// What it says next. Only the time that is spent waiting for it counts.
    fn next_piece(&mut self) -> Result<Vec<u8>, Trouble> {
        let began = Instant::now();
        let received = self.pieces.recv_timeout(self.left);
        self.left = self.left.saturating_sub(began.elapsed());
        match received {
            Ok(Ok(piece)) if !piece.is_empty() => Ok(piece),
            Err(RecvTimeoutError::Timeout) => Err(self.too_slow()),
            Ok(_) | Err(RecvTimeoutError::Disconnected) => Err(self.ended()),
        }
    }

    fn too_slow(&self) -> Trouble {
        Trouble::Time { limit: humantime::format_duration(self.limits.workbook_time).to_string() }
    }

    /// It has closed its mouth before it was done: why?
    fn ended(&mut self) -> Trouble {
        let _ = self.child.kill(); // it may have closed its output and live on
        match self.child.wait() {
            Ok(status) => self.why(status),
            Err(error) => broken(&system_words(&error)),
        }
    }

    fn why(&self, status: ExitStatus) -> Trouble {
        use rustix::process::Signal;
        use std::os::unix::process::ExitStatusExt;
        let signal = status.signal().and_then(Signal::from_named_raw);
        match signal {
            Some(Signal::XCPU) => self.too_slow(),
            // without memory Rust's programs abort; a panic is caught and ends them with a code
            Some(Signal::ABORT) => {
                Trouble::Memory { limit: ByteSize(self.limits.workbook_memory).to_string() }
            }
            Some(_) => broken("the process that read it was killed"),
            None => broken("the reader gave up on it"),
        }
    }
}

/// The sentence for what nobody can make sense of.
pub(super) fn broken(why: &str) -> Trouble {
    Trouble::Broken { why: why.to_owned() }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill(); // it has nothing to save
        let _ = self.child.wait();
    }
}
