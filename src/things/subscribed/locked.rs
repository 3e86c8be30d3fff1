//! The lock around the state: the watcher is told of changes after it is given up.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, MutexGuard, PoisonError};

use super::queue::State;
use super::{Shared, Watcher};

/// The state, locked. Fields are dropped in this order: the watcher hears of changes without the lock.
pub(super) struct Locked<'a> {
    guard: MutexGuard<'a, State>,
    tell: Tell,
}

#[derive(Default)]
struct Tell(Option<Arc<dyn Watcher>>);

impl Shared {
    /// Locks the state.
    pub(super) fn lock(&self) -> Locked<'_> {
        Locked { guard: self.lock_silently(), tell: Tell::default() }
    }

    /// Locks the state for what no watcher sees. Also after a panic in another thread: it is valid after every single step.
    pub(super) fn lock_silently(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deref for Locked<'_> {
    type Target = State;

    fn deref(&self) -> &State {
        &self.guard
    }
}

impl DerefMut for Locked<'_> {
    fn deref_mut(&mut self) -> &mut State {
        &mut self.guard
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        self.tell.0 = self.guard.journal.listener();
    }
}

impl Drop for Tell {
    fn drop(&mut self) {
        if let Some(watcher) = &self.0 {
            watcher.changed();
        }
    }
}
