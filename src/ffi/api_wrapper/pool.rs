//! Threads that run the SDK for a host language.

use std::ffi::{c_int, c_void};
use std::ptr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicPtr, Ordering};

use crate::ffi::api::{twApi_TaskerFunction, twMessageHandler_msgHandlerTask};
use crate::ffi::errors::{TW_ERROR_ALLOCATING_MEMORY, TW_OK};
use crate::ffi::guard::guard;
use crate::ffi::list::{self, twList, twList_Add, twList_Create, twList_Delete};
use crate::ffi::threads::{twThread, twThread_Create, twThread_Delete, twThread_Stop};
use crate::ffi::tunnel_manager;
use crate::ffi::work::{TaskFunction, locked};

/// Milliseconds between two calls where something must be named; the threads sleep until there is work.
const PERIOD: u32 = 5;

/// The threads that handle messages (values `twThread`), NULL without a pool.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
static twWMsgHandlerThreadList: AtomicPtr<twList> = AtomicPtr::new(ptr::null_mut());

/// The threads that run twApi_TaskerFunction (values `twThread`), NULL without a pool.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
static twWApiTaskerThreadList: AtomicPtr<twList> = AtomicPtr::new(ptr::null_mut());

/// The thread that runs the tunnels, NULL without a pool.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
static twWTunnelThread: AtomicPtr<twThread> = AtomicPtr::new(ptr::null_mut());

/// Held while a pool is made or destroyed.
static CHANGES: Mutex<()> = Mutex::new(());

fn thread(function: TaskFunction) -> *mut twThread {
    // SAFETY: an SDK function, without an argument.
    unsafe { twThread_Create(Some(function), PERIOD, ptr::null_mut(), 1) }
}

/// A list of `count` threads. NULL when not all could be started.
fn threads(count: u32, function: TaskFunction) -> *mut twList {
    // SAFETY: a delete function of the right type; the list takes the threads.
    unsafe {
        let list = twList_Create(Some(delete_thread));
        for _ in 0..count {
            let thread = thread(function);
            if list.is_null() || thread.is_null() || twList_Add(list, thread.cast()) != TW_OK {
                twThread_Delete(thread.cast());
                twList_Delete(list);
                return ptr::null_mut();
            }
        }
        list
    }
}

unsafe extern "C" fn delete_thread(thread: *mut c_void) {
    twThread_Delete(thread);
}

/// Starts threads for a host language: so many that handle messages, and so many that run twApi_TaskerFunction (one is
/// enough). They sleep until there is work. Returns 0, also when there is a pool already, which stays as it is; 102 when not
/// all could be started: then none runs.
///
/// cbindgen:ignore
///
/// # Safety
/// Callbacks run in these threads from now on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twW_InitializeThreadPool(msgHandlerThreadCount: u32, apiTaskerThreadCount: u32) -> c_int {
    guard(TW_ERROR_ALLOCATING_MEMORY, || {
        let changes = locked(&CHANGES);
        if !twWMsgHandlerThreadList.load(Ordering::Acquire).is_null() {
            return TW_OK;
        }
        let handlers = threads(msgHandlerThreadCount, twMessageHandler_msgHandlerTask);
        let taskers = threads(apiTaskerThreadCount, twApi_TaskerFunction);
        let tunnels = tunnel_manager::TICK.map_or(ptr::null_mut(), thread);
        twWMsgHandlerThreadList.store(handlers, Ordering::Release);
        twWApiTaskerThreadList.store(taskers, Ordering::Release);
        twWTunnelThread.store(tunnels, Ordering::Release);
        let incomplete =
            handlers.is_null() || taskers.is_null() || (tunnels.is_null() && tunnel_manager::TICK.is_some());
        drop(changes);
        if !incomplete {
            return TW_OK;
        }
        log::error!("the threads of the pool could not be started");
        twW_DestroyThreadPool();
        TW_ERROR_ALLOCATING_MEMORY
    })
}

/// Ends the threads of the pool and waits for them, ten seconds for each at most. Without a pool nothing happens. From a
/// callback in one of the threads: that one ends afterwards.
#[unsafe(no_mangle)]
pub extern "C" fn twW_DestroyThreadPool() {
    guard((), || {
        let (lists, tunnels) = {
            let _changes = locked(&CHANGES);
            let take = |place: &AtomicPtr<twList>| place.swap(ptr::null_mut(), Ordering::AcqRel);
            let lists = [take(&twWMsgHandlerThreadList), take(&twWApiTaskerThreadList)];
            (lists, twWTunnelThread.swap(ptr::null_mut(), Ordering::AcqRel))
        };
        // No lock is held, for the threads may be in callbacks. All are told before any is waited for.
        for list in lists {
            // SAFETY: a list of threads that nobody else has any more, or NULL.
            for thread in unsafe { list::values::<twThread>(list) } {
                twThread_Stop(thread, 0);
            }
        }
        for list in lists {
            // SAFETY: as above; its threads are deleted with it.
            unsafe { twList_Delete(list) };
        }
        twThread_Delete(tunnels.cast());
    });
}
