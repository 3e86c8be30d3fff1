//! Threads with the C library's own defaults (stack size, inherited signal mask): application code runs on them, and it
//! was written for those.

use std::ffi::{c_int, c_void};
use std::{io, ptr};

type Body = Box<dyn FnOnce() + Send>;

/// A started thread. One of [`NativeThread::join`] and [`NativeThread::detach`] has to follow.
#[derive(Debug)]
pub struct NativeThread(libc::pthread_t);

impl NativeThread {
    /// Starts a thread. Fails with what `pthread_create` says, mostly EAGAIN: too many threads or too little memory.
    pub fn spawn(body: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        let body: *mut Body = Box::into_raw(Box::new(Box::new(body)));
        // SAFETY: an all-zero pthread_t is a valid value of an integer or pointer type.
        let mut id: libc::pthread_t = unsafe { std::mem::zeroed() };
        // SAFETY: `id` is writable, NULL asks for default attributes, `run` takes over `body`.
        let code: c_int = unsafe { libc::pthread_create(&mut id, ptr::null(), run, body.cast()) };
        if code != 0 {
            // SAFETY: no thread was started, so `body` is still ours alone.
            drop(unsafe { Box::from_raw(body) });
            return Err(io::Error::from_raw_os_error(code));
        }
        Ok(Self(id))
    }

    /// Its id, for C.
    pub fn id(&self) -> libc::pthread_t {
        self.0
    }

    /// Whether this is the calling thread.
    pub fn is_current(&self) -> bool {
        // SAFETY: both are ids of threads that have not been joined.
        unsafe { libc::pthread_equal(self.0, libc::pthread_self()) != 0 }
    }

    /// Waits until the thread has ended. Must not be called by the thread itself.
    pub fn join(self) {
        // SAFETY: `self` is consumed, so the thread is joined once and was not detached.
        unsafe { libc::pthread_join(self.0, ptr::null_mut()) };
    }

    /// Lets the thread end on its own.
    pub fn detach(self) {
        // SAFETY: `self` is consumed, so the thread is detached once and was not joined.
        unsafe { libc::pthread_detach(self.0) };
    }
}

extern "C" fn run(body: *mut c_void) -> *mut c_void {
    // SAFETY: `spawn` made this pointer with Box::into_raw and gave it away.
    let body = unsafe { Box::from_raw(body.cast::<Body>()) };
    super::guard::guard((), body);
    ptr::null_mut()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn a_thread_runs_its_body_and_can_be_joined() {
        let (sender, receiver) = mpsc::channel();
        let thread = NativeThread::spawn(move || sender.send(5).unwrap()).unwrap();
        assert!(!thread.is_current());
        thread.join();
        assert_eq!(receiver.try_recv(), Ok(5));
    }

    #[test]
    fn a_panic_ends_the_thread_only() {
        NativeThread::spawn(|| panic!("inside")).unwrap().join();
    }
}
