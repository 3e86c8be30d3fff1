//! The message handler of the process: making, deleting, and its slots for callbacks.

use std::ffi::c_int;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

use super::{
    dumpIncomingMsgListHandler, dumpLog_cb, eventcb, getIncomingMsgList, message_cb, msgHandlerOnBinaryMessage,
    msgHandlerOnClose, msgHandlerOnConnect, msgHandlerOnPing, msgHandlerOnPong, resetIncomingMsgList, twMessageHandler,
    twRequestCallbackStruct_Delete, twResponseCallbackStruct_Delete,
};
use crate::ffi::errors::{TW_NULL_OR_INVALID_MSG_HANDLER, TW_OK, TW_UNKNOWN_ERROR};
use crate::ffi::guard::guard;
use crate::ffi::list::{twList_Create, twList_Delete};
use crate::ffi::os_port::mutex::{twMutex_Create, twMutex_Delete};
use crate::ffi::websocket::twWs;
use crate::ffi::{api, memory};

/// What the functions here return for a missing function.
const NO_FUNCTION: c_int = 1;

/// The message handler in use; NULL before the first one is made and after its deletion.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub static msgHandlerSingleton: AtomicPtr<twMessageHandler> = AtomicPtr::new(ptr::null_mut());

/// The handler that an argument stands for: NULL is the one of the process. NULL when there is none.
pub(super) fn resolve(handler: *mut twMessageHandler) -> *mut twMessageHandler {
    if handler.is_null() { msgHandlerSingleton.load(Ordering::Acquire) } else { handler }
}

/// Makes a handler the one of the process. An earlier one stays its maker's.
pub(in crate::ffi) fn publish(handler: *mut twMessageHandler) {
    msgHandlerSingleton.store(handler, Ordering::Release);
}

/// A handler on this WebSocket object that nobody knows yet. NULL when there is no memory.
///
/// # Safety
/// `ws` is live and outlives its place in the handler.
pub(in crate::ffi) unsafe fn new_on(ws: *mut twWs) -> *mut twMessageHandler {
    let made = create();
    if !made.is_null() {
        // SAFETY: by contract of this function.
        unsafe {
            (*made).ws = ws;
            occupy(ws);
        }
    }
    made
}

/// The handler of the process, on this WebSocket object from now on; made when there is none. NULL when there is no memory.
///
/// # Safety
/// As for [`new_on`].
unsafe fn instance_on(ws: *mut twWs) -> *mut twMessageHandler {
    // SAFETY: by contract of this function; a handler of the process is live.
    unsafe {
        let mut handler = msgHandlerSingleton.load(Ordering::Acquire);
        if handler.is_null() {
            let made = new_on(ws);
            if made.is_null() {
                return made;
            }
            let swap = msgHandlerSingleton.compare_exchange(handler, made, Ordering::AcqRel, Ordering::Acquire);
            handler = match swap {
                Ok(_) => made,
                Err(faster) => {
                    delete_struct(made);
                    faster
                }
            };
        }
        (*handler).ws = ws;
        occupy(ws);
        handler
    }
}

fn create() -> *mut twMessageHandler {
    // SAFETY: fresh objects, deleted again as a whole on failure.
    unsafe {
        let made = memory::alloc(twMessageHandler {
            ws: ptr::null_mut(),
            responseCallbackList: twList_Create(Some(twResponseCallbackStruct_Delete)),
            incomingRequestCallbacks: twList_Create(Some(twRequestCallbackStruct_Delete)),
            multipartMessageList: twList_Create(None),
            defaultRequestCallback: None,
            dumpIncomingMsgList: Some(dumpIncomingMsgListHandler),
            on_ws_connected: None,
            on_ws_close: None,
            on_ping: None,
            on_pong: None,
            mtx: twMutex_Create(),
        });
        if made.is_null() {
            return made;
        }
        let lists = [(*made).responseCallbackList, (*made).incomingRequestCallbacks, (*made).multipartMessageList];
        if lists.iter().any(|list| list.is_null()) || (*made).mtx.is_null() || getIncomingMsgList().is_null() {
            delete_struct(made);
            return ptr::null_mut();
        }
        made
    }
}

/// Puts the functions of the handler into the slots of a WebSocket object, all but that for texts.
unsafe fn occupy(ws: *mut twWs) {
    // SAFETY: the caller's object is live.
    unsafe {
        (*ws).on_ws_connected = Some(msgHandlerOnConnect);
        (*ws).on_ws_close = Some(msgHandlerOnClose);
        (*ws).on_ws_ping = Some(msgHandlerOnPing);
        (*ws).on_ws_pong = Some(msgHandlerOnPong);
        (*ws).on_ws_binaryMessage = Some(msgHandlerOnBinaryMessage);
    }
}

/// Takes a handler out of use.
fn forget(handler: *mut twMessageHandler) {
    let ours =
        msgHandlerSingleton.compare_exchange(handler, ptr::null_mut(), Ordering::AcqRel, Ordering::Acquire).is_ok();
    if ours {
        // What waits for a handler waits for this one.
        resetIncomingMsgList();
    }
}

/// Takes a handler out of use and frees it with its lists; its WebSocket object stays.
///
/// # Safety
/// `handler` is NULL or made by [`new_on`], and not used afterwards.
pub(in crate::ffi) unsafe fn delete_struct(handler: *mut twMessageHandler) {
    if handler.is_null() {
        return;
    }
    forget(handler);
    // SAFETY: by contract of this function.
    unsafe {
        twList_Delete((*handler).responseCallbackList);
        twList_Delete((*handler).incomingRequestCallbacks);
        twList_Delete((*handler).multipartMessageList);
        twMutex_Delete((*handler).mtx);
        memory::free(handler);
    }
}

