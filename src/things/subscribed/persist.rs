//! Values that wait on disk (api-behaviour.md 6.4).
//!
//! An offline push moves what is unsent to the store. A push that can send reads the store into the lanes of the things, where
//! its values are the first to be sent; a record is removed when the platform has answered for its value.

use std::collections::HashSet;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};

use super::batch::Settled;
use super::held_records::HeldRecords;
use super::queue::{Queued, State, ThingState};
use super::size::CallSize;
use super::stored_row::{decode, encode};
use super::{PushError, PushOptions, SetError, Shared, SubscribedProperties, Taken};
use crate::model::Text;
use crate::store::notes::{Deferred, note};
use crate::store::{Format, Log, Original, Rejected, StoreError};

/// What a push may do with the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreUse {
    /// Values are added while those in the store have fewer bytes (`offline_msg_queue_size`).
    pub limit: u64,
    /// Whether a directory is configured; without one an offline push says so and leaves the values in RAM.
    pub directory: bool,
    /// Whether values of the store may be sent (`subscribed_props_enabled`).
    pub replay: bool,
}

impl StoreUse {
    /// Everything, with that limit.
    pub const fn up_to(limit: u64) -> Self {
        Self { limit, directory: true, replay: true }
    }
}

/// The store and what is known of it.
#[derive(Default)]
pub(super) enum Store {
    /// Nobody has asked for one: values wait in RAM.
    #[default]
    None,
    /// It could not be opened, and why: values wait in RAM, and an offline push says so.
    Failed(String),
    /// It is open.
    Open {
        log: Box<Log>,
        /// Records that are refused for good but could not be put aside: not sent again before the next start.
        parked: HashSet<u64>,
        /// Why values could not be added, as it was told last.
        told: Option<String>,
        held: HeldRecords,
    },
}

impl Store {
    pub fn open(&mut self) -> Option<&mut Log> {
        match self {
            Self::Open { log, .. } => Some(log),
            _ => None,
        }
    }
}

/// The store, locked. Fields are dropped in this order: lines for the log are written without the lock.
pub(super) struct LockedStore<'a> {
    guard: MutexGuard<'a, Store>,
    _deferred: Deferred,
}

impl Deref for LockedStore<'_> {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.guard
    }
}

impl DerefMut for LockedStore<'_> {
    fn deref_mut(&mut self) -> &mut Store {
        &mut self.guard
    }
}

impl Shared {
    /// Taken before the lock of the state, never inside it; held while the disk is waited for.
    pub fn store(&self) -> LockedStore<'_> {
        let deferred = Deferred::new();
        LockedStore { guard: self.store.lock().unwrap_or_else(PoisonError::into_inner), _deferred: deferred }
    }

    /// Ends a call whose values had no records when it was made; an offline push may have given them some meanwhile.
    pub fn settle_unrecorded(&self, settle: impl FnOnce(&mut State) -> Settled) -> Vec<Queued> {
        let settled = {
            let mut state = self.lock();
            let settled = settle(&mut state);
            state.add_orphans(settled.confirmed);
            settled.dropped
        };
        self.remove_orphans();
        settled
    }

    /// Ends a call whose values may have records.
    pub fn settle_recorded(&self, settle: impl FnOnce(&mut State) -> Settled) -> Vec<Queued> {
        let mut store = self.store();
        let settled = settle(&mut self.lock());
        if let Some(log) = store.open() {
            remove(log, &settled.confirmed);
        }
        settled.dropped
    }

    /// Removes the records of values that are not wanted any more.
    fn remove_orphans(&self) {
        if !self.lock().has_orphans() {
            return;
        }
        let mut store = self.store();
        let orphans = self.lock().take_orphans();
        if let Some(log) = store.open() {
            remove(log, &orphans);
        }
    }

    /// Gives a value up that cannot be sent: keeps it beside the store, if there is one, and says so.
    pub fn give_up(&self, thing: &Text, queued: &Queued, reason: &str) {
        let name = &queued.value.name;
        let mut store = self.store();
        let Store::Open { log, parked, .. } = &mut *store else {
            note!(Warn, "a value of {thing}, property {name}, is dropped: {reason}");
            return;
        };
        let payload = encode(thing, queued, false).unwrap_or_default();
        let kept = Rejected { thing, name, reason, payload: &payload }.keep(log.path());
        match kept {
            Ok(to) => {
                note!(Warn, "a value of {thing}, property {name}, is given up and kept in {}: {reason}", to.display());
                remove(log, queued.record.as_slice());
            }
            Err(error) => {
                note!(Error, "a value of {thing}, property {name}, is given up and cannot be kept ({error}): {reason}");
                parked.extend(queued.record);
            }
        }
    }
}

