//! Sending messages that C programs have made.

use std::ffi::c_int;
use std::ptr;
use std::sync::Arc;
use std::time::Duration;

use super::message::{header_of, twMessage_Delete};
use super::{auth, bind, request, response, twMessage};
use crate::connection::{Answer, RequestError};
use crate::ffi::api::current_config;
use crate::ffi::api::instance::{self, Facade};
use crate::ffi::convert;
use crate::ffi::definitions::{TW_AUTH, TW_BIND, TW_REQUEST, TW_RESPONSE, msgCodeEnum};
use crate::ffi::errors::{
    TW_ERROR_MESSAGE_TOO_LARGE, TW_ERROR_OFFLINE_MSG_STORE_FULL, TW_ERROR_SENDING_MSG, TW_ERROR_SENDING_RESP,
    TW_ERROR_WRITING_OFFLINE_MSG_STORE, TW_ERROR_WRITING_TO_WEBSOCKET, TW_INVALID_MSG_BODY, TW_INVALID_MSG_TYPE, TW_OK,
    TW_UNKNOWN_ERROR, TW_WEBSOCKET_NOT_CONNECTED, TW_WROTE_TO_OFFLINE_MSG_STORE,
};
use crate::ffi::guard::guard;
use crate::ffi::info_table::twInfoTable;
use crate::ffi::logger::twLogMessage;
use crate::ffi::offline_msg_store;
use crate::ffi::websocket::twWs;
use crate::wire::{HEADER_LEN, Header, MessageCode};

/// What is missing where a pointer is asked for.
const NOTHING_TO_SEND: c_int = -1;
/// Chunk information, which counts in the size of every message.
const CHUNK_INFO: usize = super::MULTIPART_MSG_HEADER_SIZE as usize;

/// A message in the form that the connection takes.
struct Encoded {
    header: Header,
    body: Vec<u8>,
}

impl Encoded {
    /// What goes over a WebSocket object: the gateway of a BIND is the object's.
    ///
    /// # Safety
    /// `message` is live and its body, if any, of its type; `ws` is NULL or live.
    unsafe fn new(message: *const twMessage, ws: *const twWs) -> Result<Self, c_int> {
        // SAFETY: by contract of this function.
        unsafe {
            let made = Self { header: header_of(message), body: encode_body(message, ws)? };
            let size = made.body.len().saturating_add(HEADER_LEN + CHUNK_INFO);
            let limit = current_config().max_message_size as usize;
            if size > limit {
                log::error!("a message of {size} bytes is not sent: twcfg.max_message_size is {limit}");
                return Err(TW_ERROR_MESSAGE_TOO_LARGE);
            }
            Ok(made)
        }
    }
}

/// # Safety
/// As for [`Encoded::new`].
unsafe fn encode_body(message: *const twMessage, ws: *const twWs) -> Result<Vec<u8>, c_int> {
    let mut out = Vec::new();
    // SAFETY: by contract of this function.
    unsafe {
        let body = (*message).body;
        if !matches!((*message).r#type, TW_REQUEST | TW_RESPONSE | TW_AUTH | TW_BIND) {
            log::error!("a message of type {} cannot be sent", (*message).r#type);
            return Err(TW_INVALID_MSG_TYPE);
        }
        if body.is_null() {
            log::error!("a message without body cannot be sent: give it one with twMessage_SetBody");
            return Err(TW_INVALID_MSG_BODY);
        }
        match (*message).r#type {
            TW_REQUEST => request::encode(&mut out, body.cast()),
            TW_RESPONSE => response::encode(&mut out, body.cast()),
            TW_AUTH => auth::encode(&mut out, body.cast()),
            _ => {
                let gateway = if ws.is_null() {
                    (ptr::null(), ptr::null())
                } else {
                    ((*ws).gatewayName.cast_const(), (*ws).gatewayType.cast_const())
                };
                bind::encode(&mut out, body.cast(), gateway.0, gateway.1)
            }
        }?;
    }
    Ok(out)
}

