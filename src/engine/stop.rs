//! Being asked to stop: what is in flight is finished, nothing new begins.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

/// Asks the engine to stop.
#[derive(Debug, Clone)]
pub struct StopHandle(Arc<watch::Sender<bool>>);

/// Whether the engine was asked to stop.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// A pair: one to ask, one to be asked.
    pub fn new() -> (StopHandle, Self) {
        let (ask, asked) = watch::channel(false);
        (StopHandle(Arc::new(ask)), Self(asked))
    }

    /// Whether it was asked for.
    pub fn is_asked(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is asked for.
    pub async fn asked(&self) {
        let mut asked = self.0.clone();
        if asked.wait_for(|asked| *asked).await.is_err() {
            std::future::pending::<()>().await; // nobody is left to ask
        }
    }

    /// Waits, but no longer than until stopping is asked for. Says whether it was.
    pub async fn sleep(&self, duration: Duration) -> bool {
        tokio::select! {
            () = tokio::time::sleep(duration) => self.is_asked(),
            () = self.asked() => true,
        }
    }
}

impl StopHandle {
    /// Asks.
    pub fn ask(&self) {
        self.0.send_replace(true);
    }
}
