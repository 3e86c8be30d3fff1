//! The functions (api-behaviour.md 7).

use std::ffi::{c_char, c_int};
use std::ptr;
use std::sync::Mutex;

use super::store::{self, current, file_in, open_failed};
use super::{OFFLINE_MSG_STORE_FLUSH, OFFLINE_MSG_STORE_WRITE, OfflineRequest, show};
use crate::connection::next_request_id;
use crate::ffi::api::{current_config, instance, update_config};
use crate::ffi::default_settings::OFFLINE_MSG_QUEUE_SIZE;
use crate::ffi::errors::{
    TW_ERROR_OFFLINE_MSG_STORE_FULL, TW_ERROR_WRITING_OFFLINE_MSG_STORE, TW_INVALID_PARAM, TW_MSG_STORE_FILE_NOT_EMPTY,
    TW_NULL_OR_INVALID_OFFLINE_MSG_STORE_SINGLETON, TW_OK, TW_UNKNOWN_ERROR, TW_WEBSOCKET_NOT_CONNECTED,
};
use crate::ffi::guard::guard;
use crate::ffi::messages::message::twMessage_Delete;
use crate::ffi::messages::{MULTIPART_MSG_HEADER_SIZE, send, twMessage};
use crate::ffi::websocket::twWs;
use crate::ffi::{memory, text};
use crate::store::{self as core, NotStored};
use crate::wire::{Cut, HEADER_LEN};

const NO_STORE: c_int = TW_NULL_OR_INVALID_OFFLINE_MSG_STORE_SINGLETON;

/// Makes the store of messages that cannot be sent, for the API object that there is or comes: in the file `offline_msgs.bin` of the
/// directory `filePath`, which is made if it is missing, or in memory. With `enabled` requests that cannot be sent are stored from now
/// on: the functions that send them return 308, and they are sent before anything else on the next connection, in order. What was in
/// the file before is sent as well. A message that the platform refuses five times is moved to `offline_msgs.bin.rejected`. All
/// together have less than `twcfg.offline_msg_queue_size` bytes; `size` is not looked at. Without effect when there is a store.
/// Returns 0, 101 for a file without a directory, 309 when the directory cannot be made, 104 when the file cannot, or when another process
/// has it open, 910. Any thread.
///
/// # Safety
/// `filePath` is NULL or a C string (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twOfflineMsgStore_Initialize(
    enabled: c_char,
    filePath: *const c_char,
    _size: u64,
    onDisk: c_char,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        crate::ffi::logger::install();
        // SAFETY: by contract of this function.
        let directory = unsafe { text::bytes(filePath) };
        if onDisk != 0 && directory.is_none() {
            log::error!("a store of offline messages on disk needs a directory");
            return TW_INVALID_PARAM;
        }
        store::create(enabled != 0, directory.filter(|_| onDisk != 0))
    })
}

/// Makes the store of offline messages with the directory of `twcfg.offline_msg_store_dir`: see twOfflineMsgStore_Initialize.
///
/// # Safety
/// `twcfg.offline_msg_store_dir` is NULL or a C string.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn enableOfflineMsgStore(enable: c_char, onDisk: c_char) -> c_int {
    let config = current_config();
    // SAFETY: by contract of this function.
    unsafe {
        twOfflineMsgStore_Initialize(
            enable,
            config.offline_msg_store_dir,
            u64::from(config.offline_msg_queue_size),
            onDisk,
        )
    }
}

/// Moves the store of offline messages to another directory, which is made if it is missing. Returns 0, 313 without a store on disk, 101
/// for NULL, 310 while something is stored, 309 when the directory cannot be made, 104 when the file cannot: then the old file is used on.
/// In the directory where the store is nothing happens. Any thread.
///
/// # Safety
/// `dir` is NULL or a C string (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twOfflineMsgStore_SetDir(dir: *const c_char) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let Some(current) = current().filter(|current| current.store.path().is_some()) else { return NO_STORE };
        // SAFETY: by contract of this function.
        let Some(directory) = (unsafe { text::bytes(dir) }) else { return TW_INVALID_PARAM };
        if current.store.length().is_some_and(|length| length > 0) {
            log::error!("the store of offline messages cannot be moved while it has messages");
            return TW_MSG_STORE_FILE_NOT_EMPTY;
        }
        if let Err(error) = current.store.move_to(&file_in(directory)) {
            return open_failed(&error, directory);
        }
        current.show_again();
        TW_OK
    })
}

/// As twOfflineMsgStore_SetDir.
///
/// # Safety
/// `dir` is NULL or a C string (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_SetOfflineMsgStoreDir(dir: *const c_char) -> c_int {
    // SAFETY: by contract of this function.
    unsafe { twOfflineMsgStore_SetDir(dir) }
}

/// Ends the store of offline messages. What is in memory is lost, a file is kept for the next store. twApi_Delete does it. Returns 0, 313
/// without a store.
#[unsafe(no_mangle)]
pub extern "C" fn twOfflineMsgStore_Delete() -> c_int {
    guard(TW_UNKNOWN_ERROR, || if store::delete() { TW_OK } else { NO_STORE })
}

