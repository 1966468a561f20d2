//! How a simulated Flash behaves.
//!
//! Where Flash's documentation leaves a question open, there is an option for each answer that it might have:
//! a client is right only if it copes with all of them. The answers themselves are in `choices`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use jiff::SignedDuration;
use rust_decimal::Decimal;

pub use super::choices::{
    Agreement, Assumed, AuthStyle, BalanceCheck, CallbackUri, Credentials, ExternalIdFilter,
    PayeeConfirmation, QuoteUse, RepeatedKey, StatusStep, SubClient, TradableSpelling, Turn,
};
use super::faults::Fault;
use super::records::Order;
pub use super::webhook::Webhooks;

/// All of it. The default is a Flash without faults, quick enough for a demonstration.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where every object is written to and read back from at the start; `None` keeps them in memory alone.
    pub ledger: Option<PathBuf>,
    /// The faults in force from the start.
    pub faults: Vec<Fault>,
    /// How long every answer takes at least.
    pub latency: Duration,
    /// The most objects in one list, the rest being left out in silence; `None` has no limit.
    pub max_items: Option<usize>,
    /// How far this Flash's clock is ahead of the machine's, in the `Date` header and in all that it makes.
    pub clock_skew: SignedDuration,

    /// How long a token is good for.
    pub token_lifetime: Duration,
    /// The time between two logins below which the second is refused.
    pub login_interval: Duration,
    /// How a call without a valid token is refused.
    pub auth_style: AuthStyle,
    /// The one login that is known; `None` accepts any that is not empty.
    pub credentials: Option<Credentials>,
    /// The account's agreements; with more than one, a login must name one.
    pub agreements: Vec<Agreement>,
    /// The parties in whose name the account may pay.
    pub sub_clients: Vec<SubClient>,

    /// Whether the schema has what its documentation leaves to be assumed.
    pub assumed: Assumed,
    /// `withdrawals(input: {externalId})`
    pub withdrawal_filter: ExternalIdFilter,
    /// `payments(input: {externalId})`
    pub payment_filter: ExternalIdFilter,
    /// `recipients(input: {externalId})` and `senders(input: {externalId})`
    pub party_filter: ExternalIdFilter,
    /// How `QuoteInput` spells that a quote can be bought.
    pub tradable: TradableSpelling,

    /// What a repeated `idempotencyKey` replies.
    pub repeated_key: RepeatedKey,
    /// What moves withdrawals and payments on.
    pub status_step: StatusStep,
    /// What single orders show instead, by Flash's id or the client's.
    pub turns: BTreeMap<String, Turn>,
    /// What each currency's balance held before the ledger's first order.
    pub balances: BTreeMap<String, Decimal>,
    /// Whether an order that the balance does not cover is declined.
    pub balance_check: BalanceCheck,
    /// What each withdrawal and payment costs, in the currency that it is paid from.
    pub fee: Decimal,

    /// By how much all rates differ from the built-in ones: at 0.9 everything paid from buys a tenth less.
    pub market_factor: Decimal,
    /// How far bid and ask are from the middle, as a share of it.
    pub market_spread: Decimal,
    /// How long a tradable quote is good for.
    pub quote_lifetime: Duration,
    /// How often it may be used.
    pub quote_use: QuoteUse,

    /// Whether Confirmation of Payee answers at all.
    pub payee_confirmation: PayeeConfirmation,
    /// How many questions it answers until its limit is reached; `None` has no limit.
    pub payee_confirmation_limit: Option<u64>,

    /// Whether orders can bear an address of their own.
    pub callback_uri: CallbackUri,
    /// Who is told of changes. Read at the start: its faults.
    pub webhooks: Webhooks,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            ledger: None,
            faults: Vec::new(),
            latency: Duration::ZERO,
            max_items: None,
            clock_skew: SignedDuration::ZERO,
            token_lifetime: Duration::from_secs(4 * 60 * 60),
            login_interval: Duration::from_secs(1),
            auth_style: AuthStyle::default(),
            credentials: None,
            agreements: vec![Agreement::Australia],
            sub_clients: SubClient::invented(),
            assumed: Assumed::default(),
            withdrawal_filter: ExternalIdFilter::default(),
            payment_filter: ExternalIdFilter::default(),
            party_filter: ExternalIdFilter::default(),
            tradable: TradableSpelling::default(),
            repeated_key: RepeatedKey::default(),
            status_step: StatusStep::Every(Duration::from_millis(50)),
            turns: BTreeMap::new(),
            balances: ten_millions(),
            balance_check: BalanceCheck::default(),
            fee: Decimal::ZERO,
            market_factor: Decimal::ONE,
            market_spread: Decimal::new(5, 3),
            quote_lifetime: Duration::from_secs(120),
            quote_use: QuoteUse::default(),
            payee_confirmation: PayeeConfirmation::default(),
            payee_confirmation_limit: None,
            callback_uri: CallbackUri::default(),
            webhooks: Webhooks::default(),
        }
    }
}

impl Options {
    /// What an order shows instead, if anything.
    pub(super) fn turn(&self, order: &Order) -> Option<&Turn> {
        self.turns.get(&order.id).or_else(|| self.turns.get(order.external_id.as_ref()?))
    }
}

/// In every currency that can be paid from.
fn ten_millions() -> BTreeMap<String, Decimal> {
    let currencies = ["AUD", "CAD", "CHF", "EUR", "GBP", "NZD", "SGD", "USD"];
    currencies.map(|currency| (currency.to_owned(), Decimal::from(10_000_000))).into()
}
