//! Held values in the store. They have room of their own, so that what nobody may want takes none from what is wanted.

use std::collections::HashMap;

use super::SubscribedProperties;
use super::persist::no_room;
use super::queue::Queued;
use super::rule::Rule;
use super::stored_row::{decode, encode};
use crate::model::Text;
use crate::store::{Format, Log, StoreError};

/// The records that say that the platform's push types are to judge them. Some may be gone from the store already.
#[derive(Default)]
pub(super) struct HeldRecords {
    sizes: HashMap<u64, u64>,
    bytes: u64,
}

impl HeldRecords {
    /// Those that an earlier run has left.
    pub fn of(log: &mut Log) -> Self {
        let mut held = Self::default();
        for number in log.numbers().collect::<Vec<u64>>() {
            // What cannot be read is told when it is to be sent.
            let Ok(Some(payload)) = log.read(number) else { continue };
            if decode(&payload).is_some_and(|stored| stored.is_held) {
                held.add(number, payload.len());
            }
        }
        held
    }

    pub fn add(&mut self, record: u64, size: usize) {
        self.bytes += size as u64;
        self.sizes.insert(record, size as u64);
    }

    /// Bytes of those that are in the store.
    fn count(&mut self, log: &Log) -> u64 {
        self.sizes.retain(|record, _| log.size_of(*record).is_some());
        self.bytes = self.sizes.values().sum();
        self.bytes
    }

    /// Bytes in the store of what is wanted.
    pub fn wanted(&mut self, log: &Log) -> u64 {
        log.payload_length().saturating_sub(self.count(log))
    }

    /// Whether there is room for one more value that is wanted.
    pub fn leave_room(&mut self, log: &Log, limit: u64) -> bool {
        log.payload_length() < limit || self.wanted(log) < limit
    }

    /// Whether there is room for one more held value.
    pub fn have_room(&mut self, log: &Log, limit: u64) -> bool {
        self.bytes < limit || self.count(log) < limit
    }

    /// Appends held values that have no record while there is room; the records of the first ones.
    pub fn store(
        &mut self,
        log: &mut Log,
        thing: &Text,
        values: &[Queued],
        limit: u64,
    ) -> Result<Vec<u64>, StoreError> {
        let mut payloads: Vec<Vec<u8>> = Vec::new();
        let mut room = self.count(log);
        for queued in values {
            if room >= limit {
                break;
            }
            let Some(payload) = encode(thing, queued, true) else { break };
            room += payload.len() as u64;
            payloads.push(payload);
        }
        let records: Vec<u64> = log.append(payloads.iter().map(Vec::as_slice))?.collect();
        records.iter().zip(&payloads).for_each(|(record, payload)| self.add(*record, payload.len()));
        Ok(records)
    }
}

impl SubscribedProperties {
    /// Puts the held values of a thing into the store, as far as there is room; they stay in RAM, too. Why some are not in it. The form of the
    /// original has no place for what they are: there they stay in RAM alone.
    pub(super) fn store_held(&self, log: &mut Log, held: &mut HeldRecords, thing: &Text, limit: u64) -> Option<String> {
        if log.format() == Format::Original {
            return None;
        }
        let values: Vec<Queued> = {
            let state = self.shared.lock();
            let values = state.thing(thing).into_iter().flat_map(|thing| thing.hold.queued());
            values.filter(|queued| queued.record.is_none()).cloned().collect()
        };
        if values.is_empty() {
            return None;
        }
        match held.store(log, thing, &values, limit) {
            Ok(records) => {
                self.shared.lock().values_copied(thing, &values, &records, true);
                (records.len() < values.len()).then(|| no_room(limit))
            }
            Err(error) => Some(error.to_string()),
        }
    }

    /// Judges what an earlier run has held, if the push types of its things are known already.
    pub(super) fn judge_loaded(&self) {
        let mut state = self.shared.lock();
        let registry = &self.shared.registry;
        let things: Vec<Text> = state
            .things()
            .filter(|(name, thing)| {
                thing.stored.iter().any(|queued| queued.marked)
                    && state.is_synchronized(name)
                    && !registry.needs_update(name)
            })
            .map(|(name, _)| name.clone())
            .collect();
        for thing in things {
            let rule_of = |name: &Text| registry.with_property(&thing, name, Rule::of)?;
            state.change(&thing, |state, _| state.judge_stored(rule_of));
        }
    }
}
