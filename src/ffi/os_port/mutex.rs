//! Mutexes for C: real pthread mutexes, since the header says so and programs use them directly (api-behaviour.md 12.2).

use std::ptr;

use libc::pthread_mutex_t;

use crate::ffi::memory;

/// A new mutex, not recursive, to be given to `twMutex_Delete`. NULL when there is no memory for it.
#[unsafe(no_mangle)]
pub extern "C" fn twMutex_Create() -> *mut pthread_mutex_t {
    let mutex = memory::alloc(libc::PTHREAD_MUTEX_INITIALIZER);
    // SAFETY: fresh memory of the right size; NULL attributes are the defaults.
    if !mutex.is_null() && unsafe { libc::pthread_mutex_init(mutex, ptr::null()) } != 0 {
        // SAFETY: just allocated and not used.
        unsafe { memory::free(mutex) };
        return ptr::null_mut();
    }
    mutex
}

/// Destroys and frees a mutex that nobody holds. NULL does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMutex_Delete(m: *mut pthread_mutex_t) {
    if m.is_null() {
        return;
    }
    // SAFETY: by contract a mutex of `twMutex_Create` that is not used any more.
    unsafe {
        libc::pthread_mutex_destroy(m);
        memory::free(m);
    }
}

/// Waits for the mutex and takes it. Taking it again in the same thread blocks for ever. NULL does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMutex_Lock(m: *mut pthread_mutex_t) {
    if !m.is_null() {
        // SAFETY: by contract an initialized mutex.
        unsafe { libc::pthread_mutex_lock(m) };
    }
}

/// Releases a mutex that the calling thread holds. NULL does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMutex_Unlock(m: *mut pthread_mutex_t) {
    if !m.is_null() {
        // SAFETY: by contract an initialized mutex.
        unsafe { libc::pthread_mutex_unlock(m) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_mutex_that_pthread_knows() {
        let mutex = twMutex_Create();
        // SAFETY: the mutex lives until the last line.
        unsafe {
            twMutex_Lock(mutex);
            assert_eq!(libc::pthread_mutex_trylock(mutex), libc::EBUSY);
            twMutex_Unlock(mutex);
            assert_eq!(libc::pthread_mutex_trylock(mutex), 0);
            libc::pthread_mutex_unlock(mutex);
            twMutex_Delete(mutex);
        }
    }

    #[test]
    fn null_is_safe() {
        // SAFETY: NULL is allowed.
        unsafe {
            twMutex_Lock(ptr::null_mut());
            twMutex_Unlock(ptr::null_mut());
            twMutex_Delete(ptr::null_mut());
        }
    }
}
