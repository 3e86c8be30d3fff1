//! Messages that were fed in through the functions of a WebSocket object and wait for a handler. What the connection of the
//! API object receives waits in its own queue.

use std::ffi::{c_char, c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicI8, AtomicPtr, Ordering};

use super::handler::resolve;
use super::{requests, responses, twMessageHandler};
use crate::ffi::api::current_config;
use crate::ffi::definitions::{TW_MULTIPART_REQ, TW_MULTIPART_RESP, TW_REQUEST, TW_RESPONSE};
use crate::ffi::errors::{TW_ERROR_READING_FROM_WEBSOCKET, TW_NULL_OR_INVALID_MSG_HANDLER, TW_OK, TW_UNKNOWN_ERROR};
use crate::ffi::guard::guard;
use crate::ffi::list::{self, twList, twList_Add, twList_Clear, twList_Create, twList_Delete, twList_Remove};
use crate::ffi::logger::twLogMessage;
use crate::ffi::messages::compression;
use crate::ffi::messages::message::{self, twMessage_CreateResponseMsg, twMessage_Delete};
use crate::ffi::messages::multipart::twMultipartMessageStore_AddMessage;
use crate::ffi::messages::response::twResponseBody_SetReason;
use crate::ffi::messages::send::twMessage_Send;
use crate::ffi::messages::{twMessage, twResponseBody};
use crate::ffi::recursive::Guard;
use crate::ffi::websocket::twWs;
use crate::ffi::{memory, work};
use crate::wire::MessageCode;

/// The messages that wait; NULL until there is a handler, or `getIncomingMsgList` is called.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub static incomingMsgList: AtomicPtr<twList> = AtomicPtr::new(ptr::null_mut());

/// Whether the messages that wait have been shown since there were too many of them.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub static preventIncomingMsgListDump: AtomicI8 = AtomicI8::new(0);

/// The list of messages (`twMessage`) that wait for a handler. It is the SDK's. NULL when there is no memory.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn getIncomingMsgList() -> *mut twList {
    guard(ptr::null_mut(), || {
        let present = incomingMsgList.load(Ordering::Acquire);
        if !present.is_null() {
            return present;
        }
        // SAFETY: a fresh list, published once.
        unsafe {
            let made = twList_Create(Some(twMessage_Delete));
            match incomingMsgList.compare_exchange(present, made, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => made,
                Err(faster) => {
                    twList_Delete(made);
                    faster
                }
            }
        }
    })
}

/// Deletes the messages that wait. Returns 0.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn resetIncomingMsgList() -> c_int {
    guard(TW_OK, || {
        preventIncomingMsgListDump.store(0, Ordering::Release);
        // SAFETY: NULL or the list of this module.
        unsafe { twList_Clear(incomingMsgList.load(Ordering::Acquire)) };
        TW_OK
    })
}

/// Whether the messages that wait have been shown because there were too many; FALSE again once there are less than three
/// quarters of `twcfg.max_messages`.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn getPreventIncomingMsgListDump() -> c_char {
    preventIncomingMsgListDump.load(Ordering::Acquire) as c_char
}

/// Shows the messages that wait, at level TRACE of a verbose logger. Returns 0. What a handler has in `dumpIncomingMsgList`
/// until a program registers another function.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dumpIncomingMsgListHandler() -> c_int {
    guard(TW_OK, || {
        // SAFETY: NULL or the list of this module, locked during the walk.
        for waiting in unsafe { list::values::<c_void>(incomingMsgList.load(Ordering::Acquire)) } {
            // SAFETY: a message of the list.
            unsafe { twLogMessage(waiting, c"waiting: ".as_ptr().cast_mut()) };
        }
        TW_OK
    })
}

