//! Opening and ending the connection of a WebSocket.

use std::ffi::{c_char, c_int};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::link::{Link, close_text};
use super::{SERVER_CLOSED, close_status, of_api, twWs};
use crate::ffi::api::instance;
use crate::ffi::errors::{
    TW_ERROR_INITIALIZING_WEBSOCKET, TW_ERROR_WRITING_TO_SOCKET, TW_INVALID_PARAM, TW_OK, TW_SOCKET_INIT_ERROR,
    TW_TIMEOUT_INITIALIZING_WEBSOCKET, TW_UNKNOWN_ERROR,
};
use crate::ffi::guard::guard;
use crate::ffi::passwds::secret_of;
use crate::ffi::tls::client;
use crate::ffi::tls::session::Session;
use crate::ffi::{slot, text};
use crate::net::upgrade::{Accepted, AppKey, ResponseReader, UpgradeRequest};

/// What the close callback is told when the connection has failed.
pub(super) const SOCKET_ERROR: &[u8] = b"Socket Error";
/// What it is told when a frame was not complete in time.
pub(super) const FRAME_TIMEOUT: &[u8] = b"Frame read timeout";

/// The field that holds the link. C has no other use for it.
///
/// # Safety
/// `ws` is a WebSocket.
pub(super) unsafe fn link_field(ws: *mut twWs) -> *mut *mut c_char {
    // SAFETY: by contract of this function; only the address is taken.
    unsafe { &raw mut (*ws).frameBuffer }
}

/// The link of a WebSocket that a program made itself.
///
/// # Safety
/// As for [`link_field`]; not the WebSocket of the API object.
pub(super) unsafe fn link(ws: *mut twWs) -> Option<Arc<Link>> {
    // SAFETY: by contract of this function; the field holds links only.
    unsafe { slot::get(link_field(ws)) }
}

/// Connects: looks the host up, TCP (with a proxy set on the socket: through that), TLS, upgrade, all within `timeout` milliseconds but for
/// the look-up. `on_ws_connected` is called before it returns. After a failure everything is closed. Blocks. On the
/// WebSocket of the API object: one attempt to connect the API, with authentication and binding.
/// Returns 0, also when it is connected, 101 for NULL, 1001 name, TCP, proxy, TLS or certificate, 1000 request not written, 201 bad
/// answer to the upgrade, 202 no answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWs_Connect(ws: *mut twWs, timeout: u32) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if ws.is_null() {
            return TW_INVALID_PARAM;
        }
        let patience = Duration::from_millis(u64::from(timeout));
        if let Some(facade) = instance::of_websocket(ws) {
            return of_api::connect(&facade, patience);
        }
        // SAFETY: the caller's WebSocket.
        unsafe {
            if link(ws).is_some() {
                return TW_OK;
            }
            match open(ws, Instant::now() + patience) {
                Ok(link) => {
                    slot::replace(link_field(ws), Some(Arc::new(link)));
                    (*ws).isConnected = 1;
                    if let Some(function) = (*ws).on_ws_connected {
                        function(ws);
                    }
                    TW_OK
                }
                Err((code, reason)) => {
                    log::error!("the WebSocket cannot be opened: {reason}");
                    if !(*ws).connection.is_null() {
                        client::close((*ws).connection);
                    }
                    code
                }
            }
        }
    })
}

/// # Safety
/// `ws` is a WebSocket that a program made itself.
unsafe fn open(ws: *mut twWs, deadline: Instant) -> Result<Link, (c_int, String)> {
    // SAFETY: by contract of this function; texts are C strings or NULL.
    unsafe {
        let no_socket = |reason: &str| (TW_SOCKET_INIT_ERROR, reason.to_owned());
        let host = (*ws).host;
        let connection = (*ws).connection;
        let name = text::text(host).ok_or_else(|| no_socket("it has no host"))?;
        if connection.is_null() || client::reconnect(connection, host, (*ws).port, deadline) != TW_OK {
            return Err(no_socket("there is no connection"));
        }
        let session = client::session(connection).ok_or_else(|| no_socket("the connection has ended"))?;
        let request = UpgradeRequest {
            host: name.to_string_lossy().into_owned(),
            resource: text::text((*ws).resource).map(|text| text.to_string_lossy().into_owned()).unwrap_or_default(),
            app_key: AppKey::new(secret_of((*ws).api_key_callback).to_vec()),
            compression: (*ws).bDisableCompression == 0,
            max_frame_size: u32::from((*ws).frameSize),
        };
        let accepted = upgrade(&session, &request, deadline)?;
        (*ws).bSupportsPermessageDeflate = c_char::from(accepted.compression.is_some());
        Ok(Link::new(session, (*ws).frameSize, accepted.compression, &accepted.leftover))
    }
}

