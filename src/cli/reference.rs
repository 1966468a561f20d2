//! What Flash tells of the world, asked once a day and kept: corridors, and the words of `reason` and
//! `source_of_funds`. Without Flash what was kept serves, and without that what is built in: no check ever fails for it.

use std::sync::Arc;

use super::doctor::{Health, Item};
use super::session::{Session, Unasked, in_time};
use crate::check;
use crate::domain::{Corridors, Origin};
use crate::gateway::{Contract, Gateway, Offer};
use crate::journal::{JournalError, Kept, KeptWords};

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
