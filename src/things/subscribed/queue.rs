//! The queues of all things, the folded values, the last values.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::thread::ThreadId;

use super::drops::Drops;
use super::hold::Hold;
use super::journal::{Journal, Mark};
use super::rule::{Rule, Verdict};
use super::size::queue_size;
use super::{PropertyValue, SetError, Taken, Watcher};
use crate::model::Text;

/// A value that waits for the platform's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Queued {
    /// Increases with every value that is set: tells the same value again and which one is older.
    pub id: u64,
    /// The value.
    pub value: Arc<PropertyValue>,
    /// Whether it was set folded.
    pub fold: bool,
    /// Bytes that it counts in the queue.
    pub size: u64,
    /// How often the platform has refused it for good.
    pub(super) refusals: u8,
    /// In a call that is not answered yet, or on its way to the store.
    pub(super) in_flight: bool,
    /// Its number in the store.
    pub(super) record: Option<u64>,
    /// Its record says that the platform's push types are to judge it. What was read from the store is not sent before they have.
    pub(super) marked: bool,
}

impl Queued {
    pub(super) fn new(id: u64, thing: &Text, value: Arc<PropertyValue>, fold: bool) -> Self {
        Self {
            id,
            size: queue_size(thing, &value),
            value,
            fold,
            refusals: 0,
            in_flight: false,
            record: None,
            marked: false,
        }
    }
}

/// The last value of a property.
#[derive(Clone, Debug, PartialEq)]
pub struct Current {
    /// The value.
    pub value: Arc<PropertyValue>,
    /// Whether it waits to be sent as a folded value.
    pub pending: bool,
}

/// Where a value waits. They are sent in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    /// In the store, and here only because it is about to be sent.
    Stored,
    /// In the queue.
    Queued,
    /// The latest value of a property that was set folded.
    Folded,
}

/// What is known of one thing's values.
#[derive(Default)]
pub(super) struct ThingState {
    /// Values that were read from the store, in its order. They count nowhere.
    pub stored: VecDeque<Queued>,
    /// Sorted by id.
    queue: VecDeque<Queued>,
    /// At most one per property.
    folded: HashMap<Text, Queued>,
    current: HashMap<Text, Arc<PropertyValue>>,
    pub hold: Hold,
    /// The thread that pushes it.
    pub pusher: Option<ThreadId>,
    /// The push in progress sends values up to this id.
    pub push_until: u64,
    /// What the change in progress has done.
    pub marks: Vec<Mark>,
    /// Records of the store whose values the change in progress has removed.
    orphans: Vec<u64>,
}

impl ThingState {
    fn is_idle(&self) -> bool {
        self.stored.is_empty()
            && self.queue.is_empty()
            && self.folded.is_empty()
            && self.current.is_empty()
            && self.hold.is_idle()
            && self.pusher.is_none()
    }

    /// Whether there is something to send that is not in the store.
    pub fn has_unsent(&self) -> bool {
        !self.queue.is_empty() || !self.folded.is_empty()
    }

    /// Whether there is something to send, perhaps after a synchronization.
    pub fn has_candidates(&self) -> bool {
        self.has_unsent() || !self.stored.is_empty() || !self.hold.is_empty()
    }
}

#[derive(Default)]
pub(super) struct State {
    last_id: u64,
    size: u64,
    held_size: u64,
    /// A value found no room beside the queue, and none has since.
    hold_overflows: bool,
    things: BTreeMap<Text, ThingState>,
    /// The things that were synchronized on this connection.
    synchronized: HashSet<Text>,
    /// The things that a push has waited for on this connection.
    pub waited: HashSet<Text>,
    /// How many pushes each thread is inside of.
    pub pushers: HashMap<ThreadId, usize>,
    pub journal: Journal,
    pub drops: Drops,
    /// Records of the store whose values are not here any more and need not be sent.
    orphans: Vec<u64>,
}

impl State {
    pub fn thing(&self, thing: &[u8]) -> Option<&ThingState> {
        self.things.get(thing)
    }

