//! One push per thing at a time.

use std::sync::PoisonError;
use std::thread::{self, ThreadId};

use super::queue::State;
use super::{Shared, SubscribedProperties};
use crate::model::Text;

/// The right to push one thing, until it is dropped.
pub(super) struct Turn<'a> {
    shared: &'a Shared,
    thing: &'a Text,
    thread: ThreadId,
}

impl SubscribedProperties {
    /// Waits until no other thread pushes the thing, then takes the turn for what is unsent now.
    ///
    /// `None` when a push of the thing is under way and this thread is inside of a push itself, as application code in a
    /// callback can be: waiting could be for itself. The push under way then sends what is queued now, too.
    pub(super) fn turn<'a>(&'a self, thing: &'a Text) -> Option<Turn<'a>> {
        let thread = thread::current().id();
        let mut state = self.shared.lock_silently();
        while state.thing(thing).is_some_and(|thing| thing.pusher.is_some()) {
            if state.pushers.contains_key(&thread) {
                let last = state.last_id();
                state.thing_mut(thing).push_until = last;
                return None;
            }
            state = self.shared.turn_over.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.start_push(thing, thread);
        Some(Turn { shared: &self.shared, thing, thread })
    }

    /// Takes the turn unless somebody pushes the thing.
    pub(super) fn turn_if_free<'a>(&'a self, thing: &'a Text) -> Option<Turn<'a>> {
        let thread = thread::current().id();
        let mut state = self.shared.lock_silently();
        if state.thing(thing).is_some_and(|thing| thing.pusher.is_some()) {
            return None;
        }
        state.start_push(thing, thread);
        Some(Turn { shared: &self.shared, thing, thread })
    }
}

impl State {
    fn start_push(&mut self, thing: &Text, thread: ThreadId) {
        let last = self.last_id();
        *self.pushers.entry(thread).or_default() += 1;
        let state = self.thing_mut(thing);
        state.pusher = Some(thread);
        state.push_until = last;
    }

    fn end_push(&mut self, thing: &Text, thread: ThreadId) {
        self.change(thing, |state, _| state.pusher = None);
        if let Some(count) = self.pushers.get_mut(&thread) {
            *count -= 1;
            if *count == 0 {
                self.pushers.remove(&thread);
            }
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.shared.lock().end_push(self.thing, self.thread);
        self.shared.turn_over.notify_all();
    }
}
