//! The payouts of a round in groups, each of which is one request.
//!
//! One payout that the API cannot show must not hide the others: a group whose answer could not be used is asked for in
//! halves, until what spoils the answer stands alone.

use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};

use super::EngineError;
use super::looks::{IN_ONE_REQUEST, Looks};
use super::track::Depth;
use crate::domain::{Kind, PayoutEntry};

/// Payouts from wherever they are kept.
pub(super) type Entries<'a> = Box<dyn Iterator<Item = Result<PayoutEntry, EngineError>> + Send + 'a>;

/// The groups of a round, one after the other.
pub(super) struct Batches<'a> {
    entries: Entries<'a>,
    depth: Depth,
    /// Those that are not full yet, the largest first.
    groups: BTreeMap<(Reverse<usize>, Kind), Vec<PayoutEntry>>,
    /// Parts of groups that were asked for before.
    again: VecDeque<(Kind, Vec<PayoutEntry>)>,
}

impl<'a> Batches<'a> {
    pub fn new(entries: Entries<'a>, depth: Depth) -> Self {
        Self { entries, depth, groups: BTreeMap::new(), again: VecDeque::new() }
    }

    /// The next group. What is asked for apart from others comes last: by then it is known whether the API answers at all.
    pub fn next(&mut self, looks: &mut Looks) -> Result<Option<(Kind, Vec<PayoutEntry>)>, EngineError> {
        if let Some(part) = self.again.pop_front() {
            return Ok(Some(part));
        }
        while let Some(entry) = self.entries.next().transpose()? {
            let is_over = self.depth == Depth::Due && !entry.life.is_watched() && !looks.is_hinted(entry.id);
            if entry.life.flash_id.is_none() || is_over {
                looks.remove(entry.id); // something else has brought it to its end meanwhile
                continue;
            }
            let (most, kind) = (looks.at_most(entry.id), entry.payout.kind());
            let key = (Reverse(most), kind);
            let group = self.groups.entry(key).or_default();
            group.push(entry);
            if most == IN_ONE_REQUEST && group.len() == most {
                return Ok(self.groups.remove(&key).map(|group| (kind, group)));
            }
        }
        let Some(mut largest) = self.groups.first_entry() else { return Ok(None) };
        let (Reverse(most), kind) = *largest.key();
        let rest = largest.get_mut();
        let group = rest.drain(..most.min(rest.len())).collect();
        if rest.is_empty() {
            largest.remove();
        }
        Ok(Some((kind, group)))
    }

    /// Takes a group back whose answer could not be used: its halves come next, one payout alone comes last.
    pub fn again(&mut self, kind: Kind, mut group: Vec<PayoutEntry>) {
        if group.len() == 1 {
            self.groups.entry((Reverse(1), kind)).or_default().append(&mut group);
            return;
        }
        let second = group.split_off(group.len().div_ceil(2));
        self.again.extend([(kind, group), (kind, second)]);
    }

    /// Whether nothing is left but what was asked for last.
    pub fn is_last(&self) -> bool {
        self.again.is_empty() && self.groups.is_empty()
    }
}
