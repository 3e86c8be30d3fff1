//! How stores work, where a program may choose.

use std::ffi::c_char;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use crate::store::Format;

static ORIGINAL_FORMAT: AtomicBool = AtomicBool::new(false);
static UNANSWERED: AtomicBool = AtomicBool::new(false);
static EVERY_VALUE: AtomicBool = AtomicBool::new(false);
static WINDOW: AtomicU32 = AtomicU32::new(0);

/// Whether the files of property values and of offline messages are written as the original SDK does, for devices that may go back to
/// it; off, they are records with checksums, which the original cannot read. Both forms are read. Counts for files that are opened
/// afterwards: call it before twApi_Initialize. An addition to the interface. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn twedge_original_store_format(on: c_char) {
    ORIGINAL_FORMAT.store(on != 0, Ordering::Relaxed);
}

/// Whether the store of offline messages also takes requests that were sent and not answered, which so may be executed twice, as in
/// the original; off, it takes what was never sent. AUTH and BIND are never taken. An addition to the interface. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn twedge_store_unanswered_messages(on: c_char) {
    UNANSWERED.store(on != 0, Ordering::Relaxed);
}

/// Whether every property value that twApi_SetSubscribedProperty accepts is on disk when it returns 0; off, values wait in memory until an
/// offline push or twApi_Delete writes them, as in the original. It costs a wait for the disk for each value, which threads that set at once share; a set returns 1204 when
/// its value waits in memory only. Call it before twApi_Initialize. An addition to the interface. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn twedge_store_every_value(on: c_char) {
    EVERY_VALUE.store(on != 0, Ordering::Relaxed);
}

/// Within how many milliseconds a property value that twApi_SetSubscribedProperty accepts is on disk, in case the power is cut; 0, the
/// default: only an offline push or twApi_Delete writes, as in the original. The values of that time are written together, by a thread of the
/// library, at the cost of one write to the disk; what the platform has confirmed by then is not written. The return code of a set
/// says then that its value is queued, not that it is stored; twedge_store_every_value() is stronger. Call it before twApi_Initialize.
/// An addition to the interface. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn twedge_store_values_within(milliseconds: u32) {
    WINDOW.store(milliseconds, Ordering::Relaxed);
}

/// How long values may wait to be stored; zero: until an offline push.
pub fn storing_window() -> Duration {
    Duration::from_millis(WINDOW.load(Ordering::Relaxed).into())
}

/// Whether every value is stored.
pub fn stores_every_value() -> bool {
    EVERY_VALUE.load(Ordering::Relaxed)
}

/// How stores are written.
pub fn format() -> Format {
    if ORIGINAL_FORMAT.load(Ordering::Relaxed) { Format::Original } else { Format::Checksummed }
}

/// Whether unanswered requests are stored.
pub fn stores_unanswered() -> bool {
    UNANSWERED.load(Ordering::Relaxed)
}
