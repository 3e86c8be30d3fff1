//! Storing values together, some time after they were set.

use std::mem;
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::{Shared, SubscribedProperties};
use crate::ffi::signals;

/// When the values that have no record are stored.
#[derive(Default)]
pub(super) struct Window {
    /// There is a length; so that setters without one take no lock.
    on: AtomicBool,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    length: Duration,
    /// When the oldest value that is not stored is to be.
    due: Option<Instant>,
    /// Bytes that the store may have, as said by who has set last.
    limit: u64,
    thread: Option<Worker>,
    over: bool,
}

/// A thread, and the process that has it: a forked child has not.
struct Worker {
    process: u32,
    handle: JoinHandle<()>,
}

impl Window {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until values are to be stored: the limit. `None` at the end.
    fn wait(&self) -> Option<u64> {
        let mut state = self.lock();
        loop {
            if state.over {
                return None;
            }
            let now = Instant::now();
            state = match state.due {
                Some(due) if due <= now => {
                    state.due = None;
                    return Some(state.limit);
                }
                Some(due) => self.changed.wait_timeout(state, due - now).unwrap_or_else(PoisonError::into_inner).0,
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// Ends the thread, after what it is at. The next value that is set starts another one.
    pub fn end_thread(&self) {
        let mut state = self.lock();
        let Some(worker) = state.thread.take() else { return };
        if worker.process != process::id() {
            mem::forget(worker.handle);
            return;
        }
        state.over = true;
        drop(state);
        self.changed.notify_all();
        if worker.handle.thread().id() == thread::current().id() {
            // It has dropped the last of the values itself, and ends.
            return;
        }
        // It does not panic; if it did, there would be nothing left to do.
        let _ = worker.handle.join();
        self.lock().over = false;
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.window.end_thread();
    }
}

impl SubscribedProperties {
    /// Has values that are accepted put into the store at most so long after they were set, together and durably: those of that time
    /// are lost at most when the power is cut. What the platform has confirmed by then is not written at all. Zero, the default: only
    /// an offline push writes. [`SubscribedProperties::store_every_value`] is stronger.
    ///
    /// A thread does it, from the first value on, without running code of the application; a forked process gets its own.
    pub fn store_values_within(&self, length: Duration) {
        let window = &self.shared.window;
        if length.is_zero() {
            window.on.store(false, Ordering::Relaxed);
            window.end_thread();
            window.lock().due = None;
            return;
        }
        window.lock().length = length;
        window.on.store(true, Ordering::Relaxed);
    }

    /// A value was accepted that waits in RAM.
    pub(super) fn store_soon(&self, limit: u64) {
        let window = &self.shared.window;
        if !window.on.load(Ordering::Relaxed) {
            return;
        }
        let mut state = window.lock();
        if state.over {
            // Its thread ends, and the store with it: what is set next begins anew.
            return;
        }
        state.limit = limit;
        if state.due.is_none() {
            state.due = Instant::now().checked_add(state.length);
            window.changed.notify_one();
        }
        if state.thread.as_ref().is_none_or(|worker| worker.process != process::id()) {
            mem::forget(state.thread.take());
            state.thread = self.start_thread();
        }
    }

    fn start_thread(&self) -> Option<Worker> {
        let (window, values) = (self.shared.window.clone(), Arc::downgrade(&self.shared));
        let builder = thread::Builder::new().name("twedge-store".to_owned());
        match signals::blocked(|| builder.spawn(move || run(&window, &values))) {
            Ok(handle) => Some(Worker { process: process::id(), handle }),
            Err(error) => {
                log::warn!("no thread can be started to store property values: {error}; they wait in RAM");
                None
            }
        }
    }
}

fn run(window: &Window, values: &Weak<Shared>) {
    while let Some(limit) = window.wait() {
        let Some(shared) = values.upgrade() else { return };
        SubscribedProperties { shared }.store_queued(limit);
    }
}
