//! One payout's life: its states, and the one function that carries it from fact to fact.
//!
//! The journal holds facts; the state is derived from them here and nowhere else, so that a resumed run and an
//! uninterrupted one cannot come to different conclusions. No fact ever brings a payout that may exist at the
//! API back to a state from which it would be sent without a look-up.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::answer::{Answer, PayoutStatus, Sighting, StatusMeaning};
use super::course::{self, Oddity};
use super::{Kind, RunId, Timestamp, may_be_sent_again};

/// The states that users see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutState {
    /// A finding forbids it.
    Invalid,
    /// A person must decide.
    Held,
    /// May be sent.
    Ready,
    /// The intent is on disk; the request may be under way.
    Sending,
    /// Sent, and the answer is not known.
    InDoubt,
    /// The API has it.
    Submitted,
    /// The payee's bank has it.
    Paid,
    /// The money came back.
    Returned,
    /// The API made nothing, or cancelled it.
    Rejected,
    /// Only a person can tell.
    Attention,
}

impl PayoutState {
    /// Every state, in the order of a life.
    pub const ALL: [Self; 10] = [
        Self::Invalid,
        Self::Held,
        Self::Ready,
        Self::Sending,
        Self::InDoubt,
        Self::Submitted,
        Self::Paid,
        Self::Returned,
        Self::Rejected,
        Self::Attention,
    ];

    /// The name that users see.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Held => "held",
            Self::Ready => "ready",
            Self::Sending => "sending",
            Self::InDoubt => "in_doubt",
            Self::Submitted => "submitted",
            Self::Paid => "paid",
            Self::Returned => "returned",
            Self::Rejected => "rejected",
            Self::Attention => "attention",
        }
    }

    /// Whether a run has still something to do for it.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Ready | Self::Sending | Self::InDoubt)
    }

    /// Whether the API has a payout for it whose money has not come back.
    pub fn is_at_the_api(self) -> bool {
        matches!(self, Self::Submitted | Self::Paid)
    }
}

impl fmt::Display for PayoutState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Something that happened to one payout. What the journal records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// A person must decide before it may be sent.
    Held {
        /// Why, in words.
        why: String,
    },
    /// About to be sent. On disk before the first byte leaves.
    Intent {
        /// The attempt, from 1. A new attempt has a new key.
        attempt: u32,
        /// By which operation of the API. Journals from before there were others say nothing.
        #[serde(default = "withdrawal", rename = "operation")]
        kind: Kind,
    },
    /// A later run corrects its run and does not have it: it is never sent.
    Superseded {
        /// The later run.
        by: RunId,
    },
    /// A person refused its run: it is not sent.
    Refused {
        /// Who.
        by: String,
        /// Why, in words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<String>,
    },
    /// What the API answered.
    Answered(Answer),
    /// What a look-up showed.
    LookedUp(Sighting),
    /// Too often or too long in doubt, or the policy forbids to send again.
    GivenUp {
        /// Why, in words.
        why: String,
    },
    /// The API declined a first sending for its quote alone, and so made nothing: a new attempt with a new quote may be
    /// sent.
    QuoteEnded,
    /// The API declined a first sending for want of money alone, and so made nothing: a new attempt may be sent once the
    /// money is there.
    Unfunded,
    /// Where it stands with the banks.
    Followed(PayoutStatus),
    /// The API shows something else under the id of the payout than was made.
    Differs {
        /// What was seen, in words.
        what: String,
    },
    /// The API has not shown the payout any more, at look after look.
    Vanished {
        /// Since then.
        since: Timestamp,
        /// What the API says when it is asked for it, where it says anything.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        said: Option<String>,
    },
    /// A person checked at the API that it was made.
    SettledMade {
        /// The API's id of it.
        flash_id: String,
        /// Why the person is sure.
        reason: String,
        /// Where it stands.
        status: Option<PayoutStatus>,
    },
    /// A person is sure that it was not made: a new attempt may be sent.
    SettledNotMade {
        /// Why the person is sure.
        reason: String,
    },
}

fn withdrawal() -> Kind {
    Kind::Withdrawal
}

