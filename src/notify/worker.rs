//! The thread that tells: one notice after the other, each way tried a few times.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;

use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot};

use super::{Notice, NotifyError, Outcome, Settings, Ways};

/// Why one try failed.
#[derive(Debug)]
pub(super) struct Trouble {
    why: String,
    may_pass: bool,
}

impl Trouble {
    /// Another try may help.
    pub fn passing(why: impl Into<String>) -> Self {
        Self { why: why.into(), may_pass: true }
    }

    /// No other try helps.
    pub fn lasting(why: impl Into<String>) -> Self {
        Self { why: why.into(), may_pass: false }
    }
}

pub(super) struct Worker {
    pub ways: Ways,
    pub patience: Settings,
    pub notices: mpsc::Receiver<(Notice, oneshot::Sender<()>)>,
    pub closed: oneshot::Receiver<()>,
    /// How many notices are not told yet.
    pub waiting: Arc<AtomicUsize>,
}

impl Worker {
    pub fn start(self) -> Result<JoinHandle<()>, NotifyError> {
        let runtime = runtime()?;
        let thread = std::thread::Builder::new().name("notify".to_owned());
        thread
            .spawn(move || {
                runtime.block_on(self.work());
                runtime.shutdown_background(); // a name server that does not answer keeps nobody
            })
            .map_err(|error| NotifyError::System(format!("no thread could be started: {error}")))
    }

    async fn work(mut self) {
        let all = async {
            while let Some((notice, went)) = self.notices.recv().await {
                tell(&self.ways, &self.patience, &notice).await;
                let _ = went.send(()); // not everybody wants to know
                self.waiting.fetch_sub(1, Ordering::Relaxed);
            }
        };
        let out_of_time = async {
            let _ = self.closed.await; // whoever has gone without a word has closed too
            tokio::time::sleep(self.patience.at_the_end).await;
        };
        tokio::select! {
            () = all => {}
            () = out_of_time => {
                let notices = self.waiting.load(Ordering::Relaxed);
                tracing::warn!(notices, "the program ends before these notices were told");
            }
        }
    }
}

/// Tells one notice now.
pub(super) fn try_out(
    ways: &Ways,
    patience: &Settings,
    notice: &Notice,
) -> Result<Vec<Outcome>, NotifyError> {
    let runtime = runtime()?;
    let told = runtime.block_on(tell(ways, patience, notice));
    runtime.shutdown_background();
    Ok(told)
}

fn runtime() -> Result<Runtime, NotifyError> {
    let built = tokio::runtime::Builder::new_current_thread().enable_all().build();
    built.map_err(|error| NotifyError::System(error.to_string()))
}

/// Tells a notice by all ways at the same time, and says of each whether it went.
async fn tell(ways: &Ways, patience: &Settings, notice: &Notice) -> Vec<Outcome> {
    let json = notice.json();
    let posted = async {
        let post = ways.post.as_ref()?;
        let way = post.name();
        let told = tries(&way, patience, notice, async || post.tell(&json).await).await;
        Some(Outcome { way, told })
    };
    let commanded = async {
        let command = ways.command.as_ref()?;
        let way = command.name();
        let told = tries(&way, patience, notice, async || command.tell(notice, &json).await).await;
        Some(Outcome { way, told })
    };
    let (posted, commanded) = tokio::join!(posted, commanded);
    posted.into_iter().chain(commanded).collect()
}

/// Tries until it went or patience is over.
async fn tries(
    way: &str,
    patience: &Settings,
    notice: &Notice,
    once: impl AsyncFn() -> Result<(), Trouble>,
) -> Result<(), String> {
    let (event, run) = (notice.occasion.name(), notice.run_name());
    let mut pauses = patience.pauses.iter();
    loop {
        let tried = tokio::time::timeout(patience.timeout, once()).await;
        let trouble = match tried.unwrap_or_else(|_| Err(Trouble::passing("it took too long"))) {
            Ok(()) => {
                tracing::info!(event, run, way, "told");
                return Ok(());
            }
            Err(trouble) => trouble,
        };
        match pauses.next() {
            Some(pause) if trouble.may_pass => {
                tracing::info!(event, run, way, why = trouble.why, "telling is tried again");
                tokio::time::sleep(*pause).await;
            }
            Some(_) | None => {
                tracing::warn!(event, run, way, why = trouble.why, "nobody is told");
                return Err(trouble.why);
            }
        }
    }
}
