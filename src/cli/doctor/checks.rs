//! The settings, and all that is asked of Flash: the network, the clock, the login, balances, and the contract.

use jiff::SignedDuration;

use super::{Health, Item};
use crate::cli::exit::Failure;
use crate::cli::reference;
use crate::cli::session::Session;
use crate::config::Environment;
use crate::domain::PartyMode;
use crate::domain::money::{grouped, plural};
use crate::gateway::{Contract, Gateway, GatewayError, Offer, ServerClock, Weight, way_to};

/// Clocks that differ by less are as good as equal.
const CLOCKS_AGREE: SignedDuration = SignedDuration::from_secs(5);
/// A tradable quote lives two minutes: clocks that differ by more make it useless.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(60);

/// What was configured.
pub fn configuration(session: &Session) -> Item {
    let settings = &session.settings;
    let place = match settings.environment {
        Environment::Simulator => "the simulator: no money moves",
        Environment::Uat => "Flash UAT, a test environment: no money moves",
        Environment::Production => "Flash production: money moves",
    };
    let login = settings.credentials.as_ref().map_or(String::new(), |login| format!(", as {}", login.email));
    Item::new("configuration", Health::Good, format!("{place}{login}"))
}

/// Whether somebody can be paid in the name of each remitter.
pub fn remitters(session: &Session) -> Item {
    let remitters = &session.settings.remitters;
    let wrong: Vec<String> = remitters
        .names()
        .filter_map(|name| remitters.resolve(Some(name)).err())
        .map(|error| error.to_string())
        .collect();
    match remitters.resolve(None) {
        Err(error) => Item::new("remitters", Health::Bad, error.to_string()),
        Ok(_) if wrong.is_empty() => {
            let count = plural(remitters.names().count() as u64, "remitter");
            Item::new("remitters", Health::Good, format!("{count}; payrun remitters shows what payees read"))
        }
        Ok(_) => {
            let mut item = Item::new("remitters", Health::Notice, "rows that name these are held");
            item.details = wrong;
            item
        }
    }
}

/// Everything that needs Flash.
pub fn at_flash(session: &Session) -> Result<Vec<Item>, Failure> {
    session.with_gateway(async |gateway, url| {
        let mut items = Vec::new();
        let signed_in = gateway.sign_in().await;
        let unreachable = matches!(signed_in, Err(GatewayError::Unreachable { .. }));
        items.push(network(signed_in.as_ref().err(), &url).await);
        items.extend(clock(session, gateway.server_clock()));
        if unreachable {
            return Ok(items);
        }
        if let Err(error) = signed_in {
            items.push(Item::new("login", Health::Bad, error.to_string()));
            return Ok(items);
        }
        items.push(Item::new("login", Health::Good, "Flash accepts it"));
        items.push(balances(&gateway).await);
        items.push(contract(session, &gateway).await);
        items.push(reference::corridors(session, &gateway).await);
        items.extend(reference::sub_clients(session, &gateway).await);
        gateway.sign_out().await;
        Ok(items)
    })
}

async fn network(error: Option<&GatewayError>, url: &str) -> Item {
    match error {
        Some(error @ GatewayError::Unreachable { .. }) => {
            Item::new("network", Health::Bad, format!("{url}: {error}")).detail(way_to(url).await.advice())
        }
        Some(error @ (GatewayError::Forbidden { .. } | GatewayError::Unclear { .. })) => {
            Item::new("network", Health::Bad, format!("{url}: {error}"))
        }
        Some(_) | None => Item::new("network", Health::Good, format!("{url} answers")),
    }
}

/// This machine's clock against Flash's, which shows no parts of a second.
fn clock(session: &Session, server: Option<ServerClock>) -> Option<Item> {
    let server = server?;
    let half = SignedDuration::from_millis(500);
    let ahead = session.clock.now().duration_since(server.now()) - half;
    let apart = ahead.abs();
    let words = format!(
        "this machine's clock is {} s {} Flash's",
        apart.as_secs(),
        if ahead.is_negative() { "behind" } else { "ahead of" }
    );
    Some(if apart <= CLOCKS_AGREE {
        Item::new("clock", Health::Good, "agrees with Flash's to a few seconds")
    } else if apart <= CLOCKS_DIFFER {
        Item::new("clock", Health::Notice, words)
            .detail("Up to a minute does no harm; let the system set its clock.")
    } else {
        Item::new("clock", Health::Bad, words)
            .detail("Set it, best by NTP. From ten minutes on, look-ups of payouts in doubt may prove nothing; quotes live two minutes.")
    })
}

async fn balances(gateway: &Gateway) -> Item {
    match gateway.balances().await {
        Ok(Offer::Given(balances)) if balances.is_empty() => {
            Item::new("balances", Health::Notice, "the account has none: nothing can be paid from it")
        }
        Ok(Offer::Given(balances)) => {
            let told: Vec<String> = balances
                .iter()
                .map(|balance| (balance.currency, balance.currency.with_decimals(balance.cleared)))
                .map(|(currency, cleared)| format!("{currency} {}", grouped(&cleared)))
                .collect();
            Item::new("balances", Health::Good, told.join(", "))
        }
        Ok(Offer::Absent { why }) => Item::new("balances", Health::Notice, why),
        Err(error) => Item::new("balances", Health::Notice, error.to_string()),
    }
}

/// What Flash lacks of all that is used, and what that costs.
async fn contract(session: &Session, gateway: &Gateway) -> Item {
    let contract = match gateway.contract().await {
        Ok(Some(contract)) => contract,
        Ok(None) => {
            return Item::new(
                "contract",
                Health::Notice,
                "Flash does not tell what it offers: nothing is known of what may be missing",
            );
        }
        Err(error) => return Item::new("contract", Health::Notice, error.to_string()),
    };
    let kept = reference::keep_words(session, &contract);
    let precreates = session.settings.parties == PartyMode::Precreate;
    let mut item = summary(&contract, precreates);
    item.details
        .extend(contract.lacks.iter().map(|lack| format!("`{}` is missing: {}", lack.what, lack.cost)));
    item.details.extend(kept.err().map(|error| error.to_string()));
    item
}

fn summary(contract: &Contract, precreates: bool) -> Item {
    let checked = plural(contract.checked as u64, "name");
    if contract.lacks.is_empty() {
        return Item::new(
            "contract",
            Health::Good,
            format!("Flash has all of the {checked} that payrun uses"),
        );
    }
    let health = match contract.lacks.iter().map(|lack| lack.weight).min() {
        Some(Weight::Stops) => Health::Bad,
        Some(Weight::StopsPrecreating) if precreates => Health::Bad,
        Some(Weight::StopsPrecreating | Weight::Limits) | None => Health::Notice,
    };
    let item = Item::new(
        "contract",
        health,
        format!("of the {checked} that payrun uses, Flash lacks {}", contract.lacks.len()),
    );
    let needs_inline =
        precreates && contract.lacks.iter().any(|lack| lack.weight == Weight::StopsPrecreating);
    if needs_inline {
        item.detail("Nobody can be paid with payouts.parties = \"precreate\"; set it to \"inline\", which sends payees and remitters with each payout.")
    } else {
        item
    }
}
