//! Rows in the order in which they were made, found by id and by `externalId` without a search.

use std::collections::HashMap;

use jiff::Timestamp;

use super::records::Entry;

#[derive(Debug)]
pub struct Book<T> {
    rows: Vec<T>,
    by_id: HashMap<String, usize>,
    by_external_id: HashMap<String, Vec<usize>>,
}

impl<T> Default for Book<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), by_id: HashMap::new(), by_external_id: HashMap::new() }
    }
}

impl<T: Entry> Book<T> {
    /// Adds a row, or puts it in the place of the one with its id. Says where it is.
    pub fn put(&mut self, row: T) -> usize {
        let at = self.by_id.get(row.id()).copied().unwrap_or(self.rows.len());
        let old = self.rows.get(at).and_then(Entry::external_id);
        if let Some(places) = old.and_then(|id| self.by_external_id.get_mut(id)) {
            places.retain(|&place| place != at);
        }
        if let Some(external_id) = row.external_id() {
            self.by_external_id.entry(external_id.to_owned()).or_default().push(at);
        }
        self.by_id.insert(row.id().to_owned(), at);
        if at < self.rows.len() {
            self.rows[at] = row;
        } else {
            self.rows.push(row);
        }
        at
    }

    pub fn get(&self, id: &str) -> Option<(usize, &T)> {
        let at = *self.by_id.get(id)?;
        Some((at, &self.rows[at]))
    }

    pub fn at(&self, place: usize) -> &T {
        &self.rows[place]
    }

    pub fn rows(&self) -> &[T] {
        &self.rows
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// The places of the rows with this `externalId`, oldest first.
    pub fn with_external_id(&self, id: &str) -> &[usize] {
        self.by_external_id.get(id).map_or(&[], Vec::as_slice)
    }

    /// `now`, or when the last row was made if that is later: a clock that is set back must not put rows out of order.
    pub fn next_time(&self, now: Timestamp) -> Timestamp {
        self.rows.last().map_or(now, |last| now.max(last.created_at()))
    }

    /// The places of the rows made from `min` to `max`, oldest first: rows stand in the order of their making.
    pub fn made_between(&self, min: Option<Timestamp>, max: Option<Timestamp>) -> std::ops::Range<usize> {
        let start = min.map_or(0, |min| self.rows.partition_point(|row| row.created_at() < min));
        let end = max.map_or(self.rows.len(), |max| self.rows.partition_point(|row| row.created_at() <= max));
        start..end.max(start)
    }
}
