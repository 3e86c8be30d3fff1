//! The requests that wait for an answer, by request id.
//!
//! An entry is removed from the table by exactly one party: the I/O thread that has the answer or has lost the link, the caller
//! whose time is up, or whoever interrupts. Who removes it decides what the waiter gets, so nothing is reported twice.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::answer::{Callback, Outcome};
use super::error::RequestError;

/// The place where one blocked caller waits. One condition variable per caller: an answer wakes exactly the thread it is for.
#[derive(Default)]
pub(super) struct Slot {
    outcome: Mutex<Option<Outcome>>,
    filled: Condvar,
}

impl Slot {
    fn fill(&self, outcome: Outcome) {
        *lock(&self.outcome) = Some(outcome);
        self.filled.notify_one();
    }

    /// The outcome, or `None` when the deadline passes first.
    fn wait_until(&self, deadline: Instant) -> Option<Outcome> {
        let mut outcome = lock(&self.outcome);
        loop {
            if outcome.is_some() {
                return outcome.take();
            }
            let left = deadline.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())?;
            outcome = self.filled.wait_timeout(outcome, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The outcome that another thread is about to fill in: it has removed the entry and has nothing left to wait for.
    fn wait(&self) -> Outcome {
        let mut outcome = lock(&self.outcome);
        loop {
            if let Some(outcome) = outcome.take() {
                return outcome;
            }
            outcome = self.filled.wait(outcome).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

enum Waiter {
    Blocked(Arc<Slot>),
    Callback {
        callback: Callback,
        deadline: Instant,
        timeout: Duration,
    },
    /// One of ours, which is called where the request ends: it must neither wait nor call the application.
    Own {
        callback: Callback,
        deadline: Instant,
        timeout: Duration,
    },
}

struct Entry {
    /// The link that the request was sent on.
    link: u64,
    waiter: Waiter,
}

/// An asynchronous request that is over; its callback is due.
pub(super) struct Completed {
    pub id: u32,
    pub callback: Callback,
    pub outcome: Outcome,
}

impl Completed {
    /// Tells the application.
    pub fn report(self) {
        (self.callback)(self.id, self.outcome);
    }
}

/// The table.
#[derive(Default)]
pub(super) struct InFlight {
    entries: Mutex<HashMap<u32, Entry>>,
}

impl InFlight {
    /// Enters a request that a caller is going to wait for.
    pub fn enter_blocked(&self, id: u32, link: u64) -> Arc<Slot> {
        let slot = Arc::new(Slot::default());
        lock(&self.entries).insert(id, Entry { link, waiter: Waiter::Blocked(Arc::clone(&slot)) });
        slot
    }

    /// Enters a request with a callback. True when its deadline is now the earliest of all.
    pub fn enter_callback(&self, id: u32, link: u64, callback: Callback, deadline: Instant, timeout: Duration) -> bool {
        let mut entries = lock(&self.entries);
        let earliest = deadlines(&entries).all(|other| deadline < other);
        entries.insert(id, Entry { link, waiter: Waiter::Callback { callback, deadline, timeout } });
        earliest
    }

    /// Enters a request of ours, whose callback is called by the thread that ends it, the I/O thread included. True when its deadline is
    /// now the earliest of all.
    pub fn enter_own(&self, id: u32, link: u64, callback: Callback, deadline: Instant, timeout: Duration) -> bool {
        let mut entries = lock(&self.entries);
        let earliest = deadlines(&entries).all(|other| deadline < other);
        entries.insert(id, Entry { link, waiter: Waiter::Own { callback, deadline, timeout } });
        earliest
    }

    /// Takes back an entry whose request could not be sent after all. False when it has been ended meanwhile.
    pub fn withdraw(&self, id: u32) -> bool {
        let entry = lock(&self.entries).remove(&id);
        entry.is_some()
    }

    /// Waits for the outcome of a blocked request, and ends it at the deadline.
    pub fn wait(&self, id: u32, slot: &Slot, deadline: Instant, timeout: Duration) -> Outcome {
        if let Some(outcome) = slot.wait_until(deadline) {
            return outcome;
        }
        // The lock ends here: whoever has removed the entry is not kept from going on.
        let withdrawn = self.withdraw(id);
        // Otherwise the outcome and the deadline came together, and the outcome won.
        if withdrawn { Err(RequestError::TimedOut(timeout)) } else { slot.wait() }
    }

    /// Ends a request. Gives back what to report when it has a callback; an unknown id is ignored (late answers).
    pub fn complete(&self, id: u32, outcome: Outcome) -> Option<Completed> {
        let entry = lock(&self.entries).remove(&id)?;
        finish(id, entry, outcome)
    }

    /// Ends everything that was sent on a link that is lost. Gives back what to report.
    pub fn fail_link(&self, link: u64) -> Vec<Completed> {
        let lost: Vec<_> = lock(&self.entries).extract(|entry| entry.link == link);
        lost.into_iter().filter_map(|(id, entry)| finish(id, entry, Err(RequestError::ConnectionLost))).collect()
    }

    /// Ends the asynchronous requests whose time is up. Gives back what to report.
    pub fn expire(&self, now: Instant) -> Vec<Completed> {
        let overdue: Vec<_> =
            lock(&self.entries).extract(|entry| entry.waiter.deadline().is_some_and(|deadline| deadline <= now));
        overdue
            .into_iter()
            .filter_map(|(id, entry)| {
                let timeout = match &entry.waiter {
                    Waiter::Callback { timeout, .. } | Waiter::Own { timeout, .. } => *timeout,
                    Waiter::Blocked(_) => Duration::ZERO,
                };
                finish(id, entry, Err(RequestError::TimedOut(timeout)))
            })
            .collect()
    }

    /// The earliest deadline of an asynchronous request.
    pub fn next_deadline(&self) -> Option<Instant> {
        deadlines(&lock(&self.entries)).min()
    }
}

fn deadlines(entries: &HashMap<u32, Entry>) -> impl Iterator<Item = Instant> + '_ {
    entries.values().filter_map(|entry| entry.waiter.deadline())
}

impl Waiter {
    fn deadline(&self) -> Option<Instant> {
        match self {
            Self::Callback { deadline, .. } | Self::Own { deadline, .. } => Some(*deadline),
            Self::Blocked(_) => None,
        }
    }
}

fn finish(id: u32, entry: Entry, outcome: Outcome) -> Option<Completed> {
    match entry.waiter {
        Waiter::Blocked(slot) => {
            slot.fill(outcome);
            None
        }
        Waiter::Callback { callback, .. } => Some(Completed { id, callback, outcome }),
        Waiter::Own { callback, .. } => {
            callback(id, outcome);
            None
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Removes the entries of a predicate, in the order of their ids (the order of sending, short of a wrap).
trait Extract {
    fn extract(&mut self, wanted: impl Fn(&Entry) -> bool) -> Vec<(u32, Entry)>;
}

impl Extract for HashMap<u32, Entry> {
    fn extract(&mut self, wanted: impl Fn(&Entry) -> bool) -> Vec<(u32, Entry)> {
        let mut ids: Vec<u32> = self.iter().filter(|(_, entry)| wanted(entry)).map(|(id, _)| *id).collect();
        ids.sort_unstable();
        ids.into_iter().filter_map(|id| self.remove(&id).map(|entry| (id, entry))).collect()
    }
}