/// Calls the function that shows the messages that wait. Returns 0, 300 without a handler or function.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dumpIncomingMsgListCallback() -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let handler = resolve(ptr::null_mut());
        // SAFETY: the handler of the process is live.
        match unsafe { handler.as_ref() }.and_then(|handler| handler.dumpIncomingMsgList) {
            Some(function) => {
                // SAFETY: the application's function, or ours.
                unsafe { function() };
                TW_OK
            }
            None => TW_NULL_OR_INVALID_MSG_HANDLER,
        }
    })
}

/// Whether something waits.
pub(in crate::ffi) fn has_waiting() -> bool {
    let list = incomingMsgList.load(Ordering::Acquire);
    // SAFETY: NULL or the list of this module.
    unsafe { list::twList_GetCount(list) > 0 }
}

/// Three quarters of what may wait.
fn is_calm(count: usize) -> bool {
    count < (current_config().max_messages as usize).saturating_mul(3) / 4
}

/// A binary message has come: queues it for the message handler. Too many: a request is refused with 0xA3 and an answer that
/// nobody waits for is dropped. Returns 0, 205 for what is no message or cannot be inflated. Any thread.
///
/// # Safety
/// `ws` is NULL, for that of the handler, or live; `at` is NULL or has `length` bytes.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn msgHandlerOnBinaryMessage(
    ws: *mut twWs,
    at: *const c_char,
    length: usize,
    bCompressed: c_char,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let handler = resolve(ptr::null_mut());
        // SAFETY: by contract of this function; the message is ours until it is queued.
        unsafe {
            let ws = websocket(ws, handler);
            let bytes = memory::slice(at, length);
            let inflated = match (bCompressed != 0, ws.is_null()) {
                (false, _) => None,
                (true, true) => return TW_ERROR_READING_FROM_WEBSOCKET,
                (true, false) => match compression::inflate(bytes, ws) {
                    Some(inflated) => Some(inflated),
                    None => return TW_ERROR_READING_FROM_WEBSOCKET,
                },
            };
            let decoded = message::decode(inflated.as_deref().unwrap_or(bytes));
            let Some((message, _)) = decoded.filter(|(message, _)| !message.is_null()) else {
                return TW_ERROR_READING_FROM_WEBSOCKET;
            };
            queue(handler, ws, message);
        }
        TW_OK
    })
}

unsafe fn websocket(ws: *mut twWs, handler: *const twMessageHandler) -> *mut twWs {
    if !ws.is_null() || handler.is_null() {
        return ws;
    }
    // SAFETY: the handler of the process is live.
    unsafe { (*handler).ws }
}

/// Queues a message, which is taken.
unsafe fn queue(handler: *const twMessageHandler, ws: *mut twWs, message: *mut twMessage) {
    let waiting = getIncomingMsgList();
    // SAFETY: the list of this module, and a message of the caller's.
    unsafe {
        let count = usize::try_from(list::twList_GetCount(waiting)).unwrap_or(0);
        if is_calm(count) {
            preventIncomingMsgListDump.store(0, Ordering::Release);
        }
        let is_expected = is_answer(message) && responses::is_expected(handler, (*message).requestId);
        if count >= current_config().max_messages as usize && !is_expected {
            refuse(ws, message);
            return;
        }
        if twList_Add(waiting, message.cast()) != TW_OK {
            twMessage_Delete(message.cast());
            return;
        }
    }
    work::notify();
    work::wake();
}

