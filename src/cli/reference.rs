//! What Flash tells of the world, asked once a day and kept: corridors, and the words of `reason` and
//! `source_of_funds`. Without Flash what was kept serves, and without that what is built in: no check ever fails for it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::doctor::{Health, Item};
use super::out;
use super::session::{Session, Unasked, in_time};
use crate::check;
use crate::domain::{Corridors, Origin, RemitterNames as _};
use crate::gateway::{Contract, Gateway, Offer, SubClient};
use crate::journal::{JournalError, Kept, KeptWords};

/// The status of a sub-client that can pay.
const ACTIVE: &str = "ACTIVE";

/// Puts what was kept into how files are checked.
pub fn known(session: &Session, options: &mut check::Options) {
    options.corridors = kept_corridors(session).map_or_else(Corridors::built_in, Arc::new);
    if let Some(words) = session.folder.kept::<KeptWords>(Kept::Words) {
        let told = |words: Vec<String>| (!words.is_empty()).then(|| Arc::from(words));
        options.reasons = told(words.reasons);
        options.sources_of_funds = told(words.sources_of_funds);
    }
}

/// What Flash has told last, on whichever day.
pub fn kept_corridors(session: &Session) -> Option<Corridors> {
    let kept: Corridors = session.folder.kept(Kept::Corridors)?;
    (kept.origin() == Origin::Live && !kept.list().is_empty()).then_some(kept)
}

/// Keeps the words that Flash takes today.
pub fn keep_words(session: &Session, contract: &Contract) -> Result<(), JournalError> {
    let words = KeptWords {
        date: session.today(),
        reasons: contract.reasons.clone(),
        sources_of_funds: contract.sources_of_funds.clone(),
    };
    session.folder.keep(Kept::Words, &words)
}

/// The same, for a command that needs Flash to answer anyway. It says why nothing could be asked: then what was kept
/// serves, and whoever reads the findings sees of when it is.
pub fn refresh(session: &Session) -> Result<(), Unasked> {
    let today = session.today();
    let has_corridors = kept_corridors(session).is_some_and(|kept| kept.date() == today);
    let words: Option<KeptWords> = session.folder.kept(Kept::Words);
    let has_words = words.is_some_and(|kept| kept.date == today);
    if has_corridors && has_words {
        return Ok(());
    }
    session.ask(async |gateway| {
        drop(in_time(gateway, corridors(session, gateway)).await);
        // a word that Flash does not take leaves its payout in doubt: it must be found before
        if !has_words && let Ok(Ok(Some(contract))) = in_time(gateway, gateway.contract()).await {
            let _ = keep_words(session, &contract); // asked again next time
        }
    })
}

/// Asks Flash what it delivers where, unless it has told today, and keeps the answer.
pub async fn corridors(session: &Session, gateway: &Gateway) -> Item {
    let today = session.today();
    if let Some(kept) = kept_corridors(session).filter(|kept| kept.date() == today) {
        return told(&kept);
    }
    let without = |why: String| {
        let instead = kept_corridors(session).map_or_else(Corridors::built_in, Arc::new);
        Item::new("corridors", Health::Notice, format!("{why}: {} serves", instead.words()))
    };
    match gateway.delivery_methods().await {
        Ok(Offer::Given(list)) if list.is_empty() => without("Flash names no delivery methods".to_owned()),
        Ok(Offer::Given(list)) => {
            let corridors = Corridors::live(today, list);
            match session.folder.keep(Kept::Corridors, &corridors) {
                Ok(()) => told(&corridors),
                Err(error) => without(error.to_string()),
            }
        }
        Ok(Offer::Absent { why }) => without(why),
        Err(error) => without(error.to_string()),
    }
}

fn told(corridors: &Corridors) -> Item {
    let count = crate::domain::money::plural(corridors.list().len() as u64, "delivery method");
    Item::new("corridors", Health::Good, format!("{count}, by {}", corridors.words()))
}

/// Why these sub-clients cannot pay, by Flash's ids of them. Where Flash does not tell, that is said, and all may.
pub fn cannot_pay(session: &Session, ids: &[String]) -> BTreeMap<String, String> {
    let asked = session.ask(async |gateway| in_time(gateway, gateway.sub_clients()).await);
    let why = match asked {
        Ok(Ok(Ok(Offer::Given(known)))) => {
            let trouble = ids.iter().filter_map(|id| Some((id.clone(), trouble_with(&known, id)?)));
            return trouble.collect();
        }
        Ok(Ok(Ok(Offer::Absent { why })) | Err(why)) | Err(Unasked::Silent(why)) => why,
        Ok(Ok(Err(error))) => error.to_string(),
        Err(Unasked::Refused(failure)) => failure.message,
    };
    out::note(&format!("Whether the sub-clients can pay is not known: {why}."));
    BTreeMap::new()
}

/// Why a sub-client cannot pay, by all that Flash has.
fn trouble_with(known: &[SubClient], id: &str) -> Option<String> {
    let Some(known) = known.iter().find(|known| known.flash_id == id) else {
        return Some(format!("Flash has no sub-client {id}"));
    };
    let status = known.status.as_deref().filter(|status| *status != ACTIVE)?;
    Some(format!("Flash has the sub-client {id} ({}) as {status}, not as {ACTIVE}", known.name))
}

/// Whether the sub-clients of the configuration can pay; nothing where it has none.
pub async fn sub_clients(session: &Session, gateway: &Gateway) -> Option<Item> {
    const CHECK: &str = "sub-clients";
    let remitters = &session.settings.remitters;
    let ids: BTreeSet<String> =
        remitters.names().filter_map(|name| remitters.sub_client(Some(name))).collect();
    if ids.is_empty() {
        return None;
    }
    let unknown =
        |why: String| Item::new(CHECK, Health::Notice, format!("whether they can pay is not known: {why}"));
    Some(match gateway.sub_clients().await {
        Ok(Offer::Given(known)) => {
            let trouble: Vec<String> = ids.iter().filter_map(|id| trouble_with(&known, id)).collect();
            if trouble.is_empty() {
                let count = crate::domain::money::plural(ids.len() as u64, "sub-client");
                Item::new(CHECK, Health::Good, format!("Flash has {count} of the configuration as {ACTIVE}"))
            } else {
                let item = Item::new(CHECK, Health::Notice, "rows of these ask before they are paid");
                trouble.into_iter().fold(item, Item::detail)
            }
        }
        Ok(Offer::Absent { why }) => unknown(why),
        Err(error) => unknown(error.to_string()),
    })
}
