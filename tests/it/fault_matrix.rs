//! Every fault of the simulator, at every operation, with every form of answer to a repeated key: whatever happens,
//! each payout is made exactly once and every row is accounted for. The files are mixed: every second row is paid
//! abroad.

use std::sync::Arc;
use std::time::Duration;

use payrun::domain::{Kind as Paid, PartyMode, PayoutState, PayoutView};
use payrun::plan::Resend;
use payrun::simulator::{Assumed, ExternalIdFilter, Fault, FaultError, KINDS, Options, RepeatedKey};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::rig::{Rig, made, quick};

const ROWS: usize = 20;
const SITTINGS: usize = 11; // the first, and ten times resumed
const AT_ONCE: usize = 24;

const OPERATIONS: [&str; 7] = [
    "login",
    "party_lookup",
    "party_create",
    "withdrawal_create",
    "withdrawal_list",
    "payment_create",
    "payment_list",
];

const FORMS: [RepeatedKey; 5] = [
    RepeatedKey::ReturnsFirst,
    RepeatedKey::FailsWithObject,
    RepeatedKey::FailsWithoutObject,
    RepeatedKey::GraphqlError,
    RepeatedKey::Ignored,
];

/// How much of the API that nobody documents is there.
#[derive(Debug, Clone, Copy, PartialEq)]
enum LookUps {
    /// Payouts can be looked up by our ids, or seem so.
    ById(ExternalIdFilter),
    /// No filter by our ids, no creation window for payments, no words for their statuses.
    Documented,
}

const WORKS: LookUps = LookUps::ById(ExternalIdFilter::Works);

/// Without a look-up by id, only the payouts sent before one is known to exist cannot be proven.
const UNPROVABLE: usize = 2;

/// One cell of the matrix.
#[derive(Debug, Clone)]
struct Cell {
    operation: &'static str,
    kind: String,
    form: RepeatedKey,
    look_ups: LookUps,
}

impl Cell {
    /// The fault strikes the first calls of the operation and some later ones. A look-up of payouts only happens
    /// where something is in doubt, so there a lost answer is played beside it.
    fn faults(&self) -> Vec<String> {
        let Self { operation, kind, .. } = self;
        let time = match kind.as_str() {
            "throttle" => "=0ms",
            "slow" => "=60ms",
            "lagging_lists" => "=150ms",
            _ => "",
        };
        let when: &[&str] = match (kind.as_str(), *operation) {
            ("lagging_lists", _) => &["@1-"],
            (_, "withdrawal_create" | "payment_create") => &["@1-2", "@6-8"],
            (_, "party_create") => &["@1-2", "@5"],
            _ => &["@1-2"],
        };
        let mut faults: Vec<String> =
            when.iter().map(|when| format!("{operation}:{kind}{time}{when}")).collect();
        if let Some(kind) = operation.strip_suffix("_list") {
            faults.push(format!("{kind}_create:reset_before@4"));
            faults.push(format!("{kind}_create:reset_after@7"));
        }
        faults
    }

