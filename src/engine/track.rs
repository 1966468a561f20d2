//! Tracking: what the banks made of the payouts that the API has, round by round, until each is at its end.
//!
//! A round looks at what is due, in few requests with pauses between them, and writes down only what is news. It moves no
//! money and makes nothing sendable; interrupted at any moment it has written what it has told, and asks for the rest again.

use std::time::{Duration, Instant};

use serde::Serialize;

use super::batches::{Batches, Entries};
use super::looks::{Looks, missed, shown};
use super::{Engine, EngineError, StopReason};
use crate::domain::{
    Event, ExternalId, Fact, Kind, Life, Oddity, PayoutEntry, PayoutState, RunId, Seen, Timestamp,
    run_as_typed,
};
use crate::gateway::{GatewayError, PayoutRecord, Shown};

/// The pause between two requests of a round, at least; as long as the last answer took, if that was longer.
const PAUSE: Duration = Duration::from_millis(200);
/// The first pause between two looks at the end of a run; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(150);
/// After so many requests in a row without a usable answer a round is given up. Where one payout alone spoils answers,
/// the other half of every group is answered, so that there are never so many in a row.
const MOST_TROUBLES: u32 = 3;

/// Whose payouts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Those of every run.
    All,
    /// Those of one run.
    Run(RunId),
}

impl Which {
    /// Whether the payouts of a run are meant.
    pub fn has(self, run: RunId) -> bool {
        match self {
            Self::All => true,
            Self::Run(only) => only == run,
        }
    }
}

/// Which of them are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Those whose time has come.
    Due,
    /// Those that are under way or unclear, whenever they were looked at.
    UnderWay,
    /// All that the API has made, also what is at its end.
    Everything,
}

/// A payout that stands elsewhere than it did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// The run that pays it.
    #[serde(serialize_with = "run_as_typed")]
    pub run: RunId,
    /// Its row.
    pub row: u32,
    /// Its id at the API that we gave.
    pub external_id: ExternalId,
    /// The id at the API that it gave.
    pub flash_id: Option<String>,
    /// Who is paid.
    pub payee: String,
    /// How much, in words.
    pub amount: String,
    /// The state before.
    pub from: PayoutState,
    /// The state now.
    pub to: PayoutState,
    /// The API's word for it before.
    pub was: Option<String>,
    /// The API's word for it now.
    pub is: Option<String>,
    /// Why it stands there.
    pub why: Option<String>,
}

/// What came of a round.
#[derive(Debug, Default)]
pub struct Round {
    /// So many payouts were looked at.
    pub looked: u64,
    /// In so many requests.
    pub requests: u64,
    /// So many of them are still under way.
    pub under_way: u64,
    /// So many of them the API would or could not show, though it answers.
    pub refused: u64,
    /// What it said of the last of these.
    pub said: Option<String>,
    /// Those that stand elsewhere now. It is on disk.
    pub changed: Vec<Moved>,
    /// When the next look is due; none where nothing can come any more.
    pub next: Option<Timestamp>,
    /// Why not all could be looked at.
    pub trouble: Option<GatewayError>,
}

impl Engine {
    /// One round. `looks` is kept between rounds.
    pub async fn track(&self, which: Which, depth: Depth, looks: &mut Looks) -> Result<Round, EngineError> {
        looks.refresh(self.journal.checkpoint(), self.clock.now())?;
        let mut round = self.round(which, depth, None, looks).await?;
        looks.refresh(self.journal.checkpoint(), self.clock.now())?;
        round.next = looks.next(which);
        Ok(round)
    }

    /// At the end of a run: looks at its payouts that are under way until all have arrived or the time for it is over.
    /// Not being able to look is no failure of the run; tracking goes on with it.
    pub(super) async fn follow(&self, run: RunId) -> Result<Option<StopReason>, EngineError> {
        let until = Instant::now() + self.terms.follow;
        let mut looks = Looks::default();
        let mut pause = FIRST_PAUSE;
        while Instant::now() < until && !self.stop.sleep(pause.min(self.terms.follow)).await {
            let round = self.round(Which::Run(run), Depth::UnderWay, Some(until), &mut looks).await?;
            if round.under_way == 0 || round.trouble.is_some() {
                break;
            }
            pause *= 2;
        }
        Ok(None)
    }

