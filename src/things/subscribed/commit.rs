//! One wait for the disk for all threads that have put something on its way there.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::SubscribedProperties;
use super::persist::LockedStore;
use crate::store::{Durability, Log};

/// Whether somebody waits for the disk, for himself and for all who came before.
#[derive(Default)]
pub(super) struct Commit {
    state: Mutex<State>,
    over: Condvar,
}

#[derive(Default)]
struct State {
    busy: bool,
    /// Why the last wait that failed has failed.
    failure: String,
}

/// The one who waits for the disk. When it goes, the others look again.
struct Leader<'a>(&'a Commit);

impl Drop for Leader<'_> {
    fn drop(&mut self) {
        self.0.lock().busy = false;
        self.0.over.notify_all();
    }
}

impl Commit {
    /// Taken after the lock of the store, and held while nothing else is taken.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The lead, if nobody has it. Otherwise it is waited for without the store.
    fn lead<'a>(&self, store: LockedStore<'a>) -> Option<(Leader<'_>, LockedStore<'a>)> {
        let mut state = self.lock();
        if !state.busy {
            state.busy = true;
            drop(state);
            return Some((Leader(self), store));
        }
        drop(store);
        let waited = self.over.wait_while(state, |state| state.busy);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
        None
    }
}

impl SubscribedProperties {
    /// Waits until a record that was appended is durable. Threads that come while one of them waits for the disk share the next wait.
    ///
    /// # Errors
    /// Why it is not in the store.
    pub(super) fn make_durable(&self, record: u64) -> Result<(), String> {
        let commit = &self.shared.commit;
        let mut failed = None;
        loop {
            let mut store = self.shared.store();
            let Some(log) = store.open() else { return Err("the store was closed meanwhile".to_owned()) };
            match log.durability(&(record..record + 1)) {
                Durability::Durable => return Ok(()),
                Durability::Lost => return Err(commit.lock().failure.clone()),
                Durability::Undecided => {}
            }
            if let Some(failure) = failed {
                return Err(failure);
            }
            let Some((leader, store)) = commit.lead(store) else { continue };
            failed = self.wait_for_disk(store).err();
            if let Some(failure) = &failed {
                commit.lock().failure.clone_from(failure);
            }
            drop(leader);
        }
    }

    /// Makes durable what was appended, without the store while the disk is waited for.
    fn wait_for_disk(&self, mut store: LockedStore<'_>) -> Result<(), String> {
        let Some(log) = store.open() else { return Ok(()) };
        let handle = match log.sync_handle() {
            Ok(Some(handle)) => handle,
            // Nothing waits for the disk there: it is another store.
            Ok(None) => return Err("the store was changed for another meanwhile".to_owned()),
            // The file has no name that leads to it; it can be written all the same.
            Err(_) => return log.sync().map_err(|error| error.to_string()),
        };
        drop(store);
        let outcome = handle.sync();
        let told = |log: &mut Log| log.synced(&handle, outcome).map_err(|error| error.to_string());
        self.shared.store().open().map_or(Ok(()), told)
    }
}

#[cfg(test)]
impl SubscribedProperties {
    /// As if another thread waited for the disk, until this is dropped.
    pub(super) fn pretend_to_wait(&self) -> impl Drop + '_ {
        self.shared.commit.lock().busy = true;
        Leader(&self.shared.commit)
    }
}
