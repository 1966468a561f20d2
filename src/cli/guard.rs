//! `--max-slippage`: the rates that are agreed to with the plan, and the question that is asked again when one of them
//! is no longer what was agreed to.

use std::sync::Arc;

use super::args::PayArgs;
use super::exit::{Exit, Failure};
use super::out;
use super::session::Session;
use crate::domain::money::plural;
use crate::domain::{RunHead, RunId, Slippage};
use crate::engine::{self, Prepared, Way};
use crate::journal::Journal;
use crate::plan::Rates;

/// The limit as it is typed: per cent, or none.
pub fn typed(text: &str) -> Result<Option<Slippage>, Failure> {
    if text == "none" {
        return Ok(None);
    }
    let wrong = |error| Failure::new(Exit::Usage, format!("--max-slippage: \"{text}\" {error}, or none."));
    text.parse().map(Some).map_err(wrong)
}

fn ask_rates(session: &Session, ways: &[Way]) -> Result<Rates, Failure> {
    session.with_gateway(async |gateway, _| {
        let rates = engine::indicative(&gateway, ways, &*session.clock).await;
        gateway.sign_out().await;
        Ok(rates?)
    })
}

/// Notes the rates as agreed to if the person says yes, and says what the limit means.
pub fn agree(session: &Session, prepared: &mut Prepared, rates: &Rates) -> Result<(), Failure> {
    let Some(limit) = session.settings.max_slippage else { return Ok(()) };
    if prepared.pairs().is_empty() {
        return Ok(());
    }
    prepared.agree(limit, rates).map_err(|missing| {
        let pairs: Vec<_> = missing.iter().copied().map(pair).collect();
        Failure::new(
            Exit::Stopped,
            format!(
                "Nothing was sent: a limit on rates is set ({limit}), and Flash gives no rate to agree to for {}. To pay at whatever the rate is: --max-slippage none",
                pairs.join(", ")
            ),
        )
    })?;
    out::note(&format!(
        "Payments are sent while their rate is at most {limit} worse than the indicative one; beyond that they wait."
    ));
    Ok(())
}

/// A limit that is typed now does not count for a run that has begun.
pub fn keeps_limit(head: &RunHead, args: &PayArgs) -> Result<(), Failure> {
    let Some(text) = &args.max_slippage else { return Ok(()) };
    if typed(text)? == head.max_slippage {
        return Ok(());
    }
    let run = head.run;
    Err(Failure::new(
        Exit::Usage,
        format!(
            "Nothing was sent: run {run} has begun, and its limit on rates is another one. To go on with this one: payrun resume {run} --max-slippage {text}"
        ),
    ))
}

/// Before a run goes on: asks anew where a rate is no longer what was agreed to, or the limit is to be another one. A no
/// leaves the payments of that pair waiting; everything else goes on.
pub fn again(
    session: &Session,
    journal: &Arc<Journal>,
    run: RunId,
    limit: Option<&str>,
    yes: bool,
) -> Result<(), Failure> {
    let Some((mut head, _)) = journal.checkpoint().run(run)? else { return Ok(()) };
    let limit = limit.map(typed).transpose()?.unwrap_or(head.max_slippage);
    let is_new = limit != head.max_slippage;
    let waiting = engine::waiting(journal.checkpoint(), run)?;
    if waiting.is_empty() || (limit.is_none() && !is_new) {
        return Ok(());
    }
    let record = |ways: &[Way], rates: &Rates| {
        Ok(engine::agree_anew(journal, run, limit, (ways, rates), &*session.clock)?)
    };
    head.max_slippage = limit;
    if limit.is_none() {
        let count = waiting.values().map(crate::plan::PairSums::count).sum();
        let question = format!("Send {} at whatever the rates are?", plural(count, "payment"));
        return match said(&question, yes) {
            Some(true) => record(&[], &Rates::new()),
            Some(false) | None => Err(Failure::new(
                Exit::Usage,
                "Nothing more was sent: only the word yes lifts the limit, or --yes where nobody can answer.",
            )),
        };
    }
    let ways: Vec<Way> = waiting.keys().copied().collect();
    let rates = ask_rates(session, &ways)?;
    let stops = engine::to_agree(&head, waiting, &rates);
    if stops.is_empty() {
        return if is_new { record(&[], &rates) } else { Ok(()) };
    }
    for stop in &stops {
        out::note(&stop.to_string());
    }
    let question = if stops.len() == 1 { "Send them at this rate?" } else { "Send them at these rates?" };
    if said(question, yes) == Some(true) {
        let ways: Vec<Way> = stops.iter().map(|stop| stop.way).collect();
        return record(&ways, &rates);
    }
    out::note(&format!(
        "They wait, since nobody has agreed; the rest of the run goes on. To agree: payrun resume {run} --yes"
    ));
    Ok(())
}

fn said(question: &str, yes: bool) -> Option<bool> {
    if yes { Some(true) } else { out::ask(question) }
}

fn pair((from, to): Way) -> String {
    format!("{from} → {to}")
}
