//! `payrun simulate`: a Flash of our own on a port, or what its ledger holds.

use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;
use rust_decimal::Decimal;

use super::args::{Format, Globals, SimulateArgs};
use super::exit::{Exit, Failure};
use super::out;
use super::session::{Session, ledger_path, lock_ledger};
use crate::simulator::{self, Assumed, LedgerView, Options, StatusStep, TradableSpelling, Turn, Webhooks};

/// Runs the command.
pub fn run(globals: &Globals, args: &SimulateArgs) -> Result<Exit, Failure> {
    let session = Session::without_login(globals, Vec::new())?;
    let path = ledger_path(&session.settings);
    if args.ledger {
        if !path.exists() && globals.format == Format::Text {
            out::answer("Nothing was paid in the simulator of this state folder yet.");
            return Ok(Exit::Done);
        }
        let view = if path.exists() { LedgerView::read(&path) } else { Ok(LedgerView::default()) };
        let view = view.map_err(|error| Failure::new(Exit::Configuration, error.to_string()))?;
        out::answer(&match globals.format {
            Format::Json => view.in_json().to_string(),
            Format::Text => view.to_string(),
        });
        return Ok(Exit::Done);
    }
    let _lock = lock_ledger(&session.settings)?;
    let options = options(args, path).map_err(|error| Failure::new(Exit::Usage, error))?;
    let runtime =
        tokio::runtime::Runtime::new().map_err(|error| Failure::new(Exit::Defect, error.to_string()))?;
    runtime.block_on(serve(args.port, options))
}

/// How it behaves, or which word was not understood.
fn options(args: &SimulateArgs, ledger: PathBuf) -> Result<Options, String> {
    Ok(Options {
        ledger: Some(ledger),
        faults: args.fault.iter().map(|text| read(text)).collect::<Result<_, _>>()?,
        repeated_key: read(&args.repeated_key)?,
        withdrawal_filter: read(&args.external_ids)?,
        payment_filter: read(&args.external_ids)?,
        party_filter: read(&args.external_ids)?,
        assumed: if args.without_assumed { Assumed::Absent } else { Assumed::Present },
        tradable: if args.tradeable { TradableSpelling::Tradeable } else { TradableSpelling::Tradable },
        latency: duration("--latency", &args.latency)?,
        quote_lifetime: duration("--quote-lifetime", &args.quote_lifetime)?,
        market_factor: decimal("--market", &args.market)?,
        fee: decimal("--fee", &args.fee)?,
        status_step: StatusStep::Late {
            every: duration("--status-step", &args.status_step)?,
            back: duration("--late-return", &args.late_return)?,
        },
        turns: args.turn.iter().map(|text| turn(text)).collect::<Result<_, _>>()?,
        clock_skew: skew("--clock-skew", &args.clock_skew)?,
        webhooks: Webhooks {
            url: args.webhook.clone(),
            secret: args.webhook_secret.clone().unwrap_or_default(),
            retries: args
                .webhook_retries
                .iter()
                .map(|text| duration("--webhook-retries", text))
                .collect::<Result<_, _>>()?,
            faults: args.webhook_fault.iter().map(|text| read(text)).collect::<Result<_, _>>()?,
        },
        ..Options::default()
    })
}

fn read<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

fn turn(text: &str) -> Result<(String, Turn), String> {
    let (id, turn) = text.split_once('=').ok_or_else(|| format!("--turn {text}: write it as in W-1=gone"))?;
    Ok((id.to_owned(), read(turn)?))
}

fn duration(flag: &str, text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text)
        .map_err(|_| format!("{flag}: \"{text}\" is no length of time; write it as in 20ms, 90s or 2m"))
}

fn skew(flag: &str, text: &str) -> Result<SignedDuration, String> {
    let (length, is_behind) = text.strip_prefix('-').map_or((text, false), |length| (length, true));
    let skew = SignedDuration::try_from(duration(flag, length)?)
        .map_err(|_| format!("{flag}: \"{text}\" is too long a time"))?;
    Ok(if is_behind { -skew } else { skew })
}

fn decimal(flag: &str, text: &str) -> Result<Decimal, String> {
    let number = Decimal::from_str_exact(text).ok().filter(|number| !number.is_sign_negative());
    number.ok_or_else(|| format!("{flag}: \"{text}\" is not a number as in 0.95, or is below zero"))
}

async fn serve(port: u16, options: Options) -> Result<Exit, Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(Exit::Configuration, format!("the simulator could not start on port {port}: {error}"))
    };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    out::answer(&format!(
        "A simulated Flash listens on http://{address}. It moves no money. Ctrl-C stops it.\nTo use it: payrun --env simulator --api-url http://{address} pay FILE"
    ));
    simulator::serve(listener, options, async {
        let _ = tokio::signal::ctrl_c().await;
    })
    .await
    .map_err(|error| Failure::new(Exit::Configuration, error.to_string()))?;
    Ok(Exit::Done)
}
