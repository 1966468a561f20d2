//! What a file of payees says otherwise than the payee book it is to go into: other names, ids that differ in capitals
//! only, and known names under new ids with other accounts.

use std::collections::HashMap;

use super::Findings;
use crate::domain::book::{folded, names_agree};
use crate::domain::{BankAccount, Book, BookEntry, BookError, Code, Payee};
use crate::intake::{Column, RawRow};

/// Everybody whom the book or the file so far has.
pub(super) struct Everyone {
    /// The id in small letters → the ids as they are written, each with where it stands.
    ids: HashMap<String, Vec<(String, String)>>,
    /// The name in small letters → who bears it in the book.
    names: HashMap<String, Vec<Known>>,
}

struct Known {
    id: String,
    name: String,
    account: BankAccount,
}

impl Everyone {
    /// Those of the book.
    pub fn of(book: &dyn Book) -> Result<Self, BookError> {
        let mut everyone = Self { ids: HashMap::new(), names: HashMap::new() };
        for BookEntry { payee, .. } in book.everyone()? {
            let name = folded(&payee.party.name);
            let Some(id) = payee.payee_id else { continue };
            everyone.note_id(&id, "the payee book");
            let known = Known { id, name: payee.party.name.to_string(), account: payee.account };
            everyone.names.entry(name).or_default().push(known);
        }
        Ok(everyone)
    }

    fn note_id(&mut self, id: &str, place: &str) {
        let written = self.ids.entry(id.to_lowercase()).or_default();
        if written.iter().all(|(other, _)| other != id) {
            written.push((id.to_owned(), place.to_owned()));
        }
    }

    /// Says what is otherwise in a row. Rows are taken in the order of the file.
    pub fn compare(
        &mut self,
        row: &RawRow<'_>,
        payee: &Payee,
        book: &dyn Book,
        findings: &mut Findings<'_>,
    ) -> Result<(), BookError> {
        let Some(id) = &payee.payee_id else { return Ok(()) };
        match book.by_id(id)? {
            Some(entry) => other_name(row, payee, &entry, findings),
            None => self.known_name(row, id, payee, findings),
        }
        self.other_capitals(row, id, findings);
        self.note_id(id, &format!("row {}", row.row));
        Ok(())
    }

    /// A new id with the name of somebody who has another one and another account.
    fn known_name(&self, row: &RawRow<'_>, id: &str, payee: &Payee, findings: &mut Findings<'_>) {
        let known = self.names.get(&folded(&payee.party.name)).map_or(&[][..], Vec::as_slice);
        if known.iter().any(|known| known.account == payee.account) {
            return; // one person with two ids is paid by the account that is known
        }
        let Some(known) = known.first() else { return };
        let (old, new) = known.account.beside(&payee.account);
        let message = format!(
            "{id} {} is new, and the payee book knows {} {} with another account: {old}, here {new}",
            payee.party.name, known.id, known.name
        );
        findings.add(Code::PayeeKnown, row.place(Column::PayeeId), message).showing(id).advising(
            "if they are one person, use the payee_id of the book, so that the new account is asked about",
        );
    }

    /// The same id with other capitals, in the book or in a row above.
    fn other_capitals(&self, row: &RawRow<'_>, id: &str, findings: &mut Findings<'_>) {
        let written = self.ids.get(&id.to_lowercase()).map_or(&[][..], Vec::as_slice);
        let Some((other, place)) = written.iter().find(|(other, _)| other != id) else { return };
        let message = format!(
            "the payee_id {id} differs from {other} of {place} in capitals only, and is taken for another payee's"
        );
        findings
            .add(Code::IdCapitals, row.place(Column::PayeeId), message)
            .showing(id)
            .advising("write it as it was, if it is the same payee");
    }
}

/// Says of a row to be paid that its name is not that of the payee whom its id means in the book. Names are cut and turned
/// about in payrolls: only those that cannot be the same payee's are told.
pub(super) fn note_other_name(
    row: &RawRow<'_>,
    payee: &Payee,
    entry: &BookEntry,
    findings: &mut Findings<'_>,
) {
    let (old, new) = (&entry.payee.party.name, &payee.party.name);
    if names_agree(old, new) || folded(old) == folded(new) {
        return;
    }
    let id = payee.payee_id.as_deref().unwrap_or_default();
    findings
        .add(
            Code::PayeeRenamed,
            row.place(Column::PayeeId),
            format!("the payee book has {id} as {old}, and this row pays {new}"),
        )
        .showing(id)
        .advising("make sure that the payee_id is this payee's");
}

/// Another name than the book has for an id: a warning where it can be the same payee's, else a question.
fn other_name(row: &RawRow<'_>, payee: &Payee, entry: &BookEntry, findings: &mut Findings<'_>) {
    let (old, new) = (&entry.payee.party.name, &payee.party.name);
    if folded(old) == folded(new) {
        return;
    }
    let id = payee.payee_id.as_deref().unwrap_or_default();
    let place = row.place(Column::PayeeId);
    let message = format!("the payee book has {id} as {old}, and this row as {new}");
    if names_agree(old, new) {
        findings.add(Code::PayeeRenamed, place, message).showing(id);
    } else {
        let accepted = findings.ask(Code::PayeeOther, place, message, id);
        if let Some(asked) = findings.made.last_mut().filter(|_| !accepted) {
            asked.hint = Some("make sure that the payee_id is this payee's".to_owned());
        }
    }
}
