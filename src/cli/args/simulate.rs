//! What may be typed behind `simulate`.

use clap::Args;

/// `simulate`.
#[derive(Debug, Args)]
#[expect(clippy::doc_markdown, reason = "the words are shown as help")]
pub struct SimulateArgs {
    /// The port on this machine; 0 takes any that is free
    #[arg(long, default_value_t = 4010)]
    pub port: u16,
    /// Show what the simulator holds, and stop
    #[arg(long)]
    pub ledger: bool,
    /// A fault to play: OPERATION:FAULT, see docs/SIMULATOR.md; may be repeated
    #[arg(long, value_name = "FAULT")]
    pub fault: Vec<String>,
    /// How long every answer takes, such as 20ms
    #[arg(long, value_name = "TIME", default_value = "0ms")]
    pub latency: String,
    /// What a repeated idempotency key is answered: returns_first, fails_with_object, fails_without_object,
    /// graphql_error or ignored
    #[arg(long, value_name = "FORM", default_value = "returns_first")]
    pub repeated_key: String,
    /// What looking up by external id does: works, ignored (all is shown) or missing (there is no such filter)
    #[arg(long, value_name = "FILTER", default_value = "works")]
    pub external_ids: String,
    /// Be a Flash without the fields that its documentation does not show
    #[arg(long)]
    pub without_assumed: bool,
    /// Spell the field of quotes that can be bought `tradeable`, not `tradable`
    #[arg(long)]
    pub tradeable: bool,
    /// How long a quote can be bought, such as 2m
    #[arg(long, value_name = "TIME", default_value = "2m")]
    pub quote_lifetime: String,
    /// Move all exchange rates: at 0.9 everything buys a tenth less
    #[arg(long, value_name = "FACTOR", default_value = "1")]
    pub market: String,
    /// What each payout costs beside its amount
    #[arg(long, value_name = "AMOUNT", default_value = "0")]
    pub fee: String,
    /// How long a payout stays at each status
    #[arg(long, value_name = "TIME", default_value = "50ms")]
    pub status_step: String,
    /// How much later a bank sends back what it has, such as 3d
    #[arg(long, value_name = "TIME", default_value = "0s")]
    pub late_return: String,
    /// What one payout shows whatever it was before: ID=STATUS, ID=amount, ID=gone,
    /// ID=refused or ID=spoils; may be repeated
    #[arg(long, value_name = "ID=WHAT")]
    pub turn: Vec<String>,
    /// Where to tell of every change of a status
    #[arg(long, value_name = "URL", requires = "webhook_secret")]
    pub webhook: Option<String>,
    /// What signs webhooks
    #[arg(long, value_name = "SECRET", requires = "webhook")]
    pub webhook_secret: Option<String>,
    /// When a webhook that was not taken comes again
    #[arg(long, value_name = "TIME,TIME,…", value_delimiter = ',', default_value = "6s,60s,600s")]
    pub webhook_retries: Vec<String>,
    /// What goes wrong with webhooks, see docs/SIMULATOR.md; may be repeated
    #[arg(long, value_name = "FAULT")]
    pub webhook_fault: Vec<String>,
    /// How far its clock is ahead of this machine's, such as 90s; behind it with a minus: -90s
    #[arg(long, value_name = "TIME", default_value = "0s", allow_hyphen_values = true)]
    pub clock_skew: String,
}
