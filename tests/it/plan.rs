//! Planning against a table made by hand, and against a model that knows only what was sent.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};
use payrun::domain::{
    Accepted, Answer, Conversion, Currency, Fact, Kind, Life, Money, Overlaps, PartyName, Payout, PayoutId,
    PayoutState, PayoutStatus, Refusal, RunId, Sighting,
};
use payrun::plan::{Arranger, Decision, Earlier, Resend, SettlePolicy, Step, next_step};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::rig;

const WINDOW: SignedDuration = SignedDuration::from_hours(35 * 24);

fn day(day: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + day * 86_400).expect("a time")
}

fn payout(row: u32, id: Option<&str>, account: u32, amount: i64) -> Payout {
    Payout {
        row,
        payment_id: id.map(str::to_owned),
        payee: rig::payee(&account.to_string()),
        money: Money::new(Decimal::new(amount * 100, 2), Currency::AUD).expect("money"),
        conversion: None,
        reference: Some("PAY".to_owned()),
        remitter: None,
        reason: None,
        sub_client_id: None,
        from_book: Vec::new(),
        marked: None,
    }
}

fn earlier(of: &Payout, id: PayoutId, state: PayoutState, sent: Option<i64>) -> Earlier {
    Earlier {
        id,
        run: RunId(1),
        label: "old.csv".to_owned(),
        goes_on_by: "payrun resume r1".to_owned(),
        row: of.row,
        has_payment_id: of.payment_id.is_some(),
        content_key: of.content_key(),
        overlap: of.overlap_key(),
        state,
        was_sent: sent.is_some(),
        sent_at: sent.map(day),
        content: String::new(),
        is_over: matches!(state, PayoutState::Rejected | PayoutState::Returned),
        details: of.details(),
        destination: of.destination_key(),
        marked: of.marked,
    }
}

#[test]
fn decisions_are_those_of_the_table() {
    use Overlaps::{Amends, Hold, Repeat};
    use PayoutState::{Held, Paid, Ready, Rejected, Submitted};
    // id of the new row, id of the old, state of the old, sent on day, what is said, today, what comes of it
    let table = [
        (None, None, Submitted, Some(0), Hold, 1, "hold"),
        (None, None, Paid, Some(0), Hold, 34, "hold"),
        (None, None, Paid, Some(0), Hold, 36, "pay"),
        (None, None, Rejected, Some(0), Hold, 1, "pay"),
        (None, None, Ready, None, Hold, 1, "hold"),
        (None, None, Held, None, Hold, 1, "pay"),
        (None, None, Submitted, Some(0), Repeat, 1, "pay"),
        (None, None, Submitted, Some(0), Amends(RunId(1)), 1, "already"),
        (None, None, Ready, None, Amends(RunId(1)), 1, "pay as old"),
        (None, None, Held, None, Amends(RunId(1)), 1, "pay as old"),
        (None, None, Submitted, Some(0), Amends(RunId(7)), 1, "hold"),
        (Some("A"), Some("B"), Submitted, Some(0), Hold, 1, "hold"),
        (Some("A"), Some("B"), Paid, Some(0), Hold, 3, "hold"),
        (Some("A"), Some("B"), Submitted, Some(0), Hold, 4, "pay"),
        (Some("A"), Some("B"), Rejected, Some(0), Hold, 1, "pay"),
        (Some("A"), Some("B"), Ready, None, Hold, 1, "hold"),
        (Some("A"), Some("B"), Held, None, Hold, 1, "pay"),
        (Some("A"), Some("B"), Submitted, Some(0), Repeat, 1, "pay"),
        (Some("A"), Some("B"), Submitted, Some(0), Amends(RunId(1)), 20, "hold"),
        (Some("A"), Some("B"), Submitted, Some(0), Amends(RunId(7)), 20, "pay"),
        (Some("A"), None, Submitted, Some(0), Hold, 1, "hold"),
        (None, Some("B"), Submitted, Some(0), Hold, 1, "hold"),
        (Some("A"), Some("A"), Submitted, Some(0), Hold, 99, "already"),
        (Some("A"), Some("A"), Submitted, Some(0), Repeat, 99, "already"),
        (Some("A"), Some("A"), Rejected, Some(0), Hold, 1, "already"),
        (Some("A"), Some("A"), Ready, None, Hold, 1, "pay as old"),
    ];
    for case in table {
        let (new_id, old_id, state, sent, said, today, expected) = case;
        let old = payout(2, old_id, 12_345_678, 100);
        let old_identity =
            Arranger::new("s", RunId(1), "old.csv", Overlaps::Hold, Accepted::default(), WINDOW, day(0))
                .identity(&old);
        let known = earlier(&old, old_identity, state, sent);
        let new = payout(5, new_id, 12_345_678, 100);
        let mut arranger =
            Arranger::new("s", RunId(2), "new.csv", said, Accepted::default(), WINDOW, day(today));
        let id = arranger.identity(&new);
        let same = (id == old_identity).then_some(&known);
        let planned = arranger.decide(&new, id, same, std::slice::from_ref(&known));
        let was = match planned.decision {
            Decision::Pay if planned.id == old_identity => "pay as old",
            Decision::Pay => "pay",
            Decision::Already => "already",
            Decision::Hold(_) => "hold",
            Decision::Conflict(_) => "conflict",
        };
        assert_eq!(was, expected, "{case:?}");
    }
}

