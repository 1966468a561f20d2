//! The engine in this process against a simulator over real sockets, journal and files on a real disk.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use payrun::check;
use payrun::config::Remitters;
use payrun::domain::{
    Accepted, AccountAbroad, AccountNumber, Address, BankAccount, Bsb, Clock, Kind, Observer, Overlaps,
    Party, PartyMode, PartyName, Payee, PayoutEntry, PayoutState, PayoutView, RunId, Scheme, Silent,
    Slippage, SystemClock,
};
use payrun::engine::{self, Ending, Engine, EngineError, Inputs, Stop, Terms, Verdict};
use payrun::gateway::{self, Callbacks, Gateway};
use payrun::intake::Reading;
use payrun::journal::{Disk, Holder, Journal, JournalError, RealDisk, ScopeFolder};
use payrun::plan::{Rates, Resend, SettlePolicy};
use payrun::simulator::{LedgerView, Options, Running, Simulator};
use rust_decimal::Decimal;
use tempfile::TempDir;

/// Everything that one run needs, with times short enough for tests.
pub struct Rig {
    pub simulator: Running,
    pub resend: Resend,
    pub in_doubt_wait: Duration,
    pub timeout: Duration,
    pub skip_held: bool,
    pub callbacks: Option<Callbacks>,
    pub parties: PartyMode,
    pub follow: Duration,
    pub max_in_flight: usize,
    pub login_interval: Duration,
    pub segment_bytes: u64,
    pub limit: Option<(Slippage, Rates)>,
    pub disk: Arc<dyn Disk>,
    pub observer: Arc<dyn Observer>,
    pub clock: Arc<dyn Clock>,
    folder: TempDir,
}

/// A simulator that does not slow tests down.
pub fn quick() -> Options {
    Options { login_interval: Duration::ZERO, ..Options::default() }
}

impl Rig {
    /// Starts the simulator.
    pub async fn start(options: Options) -> Self {
        Self {
            simulator: Simulator::start(options).await.expect("a simulator"),
            resend: Resend::Locks,
            in_doubt_wait: Duration::from_millis(250),
            timeout: Duration::from_secs(1),
            skip_held: false,
            callbacks: None,
            parties: PartyMode::Precreate,
            follow: Duration::ZERO,
            max_in_flight: 8,
            login_interval: Duration::from_millis(1),
            segment_bytes: 16 << 20,
            limit: None,
            disk: Arc::new(RealDisk),
            observer: Arc::new(Silent),
            clock: Arc::new(SystemClock),
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    /// The folder of the scope.
    pub fn scope(&self) -> ScopeFolder {
        ScopeFolder::new(self.folder.path(), "rig")
    }

    /// A payroll on disk.
    pub fn file(&self, name: &str, first: usize, rows: usize) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, payroll(first, rows)).expect("a file");
        path
    }

