//! Progress: bars on a terminal, a plain line now and then elsewhere, nothing where it is not wanted.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::out;
use crate::domain::{Event, Observer, PayoutState, Silent, Stage};

/// What watches, for this terminal.
pub fn watcher(no_progress: bool) -> Arc<dyn Observer> {
    match () {
        () if no_progress => Arc::new(Silent),
        () if std::io::stderr().is_terminal() => Arc::new(Bars::default()),
        () => Arc::new(Lines::default()),
    }
}

fn title(stage: Stage) -> &'static str {
    match stage {
        Stage::Checking => "checking",
        Stage::Recording => "recording",
        Stage::Parties => "payees",
        Stage::Payouts => "payouts",
    }
}

/// Whether this event brings a payout to where the run has nothing more to do for it.
fn is_over(from: PayoutState, state: PayoutState) -> bool {
    from.is_open() && !state.is_open()
}

#[derive(Default)]
struct Bars {
    all: MultiProgress,
    open: Mutex<Open<ProgressBar>>,
}

/// The stages at work, by title.
type Open<T> = BTreeMap<&'static str, T>;

impl Bars {
    fn bar(&self, total: Option<u64>) -> ProgressBar {
        let bar = total.map_or_else(ProgressBar::no_length, ProgressBar::new);
        let template = match total {
            Some(_) => "{prefix:>9} {bar:32} {human_pos}/{human_len}  {rate:.dim}  {eta:.dim} left {msg}",
            None => "{prefix:>9} {spinner} {human_pos}  {rate:.dim} {msg}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            let style = style.with_key("rate", |state: &ProgressState, out: &mut dyn Write| {
                let _ = write!(out, "{:.0} a second", state.per_sec()); // a terminal that fails is no failure of the run
            });
            bar.set_style(style.progress_chars("━╸ "));
        }
        self.all.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
        self.all.add(bar)
    }
}

impl Observer for Bars {
    fn on(&self, event: &Event<'_>) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Begin { stage, total } => {
                let bar = self.bar(*total);
                bar.set_prefix(title(*stage));
                bar.enable_steady_tick(Duration::from_millis(250));
                open.insert(title(*stage), bar);
            }
            Event::Step { stage, count } => {
                if let Some(bar) = open.get(title(*stage)) {
                    bar.inc(*count);
                }
            }
            Event::Payout { from, state, .. } => {
                if is_over(*from, *state)
                    && let Some(bar) = open.get(title(Stage::Payouts))
                {
                    bar.inc(1);
                }
            }
            Event::End { stage } => {
                if let Some(bar) = open.remove(title(*stage)) {
                    bar.finish();
                }
            }
            Event::Notice(text) => self.all.suspend(|| out::note(text)),
            Event::Found(_) => {}
        }
    }
}

/// Where bars would be noise: a line at most every five seconds, and one at the end of a stage.
#[derive(Default)]
struct Lines(Mutex<Open<Line>>);

struct Line {
    done: u64,
    total: Option<u64>,
    began: Instant,
    said: Instant,
}

const BETWEEN_LINES: Duration = Duration::from_secs(5);

impl Line {
    fn add(&mut self, title: &str, count: u64) {
        self.done += count;
        if self.said.elapsed() >= BETWEEN_LINES {
            self.said = Instant::now();
            self.say(title);
        }
    }

    fn say(&self, title: &str) {
        let of = self.total.map_or(String::new(), |total| format!(" of {total}"));
        let millis = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        if millis < 500 {
            return out::note(&format!("{title}: {}{of}", self.done)); // too soon for a rate
        }
        let rate = self.done.saturating_mul(1000) / millis;
        let left = self.total.filter(|_| rate > 0).map(|total| total.saturating_sub(self.done) / rate.max(1));
        let left =
            left.filter(|left| *left > 0).map_or(String::new(), |left| format!(", about {left} s left"));
        out::note(&format!("{title}: {}{of}, {rate} a second{left}", self.done));
    }
}

impl Observer for Lines {
    fn on(&self, event: &Event<'_>) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Begin { stage, total } => {
                let now = Instant::now();
                open.insert(title(*stage), Line { done: 0, total: *total, began: now, said: now });
            }
            Event::Step { stage, count } => {
                if let Some(line) = open.get_mut(title(*stage)) {
                    line.add(title(*stage), *count);
                }
            }
            Event::Payout { from, state, .. } => {
                if is_over(*from, *state)
                    && let Some(line) = open.get_mut(title(Stage::Payouts))
                {
                    line.add(title(Stage::Payouts), 1);
                }
            }
            Event::End { stage } => {
                if let Some(line) = open.remove(title(*stage)) {
                    line.say(title(*stage));
                }
            }
            Event::Notice(text) => out::note(text),
            Event::Found(_) => {}
        }
    }
}