/// Stores a message (WRITE) or sends what is stored (FLUSH). WRITE needs no connection, stores a message of any type, and takes it,
/// whatever the outcome: `*msg` is NULL afterwards. It returns 0, 314 when there is no room, 307 above `twcfg.max_message_size`, 306
/// when the file cannot be written. FLUSH leaves the message alone and does not wait for answers. It returns 0, 203 when not
/// authenticated or when the connection is lost before everything is sent. Both return 101 for a NULL argument or another request
/// number, when the message stays the caller's, and 313 without a store.
///
/// # Safety
/// `msg` is NULL or points to NULL or a live message whose body is of its type; `ws` is NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twOfflineMsgStore_HandleRequest(
    msg: *mut *mut twMessage,
    ws: *mut twWs,
    request_type: OfflineRequest,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        // SAFETY: by contract of this function.
        unsafe {
            if msg.is_null() || (*msg).is_null() || ws.is_null() {
                return TW_INVALID_PARAM;
            }
            match request_type {
                OFFLINE_MSG_STORE_FLUSH => twOfflineMsgStore_Flush(*msg, ws),
                OFFLINE_MSG_STORE_WRITE if current().is_none() => NO_STORE,
                OFFLINE_MSG_STORE_WRITE => {
                    let code = twOfflineMsgStore_Write(*msg, ws);
                    twMessage_Delete(ptr::replace(msg, ptr::null_mut()).cast());
                    code
                }
                _ => TW_INVALID_PARAM,
            }
        }
    })
}

/// Stores a message of any type; it stays the caller's. Returns as WRITE of twOfflineMsgStore_HandleRequest.
///
/// cbindgen:ignore
///
/// # Safety
/// `msg` is NULL or a live message whose body is of its type; `ws` is NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twOfflineMsgStore_Write(msg: *mut twMessage, ws: *mut twWs) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if msg.is_null() || ws.is_null() {
            return TW_INVALID_PARAM;
        }
        let Some(current) = current() else { return NO_STORE };
        // SAFETY: by contract of this function.
        let (header, body) = match unsafe { send::encode(msg, ws) } {
            Ok(encoded) => encoded,
            Err(code) => return code,
        };
        let config = current_config();
        let cut = Cut {
            chunk_size: config.message_chunk_size,
            max_message_size: config.max_message_size as usize,
            deflate: false,
        };
        let stored = current.store.store(&header, &body, config.offline_msg_queue_size.into(), &cut);
        show();
        match stored {
            Ok(()) => TW_OK,
            Err(error) => {
                log::error!("a message is not stored: {error}");
                match error {
                    NotStored::Full { .. } => TW_ERROR_OFFLINE_MSG_STORE_FULL,
                    NotStored::Failed(_) => TW_ERROR_WRITING_OFFLINE_MSG_STORE,
                }
            }
        }
    })
}

/// Sends what is stored. Returns as FLUSH of twOfflineMsgStore_HandleRequest.
///
/// cbindgen:ignore
///
/// # Safety
/// `msg` is NULL or a live message, which is not looked at; `ws` is NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twOfflineMsgStore_Flush(msg: *mut twMessage, ws: *mut twWs) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if msg.is_null() || ws.is_null() {
            return TW_INVALID_PARAM;
        }
        if current().is_none() {
            return NO_STORE;
        }
        let Some(facade) = instance::current() else { return TW_WEBSOCKET_NOT_CONNECTED };
        let sent = facade.connection().send_stored();
        show();
        match sent {
            Ok(()) => TW_OK,
            Err(error) => {
                log::debug!("stored messages are not sent: {error}");
                TW_WEBSOCKET_NOT_CONNECTED
            }
        }
    })
}

/// From now on requests that cannot be sent are stored, if there is a store; sets `twcfg.offline_msg_queue_size` to 16384.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn twOfflineMsgStore_Enable() {
    accept(true, OFFLINE_MSG_QUEUE_SIZE as u32);
}

/// From now on nothing is stored; sets `twcfg.offline_msg_queue_size` to 0, with which no property value is taken either. What is stored
/// is sent all the same.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn twOfflineMsgStore_Disable() {
    accept(false, 0);
}

fn accept(accepting: bool, limit: u32) {
    guard((), || {
        // SAFETY: one field of the configuration, written as C would.
        update_config(|config| unsafe { (*config).offline_msg_queue_size = limit });
        if let Some(current) = current() {
            current.store.set_accepting(accepting);
            current.show_again();
        }
    });
}

/// Whether requests that cannot be sent are stored. FALSE without a store.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn twOfflineMsgStore_IsEnabled() -> c_char {
    guard(0, || current().map_or(0, |current| c_char::from(current.store.is_accepting())))
}

/// The request id that a stored message is sent with: the next one for a message in one piece and for the first piece of several, the same
/// again for the pieces behind it. 0 for NULL.
///
/// cbindgen:ignore
///
/// # Safety
/// `msg` is NULL or an encoded message, headers included.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn getMessageRequestId(msg: *mut c_char) -> u32 {
    static LAST: Mutex<u32> = Mutex::new(0);
    guard(0, || {
        if msg.is_null() {
            return 0;
        }
        // SAFETY: by contract of this function: a header, and behind one that says so what belongs to a piece.
        let raw = unsafe {
            let header = memory::slice(msg, HEADER_LEN);
            let piece = header.last().is_some_and(|marker| *marker != 0);
            memory::slice(msg, HEADER_LEN + if piece { MULTIPART_MSG_HEADER_SIZE as usize } else { 0 })
        };
        let mut last = LAST.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if !core::continues(raw) || *last == 0 {
            *last = next_request_id();
        }
        *last
    })
}
