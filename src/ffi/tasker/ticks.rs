//! Names that no header declares: what the tasker is doing, for readers, and rounds on threads of the program's own.

use std::ffi::{c_char, c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicI8, AtomicI32, Ordering};
use std::time::Duration;

use super::{BUSY_IN, NOT_BUSY, run_round};
use crate::ffi::guard::guard;
use crate::ffi::shared::Shared;
use crate::ffi::work::locked;

/// The slot of the task that was run last.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub static lastTaskRun: AtomicI32 = AtomicI32::new(0);

/// How many rounds there have been. Written by whoever is in a round, of which there is one at a time.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
static tickCount: Shared<u64> = Shared::new(0);

/// TRUE while a round is under way.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub static tickInProgress: AtomicI8 = AtomicI8::new(0);

/// How long `TimerThread` pauses between two rounds, in milliseconds. A program may write it.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub static tickRate: AtomicI32 = AtomicI32::new(1);

/// Whether `TimerThread` goes on. A program that has a thread of its own run that function writes it.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub static tickSignal: AtomicI8 = AtomicI8::new(0);

/// The thread of `TimerThread`: a program's own to write; the library's tasker has its own thread.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
static tickTimerThread: Shared<usize> = Shared::new(0);

/// A number for that thread, as `tickTimerThread`.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub static thread_id: AtomicI32 = AtomicI32::new(0);

/// A round begins.
pub(super) fn begin() {
    // SAFETY: there is one round at a time.
    unsafe { *tickCount.get() = (*tickCount.get()).wrapping_add(1) };
    tickInProgress.store(1, Ordering::Release);
}

/// The task in this slot is run.
pub(super) fn runs(slot: usize) {
    lastTaskRun.store(c_int::try_from(slot).unwrap_or(c_int::MAX), Ordering::Relaxed);
}

/// The round is over.
pub(super) fn end() {
    tickInProgress.store(0, Ordering::Release);
}

/// Runs the tasks that are due, once, on the calling thread. Nothing happens while the tasker's thread runs, or another thread is in this
/// function: that one does it. Not from a task.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn tickTimerCallback() {
    guard((), || {
        let process = std::process::id();
        {
            let mut busy = locked(&BUSY_IN);
            if *busy == Some(process) {
                return;
            }
            *busy = Some(process);
        }
        guard((), || run_round(true, &|| false));
        *locked(&BUSY_IN) = None;
        NOT_BUSY.notify_all();
    });
}

/// Runs the tasks on the calling thread, pausing `tickRate` milliseconds between two rounds, as long as `tickSignal` is not 0. The argument
/// is not looked at. NULL.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn TimerThread(params: *mut c_void) -> *mut c_void {
    let _ = params;
    while tickSignal.load(Ordering::Acquire) != 0 {
        tickTimerCallback();
        let pause = u64::try_from(tickRate.load(Ordering::Relaxed)).unwrap_or(0).max(1);
        std::thread::sleep(Duration::from_millis(pause));
    }
    ptr::null_mut()
}

const _: () = assert!(size_of::<AtomicI8>() == size_of::<c_char>() && size_of::<AtomicI32>() == size_of::<c_int>());