    /// States other than submitted that this cell may leave rows in. Only the API's own refusal, with a code and
    /// nothing made, rejects; nothing needs a person.
    fn may_end_in(&self) -> &'static [PayoutState] {
        match (self.operation, self.kind.as_str()) {
            ("withdrawal_create" | "payment_create", "declined") => &[PayoutState::Rejected],
            // the very first payout is lost, nothing is known to exist, and no look-up by id: nothing can be proven
            ("withdrawal_create" | "payment_create", _) if self.look_ups != WORKS => {
                &[PayoutState::Attention]
            }
            _ => &[],
        }
    }

    /// Whether the fault can strike the operation at all: a look-up has no success without an object.
    fn exists(&self) -> bool {
        let strikes = |text: &String| !matches!(text.parse::<Fault>(), Err(FaultError::Unfit { .. }));
        self.faults().iter().all(strikes)
    }

    /// How long an answer is waited for. A busy machine's own late answers must not add to the lost ones: where
    /// nothing can be proven, each of them is one more row for a person.
    fn patience(&self) -> Duration {
        match (self.kind.starts_with("no_answer"), self.look_ups == WORKS) {
            (true, true) => Duration::from_secs(1),
            (true, false) => Duration::from_secs(5),
            (false, _) => Duration::from_secs(30),
        }
    }

    async fn play(self) -> Result<(), String> {
        let faults = self.faults().iter().map(|text| text.parse().expect("a fault")).collect();
        let mut options = Options { repeated_key: self.form, faults, ..quick() };
        let mut parties = PartyMode::Precreate;
        match self.look_ups {
            LookUps::ById(filter) => (options.withdrawal_filter, options.payment_filter) = (filter, filter),
            // remitters cannot be looked up then either
            LookUps::Documented => (options.assumed, parties) = (Assumed::Absent, PartyMode::Inline),
        }
        let mut rig = Rig::start(options).await;
        rig.parties = parties;
        rig.timeout = self.patience();
        let run = rig.record(rig.mixed_file("pay.csv", 0, ROWS)).await;
        let finished = rig.finish(run, SITTINGS).await;
        let mut wrongs = rig.wrongs(run, ROWS);
        wrongs.extend(finished.err());
        let in_attention = |payout: &&PayoutView| payout.status == PayoutState::Attention;
        let most = match (self.operation, self.look_ups) {
            // without a creation window the absence of no payment can ever be proven: each that was struck
            ("payment_create", LookUps::Documented) => 5,
            _ => UNPROVABLE,
        };
        let payouts = rig.payouts(run);
        let unproven: Vec<_> = payouts.iter().filter(in_attention).map(|payout| &payout.reason).collect();
        if unproven.len() > most {
            wrongs.push(format!("more rows need a person than those that nothing can prove: {unproven:?}"));
        }
        for payout in &payouts {
            if !payout.status.is_at_the_api() && !self.may_end_in().contains(&payout.status) {
                wrongs.push(format!("row {} ends {}: {:?}", payout.row, payout.status, payout.reason));
            }
        }
        rig.simulator.stop().await;
        if wrongs.is_empty() { Ok(()) } else { Err(format!("{self:?} {:?}: {wrongs:#?}", self.faults())) }
    }
}

