//! Mutexes that their holder may lock again: what containers use, so that a function called for each element may use
//! the container itself.

use super::memory;
use libc::pthread_mutex_t;
use std::mem::MaybeUninit;
use std::ptr;

/// A recursive mutex in C memory, a real pthread mutex as `twMutex_Delete` expects it. NULL on failure.
pub fn create() -> *mut pthread_mutex_t {
    let mutex = memory::zeroed(size_of::<pthread_mutex_t>()).cast::<pthread_mutex_t>();
    if mutex.is_null() {
        return mutex;
    }
    let mut attributes = MaybeUninit::<libc::pthread_mutexattr_t>::uninit();
    // SAFETY: the attributes are initialized by the first call and destroyed after use; `mutex` is fresh memory.
    let made = unsafe {
        if libc::pthread_mutexattr_init(attributes.as_mut_ptr()) != 0 {
            false
        } else {
            let set = libc::pthread_mutexattr_settype(attributes.as_mut_ptr(), libc::PTHREAD_MUTEX_RECURSIVE) == 0
                && libc::pthread_mutex_init(mutex, attributes.as_ptr()) == 0;
            libc::pthread_mutexattr_destroy(attributes.as_mut_ptr());
            set
        }
    };
    if made {
        return mutex;
    }
    // SAFETY: fresh memory that nobody else knows.
    unsafe { memory::free(mutex) };
    ptr::null_mut()
}

/// Destroys and frees a mutex. NULL is fine.
///
/// # Safety
/// `mutex` is NULL or a mutex in C memory that nobody holds or uses any more.
pub unsafe fn delete(mutex: *mut pthread_mutex_t) {
    if !mutex.is_null() {
        // SAFETY: see above.
        unsafe {
            libc::pthread_mutex_destroy(mutex);
            memory::free(mutex);
        }
    }
}

/// Holds a mutex until dropped.
pub struct Guard(*mut pthread_mutex_t);

impl Guard {
    /// Locks a mutex of either kind. NULL, as in a container that a program put together itself, locks nothing.
    ///
    /// # Safety
    /// `mutex` is NULL or an initialized mutex that outlives the guard.
    pub unsafe fn lock(mutex: *mut pthread_mutex_t) -> Self {
        if !mutex.is_null() {
            // SAFETY: see above.
            unsafe { libc::pthread_mutex_lock(mutex) };
        }
        Self(mutex)
    }

    /// As [`Guard::lock`], but does not wait: `None` while another thread holds the mutex.
    ///
    /// # Safety
    /// As for [`Guard::lock`].
    pub unsafe fn try_lock(mutex: *mut pthread_mutex_t) -> Option<Self> {
        // SAFETY: see above.
        let locked = mutex.is_null() || unsafe { libc::pthread_mutex_trylock(mutex) } == 0;
        locked.then_some(Self(mutex))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: locked by `lock` on this thread; guards are not sent to others because of the raw pointer.
            unsafe { libc::pthread_mutex_unlock(self.0) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_holder_may_lock_again_and_others_wait() {
        let mutex = create();
        assert!(!mutex.is_null());
        let address = mutex as usize;
        // SAFETY: the mutex lives until it is deleted at the end.
        unsafe {
            let first = Guard::lock(mutex);
            let second = Guard::lock(mutex);
            let other = std::thread::spawn(move || Guard::try_lock(address as *mut pthread_mutex_t).is_some());
            assert!(!other.join().unwrap());
            assert!(Guard::try_lock(mutex).is_some());
            drop(second);
            drop(first);
            assert_eq!(libc::pthread_mutex_trylock(mutex), 0);
            libc::pthread_mutex_unlock(mutex);
            delete(mutex);
        }
    }
}
