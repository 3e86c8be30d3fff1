//! Answers to messages that a program has sent by itself.
//!
//! The list in the handler is what counts: programs look into it, and put entries there. For the handler of the API object
//! the connection is told in addition to hand the answer over, and when the time is up.

use std::ffi::{c_char, c_int, c_void};
use std::ptr;
use std::time::{Duration, Instant};

use super::handler::resolve;
use super::{response_cb, twMessageHandler, twResponseCallbackStruct};
use crate::ffi::definitions::{TWX_GATEWAY_TIMEOUT, msgCodeEnum};
use crate::ffi::errors::{
    TW_ERROR_CALLBACK_NOT_FOUND, TW_INVALID_CALLBACK_STRUCT, TW_INVALID_PARAM, TW_NULL_OR_INVALID_MSG_HANDLER, TW_OK,
    TW_UNKNOWN_ERROR,
};
use crate::ffi::guard::guard;
use crate::ffi::info_table::table::twInfoTable_Delete;
use crate::ffi::info_table::twInfoTable;
use crate::ffi::list::{self, ListEntry, twList, twList_Add, twList_Remove};
use crate::ffi::messages::multipart::twMultipartMessageStore_RemoveStaleMessages;
use crate::ffi::os_port::DATETIME;
use crate::ffi::os_port::time::twGetSystemTime;
use crate::ffi::recursive::Guard;
use crate::ffi::{api, memory};

/// What the callback of a message without answer is told.
const TIMED_OUT: &std::ffi::CStr = c"Message timed out";

/// Deletes an entry of `responseCallbackList` with the table that nobody has picked up. NULL is fine. Delete function of
/// that list.
///
/// # Safety
/// `item` is NULL or an entry on the heap that is not used afterwards.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twResponseCallbackStruct_Delete(item: *mut c_void) {
    guard((), || {
        let entry = item.cast::<twResponseCallbackStruct>();
        if entry.is_null() {
            return;
        }
        // SAFETY: by contract of this function.
        unsafe {
            if !(*entry).content.is_null() {
                twInfoTable_Delete((*entry).content.cast());
            }
            memory::free(entry);
        }
    });
}

unsafe fn entry_of(list: *mut twList, id: u32) -> *mut ListEntry {
    // SAFETY: the caller's list is NULL or one of entries.
    unsafe { list::find_entry(list, |entry: &twResponseCallbackStruct| entry.requestId == id) }
}

/// The moment of a point in time of the wall clock.
fn moment(time: DATETIME) -> Instant {
    let left = time.saturating_sub(twGetSystemTime(1));
    crate::connection::after(Duration::from_millis(left))
}

/// Registers for the answer to the message of that id, before it is sent with twMessage_Send. `cb` gets id, code, reason
/// (the SDK's) and content (`cb`'s to delete) in a thread that handles messages, or code 0xA4 when no answer has come at
/// `expirationTime`. Without `cb` the answer is picked up with twMessageHandler_GetCompletedResponseStruct until then.
/// Returns 0, 301 without a handler or memory. Any thread.
///
/// # Safety
/// `handler` is NULL, for the one of the process, or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMessageHandler_RegisterResponseCallback(
    handler: *mut twMessageHandler,
    cb: response_cb,
    requestId: u32,
    expirationTime: DATETIME,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let handler = resolve(handler);
        if handler.is_null() {
            return TW_INVALID_CALLBACK_STRUCT;
        }
        let entry = memory::alloc(twResponseCallbackStruct {
            received: 0,
            cb,
            requestId,
            sessionId: 0,
            expirationTime,
            code: 0,
            content: ptr::null_mut(),
        });
        // SAFETY: by contract of this function; the list takes the entry.
        unsafe {
            if entry.is_null() || twList_Add((*handler).responseCallbackList, entry.cast()) != TW_OK {
                memory::free(entry);
                return TW_INVALID_CALLBACK_STRUCT;
            }
        }
        api::expect_answer(handler, requestId, moment(expirationTime));
        TW_OK
    })
}

/// Takes the registration for an answer away; a table that was not picked up is not deleted. Returns 101 for id 0 and
/// without a handler, 302 otherwise, whether there was one or not.
///
/// # Safety
/// `handler` is NULL, for the one of the process, or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMessageHandler_UnegisterResponseCallback(
    handler: *mut twMessageHandler,
    requestId: u32,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let handler = resolve(handler);
        if requestId == 0 || handler.is_null() {
            return TW_INVALID_PARAM;
        }
        api::expect_no_answer(handler, requestId);
        // SAFETY: by contract of this function.
        unsafe {
            let entry = take((*handler).responseCallbackList, requestId);
            memory::free(entry);
        }
        TW_ERROR_CALLBACK_NOT_FOUND
    })
}

/// Takes the entry of an id out of a list; NULL when there is none.
unsafe fn take(list: *mut twList, id: u32) -> *mut twResponseCallbackStruct {
    if list.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: a live list of entries; locked, so that what is found is what is removed.
    unsafe {
        let _guard = Guard::lock((*list).mtx);
        remove(list, entry_of(list, id))
    }
}

unsafe fn remove(list: *mut twList, entry: *mut ListEntry) -> *mut twResponseCallbackStruct {
    // SAFETY: NULL or an entry of the list, which the caller has locked.
    unsafe {
        if entry.is_null() {
            return ptr::null_mut();
        }
        let value = (*entry).value;
        if twList_Remove(list, entry, 0) == TW_OK { value.cast() } else { ptr::null_mut() }
    }
}