/// Where one payout stands, derived from its facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Life {
    /// The state.
    pub state: PayoutState,
    /// The attempt that is or will be under way, from 1.
    pub attempt: u32,
    /// How often this attempt was sent and may have had an effect.
    pub sendings: u32,
    /// Whether any sending of this attempt is in doubt and not yet proven to have made nothing.
    pub doubt: bool,
    /// When this attempt was first sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_sent: Option<Timestamp>,
    /// When this attempt was last sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_sent: Option<Timestamp>,
    /// When a look-up without a canary first showed nothing, since the last sending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent_since: Option<Timestamp>,
    /// When this attempt was proven to have made nothing so far, so that the same bytes may go again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proven_absent: Option<Timestamp>,
    /// The run that has taken its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<RunId>,
    /// The API's id of the payout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flash_id: Option<String>,
    /// The last status with the banks that is believed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<PayoutStatus>,
    /// The API's last word for it, believed or not, with all that it has told so far of fee, way and sums.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    told: Option<Box<PayoutStatus>>,
    /// What earlier attempts cost, as far as the API told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fees_before: Option<Decimal>,
    /// What the API shows now, where that is not believed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oddity: Option<Oddity>,
    /// When it was first seen that the payee's bank has it, if it still has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<Timestamp>,
    /// Why it stands where it stands, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// When the last thing happened to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<Timestamp>,
}

impl Life {
    /// A payout to which nothing has happened yet.
    pub fn new(state: PayoutState, why: Option<String>) -> Self {
        Self {
            state,
            attempt: 1,
            sendings: 0,
            doubt: false,
            first_sent: None,
            last_sent: None,
            absent_since: None,
            proven_absent: None,
            superseded_by: None,
            flash_id: None,
            status: None,
            told: None,
            fees_before: None,
            oddity: None,
            paid_at: None,
            why,
            changed: None,
        }
    }

    /// Whether anything was ever sent for this payout that may have made it: other content may no longer
    /// replace it.
    pub fn was_sent(&self) -> bool {
        self.sendings > 0 || self.attempt > 1 || self.flash_id.is_some()
    }

    /// Whether it is certain that this payout has paid nobody and never will, and that another may take its place: the API
    /// made nothing, or cancelled it for a reason that allows another, or the money is back.
    pub fn is_over(&self) -> bool {
        match (self.state, &self.flash_id) {
            (PayoutState::Returned, _) => true,
            (PayoutState::Rejected, None) => !self.doubt,
            (PayoutState::Rejected, Some(_)) => {
                may_be_sent_again(self.status.as_ref().and_then(|status| status.reject_code.as_deref()))
            }
            _ => false,
        }
    }

    /// Whether nothing else may be paid in its place: it has paid, still may, or must not be repeated.
    pub fn keeps_its_place(&self) -> bool {
        !self.is_over() && self.state != PayoutState::Held
    }

    /// Whether the banks may still have something to say of it: it is under way, or the API has it in a way that
    /// only a person understands so far.
    pub fn is_followed(&self) -> bool {
        let is_unclear = self.state == PayoutState::Attention && self.flash_id.is_some();
        self.state == PayoutState::Submitted || is_unclear
    }

    /// Whether it may still change by itself: as above, or the payee's bank has it and may send it back.
    pub fn is_watched(&self) -> bool {
        self.is_followed() || (self.state == PayoutState::Paid && self.flash_id.is_some())
    }

    /// The API's last word for where it stands, believed or not. What it told once of fee, way and sums stays in it.
    pub fn shown(&self) -> Option<&PayoutStatus> {
        self.told.as_deref()
    }

    /// What the API has charged so far, by all attempts and as far as it has told.
    pub fn fee(&self) -> Option<Decimal> {
        let now = self.shown().and_then(|told| told.fee);
        self.fees_before.map_or(now, |before| Some(before + now.unwrap_or_default()))
    }

    /// Carries the life over one fact that happened at `at`.
    pub fn apply(&mut self, fact: &Fact, at: Timestamp) {
        match fact {
            Fact::Held { why } => self.stands(PayoutState::Held, Some(why.clone())),
            Fact::Superseded { by } => {
                self.superseded_by = Some(*by);
                self.stands(PayoutState::Held, Some(format!("run {by} has taken the place of this run")));
            }
            Fact::Refused { by, why } => self.refused(by, why.as_deref()),
            Fact::Intent { attempt, kind: _ } => self.intent(*attempt, at),
            Fact::Answered(answer) => self.answered(answer, at),
            Fact::LookedUp(sighting) => self.looked_up(sighting, at),
            // what the API has not made cannot be followed: what is ready, say, stays so
            Fact::Followed(_) | Fact::Differs { .. } | Fact::Vanished { .. } if self.flash_id.is_none() => {
                return;
            }
            Fact::GivenUp { why } => self.stands(PayoutState::Attention, Some(why.clone())),
            Fact::QuoteEnded => self.begins_anew(self.why.clone()),
            Fact::Unfunded => {
                let said = self.why.as_ref().map_or(String::new(), |said| format!(" ({said})"));
                self.begins_anew(Some(format!(
                    "Flash made nothing, since the balance does not cover it and its fee{said}; put more money into the account"
                )));
            }
            Fact::Followed(status) => self.followed(status, at),
            Fact::Differs { what } => self.differs(what),
            Fact::Vanished { since, said } => self.vanished(*since, said.as_deref()),
            Fact::SettledMade { flash_id, status, .. } => self.made(flash_id, status.as_ref(), at),
            Fact::SettledNotMade { .. } => self.anew(None),
        }
        self.changed = Some(at);
    }

