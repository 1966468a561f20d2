//! The words of the trade as types: money, accounts, parties, payouts, findings, and a payout's life.
//!
//! Pure values. No I/O, no async, no clock, and of the API's wire names only the statuses that the journal keeps
//! (`course`), so that every other module may import this one and nothing here can surprise.

pub mod abn;
pub mod abroad;
pub mod accept;
pub mod account;
pub mod allowance;
pub mod answer;
pub mod book;
pub mod corridor;
pub mod course;
pub mod event;
pub mod finding;
pub mod ids;
pub mod life;
pub mod limits;
pub mod mark;
pub mod money;
pub mod notice;
pub mod outcome;
pub mod party;
pub mod payout;
pub mod plan_view;
pub mod reject;
pub mod release;
pub mod remitter;
pub mod run;
pub mod slippage;
pub mod stopped;
pub mod verify;

pub use abroad::{AccountAbroad, Bic, Scheme};
pub use accept::{Accepted, NotAcceptable};
pub use account::{AccountNumber, BankAccount, Bsb, PayId};
pub use allowance::{Allowances, Allowed, Mode, Sums};
pub use answer::{Answer, Converted, PayoutStatus, RecordedIntent, Refusal, Sighting};
pub use book::{Book, BookEntry, BookError, BookField, KnownAccount, LastPaid, NoBook};
pub use corridor::{Corridor, Corridors, Method, Origin};
pub use course::{Oddity, Seen};
pub use event::{Event, Observer, Silent, Stage};
pub use finding::{Code, Finding, Place, Severity};
pub use ids::{
    BookKey, ExternalId, FileDigest, IdempotencyKey, OverlapKey, PayoutId, PlanHash, RowDigest, RunId,
    run_as_typed,
};
pub use life::{Fact, Life, PayoutState};
pub use limits::Limits;
pub use mark::{MarkedRow, RowMark};
pub use money::{Currency, Money, Totals};
pub use notice::Occasion;
pub use outcome::{Outcome, Reconciled};
pub use party::{Address, Party, PartyName};
pub use payout::{Conversion, Deal, Kind, Payee, Payout};
pub use plan_view::PlanView;
pub use reject::{may_be_sent_again, reject_reason, reject_to_do, reject_words};
pub use release::{Release, Way};
pub use remitter::{IdDoc, PaidAs, Remitter, RemitterNames};
pub use run::{
    AsRead, Awaits, Overlaps, PartyMode, PayoutEntry, PayoutView, RowEntry, RunHead, RunState, RunView,
    StatusTotal,
};
pub use slippage::{AgreedRate, NoSlippage, Slippage};
pub use stopped::{Missing, Stopped};
pub use verify::{BankNamed, BlockOn, KeptBank, LookUps, Probe, RepeatedKey, Verdict, Verified, verify_key};

/// The system's words for what went wrong, without its error number.
pub fn system_words(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

/// So many of a list are named in a sentence.
pub const MOST_NAMED: usize = 10;

/// Some of many in a sentence: `1, 2, 3 and 7 more`.
pub fn some_of(named: &[impl ToString], more: u64) -> String {
    let named: Vec<String> = named.iter().map(ToString::to_string).collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    named.join(", ") + &more
}

/// The first of many in a sentence, and how many more there are.
pub fn first_of(all: &[impl ToString]) -> String {
    let (named, others) = all.split_at(all.len().min(MOST_NAMED));
    some_of(named, others.len() as u64)
}

/// Whether a host of an address means this machine.
pub fn is_this_machine(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// A moment in UTC. Whoever needs the time is given it.
pub type Timestamp = jiff::Timestamp;

/// Where the time comes from. The program passes the system's; tests pass their own.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;
}

/// The clock of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
