//! What to do with every row of a file, given what earlier runs did.

use std::collections::{HashMap, HashSet};

use jiff::SignedDuration;

use super::like::Like;
use crate::domain::{
    Accepted, OverlapKey, Overlaps, Payout, PayoutEntry, PayoutId, PayoutState, RowDigest, RunHead, RunId,
    Timestamp,
};

/// A payout of an earlier run, as far as planning needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    /// Its identity.
    pub id: PayoutId,
    /// The run that has it.
    pub run: RunId,
    /// That run's name.
    pub label: String,
    /// Who goes on with that run.
    pub goes_on_by: String,
    /// Its row in that run's file.
    pub row: u32,
    /// Whether the user gave it an id.
    pub has_payment_id: bool,
    /// Account, amount, currency and reference, to the letter.
    pub content_key: OverlapKey,
    /// Account, amount, currency and reference, as far as they make two payouts look like one paid twice.
    pub overlap: OverlapKey,
    /// Where it stands.
    pub state: PayoutState,
    /// Whether something was sent for it.
    pub was_sent: bool,
    /// When it was last sent.
    pub sent_at: Option<Timestamp>,
    /// Its content, in words, the account masked.
    pub content: String,
    /// Whether it is certain that it has paid nobody and never will, and that another may take its place.
    pub is_over: bool,
    /// All that its row said, and where the money was to go.
    pub details: RowDigest,
    /// See [`Payout::destination_key`].
    pub destination: OverlapKey,
    /// See [`Payout::marked`].
    pub marked: Option<PayoutId>,
}

impl Earlier {
    /// Takes what planning needs from what the journal knows.
    pub fn of(entry: &PayoutEntry, head: Option<&RunHead>) -> Self {
        Self {
            id: entry.id,
            run: entry.run,
            label: head.map_or_else(|| entry.run.to_string(), |head| head.label.clone()),
            goes_on_by: head.map_or_else(String::new, RunHead::goes_on_by),
            row: entry.payout.row,
            has_payment_id: entry.payout.payment_id.is_some(),
            content_key: entry.payout.content_key(),
            overlap: entry.overlap,
            state: entry.life.state,
            was_sent: entry.life.was_sent()
                || !matches!(entry.life.state, PayoutState::Ready | PayoutState::Held),
            sent_at: entry.life.last_sent,
            content: content(&entry.payout),
            is_over: entry.life.is_over(),
            details: entry.payout.details(),
            destination: entry.payout.destination_key(),
            marked: entry.payout.marked,
        }
    }

    /// Whether a row with the same id of the user's or with its mark takes its place: it is over, and a person has changed what was wrong.
    /// Of money that came back that is the account or the amount; of what was never made it is anything. A row that
    /// says the same again is the same payout still.
    pub fn gives_way_to(&self, payout: &Payout) -> bool {
        let is_changed = match self.state {
            PayoutState::Returned => self.destination != payout.destination_key(),
            _ => self.details != payout.details(),
        };
        self.is_over && is_changed
    }

    /// Whether the API has cancelled it and forbids to send it again.
    fn is_forbidden(&self) -> bool {
        self.state == PayoutState::Rejected && !self.is_over
    }
}

fn content(payout: &Payout) -> String {
    let reference =
        payout.reference.as_deref().map_or(String::new(), |text| format!(", reference \"{text}\""));
    format!("{} to {}, {}{reference}", payout.deal(), payout.payee.party.name, payout.payee.account)
}

/// What to do with one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Pay it.
    Pay,
    /// An earlier run has it.
    Already,
    /// A person must decide.
    Hold(String),
    /// The same id with other content, and something was sent for it.
    Conflict(String),
}

/// One row with its identity and what to do with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The row.
    pub row: u32,
    /// The payout's identity.
    pub id: PayoutId,
    /// What to do.
    pub decision: Decision,
    /// A payout that was sent and beside which a person's word makes this one be paid, in words.
    pub repeats: Option<String>,
    /// A payout of an earlier run that this one looks like, though an id or a reference tells them apart.
    pub like: Option<Box<Like>>,
    /// Whether it takes the place of a payout with the same id of the user's: the API needs another id for it then.
    pub corrects: bool,
    /// See [`Payout::marked`].
    pub marked: Option<PayoutId>,
}

/// Decides row by row. Remembers what equal rows of the same file it has seen, and nothing else.
#[derive(Debug)]
pub struct Arranger {
    scope: String,
    run: RunId,
    label: String,
    overlaps: Overlaps,
    accepted: Accepted,
    window: SignedDuration,
    now: Timestamp,
    ordinals: HashMap<RowDigest, u32>,
    taken: HashSet<PayoutId>,
}