    fn stands(&mut self, state: PayoutState, why: Option<String>) {
        self.state = state;
        self.why = why;
    }

    /// Only what was never sent can be taken back.
    fn refused(&mut self, by: &str, why: Option<&str>) {
        if self.state == PayoutState::Ready && !self.was_sent() {
            let why = why.map_or(String::new(), |why| format!(": {why}"));
            self.stands(PayoutState::Held, Some(format!("{by} refused the run{why}")));
        }
    }

    fn intent(&mut self, attempt: u32, at: Timestamp) {
        self.stands(PayoutState::Sending, None);
        self.attempt = attempt;
        self.sendings += 1;
        self.first_sent.get_or_insert(at);
        self.last_sent = Some(at);
        self.absent_since = None;
        self.proven_absent = None;
    }

    fn answered(&mut self, answer: &Answer, at: Timestamp) {
        if !matches!(answer, Answer::NotSent { .. } | Answer::Refused { .. }) {
            self.last_sent = Some(at); // the bytes may have left much later than the intent was written
        }
        match answer {
            Answer::Accepted { flash_id, status } => self.made(flash_id, status.as_ref(), at),
            Answer::Declined { code, message } if !self.doubt => {
                self.stands(PayoutState::Rejected, Some(words(code, message)));
            }
            Answer::Declined { code, message } => {
                self.in_doubt(format!(
                    "an earlier sending is in doubt; the repetition was answered {}",
                    words(code, message)
                ));
            }
            Answer::NotSent { why } => self.sent_nothing(why),
            Answer::Refused { why } => self.sent_nothing(match why {
                super::Refusal::Unauthenticated => "the API did not accept our login",
                super::Refusal::Throttled => "the API asked us to slow down",
            }),
            Answer::InDoubt { why } => self.in_doubt(why.clone()),
        }
    }

    /// Only what was declined without any doubt before it begins anew: else it may exist.
    fn begins_anew(&mut self, why: Option<String>) {
        if self.state == PayoutState::Rejected && self.flash_id.is_none() && !self.doubt {
            self.anew(why);
        }
    }

    fn anew(&mut self, why: Option<String>) {
        let fees_before = self.fee();
        *self = Self { attempt: self.attempt + 1, fees_before, ..Self::new(PayoutState::Ready, why) };
    }

    fn in_doubt(&mut self, why: String) {
        self.doubt = true;
        self.stands(PayoutState::InDoubt, Some(why));
    }

    /// This sending made nothing; what earlier sendings of the attempt did is as unknown as before.
    fn sent_nothing(&mut self, why: &str) {
        self.sendings = self.sendings.saturating_sub(1);
        if self.doubt {
            self.stands(PayoutState::InDoubt, Some(why.to_owned()));
        } else {
            (self.first_sent, self.last_sent) = (None, None);
            self.stands(PayoutState::Ready, Some(why.to_owned()));
        }
    }

    fn looked_up(&mut self, sighting: &Sighting, at: Timestamp) {
        self.doubt = true; // a crash after the intent leaves no other trace of the doubt
        match sighting {
            Sighting::Made { flash_id, status } => self.made(flash_id, status.as_ref(), at),
            Sighting::Conflict { what } | Sighting::Unprovable { why: what } => {
                self.stands(PayoutState::Attention, Some(what.clone()));
            }
            Sighting::Absent => {
                self.proven_absent = Some(at);
                self.in_doubt("the API shows no such payout".to_owned());
            }
            Sighting::AbsentWithoutCanary => {
                self.proven_absent = self.absent_since.map(|_| at);
                self.absent_since.get_or_insert(at);
                self.in_doubt("the API shows no such payout, but nothing else either".to_owned());
            }
        }
    }

