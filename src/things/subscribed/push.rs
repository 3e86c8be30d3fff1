//! Sending what is queued.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::batch::{Batch, Next};
use super::persist::StoreUse;
use super::queue::{Lane, State};
use super::{Platform, PushError, Shared, SubscribedProperties, update_parameters};
use crate::connection::{Outcome, RequestError};
use crate::model::{InfoTable, Text};

/// The longest that a push waits for synchronizations, all things together.
pub const SYNCHRONIZATION_LIMIT: Duration = Duration::from_secs(5);

/// How to push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PushOptions {
    /// Connect when there is no connection.
    pub force: bool,
    /// Bytes that one message may have, headers included (`max_message_size`).
    pub max_message_size: usize,
    /// What may be done with the store.
    pub store: StoreUse,
}

/// Receives the outcome of each call of an asynchronous push, with its request id.
pub type PushCallback = Arc<dyn Fn(u32, Outcome) + Send + Sync>;

/// What sends a batch: it decides whether to wait for the answer.
type SendBatch<'a> = dyn FnMut(&Text, Batch) -> Result<(), RequestError> + 'a;

impl SubscribedProperties {
    /// Sends what is unsent of a thing, or of all things. Values stay queued until the platform has answered for them.
    ///
    /// Online, what waits in the store goes first, of all things, then the queued values, oldest first, then the folded ones. Offline,
    /// queued and folded values are moved to the store, if there is one, and are on disk when this returns. What is set while the push runs waits for the next
    /// one. Online, a bound thing that was not synchronized on this connection is synchronized first, once, within
    /// [`SYNCHRONIZATION_LIMIT`].
    ///
    /// # Errors
    /// The first [`PushError`] of that thing; pushing it stops there, except that a value which is too large for any
    /// message is dropped and the others follow. For all things there is no error: each thing is tried. That values of the store
    /// were not confirmed is an error only when others of that thing have to wait for them.
    pub fn push(&self, thing: Option<&Text>, options: PushOptions, platform: &dyn Platform) -> Result<(), PushError> {
        let mut send = |thing: &Text, batch: Batch| {
            let flight = Flight::new(&self.shared, thing, &batch);
            let outcome = platform.update(thing, batch.parameters());
            flight.land(outcome.as_ref().err());
            outcome
        };
        self.push_with(thing, options, platform, &mut send)
    }

    /// As [`SubscribedProperties::push`], but does not wait for the answers: `done` gets each with its request id. Returns
    /// the request ids; 0 is that of a call which could not be sent, where pushing that thing stopped.
    ///
    /// # Errors
    /// As for [`SubscribedProperties::push`], beside the ids.
    pub fn push_async(
        &self,
        thing: Option<&Text>,
        options: PushOptions,
        platform: &dyn Platform,
        done: &PushCallback,
    ) -> (Vec<u32>, Result<(), PushError>) {
        let mut ids = Vec::new();
        let mut send = |thing: &Text, batch: Batch| {
            let flight = Flight::new(&self.shared, thing, &batch);
            let done = done.clone();
            let callback = move |id: u32, outcome: Outcome| {
                flight.land(as_confirmation(&outcome).err().as_ref());
                done(id, outcome);
            };
            let sent = platform.update_async(thing, batch.parameters(), Box::new(callback));
            ids.push(*sent.as_ref().unwrap_or(&0));
            sent.map(drop)
        };
        let result = self.push_with(thing, options, platform, &mut send);
        (ids, result)
    }

    fn push_with(
        &self,
        thing: Option<&Text>,
        options: PushOptions,
        platform: &dyn Platform,
        send: &mut SendBatch<'_>,
    ) -> Result<(), PushError> {
        let mut pass = Pass { options, platform, send, deadline: None };
        let result = match thing {
            Some(thing) => self.push_one(thing, &mut pass),
            None => {
                self.push_all(&mut pass);
                Ok(())
            }
        };
        self.shared.tell();
        result
    }