impl Arranger {
    /// For the rows of `run`, named `label`. Payouts sent within `window` before `now` count as overlaps. `accepted` is
    /// what a person has said is meant.
    pub fn new(
        scope: &str,
        run: RunId,
        label: &str,
        overlaps: Overlaps,
        accepted: Accepted,
        window: SignedDuration,
        now: Timestamp,
    ) -> Self {
        Self {
            scope: scope.to_owned(),
            run,
            label: label.to_owned(),
            overlaps,
            accepted,
            window,
            now,
            ordinals: HashMap::new(),
            taken: HashSet::new(),
        }
    }

    /// The identity of the next row. Call once for each row, in the order of the file.
    pub fn identity(&mut self, payout: &Payout) -> PayoutId {
        if let Some(payment_id) = &payout.payment_id {
            return PayoutId::of_payment_id(&self.scope, payment_id);
        }
        if let Some(marked) = payout.marked {
            return marked;
        }
        let digest = payout.row_digest();
        let ordinal = self.ordinals.entry(digest).or_default();
        *ordinal += 1;
        PayoutId::of_row(&self.scope, &self.label, &digest, *ordinal - 1)
    }

    /// What to do with a row. `same` bears its identity `id`, after all that [gave way](Earlier::gives_way_to) to it, or
    /// another under which the row of its mark is or may be paid; `alike` have its account, amount, currency and
    /// reference, or all but the reference, where one of the two has none.
    pub fn decide(
        &mut self,
        payout: &Payout,
        id: PayoutId,
        same: Option<&Earlier>,
        alike: &[Earlier],
    ) -> Planned {
        let corrects =
            payout.payment_id.as_deref().is_some_and(|own| id != PayoutId::of_payment_id(&self.scope, own));
        let (row, marked) = (payout.row, payout.marked);
        let planned =
            |id, decision| Planned { row, id, decision, repeats: None, like: None, corrects, marked };
        let is_named = payout.marked.is_some() || matches!(self.overlaps, Overlaps::Amends(_));
        if is_named && !self.taken.insert(id) {
            let why = "another row of this file is the same payout; keep one of the two, or, if this one is a payout of its own, empty its cell payrun_row";
            return planned(id, Decision::Conflict(why.to_owned()));
        }
        match same {
            Some(same) if same.was_sent && same.content_key == payout.content_key() => {
                return planned(same.id, Decision::Already);
            }
            Some(same) if same.was_sent => {
                return planned(same.id, Decision::Conflict(conflict(payout, same, same.id == id)));
            }
            Some(same) if same.id != id => {
                let why = format!(
                    "this row was corrected already in {}; finish that run first, or refuse it: {}",
                    place(same),
                    same.goes_on_by
                );
                return planned(id, Decision::Hold(why));
            }
            Some(_) | None => {}
        }
        let beside = alike.iter().filter(|earlier| earlier.id != id && self.is_beside(earlier));
        let (alike, apart): (Vec<&Earlier>, Vec<&Earlier>) =
            beside.partition(|earlier| is_the_same(payout, earlier));
        let mut planned = match self.overlaps {
            Overlaps::Repeat => {
                let earlier = alike.first().or(apart.first());
                let repeats = earlier.map(|earlier| place(earlier));
                return Planned { repeats, ..planned(id, Decision::Pay) };
            }
            Overlaps::Amends(run) if payout.marked.is_none() => {
                let (own, others): (Vec<&Earlier>, Vec<&Earlier>) =
                    alike.iter().partition(|earlier| earlier.run == run);
                match own.iter().find(|own| own.was_sent).or(own.first()) {
                    None => planned(id, held(&others)),
                    Some(own) => {
                        self.taken.insert(own.id);
                        // a row of that run that was not sent is this file's now, and still not another run's twin
                        let decision = if own.was_sent { Decision::Already } else { held(&others) };
                        Planned { corrects: corrects && own.id == id, ..planned(own.id, decision) }
                    }
                }
            }
            Overlaps::Amends(_) | Overlaps::Hold => planned(id, held(&alike)),
        };
        if planned.decision == Decision::Pay {
            self.look_at(payout, &mut planned, &apart);
        }
        planned
    }

