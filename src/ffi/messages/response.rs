//! The body of an answer.

use std::ffi::{c_char, c_int};
use std::ptr;

use super::{body, twResponseBody};
use crate::ffi::base_types::{encode, twStream};
use crate::ffi::convert::{self, ConvertError};
use crate::ffi::definitions::{TW_INFOTABLE, TW_NOTHING};
use crate::ffi::errors::{TW_ERROR_ALLOCATING_MEMORY, TW_INVALID_PARAM, TW_OK, TW_UNKNOWN_ERROR};
use crate::ffi::guard::guard;
use crate::ffi::info_table::table::twInfoTable_Delete;
use crate::ffi::info_table::twInfoTable;
use crate::ffi::{memory, text};
use crate::wire::{Body, MessageCode, Response};

/// A C body with a copy of an answer, to be deleted with `twResponseBody_Delete`. NULL when there is no memory.
pub fn to_c(response: &Response) -> *mut twResponseBody {
    // SAFETY: the body is fresh and freed as a whole on failure.
    unsafe {
        let made = twResponseBody_Create();
        if made.is_null() {
            return made;
        }
        (*made).reason = text::option_to_c(response.reason.as_ref());
        (*made).content = response.content.as_ref().map_or(ptr::null_mut(), convert::table_to_c);
        let complete = (response.reason.is_none() || !(*made).reason.is_null())
            && (response.content.is_none() || !(*made).content.is_null());
        if !complete {
            twResponseBody_Delete(made);
            return ptr::null_mut();
        }
        update(made);
        made
    }
}

/// A copy of a C body; NULL is an answer without text and content.
///
/// # Errors
/// The content is none that can be sent.
///
/// # Safety
/// `body` is NULL or live.
pub unsafe fn from_c(body: *const twResponseBody) -> Result<Response, ConvertError> {
    if body.is_null() {
        return Ok(Response::default());
    }
    // SAFETY: see above.
    unsafe {
        let content = (*body).content;
        let content = if content.is_null() { None } else { Some(convert::table_from_c(content)?) };
        Ok(Response { reason: text::text((*body).reason), content })
    }
}

/// Appends the body as it goes over the wire. An empty reason is none.
///
/// # Safety
/// `body` is live.
pub unsafe fn encode(out: &mut Vec<u8>, body: *const twResponseBody) -> Result<(), c_int> {
    // SAFETY: see above.
    unsafe {
        let has_reason = has_reason(body);
        out.push(u8::from(has_reason));
        if has_reason {
            encode::c_string(out, (*body).reason);
        }
        body::encode_content(out, (*body).content)
    }
}

unsafe fn has_reason(body: *const twResponseBody) -> bool {
    // SAFETY: the caller's body is live.
    unsafe { text::bytes_up_to((*body).reason, 1) }.is_some_and(|start| !start.is_empty())
}

/// Brings marker, type and length in line with reason and content.
unsafe fn update(body: *mut twResponseBody) {
    // SAFETY: the caller's body is live.
    unsafe {
        (*body).reasonMarker = c_char::from(has_reason(body));
        (*body).contentType = if (*body).content.is_null() { TW_NOTHING } else { TW_INFOTABLE };
        (*body).length = body::measure(|out| encode(out, body));
    }
}

/// Makes an empty response body. The caller deletes it with `twResponseBody_Delete`, or gives it to a message. NULL when
/// there is no memory. A body is not thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twResponseBody_Create() -> *mut twResponseBody {
    guard(ptr::null_mut(), || {
        memory::alloc(twResponseBody {
            reasonMarker: 0,
            reason: ptr::null_mut(),
            contentType: TW_NOTHING,
            content: ptr::null_mut(),
            // The marker and the type byte.
            length: 2,
        })
    })
}

/// Reads a response body from the cursor of a stream on, which stays the caller's. The caller deletes the body. NULL for
/// NULL and for what is cut off or malformed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twResponseBody_CreateFromStream(s: *mut twStream) -> *mut twResponseBody {
    // SAFETY: NULL or a live stream.
    guard(ptr::null_mut(), || unsafe {
        body::from_stream(s, |bytes| match body::decode(MessageCode::SUCCESS, bytes)? {
            (Body::Response(response), used) => Some((to_c(&response), used)),
            _ => None,
        })
    })
}

/// Deletes a body with its reason and content. 0; 101 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twResponseBody_Delete(body: *mut twResponseBody) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if body.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: the caller gives the body away; everything in it is its own.
        unsafe {
            memory::free((*body).reason);
            if !(*body).content.is_null() {
                twInfoTable_Delete((*body).content.cast());
            }
            memory::free(body);
        }
        TW_OK
    })
}

/// Sets the result; the table is taken, NULL means none. 0; 101 for a NULL body and when there is a result already: the
/// table then stays the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twResponseBody_SetContent(body: *mut twResponseBody, t: *mut twInfoTable) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        // SAFETY: NULL or a live body.
        unsafe {
            if body.is_null() || !(*body).content.is_null() {
                return TW_INVALID_PARAM;
            }
            (*body).content = t;
            update(body);
        }
        TW_OK
    })
}

/// Sets the text for humans, instead of the one before; it is copied. NULL takes it away. 0; 101 for a NULL body; 102.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twResponseBody_SetReason(body: *mut twResponseBody, reason: *mut c_char) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if body.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: a live body; NULL or a C string, which may be the present one.
        unsafe {
            let copy = text::duplicate(reason, usize::MAX);
            if copy.is_null() && !reason.is_null() {
                return TW_ERROR_ALLOCATING_MEMORY;
            }
            memory::free(ptr::replace(&raw mut (*body).reason, copy));
            update(body);
        }
        TW_OK
    })
}

/// Writes a body to a stream: all of it or nothing. 0; 101 for NULL and for a content that is an empty shell; the codes
/// of `twInfoTable_ToStream`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twResponseBody_ToStream(body: *mut twResponseBody, s: *mut twStream) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if body.is_null() || s.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: live objects of the caller's.
        unsafe { encode::to_stream(s, |out| encode(out, body)) }
    })
}