    fn made(&mut self, flash_id: &str, status: Option<&PayoutStatus>, at: Timestamp) {
        if self.flash_id.as_deref().is_some_and(|before| before != flash_id) {
            (self.fees_before, self.told) = (self.fee(), None); // what was told of the other one is not of this
        }
        self.flash_id = Some(flash_id.to_owned());
        self.doubt = false;
        (self.status, self.oddity, self.paid_at) = (None, None, None);
        self.stands(PayoutState::Submitted, None);
        if let Some(status) = status {
            self.followed(status, at);
        }
    }

    fn followed(&mut self, status: &PayoutStatus, at: Timestamp) {
        self.told = Some(Box::new(status.with_what_was_told(self.shown())));
        let why = status.reject_code.clone().or_else(|| status.message.clone());
        if let Some(what) = self.unbelievable(status) {
            self.oddity = Some(Oddity::Status { status: status.clone() });
            return self.stands(PayoutState::Attention, Some(what));
        }
        (self.status, self.oddity) = (Some(status.clone()), None);
        match status.meaning {
            StatusMeaning::UnderWay => self.stands(PayoutState::Submitted, course::what_is_awaited(status)),
            StatusMeaning::Paid => {
                self.paid_at.get_or_insert(at);
                return self.stands(PayoutState::Paid, None);
            }
            StatusMeaning::Returned => self.stands(PayoutState::Returned, why),
            StatusMeaning::Cancelled => self.stands(PayoutState::Rejected, why),
            StatusMeaning::Undelivered => {
                let said = why.map_or(String::new(), |why| format!(" ({why})"));
                let what = format!("Flash could not deliver it{said}; ask Flash whether the money is back");
                self.stands(PayoutState::Attention, Some(what));
            }
            StatusMeaning::Unknown => {} // is not believed
        }
        self.paid_at = None;
    }

    /// Why a status is not believed: nobody knows it, or it cannot come after the one before.
    fn unbelievable(&self, status: &PayoutStatus) -> Option<String> {
        if status.meaning == StatusMeaning::Unknown {
            let name = &status.name;
            return Some(format!("the API shows the status {name}, which this program does not know"));
        }
        let before = self.status.as_ref().filter(|before| !course::can_follow(before, status))?;
        Some(format!(
            "Flash showed {} before and shows {} now, which cannot come after it; ask Flash which is true",
            before.name, status.name
        ))
    }

    fn differs(&mut self, what: &str) {
        self.oddity = Some(Oddity::Content { what: what.to_owned() });
        self.stands(PayoutState::Attention, Some(what.to_owned()));
    }

    fn vanished(&mut self, since: Timestamp, said: Option<&str>) {
        self.oddity = Some(Oddity::Gone);
        let said = said.map_or(String::new(), |said| format!(" and says: {said}"));
        let before =
            self.status.as_ref().map_or(String::new(), |status| format!("; it was {} before", status.name));
        let since = since.strftime("%-d %b %Y %H:%M UTC");
        let what =
            format!("Flash has not shown it since {since}{said}{before}; ask Flash what has become of it");
        self.stands(PayoutState::Attention, Some(what));
    }
}