    /// A payroll on disk of which every second payee is paid abroad.
    pub fn mixed_file(&self, name: &str, first: usize, rows: usize) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, mixed_payroll(first, rows)).expect("a file");
        path
    }

    /// Any file on disk.
    pub fn written(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    }

    /// Checks, plans and records a file.
    pub async fn record(&self, path: PathBuf) -> RunId {
        let (scope, disk, segment_bytes) = (self.scope(), Arc::clone(&self.disk), self.segment_bytes);
        let (parties, limit) = (self.parties, self.limit.clone());
        let recorded = tokio::task::spawn_blocking(move || {
            let journal = opened(&scope, &disk, segment_bytes)?;
            let remitters = Remitters::new("default".into(), BTreeMap::new(), true);
            let inputs = Inputs {
                path: &path,
                file: engine::file_name(&path),
                name: None,
                overlaps: Overlaps::Hold,
                reading: &Reading::default(),
                check: check::Options::new(jiff::civil::date(2026, 7, 17), false),
                scope: "rig",
                environment: "simulator",
                remitters: &remitters,
                parties,
                window: SignedDuration::from_hours(35 * 24),
                block_on: &[],
            };
            let mut prepared = engine::prepare(&journal, &inputs, &SystemClock, &Silent)?;
            assert!(prepared.checked.invalid_rows.is_empty(), "{:#?}", prepared.checked.findings);
            if let Some((limit, rates)) = &limit {
                prepared.agree(*limit, rates).expect("a rate for each pair");
            }
            engine::record(&journal, &prepared, &SystemClock, &Silent)?;
            Ok::<RunId, EngineError>(prepared.head.run)
        });
        recorded.await.expect("no panic").expect("the file is recorded")
    }

    /// Imports payees into the book.
    pub async fn import(&self, text: &str, accept: &str) {
        let path = self.folder.path().join("staff.csv");
        std::fs::write(&path, text).expect("a file");
        let mut accepted = Accepted::default();
        accepted.add(accept).expect("codes that can be accepted");
        let (scope, disk, segment_bytes) = (self.scope(), Arc::clone(&self.disk), self.segment_bytes);
        let imported = tokio::task::spawn_blocking(move || {
            let journal = opened(&scope, &disk, segment_bytes)?;
            let today = jiff::civil::date(2026, 7, 17);
            let options = check::Options { accepted, ..check::Options::new(today, false) };
            let reading = Reading::default();
            let imported = engine::import_payees(&journal, &path, &reading, &options, &Silent)?;
            assert!(imported.checked.invalid_rows.is_empty(), "{:?}", imported.checked.findings);
            engine::note_payees(&journal, &imported.noted, &SystemClock)
        });
        imported.await.expect("no panic").expect("it is imported");
    }

    /// One sitting: open the journal, connect, carry the run on, and leave.
    pub async fn sit(&self, run: RunId) -> Result<Ending, EngineError> {
        self.engine()?.carry_out(run).await
    }

    /// What a person says of a row.
    pub async fn settle(&self, run: RunId, row: u32, verdict: Verdict) -> Result<PayoutEntry, EngineError> {
        engine::settle(&self.engine()?, run, row, verdict, "seen at Flash".to_owned())
            .await
            .map(|settled| settled.entry)
    }

    /// The rates of now, as they are shown to whoever agrees to them.
    pub async fn rates(&self, ways: &[(&str, &str)]) -> Rates {
        let currency = |code: &str| code.parse().expect("a currency");
        let ways: Vec<_> = ways.iter().map(|(from, to)| (currency(from), currency(to))).collect();
        let gateway = Gateway::new(self.gateway_settings(), Arc::new(SystemClock)).expect("a gateway");
        engine::indicative(&gateway, &ways, &SystemClock).await.expect("rates")
    }

    /// What a person agrees to, of a run that waits.
    pub fn agree(&self, run: RunId, limit: Option<Slippage>, rates: &Rates) {
        let journal = opened(&self.scope(), &self.disk, self.segment_bytes).expect("a journal");
        let ways: Vec<_> = rates.keys().copied().collect();
        let agree = || engine::agree_anew(&journal, run, limit, (&ways, rates), &SystemClock);
        std::thread::scope(|scope| scope.spawn(agree).join()).expect("no panic").expect("recorded");
    }

    fn gateway_settings(&self) -> gateway::Settings {
        gateway::Settings {
            url: self.simulator.url.clone(),
            email: "rig@example.com".into(),
            password: "rig".into(),
            affiliation: None,
            timeout: self.timeout,
            max_in_flight: self.max_in_flight,
            login_interval: self.login_interval,
            patience: Duration::from_secs(2),
        }
    }

    /// The journal opened, and connected.
    pub fn engine(&self) -> Result<Engine, EngineError> {
        let journal = opened(&self.scope(), &self.disk, self.segment_bytes)?;
        Ok(self.engine_by(Arc::new(journal), &self.simulator.url))
    }

    /// Another connection of the process that has the journal, by an address of its own.
    pub fn engine_by(&self, journal: Arc<Journal>, url: &str) -> Engine {
        let settings = gateway::Settings { url: url.to_owned(), ..self.gateway_settings() };
        let (_ask, stop) = Stop::new();
        Engine {
            journal,
            gateway: Gateway::new(settings, Arc::new(SystemClock)).expect("a gateway"),
            clock: Arc::clone(&self.clock),
            observer: Arc::clone(&self.observer),
            stop,
            terms: Terms {
                policy: SettlePolicy {
                    in_doubt_wait: SignedDuration::try_from(self.in_doubt_wait).expect("short"),
                    resend: self.resend,
                    probed: payrun::plan::Probed::Nothing,
                },
                max_in_flight: self.max_in_flight,
                follow: self.follow,
                skip_held: self.skip_held,
                stays_signed_in: false,
                tells: false,
                callbacks: self.callbacks.clone(),
            },
        }
    }

    /// Sits down until the run is finished, at most `times`. Gives the number of sittings.
    pub async fn finish(&self, run: RunId, times: usize) -> Result<usize, String> {
        let mut last = String::new();
        for sitting in 1..=times {
            match self.sit(run).await {
                Ok(Ending::Finished) => return Ok(sitting),
                Ok(Ending::Stopped(reason)) => last = format!("{reason:?}"),
                Err(error) => last = error.to_string(),
            }
        }
        Err(format!("not finished after {times} sittings: {last}"))
    }

    /// The payouts of a run.
    pub fn payouts(&self, run: RunId) -> Vec<PayoutView> {
        let checkpoint = Journal::look(&self.scope()).expect("a journal");
        engine::payouts(&checkpoint, run, &Holder::Nobody).collect::<Result<_, _>>().expect("payouts")
    }

    /// What went wrong with money or rows; none if all is well: every row has a state, the simulator holds each
    /// submitted row exactly once and nothing else, and the sums are equal to the cent.
    pub fn wrongs(&self, run: RunId, rows: usize) -> Vec<String> {
        let payouts = self.payouts(run);
        let ledger = self.simulator.ledger();
        let mut wrongs = Vec::new();
        if payouts.len() != rows {
            wrongs.push(format!("{} of {rows} rows have a state", payouts.len()));
        }
        let by_kind = Kind::ALL.map(|kind| (kind, made_as(&ledger, kind)));
        let by_kind = BTreeMap::from(by_kind);
        for payout in &payouts {
            let id = payout.external_id.as_ref().map_or(String::new(), ToString::to_string);
            let times = by_kind[&payout.kind].get(&id).copied().unwrap_or(0);
            let expected = usize::from(payout.status.is_at_the_api());
            // a person has to tell: either is possible, twice is not
            if times != expected && !(payout.status == PayoutState::Attention && times <= 1) {
                wrongs.push(format!("row {} is {} and was made {times} times", payout.row, payout.status));
            }
        }
        let made = made(&ledger);
        // a row that needs a person may have been made: the simulator says which
        let sum: Decimal = payouts
            .iter()
            .filter(|payout| payout.external_id.as_ref().is_some_and(|id| made.contains_key(&id.to_string())))
            .filter_map(|payout| Decimal::from_str_exact(payout.amount.as_deref()?).ok())
            .sum();
        if sum != total(&ledger) {
            wrongs.push(format!("{sum} in rows that were made, {} at the simulator", total(&ledger)));
        }
        wrongs
    }
}