fn remove(log: &mut Log, records: &[u64]) {
    if let Err(error) = log.remove(records) {
        note!(Warn, "values that the platform has confirmed may be sent again after a restart: {error}");
    }
}

impl SubscribedProperties {
    /// Opens the store in which values wait for a connection: the file is made if it is missing, its directory is not. Values of an
    /// earlier run are sent by the first push that can. If it cannot be opened, values wait in RAM, and offline pushes say so.
    ///
    /// # Errors
    /// Why it cannot be opened.
    pub fn open_store(&self, path: &Path, format: Format) -> Result<(), StoreError> {
        let mut store = self.shared.store();
        self.forget_records();
        // It may be the one that is to be opened.
        *store = Store::None;
        match Log::open(path, Original::Rows, format) {
            Ok(mut log) => {
                if !log.is_empty() {
                    note!(Info, "{} values of an earlier run wait in {}", log.count(), path.display());
                }
                let held = HeldRecords::of(&mut log);
                *store = Store::Open { log: Box::new(log), parked: HashSet::new(), told: None, held };
                Ok(())
            }
            Err(error) => {
                *store = Store::Failed(error.to_string());
                Err(error)
            }
        }
    }

    /// Does as if the store could not be opened: offline pushes say why values are not on disk.
    pub fn refuse_store(&self, reason: &str) {
        *self.shared.store() = Store::Failed(reason.to_owned());
    }

    /// Closes the store. Its values stay in it; those in RAM stay there.
    pub fn close_store(&self) {
        self.shared.window.end_thread();
        let mut store = self.shared.store();
        *store = Store::None;
        self.forget_records();
    }

    fn forget_records(&self) {
        let mut state = self.shared.lock();
        // They are numbers of the store that is closed.
        state.take_orphans();
        let things: Vec<Text> = state.things().map(|(thing, _)| thing.clone()).collect();
        for thing in things {
            state.change(&thing, |state, _| {
                state.stored.clear();
                state.queued_mut().for_each(|queued| queued.record = None);
                state.folded_mut().for_each(|queued| queued.record = None);
                state.hold.queued_mut().for_each(|queued| queued.record = None);
            });
        }
    }

    /// Whether every value that is accepted is put into the store before the call that sets it returns, and not only by an offline push:
    /// what was accepted then survives a power cut whenever it comes. One wait for the disk for each value, which threads that set at once
    /// share. So are values that are held for a synchronization, unless the store has the form of the original.
    pub fn store_every_value(&self, on: bool) {
        self.shared.every_value.store(on, Ordering::Relaxed);
    }

    /// Sets a value, with every value stored: `set` does the rest.
    pub(super) fn set_stored(
        &self,
        thing: &Text,
        limit: u64,
        set: impl FnOnce(&mut State) -> Result<Taken, SetError>,
    ) -> Result<Taken, SetError> {
        let mut store = self.shared.store();
        let (log, held) = match &mut *store {
            Store::Open { log, held, .. } => (log, held),
            Store::None => return set(&mut self.shared.lock()),
            Store::Failed(reason) => {
                let taken = set(&mut self.shared.lock())?;
                return match taken {
                    Taken::Queued | Taken::Folded | Taken::Held => {
                        Err(PushError::NotStored { thing: thing.clone(), reason: reason.clone() }.into())
                    }
                    Taken::Rejected => Ok(taken),
                };
            }
        };
        let (taken, queued) = {
            let mut state = self.shared.lock();
            let taken = set(&mut state)?;
            let is_stored = match taken {
                Taken::Queued | Taken::Folded => true,
                Taken::Held => log.format() != Format::Original,
                Taken::Rejected => false,
            };
            (taken, if is_stored { state.take_newest(thing) } else { None })
        };
        let Some(queued) = queued else { return Ok(taken) };
        let is_held = taken == Taken::Held;
        let appended = append_value(log, held, thing, &queued, limit, is_held);
        self.shared.lock().set_record(thing, &queued, appended.as_ref().ok().copied(), is_held);
        drop(store);
        let stored = appended.and_then(|record| {
            self.make_durable(record).inspect_err(|_| self.shared.lock().forget_record(thing, &queued, record))
        });
        match stored {
            Ok(()) => {
                // Only now: a folded value has taken the place of an older one.
                self.remove_orphans();
                Ok(taken)
            }
            Err(reason) => Err(PushError::NotStored { thing: thing.clone(), reason }.into()),
        }
    }

    /// Stores what is unsent of all things and has no record; it stays in RAM as well, and may be sent meanwhile.
    pub(super) fn store_queued(&self, limit: u64) {
        let things: Vec<Text> = {
            let state = self.shared.lock();
            let unstored = |thing: &ThingState| {
                let values = thing.queued().chain(thing.folded_by_age()).chain(thing.hold.queued());
                values.into_iter().any(|queued| queued.record.is_none())
            };
            state.things().filter(|(_, thing)| unstored(thing)).map(|(thing, _)| thing.clone()).collect()
        };
        for thing in things {
            self.copy_to_store(&thing, limit);
        }
        self.remove_orphans();
    }

