//! Property values on their way to the platform (api-behaviour.md section 6), in RAM and in a store on disk.
//!
//! A value that is set is judged by the push type of its property. What is accepted waits in the queue of its thing, or,
//! folded, as the latest value of its property, until the platform has answered for it. What is rejected before the
//! platform's push types of this connection are known waits beside the queue and is judged again by them.
//!
//! If a store was opened ([`SubscribedProperties::open_store`]), an offline push moves its values there, and a push that can send
//! sends them from there first. Its values count neither in [`SubscribedProperties::size`] nor in
//! [`SubscribedProperties::queued`]: what a C program sees of them is [`SubscribedProperties::stored_length`] and
//! [`SubscribedProperties::store_path`].

mod batch;
mod commit;
mod drops;
mod error;
mod held_records;
mod hold;
mod journal;
mod locked;
mod persist;
mod platform;
mod push;
mod queue;
mod records;
mod rule;
mod size;
mod stored_row;
mod subscriptions;
mod table;
mod turn;
mod window;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};

pub use batch::MAX_REFUSALS;
pub use error::{PushError, SetError};
pub use journal::{Change, Watcher};
pub use persist::StoreUse;
pub use platform::Platform;
pub use push::{PushCallback, PushOptions, SYNCHRONIZATION_LIMIT};
pub use queue::{Current, Queued};
pub use subscriptions::AppliedSubscriptions;
pub use table::{PropertyValue, UPDATE_SERVICE, update_parameters, update_table};

use super::Registry;
use crate::model::{BaseType, Text, Value};
use crate::wire::{Characteristic, EntityType};
use queue::State;
use rule::{Rule, Verdict};

/// What became of a value that was set without an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It waits in the queue of its thing.
    Queued,
    /// It is the pending folded value of its property.
    Folded,
    /// The push type rejects it, but the platform's is not known yet: it waits beside the queue.
    Held,
    /// The push type rejects it.
    Rejected,
}

/// The values of all things that wait to be sent, and the last values that push types compare with.
///
/// Cheap to clone: clones share one state. Thread-safe; the lock is not held while the platform is asked.
#[derive(Clone)]
pub struct SubscribedProperties {
    shared: Arc<Shared>,
}

struct Shared {
    registry: Arc<Registry>,
    /// Taken before the registry's lock, never inside it.
    state: Mutex<State>,
    /// Signalled when a thread has ended a push.
    turn_over: Condvar,
    store: Mutex<persist::Store>,
    /// Every value goes to the store at once.
    every_value: AtomicBool,
    commit: commit::Commit,
    window: Arc<window::Window>,
}

