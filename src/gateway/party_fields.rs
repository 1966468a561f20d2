//! What the API shows of a party beside its name and account, field by field. What it leaves empty is not there: nobody can
//! compare it.

use super::wire::{WireAddress, WireParty};
use crate::domain::Party;

/// A field of a party beside its name and account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the column of its name")]
pub enum PartyField {
    Dob,
    Email,
    Mobile,
    Street,
    Suburb,
    State,
    Postcode,
    Country,
}

impl PartyField {
    /// In a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Dob => "date of birth",
            Self::Email => "e-mail address",
            Self::Mobile => "mobile number",
            Self::Street => "street",
            Self::Suburb => "suburb",
            Self::State => "state",
            Self::Postcode => "postcode",
            Self::Country => "country",
        }
    }

    /// What we say of it.
    pub fn of(self, party: &Party) -> Option<String> {
        let address = &party.address;
        match self {
            Self::Dob => party.dob.map(|dob| dob.to_string()),
            Self::Email => party.email.clone(),
            Self::Mobile => party.mobile.clone(),
            Self::Street => address.street.clone(),
            Self::Suburb => address.suburb.clone(),
            Self::State => address.state.clone(),
            Self::Postcode => address.postcode.clone(),
            Self::Country => Some(address.country.clone()),
        }
    }
}

/// What the API shows of them. What it leaves empty is not known.
pub(super) fn details(party: &WireParty) -> Vec<(PartyField, String)> {
    let address =
        |of: fn(&WireAddress) -> &Option<String>| party.address.as_ref().and_then(|all| of(all).clone());
    let shown = [
        (PartyField::Dob, party.dob.clone()),
        (PartyField::Email, party.email.clone()),
        (PartyField::Mobile, party.mobile.clone()),
        (PartyField::Street, address(|all| &all.street)),
        (PartyField::Suburb, address(|all| &all.suburb)),
        (PartyField::State, address(|all| &all.state)),
        (PartyField::Postcode, address(|all| &all.postcode)),
        (PartyField::Country, address(|all| &all.country)),
    ];
    let is_said = |text: &String| !text.trim().is_empty();
    shown.into_iter().filter_map(|(field, text)| Some((field, text.filter(is_said)?))).collect()
}