/// Other tests start processes meanwhile, which hold our lock between their fork and their exec.
pub fn opened(
    scope: &ScopeFolder,
    disk: &Arc<dyn Disk>,
    segment_bytes: u64,
) -> Result<Journal, JournalError> {
    let open = || Journal::with_segments(scope, Arc::clone(disk), segment_bytes);
    for _ in 0..100 {
        match open() {
            Err(JournalError::Held { .. }) => std::thread::sleep(Duration::from_millis(20)),
            other => return other,
        }
    }
    open()
}

/// How often each external id was paid, in whatever way.
pub fn made(ledger: &LedgerView) -> BTreeMap<String, usize> {
    let mut made = made_as(ledger, Kind::Withdrawal);
    for (id, times) in made_as(ledger, Kind::Payment) {
        *made.entry(id).or_default() += times;
    }
    made
}

/// How often each external id was paid in one way.
pub fn made_as(ledger: &LedgerView, kind: Kind) -> BTreeMap<String, usize> {
    let ids: Vec<_> = match kind {
        Kind::Withdrawal => ledger.withdrawals.iter().map(|made| made.external_id.clone()).collect(),
        Kind::Payment => ledger.payments.iter().map(|made| made.external_id.clone()).collect(),
    };
    let mut made = BTreeMap::new();
    for id in ids {
        *made.entry(id.unwrap_or_default()).or_default() += 1;
    }
    made
}

