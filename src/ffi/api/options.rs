//! Better behaviour that a program has to ask for, because others depend on that of the original. Additions to the interface.
//!
//! The settings are those of the process: they may be made before twApi_Initialize and survive twApi_Delete.

use std::cell::RefCell;
use std::ffi::{c_char, c_int};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use crate::connection::Settings;
use crate::ffi::guard::guard;

static CONNECT_WAITS: AtomicBool = AtomicBool::new(false);
static DUTY_CYCLE_STARTS_ONLINE: AtomicBool = AtomicBool::new(false);
static FIRST_SYNCHRONIZATION_WAIT: AtomicU32 = AtomicU32::new(0);
static EXACT_BIND_EVENTS: AtomicBool = AtomicBool::new(false);
static PONG_WATCHDOG_STAYS: AtomicBool = AtomicBool::new(false);

thread_local! {
    static LAST_ERROR: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Whether twApi_Connect, called while another thread connects, waits until that has ended, and tries itself if it has failed; off,
/// it returns 0 at once, as in the original. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn twedge_connect_waits(on: c_char) {
    CONNECT_WAITS.store(on != 0, Ordering::Relaxed);
}

/// Whether a duty cycle begins with its online part after the first connect; off, the device goes offline at once, as in the original.
/// Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn twedge_duty_cycle_starts_online(on: c_char) {
    DUTY_CYCLE_STARTS_ONLINE.store(on != 0, Ordering::Relaxed);
}

/// For how many milliseconds of being online the field `firstSynchronizationComplete`, and with it
/// twExt_WaitUntilFirstSynchronization() and the polled functions, waits for the platform to synchronize a thing; 0, it becomes TRUE
/// at the first call of twApi_TaskerFunction(), as in the original. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn twedge_first_synchronization_wait(milliseconds: u32) {
    FIRST_SYNCHRONIZATION_WAIT.store(milliseconds, Ordering::Relaxed);
}

/// Whether bind callbacks are called for each thing that a call has bound or unbound, with its name, and with FALSE when a disconnect call
/// unbinds it; off, twApi_Connect() and twApi_Disconnect() call each function once, with the name that it was registered with and
/// TRUE, as in the original. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn twedge_exact_bind_events(on: c_char) {
    EXACT_BIND_EVENTS.store(on != 0, Ordering::Relaxed);
}

/// Whether the SDK goes on looking after missing pongs when the program has registered a pong callback; off,
/// twApi_RegisterPongCallback() ends that, as in the original. Any thread, before that call.
#[unsafe(no_mangle)]
pub extern "C" fn twedge_pong_watchdog_stays(on: c_char) {
    PONG_WATCHDOG_STAYS.store(on != 0, Ordering::Relaxed);
}

/// Why the last request of this thread (twApi_ReadProperty(), twApi_InvokeService() and the like) has failed, in words: the
/// platform's reason, if it gave one. Writes at most `size` bytes with the NUL at the end into `buffer`, which may be NULL. Returns the
/// length of the whole text, 0 when the last request has succeeded or there was none.
///
/// # Safety
/// `buffer` is NULL or has room for `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twedge_last_error(buffer: *mut c_char, size: usize) -> c_int {
    guard(0, || {
        LAST_ERROR.with_borrow(|text| {
            if let Some(room) = size.checked_sub(1).filter(|_| !buffer.is_null()) {
                let shown = (0..=room.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
                // SAFETY: by contract of this function there is room for these bytes and the NUL.
                unsafe {
                    ptr::copy_nonoverlapping(text.as_ptr().cast(), buffer, shown);
                    *buffer.add(shown) = 0;
                }
            }
            c_int::try_from(text.len()).unwrap_or(c_int::MAX)
        })
    })
}

/// Notes the outcome of a request of this thread; an empty text is success.
pub(super) fn note_outcome(text: &str) {
    LAST_ERROR.with_borrow_mut(|last| {
        last.clear();
        last.push_str(text);
    });
}

pub(super) fn exact_bind_events() -> bool {
    EXACT_BIND_EVENTS.load(Ordering::Relaxed)
}

pub(super) fn pong_watchdog_stays() -> bool {
    PONG_WATCHDOG_STAYS.load(Ordering::Relaxed)
}

/// Enters what concerns the connection.
pub(super) fn apply(settings: &mut Settings) {
    settings.connect_waits = CONNECT_WAITS.load(Ordering::Relaxed);
    settings.duty_cycle_starts_online = DUTY_CYCLE_STARTS_ONLINE.load(Ordering::Relaxed);
    settings.first_synchronization_wait =
        Duration::from_millis(u64::from(FIRST_SYNCHRONIZATION_WAIT.load(Ordering::Relaxed)));
}