fn words(code: &str, message: &str) -> String {
    match (code.is_empty(), message.is_empty()) {
        (_, true) => code.to_owned(),
        (true, false) => message.to_owned(),
        (false, false) => format!("{code}: {message}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Refusal;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn life(facts: &[Fact]) -> Life {
        let mut life = Life::new(PayoutState::Ready, None);
        for (second, fact) in facts.iter().enumerate() {
            life.apply(fact, at(i64::try_from(second).expect("small")));
        }
        life
    }

    const INTENT: Fact = Fact::Intent { attempt: 1, kind: Kind::Payment };

    fn declined() -> Fact {
        Fact::Answered(Answer::Declined { code: "NO".into(), message: String::new() })
    }

    fn doubt() -> Fact {
        Fact::Answered(Answer::InDoubt { why: "time-out".into() })
    }

    #[test]
    fn a_refusal_of_a_first_sending_is_believed_and_of_a_repetition_is_not() {
        assert_eq!(life(&[INTENT, declined()]).state, PayoutState::Rejected);
        assert_eq!(life(&[INTENT, doubt(), INTENT, declined()]).state, PayoutState::InDoubt);
        assert_eq!(
            life(&[INTENT, Fact::LookedUp(Sighting::Absent), INTENT, declined()]).state,
            PayoutState::InDoubt
        );
    }

    #[test]
    fn only_what_was_declined_without_doubt_begins_anew() {
        for fact in [Fact::QuoteEnded, Fact::Unfunded] {
            let anew = life(&[INTENT, declined(), fact.clone()]);
            assert_eq!((anew.state, anew.attempt, anew.sendings), (PayoutState::Ready, 2, 0));
            assert!(anew.was_sent(), "other content may no longer replace it");
            for before in [
                vec![INTENT],
                vec![INTENT, doubt()],
                vec![INTENT, doubt(), INTENT, declined()],
                vec![INTENT, Fact::Answered(Answer::Accepted { flash_id: "p1".into(), status: None })],
            ] {
                let stands = life(&before);
                let after = life(&[before, vec![fact.clone()]].concat());
                assert_eq!(Life { changed: stands.changed, ..after }, stands);
            }
        }
    }

    #[test]
    fn a_doubt_outlives_being_turned_away_at_the_door() {
        let refused = Fact::Answered(Answer::Refused { why: Refusal::Throttled });
        assert_eq!(life(&[INTENT, refused.clone()]).state, PayoutState::Ready);
        assert_eq!(life(&[INTENT, refused.clone()]).sendings, 0);
        let again = life(&[INTENT, doubt(), INTENT, refused]);
        assert_eq!((again.state, again.sendings), (PayoutState::InDoubt, 1));
    }

    #[test]
    fn what_could_not_be_delivered_needs_a_person_until_it_is_cancelled_or_arrives() {
        let status = |name: &str, meaning| {
            Fact::Followed(PayoutStatus {
                name: name.into(),
                reject_code: None,
                message: Some("account closed".into()),
                meaning,
                fee: None,
                rail: None,
                converted: None,
            })
        };
        let accepted = Fact::Answered(Answer::Accepted { flash_id: "p1".into(), status: None });
        let failed = [INTENT, accepted, status("FAILED", StatusMeaning::Undelivered)];
        let stands = life(&failed);
        assert_eq!(stands.state, PayoutState::Attention);
        assert!(stands.why.is_some_and(|why| why.contains("account closed") && why.contains("ask Flash")));
        let after = |name, meaning| life(&[failed.as_slice(), &[status(name, meaning)]].concat()).state;
        assert_eq!(after("CANCELLED", StatusMeaning::Cancelled), PayoutState::Rejected);
        assert_eq!(after("CLOSED", StatusMeaning::Paid), PayoutState::Paid);
    }

    fn status(name: &str, meaning: StatusMeaning) -> Fact {
        Fact::Followed(PayoutStatus {
            name: name.into(),
            reject_code: None,
            message: None,
            meaning,
            fee: None,
            rail: None,
            converted: None,
        })
    }

    fn accepted() -> Fact {
        Fact::Answered(Answer::Accepted { flash_id: "w1".into(), status: None })
    }

    #[test]
    fn what_cannot_follow_is_a_person_s_until_it_can_and_the_belief_stays() {
        let cancelled = status("CANCELLED", StatusMeaning::Cancelled);
        let confirmed = status("CONFIRMED", StatusMeaning::Paid);
        let revived = life(&[INTENT, accepted(), cancelled.clone(), confirmed.clone()]);
        assert_eq!((revived.state, revived.paid_at), (PayoutState::Attention, None));
        let why = revived.why.clone().expect("words");
        assert!(why.contains("CANCELLED before") && why.contains("CONFIRMED now"), "{why}");
        assert_eq!(revived.shown().map(|status| status.name.as_str()), Some("CONFIRMED"));
        assert_eq!(revived.status.as_ref().map(|status| status.name.as_str()), Some("CANCELLED"));
        // what would come after the word that is not believed is not believed either
        let on =
            [INTENT, accepted(), cancelled.clone(), confirmed, status("FAILED", StatusMeaning::UnderWay)];
        assert_eq!(life(&on).state, PayoutState::Attention);
        let back = life(&[on.as_slice(), &[cancelled]].concat());
        assert_eq!((back.state, back.oddity), (PayoutState::Rejected, None));
        let settled = Fact::SettledMade { flash_id: "w1".into(), reason: String::new(), status: None };
        let settled = life(&[on.as_slice(), &[settled, status("PENDING", StatusMeaning::UnderWay)]].concat());
        assert_eq!(settled.state, PayoutState::Submitted, "a person's word is a new beginning");
    }

    #[test]
    fn what_was_told_once_outlives_a_person_s_word_and_new_attempts() {
        let with_fee = |name: &str, fee: Option<u32>| {
            let Fact::Followed(status) = status(name, StatusMeaning::UnderWay) else { unreachable!() };
            Fact::Followed(PayoutStatus { fee: fee.map(Decimal::from), rail: Some("NPP".into()), ..status })
        };
        let mut facts = vec![INTENT, accepted(), with_fee("INITIALISED", Some(2)), with_fee("PENDING", None)];
        facts.push(Fact::SettledMade { flash_id: "w1".into(), reason: String::new(), status: None });
        let stands = life(&facts);
        let shown = stands.shown().map(|told| (told.name.as_str(), told.rail.as_deref()));
        assert_eq!((shown, stands.fee()), (Some(("PENDING", Some("NPP"))), Some(2.into())));
        let mut of_another = facts.clone();
        of_another.push(Fact::SettledMade { flash_id: "w2".into(), reason: String::new(), status: None });
        assert_eq!((life(&of_another).shown(), life(&of_another).fee()), (None, Some(2.into())));
        facts.push(Fact::SettledNotMade { reason: String::new() });
        assert_eq!((life(&facts).shown(), life(&facts).fee()), (None, Some(2.into())));
        let again = [Fact::Intent { attempt: 2, kind: Kind::Payment }, accepted()];
        facts.extend(again.into_iter().chain([with_fee("PENDING", Some(3))]));
        assert_eq!(life(&facts).fee(), Some(5.into()), "both have cost something");
    }

    #[test]
    fn a_late_return_ends_the_time_since_it_was_paid() {
        let paid = [INTENT, accepted(), status("CONFIRMED", StatusMeaning::Paid)];
        assert_eq!(life(&paid).paid_at, Some(at(2)));
        let again = [paid.as_slice(), &[status("CONFIRMED", StatusMeaning::Paid)]].concat();
        assert_eq!(life(&again).paid_at, Some(at(2)), "when it was seen first");
        let failed = [paid.as_slice(), &[status("FAILED", StatusMeaning::UnderWay)]].concat();
        assert_eq!((life(&failed).state, life(&failed).paid_at), (PayoutState::Submitted, None));
        let refunded = [failed.as_slice(), &[status("REFUNDED", StatusMeaning::Returned)]].concat();
        assert_eq!(life(&refunded).state, PayoutState::Returned);
        let anew = [failed.as_slice(), &[status("CONFIRMED", StatusMeaning::Paid)]].concat();
        assert_eq!(life(&anew).paid_at, Some(at(4)));
    }

    #[test]
    fn nothing_that_is_seen_makes_a_payout_that_the_api_has_sendable() {
        let odd = [
            Fact::Differs { what: "another amount".into() },
            Fact::Vanished { since: at(0), said: None },
            status("ESCALATED", StatusMeaning::Unknown),
            status("INITIALISED", StatusMeaning::UnderWay),
        ];
        let paid = [INTENT, accepted(), status("CONFIRMED", StatusMeaning::Paid)];
        for fact in odd {
            let stands = life(&[paid.as_slice(), std::slice::from_ref(&fact)].concat());
            assert_eq!(stands.state, PayoutState::Attention, "{fact:?}");
            assert!(stands.is_watched() && stands.was_sent() && stands.paid_at.is_some());
            let healed =
                life(&[paid.as_slice(), &[fact.clone(), status("CONFIRMED", StatusMeaning::Paid)]].concat());
            assert_eq!((healed.state, healed.paid_at), (PayoutState::Paid, Some(at(2))), "{fact:?}");
            // and what was never made stays as it is
            assert_eq!(life(&[fact]), life(&[]));
        }
    }

    #[test]
    fn an_intent_of_a_journal_from_before_payments_is_a_withdrawal_s() {
        let old: Fact = serde_json::from_str(r#"{"fact":"intent","attempt":2}"#).expect("a fact");
        assert_eq!(old, Fact::Intent { attempt: 2, kind: Kind::Withdrawal });
        let new = serde_json::to_string(&INTENT).expect("JSON");
        assert_eq!(new, r#"{"fact":"intent","attempt":1,"operation":"payment"}"#);
    }

    #[test]
    fn an_intent_without_an_answer_stays_sending() {
        assert_eq!(life(&[INTENT]).state, PayoutState::Sending);
    }

    #[test]
    fn every_new_sending_needs_a_new_proof() {
        let seen = Fact::LookedUp(Sighting::Absent);
        assert!(life(&[INTENT, doubt(), seen.clone()]).proven_absent.is_some());
        assert!(life(&[INTENT, doubt(), seen, INTENT]).proven_absent.is_none());
    }
}
