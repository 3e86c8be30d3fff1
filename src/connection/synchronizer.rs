//! Which things have to be synchronized, and which are, on the present link (api-behaviour.md 2.8, decisions.md "A push before
//! synchronization is held").

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::model::Text;

/// One thing on the present link.
#[derive(Debug, Default)]
struct Thing {
    /// NotifyPropertyUpdate requests that have been received for it, and those that have been handled.
    arrived: u32,
    handled: u32,
    /// How many of the received ones a successful run has answered.
    covered: u32,
    /// It is to be synchronized.
    marked: bool,
    /// Some thread is at it.
    running: bool,
    /// Notifications that are being handled and are not answered yet: the answer goes out before the request that it leads to.
    answering: u32,
    /// Its push types are known.
    synchronized: bool,
    /// A push has waited for it in vain, and does not again.
    given_up: bool,
    failures: u32,
    retry_at: Option<Instant>,
}

impl Thing {
    fn is_due(&self, now: Instant) -> bool {
        self.marked && !self.running && self.answering == 0 && self.retry_at.is_none_or(|at| at <= now)
    }
}

#[derive(Debug, Default)]
struct State {
    link: u64,
    things: HashMap<Text, Thing>,
    /// Things in the order in which they became marked.
    marks: Vec<Text>,
}

/// What a push has to do before it goes on.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Hold {
    /// Nothing.
    Go,
    /// Synchronize the thing: this caller has claimed it.
    Run,
    /// The time is up: say so once, and go on.
    GiveUp,
}

/// See the module.
#[derive(Default)]
pub(super) struct Synchronizer {
    state: Mutex<State>,
    changed: Condvar,
}

impl Synchronizer {
    /// A new link: everything starts afresh.
    pub fn restart(&self, link: u64) {
        *self.lock() = State { link, ..State::default() };
        self.changed.notify_all();
    }

    /// The link is gone, or the thing is unbound: nobody needs to wait.
    pub fn forget(&self, thing: Option<&Text>) {
        let mut state = self.lock();
        match thing {
            Some(thing) => {
                state.things.remove(thing);
                state.marks.retain(|marked| marked != thing);
            }
            None => *state = State::default(),
        }
        self.changed.notify_all();
    }

    /// A NotifyPropertyUpdate request has been received, and waits for a handler. A push that is held may answer it beforehand.
    pub fn arrived(&self, thing: &Text, link: u64) {
        let mut state = self.lock();
        if state.link == link {
            let thing = state.things.entry(thing.clone()).or_default();
            thing.arrived = thing.arrived.saturating_add(1);
            self.changed.notify_all();
        }
    }

    /// A NotifyPropertyUpdate request is given to its handler.
    pub fn answering(&self, thing: &Text) {
        let mut state = self.lock();
        let entry = state.things.entry(thing.clone()).or_default();
        entry.answering = entry.answering.saturating_add(1);
    }

    /// It is answered.
    pub fn answered(&self, thing: &Text) {
        let mut state = self.lock();
        if let Some(entry) = state.things.get_mut(thing) {
            entry.answering = entry.answering.saturating_sub(1);
        }
        self.changed.notify_all();
    }

    /// A NotifyPropertyUpdate request is being handled: marks the thing. False when a held push has answered it already.
    pub fn mark(&self, thing: &Text) -> bool {
        let mut state = self.lock();
        let entry = state.things.entry(thing.clone()).or_default();
        entry.handled = entry.handled.saturating_add(1);
        if entry.handled <= entry.covered {
            return false;
        }
        entry.retry_at = None;
        if !std::mem::replace(&mut entry.marked, true) {
            state.marks.push(thing.clone());
        }
        self.changed.notify_all();
        true
    }

    /// Claims the next thing that is due, in the order of marking.
    pub fn claim(&self, now: Instant) -> Option<Text> {
        let mut state = self.lock();
        let State { things, marks, .. } = &mut *state;
        let position = marks.iter().position(|name| things.get(name).is_some_and(|thing| thing.is_due(now)))?;
        let name = marks.remove(position);
        let thing = things.get_mut(&name)?;
        thing.begin();
        Some(name)
    }

    /// When the next retry is due, of those that are waiting for one.
    pub fn next_retry(&self) -> Option<Instant> {
        let state = self.lock();
        state
            .marks
            .iter()
            .filter_map(|name| state.things.get(name))
            .filter(|thing| !thing.running && thing.answering == 0)
            .filter_map(|thing| thing.retry_at)
            .min()
    }

    /// The push types are taken over.
    pub fn succeeded(&self, thing: &Text) {
        let mut state = self.lock();
        if let Some(thing) = state.things.get_mut(thing) {
            thing.running = false;
            thing.synchronized = true;
            thing.failures = 0;
        }
        self.changed.notify_all();
    }

    /// The thing could not be synchronized: once more at the moment that `retry` gives for the number of failures.
    pub fn failed(&self, name: &Text, retry: impl FnOnce(u32) -> Instant) {
        let mut state = self.lock();
        let Some(thing) = state.things.get_mut(name) else { return };
        thing.running = false;
        thing.failures = thing.failures.saturating_add(1);
        thing.retry_at = Some(retry(thing.failures));
        if !std::mem::replace(&mut thing.marked, true) {
            state.marks.push(name.clone());
        }
        self.changed.notify_all();
    }

    /// Whether the push types of some thing are known on the present link.
    pub fn is_any_synchronized(&self) -> bool {
        self.lock().things.values().any(|thing| thing.synchronized)
    }

