//! The two compression contexts of a WebSocket object (protocol.md 2.5). They live as long as the object and carry over
//! from message to message.
//!
//! A context is behind the `state` pointer of the `z_stream` that the struct shows, where zlib has its own. It is made at
//! its first use, so that an object put together by a program has one as well.

use std::ffi::{c_char, c_int};
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::ffi::api::current_config;
use crate::ffi::base_types::stream::{self, twStream_Create, twStream_Delete};
use crate::ffi::base_types::twStream;
use crate::ffi::errors::{TW_ERROR_ALLOCATING_MEMORY, TW_ERROR_SENDING_MSG, TW_INVALID_PARAM, TW_OK, TW_UNKNOWN_ERROR};
use crate::ffi::guard::guard;
use crate::ffi::memory;
use crate::ffi::websocket::twWs;
use crate::ffi::zlib::internal_state;
use crate::net::websocket::{Deflate, Inflate};

/// What the functions here return for a missing argument.
const PRECONDITION_FAILED: c_int = 1107;

/// One direction.
trait Context: Sized {
    fn fresh() -> Self;
    /// Where the struct keeps it, and the flag that tells that there is one.
    ///
    /// # Safety
    /// `ws` is live.
    unsafe fn place(ws: *mut twWs) -> (*mut *mut internal_state, *mut c_char);
}

impl Context for Deflate {
    fn fresh() -> Self {
        Self::new(false)
    }

    unsafe fn place(ws: *mut twWs) -> (*mut *mut internal_state, *mut c_char) {
        // SAFETY: by contract; only addresses are taken.
        unsafe { (&raw mut (*ws).defstream.state, &raw mut (*ws).bDeflateInitialized) }
    }
}

impl Context for Inflate {
    fn fresh() -> Self {
        Self::new(false)
    }

    unsafe fn place(ws: *mut twWs) -> (*mut *mut internal_state, *mut c_char) {
        // SAFETY: by contract; only addresses are taken.
        unsafe { (&raw mut (*ws).inflstream.state, &raw mut (*ws).bInflateInitialized) }
    }
}

/// The context of an object, made if there is none.
///
/// # Safety
/// `ws` is live, and [`release`]d by nobody while the answer is used.
unsafe fn context<'a, T: Context>(ws: *mut twWs) -> &'a Mutex<T> {
    // SAFETY: an aligned pointer field of a live struct, which only the functions of this module write.
    let (state, flag) = unsafe {
        let (state, flag) = T::place(ws);
        (AtomicPtr::from_ptr(state.cast::<*mut Mutex<T>>()), flag)
    };
    let mut present = state.load(Ordering::Acquire);
    if present.is_null() {
        let made = Box::into_raw(Box::new(Mutex::new(T::fresh())));
        present = match state.compare_exchange(present, made, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => made,
            Err(faster) => {
                // SAFETY: made above, and seen by nobody.
                drop(unsafe { Box::from_raw(made) });
                faster
            }
        };
        // SAFETY: a field of a live struct.
        unsafe { flag.write(1) };
    }
    // SAFETY: a context of ours, which lives until `drop_context`.
    unsafe { &*present }
}

/// Works with the context of an object. After an error it begins afresh, in its place: other threads may be waiting for it.
///
/// # Safety
/// As for [`context`].
unsafe fn with_context<T: Context, R, E>(ws: *mut twWs, work: impl FnOnce(&mut T) -> Result<R, E>) -> Result<R, E> {
    // SAFETY: by contract of this function.
    let mut context = unsafe { context::<T>(ws) }.lock().unwrap_or_else(PoisonError::into_inner);
    let done = work(&mut context);
    if done.is_err() {
        *context = T::fresh();
    }
    done
}

/// # Safety
/// `ws` is live, and no other thread uses the context.
unsafe fn drop_context<T: Context>(ws: *mut twWs) {
    // SAFETY: by contract; what is there was made by `context`.
    unsafe {
        let (state, flag) = T::place(ws);
        let taken = AtomicPtr::from_ptr(state.cast::<*mut Mutex<T>>()).swap(std::ptr::null_mut(), Ordering::AcqRel);
        flag.write(0);
        if !taken.is_null() {
            drop(Box::from_raw(taken));
        }
    }
}

/// Ends both contexts: for whoever deletes a WebSocket object. Later uses begin afresh.
///
/// # Safety
/// `ws` is NULL or live, and no other thread uses its contexts.
pub unsafe fn release(ws: *mut twWs) {
    if !ws.is_null() {
        // SAFETY: by contract of this function.
        unsafe {
            drop_context::<Deflate>(ws);
            drop_context::<Inflate>(ws);
        }
    }
}

