//! Tells people of a run where they are: by an HTTP POST, by a command, or by both.
//!
//! Nothing that pays waits for it or fails by it: a notice goes into a short queue, a thread of its own takes it from
//! there, and what could not be told is logged. A notice bears counts, totals and the file's name; it has no field for
//! a payee or an account. The address is a secret, since whoever knows it can write there: only its host is shown.

mod address;
mod command;
mod notice;
mod post;
mod worker;

pub use address::Address;
pub use notice::Notice;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::domain::Occasion;
use command::Command;
use post::Post;

/// So many notices wait; what comes then is logged and not told.
const QUEUE: usize = 64;

/// Who is told, of what, and how patiently.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where notices are posted.
    pub url: Option<Address>,
    /// The program that is given notices, and its arguments.
    pub command: Vec<String>,
    /// Of what is told.
    pub occasions: Vec<Occasion>,
    /// What one try may take.
    pub timeout: Duration,
    /// The pauses between tries: there is one try more than pauses.
    pub pauses: Vec<Duration>,
    /// What the last notices are given once the program wants to end.
    pub at_the_end: Duration,
}

impl Settings {
    /// Whether anybody can be told.
    pub fn has_a_way(&self) -> bool {
        self.url.is_some() || !self.command.is_empty()
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            url: None,
            command: Vec::new(),
            occasions: Occasion::ALL.to_vec(),
            timeout: Duration::from_secs(10),
            pauses: vec![Duration::from_secs(1), Duration::from_secs(4)],
            at_the_end: Duration::from_secs(5),
        }
    }
}

/// Why nobody can be told.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// The address makes no sense. It is not repeated: it is a secret.
    #[error("notify.url {0}")]
    Address(&'static str),
    /// This machine cannot speak TLS, or start a thread.
    #[error("nobody can be told of runs: {0}")]
    System(String),
}

/// Tells of runs. Shared by reference; dropped, it is closed.
#[derive(Debug)]
pub struct Notifier {
    occasions: Vec<Occasion>,
    has_a_way: bool,
    waiting: Arc<AtomicUsize>,
    at_work: Mutex<Option<AtWork>>,
}

/// What has become of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Went {
    /// It was told, given up after its tries, or is none that anybody wants.
    Out,
    /// It is on its way.
    NotYet,
    /// There was no room for it, or no time.
    Nowhere,
}

/// Knows what becomes of a notice.
#[derive(Debug)]
pub struct Receipt(Option<oneshot::Receiver<()>>);

impl Receipt {
    /// What has become of it by now.
    pub fn went(&mut self) -> Went {
        match self.0.as_mut().map(oneshot::Receiver::try_recv) {
            None => Went::Out,
            Some(Ok(())) => {
                self.0 = None;
                Went::Out
            }
            Some(Err(oneshot::error::TryRecvError::Empty)) => Went::NotYet,
            Some(Err(oneshot::error::TryRecvError::Closed)) => Went::Nowhere,
        }
    }
}

#[derive(Debug)]
struct AtWork {
    queue: mpsc::Sender<(Notice, oneshot::Sender<()>)>,
    closing: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Notifier {
    /// Starts the thread that tells. Where nobody is to be told there is none, and telling does nothing.
    pub fn new(settings: Settings) -> Result<Self, NotifyError> {
        let occasions = settings.occasions.clone();
        let waiting = Arc::new(AtomicUsize::new(0));
        let ways = Ways::new(&settings)?;
        let has_a_way = !ways.is_empty();
        let at_work = if has_a_way {
            let (queue, notices) = mpsc::channel(QUEUE);
            let (closing, closed) = oneshot::channel();
            let worker =
                worker::Worker { ways, patience: settings, notices, closed, waiting: Arc::clone(&waiting) };
            Some(AtWork { queue, closing, thread: worker.start()? })
        } else {
            None
        };
        Ok(Self { occasions, has_a_way, waiting, at_work: Mutex::new(at_work) })
    }

    /// Hands a notice over. Never waits; what there is no room for is logged.
    pub fn tell(&self, notice: Notice) -> Receipt {
        let is_wanted = notice.occasion == Occasion::Test || self.occasions.contains(&notice.occasion);
        if !self.has_a_way || !is_wanted {
            return Receipt(None);
        }
        let (went, receipt) = oneshot::channel();
        let at_work = self.at_work.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(at_work) = &*at_work else { return Receipt(Some(receipt)) };
        self.waiting.fetch_add(1, Ordering::Relaxed);
        if let Err(error) = at_work.queue.try_send((notice, went)) {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            let (mpsc::error::TrySendError::Full((notice, _))
            | mpsc::error::TrySendError::Closed((notice, _))) = error;
            tracing::warn!(
                event = notice.occasion.name(),
                run = notice.run_name(),
                "nobody is told: too many notices wait"
            );
        }
        Receipt(Some(receipt))
    }

    /// Gives what waits a few seconds, and ends. What is not told by then is logged.
    pub fn close(&self) {
        let at_work = self.at_work.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(AtWork { queue, closing, thread }) = at_work else { return };
        drop(queue);
        let _ = closing.send(()); // a thread that has ended needs no word
        if thread.join().is_err() {
            tracing::error!("the thread that tells of runs has failed");
        }
    }
}

impl Drop for Notifier {
    fn drop(&mut self) {
        self.close();
    }
}

/// The ways that are configured.
#[derive(Debug, Clone)]
struct Ways {
    post: Option<Post>,
    command: Option<Command>,
}

impl Ways {
    fn new(settings: &Settings) -> Result<Self, NotifyError> {
        let post = settings.url.clone().map(|url| Post::new(url, settings.timeout)).transpose()?;
        Ok(Self { post, command: Command::new(&settings.command) })
    }

    fn is_empty(&self) -> bool {
        self.post.is_none() && self.command.is_none()
    }
}

/// How telling by one way went.
#[derive(Debug)]
pub struct Outcome {
    /// The way, as it may be shown.
    pub way: String,
    /// Why it did not go.
    pub told: Result<(), String>,
}

/// Tells one notice now and says of each way that is configured whether it went.
pub fn try_out(settings: &Settings, notice: &Notice) -> Result<Vec<Outcome>, NotifyError> {
    worker::try_out(&Ways::new(settings)?, settings, notice)
}