    fn copy_to_store(&self, thing: &Text, limit: u64) {
        let mut store = self.shared.store();
        let Store::Open { log, told, held, .. } = &mut *store else { return };
        let values = self.shared.lock().unsent(thing);
        let failure = match store_values(log, held, thing, &values, limit) {
            Ok(records) => {
                self.shared.lock().values_copied(thing, &values, &records, false);
                (records.len() < values.len()).then(|| no_room(limit))
            }
            Err(error) => Some(error.to_string()),
        };
        let failure = failure.or(self.store_held(log, held, thing, limit));
        tell_news(told, thing, failure.as_ref());
    }

    /// Removes the records of values that are not wanted any more.
    pub(super) fn remove_orphans(&self) {
        self.shared.remove_orphans();
    }

    /// The form in which the store is written from now on.
    pub fn set_store_format(&self, format: Format) {
        if let Some(log) = self.shared.store().open() {
            log.set_format(format);
        }
    }

    /// The file of the store, if it is open.
    pub fn store_path(&self) -> Option<PathBuf> {
        self.shared.store().open().map(|log| log.path().to_owned())
    }

    /// Bytes in the file of the store: 0 when no value waits there, `None` when it is not open.
    pub fn stored_length(&self) -> Option<u64> {
        self.shared.store().open().map(|log| log.length())
    }

    /// How many values wait in the store.
    pub fn stored_count(&self) -> usize {
        self.shared.store().open().map_or(0, |log| log.count())
    }

    /// Moves everything unsent to the store, durably: what an offline push does for one thing. For the end of a program.
    ///
    /// # Errors
    /// The first thing's that could not be stored as a whole; the rest of its values stays in RAM.
    pub fn store_unsent(&self, options: PushOptions) -> Result<(), PushError> {
        let things: Vec<Text> = {
            let state = self.shared.lock();
            let waits = |thing: &ThingState| thing.has_unsent() || !thing.hold.is_empty();
            state.things().filter(|(_, thing)| waits(thing)).map(|(thing, _)| thing.clone()).collect()
        };
        let mut result = Ok(());
        for thing in things {
            result = result.and(self.store_thing(&thing, options));
        }
        self.shared.tell();
        result
    }

    /// Moves the unsent values of a thing to the store, as far as there is room. Held ones stay in RAM, too.
    pub(super) fn store_thing(&self, thing: &Text, options: PushOptions) -> Result<(), PushError> {
        let mut store = self.shared.store();
        let (log, told, held) = match &mut *store {
            Store::None => return Err(PushError::Offline { thing: thing.clone() }),
            _ if !options.store.directory => return Err(PushError::NoStoreDirectory { thing: thing.clone() }),
            Store::Failed(reason) => {
                return Err(PushError::NotStored { thing: thing.clone(), reason: reason.clone() });
            }
            Store::Open { log, told, held, .. } => (log, told, held),
        };
        let values = self.shared.lock().take_for_store(thing);
        let (fitting, too_large) = self.split_too_large(thing, values, options.max_message_size);
        let stored = store_values(log, held, thing, &fitting, options.store.limit);
        let (records, failure) = match stored {
            Ok(records) if records.len() < fitting.len() => (records, Some(no_room(options.store.limit))),
            Ok(records) => (records, None),
            Err(error) => (Vec::new(), Some(error.to_string())),
        };
        self.shared.lock().values_stored(thing, &fitting, &records);
        // The code of a push is about what the registered push types want.
        let failure_of_held = self.store_held(log, held, thing, options.store.limit);
        // Those of values that were confirmed while they were written.
        let orphans = self.shared.lock().take_orphans();
        remove(log, &orphans);
        tell_news(told, thing, failure.as_ref().or(failure_of_held.as_ref()));
        drop(store);
        let mut result = Ok(());
        for (queued, error) in too_large {
            note!(Error, "{error}");
            self.shared.give_up(thing, &queued, &error.to_string());
            result = result.and(Err(error));
        }
        match failure {
            Some(reason) => Err(PushError::NotStored { thing: thing.clone(), reason }),
            None => result,
        }
    }

    /// Takes out what no message can have: it would wait for ever.
    fn split_too_large(
        &self,
        thing: &Text,
        values: Vec<Queued>,
        limit: usize,
    ) -> (Vec<Queued>, Vec<(Queued, PushError)>) {
        let size = CallSize::new(thing, limit);
        let (mut fitting, mut too_large) = (Vec::new(), Vec::new());
        for queued in values {
            match size.too_large(&queued.value) {
                None => fitting.push(queued),
                Some(length) => {
                    let name = queued.value.name.clone();
                    self.shared.lock().give_away(thing, queued.lane(), &[queued.id]);
                    too_large.push((queued, PushError::TooLarge { thing: thing.clone(), name, length, limit }));
                }
            }
        }
        (fitting, too_large)
    }

