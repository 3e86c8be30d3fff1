//! Receiving and sending over a WebSocket.

use std::ffi::{c_char, c_int, c_uchar};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::connect::{self, FRAME_TIMEOUT, SOCKET_ERROR, call};
use super::link::{Link, Over, SendError};
use super::{FRAME_OPCODE_CONNECTION_CLOSE, FRAME_OPCODE_PING, FRAME_OPCODE_PONG, of_api, twWs};
use crate::connection::time_of_day;
use crate::ffi::api::{current_config, instance};
use crate::ffi::errors::{
    TW_ERROR_READING_FROM_WEBSOCKET, TW_ERROR_WRITING_TO_WEBSOCKET, TW_INVALID_PARAM, TW_OK, TW_UNKNOWN_ERROR,
    TW_WEBSOCKET_FRAME_TOO_LARGE, TW_WEBSOCKET_MSG_TOO_LARGE, TW_WEBSOCKET_NOT_CONNECTED,
};
use crate::ffi::guard::guard;
use crate::ffi::tls::TW_READ_TIMEOUT;
use crate::ffi::{memory, text};
use crate::net::websocket::frame::Opcode;
use crate::net::websocket::{EncodeError, Encoder, Event, MAX_CONTROL_TEXT};

/// What sending nothing returns.
const NOTHING_TO_SEND: c_int = -1;

/// Takes in what the peer sends, waiting up to `timeout` milliseconds, and calls the callback for at most one message, ping, pong or
/// close, on this thread. Pings and closes are answered. Not from a callback of it. On the WebSocket of the API object, for which the library receives by itself, it waits
/// until a message waits for the message handler.
/// Returns 0 after one of these, after a part and after nothing; 101 for NULL; 203 not connected; 205 when the connection has failed or
/// the peer does not keep to the protocol; -333 when a frame was not complete within `twcfg.frame_read_timeout`. After the
/// last two it is closed and the close callback has been called.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWs_Receive(ws: *mut twWs, timeout: u32) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if ws.is_null() {
            return TW_INVALID_PARAM;
        }
        let deadline = Instant::now() + Duration::from_millis(u64::from(timeout));
        if let Some(facade) = instance::of_websocket(ws) {
            return of_api::receive(&facade, deadline);
        }
        // SAFETY: the caller's WebSocket.
        unsafe {
            let Some(link) = connect::link(ws) else { return TW_WEBSOCKET_NOT_CONNECTED };
            match link.next_event(deadline) {
                Ok(None) => TW_OK,
                Ok(Some(event)) => {
                    deliver(ws, &link, event);
                    TW_OK
                }
                Err(over) => fail(ws, &link, over),
            }
        }
    })
}

/// Answers what has to be answered, and calls the callback, which may delete the WebSocket.
///
/// # Safety
/// `ws` is a WebSocket that a program made itself.
unsafe fn deliver(ws: *mut twWs, link: &Arc<Link>, event: Event) {
    // SAFETY: by contract of this function; the functions are the application's.
    unsafe {
        match event {
            Event::Binary(mut message) => {
                if let Some(function) = (*ws).on_ws_binaryMessage {
                    let length = message.len();
                    message.push(0);
                    function(ws, message.as_ptr().cast(), length, 0);
                }
            }
            Event::Text(message) => call((*ws).on_ws_textMessage, ws, message),
            Event::Ping(payload) => {
                // If the connection has ended, the next receive finds it out.
                let _ = link.submit(|encoder, out| encoder.answer_ping(&payload, out));
                call((*ws).on_ws_ping, ws, payload);
            }
            Event::Pong(payload) => call((*ws).on_ws_pong, ws, payload),
            Event::Close { status, payload } => {
                let _ = link.submit(|encoder, out| encoder.answer_close(status, out));
                connect::end(ws, link, &payload);
            }
        }
    }
}