/// Compresses bytes with the sending context of a WebSocket object and appends them to a stream, without the four bytes
/// that end the flush. No connection is needed. Returns 0, 1107 for NULL, 305 when the compressor fails, the codes of
/// `twStream_AddBytes`.
///
/// # Safety
/// `buf` is NULL or has `length` bytes; stream and object are NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twCompressBytes(buf: *mut c_char, length: u32, s: *mut twStream, ws: *mut twWs) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if buf.is_null() || s.is_null() || ws.is_null() {
            return PRECONDITION_FAILED;
        }
        // SAFETY: by contract of this function.
        unsafe {
            let input = memory::slice(buf, length as usize);
            match with_context::<Deflate, _, _>(ws, |context| context.message(input)) {
                Ok(bytes) => stream::write(s, &bytes),
                Err(error) => {
                    log::error!("twCompressBytes: {error}; the context begins afresh");
                    TW_ERROR_SENDING_MSG
                }
            }
        }
    })
}

/// Inflates what a stream holds with the receiving context of a WebSocket object: deletes `*s` and puts a new stream
/// there, its cursor at the beginning. No connection is needed. Returns 0, 1107 for NULL, 305 for what cannot be inflated,
/// or only to more than one and a half times `twcfg.max_message_size`: `*s` then stays as it is; 102.
///
/// # Safety
/// `s` is NULL or points to NULL or a live stream in memory, the object is NULL or live.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDecompressStream(s: *mut *mut twStream, ws: *mut twWs) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        // SAFETY: by contract of this function.
        unsafe {
            if s.is_null() || (*s).is_null() || (**s).data.is_null() || ws.is_null() {
                return PRECONDITION_FAILED;
            }
            let input = memory::slice((**s).data, (**s).length as usize);
            let Some(bytes) = inflate(input, ws) else { return TW_ERROR_SENDING_MSG };
            let made = twStream_Create();
            if made.is_null() || stream::write(made, &bytes) != TW_OK {
                twStream_Delete(made.cast());
                return TW_ERROR_ALLOCATING_MEMORY;
            }
            stream::set_offset(made, 0);
            twStream_Delete((*s).cast());
            *s = made;
        }
        TW_OK
    })
}

/// The message that a compressed payload stands for; `None`, with a line in the log, when it cannot be inflated.
///
/// # Safety
/// `ws` is live.
pub unsafe fn inflate(payload: &[u8], ws: *mut twWs) -> Option<Vec<u8>> {
    let limit = current_config().max_message_size as usize;
    let limit = limit.saturating_add(limit / 2);
    // SAFETY: by contract of this function.
    let inflated = unsafe { with_context::<Inflate, _, _>(ws, |context| context.message(payload, limit)) };
    inflated
        .inspect_err(|error| {
            log::error!("a compressed message of {} bytes is lost: {error}; the context begins afresh", payload.len());
        })
        .ok()
}

/// Begins the sending context of a WebSocket object afresh. 0; 101 for NULL.
///
/// # Safety
/// `ws` is NULL or live, and no other thread uses the context.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDeflateInit(ws: *mut twWs) -> c_int {
    // SAFETY: by contract of this function.
    guard(TW_UNKNOWN_ERROR, || unsafe { begin::<Deflate>(ws) })
}

/// Ends the sending context of a WebSocket object. 0; 101 for NULL.
///
/// # Safety
/// As for twDeflateInit.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDeflateEnd(ws: *mut twWs) -> c_int {
    // SAFETY: by contract of this function.
    guard(TW_UNKNOWN_ERROR, || unsafe { end::<Deflate>(ws) })
}

/// Begins the receiving context of a WebSocket object afresh. 0; 101 for NULL.
///
/// # Safety
/// As for twDeflateInit.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInflateInit(ws: *mut twWs) -> c_int {
    // SAFETY: by contract of this function.
    guard(TW_UNKNOWN_ERROR, || unsafe { begin::<Inflate>(ws) })
}

/// Ends the receiving context of a WebSocket object. 0; 101 for NULL.
///
/// # Safety
/// As for twDeflateInit.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInflateEnd(ws: *mut twWs) -> c_int {
    // SAFETY: by contract of this function.
    guard(TW_UNKNOWN_ERROR, || unsafe { end::<Inflate>(ws) })
}

/// # Safety
/// As for the four functions above.
unsafe fn begin<T: Context>(ws: *mut twWs) -> c_int {
    // SAFETY: by contract of this function.
    unsafe {
        let code = end::<T>(ws);
        if code == TW_OK {
            context::<T>(ws);
        }
        code
    }
}

/// # Safety
/// As for the four functions above.
unsafe fn end<T: Context>(ws: *mut twWs) -> c_int {
    if ws.is_null() {
        return TW_INVALID_PARAM;
    }
    // SAFETY: by contract of this function.
    unsafe { drop_context::<T>(ws) };
    TW_OK
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_that_failed_begins_afresh_where_it_is() {
        let ws = memory::zeroed(size_of::<twWs>()).cast::<twWs>();
        // SAFETY: made above, and freed at the end.
        unsafe {
            assert!(with_context::<Deflate, (), _>(ws, |_| Err(())).is_err());
            let compressed = with_context::<Deflate, _, _>(ws, |context| context.message(b"message")).unwrap();
            assert!(inflate(b"\xff\xff no deflate", ws).is_none());
            // Another thread may be waiting for it.
            assert!(!(*ws).inflstream.state.is_null());
            assert_eq!(inflate(&compressed, ws).as_deref(), Some(b"message".as_slice()));
            release(ws);
            memory::free(ws);
        }
    }
}
