//! Sending: the intent goes to disk, the bytes go out, the answer goes to disk.
//!
//! A run begins with one payout of each kind alone, and comes back to one at a time after trouble: a mistake in the
//! whole then costs one payment, and what was accepted is the canary by which look-ups of its kind prove themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;

use super::guard::{At, Guard, Kept, MOST_QUOTES};
use super::logged;
use super::mood::Mood;
use super::parties::Parties;
use super::{Engine, EngineError, StopReason};
use crate::domain::{
    Answer, Event, Fact, Kind, PartyMode, PayoutEntry, PayoutState, Refusal, RunHead, RunId, Stage,
};
use crate::gateway::{Callbacks, Gateway, GatewayError, Pass, PayoutRequest, RecipientBy, SenderBy};
use crate::journal::Record;
use crate::plan::{Step, next_step};

/// So many payouts sent one by one may end in doubt before the run stops.
const CAREFUL_DOUBTS: u32 = 3;
/// So often one payout is tried again that made nothing, before the run stops.
const MOST_REFUSALS: u32 = 6;

/// What is to be sent, and with which parties.
pub(super) struct Order {
    pub head: RunHead,
    pub parties: Parties,
    /// Repetitions that were turned away and made nothing.
    pub refused: AtomicU32,
    /// Whether payments may go at the rates of now.
    pub guard: Guard,
    /// The addresses that payouts bear, for each kind that can bear one.
    pub callbacks: BTreeMap<Kind, Callbacks>,
}

impl Order {
    /// The request of a payout, as it will be frozen. None where a party is not settled.
    fn request(&self, entry: &PayoutEntry, quote: Option<&Kept>) -> Option<String> {
        let payout = &entry.payout;
        let recipient = match self.head.parties {
            PartyMode::Inline => RecipientBy::Inline(&payout.payee),
            PartyMode::Precreate => {
                let key = (payout.payee.external_id(), payout.delivered());
                RecipientBy::Id(self.parties.payees.get(&key)?)
            }
        };
        let sender = match (&entry.remitter, self.head.parties) {
            (None, _) => SenderBy::Account, // or the sub-client
            (Some(id), PartyMode::Precreate) => SenderBy::Id(self.parties.remitters.get(id)?),
            (Some(id), PartyMode::Inline) => SenderBy::Inline(self.head.remitters.get(id)?),
        };
        let key = entry.id.idempotency_key(entry.life.attempt);
        let conversion = payout.conversion.as_ref();
        let callbacks = self.callbacks.get(&payout.kind());
        let callback_uri = callbacks.and_then(|callbacks| callbacks.uri(&entry.external_id));
        Some(Gateway::payout_body(&PayoutRequest {
            deal: payout.deal(),
            reference: payout.reference.as_deref(),
            external_id: &entry.external_id,
            key: &key,
            recipient,
            sender,
            sub_client_id: payout.sub_client_id.as_deref(),
            reason: payout.reason.as_deref(),
            source_of_funds: conversion.and_then(|conversion| conversion.source_of_funds.as_deref()),
            quote_id: quote.map(|quote| quote.id.as_str()),
            callback_uri: callback_uri.as_deref(),
        }))
    }
}

/// What a pass of sending came to.
struct Sent {
    /// How many payouts were tried.
    tried: u32,
    /// The kind of the one that was sent alone, where one was.
    alone: Option<Kind>,
}