    async fn round(
        &self,
        which: Which,
        depth: Depth,
        until: Option<Instant>,
        looks: &mut Looks,
    ) -> Result<Round, EngineError> {
        let mut round = Round::default();
        let (mut troubles, mut is_answered) = (0, false);
        let mut pause = PAUSE;
        let mut batches = Batches::new(self.to_look_at(which, depth, looks)?, depth);
        while let Some((kind, mut group)) = batches.next(looks)? {
            if round.requests > 0 && until.is_none() && self.stop.sleep(pause).await {
                break;
            }
            let _turn = self.journal.turn_to_look().await;
            let is_over = until.is_some_and(|until| Instant::now() >= until);
            if is_over || self.stop.is_asked() {
                break;
            }
            for entry in &mut group {
                *entry = self.entry(entry.id)?; // another round may have looked at it meanwhile
            }
            round.requests += 1;
            let began = Instant::now();
            let answer = self.look_at(kind, &mut group, looks, &mut round).await?;
            pause = PAUSE.max(began.elapsed());
            match answer {
                Ok(()) => (troubles, is_answered) = (0, true),
                Err(error) => {
                    // the answer may be of no use because of one of them
                    let is_unclear = matches!(error, GatewayError::Unclear { .. });
                    let is_alone = is_unclear && group.len() == 1;
                    if is_alone && batches.is_last() && !is_answered {
                        is_answered = self.answers(kind, &group[0], looks, &mut round).await?;
                    }
                    if is_alone && is_answered {
                        let said = vec![Shown::Refused(error.to_string())];
                        self.take_in(&mut group, said, looks, &mut round).await?;
                        continue;
                    }
                    looks.put_off(&group, self.clock.now());
                    troubles += 1;
                    if is_unclear {
                        looks.split(&group);
                    }
                    if !is_unclear || troubles >= MOST_TROUBLES || (is_alone && batches.is_last()) {
                        round.trouble = Some(error);
                        break;
                    }
                    batches.again(kind, group);
                }
            }
        }
        Ok(round)
    }