impl SubscribedProperties {
    /// No values yet; `registry` tells push types and bound things.
    pub fn new(registry: Arc<Registry>) -> Self {
        let shared = Shared {
            registry,
            state: Mutex::default(),
            turn_over: Condvar::new(),
            store: Mutex::default(),
            every_value: AtomicBool::new(false),
            commit: commit::Commit::default(),
            window: Arc::default(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Sets a value: judges it by the push type of its property and queues it when that accepts it.
    ///
    /// `limit` is the number of bytes that the queue must stay below (`offline_msg_queue_size`): what would reach it is refused, or with
    /// [`SubscribedProperties::drop_oldest`] takes the place of older values. With `fold` only the
    /// latest value of the property is kept, outside that limit; a value queued later takes its place.
    ///
    /// # Errors
    /// Everything of [`SetError`] but [`SetError::Push`]. The value is dropped then and not remembered as the last one. With
    /// [`SubscribedProperties::store_every_value`] also [`SetError::Push`], when the value was taken and could not be stored.
    pub fn set(&self, thing: &Text, value: PropertyValue, fold: bool, limit: u32) -> Result<Taken, SetError> {
        let mut overflow = false;
        let set = |state: &mut State| self.set_in(state, thing, value, fold, limit, &mut overflow);
        let taken = if self.shared.every_value.load(Ordering::Relaxed) {
            self.set_stored(thing, limit.into(), set)
        } else {
            let taken = set(&mut self.shared.lock());
            if matches!(taken, Ok(Taken::Queued | Taken::Folded | Taken::Held)) {
                self.store_soon(limit.into());
            }
            taken
        };
        if overflow {
            log::warn!(
                "what the registered push types reject of {thing} is dropped until the platform's are known: {limit} bytes of \
                 such values wait; connect, or raise offline_msg_queue_size"
            );
        }
        self.shared.tell();
        taken
    }

    /// `overflow` says whether what does not fit beside the queue begins to be dropped.
    fn set_in(
        &self,
        state: &mut State,
        thing: &Text,
        value: PropertyValue,
        fold: bool,
        limit: u32,
        overflow: &mut bool,
    ) -> Result<Taken, SetError> {
        // The registry is read under the lock, so that a synchronization is either before this value or judges it.
        let rule = self.rule_of(thing, &value)?;
        let registry = &self.shared.registry;
        // The platform's push types are not known: never asked for on this connection, or it has said that they have changed.
        let unknown = !state.is_synchronized(thing) || registry.needs_update(thing);
        let held = unknown && registry.is_bound(thing);
        let folded = fold && rule.folds();
        let reference = state.current(thing, &value.name);
        match rule.judge(&value, folded, reference) {
            Verdict::Accept if folded => Ok(state.fold(thing, value, &rule, held)),
            Verdict::Accept => state.enqueue(thing, value, &rule, held, limit),
            Verdict::Reject => {
                let rejected = if held { state.hold(thing, value, fold, &rule, limit) } else { Err(value) };
                Ok(rejected.unwrap_or_else(|value| {
                    *overflow = held && state.hold_begins_to_overflow();
                    state.remember_rejected(thing, value, &rule, held);
                    Taken::Rejected
                }))
            }
        }
    }

    /// As [`SubscribedProperties::set`], and pushes the thing unless the value is folded.
    ///
    /// # Errors
    /// [`SetError`]; with [`SetError::Push`] the value was taken.
    pub fn set_and_push(
        &self,
        thing: &Text,
        value: PropertyValue,
        fold: bool,
        limit: u32,
        options: PushOptions,
        platform: &dyn Platform,
    ) -> Result<Taken, SetError> {
        let taken = match self.set(thing, value, fold, limit) {
            // Taken, and not stored: the push may send it all the same.
            Err(SetError::Push(_)) if !fold => Taken::Queued,
            taken => taken?,
        };
        if !fold {
            self.push(Some(thing), options, platform)?;
        }
        Ok(taken)
    }

    fn rule_of(&self, thing: &Text, value: &PropertyValue) -> Result<Rule, SetError> {
        let registry = &self.shared.registry;
        let place = || (thing.clone(), value.name.clone());
        let Some(rule) = registry.with_property(thing, &value.name, Rule::of) else {
            let (thing, name) = place();
            let what = Characteristic::PROPERTIES;
            return Err(match registry.is_registered(EntityType::THING, &thing, what, &name) {
                true => SetError::NoPushType { thing, name },
                false => SetError::NotRegistered { thing, name },
            });
        };
        let Some(rule) = rule else {
            let (thing, name) = place();
            return Err(SetError::NoPushType { thing, name });
        };
        if let Value::Variant(_) = value.value {
            let (thing, name) = place();
            return Err(SetError::UnsupportedType { thing, name, base_type: BaseType::VARIANT });
        }
        Ok(rule)
    }

    /// Queues a value without judging it and without a limit, as one that was judged earlier. With `fold` it takes the
    /// place of what is queued for the property.
    pub fn queue(&self, thing: &Text, value: PropertyValue, fold: bool) {
        self.shared.lock().requeue(thing, value, fold);
        self.remove_orphans();
        self.shared.tell();
    }

    /// Tells that a connection was made: until a thing is synchronized on it, values that its push types reject are held.
    pub fn connection_started(&self) {
        self.shared.lock().forget_synchronizations();
    }

    /// Tells that a thing is no longer bound: bound again, it has to be synchronized again.
    pub fn thing_unbound(&self, thing: &Text) {
        self.shared.lock().forget_synchronization(thing);
    }

    /// Whether the push settings of a thing have been asked for on this connection.
    pub fn is_synchronized(&self, thing: &Text) -> bool {
        self.shared.lock().is_synchronized(thing)
    }

    /// Bytes that the queued values count, by the sizes of api-behaviour.md 6.1. Folded and held values are not in it.
    pub fn size(&self) -> u64 {
        self.shared.lock().size()
    }

    /// Bytes that the held values count.
    pub fn held_size(&self) -> u64 {
        self.shared.lock().held_size()
    }

    /// Tells a watcher of all changes from now on; what there is already counts as a change. `None` ends it.
    pub fn watch(&self, watcher: Option<Arc<dyn Watcher>>) {
        self.shared.lock().watch(watcher);
    }

    /// The changes since the last time, oldest first; none without a watcher.
    pub fn take_changes(&self) -> Vec<Change> {
        self.shared.lock().journal.take()
    }

    /// The things with queued values.
    pub fn queued_things(&self) -> Vec<Text> {
        self.shared.lock().queued_things()
    }

    /// The queued values of a thing, oldest first; empty when there are none.
    pub fn queued(&self, thing: &Text) -> Vec<Queued> {
        self.shared.lock().queued(thing)
    }

    /// How many values of a thing are held because its push types are not known yet.
    pub fn held_count(&self, thing: &Text) -> usize {
        self.shared.lock().held_count(thing)
    }

    /// The folded values of a thing that wait to be sent.
    pub fn folded(&self, thing: &Text) -> Vec<Queued> {
        self.shared.lock().folded(thing)
    }

    /// The things with a last value.
    pub fn current_things(&self) -> Vec<Text> {
        self.shared.lock().current_things()
    }

    /// The last values of a thing.
    pub fn current_values(&self, thing: &Text) -> Vec<Current> {
        self.shared.lock().current_values(thing)
    }

    /// The last value of a property.
    pub fn current_value(&self, thing: &Text, name: &Text) -> Option<Current> {
        self.shared.lock().current_value(thing, name)
    }

    /// Forgets all last values: the next VALUE or DEADBAND set of each property counts as the first. Pending folded values
    /// stay.
    pub fn clear_current_values(&self) {
        self.shared.lock().clear_current_values();
    }

    /// Forgets all values of all things, queued, folded, held and last ones; how many of them were still to be sent.
    pub fn forget_everything(&self) -> usize {
        let unsent = self.shared.lock().forget_everything();
        self.shared.tell();
        unsent
    }

    /// Forgets the last values of a thing; whether there were any.
    pub fn purge_current_values_of_thing(&self, thing: &Text) -> bool {
        self.shared.lock().purge_current_values_of_thing(thing)
    }

    /// Forgets the last value of a property; whether there was one.
    pub fn purge_current_value_of_property(&self, thing: &Text, name: &Text) -> bool {
        self.shared.lock().purge_current_value_of_property(thing, name)
    }

    /// Drops the unsent values of a thing, queued, folded and held; whether any was queued.
    pub fn purge_changes_of_thing(&self, thing: &Text) -> bool {
        let purged = self.shared.lock().purge_changes_of_thing(thing);
        self.remove_orphans();
        self.shared.tell();
        purged
    }

    /// Drops the unsent values of a property, queued, folded and held; whether any was queued.
    pub fn purge_changes_of_property(&self, thing: &Text, name: &Text) -> bool {
        let purged = self.shared.lock().purge_changes_of_property(thing, name);
        self.remove_orphans();
        self.shared.tell();
        purged
    }
}

#[cfg(test)]
mod tests;