    /// Notes which payout a row looks like, the one that was sent last or is yet to be, and holds the row where a person
    /// must decide.
    fn look_at(&self, payout: &Payout, planned: &mut Planned, apart: &[&Earlier]) {
        let corrected = |earlier: &Earlier| self.overlaps == Overlaps::Amends(earlier.run);
        let apart = apart.iter().filter(|earlier| earlier.id != planned.id);
        let closest = apart.max_by_key(|earlier| {
            (
                corrected(earlier),
                earlier.sent_at.is_none(),
                earlier.sent_at,
                earlier.overlap == payout.overlap_key(),
            )
        });
        let Some(earlier) = closest else { return };
        let like = Like::of(payout, earlier, corrected(earlier), self.now, &self.accepted);
        if like.holds() {
            planned.decision = Decision::Hold(like.reason(payout.row));
        }
        planned.like = Some(Box::new(like));
    }

    /// Holds a row whose payee has a payout in another run that is not settled yet: corrected in this file, it would
    /// be paid by both. Unless both bear ids of the user's, or a person has said what the file is.
    pub fn beside(&self, payout: &Payout, planned: &mut Planned, waiting: &Earlier) {
        let is_said = match self.overlaps {
            Overlaps::Hold => false,
            Overlaps::Repeat => true,
            Overlaps::Amends(run) => run == waiting.run,
        };
        let told_apart = payout.payment_id.is_some() && waiting.has_payment_id;
        if planned.decision == Decision::Pay && planned.id != waiting.id && !is_said && !told_apart {
            planned.decision = Decision::Hold(format!(
                "the same payee stands in row {} of {}, which {} has yet to settle; finish that run first: {}; or, if this file corrects that run, say --amends {}; if both are meant, say --repeat",
                waiting.row, waiting.label, waiting.run, waiting.goes_on_by, waiting.run
            ));
        }
    }

    /// Whether paying a row like it could be paying `earlier` twice, which was sent or still may be: unless the API made
    /// nothing, or it was long ago.
    fn is_beside(&self, earlier: &Earlier) -> bool {
        let recent = earlier.sent_at.is_none_or(|sent| self.now.duration_since(sent) <= self.window);
        let held_there = earlier.state == PayoutState::Held && self.overlaps != Overlaps::Amends(earlier.run);
        (earlier.was_sent || !held_there)
            && earlier.run != self.run
            && (earlier.state != PayoutState::Rejected || earlier.is_forbidden())
            && recent
            && !self.taken.contains(&earlier.id)
    }
}

/// Whether nothing tells a row apart from an earlier payout: neither two ids of the user's nor the reference.
fn is_the_same(payout: &Payout, earlier: &Earlier) -> bool {
    let told_apart = payout.payment_id.is_some() && earlier.has_payment_id;
    !told_apart && earlier.overlap == payout.overlap_key()
}

fn held(alike: &[&Earlier]) -> Decision {
    let Some(earlier) = alike.first() else {
        return Decision::Pay;
    };
    if earlier.is_forbidden() {
        return Decision::Hold(format!(
            "same account, amount and reference as {}, which Flash cancelled and forbids to send again; ask Flash, and if this really is another payment, say --repeat",
            place(earlier)
        ));
    }
    Decision::Hold(format!(
        "same account, amount and reference as {}; if this file corrects that run, say --amends {}; if this really is a new payment, say --repeat",
        place(earlier),
        earlier.run
    ))
}

/// `row 41 of salaries-nov.csv, sent 3 Nov 2026`.
pub(super) fn place(earlier: &Earlier) -> String {
    let sent = match earlier.sent_at {
        Some(at) => format!("sent {}", at.strftime("%-d %b %Y")),
        None => format!("which {} has yet to send", earlier.run),
    };
    format!("row {} of {}, {sent}", earlier.row, earlier.label)
}

/// Why a row is not paid beside `earlier`, which has its id, or is paid for the row that it was at first.
fn conflict(payout: &Payout, earlier: &Earlier, has_its_id: bool) -> String {
    let (which, anew) = match (&payout.payment_id, payout.marked) {
        (Some(_), Some(_)) => {
            ("this row", "give the row a payment_id of its own and empty its cell payrun_row")
        }
        (None, Some(_)) => ("this row", "empty its cell payrun_row"),
        (_, None) => ("this payment_id", "give the row a payment_id of its own"),
    };
    if earlier.state == PayoutState::Returned && earlier.is_over {
        return format!(
            "the money of {which} came back from {}; correct the account or the amount and it is paid again; if it is right as it was, {anew}",
            place(earlier)
        );
    }
    let taken = match &payout.payment_id {
        Some(id) if payout.marked.is_none() && has_its_id => {
            format!("the payment_id {id} was already used in")
        }
        _ => "this row was already sent as".to_owned(),
    };
    format!(
        "{taken} row {} of {}, for {}; this row asks for {}; if that is another payment, to be made in full and on top of that one, {anew}",
        earlier.row,
        earlier.label,
        earlier.content,
        content(payout)
    )
}