    fn to_look_at(&self, which: Which, depth: Depth, looks: &mut Looks) -> Result<Entries<'_>, EngineError> {
        let checkpoint = self.journal.checkpoint();
        if depth == Depth::Due {
            let due = looks.due(which, self.clock.now());
            return Ok(Box::new(due.into_iter().map(|id| self.entry(id).map_err(EngineError::from))));
        }
        let runs = match which {
            Which::Run(run) => vec![run],
            Which::All => checkpoint.runs()?.into_iter().map(|(head, _)| head.run).collect(),
        };
        let own = runs.into_iter().flat_map(move |run| checkpoint.own_payouts(run));
        let wanted = move |entry: &PayoutEntry| match depth {
            Depth::UnderWay => entry.life.is_followed(),
            Depth::Due | Depth::Everything => entry.life.flash_id.is_some(),
        };
        let wanted = own.filter(move |entry| entry.as_ref().map_or(true, wanted));
        Ok(Box::new(wanted.map(|entry| entry.map_err(EngineError::from))))
    }

    /// Whether the API answers for a payout of the same kind that it is known to have.
    async fn answers(
        &self,
        kind: Kind,
        apart: &PayoutEntry,
        looks: &mut Looks,
        round: &mut Round,
    ) -> Result<bool, EngineError> {
        let known = self.journal.checkpoint().canaries(kind)?.into_iter().find(|known| known.id != apart.id);
        let Some(id) = known.and_then(|known| known.life.flash_id) else { return Ok(false) };
        round.requests += 1;
        let answers = self.gateway.payouts_by_id(kind, &[id]).await;
        let is_answered = answers.is_ok_and(|answers| answers.into_iter().any(|it| it.payout().is_some()));
        if is_answered {
            looks.answered(&[]);
        }
        Ok(is_answered)
    }

    /// One request.
    async fn look_at(
        &self,
        kind: Kind,
        group: &mut [PayoutEntry],
        looks: &mut Looks,
        round: &mut Round,
    ) -> Result<Result<(), GatewayError>, EngineError> {
        let ids: Vec<String> = group.iter().filter_map(|entry| entry.life.flash_id.clone()).collect();
        match self.gateway.payouts_by_id(kind, &ids).await {
            Ok(answers) => {
                looks.answered(group);
                self.take_in(group, answers, looks, round).await.map(Ok)
            }
            Err(error) => Ok(Err(error)),
        }
    }

    /// What an answer brings is on disk before anybody is told, and before it counts as looked at.
    async fn take_in(
        &self,
        group: &mut [PayoutEntry],
        answers: Vec<Shown>,
        looks: &mut Looks,
        round: &mut Round,
    ) -> Result<(), EngineError> {
        let checkpoint = self.journal.checkpoint();
        let now = self.clock.now();
        let (mut written, mut kept, mut moved) = (Vec::new(), Vec::new(), Vec::new());
        for (entry, answer) in group.iter_mut().zip(answers) {
            let mut look = looks.of(checkpoint, entry.id)?;
            let said = match &answer {
                Shown::Refused(said) => Some(said.clone()),
                Shown::Payout(_) | Shown::Nothing => None,
            };
            let fact = match answer.payout().and_then(|record| seen(entry, record)) {
                Some(seen) => {
                    shown(&mut look);
                    seen.news(&entry.life)
                }
                None => missed(&mut look, now)
                    .filter(|_| entry.life.oddity != Some(Oddity::Gone))
                    .map(|since| Fact::Vanished { since, said: said.clone() }),
            };
            if let Some(said) = said {
                (round.refused, round.said) = (round.refused + 1, Some(said));
            }
            let is_new = fact.is_some();
            if let Some(fact) = fact {
                let before = entry.life.clone();
                written.push(self.journal.happened(now, entry.id, fact.clone()));
                entry.apply(&fact, now);
                moved.extend(change(&before, entry));
            }
            looks.looked(entry, &mut look, is_new, now);
            kept.push((entry.id, look));
            round.under_way += u64::from(entry.life.state == PayoutState::Submitted);
        }
        for ack in written {
            ack.durable().await?;
        }
        checkpoint.keep_looks(&kept)?;
        for moved in &moved {
            self.tell(&Event::Payout { row: moved.row, from: moved.from, state: moved.to });
        }
        round.looked += kept.len() as u64;
        round.changed.append(&mut moved);
        Ok(())
    }
}

/// What an answer shows of a payout; none where it shows nothing of use.
pub(super) fn seen(entry: &PayoutEntry, record: PayoutRecord) -> Option<Seen> {
    let deal = entry.payout.deal();
    let flash_id = &record.flash_id;
    if record.amounts.contradict(&deal) {
        let shown = record.amounts;
        return Some(Seen::Differs(format!(
            "Flash's payout {flash_id} was made as {deal} and is {shown} now; ask Flash why"
        )));
    }
    if let Some(other) = record.external_id.as_deref().filter(|id| *id != entry.external_id.as_str()) {
        let ours = &entry.external_id;
        return Some(Seen::Differs(format!(
            "Flash's payout {flash_id} bore the id {ours} and bears {other} now; ask Flash why"
        )));
    }
    record.status.map(Seen::Status)
}

/// The difference that a fact made, if it made one that people see.
fn change(before: &Life, entry: &PayoutEntry) -> Option<Moved> {
    let life = &entry.life;
    let name = |life: &Life| life.shown().map(|status| status.name.clone());
    let (was, is) = (name(before), name(life));
    if before.state == life.state && was == is && before.why == life.why {
        return None;
    }
    Some(Moved {
        run: entry.run,
        row: entry.payout.row,
        external_id: entry.external_id.clone(),
        flash_id: life.flash_id.clone(),
        payee: entry.payout.payee.party.name.to_string(),
        amount: entry.payout.deal().to_string(),
        from: before.state,
        to: life.state,
        was,
        is,
        why: life.why.clone(),
    })
}