    fn push_one(&self, thing: &Text, pass: &mut Pass<'_, '_>) -> Result<(), PushError> {
        if self.can_send(std::slice::from_ref(thing), pass) {
            self.replay(thing, pass);
        }
        self.push_thing(thing, pass)
    }

    fn push_all(&self, pass: &mut Pass<'_, '_>) {
        let things = self.things_to_push();
        if self.can_send(&things, pass) && pass.options.store.replay {
            self.load_stored();
        }
        for thing in self.things_to_push() {
            if let Err(error) = self.push_thing(&thing, pass) {
                log::debug!("{error}");
            }
        }
    }

    /// The things that a push can send something of, perhaps after a synchronization.
    fn things_to_push(&self) -> Vec<Text> {
        let state = self.shared.lock();
        let things = state.things().filter(|(_, thing)| thing.has_candidates());
        things.map(|(thing, _)| thing.clone()).collect()
    }

    /// Whether there is a connection. One is made, if that is to be forced and there is something to send.
    fn can_send(&self, things: &[Text], pass: &mut Pass<'_, '_>) -> bool {
        if !pass.platform.is_online() && pass.options.force {
            let stored = pass.options.store.replay && self.stored_count() > 0;
            if stored || things.iter().any(|thing| self.has_something_for(thing)) {
                pass.platform.connect();
            }
        }
        pass.platform.is_online()
    }

    /// Sends what the store has of other things than this; what it has of this one is sent with the rest. Goes on with the next thing
    /// unless there is no answer at all.
    fn replay(&self, own: &Text, pass: &mut Pass<'_, '_>) {
        if !pass.options.store.replay {
            return;
        }
        let things = self.load_stored();
        for thing in things.iter().filter(|thing| *thing != own) {
            let Some(_turn) = self.turn_if_free(thing) else { continue };
            let Err((_, error)) = self.send_all(thing, true, pass) else { continue };
            log::warn!("values of the store: {error}");
            if !matches!(error, PushError::Update { error: RequestError::Refused { .. }, .. }) {
                return;
            }
        }
    }

    fn push_thing(&self, thing: &Text, pass: &mut Pass<'_, '_>) -> Result<(), PushError> {
        if !pass.platform.is_online() && !pass.options.force {
            return self.push_offline(thing, pass.options);
        }
        if !self.has_something_for(thing) {
            return Ok(());
        }
        let Some(_turn) = self.turn(thing) else { return Ok(()) };
        if pass.platform.is_online() {
            self.synchronize(thing, pass);
        }
        self.load_again(thing, pass);
        match self.send_all(thing, false, pass) {
            Ok(()) => Ok(()),
            Err((Lane::Stored, error)) if !self.has_unsent(thing) => {
                log::warn!("values of the store: {error}");
                Ok(())
            }
            Err((_, error)) => Err(error),
        }
    }

    /// Without a connection nothing is sent; the values wait in the store, or in RAM if there is none.
    fn push_offline(&self, thing: &Text, options: PushOptions) -> Result<(), PushError> {
        if !self.has_unsent(thing) {
            // What is held goes to the disk all the same; the code of a push is about what the registered push types want.
            if self.held_count(thing) > 0 {
                let _ = self.store_thing(thing, options);
            }
            return Ok(());
        }
        self.store_thing(thing, options)?;
        Err(PushError::Offline { thing: thing.clone() })
    }

    fn has_unsent(&self, thing: &Text) -> bool {
        self.shared.lock().thing(thing).is_some_and(|state| state.has_unsent())
    }

    fn has_something_for(&self, thing: &Text) -> bool {
        self.shared.lock().thing(thing).is_some_and(|state| state.has_candidates())
    }

