//! Making and deleting WebSockets.

use std::ffi::{c_char, c_int};
use std::{mem, ptr};

use super::link::Link;
use super::{connect, twWs};
use crate::ffi::api::instance;
use crate::ffi::errors::{TW_ERROR_ALLOCATING_MEMORY, TW_INVALID_PARAM, TW_OK, TW_UNKNOWN_ERROR};
use crate::ffi::guard::guard;
use crate::ffi::messages::compression;
use crate::ffi::os_port::mutex::{twMutex_Create, twMutex_Delete};
use crate::ffi::passwds::twPasswdCallbackFunction;
use crate::ffi::tls::{twTlsClient, twTlsClient_Create, twTlsClient_Delete};
use crate::ffi::{memory, slot, text};

/// Makes a WebSocket for a host and port, whose name is looked up now; it is not connected. The texts are copied; `gatewayName`
/// may be NULL. `app_key_function` is asked for the application key with each connect. `frameSize`: largest payload of a frame in both
/// directions, in bytes; `messageChunkSize`: largest message that is sent. The WebSocket is given to the caller through `entity`, for
/// `twWs_Delete`. Settings of TLS are those of its client, `WS_TLS_CONN(ws)`. Blocks for the look-up.
/// Returns 0, 101 for a missing argument or a chunk size above the frame size, 1004 when the name is not known, 1005 when
/// `twcfg.cipher_set` selects nothing, 102; then `*entity` is left alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWs_Create(
    host: *mut c_char,
    port: u16,
    resource: *mut c_char,
    app_key_function: twPasswdCallbackFunction,
    gatewayName: *mut c_char,
    messageChunkSize: u32,
    frameSize: u16,
    entity: *mut *mut twWs,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let missing = host.is_null() || port == 0 || resource.is_null() || entity.is_null();
        if missing || app_key_function.is_none() {
            return TW_INVALID_PARAM;
        }
        if frameSize == 0 || messageChunkSize > u32::from(frameSize) {
            log::error!("the message chunk size {messageChunkSize} is above the frame size {frameSize}: lower it");
            return TW_INVALID_PARAM;
        }
        let mut connection: *mut twTlsClient = ptr::null_mut();
        // SAFETY: the caller's texts and place; a fresh zeroed struct, in which NULL and 0 mean "nothing".
        unsafe {
            let code = twTlsClient_Create(host, port as i16, 0, &mut connection);
            if code != TW_OK {
                return code;
            }
            let ws = memory::zeroed(mem::size_of::<twWs>()).cast::<twWs>();
            if ws.is_null() {
                twTlsClient_Delete(connection);
                return TW_ERROR_ALLOCATING_MEMORY;
            }
            (*ws).connection = connection;
            (*ws).host = text::duplicate(host, usize::MAX);
            (*ws).port = port;
            (*ws).resource = text::duplicate(resource, usize::MAX);
            (*ws).api_key_callback = app_key_function;
            (*ws).gatewayName = text::duplicate(gatewayName, usize::MAX);
            (*ws).messageChunkSize = messageChunkSize;
            (*ws).frameSize = frameSize;
            (*ws).sessionId = u32::MAX;
            (*ws).sendMessageMutex = twMutex_Create();
            (*ws).sendFrameMutex = twMutex_Create();
            (*ws).recvMutex = twMutex_Create();
            (*ws).compressionMutex = twMutex_Create();
            (*ws).decompressionMutex = twMutex_Create();
            entity.write(ws);
        }
        TW_OK
    })
}

/// Closes the connection, without a close frame and without its callback, and frees the WebSocket with its TLS client. Not while
/// another thread uses it. The WebSocket of the API object is left to twApi_Delete. Returns 0, 101 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWs_Delete(ws: *mut twWs) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if ws.is_null() {
            return TW_INVALID_PARAM;
        }
        if instance::of_websocket(ws).is_some() {
            log::error!("the WebSocket of the API object is deleted by twApi_Delete");
            return TW_OK;
        }
        // SAFETY: a WebSocket that the caller gives up; its members are of `twWs_Create` or NULL.
        unsafe {
            slot::replace::<Link, _>(connect::link_field(ws), None);
            if !(*ws).connection.is_null() {
                twTlsClient_Delete((*ws).connection);
            }
            compression::release(ws);
            for text in [(*ws).host, (*ws).resource, (*ws).gatewayName, (*ws).gatewayType] {
                memory::free(text);
            }
            let mutexes = [
                (*ws).sendMessageMutex,
                (*ws).sendFrameMutex,
                (*ws).recvMutex,
                (*ws).compressionMutex,
                (*ws).decompressionMutex,
            ];
            for mutex in mutexes {
                twMutex_Delete(mutex);
            }
            memory::free(ws);
        }
        TW_OK
    })
}
