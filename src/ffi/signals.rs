//! Signal masks of threads.

use std::mem::MaybeUninit;

/// Runs `start` with all signals blocked in this thread, and then restores its mask. A thread that is started inside inherits
/// the blocked mask, so that the application's signal handlers keep running on the application's own threads.
pub fn blocked<T>(start: impl FnOnce() -> T) -> T {
    let _mask = Mask::block_all();
    start()
}

/// Ends this process at once, as a power cut would: nothing is flushed, no destructor and no handler runs.
#[cfg(feature = "store-faults")]
pub fn kill_own_process() {
    // SAFETY: both are always allowed; SIGKILL cannot be handled.
    unsafe {
        libc::kill(libc::getpid(), libc::SIGKILL);
    }
}

/// The mask to restore, also when a panic passes by.
struct Mask(Option<libc::sigset_t>);

impl Mask {
    fn block_all() -> Self {
        let mut all = MaybeUninit::<libc::sigset_t>::uninit();
        let mut old = MaybeUninit::<libc::sigset_t>::uninit();
        // SAFETY: sigfillset initialises the set it is given; pthread_sigmask reads it, and writes the old mask when it succeeds.
        unsafe {
            if libc::sigfillset(all.as_mut_ptr()) != 0
                || libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), old.as_mut_ptr()) != 0
            {
                return Self(None);
            }
            Self(Some(old.assume_init()))
        }
    }
}

impl Drop for Mask {
    fn drop(&mut self) {
        if let Some(old) = &self.0 {
            // SAFETY: `old` is a mask that the system has given, and no old mask is asked for.
            unsafe {
                libc::pthread_sigmask(libc::SIG_SETMASK, old, std::ptr::null_mut());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether SIGUSR1 is blocked in the calling thread.
    fn is_blocked() -> bool {
        let mut mask = MaybeUninit::<libc::sigset_t>::uninit();
        // SAFETY: with a null new mask the call only writes the present one.
        unsafe {
            assert_eq!(libc::pthread_sigmask(libc::SIG_BLOCK, std::ptr::null(), mask.as_mut_ptr()), 0);
            libc::sigismember(mask.as_ptr(), libc::SIGUSR1) == 1
        }
    }

    #[test]
    fn threads_started_inside_have_signals_blocked_and_the_starter_has_not() {
        assert!(!is_blocked());
        let started = blocked(|| std::thread::spawn(is_blocked));
        assert!(started.join().unwrap());
        assert!(!is_blocked());
    }
}