fn is_answer(message: *const twMessage) -> bool {
    // SAFETY: the callers pass live messages.
    matches!(unsafe { (*message).r#type }, TW_RESPONSE | TW_MULTIPART_RESP)
}

/// There is no room for a message, which is taken.
unsafe fn refuse(ws: *mut twWs, message: *mut twMessage) {
    // SAFETY: a live message, which the caller gives away.
    unsafe {
        log::error!(
            "message {} is dropped: {} messages wait for a handler; call twMessageHandler_msgHandlerTask more often",
            (*message).requestId,
            current_config().max_messages
        );
        if preventIncomingMsgListDump.swap(1, Ordering::AcqRel) == 0 {
            dumpIncomingMsgListCallback();
        }
        if matches!((*message).r#type, TW_REQUEST | TW_MULTIPART_REQ) {
            answer_with(ws, message, MessageCode::SERVICE_UNAVAILABLE, ptr::null_mut());
        }
        twMessage_Delete(message.cast());
    }
}

/// Answers a request without a result.
unsafe fn answer_with(ws: *mut twWs, to: *const twMessage, code: MessageCode, reason: *mut c_char) {
    // SAFETY: a live message; the answer is ours.
    unsafe {
        let code = code.0.into();
        let mut answer = twMessage_CreateResponseMsg(code, (*to).requestId, (*to).sessionId, (*to).endpointId);
        if answer.is_null() {
            return;
        }
        if !reason.is_null() {
            twResponseBody_SetReason((*answer).body.cast(), reason);
        }
        twMessage_Send(&mut answer, ws);
        if !answer.is_null() {
            twMessage_Delete(answer.cast());
        }
    }
}

/// Takes the first message that waits, or the first answer; NULL when there is none.
fn next(responses_only: bool) -> *mut twMessage {
    let waiting = incomingMsgList.load(Ordering::Acquire);
    if waiting.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: the list of this module, locked, so that what is found is what is removed.
    unsafe {
        let _guard = Guard::lock((*waiting).mtx);
        let entry = list::find_entry(waiting, |message: &twMessage| !responses_only || is_answer(message));
        if entry.is_null() {
            return ptr::null_mut();
        }
        let message = (*entry).value.cast();
        twList_Remove(waiting, entry, 0);
        if is_calm(usize::try_from((*waiting).count).unwrap_or(0)) {
            preventIncomingMsgListDump.store(0, Ordering::Release);
        }
        message
    }
}

/// Handles one message that waits. False when there is none.
pub(in crate::ffi) fn handle_one(responses_only: bool) -> bool {
    let message = next(responses_only);
    if message.is_null() {
        return false;
    }
    // SAFETY: a message that was taken out of the list; a piece is taken by the store.
    unsafe {
        let whole = twMultipartMessageStore_AddMessage(message);
        if !whole.is_null() {
            handle(resolve(ptr::null_mut()), whole);
            twMessage_Delete(whole.cast());
        }
    }
    true
}

/// Gives a message, which stays the caller's, to whoever it is for.
unsafe fn handle(handler: *mut twMessageHandler, message: *mut twMessage) {
    if handler.is_null() {
        log::error!("a message is lost: there is no message handler");
        return;
    }
    // SAFETY: a live message and the handler of the process; functions are the application's or ours.
    unsafe {
        let ws = (*handler).ws;
        match (*message).r#type {
            TW_RESPONSE => answer_came(handler, message),
            TW_REQUEST => {
                let function = requests::function_for_body(handler, (*message).body.cast());
                match function.or((*handler).defaultRequestCallback) {
                    Some(function) => {
                        function(ws, message);
                    }
                    None => answer_with(ws, message, MessageCode::NOT_FOUND, ptr::null_mut()),
                }
            }
            _ => {
                let reason = c"Message Type not supported".as_ptr().cast_mut();
                answer_with(ws, message, MessageCode::BAD_REQUEST, reason);
            }
        }
    }
}

unsafe fn answer_came(handler: *mut twMessageHandler, message: *mut twMessage) {
    // SAFETY: a live answer; its table goes to whoever waits for it.
    unsafe {
        let body = (*message).body.cast::<twResponseBody>();
        let (reason, content) = if body.is_null() {
            (ptr::null_mut(), ptr::null_mut())
        } else {
            ((*body).reason, ptr::replace(&raw mut (*body).content, ptr::null_mut()))
        };
        let ids = ((*message).requestId, (*message).sessionId);
        responses::complete(handler, ids, (*message).code, reason, content);
    }
}