/// Everything that was paid, as it was asked for.
pub fn total(ledger: &LedgerView) -> Decimal {
    let withdrawals: Decimal = ledger.withdrawals.iter().map(|withdrawal| withdrawal.amount).sum();
    withdrawals + ledger.payments.iter().map(|payment| payment.size).sum::<Decimal>()
}

/// A payroll of `rows` invented people, the first with the number `first`, so that files need not overlap.
pub fn payroll(first: usize, rows: usize) -> String {
    let mut text = String::from("payee_id,first_name,last_name,street,bsb,account_number,amount,reference\n");
    for at in first..first + rows {
        let amount = format!("{}.{:02}", 100 + at, at % 100);
        let account = 10_000_000 + at;
        let _ = writeln!(text, "P{at},Robin,Example,1 Hill Street,062-000,{account},{amount},PAY {at}");
    }
    text
}

/// The same, but every second of them is paid abroad: in euros, and every fourth so much of Australian dollars.
pub fn mixed_payroll(first: usize, rows: usize) -> String {
    let mut text = String::from(
        "payee_id,first_name,last_name,street,country,bsb,account_number,iban,amount,reference,currency,from_currency,amount_side\n",
    );
    for at in first..first + rows {
        let amount = format!("{}.{:02}", 100 + at, at % 100);
        let row = if at % 2 == 0 {
            format!("AU,062-000,{},,{amount},PAY {at},AUD,,", 10_000_000 + at)
        } else {
            let side = if at % 4 == 1 { "to" } else { "from" };
            format!("DE,,,{},{amount},PAY {at},EUR,AUD,{side}", iban(at))
        };
        let _ = writeln!(text, "P{at},Robin,Example,1 Hill Street,{row}");
    }
    text
}

/// An invented German account number with the right check digits.
pub fn iban(number: usize) -> String {
    checked_iban("DE", &format!("37040044{number:010}"))
}

/// An account number of digits with the right check digits for a country.
pub fn checked_iban(country: &str, account: &str) -> String {
    let letters: String = country.bytes().map(|letter| (letter - b'A' + 10).to_string()).collect();
    let digits: u128 = format!("{account}{letters}00").parse().expect("digits");
    format!("{country}{:02}{account}", 98 - digits % 97)
}

/// An invented payee with an account abroad.
pub fn payee_abroad(number: usize) -> Payee {
    let account = AccountAbroad::new(Scheme::Iban, None, &iban(number), None).expect("an IBAN");
    let address =
        Address { street: Some("1 Hill Street".into()), country: "DE".into(), ..Address::default() };
    let home = payee("10000000");
    Payee { party: Party { address, ..home.party }, account: BankAccount::Abroad(Box::new(account)), ..home }
}

/// An invented payee with an account at a branch that exists.
pub fn payee(number: &str) -> Payee {
    let address =
        Address { street: Some("1 Hill Street".into()), country: "AU".into(), ..Address::default() };
    let name = PartyName::Person { first: "Robin".into(), middle: None, last: "Example".into() };
    let bsb = Bsb::new("062000").expect("a BSB");
    Payee {
        payee_id: None,
        party: Party { name, email: None, mobile: None, dob: None, address },
        account: BankAccount::Bsb { bsb, number: AccountNumber::new(number).expect("a number") },
        own_record: false,
    }
}
