//! How the thread that ticks sleeps and is woken.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// A flag that says "tick again", with sleeping for it. Raising it before anybody sleeps is not lost: it stays raised until a
/// sleeper or a tick takes it. A tick takes it before it looks at anything, so what happens during the tick raises it anew.
#[derive(Default)]
pub(super) struct Signal {
    raised: Mutex<bool>,
    changed: Condvar,
}

impl Signal {
    /// There is something to do.
    pub fn raise(&self) {
        let mut raised = self.lock();
        if !*raised {
            *raised = true;
            self.changed.notify_one();
        }
    }

    /// Takes it.
    pub fn take(&self) -> bool {
        std::mem::take(&mut *self.lock())
    }

    /// Sleeps until it is raised (and takes it: true), the time is up, or `keep_waiting` says no.
    pub fn wait(&self, until: Instant, keep_waiting: &dyn Fn() -> bool) -> bool {
        let mut raised = self.lock();
        loop {
            if std::mem::take(&mut *raised) {
                return true;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || !keep_waiting() {
                return false;
            }
            raised = self.changed.wait_timeout(raised, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Makes every sleeper ask its `keep_waiting` again.
    pub fn wake_all(&self) {
        drop(self.lock());
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        self.raised.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