/// Ends a connection on which nothing more is received.
///
/// # Safety
/// As for [`deliver`].
unsafe fn fail(ws: *mut twWs, link: &Arc<Link>, over: Over) -> c_int {
    let (code, text) = match over {
        Over::Lost => (TW_ERROR_READING_FROM_WEBSOCKET, SOCKET_ERROR),
        Over::Violation(violation) => {
            log::error!("{violation}");
            let _ = link.submit(|encoder, out| encoder.close(violation.close_status(), b"", out));
            (TW_ERROR_READING_FROM_WEBSOCKET, SOCKET_ERROR)
        }
        Over::FrameTimeout => {
            log::error!("a WebSocket frame was not complete within twcfg.frame_read_timeout");
            (TW_READ_TIMEOUT, FRAME_TIMEOUT)
        }
    };
    // SAFETY: by contract of this function.
    unsafe { connect::end(ws, link, text) };
    code
}

/// Sends over a link; a link that has failed is ended.
///
/// # Safety
/// `ws` is a WebSocket that a program made itself.
unsafe fn send(
    ws: *mut twWs,
    link: &Arc<Link>,
    encode: impl FnOnce(&mut Encoder, &mut Vec<u8>) -> Result<(), EncodeError>,
) -> c_int {
    match link.send(encode) {
        Ok(()) => TW_OK,
        Err(SendError::Encode(error)) => {
            log::error!("nothing was sent over the WebSocket: {error}");
            TW_ERROR_WRITING_TO_WEBSOCKET
        }
        Err(SendError::Lost) => {
            // SAFETY: by contract of this function.
            unsafe { connect::end(ws, link, SOCKET_ERROR) };
            TW_ERROR_WRITING_TO_WEBSOCKET
        }
    }
}

/// Where what is sent over a connected WebSocket goes.
enum Channel {
    /// Over the connection of the API object.
    Api(Arc<instance::Facade>),
    /// Over the link of a WebSocket that a program made itself.
    Own(Arc<Link>),
}

impl Channel {
    /// `None` when the WebSocket is not connected.
    ///
    /// # Safety
    /// `ws` is a WebSocket.
    unsafe fn of(ws: *mut twWs) -> Option<Self> {
        // SAFETY: by contract of this function.
        unsafe {
            match instance::of_websocket(ws) {
                Some(facade) => facade.connection().has_link().then_some(Self::Api(facade)),
                None => connect::link(ws).map(Self::Own),
            }
        }
    }
}

/// Sends a message of `length` bytes, in as many frames as the frame size asks for, compressed if that was agreed. Waits until the
/// socket has taken it. Any thread. On the WebSocket of the API object: a binary message as the platform understands it (see twMessage_Send); text is
/// refused with 209.
/// Returns 0, 101 for NULL, 203 not connected, -1 without bytes, 206 above the chunk size given to `twWs_Create`, 209 when it cannot be written: then
/// the connection is closed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWs_SendMessage(ws: *mut twWs, buf: *mut c_char, length: u32, isText: c_char) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if ws.is_null() || buf.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: the caller's WebSocket and bytes.
        unsafe {
            let Some(channel) = Channel::of(ws) else { return TW_WEBSOCKET_NOT_CONNECTED };
            if length == 0 {
                return NOTHING_TO_SEND;
            }
            if length > (*ws).messageChunkSize {
                log::error!("a message of {length} bytes is not sent: the limit is {}", (*ws).messageChunkSize);
                return TW_WEBSOCKET_FRAME_TOO_LARGE;
            }
            let message = memory::slice(buf, length as usize);
            match channel {
                Channel::Api(facade) => of_api::send(&facade, message, isText != 0),
                Channel::Own(link) if isText != 0 => send(ws, &link, |encoder, out| encoder.text(message, out)),
                Channel::Own(link) => send(ws, &link, |encoder, out| encoder.binary(message, out)),
            }
        }
    })
}