/// A message in the form that stores take, or why it cannot be sent.
///
/// # Safety
/// As for [`Encoded::new`].
pub(in crate::ffi) unsafe fn encode(message: *const twMessage, ws: *const twWs) -> Result<(Header, Vec<u8>), c_int> {
    // SAFETY: by contract of this function.
    unsafe { Encoded::new(message, ws) }.map(|made| (made.header, made.body))
}

/// The API object, if this is its WebSocket.
fn facade_of(ws: *const twWs) -> Option<Arc<Facade>> {
    instance::current().filter(|facade| ptr::eq(facade.objects().ws, ws))
}

mod own {
    //! WebSocket objects that a program has made itself.

    use super::*;
    use crate::ffi::api::is_shown_authenticated;
    use crate::ffi::websocket::twWs_SendMessage;
    use crate::wire::{Cut, NO_SESSION, encode_with_body};

    /// Sends a message in as many pieces as the chunk size of the object asks for.
    ///
    /// # Safety
    /// `ws` is live.
    pub unsafe fn send(ws: *mut twWs, mut header: Header, body: &[u8]) -> c_int {
        let is_auth = header.code == MessageCode::AUTH;
        if !is_auth && !is_shown_authenticated() {
            log::warn!("a message is not sent: the API object is not authenticated");
            return TW_WEBSOCKET_NOT_CONNECTED;
        }
        // SAFETY: by contract of this function.
        unsafe {
            if is_auth {
                header.session_id = NO_SESSION;
            } else if (*ws).sessionId != 0 {
                header.session_id = (*ws).sessionId;
            }
            let messages = match encode_with_body(&header, body, &cut(ws)) {
                Ok(messages) => messages,
                Err(error) => {
                    log::error!("a message is not sent: {error}");
                    return if error.is_too_large() { TW_ERROR_MESSAGE_TOO_LARGE } else { TW_ERROR_SENDING_MSG };
                }
            };
            for mut message in messages {
                let Ok(length) = u32::try_from(message.len()) else { return TW_ERROR_MESSAGE_TOO_LARGE };
                let code = twWs_SendMessage(ws, message.as_mut_ptr().cast(), length, 0);
                if code != TW_OK {
                    return code;
                }
            }
        }
        TW_OK
    }

    unsafe fn cut(ws: *const twWs) -> Cut {
        let config = current_config();
        // SAFETY: the caller's object is live.
        let (chunk, deflate) = unsafe { ((*ws).messageChunkSize, (*ws).bSupportsPermessageDeflate != 0) };
        let own = if chunk == 0 { u32::from(u16::MAX) } else { chunk };
        Cut {
            chunk_size: u16::try_from(own.min(u32::from(config.message_chunk_size))).unwrap_or(u16::MAX),
            max_message_size: config.max_message_size as usize,
            deflate,
        }
    }
}

/// Why a message was not sent, as the functions of this header tell it.
fn code_of(error: &RequestError) -> c_int {
    match error {
        RequestError::TooLarge(_) => TW_ERROR_MESSAGE_TOO_LARGE,
        RequestError::NotConnected | RequestError::Forked => TW_WEBSOCKET_NOT_CONNECTED,
        RequestError::NotSent(_) | RequestError::ConnectionLost => TW_ERROR_WRITING_TO_WEBSOCKET,
        RequestError::Stored => TW_WROTE_TO_OFFLINE_MSG_STORE,
        RequestError::StoreFull(_) => TW_ERROR_OFFLINE_MSG_STORE_FULL,
        RequestError::StoreFailed(_) => TW_ERROR_WRITING_OFFLINE_MSG_STORE,
        _ => TW_ERROR_SENDING_MSG,
    }
}

