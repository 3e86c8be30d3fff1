//! The body of AUTH: one claim.

use std::ffi::{c_char, c_int};
use std::ptr;

use zeroize::Zeroize;

use super::{body, twAuthBody};
use crate::ffi::base_types::{encode, twStream};
use crate::ffi::errors::{TW_ERROR_ALLOCATING_MEMORY, TW_INVALID_PARAM, TW_OK, TW_UNKNOWN_ERROR};
use crate::ffi::guard::guard;
use crate::ffi::{memory, text};
use crate::wire::{Body, MessageCode};

/// A C body with a copy of the claim, to be deleted with `twAuthBody_Delete`. NULL when there is no memory.
pub fn to_c(name: &[u8], value: &[u8]) -> *mut twAuthBody {
    // SAFETY: the body is fresh and freed as a whole on failure.
    unsafe {
        let made = twAuthBody_Create();
        if !made.is_null() && set(made, name, value) != TW_OK {
            twAuthBody_Delete(made);
            return ptr::null_mut();
        }
        made
    }
}

/// Sets the claim of an empty body.
unsafe fn set(body: *mut twAuthBody, name: &[u8], value: &[u8]) -> c_int {
    // SAFETY: the caller's body is live.
    unsafe {
        let (name, value) = (text::to_c(name), text::to_c(value));
        if name.is_null() || value.is_null() {
            memory::free(name);
            free_secret(value);
            return TW_ERROR_ALLOCATING_MEMORY;
        }
        (*body).name = name;
        (*body).value = value;
        (*body).length = body::measure(|out| encode(out, body));
    }
    TW_OK
}

/// The value is a key: its memory is wiped before it is given back.
unsafe fn free_secret(secret: *mut c_char) {
    if secret.is_null() {
        return;
    }
    // SAFETY: the caller's C string, on the C allocator, in use by nobody else.
    unsafe {
        std::slice::from_raw_parts_mut(secret.cast::<u8>(), libc::strlen(secret)).zeroize();
        memory::free(secret);
    }
}

/// Appends the body as it goes over the wire; an error without a claim.
///
/// # Safety
/// `body` is live.
pub unsafe fn encode(out: &mut Vec<u8>, body: *const twAuthBody) -> Result<(), c_int> {
    // SAFETY: see above.
    unsafe {
        if (*body).name.is_null() || (*body).value.is_null() {
            return Err(TW_INVALID_PARAM);
        }
        out.push(1);
        encode::c_string(out, (*body).name);
        encode::c_string(out, (*body).value);
    }
    Ok(())
}

/// Makes an AUTH body without a claim. The caller deletes it with `twAuthBody_Delete`, or gives it to a message. NULL when
/// there is no memory. A body is not thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twAuthBody_Create() -> *mut twAuthBody {
    guard(ptr::null_mut(), || memory::alloc(twAuthBody { name: ptr::null_mut(), value: ptr::null_mut(), length: 0 }))
}

/// Reads an AUTH body from the cursor of a stream on, which stays the caller's; of several claims the first. The caller
/// deletes the body. NULL for NULL, without a claim, and for what is cut off.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twAuthBody_CreateFromStream(s: *mut twStream) -> *mut twAuthBody {
    // SAFETY: NULL or a live stream.
    guard(ptr::null_mut(), || unsafe {
        body::from_stream(s, |bytes| match body::decode(MessageCode::AUTH, bytes)? {
            (Body::Auth { claims }, used) => claims.first().map(|(name, value)| (to_c(name, value), used)),
            _ => None,
        })
    })
}

/// Deletes a body; the value is wiped. 0; 101 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twAuthBody_Delete(body: *mut twAuthBody) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if body.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: the caller gives the body away; everything in it is its own.
        unsafe {
            memory::free((*body).name);
            free_secret((*body).value);
            memory::free(body);
        }
        TW_OK
    })
}

/// Sets the claim, of which there is one, usually `appKey`; both texts are copied. 0; 101 for NULL and when there is a
/// claim already; 102.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twAuthBody_SetClaim(body: *mut twAuthBody, name: *mut c_char, value: *mut c_char) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        // SAFETY: NULL, or a live body and C strings.
        unsafe {
            let (Some(name), Some(value), false) = (text::bytes(name), text::bytes(value), body.is_null()) else {
                return TW_INVALID_PARAM;
            };
            if !(*body).name.is_null() || !(*body).value.is_null() {
                return TW_INVALID_PARAM;
            }
            set(body, name, value)
        }
    })
}

/// Writes a body to a stream: all of it or nothing. 0; 101 for NULL and without a claim; the codes of
/// `twStream_AddBytes`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twAuthBody_ToStream(body: *mut twAuthBody, s: *mut twStream) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if body.is_null() || s.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: live objects of the caller's.
        unsafe { encode::to_stream(s, |out| encode(out, body)) }
    })
}
