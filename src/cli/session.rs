//! What most commands begin with: settings, the scope's folder, a way to the API, and an ear for Ctrl-C.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use jiff::SignedDuration;

use super::args::Globals;
use super::exit::{Exit, Failure};
use super::{logs, notices, out, progress};
use crate::config::{Credentials, Environment, Layers, ResendSetting, Settings};
use crate::domain::{Clock, Observer, Probe, Release, SystemClock, Way};
use crate::engine::{Engine, Stop, StopHandle, Terms};
use crate::gateway::{self, Callbacks, Gateway, GatewayError, Login};
use crate::journal::{Journal, JournalError, RealDisk, ScopeFolder, ScopeLock, is_soon_over};
use crate::notify;
use crate::plan::{Probed, Resend, SettlePolicy};
use crate::simulator::{self, Simulator};

const A_MOMENT: Duration = Duration::from_secs(1);
/// A listener lets go of the scope between its rounds; a round may have to wait for an answer of Flash.
const A_ROUND: Duration = Duration::from_secs(30);
/// What is good to know and not needed is worth so long a wait.
const WORTH_WAITING: Duration = Duration::from_secs(8);

/// Why Flash was not asked.
pub enum Unasked {
    /// It does not let us in: nothing could be sent either.
    Refused(Failure),
    /// It could not be reached, or not in time.
    Silent(String),
}

/// Settings and what follows from them alone.
pub struct Session {
    /// The settings.
    pub settings: Settings,
    /// The scope's name.
    pub scope: String,
    /// The scope's folder.
    pub folder: ScopeFolder,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Who watches.
    pub observer: Arc<dyn Observer>,
    /// Who is told of runs.
    pub notify: notify::Settings,
    /// The login that the last connection has left.
    login: Mutex<Option<Login>>,
    /// The connection that serves all, where the process lives long.
    attached: OnceLock<Attached>,
}

/// A connection that outlives what is done by it.
pub struct Attached {
    /// What drives it. Nothing that runs on it may wait for it.
    pub runtime: tokio::runtime::Handle,
    /// The way to the API.
    pub gateway: Gateway,
    /// The API's address.
    pub url: String,
    /// Whether to stop.
    pub stop: Stop,
}

