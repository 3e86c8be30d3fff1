//! The records that values in RAM have in the store.

use std::collections::HashSet;

use super::queue::{Lane, Queued, State};
use super::stored_row::StoredValue;
use crate::model::Text;

impl Queued {
    /// Where it waits, unless it was read from the store.
    pub(super) fn lane(&self) -> Lane {
        if self.fold { Lane::Folded } else { Lane::Queued }
    }
}

impl State {
    /// The value that was set last, marked so that nobody sends it meanwhile.
    pub fn take_newest(&mut self, thing: &Text) -> Option<Queued> {
        let id = self.last_id();
        self.change(thing, |state, _| {
            let queued = state.find(id)?;
            queued.in_flight = true;
            Some(queued.clone())
        })
    }

    /// Gives a value the number that it has in the store, and frees it. If it is not there any more, the record is an orphan.
    pub fn set_record(&mut self, thing: &Text, queued: &Queued, record: Option<u64>, marked: bool) {
        let found = self.change(thing, |state, _| {
            let found = state.find_known(queued).map(|queued| {
                queued.in_flight = false;
                (queued.record, queued.marked) = (record, marked);
            });
            found.is_some()
        });
        if !found {
            self.add_orphans(record);
        }
    }

    /// The record of a value is not in the store after all.
    pub fn forget_record(&mut self, thing: &Text, queued: &Queued, record: u64) {
        self.change(thing, |state, _| {
            if let Some(queued) = state.find_known(queued).filter(|queued| queued.record == Some(record)) {
                (queued.record, queued.marked) = (None, false);
            }
        });
    }

    /// The unsent values of a thing, oldest first.
    pub fn unsent(&self, thing: &Text) -> Vec<Queued> {
        let Some(state) = self.thing(thing) else { return Vec::new() };
        let mut values: Vec<Queued> = state.queued().chain(state.folded_by_age()).cloned().collect();
        values.sort_by_key(|queued| queued.id);
        values
    }

    /// The first of these values have these records now. What was confirmed or purged meanwhile leaves its record behind.
    pub fn values_copied(&mut self, thing: &Text, values: &[Queued], records: &[u64], marked: bool) {
        let mut orphans = Vec::new();
        for (queued, record) in values.iter().zip(records).filter(|(queued, record)| queued.record != Some(**record)) {
            let found = self.change(thing, |state, _| {
                let found = state.find_known(queued).map(|queued| {
                    (queued.record, queued.marked) = (Some(*record), marked);
                });
                found.is_some()
            });
            orphans.extend(Some(*record).filter(|_| !found));
        }
        self.add_orphans(orphans);
    }

    /// The unsent values of a thing, oldest first, marked so that nobody else takes them. Those that are in flight already are what
    /// another push has sent on a connection that is gone: it does not know that yet.
    pub fn take_for_store(&mut self, thing: &Text) -> Vec<Queued> {
        let mut values = self.change(thing, |state, _| {
            let mut values = Vec::new();
            let mut take = |queued: &mut Queued| {
                values.push(queued.clone());
                queued.in_flight = true;
            };
            state.queued_mut().for_each(&mut take);
            state.folded_mut().for_each(&mut take);
            values
        });
        values.sort_by_key(|queued| queued.id);
        values
    }

    /// The first of these values have these records now, the others wait on. They are in the store and nowhere else then; but as long as
    /// one of them is in flight, all stay here as well, because those that stay are sent after those that are read from the store.
    pub fn values_stored(&mut self, thing: &Text, values: &[Queued], records: &[u64]) {
        let stay = values.iter().any(|queued| queued.in_flight);
        let (stored, others) = values.split_at(records.len().min(values.len()));
        let kept: Vec<&Queued> = stored
            .iter()
            .zip(records)
            .filter_map(|(queued, record)| self.keep_record(thing, queued, *record).then_some(queued))
            .collect();
        for lane in [Lane::Queued, Lane::Folded].into_iter().filter(|_| !stay) {
            let ids: Vec<u64> = kept.iter().filter(|queued| queued.lane() == lane).map(|queued| queued.id).collect();
            self.give_away(thing, lane, &ids);
        }
        for queued in others.iter().filter(|queued| !queued.in_flight) {
            self.set_record(thing, queued, queued.record, queued.marked);
        }
    }

    /// Gives a value that was taken for the store its record, and frees it unless it is in flight. Whether it is still there: if not, the
    /// record is an orphan.
    pub fn keep_record(&mut self, thing: &Text, taken: &Queued, record: u64) -> bool {
        let found = self.change(thing, |state, _| {
            let found = state.find_known(taken).map(|queued| {
                (queued.record, queued.marked) = (Some(record), false);
                queued.in_flight &= taken.in_flight;
            });
            found.is_some()
        });
        if !found {
            self.add_orphans([record]);
        }
        found
    }

    /// The records of all values that are here.
    pub fn records(&self) -> HashSet<u64> {
        let lanes = self.things().flat_map(|(_, state)| {
            let values = state.stored.iter().chain(state.queued()).chain(state.folded_by_age());
            values.chain(state.hold.queued()).filter_map(|queued| queued.record)
        });
        lanes.collect()
    }

    /// Lets the push in progress send what was read from the store meanwhile: up to the last of these, so that what was set since with a
    /// lower number goes along, behind them.
    pub fn include_stored(&mut self, thing: &Text) {
        self.change(thing, |state, _| {
            let last = state.stored.iter().map(|queued| queued.id).max().unwrap_or(0);
            state.push_until = state.push_until.max(last);
        });
    }

    /// Takes a value over from the store. A folded one takes the place of those before it; their records.
    pub fn load(&mut self, stored: StoredValue, record: u64) -> Vec<u64> {
        let StoredValue { thing, value, fold, is_held: marked } = stored;
        let id = self.next_id();
        let queued = Queued { record: Some(record), marked, ..Queued::new(id, &thing, value.into(), fold) };
        let lane = &mut self.thing_mut(&thing).stored;
        let mut replaced = Vec::new();
        if fold {
            lane.retain(|other| {
                let stays =
                    !other.fold || other.marked != marked || other.in_flight || other.value.name != queued.value.name;
                replaced.extend(other.record.filter(|_| !stays));
                stays
            });
        }
        lane.push_back(queued);
        replaced
    }
}
