//! `payrun simulate`: a Flash of our own on a port, or what its ledger holds.

use super::args::{Globals, SimulateArgs};
use super::exit::{Exit, Failure};
use super::out;
use super::session::{Session, ledger_path, lock_ledger};
use crate::simulator::{self, LedgerView};

/// Runs the command.
pub fn run(globals: &Globals, args: &SimulateArgs) -> Result<Exit, Failure> {
    let session = Session::without_login(globals, Vec::new())?;
    let path = ledger_path(&session.settings);
    if args.ledger {
        let view =
            LedgerView::read(&path).map_err(|error| Failure::new(Exit::Configuration, error.to_string()))?;
        out::answer(&view.to_string());
        return Ok(Exit::Done);
    }
    let _lock = lock_ledger(&session.settings)?;
    let usage = |error: &dyn std::fmt::Display| Failure::new(Exit::Usage, error.to_string());
    let options = simulator::Options {
        ledger: Some(path),
        faults: args
            .fault
            .iter()
            .map(|text| text.parse())
            .collect::<Result<_, _>>()
            .map_err(|error| usage(&error))?,
        repeated_key: args.repeated_key.parse().map_err(|error| usage(&error))?,
        withdrawal_filter: args.external_ids.parse().map_err(|error| usage(&error))?,
        party_filter: args.external_ids.parse().map_err(|error| usage(&error))?,
        latency: humantime::parse_duration(&args.latency).map_err(|error| usage(&error))?,
        ..simulator::Options::default()
    };
    let runtime =
        tokio::runtime::Runtime::new().map_err(|error| Failure::new(Exit::Defect, error.to_string()))?;
    runtime.block_on(serve(args.port, options))
}

async fn serve(port: u16, options: simulator::Options) -> Result<Exit, Failure> {
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
