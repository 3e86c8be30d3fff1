//! Events of a WebSocket object, handed on to the callbacks of the message handler. The connection of the API object calls
//! those callbacks by itself.

use std::ffi::{c_char, c_int};
use std::ptr;

use super::handler::resolve;
use super::{eventcb, twMessageHandler};
use crate::ffi::errors::{TW_NULL_OR_INVALID_MSG_HANDLER, TW_OK, TW_UNKNOWN_ERROR};
use crate::ffi::guard::guard;
use crate::ffi::websocket::{NORMAL_CLOSE, twWs, twWs_Delete, twWs_Disconnect};

/// Calls a callback of the handler of the process. 0 also when there is no callback, 300 without a handler.
unsafe fn hand_on(
    ws: *mut twWs,
    at: *const c_char,
    length: usize,
    pick: impl FnOnce(*const twMessageHandler) -> eventcb,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let handler = resolve(ptr::null_mut());
        if handler.is_null() {
            return TW_NULL_OR_INVALID_MSG_HANDLER;
        }
        if let Some(function) = pick(handler) {
            // SAFETY: the application's function; the data are the caller's and live during the call.
            unsafe { function(ws, at, length) };
        }
        TW_OK
    })
}

/// The connection of a WebSocket object is open: calls `on_ws_connected` of the message handler. Returns 0, 300 without a
/// handler.
///
/// # Safety
/// The callback runs in this call.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn msgHandlerOnConnect(ws: *mut twWs) -> c_int {
    // SAFETY: the handler of the process is live.
    unsafe { hand_on(ws, ptr::null(), 0, |handler| (*handler).on_ws_connected) }
}

/// The connection of a WebSocket object has ended: calls `on_ws_close` of the message handler. Returns 0, 300 without a
/// handler.
///
/// # Safety
/// `at` is NULL or has `length` bytes; the callback runs in this call.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn msgHandlerOnClose(ws: *mut twWs, at: *const c_char, length: usize) -> c_int {
    // SAFETY: the handler of the process is live.
    unsafe { hand_on(ws, at, length, |handler| (*handler).on_ws_close) }
}

/// A ping has come: calls `on_ping` of the message handler. Returns 0, 300 without a handler.
///
/// # Safety
/// As for msgHandlerOnClose.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn msgHandlerOnPing(ws: *mut twWs, at: *const c_char, length: usize) -> c_int {
    // SAFETY: the handler of the process is live.
    unsafe { hand_on(ws, at, length, |handler| (*handler).on_ping) }
}

/// A pong has come: calls `on_pong` of the message handler. Returns 0, 300 without a handler.
///
/// # Safety
/// As for msgHandlerOnClose.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn msgHandlerOnPong(ws: *mut twWs, at: *const c_char, length: usize) -> c_int {
    // SAFETY: the handler of the process is live.
    unsafe { hand_on(ws, at, length, |handler| (*handler).on_pong) }
}

/// Ends the connection of a WebSocket object and deletes it. NULL is fine.
///
/// # Safety
/// `ws` is NULL or on the heap, and not used afterwards.
pub(super) unsafe fn delete_websocket(ws: *mut twWs) {
    if ws.is_null() {
        return;
    }
    // SAFETY: by contract of this function; the handler that would be told of the close is gone.
    unsafe {
        (*ws).on_ws_close = None;
        twWs_Disconnect(ws, NORMAL_CLOSE, ptr::null_mut());
        twWs_Delete(ws);
    }
}
