//! When faults strike: counting calls and drawing lots.
//!
//! Every fault counts the calls of its own operation since it was set, whether or not another fault struck them,
//! so two scripts side by side do not shift each other.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::faults::{Effect, Fault, Symptom, When};
use super::operation::Operation;

/// The faults in force, changeable while the simulator runs.
#[derive(Debug, Default)]
pub struct Faults {
    script: Mutex<Script>,
}

#[derive(Debug, Default)]
struct Script {
    armed: Vec<Armed>,
    calls: BTreeMap<Operation, u64>,
}

#[derive(Debug)]
struct Armed {
    fault: Fault,
    lots: Lots,
}

/// Counts calls, and draws lots for each.
#[derive(Debug)]
pub(super) struct Lots {
    seen: u64,
    lots: fastrand::Rng,
}

impl Faults {
    pub(super) fn new(faults: &[Fault]) -> Self {
        let this = Self::default();
        this.set(faults);
        this
    }

    /// Puts these in the place of all others; their counts start at the next call.
    pub fn set(&self, faults: &[Fault]) {
        self.lock().armed = faults.iter().copied().map(Armed::new).collect();
    }

    /// From here on nothing goes wrong.
    pub fn clear(&self) {
        self.set(&[]);
    }

    /// How often each operation was called, refused calls included.
    pub fn calls(&self) -> BTreeMap<Operation, u64> {
        self.lock().calls.clone()
    }

    /// Counts one request and says what goes wrong with it.
    pub(super) fn strike(&self, operations: &[Operation]) -> Struck {
        let mut script = self.lock();
        for operation in operations {
            *script.calls.entry(*operation).or_default() += 1;
        }
        let struck = script.armed.iter_mut().filter_map(|armed| armed.strike(operations));
        Struck(struck.collect())
    }

    fn lock(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Armed {
    fn new(fault: Fault) -> Self {
        Self { fault, lots: Lots::new(fault.when) }
    }

    fn strike(&mut self, operations: &[Operation]) -> Option<Fault> {
        if self.fault.operation.is_some_and(|operation| !operations.contains(&operation)) {
            return None;
        }
        self.lots.strikes(self.fault.when).then_some(self.fault)
    }
}

impl Lots {
    pub(super) fn new(when: When) -> Self {
        let seed = match when {
            When::Chance { seed, .. } => seed,
            When::Always | When::Calls { .. } => 0,
        };
        Self { seen: 0, lots: fastrand::Rng::with_seed(seed) }
    }

    /// One more call: whether it is struck.
    pub(super) fn strikes(&mut self, when: When) -> bool {
        self.seen += 1;
        match when {
            When::Always => true,
            When::Calls { from, to } => self.seen >= from && to.is_none_or(|to| self.seen <= to),
            When::Chance { percent, .. } => self.lots.f64() * 100.0 < percent,
        }
    }
}

/// What goes wrong with one request.
#[derive(Debug, Clone, Default)]
pub(super) struct Struck(Vec<Fault>);

impl Struck {
    /// The extra wait before the answer.
    pub(super) fn delay(&self) -> Duration {
        self.find(|symptom| if let Symptom::Slow(time) = symptom { Some(time) } else { None })
            .unwrap_or_default()
    }

    /// The age below which lists leave objects out.
    pub(super) fn lag(&self) -> Duration {
        self.find(|symptom| if let Symptom::LaggingLists(time) = symptom { Some(time) } else { None })
            .unwrap_or_default()
    }

    /// Whether this one, which changes the reply and not its transport, strikes.
    pub(super) fn reply(&self, symptom: Symptom) -> Option<Effect> {
        let found = self.0.iter().find(|fault| fault.kind.symptom == symptom);
        found.map(|fault| fault.kind.effect)
    }

    /// The first symptom that replaces the whole answer, if its effect is `effect`.
    pub(super) fn transport(&self, effect: Effect) -> Option<Symptom> {
        let first = self.0.iter().map(|fault| fault.kind).find(|kind| replaces_answer(kind.symptom))?;
        (first.effect == effect).then_some(first.symptom)
    }

    fn find<T>(&self, pick: impl Fn(Symptom) -> Option<T>) -> Option<T> {
        self.0.iter().find_map(|fault| pick(fault.kind.symptom))
    }
}

/// The rest only changes or delays a reply that the schema still makes.
const fn replaces_answer(symptom: Symptom) -> bool {
    use Symptom::{Declined, LaggingLists, Slow, SuccessWithoutObject, WrongEcho};
    !matches!(symptom, Declined | LaggingLists(_) | Slow(_) | SuccessWithoutObject | WrongEcho)
}