    /// Reads what is in the store, and not here yet, into the lanes of its things; which these are.
    pub(super) fn load_stored(&self) -> Vec<Text> {
        self.remove_orphans();
        let mut store = self.shared.store();
        match &mut *store {
            Store::Open { log, parked, .. } if !log.is_empty() => self.load_missing(log, parked),
            _ => {}
        }
        drop(store);
        self.judge_loaded();
        self.remove_orphans();
        let state = self.shared.lock();
        state.things().filter(|(_, thing)| !thing.stored.is_empty()).map(|(thing, _)| thing.clone()).collect()
    }

    fn load_missing(&self, log: &mut Log, parked: &HashSet<u64>) {
        let known = self.shared.lock().records();
        if known.len() + parked.len() >= log.count() {
            return;
        }
        let missing: Vec<u64> =
            log.numbers().filter(|number| !known.contains(number) && !parked.contains(number)).collect();
        for number in missing {
            self.load(log, number);
        }
    }

    fn load(&self, log: &mut Log, number: u64) {
        let value = match log.read(number) {
            Ok(payload) => payload.as_deref().and_then(decode),
            Err(error) => {
                note!(Error, "{error}");
                return;
            }
        };
        let Some(stored) = value else {
            if let Err(error) = log.put_aside(number) {
                note!(Error, "{error}");
            }
            return;
        };
        let replaced = self.shared.lock().load(stored, number);
        remove(log, &replaced);
    }
}

pub(super) fn no_room(limit: u64) -> String {
    format!("the store has reached its limit of {limit} bytes (offline_msg_queue_size)")
}

/// Says why values are not on disk: once, not for each one that comes meanwhile.
fn tell_news(told: &mut Option<String>, thing: &Text, failure: Option<&String>) {
    if let Some(reason) = failure.filter(|reason| told.as_ref() != Some(reason)) {
        note!(Warn, "values of {thing} wait in RAM, not on disk: {reason}");
    }
    *told = failure.cloned();
}

/// Appends a value if there is room; its record, which is not durable yet.
fn append_value(
    log: &mut Log,
    held: &mut HeldRecords,
    thing: &Text,
    queued: &Queued,
    limit: u64,
    is_held: bool,
) -> Result<u64, String> {
    let has_room = if is_held { held.have_room(log, limit) } else { held.leave_room(log, limit) };
    if !has_room {
        return Err(no_room(limit));
    }
    let payload = encode(thing, queued, is_held).ok_or("it cannot be encoded")?;
    let added = log.append_unsynced([payload.as_slice()]).map_err(|error| error.to_string())?;
    if is_held {
        held.add(added.start, payload.len());
    }
    Ok(added.start)
}

/// Appends values while there is room, unless they have a record; the records of those that have one now, which are the first ones. Records
/// are sent in their order, which is to be that of the values: what has a record and is younger than one without gets a new one.
fn store_values(
    log: &mut Log,
    held: &mut HeldRecords,
    thing: &Text,
    values: &[Queued],
    limit: u64,
) -> Result<Vec<u64>, StoreError> {
    // One that was held when it was stored is wanted now.
    let is_known = |queued: &&Queued| {
        // One whose wait for the disk has failed is not there any more, though its setter does not know that yet.
        !queued.marked && queued.record.is_some_and(|record| log.size_of(record).is_some())
    };
    let known = values.iter().take_while(is_known).count();
    let (known, rest) = values.split_at(known);
    let size_of = |queued: &Queued| queued.record.and_then(|record| log.size_of(record)).unwrap_or(0) as u64;
    let replaced: u64 = rest.iter().filter(|queued| !queued.marked).map(size_of).sum();
    let mut length = held.wanted(log).saturating_sub(replaced);
    let mut payloads = Vec::new();
    for queued in rest {
        if length >= limit {
            break;
        }
        let Some(payload) = encode(thing, queued, false) else { break };
        length += payload.len() as u64;
        payloads.push(payload);
    }
    if rest.iter().skip(payloads.len()).any(|queued| queued.record.is_some()) {
        // What is left out is in the store already: nothing older may come behind it.
        payloads.clear();
    }
    let added = log.append(payloads.iter().map(Vec::as_slice))?;
    let replaced: Vec<u64> = rest.iter().take(payloads.len()).filter_map(|queued| queued.record).collect();
    remove(log, &replaced);
    Ok(known.iter().filter_map(|queued| queued.record).chain(added).collect())
}