    /// The state of a thing, made when it is missing.
    pub fn thing_mut(&mut self, thing: &Text) -> &mut ThingState {
        self.things.entry(thing.clone()).or_default()
    }

    /// Changes a thing, which is made when it is missing.
    fn edit<T>(&mut self, thing: &Text, change: impl FnOnce(&mut ThingState) -> T) -> T {
        let state = self.things.entry(thing.clone()).or_default();
        let result = change(state);
        self.journal.note(thing, state);
        self.orphans.append(&mut state.orphans);
        result
    }

    /// Changes a thing if there is anything of it, and forgets it when nothing is left.
    pub fn change<T: Default>(&mut self, thing: &Text, change: impl FnOnce(&mut ThingState, &mut Sizes) -> T) -> T {
        let Some(state) = self.things.get_mut(thing) else { return T::default() };
        let mut sizes = Sizes { queued: self.size, held: self.held_size };
        let result = change(state, &mut sizes);
        if sizes.queued < self.size {
            self.drops.end_episode();
        }
        (self.size, self.held_size) = (sizes.queued, sizes.held);
        self.changed(thing);
        result
    }

    /// Takes values of a thing out of the queue because there is no room for them; the bytes that they counted.
    pub fn take_out(&mut self, thing: &Text, take: impl FnOnce(&mut ThingState) -> u64) -> u64 {
        let freed = self.things.get_mut(thing).map_or(0, take);
        self.size -= freed;
        self.changed(thing);
        freed
    }

    /// Notes what a change of a thing has done, and forgets the thing when nothing is left.
    fn changed(&mut self, thing: &Text) {
        let Some(state) = self.things.get_mut(thing) else { return };
        self.journal.note(thing, state);
        self.orphans.append(&mut state.orphans);
        if state.is_idle() {
            self.things.remove(thing);
        }
    }

    /// See [`super::SubscribedProperties::watch`].
    pub fn watch(&mut self, watcher: Option<Arc<dyn Watcher>>) {
        self.journal.watch(watcher);
        for (thing, state) in &mut self.things {
            state.mark_all();
            self.journal.note(thing, state);
        }
    }

    /// Whether there are records to be removed from the store.
    pub fn has_orphans(&self) -> bool {
        !self.orphans.is_empty()
    }

    /// These records are to be removed from the store.
    pub fn add_orphans(&mut self, records: impl IntoIterator<Item = u64>) {
        self.orphans.extend(records);
    }

