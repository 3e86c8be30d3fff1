//! The state that applications read, and partly write, from outside (api-behaviour.md 1.2, 2.1).

use std::sync::atomic::{AtomicBool, Ordering};

/// One piece of such state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flag {
    /// The WebSocket is open: upgrade accepted, no error and no close since.
    Connected,
    /// AUTH was answered with success on this link. Cleared from outside, it stops sending.
    Authenticated,
    /// A connect call is at work in some thread. Cleared from outside, the call ends after its current step.
    ConnectionInProgress,
    /// Do not reconnect without being told. Cleared from outside, automatic reconnecting is armed again.
    ManuallyDisconnected,
    /// Some connect call has returned; the duty cycle waits for this.
    FirstConnectionComplete,
    /// The synchronization task has run once, whether or not there was something to synchronize.
    FirstSynchronizationComplete,
    /// A missing pong drops the link.
    HandlePongs,
}

/// Where the flags live. A C facade may put them right into the struct that C programs read; everything else takes
/// [`AtomicFlags`]. The I/O thread uses it too: both functions must be quick, wait for nothing and never call the application.
pub trait FlagStore: Send + Sync {
    /// Reads a flag.
    fn get(&self, flag: Flag) -> bool;
    /// Writes a flag.
    fn set(&self, flag: Flag, value: bool);
}

/// Flags in memory of our own, in the state before the first connect.
#[derive(Debug)]
pub struct AtomicFlags([AtomicBool; 7]);

impl Default for AtomicFlags {
    fn default() -> Self {
        let flags = Self(std::array::from_fn(|_| AtomicBool::new(false)));
        flags.set(Flag::ManuallyDisconnected, true);
        flags.set(Flag::HandlePongs, true);
        flags
    }
}

impl AtomicFlags {
    fn cell(&self, flag: Flag) -> &AtomicBool {
        let [connected, authenticated, in_progress, manual, connection, synchronization, pongs] = &self.0;
        match flag {
            Flag::Connected => connected,
            Flag::Authenticated => authenticated,
            Flag::ConnectionInProgress => in_progress,
            Flag::ManuallyDisconnected => manual,
            Flag::FirstConnectionComplete => connection,
            Flag::FirstSynchronizationComplete => synchronization,
            Flag::HandlePongs => pongs,
        }
    }
}

impl FlagStore for AtomicFlags {
    fn get(&self, flag: Flag) -> bool {
        self.cell(flag).load(Ordering::SeqCst)
    }

    fn set(&self, flag: Flag, value: bool) {
        self.cell(flag).store(value, Ordering::SeqCst);
    }
}