#[test]
fn an_id_with_other_content_replaces_what_was_not_sent_and_conflicts_with_what_was() {
    let old = payout(2, Some("A"), 12_345_678, 100);
    let new = payout(2, Some("A"), 12_345_678, 150);
    let mut arranger =
        Arranger::new("s", RunId(2), "new.csv", Overlaps::Hold, Accepted::default(), WINDOW, day(1));
    let id = arranger.identity(&new);
    let unsent = earlier(&old, id, PayoutState::Ready, None);
    assert_eq!(arranger.decide(&new, id, Some(&unsent), &[]).decision, Decision::Pay);
    let sent = earlier(&old, id, PayoutState::InDoubt, Some(0));
    assert!(matches!(arranger.decide(&new, id, Some(&sent), &[]).decision, Decision::Conflict(_)));
}

/// A row that bears no mark may be taken for one that does, where the file corrects a run.
#[test]
fn two_rows_of_a_file_are_never_the_same_payout() {
    let old = payout(2, None, 12_345_678, 100);
    let id = PayoutId::of_payment_id("s", "any");
    let known = earlier(&old, id, PayoutState::Held, None);
    let marked = Payout { marked: Some(id), ..payout(2, None, 12_345_678, 150) };
    let unmarked = payout(3, None, 12_345_678, 100);
    for rows in [[&marked, &unmarked], [&unmarked, &marked]] {
        let said = Overlaps::Amends(RunId(1));
        let mut arranger = Arranger::new("s", RunId(2), "new.csv", said, Accepted::default(), WINDOW, day(1));
        let planned = rows.map(|row| {
            let own = arranger.identity(row);
            let same = (own == id).then_some(&known);
            arranger.decide(row, own, same, std::slice::from_ref(&known))
        });
        let of_that_id = planned.iter().filter(|planned| {
            planned.id == id && matches!(planned.decision, Decision::Pay | Decision::Hold(_))
        });
        assert_eq!(of_that_id.count(), 1, "{planned:?}");
    }
}

/// An id that was used already: what it takes for the row to take the place of what was sent under it.
#[test]
fn an_id_is_used_again_only_for_what_paid_nobody_and_was_changed() {
    use PayoutState::{Attention, InDoubt, Paid, Rejected, Returned, Sending, Submitted};
    // the state of the old payout, whether it is over for certain, what a person has changed, whether it gives way
    let table = [
        (Rejected, true, "nothing", false),
        (Rejected, true, "name", true),
        (Rejected, true, "reference", true),
        (Rejected, true, "amount", true),
        (Rejected, true, "account", true),
        (Rejected, false, "account", false),
        (Rejected, false, "amount", false),
        (Returned, true, "nothing", false),
        (Returned, true, "name", false),
        (Returned, true, "reference", false),
        (Returned, true, "amount", true),
        (Returned, true, "account", true),
        (Returned, true, "zeros", true),
        (Attention, false, "account", false),
        (InDoubt, false, "account", false),
        (Sending, false, "account", false),
        (Submitted, false, "account", false),
        (Paid, false, "account", false),
        (Paid, false, "amount", false),
    ];
    for (state, is_over, changed, gives_way) in table {
        let old = payout(2, Some("A"), 12_345_678, 100);
        let mut new = payout(2, Some("A"), 12_345_678, 100);
        match changed {
            "name" => {
                new.payee.party.name =
                    PartyName::Person { first: "Robyn".into(), middle: None, last: "Example".into() };
            }
            "reference" => new.reference = Some("OTHER".to_owned()),
            "amount" => new.money = payout(2, None, 12_345_678, 101).money,
            "account" => new.payee = rig::payee("12345679"),
            "zeros" => new.payee = rig::payee("012345678"),
            _ => {}
        }
        let earlier = Earlier { is_over, ..earlier(&old, PayoutId::of_payment_id("s", "A"), state, Some(0)) };
        assert_eq!(earlier.gives_way_to(&new), gives_way, "{state} and {changed} changed");
    }
}