    /// Takes the records that are to be removed from the store.
    pub fn take_orphans(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.orphans)
    }

    pub fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    pub fn last_id(&self) -> u64 {
        self.last_id
    }

    pub fn current(&self, thing: &Text, name: &Text) -> Option<&PropertyValue> {
        self.thing(thing)?.current.get(name).map(|value| &**value)
    }

    /// Takes an accepted value into the queue, when there is room or some can be made.
    pub fn enqueue(
        &mut self,
        thing: &Text,
        value: PropertyValue,
        rule: &Rule,
        traced: bool,
        limit: u32,
    ) -> Result<Taken, SetError> {
        let size = queue_size(thing, &value);
        if let Err(full) = check_room(thing, &value, self.size, size, limit) {
            if !self.make_room(size, limit.into()) {
                return Err(full);
            }
        }
        let id = self.next_id();
        let value = Arc::new(value);
        self.size += size;
        self.edit(thing, |state| {
            state.supersede_folded(&value.name, id);
            state.remember(&value, rule.remembers(false, Verdict::Accept));
            if traced {
                state.hold.trace_accepted(id, &value);
            }
            state.insert_queued(Queued::new(id, thing, value, false));
        });
        Ok(Taken::Queued)
    }

    /// Takes an accepted folded value in place of the one before.
    pub fn fold(&mut self, thing: &Text, value: PropertyValue, rule: &Rule, traced: bool) -> Taken {
        let id = self.next_id();
        let value = Arc::new(value);
        self.edit(thing, |state| {
            state.remember(&value, rule.remembers(true, Verdict::Accept));
            if traced {
                state.hold.trace_accepted(id, &value);
            }
            state.set_folded(Queued::new(id, thing, value, true));
        });
        Taken::Folded
    }

    /// Takes a rejected value aside until the platform's push types are known. Gives it back when there is no room.
    pub fn hold(
        &mut self,
        thing: &Text,
        value: PropertyValue,
        fold: bool,
        rule: &Rule,
        limit: u32,
    ) -> Result<Taken, PropertyValue> {
        let size = queue_size(thing, &value);
        let replaced = if fold { self.thing(thing).map_or(0, |state| state.hold.folded_size(&value.name)) } else { 0 };
        if self.held_size - replaced + size >= u64::from(limit) {
            return Err(value);
        }
        let id = self.next_id();
        let value = Arc::new(value);
        self.held_size = self.held_size - replaced + size;
        self.hold_overflows = false;
        self.edit(thing, |state| {
            let before = state.current.get(&value.name).cloned();
            let replaced = state.hold.add(Queued::new(id, thing, value.clone(), fold), before);
            state.orphans.extend(replaced);
            state.remember(&value, rule.remembers(fold, Verdict::Reject));
        });
        Ok(Taken::Held)
    }

    /// Whether this is the first value that found no room beside the queue since there was some.
    pub fn hold_begins_to_overflow(&mut self) -> bool {
        !std::mem::replace(&mut self.hold_overflows, true)
    }

    /// What a rejected value leaves behind; `traced` while the platform's push types are not known.
    pub fn remember_rejected(&mut self, thing: &Text, value: PropertyValue, rule: &Rule, traced: bool) {
        let value = Arc::new(value);
        let remembered = rule.remembers(false, Verdict::Reject);
        if traced || remembered {
            self.edit(thing, |state| {
                if traced {
                    let before = state.current.get(&value.name).cloned();
                    state.hold.trace_rejected(&value, before);
                }
                state.remember(&value, remembered);
            });
        }
    }

    pub fn requeue(&mut self, thing: &Text, value: PropertyValue, fold: bool) {
        let id = self.next_id();
        if fold {
            self.change(thing, |state, sizes| {
                state.supersede_folded(&value.name, id);
                sizes.queued -= state.remove_queued(|queued| queued.value.name == value.name);
            });
        }
        let queued = Queued::new(id, thing, Arc::new(value), fold);
        self.size += queued.size;
        self.edit(thing, |state| state.insert_queued(queued));
    }

    pub fn is_synchronized(&self, thing: &Text) -> bool {
        self.synchronized.contains(thing)
    }

    pub fn set_synchronized(&mut self, thing: &Text) {
        self.synchronized.insert(thing.clone());
    }

    pub fn forget_synchronization(&mut self, thing: &Text) {
        self.synchronized.remove(thing);
        self.waited.remove(thing);
    }

    pub fn forget_synchronizations(&mut self) {
        self.synchronized.clear();
        self.waited.clear();
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    pub fn held_size(&self) -> u64 {
        self.held_size
    }

    pub fn things(&self) -> impl Iterator<Item = (&Text, &ThingState)> {
        self.things.iter()
    }

    pub fn queued_things(&self) -> Vec<Text> {
        self.things().filter(|(_, state)| !state.queue.is_empty()).map(|(thing, _)| thing.clone()).collect()
    }

    pub fn queued(&self, thing: &Text) -> Vec<Queued> {
        self.thing(thing).map(|state| state.queued().cloned().collect()).unwrap_or_default()
    }

    pub fn held_count(&self, thing: &Text) -> usize {
        self.thing(thing).map_or(0, |state| state.hold.len())
    }

    pub fn folded(&self, thing: &Text) -> Vec<Queued> {
        let folded = self.thing(thing).map(ThingState::folded_by_age).unwrap_or_default();
        folded.into_iter().cloned().collect()
    }

    pub fn current_things(&self) -> Vec<Text> {
        self.things().filter(|(_, state)| !state.current.is_empty()).map(|(thing, _)| thing.clone()).collect()
    }

    pub fn current_values(&self, thing: &Text) -> Vec<Current> {
        let Some(state) = self.thing(thing) else { return Vec::new() };
        state.current.keys().filter_map(|name| self.current_value(thing, name)).collect()
    }

    pub fn current_value(&self, thing: &Text, name: &Text) -> Option<Current> {
        self.thing(thing)?.current_of(name)
    }

    pub fn clear_current_values(&mut self) {
        let things: Vec<_> = self.current_things();
        for thing in things {
            self.purge_current_values_of_thing(&thing);
        }
    }

    pub fn forget_everything(&mut self) -> usize {
        let things: Vec<Text> = self.things.keys().cloned().collect();
        let mut unsent = 0;
        for thing in things {
            let state = self.thing(&thing);
            unsent += state.map_or(0, |state| state.queue.len() + state.folded.len() + state.hold.len());
            self.purge_changes_of_thing(&thing);
            self.purge_current_values_of_thing(&thing);
        }
        unsent
    }

    pub fn purge_current_values_of_thing(&mut self, thing: &Text) -> bool {
        self.change(thing, |state, _| {
            let any = state.forget_current(None);
            state.hold.forget_references(None);
            any
        })
    }

    pub fn purge_current_value_of_property(&mut self, thing: &Text, name: &Text) -> bool {
        self.change(thing, |state, _| {
            state.hold.forget_references(Some(name));
            state.forget_current(Some(name))
        })
    }

    pub fn purge_changes_of_thing(&mut self, thing: &Text) -> bool {
        self.change(thing, |state, sizes| {
            let any = !state.queue.is_empty();
            state.remove_folded(|_| true);
            sizes.queued -= state.remove_queued(|_| true);
            let held = state.hold.take_all();
            sizes.held -= state.give_up_held(held);
            any
        })
    }

    pub fn purge_changes_of_property(&mut self, thing: &Text, name: &Text) -> bool {
        self.change(thing, |state, sizes| {
            state.remove_folded(|folded| folded.value.name == *name);
            let before = sizes.queued;
            sizes.queued -= state.remove_queued(|queued| queued.value.name == *name);
            let held = state.hold.take_property(name);
            sizes.held -= state.give_up_held(held);
            sizes.queued != before
        })
    }
}

