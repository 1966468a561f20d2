//! `payrun doctor --probe`: asks first, pays a little, and says what was found out.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::folder::findings;
use crate::cli::args::{DoctorArgs, Format, Globals};
use crate::cli::exit::{Exit, Failure};
use crate::cli::out;
use crate::cli::session::Session;
use crate::config::Environment;
use crate::domain::{AccountNumber, BankAccount, Bsb, Currency, Money, PaidAs, Payee};
use crate::engine::{self, Probing};

/// Where the simulator's probes go: nobody's account.
const INVENTED: &str = "062-000:12345678";

/// Runs the command.
pub fn run(globals: &Globals, args: &DoctorArgs) -> Result<Exit, Failure> {
    let session = Session::new(globals, Vec::new())?;
    if session.settings.environment == Environment::Production {
        return Err(usage(
            "a probe may pay twice, so that it is never made in production: probe with --env uat",
        ));
    }
    let asked = Probing {
        payee: payee(&session, args)?,
        money: money(&args.probe_amount)?,
        scope: session.scope.clone(),
        environment: session.settings.environment.name().to_owned(),
    };
    consent(args, &asked, session.settings.environment.name())?;
    let journal = session.journal()?;
    let probed = session.with_engine(Arc::clone(&journal), false, async move |engine| {
        let probed = engine::probe(&engine, &asked).await;
        engine.gateway.sign_out().await;
        Ok(probed?)
    })?;
    match globals.format {
        Format::Json => {
            let told = serde_json::json!({
                "run": probed.run.to_string(),
                "probe": probed.probe,
                "key_honoured": probed.probe.key_honoured(),
                "seen": probed.seen,
            });
            out::answer(&serde_json::to_string_pretty(&told).unwrap_or_default());
        }
        Format::Text => {
            let item = findings(&probed.probe, probed.probe.at);
            let mut lines = vec![format!("Probe {} (run {})", item.message, probed.run)];
            lines.extend(item.details.iter().map(|detail| format!("  {detail}")));
            lines.push(format!("  In Flash's words: {}", probed.seen));
            lines.push(match session.policy(Some(&probed.probe)).forbids() {
                None => "Kept with this login's journal. A payout in doubt is sent again by itself once look-ups have proven that Flash does not have it.".to_owned(),
                Some(why) => format!(
                    "Kept with this login's journal. A payout in doubt that look-ups do not show is left to a person: {why}."
                ),
            });
            out::answer(&lines.join("\n"));
        }
    }
    Ok(Exit::Done)
}

fn usage(why: impl std::fmt::Display) -> Failure {
    Failure::new(Exit::Usage, format!("Nothing was sent: {why}."))
}

fn consent(args: &DoctorArgs, asked: &Probing, environment: &str) -> Result<(), Failure> {
    let question = format!(
        "This pays {} to {} ({}) by {environment}, and sends the same request a second time: at worst it is paid twice.",
        asked.money, asked.payee.party.name, asked.payee.account
    );
    match if args.yes { Some(true) } else { out::agrees(&question) } {
        Some(true) => Ok(()),
        Some(false) => Err(usage("only the word yes probes")),
        None => {
            out::note(&question);
            Err(usage("there is no terminal to ask on; say --yes where nobody can answer"))
        }
    }
}

/// The remitter itself, at an account of its own.
fn payee(session: &Session, args: &DoctorArgs) -> Result<Payee, Failure> {
    let is_simulator = session.settings.environment == Environment::Simulator;
    let text = args.probe_to.as_deref().or(is_simulator.then_some(INVENTED));
    let text = text.ok_or_else(|| usage("say by --probe-to which account of your own the probe pays"))?;
    let account = account(text).ok_or_else(|| {
        usage(format!("--probe-to {text}: write BSB and account number like 062-000:12345678"))
    })?;
    let remitter = session.settings.remitters.resolve(None)?;
    let PaidAs::Remitter(_, remitter) = remitter else {
        return Err(usage(
            "a probe pays your own remitter, and the configuration has none: add [remitters.default]",
        ));
    };
    Ok(Payee { payee_id: None, party: remitter.party, account, own_record: false })
}

fn account(text: &str) -> Option<BankAccount> {
    let (bsb, number) = text.split_once(':')?;
    let digits = bsb.trim().replace('-', "");
    Some(BankAccount::Bsb { bsb: Bsb::new(&digits).ok()?, number: AccountNumber::new(number.trim()).ok()? })
}

fn money(text: &str) -> Result<Money, Failure> {
    let money =
        Decimal::from_str_exact(text.trim()).ok().and_then(|amount| Money::new(amount, Currency::AUD).ok());
    money
        .filter(|money| engine::may_probe_with(*money))
        .ok_or_else(|| usage(format!("--probe-amount {text}: a probe pays AUD 0.01 to 1.00")))
}
