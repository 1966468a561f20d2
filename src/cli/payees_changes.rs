//! What an import changes in the payee book, payee by payee.

use serde_json::{Value, json};

use crate::domain::Payee;
use crate::domain::money::plural;
use crate::engine::{Change, Imported};
use crate::journal::Noted;

/// So many new payees are shown; of payees that change all are.
const MOST_NEW: usize = 20;

/// The changes for people, those of accounts first, new payees last.
pub fn in_words(imported: &Imported) -> String {
    let mut changes: Vec<(Change, &Noted)> = imported.changes.iter().copied().zip(&imported.noted).collect();
    changes.sort_by_key(|(change, noted)| (*change, noted.row));
    let mut lines = Vec::new();
    for of_a_kind in changes.chunk_by(|(a, _), (b, _)| a == b) {
        let change = of_a_kind[0].0;
        lines.push(title(change, of_a_kind.len()));
        let shown = if change == Change::New { MOST_NEW } else { usize::MAX };
        lines.extend(of_a_kind.iter().take(shown).map(|(_, noted)| line(noted)));
        let more = of_a_kind.len().saturating_sub(shown);
        if more > 0 {
            lines.push(format!("  … and {more} more"));
        }
    }
    lines.join("\n")
}

fn title(change: Change, count: usize) -> String {
    let payees = plural(count as u64, "payee");
    match change {
        Change::Account => format!("Paid to another account from now on: {payees}"),
        Change::Renamed => format!("Renamed: {payees}"),
        Change::Updated => format!("Changed: {payees}"),
        Change::New => format!("New: {payees}"),
    }
}

fn line(noted: &Noted) -> String {
    let changed =
        if noted.changed.is_empty() { String::new() } else { format!(": {}", noted.changed.join(", ")) };
    format!("  row {}: {}{changed}", noted.row, who(&noted.payee))
}

/// `E12 Ann Lee, 062-000 •••••050`
fn who(payee: &Payee) -> String {
    let id = payee.payee_id.as_ref().map_or(String::new(), |id| format!("{id} "));
    format!("{id}{}, {}", payee.party.name, payee.account)
}

/// The same for programs.
pub fn in_json(imported: &Imported) -> Vec<Value> {
    let changes = imported.changes.iter().zip(&imported.noted);
    let of = |(change, noted): (&Change, &Noted)| {
        json!({
            "row": noted.row,
            "change": change,
            "payee_id": noted.payee.payee_id,
            "name": noted.payee.party.name.to_string(),
            "account": noted.payee.account.to_string(),
            "changed": noted.changed,
        })
    };
    changes.map(of).collect()
}