/// The byte counters that a change of one thing changes.
pub(super) struct Sizes {
    pub queued: u64,
    pub held: u64,
}

fn check_room(thing: &Text, value: &PropertyValue, queued: u64, size: u64, limit: u32) -> Result<(), SetError> {
    if queued + size < u64::from(limit) {
        return Ok(());
    }
    Err(SetError::QueueFull { thing: thing.clone(), name: value.name.clone(), queued, size, limit })
}

impl ThingState {
    /// What is queued, oldest first.
    pub fn queued(&self) -> impl DoubleEndedIterator<Item = &Queued> {
        self.queue.iter()
    }

    /// The folded value of a property.
    pub fn folded_of(&self, name: &Text) -> impl Iterator<Item = &Queued> {
        self.folded.get(name).into_iter()
    }

    /// What is queued, to be marked.
    pub fn queued_mut(&mut self) -> impl Iterator<Item = &mut Queued> {
        self.queue.iter_mut()
    }

    /// A value that is queued, to be marked. The queue is sorted.
    pub fn queued_of(&mut self, id: u64) -> Option<&mut Queued> {
        let at = self.queue.binary_search_by_key(&id, |queued| queued.id).ok()?;
        self.queue.get_mut(at)
    }

    /// A value that waits, queued, folded or held, to be marked.
    pub fn find(&mut self, id: u64) -> Option<&mut Queued> {
        if let Ok(at) = self.queue.binary_search_by_key(&id, |queued| queued.id) {
            return self.queue.get_mut(at);
        }
        match self.hold.find(id) {
            Some(held) => Some(held),
            None => self.folded.values_mut().find(|queued| queued.id == id),
        }
    }

    /// As [`ThingState::find`], for a value that is known: folded ones are looked up by their property.
    pub fn find_known(&mut self, known: &Queued) -> Option<&mut Queued> {
        if let Some(folded) = self.folded.get(&known.value.name).filter(|folded| folded.id == known.id) {
            let name = folded.value.name.clone();
            return self.folded.get_mut(&name);
        }
        self.find(known.id)
    }

