//! Detects use after a fork.
//!
//! A program may fork before the first connect. Afterwards the child has a copy of our state but not of the I/O thread, and a lock that
//! another thread held at that moment stays locked for ever. So the process id is compared before any lock is taken.

use std::sync::atomic::{AtomicU32, Ordering};

/// The process that an I/O thread lives in.
#[derive(Debug, Default)]
pub(super) struct Owner(AtomicU32);

impl Owner {
    /// The I/O thread starts: it belongs to this process.
    pub fn claim(&self) {
        self.0.store(std::process::id(), Ordering::SeqCst);
    }

    /// Whether an I/O thread was started, and in another process than this one.
    pub fn is_foreign(&self) -> bool {
        let owner = self.0.load(Ordering::SeqCst);
        owner != 0 && owner != std::process::id()
    }
}