impl Engine {
    /// Sends and settles until no payout of the run is open.
    pub(super) async fn pay(&self, order: Arc<Order>) -> Result<Option<StopReason>, EngineError> {
        let run = order.head.run;
        self.begin(Stage::Payouts, self.journal.checkpoint().open_payouts(run).count() as u64);
        let (kinds, mut unproven) = self.kinds(run)?;
        let mut careful_doubts = 0;
        let mut looks = super::doubt::Looks::default();
        let mut in_doubt = self.is_anything_in_doubt(run)?;
        let stopped = loop {
            if self.stop.is_asked() {
                break Some(StopReason::Asked);
            }
            let mood = Arc::new(Mood::default());
            let wait_first = !unproven.is_empty() && in_doubt;
            let sent = if wait_first {
                Sent { tried: 0, alone: None }
            } else {
                self.send_pass(&order, &unproven, &mood).await?
            };
            if let Some(obstacle) = mood.take_obstacle() {
                let lack = match obstacle {
                    StopReason::Funds(_) => self.lack_in_time(run, mood.lacks_money()).await?,
                    _ => None,
                };
                break Some(lack.unwrap_or(obstacle));
            }
            if self.is_anything_in_doubt(run)? {
                match self.unless_stopped(self.look_pass(run, &mut looks)).await.transpose()? {
                    None => break Some(StopReason::Asked),
                    Some(Some(reason)) => break Some(reason),
                    Some(None) => {}
                }
            }
            in_doubt = self.is_anything_in_doubt(run)?;
            match sent.alone {
                Some(kind) if mood.accepted() > 0 => {
                    unproven.remove(&kind);
                    careful_doubts = 0;
                }
                Some(_) => careful_doubts += mood.doubts(),
                None => {}
            }
            if mood.is_bad() {
                unproven.clone_from(&kinds);
            }
            if careful_doubts >= CAREFUL_DOUBTS {
                break Some(StopReason::Unreliable(format!(
                    "{CAREFUL_DOUBTS} payouts in a row, sent one by one, were left without a clear answer"
                )));
            }
            if sent.tried > 0 {
                continue;
            }
            let Some(pause) =
                self.until_next_step((run, &order.guard), &mut looks, wait_first && in_doubt)?
            else {
                break self.rates_stopped(run, &order.guard)?;
            };
            if self.stop.sleep(pause).await {
                break Some(StopReason::Asked);
            }
        };
        self.tell(&Event::End { stage: Stage::Payouts });
        Ok(stopped)
    }

    /// The addresses that payouts of the run bear, where they are wanted and the API takes them.
    pub(super) async fn callbacks(&self, run: RunId) -> Result<BTreeMap<Kind, Callbacks>, EngineError> {
        let mut taken = BTreeMap::new();
        let Some(callbacks) = &self.terms.callbacks else { return Ok(taken) };
        for kind in self.kinds(run)?.0 {
            if self.gateway.takes_callbacks(kind).await {
                taken.insert(kind, callbacks.clone());
            }
        }
        Ok(taken)
    }

    /// The kinds of the run's open payouts, and those of them that are not proven: of which the API has none of this
    /// run yet, or has declined one. What it meant may hold for all of the kind, so one goes first (again), alone.
    fn kinds(&self, run: RunId) -> Result<(BTreeSet<Kind>, BTreeSet<Kind>), EngineError> {
        let checkpoint = self.journal.checkpoint();
        let mut submitted = BTreeSet::new();
        for kind in Kind::ALL {
            if checkpoint.canaries(kind)?.iter().any(|entry| entry.run == run) {
                submitted.insert(kind);
            }
        }
        let (mut open, mut declined) = (BTreeSet::new(), BTreeSet::new());
        for entry in checkpoint.own_payouts(run) {
            let entry = entry?;
            let (kind, life) = (entry.payout.kind(), entry.life);
            if life.state.is_open() {
                open.insert(kind);
            }
            if life.state == PayoutState::Rejected && life.flash_id.is_none() {
                declined.insert(kind);
            }
        }
        let is_unproven = |kind: &&Kind| !submitted.contains(kind) || declined.contains(kind);
        let unproven = open.iter().filter(is_unproven).copied().collect();
        Ok((open, unproven))
    }

