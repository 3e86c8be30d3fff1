//! How values wait, where a program may choose.

use std::ffi::c_char;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Manager;
use crate::ffi::guard::guard;

static DROPS_OLDEST: AtomicBool = AtomicBool::new(false);

/// Whether a property value that finds no room (`twcfg.offline_msg_queue_size`) takes the place of the oldest values that wait in memory, of
/// whatever thing; off, it is refused with 1202, as in the original. What is on its way to the platform or on disk is never dropped: if
/// nothing else makes room, the new value is refused all the same. A warning says how many values of which things were dropped, when the
/// queue has room again. An addition to the interface. Any thread, any time.
#[unsafe(no_mangle)]
pub extern "C" fn twedge_queue_drops_oldest(on: c_char) {
    guard((), || {
        DROPS_OLDEST.store(on != 0, Ordering::Relaxed);
        if let Some(manager) = Manager::current() {
            manager.values().drop_oldest(on != 0);
        }
    });
}

/// How many property values twedge_queue_drops_oldest() has let drop since the manager of subscribed properties was made; 0 without one.
/// An addition to the interface. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn twedge_queue_dropped() -> u64 {
    guard(0, || Manager::current().map_or(0, |manager| manager.values().dropped_count()))
}

/// Whether the oldest values are dropped.
pub(super) fn drops_oldest() -> bool {
    DROPS_OLDEST.load(Ordering::Relaxed)
}
