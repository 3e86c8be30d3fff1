//! `twThreadUtils.h`: Polled functions and the ready-made main loops (threading models).

mod polled;

pub use polled::{
    twExt_PerformPolledFunctions, twExt_RegisterPolledShapeFunction, twExt_RegisterPolledTemplateFunction,
    twExt_RemovePolledFunction, twGetPolledFunctionsList, twPerformPolledFunctionsShapeForEachHandler,
    twPerformPolledFunctionsTemplateForEachHandler, twPolledFunctionsList_Delete, twedge_poll_once,
};

use std::ffi::{c_char, c_int, c_uint};
use std::ptr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::api::{instance, twApi_TaskerFunction, twMessageHandler_msgHandlerTask};
use super::definitions::TRUE;
use super::errors::{TW_OK, TW_SUBSCRIBED_PROPERTY_SYNCHRONIZATION_TIMEOUT, TW_THREADING_MODEL_FAILED_SHUTDOWN};
use super::guard::guard;
use super::os_port::time::twGetSystemTime;
use super::tasker;
use super::threads::{twThread, twThread_Create, twThread_Delete, twThread_Stop};
use super::tunnel_manager;
use super::work::{self, Functions, locked};
use crate::connection::Flag;
use crate::store::notes::{Deferred, note};

/// Any value of `enum twThreadingModel`, also one without a name.
pub type twThreadingModel = c_uint;

/// The named values of `enum twThreadingModel`, as the C header shows them; in Rust the constants of the same names are used.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum enum_twThreadingModel {
    TW_THREADING_SINGLE = 0,
    TW_THREADING_TASKER = 1,
    TW_THREADING_MULTI = 2,
}

enum_constants! { twThreadingModel = enum_twThreadingModel;
    TW_THREADING_SINGLE, TW_THREADING_TASKER, TW_THREADING_MULTI,
}

pub type twOnPolled = Option<unsafe extern "C" fn(entityName: *mut c_char)>;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twPolledFunctionRecord {
    pub onPolledFunction: twOnPolled,
    pub shapeName: *mut c_char,
    pub templateName: *mut c_char,
}

pub type twPolledFunctionListRecord = twPolledFunctionRecord;

/// Milliseconds between two calls of an SDK function where something must be named; ours sleep until there is work.
const PUMP_PERIOD: u32 = 5;

/// The threading model that runs.
struct Running {
    model: twThreadingModel,
    started: bool,
    threads: Vec<Thread>,
}

/// A thread of ours.
struct Thread(*mut twThread);

// SAFETY: a handle that any thread may use.
unsafe impl Send for Thread {}

static RUNNING: Mutex<Running> =
    Mutex::new(Running { model: TW_THREADING_SINGLE, started: false, threads: Vec::new() });

/// Whether a threading model runs.
fn is_started() -> bool {
    locked(&RUNNING).started
}

/// Starts the threads that run the SDK: `TW_THREADING_MULTI` one for the connection, one for polled functions at
/// `dataCollectionRate` milliseconds and `messageHandlerThreadCount` for callbacks; `TW_THREADING_TASKER` the built-in tasker
/// for all of it. `TW_THREADING_SINGLE` starts nothing: use twExt_Idle. Nothing happens when a model runs already.
///
/// # Safety
/// Callbacks run in the threads started here from now on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twExt_Start(
    dataCollectionRate: u32,
    threadingModel: twThreadingModel,
    messageHandlerThreadCount: u32,
) {
    guard((), || start(dataCollectionRate, threadingModel, messageHandlerThreadCount));
}

fn start(rate: u32, model: twThreadingModel, handlers: u32) {
    // Before the lock: the log function may be the application's and call us, so its lines are written after that.
    let _deferred = Deferred::new();
    let mut running = locked(&RUNNING);
    if running.started {
        return;
    }
    match model {
        TW_THREADING_MULTI => {
            for _ in 0..handlers {
                running.threads.extend(thread(twMessageHandler_msgHandlerTask, PUMP_PERIOD));
            }
            running.threads.extend(thread(twApi_TaskerFunction, PUMP_PERIOD));
            running.threads.extend(thread(twExt_PerformPolledFunctions, rate));
            running.threads.extend(tunnel_manager::TICK.and_then(|tick| thread(tick, PUMP_PERIOD)));
        }
        TW_THREADING_TASKER => {
            tasker::add_own(rate, twExt_PerformPolledFunctions);
            tasker::add_own(PUMP_PERIOD, twApi_TaskerFunction);
            tasker::add_own(PUMP_PERIOD, twMessageHandler_msgHandlerTask);
            if let Some(tick) = tunnel_manager::TICK {
                tasker::add_own(PUMP_PERIOD, tick);
            }
            tasker::start_thread();
        }
        _ => {
            note!(Warn, "twExt_Start does nothing for the single threaded model: twExt_Idle runs it");
            return;
        }
    }
    running.model = model;
    running.started = true;
}

fn thread(function: work::TaskFunction, rate: u32) -> Option<Thread> {
    // SAFETY: an SDK function of the right type, without an argument. Rate 0 would run it once only.
    let thread = unsafe { twThread_Create(Some(function), rate.max(1), ptr::null_mut(), TRUE as c_char) };
    if thread.is_null() {
        note!(Error, "a thread for the SDK could not be started");
        return None;
    }
    Some(Thread(thread))
}