    /// Gives a value up whose record, if it has one, is to be removed.
    pub fn orphan(&mut self, queued: &Queued) {
        self.orphans.extend(queued.record);
    }

    /// The folded values, to be marked.
    pub fn folded_mut(&mut self) -> impl Iterator<Item = &mut Queued> {
        self.folded.values_mut()
    }

    /// The folded values, oldest first.
    pub fn folded_by_age(&self) -> Vec<&Queued> {
        let mut folded: Vec<_> = self.folded.values().collect();
        folded.sort_by_key(|queued| queued.id);
        folded
    }

    /// The last value of a property.
    pub fn current_of(&self, name: &Text) -> Option<Current> {
        let value = self.current.get(name)?.clone();
        Some(Current { value, pending: self.folded.contains_key(name) })
    }

    /// Everything, for someone who has seen nothing yet.
    pub fn mark_all(&mut self) {
        self.marks.extend(self.queue.iter().cloned().map(Mark::Queued));
        self.marks.extend(self.current.keys().cloned().map(Mark::Current));
    }

    fn remember(&mut self, value: &Arc<PropertyValue>, is_reference: bool) {
        if is_reference {
            self.set_current(value.clone());
        }
    }

    /// Sets the last value of a property.
    pub fn set_current(&mut self, value: Arc<PropertyValue>) {
        self.marks.push(Mark::Current(value.name.clone()));
        self.current.insert(value.name.clone(), value);
    }

    /// Forgets the last value of a property, or of all; whether there was one.
    pub fn forget_current(&mut self, name: Option<&Text>) -> bool {
        let before = self.current.len();
        let marks = &mut self.marks;
        self.current.retain(|own, _| {
            let goes = name.is_none_or(|name| name == own);
            if goes {
                marks.push(Mark::Current(own.clone()));
            }
            !goes
        });
        self.current.len() != before
    }

    /// Sets the folded value of a property.
    pub fn set_folded(&mut self, folded: Queued) {
        self.marks.push(Mark::Current(folded.value.name.clone()));
        let replaced = self.folded.insert(folded.value.name.clone(), folded);
        self.orphans.extend(replaced.and_then(|replaced| replaced.record));
    }

    /// Removes folded values.
    pub fn remove_folded(&mut self, remove: impl Fn(&Queued) -> bool) {
        let (marks, orphans) = (&mut self.marks, &mut self.orphans);
        self.folded.retain(|name, folded| {
            let goes = remove(folded);
            if goes {
                orphans.extend(folded.record);
                marks.push(Mark::Current(name.clone()));
            }
            !goes
        });
    }

    /// A value that is queued later than a folded one of its property takes its place.
    pub fn supersede_folded(&mut self, name: &Text, id: u64) {
        if self.folded.get(name).is_some_and(|folded| folded.id < id) {
            self.remove_folded(|folded| folded.value.name == *name);
        }
    }

    /// Removes queued values; the bytes that they counted.
    pub fn remove_queued(&mut self, remove: impl Fn(&Queued) -> bool) -> u64 {
        let mut bytes = 0;
        let (marks, orphans) = (&mut self.marks, &mut self.orphans);
        self.queue.retain(|queued| {
            let goes = remove(queued);
            if goes {
                orphans.extend(queued.record);
                bytes += queued.size;
                marks.push(Mark::Unqueued(queued.id));
            }
            !goes
        });
        bytes
    }

    /// The bytes that they counted.
    fn give_up_held(&mut self, held: Vec<Queued>) -> u64 {
        held.iter().for_each(|queued| self.orphan(queued));
        held.iter().map(|queued| queued.size).sum()
    }

    /// Inserts a value where its age puts it.
    pub fn insert_queued(&mut self, queued: Queued) {
        self.marks.push(Mark::Queued(queued.clone()));
        let place = self.queue.partition_point(|other| other.id < queued.id);
        self.queue.insert(place, queued);
    }
}