    /// Whether this thing's push types are known on the present link.
    pub fn is_synchronized(&self, thing: &[u8]) -> bool {
        self.lock().things.get(thing).is_some_and(|thing| thing.synchronized)
    }

    /// Holds a push of a bound thing on this link until the thing is synchronized or the deadline passes. See [`Hold`].
    pub fn hold(&self, name: &Text, link: u64, deadline: Instant) -> Hold {
        let mut state = self.lock();
        loop {
            if state.link != link {
                return Hold::Go;
            }
            let thing = state.things.entry(name.clone()).or_default();
            if thing.synchronized || thing.given_up {
                return Hold::Go;
            }
            let now = Instant::now();
            if !thing.running
                && thing.answering == 0
                && thing.failures == 0
                && (thing.marked || thing.arrived > thing.covered)
            {
                thing.begin();
                state.marks.retain(|marked| marked != name);
                return Hold::Run;
            }
            let left = deadline.saturating_duration_since(now);
            // A refusal is an answer too: no need to wait for the retry.
            if left.is_zero() || (thing.failures > 0 && !thing.running) {
                thing.given_up = true;
                return Hold::GiveUp;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Thing {
    /// A thread begins to synchronize it, which answers all notifications received until now.
    fn begin(&mut self) {
        self.running = true;
        self.marked = false;
        self.retry_at = None;
        self.covered = self.arrived.max(self.handled);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn soon() -> Instant {
        Instant::now() + Duration::from_millis(1)
    }

    #[test]
    fn marks_are_claimed_in_order_and_once() {
        let synchronizer = Synchronizer::default();
        synchronizer.restart(1);
        for name in ["B", "A", "B"] {
            synchronizer.mark(&name.into());
        }
        let now = Instant::now();
        assert_eq!(synchronizer.claim(now), Some("B".into()));
        assert_eq!(synchronizer.claim(now), Some("A".into()));
        assert_eq!(synchronizer.claim(now), None);
        synchronizer.mark(&"B".into());
        assert_eq!(synchronizer.claim(now), None, "still running");
        synchronizer.succeeded(&"B".into());
        assert_eq!(synchronizer.claim(now), Some("B".into()), "marked again while it ran");
    }

    #[test]
    fn failures_are_retried_when_due() {
        let synchronizer = Synchronizer::default();
        synchronizer.restart(1);
        synchronizer.mark(&"A".into());
        let now = Instant::now();
        synchronizer.claim(now);
        let later = now + Duration::from_secs(5);
        synchronizer.failed(&"A".into(), |failures| now + Duration::from_secs(5) * failures);
        assert_eq!(synchronizer.claim(now), None);
        assert_eq!(synchronizer.next_retry(), Some(later));
        assert_eq!(synchronizer.claim(later), Some("A".into()));
        synchronizer.failed(&"A".into(), |_| later + Duration::from_secs(9));
        synchronizer.mark(&"A".into());
        assert_eq!(synchronizer.claim(now), Some("A".into()), "a new notification does not wait");
    }

    #[test]
    fn a_held_push_runs_what_has_arrived_and_the_handler_does_not_again() {
        let synchronizer = Synchronizer::default();
        synchronizer.restart(1);
        let thing = "A".into();
        synchronizer.arrived(&thing, 1);
        assert_eq!(synchronizer.hold(&thing, 1, soon()), Hold::Run);
        synchronizer.succeeded(&thing);
        assert_eq!(synchronizer.hold(&thing, 1, soon()), Hold::Go);
        assert!(!synchronizer.mark(&thing), "already answered");
        assert_eq!(synchronizer.claim(Instant::now()), None);
        synchronizer.arrived(&thing, 1);
        assert!(synchronizer.mark(&thing));
        assert_eq!(synchronizer.claim(Instant::now()), Some(thing));
    }

    #[test]
    fn the_answer_to_a_notification_comes_first() {
        let synchronizer = Synchronizer::default();
        synchronizer.restart(1);
        let thing = "A".into();
        synchronizer.answering(&thing);
        synchronizer.mark(&thing);
        assert_eq!(synchronizer.claim(Instant::now()), None);
        synchronizer.answered(&thing);
        assert_eq!(synchronizer.claim(Instant::now()), Some(thing));
    }

    #[test]
    fn a_held_push_gives_up_once() {
        let synchronizer = Synchronizer::default();
        synchronizer.restart(1);
        let thing = "A".into();
        assert_eq!(synchronizer.hold(&thing, 1, soon()), Hold::GiveUp);
        assert_eq!(synchronizer.hold(&thing, 1, soon()), Hold::Go);
        synchronizer.restart(2);
        assert_eq!(synchronizer.hold(&thing, 1, soon()), Hold::Go, "another link than the caller's");
        synchronizer.arrived(&thing, 2);
        assert_eq!(synchronizer.hold(&thing, 2, soon()), Hold::Run);
        synchronizer.failed(&thing, |_| Instant::now() + Duration::from_secs(60));
        assert_eq!(synchronizer.hold(&thing, 2, Instant::now() + Duration::from_secs(60)), Hold::GiveUp);
    }

    #[test]
    fn a_held_push_wakes_when_another_thread_is_done() {
        let synchronizer = Synchronizer::default();
        synchronizer.restart(1);
        let thing: Text = "A".into();
        synchronizer.mark(&thing);
        synchronizer.claim(Instant::now());
        std::thread::scope(|scope| {
            let held = scope.spawn(|| synchronizer.hold(&thing, 1, Instant::now() + Duration::from_secs(60)));
            synchronizer.succeeded(&thing);
            assert_eq!(held.join().unwrap(), Hold::Go);
        });
    }
}