/// Sends the upgrade request and waits for its answer.
fn upgrade(session: &Session, request: &UpgradeRequest, deadline: Instant) -> Result<Accepted, (c_int, String)> {
    let unsendable = |reason: String| (TW_ERROR_WRITING_TO_SOCKET, reason);
    let refused = |reason: String| (TW_ERROR_INITIALIZING_WEBSOCKET, reason);
    let encoded = request.encode().map_err(|error| unsendable(error.to_string()))?;
    let sent = session.submit(&encoded.bytes).and_then(|()| session.drain());
    sent.map_err(|error| unsendable(error.to_string()))?;
    let mut reader = ResponseReader::new(encoded.accept, request.compression);
    let mut buffer = [0; 4096];
    loop {
        let count = session.read(&mut buffer, deadline).map_err(|error| refused(error.to_string()))?;
        if count == 0 {
            return Err((TW_TIMEOUT_INITIALIZING_WEBSOCKET, "no answer to the upgrade request in time".to_owned()));
        }
        let received = buffer.get(..count).unwrap_or_default();
        if let Some(accepted) = reader.feed(received).map_err(|error| refused(error.to_string()))? {
            return Ok(accepted);
        }
    }
}

/// Ends the connection that `link` is, unless that has been done: then nothing happens. Otherwise the close callback is told
/// `text`, as the last thing, since it may delete the WebSocket.
///
/// # Safety
/// `ws` is a WebSocket that a program made itself.
pub(super) unsafe fn end(ws: *mut twWs, link: &Arc<Link>, text: &[u8]) {
    // SAFETY: by contract of this function.
    unsafe {
        if !slot::clear_if(link_field(ws), link) {
            return;
        }
        (*ws).isConnected = 0;
        client::close((*ws).connection);
        call((*ws).on_ws_close, ws, text.to_vec());
    }
}

/// Calls a callback with data, behind which there is a NUL.
///
/// # Safety
/// The function is NULL or the application's.
pub(super) unsafe fn call(function: super::ws_data_cb, ws: *mut twWs, mut data: Vec<u8>) {
    if let Some(function) = function {
        let length = data.len();
        data.push(0);
        // SAFETY: by contract of this function; the data live until it returns.
        unsafe { function(ws, data.as_ptr().cast(), length) };
    }
}

/// Whether the WebSocket is connected: for the WebSocket of the API object, whether there is a link, authenticated or not. FALSE for
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWs_IsConnected(ws: *mut twWs) -> c_char {
    // SAFETY: the caller's WebSocket.
    unsafe { ws.as_ref() }.map_or(0, |ws| c_char::from(ws.isConnected != 0))
}

/// Ends the connection: sends a close frame with `code` and a text made of the code's own and `reason` (NULL: none), unless the code is
/// SERVER_CLOSED, and closes TCP at once. The close callback gets that text, also when there was no connection. On the WebSocket of the API object the link is closed; twApi_Disconnect
/// unbinds first, and keeps it closed. Returns 0, 101 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWs_Disconnect(ws: *mut twWs, code: close_status, reason: *mut c_char) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if ws.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: the caller's text.
        let reason = unsafe { text::bytes(reason) }.unwrap_or_default();
        let status = u16::try_from(code).unwrap_or(1011);
        if let Some(facade) = instance::of_websocket(ws) {
            facade.connection().close(status, reason);
            return TW_OK;
        }
        let told = if code == SERVER_CLOSED { reason.to_vec() } else { close_text(status, reason) };
        // SAFETY: the caller's WebSocket.
        unsafe {
            match link(ws) {
                Some(link) => {
                    if code != SERVER_CLOSED {
                        // The connection ends in any case: a frame that cannot be sent is of no interest any more.
                        let _ = link.submit(|encoder, out| encoder.close(status, reason, out));
                    }
                    end(ws, &link, &told);
                }
                None => call((*ws).on_ws_close, ws, told),
            }
        }
        TW_OK
    })
}