    fn is_anything_in_doubt(&self, run: RunId) -> Result<bool, EngineError> {
        for open in self.journal.checkpoint().open_payouts(run) {
            let life = self.entry(open?.1)?.life;
            if matches!(self.next(&life), Step::LookUpAt(_) | Step::GiveUp(_)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(super) fn next(&self, life: &crate::domain::Life) -> Step {
        next_step(life, self.clock.now(), &self.terms.policy)
    }

    /// Sends what is to be sent now: one payout alone of a kind that is not proven yet, or all.
    async fn send_pass(
        &self,
        order: &Arc<Order>,
        unproven: &BTreeSet<Kind>,
        mood: &Arc<Mood>,
    ) -> Result<Sent, EngineError> {
        let run = order.head.run;
        if !unproven.is_empty()
            && let Some(entry) = self.first_to_send((run, &order.guard), unproven)?
        {
            let alone = Some(entry.payout.kind());
            let stopped = self.stop.is_asked();
            if !stopped {
                self.send(entry, order, true, mood).await?;
            }
            return Ok(Sent { tried: u32::from(!stopped), alone });
        }
        let mut tasks = JoinSet::new();
        let mut tried = 0;
        for open in self.journal.checkpoint().open_payouts(run) {
            let entry = self.entry(open?.1)?;
            if !self.is_free_to_go(&entry, &order.guard) {
                continue;
            }
            while tasks.len() >= self.terms.max_in_flight * 2 {
                joined(tasks.join_next().await)?;
            }
            if self.stop.is_asked() || mood.is_bad() {
                break;
            }
            tried += 1;
            let (engine, order, mood) = (self.clone(), Arc::clone(order), Arc::clone(mood));
            tasks.spawn(async move { engine.send(entry, &order, false, &mood).await });
        }
        while let Some(result) = tasks.join_next().await {
            joined(Some(result))?;
        }
        Ok(Sent { tried, alone: None })
    }

    pub(super) fn is_to_be_sent(&self, entry: &PayoutEntry) -> bool {
        matches!(self.next(&entry.life), Step::Send | Step::SendAgain)
    }

    /// Whether a payout is to be sent now, and not left to wait for a rate.
    fn is_free_to_go(&self, entry: &PayoutEntry, guard: &Guard) -> bool {
        match self.next(&entry.life) {
            Step::Send => !guard.stops(entry),
            Step::SendAgain => true,
            Step::Nothing | Step::LookUpAt(_) | Step::GiveUp(_) => false,
        }
    }

    /// The first payout of these kinds that is to be sent now.
    fn first_to_send(
        &self,
        (run, guard): (RunId, &Guard),
        kinds: &BTreeSet<Kind>,
    ) -> Result<Option<PayoutEntry>, EngineError> {
        for open in self.journal.checkpoint().open_payouts(run) {
            let entry = self.entry(open?.1)?;
            if kinds.contains(&entry.payout.kind()) && self.is_free_to_go(&entry, guard) {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    /// Sends one payout until there is an answer to it, good or bad.
    async fn send(
        &self,
        mut entry: PayoutEntry,
        order: &Order,
        careful: bool,
        mood: &Mood,
    ) -> Result<(), EngineError> {
        let guard = &order.guard;
        let _turn = guard.turn(&entry).await;
        let mut quotes = 0;
        for refusals in 1..=MOST_REFUSALS {
            let Some((pass, quote)) = self.admitted(&entry, guard, mood).await else { return Ok(()) };
            let Some(request) = order.request(&entry, quote.as_ref()) else {
                let why = "its payee or remitter is not settled at Flash any more".to_owned();
                let is_doubtful = entry.life.state != PayoutState::Ready;
                let fact = if is_doubtful { Fact::GivenUp { why } } else { Fact::Held { why } };
                return Ok(self.happened(&mut entry, fact).await?);
            };
            let now = self.clock.now();
            let intent = if guard.may_bear_quote(&entry) {
                self.journal.intent_at_quote(now, &entry, || request).await?
            } else {
                self.journal.intent(now, &entry, || request).await?
            };
            entry.apply(&Fact::Intent { attempt: entry.life.attempt, kind: entry.payout.kind() }, now);
            let answer = self.gateway.submit(pass, &intent).await;
            if let Some(quote) = &quote {
                guard.heard(quote, &answer).await;
                if answer.is_about_the_quote() {
                    self.begins_anew(&mut entry, &answer, Fact::QuoteEnded).await?;
                    quotes += 1;
                    if quotes == MOST_QUOTES {
                        guard.give_up(&entry, &answer);
                        return Ok(());
                    }
                    continue;
                }
            }
            if answer.is_about_the_balance() && !entry.life.doubt {
                self.begins_anew(&mut entry, &answer, Fact::Unfunded).await?;
            } else {
                self.happened(&mut entry, Fact::Answered(answer.clone())).await?;
            }
            mood.heard(&answer, &entry, careful);
            let obstacle = match answer {
                Answer::Accepted { .. } | Answer::Declined { .. } | Answer::InDoubt { .. } => return Ok(()),
                Answer::Refused { why: Refusal::Throttled } => GatewayError::Throttled,
                Answer::Refused { why: Refusal::Unauthenticated } => GatewayError::Unauthenticated,
                Answer::NotSent { why } => {
                    self.stop.sleep(Duration::from_millis(50 << refusals)).await;
                    GatewayError::Unreachable { why }
                }
            };
            // a repetition needs a new proof of absence first
            let is_repetition = entry.life.state != PayoutState::Ready;
            let repetitions = order.refused.fetch_add(u32::from(is_repetition), Ordering::Relaxed);
            if refusals == MOST_REFUSALS || repetitions >= MOST_REFUSALS {
                mood.meets(StopReason::Gateway(obstacle));
            }
            if is_repetition {
                return Ok(());
            }
        }
        Ok(())
    }
}

impl Engine {
    /// Waits until one more may be sent, with a quote where one is needed. None where none is to be sent now.
    async fn admitted(
        &self,
        entry: &PayoutEntry,
        guard: &Guard,
        mood: &Mood,
    ) -> Option<(Pass, Option<Kept>)> {
        loop {
            let at = tokio::select! {
                at = self.quote_for(guard, entry) => at,
                () = self.stop.asked() => return None,
            };
            let quote = match at {
                Ok(At::Any) => None,
                Ok(At::Quote(quote)) => Some(quote),
                Ok(At::Stopped) => return None,
                Err(error) => {
                    mood.meets(StopReason::Gateway(error));
                    return None;
                }
            };
            let pass = tokio::select! {
                pass = self.gateway.pass() => pass,
                () = self.stop.asked() => return None,
            };
            let pass = match pass {
                Ok(pass) => pass,
                Err(error) => {
                    mood.meets(StopReason::Gateway(error));
                    return None;
                }
            };
            if self.stop.is_asked() || mood.is_bad() {
                return None;
            }
            // the pace may have kept us waiting for longer than the quote holds
            if quote.as_ref().is_none_or(Kept::holds) {
                return Some((pass, quote));
            }
        }
    }

    /// A first sending was declined for its quote alone, or for want of money. That made nothing, as every first sending
    /// that is declined, and says nothing against the payout: it is ready again, as a new attempt with a new key and a new
    /// id. Both facts go to disk as one piece.
    async fn begins_anew(
        &self,
        entry: &mut PayoutEntry,
        answer: &Answer,
        anew: Fact,
    ) -> Result<(), EngineError> {
        let (now, from) = (self.clock.now(), entry.life.state);
        let facts = [Fact::Answered(answer.clone()), anew];
        let mut records = Vec::new();
        for fact in facts {
            let from = entry.life.state;
            entry.apply(&fact, now);
            logged::happened(entry, from, &fact);
            records.push(Record::Happened { id: entry.id, fact, body: None });
        }
        self.journal.append(now, records).durable().await?;
        self.tell(&Event::Payout { row: entry.payout.row, from, state: entry.life.state });
        Ok(())
    }
}

/// A task's own failure, or its panic carried on.
fn joined(
    result: Option<Result<Result<(), EngineError>, tokio::task::JoinError>>,
) -> Result<(), EngineError> {
    match result {
        Some(Ok(outcome)) => outcome,
        Some(Err(error)) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Some(Err(_)) | None => Ok(()), // the runtime is shutting down, or there was nothing to join
    }
}