/// Ends what twExt_Start has started and waits for it. Returns 0, also when called again; 702 without an API object or in the
/// single threaded model, which cannot be stopped.
///
/// # Safety
/// Must not be called from a callback that runs in one of the threads.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twExt_Stop() -> c_int {
    guard(TW_THREADING_MODEL_FAILED_SHUTDOWN, || {
        if instance::current().is_none() {
            return TW_THREADING_MODEL_FAILED_SHUTDOWN;
        }
        if locked(&RUNNING).model == TW_THREADING_SINGLE {
            return TW_THREADING_MODEL_FAILED_SHUTDOWN;
        }
        stop();
        TW_OK
    })
}

/// Ends what `start` has started. From a callback in one of its threads that thread ends afterwards.
fn stop() {
    let (threads, tasker_runs) = {
        let mut running = locked(&RUNNING);
        let tasker_runs = running.started && running.model == TW_THREADING_TASKER;
        // The single threaded model is a loop of the application's thread, which nothing here can end.
        running.started &= running.model == TW_THREADING_SINGLE;
        (std::mem::take(&mut running.threads), tasker_runs)
    };
    // No lock is held: the threads may be in callbacks that use this module.
    if tasker_runs {
        tasker::remove_own();
    }
    // All are told before any is waited for.
    for Thread(thread) in &threads {
        twThread_Stop(*thread, 0);
    }
    for Thread(thread) in threads {
        twThread_Delete(thread.cast());
    }
}

/// Ends the threads that twExt_Start has started and forgets polled functions.
pub(super) fn forget_all() {
    stop();
    polled::clear();
}

/// Runs the SDK and does not return, except when `q` is read from the standard input in the threaded models (the threads go
/// on then). In the single threaded model everything happens in this call.
///
/// # Safety
/// Callbacks run in this call or in threads started here.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twExt_Idle(
    intervalMsec: u32,
    threadingModel: twThreadingModel,
    messageHandlerThreadCount: u32,
) {
    guard((), || {
        if threadingModel == TW_THREADING_SINGLE {
            {
                let mut running = locked(&RUNNING);
                if !running.started {
                    running.model = TW_THREADING_SINGLE;
                }
                running.started = true;
            }
            run_single(intervalMsec);
        } else {
            start(intervalMsec, threadingModel, messageHandlerThreadCount);
            wait_for_quit();
        }
    });
}

fn run_single(rate: u32) -> ! {
    let rate = Duration::from_millis(u64::from(rate.max(1)));
    let mut poll_at = Instant::now();
    loop {
        // SAFETY: the clock takes no arguments that matter, the SDK functions none at all.
        unsafe {
            let now = twGetSystemTime(TRUE as c_char);
            twApi_TaskerFunction(now, ptr::null_mut());
            twMessageHandler_msgHandlerTask(now, ptr::null_mut());
            if let Some(tick) = tunnel_manager::TICK {
                tick(now, ptr::null_mut());
            }
            if poll_at <= Instant::now() {
                poll_at += rate;
                poll_at = poll_at.max(Instant::now());
                twExt_PerformPolledFunctions(now, ptr::null_mut());
            }
        }
        let functions = Functions::TASKER.union(Functions::HANDLER).union(Functions::TUNNELS);
        work::wait(functions, Some(poll_at), &|| false);
    }
}

/// Reads the standard input until `q`. At its end there is nothing to wait for, so the thread sleeps for good.
fn wait_for_quit() {
    // SAFETY: asks about a descriptor.
    let is_terminal = unsafe { libc::isatty(0) } == 1;
    loop {
        let mut byte = 0u8;
        // SAFETY: one byte of ours.
        match unsafe { libc::read(0, ptr::addr_of_mut!(byte).cast(), 1) } {
            1 if byte == b'q' => return,
            1 if is_terminal => println!(),
            1 => {}
            -1 if std::io::Error::last_os_error().kind() == std::io::ErrorKind::Interrupted => {}
            _ => loop {
                std::thread::park();
            },
        }
    }
}

/// Waits until the first synchronization pass of this API object is over, which happens in the first call of the tasker, also
/// offline. Returns 0, or 1206 after `timeoutMills` milliseconds.
///
/// # Safety
/// Something else must pump the SDK meanwhile.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twExt_WaitUntilFirstSynchronization(timeoutMills: u32) -> c_int {
    guard(TW_SUBSCRIBED_PROPERTY_SYNCHRONIZATION_TIMEOUT, || {
        let deadline = Instant::now() + Duration::from_millis(u64::from(timeoutMills));
        loop {
            if instance::current().is_some_and(|facade| facade.flag(Flag::FirstSynchronizationComplete)) {
                return TW_OK;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return TW_SUBSCRIBED_PROPERTY_SYNCHRONIZATION_TIMEOUT;
            }
            // The flag is a byte that the application may write too, so nothing can announce a change of it.
            std::thread::sleep(left.min(Duration::from_millis(10)));
        }
    })
}