/// Ends the connection of a WebSocket as a failure does, without a close frame: the close callback is told "Socket Error", and the next
/// connect makes a new connection. 0; 101 for NULL.
///
/// # Safety
/// `ws` is NULL or a WebSocket.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn restartSocket(ws: *mut twWs) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if ws.is_null() {
            return TW_INVALID_PARAM;
        }
        if let Some(facade) = instance::of_websocket(ws) {
            facade.connection().close(1011, SOCKET_ERROR);
            return TW_OK;
        }
        // SAFETY: by contract of this function.
        unsafe {
            if let Some(link) = link(ws) {
                end(ws, &link, SOCKET_ERROR);
            }
        }
        TW_OK
    })
}

/// The callback slots of a WebSocket.
///
/// # Safety
/// `ws` is NULL or a WebSocket.
unsafe fn register(ws: *mut twWs, set: impl FnOnce(*mut twWs)) -> c_int {
    if ws.is_null() {
        return TW_INVALID_PARAM;
    }
    set(ws);
    TW_OK
}

/// Has `cb` called when the WebSocket is connected, in the thread that connects, in place of an earlier function; NULL: none. On the
/// WebSocket of the API object it takes the place of the message handler's. Returns 0, 101 for a NULL WebSocket.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWs_RegisterConnectCallback(ws: *mut twWs, cb: super::ws_cb) -> c_int {
    // SAFETY: the caller's WebSocket.
    unsafe { register(ws, |ws| (*ws).on_ws_connected = cb) }
}

/// Has `cb` called when the connection has ended, once for each: with the payload of the peer's close frame (status and text), the text of
/// `twWs_Disconnect`, "Socket Error" or "Frame read timeout". Behind the data there is a NUL. In the thread that noticed. It may delete the
/// WebSocket. Otherwise as `twWs_RegisterConnectCallback`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWs_RegisterCloseCallback(ws: *mut twWs, cb: super::ws_data_cb) -> c_int {
    // SAFETY: the caller's WebSocket.
    unsafe { register(ws, |ws| (*ws).on_ws_close = cb) }
}

/// Has `cb` called with each binary message, whole and decompressed (`bCompressed` is FALSE), in `twWs_Receive`. On the WebSocket of the API
/// object it is not called: the library handles the messages of the platform. Returns 0, 101 for a NULL WebSocket.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWs_RegisterBinaryMessageCallback(ws: *mut twWs, cb: super::ws_binary_data_cb) -> c_int {
    of_api::warn_of_messages(ws);
    // SAFETY: the caller's WebSocket.
    unsafe { register(ws, |ws| (*ws).on_ws_binaryMessage = cb) }
}

/// The same with each text message. Behind the text there is a NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWs_RegisterTextMessageCallback(ws: *mut twWs, cb: super::ws_data_cb) -> c_int {
    of_api::warn_of_messages(ws);
    // SAFETY: the caller's WebSocket.
    unsafe { register(ws, |ws| (*ws).on_ws_textMessage = cb) }
}

/// Has `cb` called with each ping, which has been answered by then. Otherwise as `twWs_RegisterConnectCallback`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWs_RegisterPingCallback(ws: *mut twWs, cb: super::ws_data_cb) -> c_int {
    // SAFETY: the caller's WebSocket.
    unsafe { register(ws, |ws| (*ws).on_ws_ping = cb) }
}

/// Has `cb` called with each pong. Otherwise as `twWs_RegisterConnectCallback`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWs_RegisterPongCallback(ws: *mut twWs, cb: super::ws_data_cb) -> c_int {
    // SAFETY: the caller's WebSocket.
    unsafe { register(ws, |ws| (*ws).on_ws_pong = cb) }
}
