//! `twThreads.h`: Simple worker threads that run a task function periodically.
//!
//! The struct that C sees is memory of C; what we need beside it is found by its address. A thread that outlives the
//! time given to stop it is left running and frees the struct itself when it ends: it is never cancelled.

use libc::pthread_t;
use std::collections::BTreeMap;
use std::ffi::{c_char, c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::errors::{TW_INVALID_PARAM, TW_OK};
use super::guard::guard;
use super::native_thread::NativeThread;
use super::os_port::time;
use super::tasker::twTaskFunction;
use super::work::{self, TaskFunction, locked};
use super::{errors, memory};

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twThread {
    pub id: pthread_t,
    pub func: twTaskFunction,
    pub rate: u32,
    pub isRunning: c_char,
    pub isPaused: c_char,
    pub shutdownRequested: c_char,
    pub hasStopped: c_char,
    pub opaquePtr: *mut c_void,
}

/// How long `twThread_Delete` waits for the thread's function to return.
const DELETE_PATIENCE: i32 = 10_000;
/// How often a thread that is waited for is reminded, should a reminder reach it just before it goes to sleep.
const REMINDER: Duration = Duration::from_millis(100);

/// A thread and its struct.
struct Control {
    state: Mutex<State>,
    changed: Condvar,
    /// Set with the state locked, read by what interrupts a sleep.
    stop: AtomicBool,
}

struct State {
    /// The struct that C has. Read and written with the state locked only, and not after `record_freed`.
    record: *mut twThread,
    /// The application has given the struct back, so the thread frees it.
    deleted: bool,
    finished: bool,
    handle: Option<NativeThread>,
}

// SAFETY: the pointer is used under the lock, and the memory is freed by the last of thread and application.
unsafe impl Send for State {}

/// What a thread does in one round.
struct Round {
    function: TaskFunction,
    argument: *mut c_void,
    rate: u32,
}

static THREADS: Mutex<BTreeMap<usize, Arc<Control>>> = Mutex::new(BTreeMap::new());

fn find(thread: *const twThread) -> Option<Arc<Control>> {
    locked(&THREADS).get(&(thread as usize)).cloned()
}

impl State {
    fn record(&mut self) -> &mut twThread {
        // SAFETY: the struct is freed by the thread at its end or after it, and then removed from `THREADS` before;
        // every access is under the lock of this state.
        unsafe { &mut *self.record }
    }
}

impl Control {
    fn stops(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// Sleeps while the thread is not started or paused. `None` when it is to end.
    fn next_round(&self) -> Option<Round> {
        let mut state = locked(&self.state);
        loop {
            let record = *state.record();
            if self.stops() || record.shutdownRequested != 0 {
                return None;
            }
            if record.isRunning != 0 && record.isPaused == 0 {
                return record.func.map(|function| Round { function, argument: record.opaquePtr, rate: record.rate });
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Sleeps until the next round is due: for SDK functions until they have work, for others as long as the rate says.
    fn sleep(&self, round: &Round) {
        // SAFETY: the function was just called with this argument, so it is of the kind that the function expects.
        let functions = unsafe { work::classify(round.function, round.argument) };
        if !functions.is_empty() {
            work::wait(functions, None, &|| self.stops());
            return;
        }
        let due = Instant::now() + Duration::from_millis(round.rate.into());
        let mut state = locked(&self.state);
        loop {
            let left = due.saturating_duration_since(Instant::now());
            if left.is_zero() || self.stops() || state.record().shutdownRequested != 0 {
                return;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn run(&self) {
        while let Some(round) = self.next_round() {
            // SAFETY: the function and its argument come from the application together.
            unsafe { (round.function)(time::now() as u64, round.argument) };
            if round.rate == 0 {
                break;
            }
            self.sleep(&round);
        }
        let mut state = locked(&self.state);
        let record = state.record();
        record.isRunning = 0;
        record.hasStopped = 1;
        state.finished = true;
        if state.deleted {
            // SAFETY: the application has given the struct back and nobody finds it any more.
            unsafe { memory::free(state.record) };
        }
        self.changed.notify_all();
    }

    /// Changes the flags of the struct and tells the thread.
    fn change(&self, change: impl FnOnce(&mut twThread)) {
        change(locked(&self.state).record());
        self.changed.notify_all();
    }

    /// Asks the thread to end and waits so long for it.
    fn stop(&self, patience: Duration) {
        {
            let mut state = locked(&self.state);
            state.record().shutdownRequested = 1;
            self.stop.store(true, Ordering::SeqCst);
            if state.handle.as_ref().is_some_and(NativeThread::is_current) {
                return;
            }
        }
        self.changed.notify_all();
        work::wake();
        if let Some(handle) = self.wait_for_end(patience) {
            handle.join();
        }
    }

    /// Waits for the end of the thread. What is to be joined, unless it is still running or another caller has it.
    fn wait_for_end(&self, patience: Duration) -> Option<NativeThread> {
        let deadline = Instant::now() + patience;
        let mut state = locked(&self.state);
        loop {
            if state.finished {
                return state.handle.take();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            state = self.changed.wait_timeout(state, left.min(REMINDER)).unwrap_or_else(PoisonError::into_inner).0;
            if !state.finished {
                drop(state);
                work::wake();
                state = locked(&self.state);
            }
        }
    }

    /// Takes the struct from the application.
    fn delete(&self) {
        let mut state = locked(&self.state);
        if let Some(handle) = state.handle.take() {
            handle.detach();
        }
        if state.finished {
            // SAFETY: the thread has ended, the application has given the struct back, nobody finds it any more.
            unsafe { memory::free(state.record) };
        } else {
            state.deleted = true;
        }
    }
}

/// A flag of a thread, FALSE for NULL and what is no thread (any more).
fn flag(thread: *const twThread, flag: impl FnOnce(&twThread) -> c_char) -> c_char {
    guard(0, || find(thread).map_or(0, |control| flag(locked(&control.state).record())))
}

/// Changes a thread: 0; 101 for NULL and what is no thread (any more).
fn change(thread: *const twThread, change: impl FnOnce(&mut twThread)) -> c_int {
    guard(errors::TW_UNKNOWN_ERROR, || match find(thread) {
        Some(control) => {
            control.change(change);
            TW_OK
        }
        None => TW_INVALID_PARAM,
    })
}

/// Creates a thread that calls `func` with the present time and `opaquePtr`, at once and then `rate` milliseconds after
/// each return; a rate of 0 means once. With `autoStart` FALSE it sleeps until `twThread_Start`.
///
/// A thread whose function is `twApi_TaskerFunction`, `twMessageHandler_msgHandlerTask` or
/// `twTunnelManager_TaskerFunction` sleeps until there is work for it instead, whatever its rate (other than 0).
///
/// The result is to be given to `twThread_Delete`. NULL if `func` is NULL or the thread cannot be made. `opaquePtr` is
/// borrowed until the thread has ended.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twThread_Create(
    func: twTaskFunction,
    rate: u32,
    opaquePtr: *mut c_void,
    autoStart: c_char,
) -> *mut twThread {
    if func.is_none() {
        return ptr::null_mut();
    }
    guard(ptr::null_mut(), || {
        let record = memory::alloc(twThread {
            // SAFETY: an all-zero pthread_t is a valid value; the real one follows.
            id: unsafe { std::mem::zeroed() },
            func,
            rate,
            isRunning: (autoStart != 0) as c_char,
            isPaused: 0,
            shutdownRequested: 0,
            hasStopped: 0,
            opaquePtr,
        });
        if record.is_null() {
            return record;
        }
        let state = State { record, deleted: false, finished: false, handle: None };
        let control =
            Arc::new(Control { state: Mutex::new(state), changed: Condvar::new(), stop: AtomicBool::new(false) });
        // Held until id and handle are in place: the thread waits for it.
        let mut state = locked(&control.state);
        let body = Arc::clone(&control);
        match NativeThread::spawn(move || body.run()) {
            Ok(handle) => {
                state.record().id = handle.id();
                state.handle = Some(handle);
                locked(&THREADS).insert(record as usize, Arc::clone(&control));
                record
            }
            Err(error) => {
                log::error!("cannot start a thread: {error}");
                // SAFETY: nobody else knows the struct yet.
                unsafe { memory::free(record) };
                ptr::null_mut()
            }
        }
    })
}

/// Stops a thread, waiting up to ten seconds for its function to return, and frees it. If the function does not return,
/// the thread is left to itself and frees what it needs when it ends; it is never cancelled. From the thread's own
/// function: does not wait. NULL and what was deleted before do nothing.
#[unsafe(no_mangle)]
pub extern "C" fn twThread_Delete(t: *mut c_void) {
    guard((), || {
        let control = locked(&THREADS).remove(&(t as usize));
        if let Some(control) = control {
            control.stop(Duration::from_millis(DELETE_PATIENCE as u64));
            control.delete();
        }
    });
}

/// Lets a thread run that was created without `autoStart`. A thread that has ended does not run again. 0; 101 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn twThread_Start(t: *mut twThread) -> c_int {
    change(t, |thread| thread.isRunning = (thread.hasStopped == 0) as c_char)
}

/// Ends a thread: its function is not called again, a sleeping thread is woken. Waits up to `waitTime` milliseconds for a
/// call in progress; `twThread_IsStopped` tells whether that has returned. From the thread's own function: does not wait.
/// 0; 101 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn twThread_Stop(t: *mut twThread, waitTime: i32) -> c_int {
    guard(errors::TW_UNKNOWN_ERROR, || {
        let Some(control) = find(t) else { return TW_INVALID_PARAM };
        control.stop(Duration::from_millis(u64::try_from(waitTime).unwrap_or(0)));
        TW_OK
    })
}

/// Keeps the thread from calling its function until `twThread_Resume`; a call in progress goes on. 0; 101 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn twThread_Pause(t: *mut twThread) -> c_int {
    change(t, |thread| thread.isPaused = 1)
}

/// Ends a pause. 0; 101 for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn twThread_Resume(t: *mut twThread) -> c_int {
    change(t, |thread| thread.isPaused = 0)
}

/// TRUE from the start of the thread to its end, pauses included. FALSE for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn twThread_IsRunning(t: *mut twThread) -> c_char {
    flag(t, |thread| thread.isRunning)
}

/// TRUE while the thread is paused. FALSE for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn twThread_IsPaused(t: *mut twThread) -> c_char {
    flag(t, |thread| thread.isPaused)
}

/// TRUE when the thread has called its function for the last time and that has returned. FALSE for NULL.
#[unsafe(no_mangle)]
pub extern "C" fn twThread_IsStopped(t: *mut twThread) -> c_char {
    flag(t, |thread| thread.hasStopped)
}

/// The system's id of the thread, 0 for NULL. It must not be joined, detached or cancelled.
#[unsafe(no_mangle)]
pub extern "C" fn twThread_GetThreadId(t: *mut twThread) -> pthread_t {
    // SAFETY: an all-zero pthread_t is a valid value.
    let none: pthread_t = unsafe { std::mem::zeroed() };
    guard(none, || find(t).map_or(none, |control| locked(&control.state).record().id))
}

#[cfg(test)]
mod tests {
    use super::work::{Functions, Waiter};
    use super::*;
    use std::sync::atomic::AtomicUsize;

    /// What the test functions are called with: counts calls, and lets a call wait for permission to return.
    #[derive(Default)]
    struct Calls {
        count: Mutex<usize>,
        counted: Condvar,
        blocked: Mutex<bool>,
        released: Condvar,
    }

    impl Calls {
        fn wait_for(&self, count: usize) {
            let count_is_less = |have: &mut usize| *have < count;
            drop(self.counted.wait_while(self.count.lock().unwrap(), count_is_less).unwrap());
        }

        fn count(&self) -> usize {
            *self.count.lock().unwrap()
        }

        fn argument(&self) -> *mut c_void {
            ptr::from_ref(self).cast_mut().cast()
        }
    }

    unsafe extern "C" fn count(_: u64, calls: *mut c_void) {
        // SAFETY: the tests pass their `Calls`, which outlive the thread.
        let calls = unsafe { &*calls.cast::<Calls>() };
        *calls.count.lock().unwrap() += 1;
        calls.counted.notify_all();
        drop(calls.released.wait_while(calls.blocked.lock().unwrap(), |blocked| *blocked).unwrap());
    }

    const AN_HOUR: u32 = 3_600_000;

    fn create(function: twTaskFunction, rate: u32, argument: *mut c_void, start: c_char) -> *mut twThread {
        // SAFETY: the functions of the tests take what the tests pass, which outlives the thread.
        unsafe { twThread_Create(function, rate, argument, start) }
    }

    #[test]
    fn rate_0_runs_once_and_ends() {
        let calls = Calls::default();
        let thread = create(Some(count), 0, calls.argument(), 1);
        assert_eq!(twThread_Stop(thread, 10_000), 0);
        // The thread may have been stopped before its first call: what was promised is "at most once" then.
        assert!(calls.count() <= 1);
        assert_eq!((twThread_IsRunning(thread), twThread_IsStopped(thread)), (0, 1));
        twThread_Delete(thread.cast());

        let thread = create(Some(count), 0, calls.argument(), 1);
        let before = calls.count();
        calls.wait_for(before.max(1));
        let control = find(thread).unwrap();
        let state = control.changed.wait_while(control.state.lock().unwrap(), |state| !state.finished).unwrap();
        drop(state);
        assert_eq!(twThread_IsStopped(thread), 1);
        twThread_Delete(thread.cast());
    }

    #[test]
    fn it_starts_when_told_and_pauses() {
        let calls = Calls::default();
        let thread = create(Some(count), 1, calls.argument(), 0);
        assert_eq!((twThread_IsRunning(thread), calls.count()), (0, 0));
        twThread_Start(thread);
        calls.wait_for(3);
        assert_eq!((twThread_IsRunning(thread), twThread_IsPaused(thread)), (1, 0));
        twThread_Pause(thread);
        assert_eq!(twThread_IsPaused(thread), 1);
        // A call that was in progress when the pause began is over when another has been waited for in vain.
        twThread_Resume(thread);
        let before = calls.count();
        calls.wait_for(before + 2);
        twThread_Delete(thread.cast());
    }

    #[test]
    fn stop_wakes_a_sleeper_and_a_paused_and_a_waiting_thread() {
        for (start, pause) in [(1, false), (1, true), (0, false)] {
            let calls = Calls::default();
            let thread = create(Some(count), AN_HOUR, calls.argument(), start);
            if start == 1 {
                calls.wait_for(1);
            }
            if pause {
                twThread_Pause(thread);
            }
            let begin = Instant::now();
            twThread_Stop(thread, 60_000);
            assert!(begin.elapsed() < Duration::from_secs(30));
            assert_eq!(twThread_IsStopped(thread), 1);
            twThread_Delete(thread.cast());
        }
    }

    #[test]
    fn a_thread_that_does_not_return_is_left_and_frees_its_struct_later() {
        let calls: &Calls = Box::leak(Box::default());
        *calls.blocked.lock().unwrap() = true;
        let thread = create(Some(count), AN_HOUR, calls.argument(), 1);
        calls.wait_for(1);
        assert_eq!(twThread_Stop(thread, 0), 0);
        assert_eq!(twThread_IsStopped(thread), 0);
        // What twThread_Delete does, without its patience.
        let control = locked(&THREADS).remove(&(thread as usize)).unwrap();
        control.stop(Duration::ZERO);
        control.delete();
        assert_eq!(twThread_Start(thread), TW_INVALID_PARAM);
        *calls.blocked.lock().unwrap() = false;
        calls.released.notify_all();
        drop(control.changed.wait_while(control.state.lock().unwrap(), |state| !state.finished).unwrap());
    }

    unsafe extern "C" fn delete_itself(_: u64, place: *mut c_void) {
        // SAFETY: the test passes a place that outlives the thread.
        let thread = unsafe { &*place.cast::<Mutex<usize>>() };
        let thread = *thread.lock().unwrap();
        twThread_Delete(thread as *mut c_void);
    }

    #[test]
    fn a_thread_may_delete_itself() {
        let place: Mutex<usize> = Mutex::new(0);
        let mut address = place.lock().unwrap();
        let thread = create(Some(delete_itself), 1, ptr::from_ref(&place).cast_mut().cast(), 1);
        *address = thread as usize;
        let control = find(thread).unwrap();
        drop(address);
        drop(control.changed.wait_while(control.state.lock().unwrap(), |state| !state.finished).unwrap());
        assert!(find(thread).is_none());
    }

    #[test]
    fn null_and_strangers_are_refused() {
        let stranger = memory::zeroed(size_of::<twThread>()).cast::<twThread>();
        for thread in [ptr::null_mut(), stranger] {
            assert_eq!(
                [twThread_Start(thread), twThread_Stop(thread, 5), twThread_Pause(thread), twThread_Resume(thread)],
                [TW_INVALID_PARAM; 4]
            );
            assert_eq!([twThread_IsRunning(thread), twThread_IsPaused(thread), twThread_IsStopped(thread)], [0; 3]);
            assert_eq!(twThread_GetThreadId(thread), 0);
            twThread_Delete(thread.cast());
        }
        // SAFETY: allocated above.
        unsafe { memory::free(stranger) };
        assert!(create(None, 5, ptr::null_mut(), 1).is_null());
    }

    /// Wakes one thread for each piece of work, as a queue of messages does.
    #[derive(Default)]
    struct Queue {
        work: Mutex<usize>,
        added: Condvar,
        sleeping: AtomicUsize,
    }

    impl Waiter for Queue {
        fn wait(&self, functions: Functions, _: Option<Instant>, stop: &dyn Fn() -> bool) -> bool {
            assert_eq!(functions, Functions::HANDLER);
            let mut work = self.work.lock().unwrap();
            self.sleeping.fetch_add(1, Ordering::SeqCst);
            self.added.notify_all();
            while *work == 0 && !stop() {
                work = self.added.wait(work).unwrap();
            }
            self.sleeping.fetch_sub(1, Ordering::SeqCst);
            *work = work.saturating_sub(1);
            !stop()
        }

        fn wake(&self) {
            drop(self.work.lock().unwrap());
            self.added.notify_all();
        }
    }

    impl Queue {
        fn wait_until_sleeping(&self, threads: usize) {
            let awake = |_: &mut usize| self.sleeping.load(Ordering::SeqCst) != threads;
            drop(self.added.wait_while(self.work.lock().unwrap(), awake).unwrap());
        }
    }

    unsafe extern "C" fn handler(_: u64, _: *mut c_void) {
        HANDLED.fetch_add(1, Ordering::SeqCst);
    }
    static HANDLED: AtomicUsize = AtomicUsize::new(0);

    #[test]
    fn sdk_functions_run_when_there_is_work_and_not_at_their_rate() {
        let _installed = locked(&work::INSTALLED_BY_A_TEST);
        let queue = Arc::new(Queue::default());
        work::install(&[(handler, Functions::HANDLER)], queue.clone());
        let threads: Vec<_> = (0..3).map(|_| create(Some(handler), 1, ptr::null_mut(), 1)).collect();
        queue.wait_until_sleeping(3);
        assert_eq!(HANDLED.load(Ordering::SeqCst), 3, "each thread calls its function once at the start");
        *queue.work.lock().unwrap() += 2;
        queue.added.notify_all();
        while HANDLED.load(Ordering::SeqCst) < 5 {
            std::thread::yield_now();
        }
        queue.wait_until_sleeping(3);
        assert_eq!(HANDLED.load(Ordering::SeqCst), 5);
        let begin = Instant::now();
        twThread_Stop(threads[0], 60_000);
        assert!(begin.elapsed() < Duration::from_secs(30), "stopping interrupts the wait");
        queue.wait_until_sleeping(2);
        // Without a waiter they sleep until notified.
        work::uninstall();
        threads.into_iter().for_each(|thread| twThread_Delete(thread.cast()));
    }
}