/// Plays cells side by side; they mostly wait.
async fn play_all(cells: Vec<Cell>) {
    let side_by_side = Arc::new(Semaphore::new(AT_ONCE));
    let mut tasks = JoinSet::new();
    let count = cells.len();
    for cell in cells {
        let turn = Arc::clone(&side_by_side);
        tasks.spawn(async move {
            let _turn = turn.acquire_owned().await.expect("never closed");
            cell.play().await
        });
    }
    let mut wrongs = Vec::new();
    while let Some(played) = tasks.join_next().await {
        wrongs.extend(played.expect("no panic").err());
    }
    assert!(wrongs.is_empty(), "{} of {count} cells went wrong:\n{}", wrongs.len(), wrongs.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_at_every_operation_with_every_form_of_repeated_key() {
    let mut cells = Vec::new();
    for operation in OPERATIONS {
        for (at, (kind, _)) in KINDS.iter().enumerate() {
            // the look-up is one code for both kinds: of payments' every second form, each kind of fault its own ones
            let is_half = operation == "payment_list";
            for form in FORMS.into_iter().enumerate().filter(|(form, _)| !is_half || (form + at) % 2 == 0) {
                cells.push(Cell { operation, kind: (*kind).to_owned(), form: form.1, look_ups: WORKS });
            }
        }
    }
    cells.retain(Cell::exists);
    assert!(cells.len() > 500, "the table has shrunk to {}", cells.len());
    play_all(cells).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_look_up_by_id_the_creation_window_proves_what_was_made() {
    let mut cells = Vec::new();
    let [missing, ignored] = [ExternalIdFilter::Missing, ExternalIdFilter::Ignored].map(LookUps::ById);
    for (at, (kind, _)) in KINDS.iter().enumerate() {
        let forms = [RepeatedKey::ReturnsFirst, RepeatedKey::Ignored];
        let mut add = |operation, form: RepeatedKey, look_ups| {
            cells.push(Cell { operation, kind: (*kind).to_owned(), form, look_ups });
        };
        for form in forms {
            add("withdrawal_create", form, missing);
            add("withdrawal_create", form, ignored);
        }
        // of payments one form for each fault and each way of looking up
        add("payment_create", forms[at % 2], missing);
        add("payment_create", forms[(at + 1) % 2], ignored);
        add("payment_create", forms[at % 2], LookUps::Documented);
        if at % 2 == 0 {
            add("withdrawal_create", forms[1], LookUps::Documented);
        }
    }
    cells.retain(Cell::exists);
    play_all(cells).await;
}

/// The one way to be paid twice: a server that ignores keys and shows new payouts later than we wait. A payout of
/// long ago is shown, so the look-up seems to prove that the new one is absent.
async fn late_and_forgetful(
    paid: Paid,
    kind: &str,
    form: RepeatedKey,
    lag: &str,
    resend: Resend,
) -> (Vec<PayoutState>, usize) {
    let mut rig = Rig::start(Options { repeated_key: form, ..quick() }).await;
    rig.resend = resend;
    rig.in_doubt_wait = Duration::from_millis(200);
    let name = paid.name();
    // of mixed files the rows with odd numbers are paid abroad
    let [first, second] = if paid == Paid::Payment { [501, 1] } else { [500, 0] };
    let first = rig.record(rig.mixed_file("first.csv", first, 1)).await;
    rig.finish(first, 1).await.expect("nothing stands in the way");
    tokio::time::sleep(Duration::from_millis(2700)).await;
    let faults = [format!("{name}_create:{kind}@1"), format!("{name}_list:lagging_lists={lag}@1-")];
    let faults: Vec<Fault> = faults.iter().map(|text| text.parse().expect("a fault")).collect();
    rig.simulator.faults().set(&faults);
    let run = rig.record(rig.mixed_file("second.csv", second, 1)).await;
    rig.finish(run, SITTINGS).await.expect("it comes to an end");
    let states = rig.payouts(run).iter().map(|payout| payout.status).collect();
    let twice = made(&rig.simulator.ledger()).values().filter(|times| **times > 1).count();
    rig.simulator.stop().await;
    (states, twice)
}

/// Faults that lose the answer to a payout that was made.
const LOST: [&str; 4] = ["reset_after", "no_answer_after", "500_after", "malformed_json"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_ignored_keys_and_late_lists_together_can_pay_twice_and_only_under_locks() {
    let (soon, late) = ("100ms", "2500ms");
    let side_by_side = Arc::new(Semaphore::new(AT_ONCE / 2));
    let mut tasks = JoinSet::new();
    for kind in LOST {
        for form in FORMS {
            for lag in [soon, late] {
                for resend in [Resend::Locks, Resend::Proven, Resend::Never] {
                    let is_one_of_all = form == RepeatedKey::Ignored && lag == late;
                    let both = if is_one_of_all { &Paid::ALL[..] } else { &[Paid::Withdrawal] };
                    for paid in both.iter().copied() {
                        let turn = Arc::clone(&side_by_side);
                        tasks.spawn(async move {
                            let _turn = turn.acquire_owned().await.expect("never closed");
                            let ended = late_and_forgetful(paid, kind, form, lag, resend).await;
                            (paid, kind, form, lag, resend, ended)
                        });
                    }
                }
            }
        }
    }
    let mut paid_twice = 0;
    while let Some(played) = tasks.join_next().await {
        let (paid, kind, form, lag, resend, (states, twice)) = played.expect("no panic");
        let cell = format!("{paid:?} {kind} {form:?} {lag} {resend:?}: {states:?}");
        let known = [PayoutState::Submitted, PayoutState::Paid, PayoutState::Attention];
        assert!(known.contains(&states[0]), "it was made: {cell}");
        if twice > 0 {
            assert_eq!(
                (form, lag, resend),
                (RepeatedKey::Ignored, late, Resend::Locks),
                "paid twice: {cell}"
            );
            paid_twice += 1;
        } else if lag == late && resend != Resend::Locks {
            assert_eq!(states, [PayoutState::Attention], "{cell}");
        } else if lag == soon {
            assert!(states[0].is_at_the_api(), "{cell}");
        }
    }
    assert!(paid_twice > 0, "the one dangerous cell is not dangerous any more: the documents say it is");
}

/// A list that is late shows neither the payout nor the one that is known to exist: such a look-up proves nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_up_without_its_canary_proves_nothing() {
    let mut rig = Rig::start(Options { repeated_key: RepeatedKey::Ignored, ..quick() }).await;
    rig.in_doubt_wait = Duration::from_secs(1);
    let first = rig.record(rig.file("first.csv", 500, 1)).await;
    rig.finish(first, 1).await.expect("nothing stands in the way");
    // the look-up after a second is blind, the one after two seconds sees both
    let faults = ["withdrawal_create:reset_after@1", "withdrawal_list:lagging_lists=1900ms@1-"];
    let faults: Vec<Fault> = faults.iter().map(|text| text.parse().expect("a fault")).collect();
    rig.simulator.faults().set(&faults);
    let run = rig.record(rig.file("second.csv", 0, 1)).await;
    rig.finish(run, 1).await.expect("it comes to an end");
    assert!(rig.payouts(run)[0].status.is_at_the_api());
    assert_eq!(rig.simulator.ledger().withdrawals.len(), 2, "each was made once");
    rig.simulator.stop().await;
}
