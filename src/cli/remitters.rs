//! `payrun remitters`: the remitters of the configuration as payees and Flash will see them.

use serde_json::{Value, json};

use super::args::{Format, Globals};
use super::exit::{Exit, Failure};
use super::out;
use super::session::Session;
use crate::config::Remitters;
use crate::domain::{PaidAs, PartyName, Remitter};
use crate::plan::by_direct_entry;

/// Runs the command. A profile that cannot be used is told, and the others are shown.
pub fn run(globals: &Globals) -> Result<Exit, Failure> {
    let session = Session::without_login(globals, Vec::new())?;
    let remitters = &session.settings.remitters;
    let mut exit = Exit::Done;
    let mut shown = Vec::new();
    let chosen = Some(remitters.chosen()).filter(|chosen| !remitters.names().any(|name| name == *chosen));
    for name in remitters.names().chain(chosen) {
        match remitters.resolve(Some(name)) {
            Ok(paid_as) => shown.push((name, paid_as)),
            Err(error) => {
                out::note(&error.to_string());
                exit = Exit::Configuration;
            }
        }
    }
    match globals.format {
        Format::Json => {
            let all: Vec<Value> =
                shown.iter().map(|(name, paid_as)| in_json(remitters, name, paid_as)).collect();
            out::answer(&Value::from(all).to_string());
        }
        Format::Text if shown.is_empty() && exit != Exit::Done => {} // said already
        Format::Text if shown.is_empty() => out::answer(
            "No remitter is configured. Add a section [remitters.default] with the name and address that payees should see.",
        ),
        Format::Text => {
            let blocks: Vec<String> =
                shown.iter().map(|(name, paid_as)| in_words(remitters, name, paid_as)).collect();
            out::answer(&blocks.join("\n"));
        }
    }
    Ok(exit)
}

fn in_words(remitters: &Remitters, name: &str, paid_as: &PaidAs) -> String {
    let chosen =
        if remitters.chosen() == name { "  (used unless a file or --remitter says otherwise)" } else { "" };
    let mut lines = vec![format!("{name}{chosen}")];
    match paid_as {
        PaidAs::Account => lines.push("  the Flash account itself".to_owned()),
        PaidAs::SubClient(id) => {
            lines.push(format!("  on behalf of the sub-client {id}, in the name that Flash has of it;"));
            lines.push(
                "  whether it can pay is asked by payrun doctor, and before rows of it are paid".to_owned(),
            );
        }
        PaidAs::Remitter(id, remitter) => {
            let shown = remitter.party.name.to_string();
            lines.push(format!("  by NPP the payee reads           {shown}"));
            lines.push(format!("  by Direct Entry the payee reads  {}", by_direct_entry(&shown)));
            lines.push(format!("  {}", details(remitter)));
            lines.push(format!("  id at Flash: {id}"));
        }
    }
    lines.join("\n")
}

fn details(remitter: &Remitter) -> String {
    let kind = match remitter.party.name {
        PartyName::Person { .. } => "a person",
        PartyName::Company(_) => "a company",
    };
    let address = &remitter.party.address;
    let street = [&address.street, &address.suburb, &address.state, &address.postcode];
    let mut parts = vec![kind.to_owned()];
    parts.extend(street.into_iter().flatten().cloned());
    parts.push(address.country.clone());
    if let Some(number) = &remitter.business_number {
        parts.push(format!("business number {number}"));
    }
    if let Some(doc) = &remitter.id_doc {
        parts.push(format!("identified by {}", doc.kind));
    }
    parts.join(", ")
}

fn in_json(remitters: &Remitters, name: &str, paid_as: &PaidAs) -> Value {
    let mut value = json!({ "name": name, "chosen": remitters.chosen() == name });
    match paid_as {
        PaidAs::Account => {}
        PaidAs::SubClient(id) => value["sub_client_id"] = json!(id),
        PaidAs::Remitter(id, remitter) => {
            let shown = remitter.party.name.to_string();
            value["external_id"] = json!(id);
            value["by_npp"] = json!(shown);
            value["by_direct_entry"] = json!(by_direct_entry(&shown));
            value["business_number"] = json!(remitter.business_number);
            value["country"] = json!(remitter.party.address.country);
        }
    }
    value
}
