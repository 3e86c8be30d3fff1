//! What `twOSPort.h` declares for the tasker.

use crate::ffi::guard::guard;
use crate::ffi::tasker;

/// Starts the thread that runs the tasks of twTasker_CreateTask(), unless it is running. From any thread.
#[unsafe(no_mangle)]
pub extern "C" fn twTasker_Start() {
    guard((), tasker::start_thread);
}

/// Ends the thread that runs the tasks and waits until it has ended, a task in progress included; from a task, does not
/// wait. The tasks stay in their slots. Without a thread nothing happens. From any thread.
#[unsafe(no_mangle)]
pub extern "C" fn twTasker_Stop() {
    guard((), tasker::stop_thread);
}