/// Sends a message, in pieces when it is large, and does not wait for an answer: see twMessageHandler_RegisterResponseCallback.
/// The session id is the connection's; on a WebSocket object that the program has made it is that in `sessionId`, and
/// whether messages may be sent is what the API object says. The message stays the caller's. Returns 0, -1 for NULL, 304 for a type that cannot be
/// sent, 602 without a body, 307 above `twcfg.max_message_size`, 203 while not authenticated (AUTH needs a connection only),
/// 209 when it cannot be written. With a store of offline messages a request that would give 203 or 209 gives 308 instead: it is
/// stored, the message is taken and `*msg` is NULL; 314 when the store is full, 306 when it cannot be written. Any thread.
///
/// # Safety
/// `msg` is NULL or points to NULL or a live message whose body is of its type; `ws` is NULL or live.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMessage_Send(msg: *mut *mut twMessage, ws: *mut twWs) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        // SAFETY: by contract of this function.
        unsafe {
            if msg.is_null() || (*msg).is_null() || ws.is_null() {
                return NOTHING_TO_SEND;
            }
            let encoded = match Encoded::new(*msg, ws) {
                Ok(encoded) => encoded,
                Err(code) => return code,
            };
            twLogMessage((*msg).cast(), c"sending ".as_ptr().cast_mut());
            let Some(facade) = facade_of(ws) else { return own::send(ws, encoded.header, &encoded.body) };
            match facade.connection().send_body(encoded.header, &encoded.body) {
                Ok(()) => TW_OK,
                Err(error) => {
                    log::warn!("a message is not sent: {error}");
                    if matches!(error, RequestError::Stored) {
                        twMessage_Delete(ptr::replace(msg, ptr::null_mut()).cast());
                        offline_msg_store::show();
                    }
                    code_of(&error)
                }
            }
        }
    })
}

/// Sends a message over the connection of the API object, which stays the caller's, and waits for the answer: `timeout`
/// milliseconds, the default for a negative number. `*result` is the table of the answer, the caller's, or NULL; it is left
/// alone when no answer came. Returns the message code of the answer; 0xA3 not connected, 0xA4 no answer, 0x8C not sent; 0
/// for a NULL argument and without an API object.
///
/// # Safety
/// `msg` is NULL or points to NULL or a live message whose body is of its type; `result` is NULL or a place for a pointer.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sendMessageBlocking(
    msg: *mut *mut twMessage,
    timeout: i32,
    result: *mut *mut twInfoTable,
) -> msgCodeEnum {
    guard(0, || {
        // SAFETY: by contract of this function.
        unsafe {
            if msg.is_null() || (*msg).is_null() || result.is_null() {
                return 0;
            }
            let Some(facade) = instance::current() else { return 0 };
            let Ok(encoded) = Encoded::new(*msg, facade.objects().ws) else {
                return MessageCode::PRECONDITION_FAILED.0.into();
            };
            twLogMessage((*msg).cast(), c"sending ".as_ptr().cast_mut());
            let timeout = u64::try_from(timeout).ok().map(Duration::from_millis);
            match facade.connection().exchange_body(encoded.header, &encoded.body, timeout) {
                Ok(Answer { header, content, .. }) => {
                    *result = content.as_ref().map_or(ptr::null_mut(), convert::table_to_c);
                    header.code.0.into()
                }
                Err(error) => {
                    log::warn!("a message has no answer: {error}");
                    error.message_code().0.into()
                }
            }
        }
    })
}

/// Sends an answer over the connection of the API object; the message stays the caller's. Returns 0, 601 without a
/// connection object, otherwise as twMessage_Send.
///
/// # Safety
/// `msg` is NULL or a live message whose body is of its type.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_SendResponse(msg: *mut twMessage) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let ws = crate::ffi::api::exported_websocket();
        if ws.is_null() {
            return TW_ERROR_SENDING_RESP;
        }
        let mut message = msg;
        // SAFETY: by contract of this function.
        unsafe { twMessage_Send(&mut message, ws) }
    })
}
