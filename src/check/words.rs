//! Words of Flash's own: why is paid, and where the money is from. Flash alone knows all of them.

use std::borrow::Cow;

use super::Findings;
use super::file::Options;
use super::row::text;
use crate::domain::Code;
use crate::domain::remitter::BOTH_NAMED;
use crate::intake::{Column, RawRow};

/// Those that Flash's documentation names.
const REASONS: [&str; 1] = ["BUSINESS"];
const SOURCES_OF_FUNDS: [&str; 1] = ["BUSINESS_FUNDS"];

/// Says of the reason whether Flash knows it.
pub(super) fn reason(row: &RawRow<'_>, options: &Options, findings: &mut Findings<'_>) {
    word(row, Column::Reason, options.reasons.as_deref(), &REASONS, findings);
}

/// Says of the source of funds whether Flash knows it.
pub(super) fn source_of_funds(row: &RawRow<'_>, options: &Options, findings: &mut Findings<'_>) {
    word(row, Column::SourceOfFunds, options.sources_of_funds.as_deref(), &SOURCES_OF_FUNDS, findings);
}

fn word(
    row: &RawRow<'_>,
    column: Column,
    known: Option<&[String]>,
    documented: &[&str],
    findings: &mut Findings<'_>,
) {
    let typed = row.text(column);
    let is_word =
        typed.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    if typed.is_empty() || !is_word {
        return; // told as a text that Flash refuses
    }
    match known {
        Some(known) if known.iter().any(|word| word == typed) => {}
        Some(known) => {
            findings
                .add(
                    Code::WordInvalid,
                    row.place(column),
                    format!("Flash does not know the word \"{typed}\""),
                )
                .showing(typed)
                .advising(format!("it knows {}", known.join(", ")));
        }
        None if documented.contains(&typed) => {}
        None => {
            findings
                .add(
                    Code::WordUnsure,
                    row.place(column),
                    format!(
                        "\"{typed}\" is passed on as it stands; of Flash's words only {} is documented",
                        documented.join(", ")
                    ),
                )
                .showing(typed)
                .advising("make sure that Flash knows it: it refuses other words");
        }
    }
}

/// Says why `pay` holds a row for the remitter that it names, and asks about a name that is nearly a remitter's: shown
/// as it stands, it would be paid in the default's name, out of another balance where a sub-client was meant.
pub(super) fn remitter(row: &RawRow<'_>, options: &Options, findings: &mut Findings<'_>) {
    let Some(name) = text(row, Column::Remitter) else { return };
    let place = row.place(Column::Remitter);
    if findings.made.iter().any(|made| made.place == place && made.forbids()) {
        return; // what is wrong with the cell is told
    }
    let trouble = if row.text(Column::SubClientId).is_empty() {
        options.remitters.as_ref().and_then(|known| known.trouble_with(&name))
    } else {
        Some(BOTH_NAMED.to_owned())
    };
    if let Some(trouble) = trouble {
        findings.add(Code::RemitterUnclear, row.place(Column::Remitter), trouble).showing(&name);
    } else if let Some(near) = options.remitters.as_ref().and_then(|known| known.near(&name)) {
        let what = format!(
            "\"{name}\" is no remitter of the configuration, and payees would read it as it stands; is \"{near}\" meant?"
        );
        let finding = findings.add(Code::RemitterNear, row.place(Column::Remitter), what).showing(&name);
        finding.suggesting(near.to_owned()).advising(format!("write {near}, if it is"));
    }
}

/// Asks about a sub-client of which Flash says that it cannot pay, whether the row, its remitter or the configuration
/// names it.
pub(super) fn sub_client(row: &RawRow<'_>, options: &Options, findings: &mut Findings<'_>) {
    if options.sub_clients.is_empty() {
        return;
    }
    let (own, name) = (text(row, Column::SubClientId), text(row, Column::Remitter));
    let place = match (&own, &name) {
        (Some(_), _) => row.place(Column::SubClientId),
        (None, Some(_)) => row.place(Column::Remitter),
        (None, None) => row.whole(),
    };
    let of_name = || options.remitters.as_ref()?.sub_client(name.as_deref());
    let Some(id) = own.map(Cow::into_owned).or_else(of_name) else { return };
    let Some(trouble) = options.sub_clients.get(&id) else { return };
    findings.add(Code::SubClientUnclear, place, trouble).showing(&id).advising(
        "look at Flash's portal for the right id, and correct it in the file or in the configuration",
    );
}

/// Says that an FX payment gives no reason.
pub(super) fn note_no_reason(row: &RawRow<'_>, options: &Options, findings: &mut Findings<'_>) {
    if row.text(Column::Reason).is_empty() {
        findings
            .add(
                Code::ReasonBlank,
                row.place(Column::Reason),
                "there is no reason, and Flash asks for it where it is known",
            )
            .advising(format!("write {} in a column reason", one_of(options.reasons.as_deref(), &REASONS)));
    }
}

/// Says that an FX payment does not say where the money is from, where Flash was not asked what it demands or does
/// not name it: for some destinations it is mandatory, and its documentation does not say for which.
pub(super) fn note_no_source(row: &RawRow<'_>, options: &Options, findings: &mut Findings<'_>) {
    let words = one_of(options.sources_of_funds.as_deref(), &SOURCES_OF_FUNDS);
    findings
        .add(
            Code::SourceBlank,
            row.place(Column::SourceOfFunds),
            "there is no source of funds: Flash may reject this payment for want of it, and does not tell beforehand for which destinations it does",
        )
        .advising(format!("write {words} in a column source_of_funds"));
}

/// Words to choose from, by Flash's answer or by its documentation.
fn one_of(known: Option<&[String]>, documented: &[&str]) -> String {
    match known {
        Some(known) => format!("one of {}", known.join(", ")),
        None => format!("one of Flash's words, such as {},", documented.join(", ")),
    }
}
