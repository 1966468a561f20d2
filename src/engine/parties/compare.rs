//! What the API holds of a party against what the file or the configuration says: the same, something that people are
//! told of, or a reason to hold it.

use super::{At, Settled, Wanted};
use crate::domain::Party;
use crate::domain::account::told_apart;
use crate::gateway::{PartyField, PartyRecord};

/// Whether the API shows what a payee is compared by.
pub(super) fn is_shown(wanted: &Wanted, record: &PartyRecord) -> bool {
    matches!(wanted, Wanted::Remitter(_)) || record.account.is_some()
}

/// What the API holds against what the file says.
pub(super) fn compared(wanted: &Wanted, record: &PartyRecord) -> Settled {
    match wanted {
        Wanted::Remitter(remitter) if record.name != remitter.party.name.to_string() => {
            Settled::Held(format!(
                "Flash shows the remitter as \"{}\", the configuration says \"{}\": give it another external_id, or the name that Flash has, and pay the file again",
                record.name, remitter.party.name
            ))
        }
        Wanted::Remitter(remitter)
            if remitter.business_number.is_some() && record.business_number != remitter.business_number =>
        {
            Settled::Held(format!(
                "Flash has {} for the remitter {}, the configuration another business number: correct the one that is wrong, or give the remitter another external_id, and pay the file again",
                record.business_number.as_deref().map_or("no business number".to_owned(), |number| format!(
                    "the business number {number}"
                )),
                remitter.party.name
            ))
        }
        Wanted::Payee(payee, _) if record.account.is_none() => Settled::Held(format!(
            "Flash does not show the bank details that it holds of {}; look at the payee's record at Flash",
            payee.party.name
        )),
        Wanted::Payee(payee, _) if record.account.as_deref() != Some(payee.account.canonical().as_str()) => {
            let shown = record.account_shown.as_deref().unwrap_or_default();
            let (shown, typed) = told_apart(shown, &payee.account.to_string());
            let how = if payee.own_record {
                "and Flash's record of them was made by payrun and has been changed since: ask Flash who changed it, and have it put back"
            } else {
                "call the payee on a number you know; if the file is right, pay the row with --accept changed-account:ROW"
            };
            Settled::Held(format!(
                "the bank details of {} have changed: Flash has {shown}, the file says {typed}; {how}",
                payee.party.name
            ))
        }
        Wanted::Remitter(remitter) => match differing(&remitter.party, record).next() {
            None => at(record, Vec::new()),
            Some((field, ours, theirs)) => Settled::Held(format!(
                "the {} of the remitter {} is {theirs} at Flash and {ours} in the configuration: correct the one that is wrong, or give the remitter another external_id, and pay the file again",
                field.words(),
                remitter.party.name
            )),
        },
        Wanted::Payee(payee, _) => {
            at(record, differing(&payee.party, record).map(|(field, ..)| field).collect())
        }
    }
}

fn at(record: &PartyRecord, differs: Vec<PartyField>) -> Settled {
    Settled::At(At { flash_id: record.flash_id.clone(), currency: record.currency, differs })
}

/// What the API shows otherwise of a party than we say it, and what both say. Case and blanks are no difference, and
/// what one of the two leaves empty is not known. A document of identity is never shown.
fn differing<'a>(
    party: &'a Party,
    record: &'a PartyRecord,
) -> impl Iterator<Item = (PartyField, String, &'a str)> {
    let plain = |field: PartyField, text: &str| -> String {
        let counts = |c: &char| match field {
            PartyField::Mobile => c.is_ascii_digit(),
            _ => !c.is_whitespace(),
        };
        text.chars().filter(counts).flat_map(char::to_uppercase).collect()
    };
    record.details.iter().filter_map(move |(field, theirs)| {
        let ours = field.of(party)?;
        (plain(*field, &ours) != plain(*field, theirs)).then_some((*field, ours, theirs.as_str()))
    })
}
