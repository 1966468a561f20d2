//! The keys of the configuration, each with the environment variable that overrides it: one table for reading,
//! help and documentation.

/// One key.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its name in the file, with its section: `gateway.timeout`.
    pub name: &'static str,
    /// The environment variable.
    pub variable: &'static str,
    /// The value without any configuration.
    pub default: &'static str,
    /// What it does.
    pub meaning: &'static str,
}

const fn key(
    name: &'static str,
    variable: &'static str,
    default: &'static str,
    meaning: &'static str,
) -> Key {
    Key { name, variable, default, meaning }
}

/// Every key but those of remitters.
pub const KEYS: [Key; 39] = [
    key("environment", "PAYRUN_ENVIRONMENT", "simulator", "simulator, uat or production"),
    key(
        "api_url",
        "PAYRUN_API_URL",
        "of the environment",
        "another address of the API; http:// only to this machine",
    ),
    key("state", "PAYRUN_STATE", "~/.local/state/payrun", "the folder of the journal"),
    key("credentials", "PAYRUN_CREDENTIALS", "none", "a file with email, password and affiliation"),
    key("gateway.timeout", "PAYRUN_GATEWAY_TIMEOUT", "90s", "of one request"),
    key(
        "gateway.in_doubt_wait",
        "PAYRUN_GATEWAY_IN_DOUBT_WAIT",
        "180s (simulator: 2s)",
        "before a payout whose answer was lost is looked up",
    ),
    key("gateway.max_in_flight", "PAYRUN_GATEWAY_MAX_IN_FLIGHT", "32", "requests at the same time, at most"),
    key(
        "gateway.resend",
        "PAYRUN_GATEWAY_RESEND",
        "locks (production: proven)",
        "whether a payout proven absent is sent again: proven, locks or never",
    ),
    key(
        "gateway.patience",
        "PAYRUN_GATEWAY_PATIENCE",
        "30s",
        "how long look-ups and logins are tried again before a run stops",
    ),
    key("payouts.parties", "PAYRUN_PAYOUTS_PARTIES", "precreate", "precreate or inline"),
    key(
        "payouts.remitter",
        "PAYRUN_PAYOUTS_REMITTER",
        "default",
        "a remitter of this file, or account: the Flash account itself",
    ),
    key(
        "payouts.duplicate_window",
        "PAYRUN_PAYOUTS_DUPLICATE_WINDOW",
        "35d",
        "how long an equal payout of an earlier run holds a row",
    ),
    key(
        "payouts.follow",
        "PAYRUN_PAYOUTS_FOLLOW",
        "2s",
        "how long a run waits at its end for the banks' answers",
    ),
    key(
        "payouts.max_slippage",
        "PAYRUN_PAYOUTS_MAX_SLIPPAGE",
        "none",
        "how much more the same money may cost than by the rate agreed to before payments wait, such as 0.5%",
    ),
    key(
        "watch.mode",
        "PAYRUN_WATCH_MODE",
        "hold (simulator: pay)",
        "who lets the runs of a watched folder go: hold, a person each of them; pay, the limits below",
    ),
    key(
        "watch.max_payout",
        "PAYRUN_WATCH_MAX_PAYOUT",
        "none",
        "with pay: the largest payout by currency, such as AUD=5000,USD=2000; above it a person lets the run go",
    ),
    key("watch.max_run", "PAYRUN_WATCH_MAX_RUN", "none", "with pay: the largest sum of a run, the same way"),
    key(
        "watch.max_day",
        "PAYRUN_WATCH_MAX_DAY",
        "none",
        "with pay: the largest sum of all that goes without a person on one day, the same way",
    ),
    key(
        "watch.poll",
        "PAYRUN_WATCH_POLL",
        "2s",
        "the folder is looked through so often, whatever the system tells",
    ),
    key("watch.settle", "PAYRUN_WATCH_SETTLE", "3s", "a file that has not changed for so long is whole"),
    key(
        "watch.totals",
        "PAYRUN_WATCH_TOTALS",
        "optional",
        "whether every file needs control totals beside it: optional or required",
    ),
    key(
        "listen.address",
        "PAYRUN_LISTEN_ADDRESS",
        "none",
        "where webhooks are received, such as 127.0.0.1:8090",
    ),
    key(
        "listen.secret_file",
        "PAYRUN_LISTEN_SECRET_FILE",
        "none",
        "a file with the secrets that webhooks and callbacks are signed with",
    ),
    key(
        "listen.callback_base",
        "PAYRUN_LISTEN_CALLBACK_BASE",
        "none",
        "the public https:// address of this listener, for payouts to bear; a callback_secret goes with it",
    ),
    key(
        "listen.sources",
        "PAYRUN_LISTEN_SOURCES",
        "all",
        "the only addresses that webhooks are taken from, set apart by commas; others but this machine get no numbers then",
    ),
    key(
        "listen.trust_proxy",
        "PAYRUN_LISTEN_TRUST_PROXY",
        "false",
        "whether the last address in X-Forwarded-For is the sender's: only behind a proxy of your own",
    ),
    key("limits.file_size", "PAYRUN_LIMITS_FILE_SIZE", "1GiB", "a file that is read, at most"),
    key(
        "limits.line",
        "PAYRUN_LIMITS_LINE",
        "64KiB",
        "a row, at most; in a text file it may run over several lines",
    ),
    key("limits.rows", "PAYRUN_LIMITS_ROWS", "2000000", "rows of a file, at most"),
    key(
        "limits.workbook_size",
        "PAYRUN_LIMITS_WORKBOOK_SIZE",
        "2GiB",
        "a workbook when it is unpacked, at most",
    ),
    key(
        "limits.workbook_memory",
        "PAYRUN_LIMITS_WORKBOOK_MEMORY",
        "512MiB",
        "memory of the process that reads a workbook, at most; 64MiB at least",
    ),
    key(
        "limits.workbook_time",
        "PAYRUN_LIMITS_WORKBOOK_TIME",
        "1m",
        "how long that process may work, at most",
    ),
    key(
        "notify.url",
        "PAYRUN_NOTIFY_URL",
        "none",
        "where notices of runs are posted, such as a chat program's incoming webhook; https:// only, but to this machine",
    ),
    key(
        "notify.command",
        "PAYRUN_NOTIFY_COMMAND",
        "none",
        "a program that is given notices, and its arguments; no shell",
    ),
    key(
        "notify.events",
        "PAYRUN_NOTIFY_EVENTS",
        "all",
        "of which is told: held, finished, stopped, returned, attention",
    ),
    key(
        "notify.always",
        "PAYRUN_NOTIFY_ALWAYS",
        "false",
        "true: `pay` and `resume` tell too, not the watched folder alone",
    ),
    key("log.level", "PAYRUN_LOG", "off", "off, error, warn, info, debug or trace"),
    key("log.format", "PAYRUN_LOG_FORMAT", "human", "human, or json: one document a line"),
    key("log.file", "PAYRUN_LOG_FILE", "stderr", "a file that lines are added to"),
];
