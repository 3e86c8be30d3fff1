//! How our own threads that run SDK functions sleep until there is something to do.
//!
//! A program of the original pumps the SDK by calling its functions every few milliseconds, usually through `twThread`
//! or the built-in tasker. Those threads are ours, so they need not poll: between two calls they stand in [`wait`].
//! What there is to wait for is known to the API layer, which [`install`]s a [`Waiter`]; without one (no API object yet)
//! they stand on a condition variable that [`notify`] and [`wake`] reach.

use std::cell::Cell;
use std::ffi::{c_char, c_void};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// What a thread or a task runs, without the NULL that C may pass.
pub type TaskFunction = unsafe extern "C" fn(sys_msecs: u64, params: *mut c_void);

/// A set of the SDK functions that programs run in threads or tasks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Functions(u8);

impl Functions {
    /// No SDK function: the function is the application's.
    pub const NONE: Self = Self(0);
    /// `twApi_TaskerFunction`.
    pub const TASKER: Self = Self(1);
    /// `twMessageHandler_msgHandlerTask` for requests and responses.
    pub const HANDLER: Self = Self(2);
    /// `twMessageHandler_msgHandlerTask` told to handle responses only.
    pub const RESPONSES: Self = Self(4);
    /// `twTunnelManager_TaskerFunction`.
    pub const TUNNELS: Self = Self(8);

    /// Whether nothing is in the set.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether all of `other` is in the set.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both sets together.
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Knows when SDK functions have something to do. Implemented by the API layer on top of the connection.
pub trait Waiter: Send + Sync {
    /// Parks the calling thread until one of `functions` has something to do (then true), until `stop()` holds or until
    /// `until` (then false). Returning early is harmless: the function is called once for nothing.
    ///
    /// `stop` must be asked again after every [`Waiter::wake`]; it takes no lock and does not block.
    /// With several threads waiting for [`Functions::HANDLER`], one message should wake one of them.
    fn wait(&self, functions: Functions, until: Option<Instant>, stop: &dyn Fn() -> bool) -> bool;

    /// Makes every thread that is parked ask its `stop` again.
    fn wake(&self);
}

struct Registry {
    functions: Vec<(usize, Functions)>,
    waiter: Option<Arc<dyn Waiter>>,
}

static REGISTRY: Mutex<Registry> = Mutex::new(Registry { functions: Vec::new(), waiter: None });
/// Counts installations, so that a thread leaves a waiter that has been replaced.
static INSTALLATION: AtomicUsize = AtomicUsize::new(0);
/// Counts calls of `notify`.
static NOTIFICATIONS: Mutex<u64> = Mutex::new(0);
static NOTIFIED: Condvar = Condvar::new();

thread_local! {
    static SEEN: Cell<u64> = const { Cell::new(0) };
}

/// Locks, also after a panic in another thread: what our locks protect is valid after every single step.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Says which function pointers are SDK functions and who knows when they have work. Replaces what was installed.
pub fn install(functions: &[(TaskFunction, Functions)], waiter: Arc<dyn Waiter>) {
    replace(
        Some(functions.iter().map(|&(function, set)| (function as *const () as usize, set)).collect()),
        Some(waiter),
    );
}

/// Removes the waiter, when the API object goes. The function pointers stay known.
pub fn uninstall() {
    replace(None, None);
}

fn replace(functions: Option<Vec<(usize, Functions)>>, waiter: Option<Arc<dyn Waiter>>) {
    let old = {
        let mut registry = locked(&REGISTRY);
        if let Some(functions) = functions {
            registry.functions = functions;
        }
        INSTALLATION.fetch_add(1, Ordering::SeqCst);
        std::mem::replace(&mut registry.waiter, waiter)
    };
    if let Some(old) = old {
        old.wake();
    }
    notify();
}

/// Which SDK function this is, given what it will be called with. [`Functions::NONE`] for the application's own.
///
/// # Safety
/// `params` must be what the function may be called with: for the message handler task NULL or a readable byte.
pub unsafe fn classify(function: TaskFunction, params: *mut c_void) -> Functions {
    let registry = locked(&REGISTRY);
    let found = registry.functions.iter().find(|(known, _)| *known == function as *const () as usize);
    let set = found.map_or(Functions::NONE, |&(_, set)| set);
    // SAFETY: not NULL, and by contract of this function a readable byte.
    if set == Functions::HANDLER && !params.is_null() && unsafe { *params.cast::<c_char>() } != 0 {
        return Functions::RESPONSES;
    }
    set
}

/// Sleeps until one of `functions` may have something to do (then true), until `stop()` holds or `until` has come (then
/// false). With an empty set only time, [`notify`] and [`wake`] end the sleep.
pub fn wait(functions: Functions, until: Option<Instant>, stop: &dyn Fn() -> bool) -> bool {
    let (waiter, installation) = {
        let registry = locked(&REGISTRY);
        (registry.waiter.clone(), INSTALLATION.load(Ordering::SeqCst))
    };
    let replaced = || INSTALLATION.load(Ordering::SeqCst) != installation;
    match waiter {
        Some(waiter) if !functions.is_empty() => {
            waiter.wait(functions, until, &|| stop() || replaced()) || (replaced() && !stop())
        }
        _ => wait_for_notification(until, &|| stop() || (replaced() && !functions.is_empty())),
    }
}

fn wait_for_notification(until: Option<Instant>, stop: &dyn Fn() -> bool) -> bool {
    let mut count = locked(&NOTIFICATIONS);
    loop {
        if stop() {
            return false;
        }
        if SEEN.replace(*count) != *count {
            return true;
        }
        count = match until.map(|until| until.saturating_duration_since(Instant::now())) {
            None => NOTIFIED.wait(count).unwrap_or_else(PoisonError::into_inner),
            Some(left) if left.is_zero() => return false,
            Some(left) => NOTIFIED.wait_timeout(count, left).unwrap_or_else(PoisonError::into_inner).0,
        };
    }
}

/// Tells threads that sleep without a waiter that there may be work: each calls its function once.
pub fn notify() {
    *locked(&NOTIFICATIONS) += 1;
    NOTIFIED.notify_all();
}

/// Makes every sleeping thread of ours ask its `stop` again. Set the flag that `stop` reads before.
pub fn wake() {
    let waiter = locked(&REGISTRY).waiter.clone();
    if let Some(waiter) = waiter {
        waiter.wake();
    }
    drop(locked(&NOTIFICATIONS));
    NOTIFIED.notify_all();
}

/// Held by a test while what it has installed is in place.
#[cfg(test)]
pub(super) static INSTALLED_BY_A_TEST: Mutex<()> = Mutex::new(());

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;
    use std::sync::mpsc;
    use std::time::Duration;