/// The message handler of the process, made with the first WebSocket object that is given; a later one replaces the one
/// before. It is the SDK's until twMessageHandler_Delete. NULL for NULL as long as there is none. twApi_Initialize makes one
/// with a WebSocket object of its own the handler of the process.
///
/// # Safety
/// `ws` is NULL or lives until another one takes its place.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMessageHandler_Instance(ws: *mut twWs) -> *mut twMessageHandler {
    guard(ptr::null_mut(), || {
        if ws.is_null() {
            return msgHandlerSingleton.load(Ordering::Acquire);
        }
        // SAFETY: by contract of this function.
        unsafe { instance_on(ws) }
    })
}

/// Closes the connection, takes the callbacks away and deletes the handler with its WebSocket object. The one of the API
/// object goes out of use at once and is freed by twApi_Delete. NULL stands for the handler of the process. Returns 0, 300
/// when there is none.
///
/// # Safety
/// `handler` is NULL or from twMessageHandler_Instance, and not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMessageHandler_Delete(handler: *mut twMessageHandler) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let handler = resolve(handler);
        if handler.is_null() {
            return TW_NULL_OR_INVALID_MSG_HANDLER;
        }
        if api::give_up_handler(handler) {
            forget(handler);
            return TW_OK;
        }
        // SAFETY: by contract of this function.
        unsafe {
            let ws = (*handler).ws;
            delete_struct(handler);
            super::events::delete_websocket(ws);
        }
        TW_OK
    })
}

/// Sets the function that is called when the connection is open; NULL clears it. Returns 0, also without a handler.
///
/// # Safety
/// `handler` is NULL, for the one of the process, or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMessageHandler_RegisterConnectCallback(
    handler: *mut twMessageHandler,
    cb: eventcb,
) -> c_int {
    // SAFETY: by contract of this function.
    guard(TW_OK, || unsafe {
        let handler = resolve(handler);
        if !handler.is_null() {
            (*handler).on_ws_connected = cb;
        }
        TW_OK
    })
}

/// Sets the function that is called when the connection has ended, with the reason; NULL clears it. Returns 0, 300 without
/// a handler.
///
/// # Safety
/// `handler` is NULL, for the one of the process, or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMessageHandler_RegisterCloseCallback(handler: *mut twMessageHandler, cb: eventcb) -> c_int {
    // SAFETY: by contract of this function.
    guard(TW_UNKNOWN_ERROR, || unsafe { set(handler, |handler| (*handler).on_ws_close = cb) })
}

/// Sets the function that is called for each ping of the platform; NULL clears it. Returns 0, 300 without a handler.
///
/// # Safety
/// `handler` is NULL, for the one of the process, or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMessageHandler_RegisterPingCallback(handler: *mut twMessageHandler, cb: eventcb) -> c_int {
    // SAFETY: by contract of this function.
    guard(TW_UNKNOWN_ERROR, || unsafe { set(handler, |handler| (*handler).on_ping = cb) })
}

/// Sets the function that is called for each pong; NULL clears it. The SDK goes on looking after missing pongs, other than
/// with twApi_RegisterPongCallback. Returns 0, 300 without a handler.
///
/// # Safety
/// `handler` is NULL, for the one of the process, or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMessageHandler_RegisterPongCallback(handler: *mut twMessageHandler, cb: eventcb) -> c_int {
    // SAFETY: by contract of this function.
    guard(TW_UNKNOWN_ERROR, || unsafe { set(handler, |handler| (*handler).on_pong = cb) })
}

/// Sets the function that gets the requests of the platform for which no other function is registered with
/// twMessageHandler_RegisterRequestCallback. It answers by itself, with twMessage_Send; the message stays the SDK's. The API
/// object has put its own there, which serves everything that is registered with twApi functions: another one bypasses
/// those. Returns 0, 1 for a NULL function, 300 without a handler.
///
/// # Safety
/// `handler` is NULL, for the one of the process, or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMessageHandler_RegisterDefaultRequestCallback(
    handler: *mut twMessageHandler,
    cb: message_cb,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if cb.is_none() {
            return NO_FUNCTION;
        }
        // SAFETY: by contract of this function.
        unsafe { set(handler, |handler| (*handler).defaultRequestCallback = cb) }
    })
}

/// Sets the function that shows which messages wait, called once when there are too many of them. Returns 0, 1 for a NULL
/// function, 300 without a handler.
///
/// # Safety
/// `handler` is NULL, for the one of the process, or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMessageHandler_RegisterDumpIncomingMsgListCallback(
    handler: *mut twMessageHandler,
    cb: dumpLog_cb,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if cb.is_none() {
            return NO_FUNCTION;
        }
        // SAFETY: by contract of this function.
        unsafe { set(handler, |handler| (*handler).dumpIncomingMsgList = cb) }
    })
}

/// Changes a slot of a handler.
unsafe fn set(handler: *mut twMessageHandler, change: impl FnOnce(*mut twMessageHandler)) -> c_int {
    let handler = resolve(handler);
    if handler.is_null() {
        return TW_NULL_OR_INVALID_MSG_HANDLER;
    }
    change(handler);
    TW_OK
}
