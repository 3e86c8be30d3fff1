//! How far the server's script has come: what the program's `run` waits for instead of for the recorded time.

use std::collections::HashSet;
use std::sync::{Condvar, Mutex};

use twedge::connection::Connection;
use twedge::model::Text;

use super::support::PATIENCE;

pub struct Progress {
    state: Mutex<State>,
    changed: Condvar,
    connection: Connection,
}

#[derive(Default)]
struct State {
    /// Number of steps that are over.
    place: usize,
    /// Whether the next step waits for something that only the program does.
    due: bool,
    /// Things whose subscriptions were told on the open connection.
    synchronized: HashSet<Text>,
}

impl Progress {
    pub fn new(connection: Connection) -> Self {
        Self { state: Mutex::default(), changed: Condvar::new(), connection }
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap());
        self.changed.notify_all();
        self.connection.wake_pumps();
    }

    /// The script is at a step, and waits there for the program or not.
    pub fn reached(&self, place: usize, due: bool) {
        self.change(|state| (state.place, state.due) = (place, due));
    }

    pub fn synchronized(&self, thing: &Text) {
        self.change(|state| {
            state.synchronized.insert(thing.clone());
        });
    }

    /// These things are bound no more.
    pub fn unbound(&self, things: &[Text]) {
        self.change(|state| state.synchronized.retain(|thing| !things.contains(thing)));
    }

    pub fn connection_ended(&self) {
        self.change(|state| state.synchronized.clear());
    }

    /// Whether the program is to go on: nothing that happens of itself is awaited, and what was told is in force.
    pub fn is_due(&self) -> bool {
        let state = self.state.lock().unwrap();
        state.due && state.synchronized.iter().all(|thing| self.connection.is_synchronized(thing))
    }

    /// Waits for the script to wait for the program.
    pub fn wait_due(&self) -> usize {
        let state = self.state.lock().unwrap();
        let (state, timeout) = self.changed.wait_timeout_while(state, PATIENCE, |state| !state.due).unwrap();
        assert!(!timeout.timed_out(), "the script does not wait for the program");
        state.place
    }

    /// Waits for the script to have done a step.
    pub fn wait_past(&self, place: usize) {
        let state = self.state.lock().unwrap();
        let (_state, timeout) = self.changed.wait_timeout_while(state, PATIENCE, |state| state.place <= place).unwrap();
        assert!(!timeout.timed_out(), "the script has not come past step {place}");
    }
}

/// Lets the program end when the script fails.
pub struct End<'a>(pub &'a Progress);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.change(|state| *state = State { place: usize::MAX, due: true, synchronized: HashSet::new() });
    }
}