    unsafe extern "C" fn pump(_: u64, _: *mut c_void) {}
    unsafe extern "C" fn of_the_application(_: u64, _: *mut c_void) {}

    /// Never has work.
    #[derive(Default)]
    struct Idle {
        lock: Mutex<()>,
        woken: Condvar,
    }

    impl Waiter for Idle {
        fn wait(&self, _: Functions, _: Option<Instant>, stop: &dyn Fn() -> bool) -> bool {
            let mut guard = locked(&self.lock);
            while !stop() {
                guard = self.woken.wait(guard).unwrap();
            }
            false
        }

        fn wake(&self) {
            drop(locked(&self.lock));
            self.woken.notify_all();
        }
    }

    #[test]
    fn functions_are_told_apart_and_a_flag_means_responses_only() {
        let _installed = locked(&INSTALLED_BY_A_TEST);
        install(&[(pump, Functions::HANDLER)], Arc::new(Idle::default()));
        let (mut no, mut yes) = (0_u8, 1_u8);
        let with = |flag: *mut u8| unsafe { classify(pump, flag.cast()) };
        assert_eq!(with(std::ptr::null_mut()), Functions::HANDLER);
        assert_eq!((with(&mut no), with(&mut yes)), (Functions::HANDLER, Functions::RESPONSES));
        // SAFETY: NULL is allowed.
        assert!(unsafe { classify(of_the_application, std::ptr::null_mut()) }.is_empty());
        uninstall();
        assert_eq!(with(&mut no), Functions::HANDLER, "known also without a waiter");
    }

    #[test]
    fn a_thread_leaves_a_waiter_that_is_removed() {
        let _installed = locked(&INSTALLED_BY_A_TEST);
        install(&[(pump, Functions::TASKER)], Arc::new(Idle::default()));
        let (sender, receiver) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            sender.send(()).unwrap();
            wait(Functions::TASKER, None, &|| false)
        });
        receiver.recv().unwrap();
        uninstall();
        assert!(thread.join().unwrap(), "its function is called once, to see what has changed");
    }

    #[test]
    fn without_a_waiter_notify_and_stop_end_the_sleep_and_time_does() {
        static STOP: AtomicBool = AtomicBool::new(false);
        let sleep = |until| {
            std::thread::spawn(move || {
                // What was notified before this thread came into being is seen first.
                while wait(Functions::NONE, until, &|| STOP.load(Ordering::SeqCst)) {}
            })
        };
        let long = sleep(None);
        sleep(Some(Instant::now() + Duration::from_millis(1))).join().unwrap();
        notify();
        STOP.store(true, Ordering::SeqCst);
        wake();
        long.join().unwrap();
    }
}