    /// Lets the first synchronization of a bound thing happen, once per thing and connection.
    fn synchronize(&self, thing: &Text, pass: &mut Pass<'_, '_>) {
        if !self.shared.registry.is_bound(thing) {
            return;
        }
        {
            let mut state = self.shared.lock();
            if state.is_synchronized(thing) || !state.waited.insert(thing.clone()) {
                return;
            }
        }
        let deadline = *pass.deadline.get_or_insert_with(|| Instant::now() + SYNCHRONIZATION_LIMIT);
        let limit = deadline.saturating_duration_since(Instant::now());
        if pass.platform.ensure_synchronized(thing, limit) || self.is_synchronized(thing) {
            // Values that the platform's push types have accepted meanwhile belong to this push.
            let mut state = self.shared.lock();
            let last = state.last_id();
            state.change(thing, |state, _| state.push_until = last);
        }
    }

    /// The link may have come up after this push has looked, or may have gone and come back while it waited, for its turn or for a
    /// synchronization, and an offline push has moved values to the store meanwhile: they are older than those that were set since.
    fn load_again(&self, thing: &Text, pass: &Pass<'_, '_>) {
        if !pass.options.store.replay {
            return;
        }
        self.load_stored();
        self.shared.lock().include_stored(thing);
    }

    /// Sends what is due. An error comes with the lane of its values.
    fn send_all(&self, thing: &Text, stored_only: bool, pass: &mut Pass<'_, '_>) -> Result<(), (Lane, PushError)> {
        let mut result = Ok(());
        loop {
            let next = self.shared.lock().next_batch(thing, pass.options.max_message_size, stored_only);
            match next {
                Next::Done => return result,
                Next::Dropped { error, lane, queued } => {
                    log::error!("{error}");
                    self.shared.give_up(thing, &queued, &error.to_string());
                    if lane != Lane::Stored {
                        result = result.and(Err((lane, error)));
                    }
                }
                Next::Send(batch) => {
                    let lane = batch.lane;
                    if let Err(error) = (pass.send)(thing, batch) {
                        return result.and(Err((lane, PushError::Update { thing: thing.clone(), error })));
                    }
                }
            }
        }
    }
}

/// One call of push.
struct Pass<'a, 's> {
    options: PushOptions,
    platform: &'a dyn Platform,
    send: &'a mut SendBatch<'s>,
    /// Until when it waits for synchronizations.
    deadline: Option<Instant>,
}

impl Batch {
    fn parameters(&self) -> InfoTable {
        update_parameters(self.values.iter().map(|value| &**value))
    }
}

/// A batch on its way. Dropped before it lands, its values are as before.
struct Flight {
    shared: Arc<Shared>,
    thing: Text,
    ids: Vec<u64>,
    lane: Lane,
    recorded: bool,
}

impl Flight {
    fn new(shared: &Arc<Shared>, thing: &Text, batch: &Batch) -> Self {
        let Batch { ids, lane, recorded, .. } = batch;
        Self { shared: shared.clone(), thing: thing.clone(), ids: ids.clone(), lane: *lane, recorded: *recorded }
    }

    fn land(mut self, error: Option<&RequestError>) {
        let ids = std::mem::take(&mut self.ids);
        let settle = |state: &mut State| state.settle(&self.thing, self.lane, &ids, error);
        let dropped =
            if self.recorded { self.shared.settle_recorded(settle) } else { self.shared.settle_unrecorded(settle) };
        self.shared.tell();
        if let Some(error) = error {
            for queued in dropped {
                self.shared.give_up(&self.thing, &queued, &format!("sending it cannot succeed: {error}"));
            }
        }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if !self.ids.is_empty() {
            let lost = RequestError::ConnectionLost;
            self.shared.lock().settle(&self.thing, self.lane, &self.ids, Some(&lost));
        }
    }
}

/// An answer is a confirmation when it says success.
fn as_confirmation(outcome: &Outcome) -> Result<(), RequestError> {
    outcome.clone().and_then(|answer| answer.success()).map(drop)
}