/// Sends one frame, never compressed: the first one of a message (text or binary) or, with `isContinuation`, a further one; `isFinal` ends the
/// message. On the WebSocket of the API object only whole messages, as `twWs_SendMessage`. Returns 0, 101 for NULL, 203 not connected, -1 without bytes, 208 above the frame size, 209.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWs_SendDataFrame(
    ws: *mut twWs,
    msg: *mut c_char,
    length: u16,
    isContinuation: c_char,
    isFinal: c_char,
    isText: c_char,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if ws.is_null() || msg.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: the caller's WebSocket and bytes.
        unsafe {
            let Some(channel) = Channel::of(ws) else { return TW_WEBSOCKET_NOT_CONNECTED };
            if length == 0 {
                return NOTHING_TO_SEND;
            }
            if length > (*ws).frameSize {
                log::error!("a frame of {length} bytes is not sent: the frame size is {}", (*ws).frameSize);
                return TW_WEBSOCKET_MSG_TOO_LARGE;
            }
            let payload = memory::slice(msg, usize::from(length));
            let opcode = match (isContinuation != 0, isText != 0) {
                (true, _) => Opcode::Continuation,
                (false, true) => Opcode::Text,
                (false, false) => Opcode::Binary,
            };
            match channel {
                Channel::Api(facade) if isContinuation == 0 && isFinal != 0 => {
                    of_api::send(&facade, payload, isText != 0)
                }
                Channel::Api(_) => {
                    log::error!("parts of messages cannot be sent over the WebSocket of the API object");
                    TW_ERROR_WRITING_TO_WEBSOCKET
                }
                Channel::Own(link) => {
                    send(ws, &link, |encoder, out| encoder.data_frame(opcode, isFinal != 0, payload, out))
                }
            }
        }
    })
}

/// Sends a control frame with a text, or `default` for NULL.
///
/// # Safety
/// `ws` is NULL or a WebSocket, the text NULL or a C string.
unsafe fn send_control(ws: *mut twWs, is_ping: bool, text: *const c_char, default: &[u8]) -> c_int {
    if ws.is_null() {
        return TW_INVALID_PARAM;
    }
    // SAFETY: by contract of this function.
    unsafe {
        let text = text::bytes(text).unwrap_or(default);
        let Some(channel) = Channel::of(ws) else { return TW_WEBSOCKET_NOT_CONNECTED };
        if text.len() > MAX_CONTROL_TEXT {
            log::error!("a ping or pong of {} bytes is not sent: the limit is {MAX_CONTROL_TEXT}", text.len());
            return TW_WEBSOCKET_MSG_TOO_LARGE;
        }
        match channel {
            Channel::Api(facade) => of_api::control(&facade, is_ping, text),
            Channel::Own(link) if is_ping => send(ws, &link, |encoder, out| encoder.ping(text, out)),
            Channel::Own(link) => send(ws, &link, |encoder, out| encoder.pong(text, out)),
        }
    }
}

/// Sends a ping with a text of at most 110 bytes; NULL: the time of day. Any thread. Returns 0, 101 for a NULL WebSocket, 203 not
/// connected, 208 for a longer text, 209.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWs_SendPing(ws: *mut twWs, msg: *mut c_char) -> c_int {
    // SAFETY: the caller's WebSocket and text.
    guard(TW_UNKNOWN_ERROR, || unsafe { send_control(ws, true, msg, time_of_day().as_bytes()) })
}

/// Sends a pong with a text of at most 110 bytes; NULL: "Pong". Pings are answered without it. Otherwise as `twWs_SendPing`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twWs_SendPong(ws: *mut twWs, msg: *mut c_char) -> c_int {
    // SAFETY: the caller's WebSocket and text.
    guard(TW_UNKNOWN_ERROR, || unsafe { send_control(ws, false, msg, b"Pong") })
}

/// Sends a ping, a pong or a close frame: `opcode` 9, 10 or 8. Returns what twWs_SendPing, twWs_SendPong and twWs_Disconnect (with status
/// 1000) do; 101 for another opcode.
///
/// # Safety
/// `ws` is NULL or a WebSocket, the text NULL or a C string.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendCtlFrame(ws: *mut twWs, opcode: c_uchar, msg: *mut c_char) -> c_int {
    // SAFETY: by contract of this function.
    unsafe {
        match c_int::from(opcode) {
            FRAME_OPCODE_PING => twWs_SendPing(ws, msg),
            FRAME_OPCODE_PONG => twWs_SendPong(ws, msg),
            FRAME_OPCODE_CONNECTION_CLOSE => connect::twWs_Disconnect(ws, super::NORMAL_CLOSE, msg),
            _ => TW_INVALID_PARAM,
        }
    }
}

/// The largest binary message that is accepted, in bytes: one and a half times `twcfg.max_message_size`.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn getMaxWebsocketMessageSize() -> u32 {
    let size = current_config().max_message_size;
    size.saturating_add(size / 2)
}

/// Whether this machine is little endian.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub static isLittleEndian: i8 = cfg!(target_endian = "little") as i8;
