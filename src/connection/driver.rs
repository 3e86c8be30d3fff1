//! Which thread runs the connect loop, and how others stop it.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;
use std::time::{Duration, Instant};

use super::open::Interrupt;

/// What the loop is waiting for, and how to end that.
pub(super) enum Waiting {
    /// A link is being opened.
    Opening(Arc<Interrupt>),
    /// AUTH or BIND is to be answered: the request id.
    Answer(u32),
}

#[derive(Default)]
struct State {
    running: Option<ThreadId>,
    stop: bool,
    waiting: Option<Waiting>,
}

/// At most one connect loop runs at a time.
#[derive(Default)]
pub(super) struct Driver {
    state: Mutex<State>,
    changed: Condvar,
}

/// The right to run the loop; gives it back when dropped.
pub(super) struct Turn<'a>(&'a Driver);

impl Driver {
    /// Takes the turn; `None` while another thread, or an outer call of this one, has it.
    pub fn begin(&self) -> Option<Turn<'_>> {
        let mut state = self.lock();
        if state.running.is_some() {
            return None;
        }
        *state = State { running: Some(std::thread::current().id()), ..State::default() };
        Some(Turn(self))
    }

    /// Whether a loop is running.
    pub fn is_running(&self) -> bool {
        self.lock().running.is_some()
    }

    /// Asks the loop to end. Gives back what it is waiting for, so that the caller can end that without holding this lock.
    pub fn stop(&self) -> Option<Waiting> {
        let mut state = self.lock();
        state.running?;
        state.stop = true;
        self.changed.notify_all();
        state.waiting.take()
    }

    /// Whether the loop was asked to end.
    pub fn is_stopped(&self) -> bool {
        self.lock().stop
    }

    /// Tells what the loop is about to wait for. False when it was asked to end: then it must not wait. As this and [`Driver::stop`] take
    /// the same lock, a stop comes either before (and is seen here) or after (and finds what to end).
    pub fn waits_for(&self, waiting: Waiting) -> bool {
        let mut state = self.lock();
        if state.running.is_some() && state.stop {
            return false;
        }
        state.waiting = Some(waiting);
        true
    }

    /// The loop waits no longer.
    pub fn waits_no_more(&self) {
        self.lock().waiting = None;
    }

    /// Sleeps between attempts. False when the loop was asked to end.
    pub fn sleep(&self, time: Duration) -> bool {
        let until = Instant::now() + time.min(Duration::from_secs(u64::from(u32::MAX)));
        let mut state = self.lock();
        loop {
            if state.stop {
                return false;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits until no loop runs, but not for this thread's own (a callback inside the loop), and not longer than this: the loop may be in a
    /// callback that waits for the caller.
    pub fn wait_for_end(&self, limit: Duration) {
        let until = Instant::now() + limit;
        let mut state = self.lock();
        while state.running.is_some_and(|thread| thread != std::thread::current().id()) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits, however long it takes, until no other thread runs the loop. False when this thread runs it.
    pub fn wait_for_other(&self) -> bool {
        let mut state = self.lock();
        while let Some(thread) = state.running {
            if thread == std::thread::current().id() {
                return false;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        true
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.lock() = State::default();
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn one_loop_at_a_time() {
        let driver = Driver::default();
        let turn = driver.begin();
        assert!(turn.is_some());
        assert!(driver.begin().is_none());
        driver.wait_for_end(Duration::from_secs(60)); // its own thread does not wait for itself
        drop(turn);
        assert!(driver.begin().is_some());
    }

    #[test]
    fn a_stop_ends_the_sleep_and_forbids_waiting() {
        let driver = Driver::default();
        let (asleep, started) = mpsc::channel();
        std::thread::scope(|scope| {
            let sleeper = scope.spawn(|| {
                let _turn = driver.begin();
                asleep.send(()).unwrap();
                let slept = driver.sleep(Duration::from_secs(3600));
                (slept, driver.waits_for(Waiting::Answer(1)))
            });
            started.recv().unwrap();
            assert!(driver.stop().is_none());
            driver.wait_for_end(Duration::from_secs(60));
            assert_eq!(sleeper.join().unwrap(), (false, false));
        });
    }

    #[test]
    fn a_stop_finds_what_the_loop_waits_for() {
        let driver = Driver::default();
        let _turn = driver.begin();
        assert!(driver.waits_for(Waiting::Answer(7)));
        assert!(matches!(driver.stop(), Some(Waiting::Answer(7))));
        assert!(driver.stop().is_none());
    }
}