impl Session {
    /// For commands that look at or work on a scope: which scope it is depends on the login.
    pub fn new(globals: &Globals, flags: Vec<(&'static str, String)>) -> Result<Self, Failure> {
        let session = Self::without_login(globals, flags)?;
        session.settings.require_login()?;
        Ok(session)
    }

    /// Reads the settings. `flags` are those of the command itself, by key.
    pub fn without_login(globals: &Globals, flags: Vec<(&'static str, String)>) -> Result<Self, Failure> {
        let settings = Settings::load(&layers(globals, flags))?;
        logs::begin(&settings.log)?;
        let notify = notices::settings(&settings.notify)?;
        let scope = settings.scope();
        let folder = ScopeFolder::new(&settings.state, &scope);
        let observer = progress::watcher(globals.no_progress);
        let login = Mutex::default();
        let attached = OnceLock::new();
        let clock = Arc::new(SystemClock);
        Ok(Self { settings, scope, folder, clock, observer, notify, login, attached })
    }

    /// An answer that the user of this process gives now.
    pub fn answer(&self, way: Way, note: Option<String>) -> Release {
        let by = user_name(rustix::process::getuid().as_raw());
        Release { by, at: self.clock.now(), way, note }
    }

    /// The day here.
    pub fn today(&self) -> jiff::civil::Date {
        self.clock.now().to_zoned_datetime(jiff::tz::TimeZone::system()).date()
    }

    /// Takes the scope.
    pub fn journal(&self) -> Result<Arc<Journal>, Failure> {
        Ok(Self::taken(self.opened()?))
    }

    /// Says what is to be said of a scope that was taken.
    pub fn taken(journal: Journal) -> Arc<Journal> {
        if journal.was_rebuilt() {
            out::note(
                "The checkpoint was missing, damaged or of another version; it has been rebuilt from the journal.",
            );
        }
        Arc::new(journal)
    }

    /// `status` and a listener have the scope for a moment too: that is worth waiting for, a run is not.
    pub fn opened(&self) -> Result<Journal, JournalError> {
        let began = Instant::now();
        loop {
            match Journal::open(&self.folder, Arc::new(RealDisk)) {
                Err(JournalError::Held { holder })
                    if began.elapsed() < if is_soon_over(&holder) { A_ROUND } else { A_MOMENT } =>
                {
                    std::thread::sleep(Duration::from_millis(50));
                }
                other => return other,
            }
        }
    }

    /// Whether the simulator inside this program is what is paid against.
    pub fn is_embedded(&self) -> bool {
        self.settings.environment == Environment::Simulator && self.settings.api_url.is_none()
    }

    /// Connects, works, and disconnects. Ctrl-C and SIGTERM ask the engine to stop.
    pub fn with_engine<T>(
        &self,
        journal: Arc<Journal>,
        skip_held: bool,
        work: impl AsyncFnOnce(Engine) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        if let Some(attached) = self.attached.get() {
            let engine = self.engine(journal, attached.gateway.clone(), skip_held, attached.stop.clone())?;
            return attached.runtime.block_on(work(engine));
        }
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(
                |error| Failure::new(Exit::Defect, format!("the program could not start: {error}")),
            )?;
        runtime.block_on(async {
            let embedded = if self.is_embedded() { Some(self.embedded().await?) } else { None };
            let url = embedded.as_ref().map_or_else(|| self.url(), |(running, _)| running.url.clone());
            let gateway = self.gateway(self.gateway_settings(url))?;
            let (handle, stop) = Stop::new();
            tokio::spawn(listen(handle));
            let outcome = work(self.engine(journal, gateway, skip_held, stop)?).await;
            if let Some((running, _lock)) = embedded {
                running.stop().await;
            }
            outcome
        })
    }

    /// What carries runs out.
    pub fn engine(
        &self,
        journal: Arc<Journal>,
        gateway: Gateway,
        skip_held: bool,
        stop: Stop,
    ) -> Result<Engine, Failure> {
        let terms = self.terms(skip_held, journal.checkpoint().probe()?.as_ref());
        let (clock, observer) = (Arc::clone(&self.clock), Arc::clone(&self.observer));
        Ok(Engine { journal, gateway, clock, observer, stop, terms })
    }

    /// Connects once for all that comes, and works with that. Ctrl-C and SIGTERM ask to stop.
    pub fn attached<T>(&self, work: impl FnOnce(&Attached) -> Result<T, Failure>) -> Result<T, Failure> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime
            .map_err(|error| Failure::new(Exit::Defect, format!("the program could not start: {error}")))?;
        let embedded = if self.is_embedded() { Some(runtime.block_on(self.embedded())?) } else { None };
        let url = embedded.as_ref().map_or_else(|| self.url(), |(running, _)| running.url.clone());
        let gateway = self.gateway(self.gateway_settings(url.clone()))?;
        let (handle, stop) = Stop::new();
        runtime.spawn(listen(handle));
        let attached = Attached { runtime: runtime.handle().clone(), gateway, url, stop };
        let attached = self.attached.get_or_init(|| attached);
        let outcome = work(attached);
        runtime.block_on(attached.gateway.sign_out());
        if let Some((running, _lock)) = embedded {
            runtime.block_on(running.stop());
        }
        outcome
    }

    /// Connects without the journal: for looking at Flash while another process may be at work. `work` is given the
    /// address too.
    pub fn with_gateway<T>(
        &self,
        work: impl AsyncFnOnce(Gateway, String) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        if let Some(attached) = self.attached.get() {
            return attached.runtime.block_on(work(attached.gateway.clone(), attached.url.clone()));
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::new(Exit::Defect, format!("the program could not start: {error}")))?;
        runtime.block_on(async {
            let embedded = if self.is_embedded() { Some(self.embedded().await?) } else { None };
            let url = embedded.as_ref().map_or_else(|| self.url(), |(running, _)| running.url.clone());
            let gateway = self.gateway(self.gateway_settings(url.clone()))?;
            let outcome = work(gateway, url).await;
            if let Some((running, _lock)) = embedded {
                running.stop().await;
            }
            outcome
        })
    }

    /// Asks for what is good to know and not needed, where `work` waits for each of its questions as long as it is
    /// [worth](in_time). The login is left for what comes next.
    pub fn ask<T>(&self, work: impl AsyncFnOnce(&Gateway) -> T) -> Result<T, Unasked> {
        let asked = self.with_gateway(async |gateway, _url| {
            let told = match in_time(&gateway, gateway.sign_in()).await {
                Ok(Ok(())) => Ok(work(&gateway).await),
                Ok(Err(error)) if error.is_account_problem() => Err(Unasked::Refused(error.into())),
                Ok(Err(error)) => Err(Unasked::Silent(error.to_string())),
                Err(why) => Err(Unasked::Silent(why)),
            };
            if !self.is_embedded() {
                *self.login.lock().unwrap_or_else(PoisonError::into_inner) = gateway.login().await;
            }
            Ok(told)
        });
        asked.unwrap_or_else(|failure| Err(Unasked::Silent(failure.message)))
    }

    /// The way to the API, with the login that was left for it.
    fn gateway(&self, settings: gateway::Settings) -> Result<Gateway, GatewayError> {
        let login = self.login.lock().unwrap_or_else(PoisonError::into_inner).take();
        Gateway::with_login(settings, login, Arc::clone(&self.clock))
    }

    async fn embedded(&self) -> Result<(simulator::Running, ScopeLock), Failure> {
        let ledger = ledger_path(&self.settings);
        let lock = lock_ledger(&self.settings)?;
        let options = simulator::Options { ledger: Some(ledger), ..simulator::Options::default() };
        let running = Simulator::start(options).await.map_err(|error| {
            Failure::new(Exit::Configuration, format!("the simulator could not start: {error}"))
        })?;
        Ok((running, lock))
    }

    fn url(&self) -> String {
        let own = self.settings.environment.url().map(str::to_owned);
        self.settings.api_url.clone().or(own).unwrap_or_default()
    }

    fn gateway_settings(&self, url: String) -> gateway::Settings {
        let login = self.settings.credentials.clone().unwrap_or_else(demonstration);
        gateway::Settings {
            url,
            email: login.email,
            password: login.password,
            affiliation: login.affiliation,
            timeout: self.settings.timeout,
            max_in_flight: self.settings.max_in_flight,
            login_interval: gateway::LOGIN_INTERVAL,
            patience: self.settings.patience,
        }
    }

    /// How the engine works: as configured, and as the last probe of this scope has shown that it can.
    fn terms(&self, skip_held: bool, probe: Option<&Probe>) -> Terms {
        Terms {
            policy: self.policy(probe),
            max_in_flight: self.settings.max_in_flight,
            follow: self.settings.follow,
            skip_held,
            stays_signed_in: self.attached.get().is_some(),
            tells: (self.settings.notify.always || self.attached.get().is_some()) && self.notify.has_a_way(),
            callbacks: self.callbacks(),
        }
    }

    /// How doubt is settled, by the configuration and what a probe has shown.
    pub fn policy(&self, probe: Option<&Probe>) -> SettlePolicy {
        let resend = match (self.settings.resend, self.settings.environment) {
            (Some(ResendSetting::Proven), _) | (None, Environment::Production) => Resend::Proven,
            (Some(ResendSetting::Never), _) => Resend::Never,
            (Some(ResendSetting::Locks) | None, _) => Resend::Locks,
        };
        SettlePolicy {
            in_doubt_wait: waits_for(signed(self.settings.in_doubt_wait), probe),
            resend,
            probed: probe.map(Probed::of).unwrap_or_default(),
        }
    }

    /// The addresses that payouts bear, for Flash to call.
    pub fn callbacks(&self) -> Option<Callbacks> {
        let (base, secret) = self.settings.listen.callbacks.clone()?;
        Callbacks::new(&base, secret)
    }
}

/// Waits for an answer as long as it is worth. The words say why it did not come.
pub async fn in_time<T>(gateway: &Gateway, asked: impl Future<Output = T>) -> Result<T, String> {
    let late = || format!("Flash did not answer within {} seconds", WORTH_WAITING.as_secs());
    let told = tokio::time::timeout(WORTH_WAITING, asked).await;
    told.map_err(|_| gateway.trouble().map_or_else(late, |error| error.to_string()))
}

/// The name of a user of this system.
pub fn user_name(uid: u32) -> String {
    let user = uzers::get_user_by_uid(uid);
    user.map_or_else(|| format!("user {uid}"), |user| user.name().to_string_lossy().into_owned())
}

/// Any name will do for the simulator inside this program.
fn demonstration() -> Credentials {
    Credentials { email: "demonstration@example.com".to_owned(), password: "none".into(), affiliation: None }
}

/// Where every simulator of this state folder keeps its ledger.
pub fn ledger_path(settings: &Settings) -> PathBuf {
    settings.state.join("flash-simulator").join("flash-ledger.jsonl")
}

/// Two simulators on one ledger would not know of each other.
pub fn lock_ledger(settings: &Settings) -> Result<ScopeLock, Failure> {
    let folder = ScopeFolder::new(&settings.state, "flash-simulator");
    std::fs::create_dir_all(folder.path()).map_err(|error| {
        Failure::new(
            Exit::Configuration,
            format!("cannot make the folder {}: {error}", folder.path().display()),
        )
    })?;
    Ok(folder.lock()?)
}

/// The wait before a look-up: never less than twice what look-ups were late by when that was probed.
fn waits_for(configured: SignedDuration, probe: Option<&Probe>) -> SignedDuration {
    let late = probe.and_then(Probe::late).unwrap_or(SignedDuration::ZERO);
    configured.max(late.saturating_mul(2))
}

/// A length of time as the plan counts it.
pub fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}

fn layers(globals: &Globals, flags: Vec<(&'static str, String)>) -> Layers {
    let variables: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let mut folders = vec![PathBuf::from(".")];
    let home = variables.get("XDG_CONFIG_HOME").map(PathBuf::from);
    folders.extend(
        home.or_else(|| Some(PathBuf::from(variables.get("HOME")?).join(".config")))
            .map(|path| path.join("payrun")),
    );
    let given = [
        ("environment", globals.environment.clone()),
        ("api_url", globals.api_url.clone()),
        ("state", globals.state.as_ref().map(|path| path.display().to_string())),
    ];
    let mut all: Vec<_> = given.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
    all.extend(flags);
    Layers { file: globals.config.clone(), folders, variables, flags: all }
}

/// Turns signals into a polite stop.
async fn listen(handle: StopHandle) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminate) = signal(SignalKind::terminate()) else {
            return;
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = tokio::signal::ctrl_c().await;
    out::note("Stopping: what is under way is finished and recorded first. Ctrl-C again stops at once.");
    handle.ask();
    let _ = tokio::signal::ctrl_c().await;
    out::note("Stopped at once. `payrun resume` looks up what was under way.");
    std::process::exit(Exit::Stopped as i32); // the journal is made for worse
}
