//! Who may log in.

use super::enums::Affiliation;
use super::inputs::LoginInput;
use super::rules::Refused;
use crate::simulator::options::{Agreement, Options};

/// Whether the login is known, and for which agreement it is.
pub fn check(options: &Options, input: &LoginInput) -> Result<(), Refused> {
    let known = match &options.credentials {
        None => !input.email.is_empty() && !input.password.is_empty(),
        Some(known) => known.email == input.email && known.password == input.password,
    };
    let agreement = input.affiliation.map(|affiliation| match affiliation {
        Affiliation::FpAus => Agreement::Australia,
        Affiliation::FpLux => Agreement::Luxembourg,
    });
    match agreement {
        _ if !known => Err(Refused::new("UNREGISTERED", "this e-mail and password are not known")),
        None if options.agreements.len() > 1 => {
            Err(Refused::new("NEED_AFFILIATION", "there are several agreements, name one"))
        }
        Some(agreement) if !options.agreements.contains(&agreement) => {
            Err(Refused::new("UNREGISTERED", "there is no such agreement"))
        }
        _ => Ok(()),
    }
}