/// What a life must have shown before another payout may take its place.
#[test]
fn a_payout_is_over_only_when_it_is_certain_that_it_paid_nobody() {
    use payrun::domain::answer::StatusMeaning::{Cancelled, Paid, Returned, Undelivered, Unknown};

    let intent = Fact::Intent { attempt: 1, kind: Kind::Withdrawal };
    let declined = Fact::Answered(Answer::Declined { code: "NO".into(), message: String::new() });
    let doubt = Fact::Answered(Answer::InDoubt { why: String::new() });
    let accepted = Fact::Answered(Answer::Accepted { flash_id: "w1".into(), status: None });
    let status = |meaning, code: Option<&str>| {
        Fact::Followed(PayoutStatus {
            name: "X".into(),
            reject_code: code.map(str::to_owned),
            message: None,
            meaning,
            fee: None,
            rail: None,
            converted: None,
        })
    };
    let table = [
        (vec![], false),
        (vec![intent.clone()], false),
        (vec![intent.clone(), declined.clone()], true),
        (vec![intent.clone(), doubt.clone(), intent.clone(), declined], false),
        (vec![intent.clone(), doubt], false),
        (vec![intent.clone(), accepted.clone()], false),
        (vec![intent.clone(), accepted.clone(), status(Paid, None)], false),
        (vec![intent.clone(), accepted.clone(), status(Undelivered, None)], false),
        (vec![intent.clone(), accepted.clone(), status(Unknown, None)], false),
        (vec![intent.clone(), accepted.clone(), status(Returned, None)], true),
        (vec![intent.clone(), accepted.clone(), status(Cancelled, None)], false),
        (vec![intent.clone(), accepted.clone(), status(Cancelled, Some("COMPLIANCE_DECLINED"))], false),
        (vec![intent.clone(), accepted.clone(), status(Cancelled, Some("NEW_CODE"))], false),
        (vec![intent, accepted, status(Cancelled, Some("TECHNICAL_ISSUE"))], true),
    ];
    for (facts, is_over) in table {
        let mut life = Life::new(PayoutState::Ready, None);
        for fact in &facts {
            life.apply(fact, day(0));
        }
        assert_eq!(life.is_over(), is_over, "{facts:?}");
    }
}

/// A row of a made-up file: whether it has an id, and which account and amount.
fn rows() -> impl Strategy<Value = Vec<(Option<u8>, u32, i64)>> {
    prop::collection::vec((prop::option::of(0u8..4), 0u32..3, 1i64..3), 1..8)
}