/// The answer to the message of that id, once it has come; NULL before. It is the handler's until
/// twMessageHandler_UnegisterResponseCallback; its `content` is for the caller to take and to delete.
///
/// # Safety
/// `handler` is NULL, for the one of the process, or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMessageHandler_GetCompletedResponseStruct(
    handler: *mut twMessageHandler,
    id: u32,
) -> *mut twResponseCallbackStruct {
    guard(ptr::null_mut(), || {
        let handler = resolve(handler);
        if handler.is_null() {
            return ptr::null_mut();
        }
        // SAFETY: by contract of this function.
        unsafe {
            list::values::<twResponseCallbackStruct>((*handler).responseCallbackList)
                .find(|&entry| !entry.is_null() && (*entry).requestId == id && (*entry).received != 0)
                .unwrap_or(ptr::null_mut())
        }
    })
}

/// Whether somebody waits for the answer of that id.
///
/// # Safety
/// `handler` is NULL or live.
pub(super) unsafe fn is_expected(handler: *const twMessageHandler, id: u32) -> bool {
    // SAFETY: by contract of this function.
    !handler.is_null() && unsafe { !entry_of((*handler).responseCallbackList, id).is_null() }
}

/// An answer has come: calls its function, or keeps it to be picked up. The table is taken; nobody waits: it is deleted.
///
/// # Safety
/// `handler` is live, `reason` NULL or a C string, `content` NULL or a table of the caller's.
pub(in crate::ffi) unsafe fn complete(
    handler: *mut twMessageHandler,
    (id, session): (u32, u32),
    code: msgCodeEnum,
    reason: *mut c_char,
    content: *mut twInfoTable,
) {
    // SAFETY: by contract of this function; entries are touched under the lock of their list, functions are called
    // without it.
    unsafe {
        let list = (*handler).responseCallbackList;
        let mut called = None;
        let mut unwanted = content;
        if !list.is_null() {
            let _guard = Guard::lock((*list).mtx);
            let entry = entry_of(list, id);
            if !entry.is_null() {
                let waiting = (*entry).value.cast::<twResponseCallbackStruct>();
                if (*waiting).cb.is_some() {
                    called = (*waiting).cb;
                    unwanted = (*waiting).content;
                    memory::free(remove(list, entry));
                } else {
                    unwanted = ptr::replace(&raw mut (*waiting).content, content);
                    (*waiting).code = code;
                    (*waiting).sessionId = session;
                    (*waiting).received = 1;
                }
            }
        }
        if !unwanted.is_null() {
            twInfoTable_Delete(unwanted.cast());
        }
        if let Some(function) = called {
            function(id, code, reason, content);
        }
    }
}

/// No answer has come in time: tells the function, if there is one. An answer that waits to be picked up stays.
///
/// # Safety
/// `handler` is live.
pub(in crate::ffi) unsafe fn time_out(handler: *mut twMessageHandler, id: u32) {
    // SAFETY: by contract of this function.
    unsafe {
        let list = (*handler).responseCallbackList;
        let entry = if list.is_null() {
            ptr::null_mut()
        } else {
            let _guard = Guard::lock((*list).mtx);
            let is_late = |entry: &twResponseCallbackStruct| entry.requestId == id && entry.received == 0;
            remove(list, list::find_entry(list, is_late))
        };
        tell_timeout(entry);
    }
}

/// Calls the function of an entry that nobody else knows any more, and deletes it.
unsafe fn tell_timeout(entry: *mut twResponseCallbackStruct) {
    // SAFETY: NULL or an entry, which the caller gives away.
    unsafe {
        if entry.is_null() {
            return;
        }
        if let Some(function) = (*entry).cb {
            function((*entry).requestId, TWX_GATEWAY_TIMEOUT, TIMED_OUT.as_ptr().cast_mut(), ptr::null_mut());
        }
        twResponseCallbackStruct_Delete(entry.cast());
    }
}

/// Takes all entries whose `expirationTime` is over out of `responseCallbackList`, and tells those that have a function that
/// there is no answer; of the handler only this list is needed. For the handler of the process also the messages in pieces
/// whose rest does not come. Returns 0, 300 without a handler. Callbacks run in this call.
///
/// # Safety
/// `handler` is NULL, for the one of the process, or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMessageHandler_CleanupOldMessages(handler: *mut twMessageHandler) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let is_ours = handler.is_null() || ptr::eq(handler, resolve(ptr::null_mut()));
        let handler = resolve(handler);
        if handler.is_null() {
            return TW_NULL_OR_INVALID_MSG_HANDLER;
        }
        if is_ours {
            // SAFETY: no arguments.
            unsafe { twMultipartMessageStore_RemoveStaleMessages() };
        }
        let now = twGetSystemTime(1);
        // SAFETY: by contract of this function.
        unsafe {
            let list = (*handler).responseCallbackList;
            loop {
                let entry = next_overdue(list, now);
                if entry.is_null() {
                    return TW_OK;
                }
                api::expect_no_answer(handler, (*entry).requestId);
                tell_timeout(entry);
            }
        }
    })
}

unsafe fn next_overdue(list: *mut twList, now: DATETIME) -> *mut twResponseCallbackStruct {
    if list.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: a live list of entries.
    unsafe {
        let _guard = Guard::lock((*list).mtx);
        let is_over = |entry: &twResponseCallbackStruct| entry.expirationTime < now;
        remove(list, list::find_entry(list, is_over))
    }
}
