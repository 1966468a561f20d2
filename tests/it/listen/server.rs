//! A listener of a test's own on a free port.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use payrun::domain::SystemClock;
use payrun::gateway::Callbacks;
use payrun::listen::{self, Desk, Hint, Hints, Limits, Options, Vitals};
use ring::hmac;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub const SECRET: &str = "the-secret-of-the-portal";
pub const CALLBACK_SECRET: &str = "the-secret-of-callbacks";
pub const BODY: &str =
    r#"{"event":"withdrawal_completed","id":"wdl_1","externalId":"NOV-1","amount":4711.25,"currency":"AUD"}"#;

/// Writes down what it is told.
#[derive(Default)]
pub struct Notes {
    pub hints: Mutex<Vec<Hint>>,
    pub vitals: Mutex<Vitals>,
}

impl Desk for Notes {
    fn hinted(&self, hint: &Hint) {
        self.hints.lock().expect("no panic").push(hint.clone());
    }

    fn vitals(&self) -> Vitals {
        self.vitals.lock().expect("no panic").clone()
    }
}

/// A listener at work.
pub struct Server {
    pub url: String,
    pub notes: Arc<Notes>,
    pub folder: TempDir,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

/// With limits that no test meets by accident.
pub fn options() -> Options {
    Options {
        secrets: vec![SECRET.into(), "another-secret".into()],
        callbacks: Callbacks::new("https://pay.example.com", CALLBACK_SECRET.into()),
        sources: Vec::new(),
        trust_proxy: false,
        limits: Limits { rate: 10_000, questions: 10_000, ..Limits::default() },
        clock: Arc::new(SystemClock),
    }
}

impl Server {
    pub async fn start() -> Self {
        Self::with(options()).await
    }

    pub async fn with(options: Options) -> Self {
        Self::open(tempfile::tempdir().expect("a folder"), options).await
    }

    /// With room for so many bytes of hints.
    pub async fn with_room(room: u64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let hints = Hints::with_room(&folder.path().join("hints"), room).expect("a folder for hints");
        Self::at(folder, hints, options()).await
    }

    async fn open(folder: TempDir, options: Options) -> Self {
        let hints = Hints::open(&folder.path().join("hints")).expect("a folder for hints");
        Self::at(folder, hints, options).await
    }

    async fn at(folder: TempDir, hints: Hints, options: Options) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let notes = Arc::new(Notes::default());
        let (stop, stopped) = oneshot::channel();
        let desk = Arc::clone(&notes) as Arc<dyn Desk>;
        let end = async {
            let _ = stopped.await;
        };
        let task = tokio::spawn(listen::run(listener, end, options, hints, desk));
        Self { url, notes, folder, stop, task }
    }

    /// Ends it, and starts another on the same folder.
    pub async fn again(self) -> Self {
        drop(self.stop);
        self.task.await.expect("it ends");
        for _ in 0..100 {
            // its writer ends a moment later
            match Hints::open(&self.folder.path().join("hints")) {
                Ok(_) => break,
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
            }
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        Self::open(self.folder, options()).await
    }

    pub fn hints(&self) -> PathBuf {
        self.folder.path().join("hints")
    }

    /// The hints that are on disk and were not looked up.
    pub fn pending(&self) -> Vec<Hint> {
        listen::pending(&self.hints()).expect("readable").map_or_else(Vec::new, |(hints, _)| hints)
    }

    /// A delivery that is signed as it must be.
    pub async fn deliver(&self, request: &str, body: &str) -> (u16, String) {
        self.post(
            "/webhooks/flash",
            &[("flashfx-request-id", request), ("flashfx-signature", &sign(body))],
            body,
        )
        .await
    }

    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
        let mut request = http().post(format!("{}{path}", self.url)).body(body.to_owned());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("a text"))
    }

    pub async fn get(&self, path: &str) -> (u16, String) {
        self.get_with(path, &[]).await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> (u16, String) {
        let mut request = http().get(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("a text"))
    }

    /// How often this became of a delivery.
    pub async fn count(&self, outcome: &str) -> u64 {
        let (_, text) = self.get("/metrics").await;
        let name = format!("payrun_webhooks_total{{outcome=\"{outcome}\"}} ");
        let line = text.lines().find_map(|line| line.strip_prefix(&name)).unwrap_or_else(|| panic!("{text}"));
        line.parse().expect("a number")
    }
}

pub fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

pub fn sign(body: &str) -> String {
    sign_by(SECRET, body)
}

pub fn sign_by(secret: &str, body: &str) -> String {
    STANDARD.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), body.as_bytes()))
}
