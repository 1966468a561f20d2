//! Writing to the terminal: the answer to `stdout`, everything else to `stderr`.

use std::io::{self, BufRead, IsTerminal, Write};

/// The answer. A reader that has gone away is no failure.
pub fn answer(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    if !text.ends_with('\n') {
        let _ = out.write_all(b"\n");
    }
    let _ = out.flush();
}

/// An answer that is written piece by piece, so that it need not fit into memory.
pub fn answer_by<E>(write: impl FnOnce(&mut dyn Write) -> Result<(), E>) -> Result<(), E> {
    write(&mut io::BufWriter::new(io::stdout().lock()))
}

/// Anything else.
pub fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", text.trim_end());
}

/// Asks a question before something that is no payout. None where nobody is there to answer.
pub fn agrees(question: &str) -> Option<bool> {
    asked(&format!("{question} Type yes to go on: "))
}

/// Asks a question that only `yes` answers with yes. None where nobody is there to answer.
pub fn ask(question: &str) -> Option<bool> {
    asked(&format!("{question} Type yes to send: "))
}

fn asked(question: &str) -> Option<bool> {
    if !io::stdin().is_terminal() {
        return None;
    }
    let mut err = io::stderr().lock();
    let _ = write!(err, "{question}");
    let _ = err.flush();
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).ok()?;
    Some(line.trim().eq_ignore_ascii_case("yes"))
}