proptest! {
    /// Files of few accounts and amounts, paid one after the other: whatever nobody has vouched for is sent once.
    #[test]
    fn without_a_person_s_word_nothing_is_sent_twice(files in prop::collection::vec(rows(), 1..5)) {
        let mut sent: HashMap<PayoutId, (Payout, RunId)> = HashMap::new();
        for (number, file) in files.iter().enumerate() {
            let run = RunId(u32::try_from(number).expect("small") + 1);
            let mut arranger = Arranger::new("s", run, &format!("{number}.csv"), Overlaps::Hold, Accepted::default(), WINDOW, day(1));
            let mut in_file: BTreeMap<String, u32> = BTreeMap::new();
            for (at, (id, account, amount)) in file.iter().enumerate() {
                let id = id.map(|id| format!("ID{id}"));
                if id.as_ref().is_some_and(|id| in_file.contains_key(id)) {
                    continue; // checking refuses a file in which an id stands twice
                }
                let row = u32::try_from(at).expect("small") + 2;
                let mut new = payout(row, id.as_deref(), 10_000_000 + account, *amount);
                let euro = Conversion { from: Currency::AUD, to: "EUR".parse().expect("one"), source_of_funds: None };
                new.conversion = (number % 2 == 1).then_some(euro); // the same money by another kind is the same money
                in_file.insert(id.clone().unwrap_or_else(|| format!("row {row}")), row);
                let identity = arranger.identity(&new);
                let of = |(old, run): &(Payout, RunId), id: &PayoutId| {
                    Earlier { run: *run, ..earlier(old, *id, PayoutState::Submitted, Some(0)) }
                };
                let same = sent.get(&identity).map(|old| of(old, &identity));
                let alike: Vec<_> = sent.iter().filter(|(_, (old, _))| old.overlap_key() == new.overlap_key()).map(|(id, old)| of(old, id)).collect();
                let planned = arranger.decide(&new, identity, same.as_ref(), &alike);
                if planned.decision == Decision::Pay {
                    let twin = sent.values().find(|(old, old_run)| {
                        old.overlap_key() == new.overlap_key() && *old_run != run
                            && !(old.payment_id.is_some() && new.payment_id.is_some())
                    });
                    prop_assert!(twin.is_none(), "{new:?} was paid beside {twin:?}");
                    prop_assert!(sent.insert(planned.id, (new, run)).is_none(), "an identity was paid twice");
                }
            }
        }
    }
}

/// What can happen to a payout, with the seconds that pass before it.
fn facts() -> impl Strategy<Value = Vec<(u32, Fact)>> {
    let answer = prop_oneof![
        Just(Answer::Accepted { flash_id: "w1".into(), status: None }),
        Just(Answer::Declined { code: "NO".into(), message: String::new() }),
        Just(Answer::NotSent { why: String::new() }),
        Just(Answer::Refused { why: Refusal::Throttled }),
        Just(Answer::InDoubt { why: String::new() }),
    ];
    let sighting = prop_oneof![
        Just(Sighting::Made { flash_id: "w1".into(), status: None }),
        Just(Sighting::Absent),
        Just(Sighting::AbsentWithoutCanary),
        Just(Sighting::Unprovable { why: String::new() }),
    ];
    let fact = prop_oneof![answer.prop_map(Fact::Answered), sighting.prop_map(Fact::LookedUp)];
    prop::collection::vec((0u32..400, fact), 0..30)
}

proptest! {
    /// The engine's own order: it sends when the step says so, then something happens. Whatever happens, a payout
    /// that may exist is sent again only after a look-up since its last sending has shown nothing.
    #[test]
    fn what_may_exist_is_never_sent_again_unproven(happenings in facts()) {
        let policy = SettlePolicy {
            in_doubt_wait: SignedDuration::from_secs(180),
            resend: Resend::Locks,
            probed: payrun::plan::Probed::Nothing,
        };
        let mut life = Life::new(PayoutState::Ready, None);
        let mut now = day(0);
        let (mut may_exist, mut absent, mut looks) = (false, false, 0);
        let mut last_sent = now;
        for (seconds, fact) in happenings {
            now = now.saturating_add(SignedDuration::from_secs(i64::from(seconds))).expect("a time");
            let step = next_step(&life, now, &policy);
            if matches!(step, Step::Send | Step::SendAgain) {
                prop_assert!(!may_exist || absent, "sent again unproven: {life:?}");
                let before = (may_exist, life.clone());
                life.apply(&Fact::Intent { attempt: life.attempt, kind: Kind::Payment }, now);
                (may_exist, absent, looks, last_sent) = (true, false, 0, now);
                if let Fact::Answered(answer) = &fact {
                    life.apply(&fact, now);
                    match answer {
                        Answer::NotSent { .. } | Answer::Refused { .. } => may_exist = before.0,
                        Answer::Declined { .. } if !before.0 => may_exist = false,
                        _ => {}
                    }
                }
                continue;
            }
            // an answer comes only to a sending, a look-up only when its time has come
            if let (Step::LookUpAt(due), Fact::LookedUp(sighting)) = (&step, &fact)
                && *due <= now
            {
                prop_assert!(
                    now.duration_since(last_sent) >= policy.in_doubt_wait,
                    "looked up too early: {life:?}"
                );
                looks += u32::from(*sighting == Sighting::AbsentWithoutCanary);
                absent |= *sighting == Sighting::Absent || looks >= 2;
                life.apply(&fact, now);
            }
        }
    }
}
