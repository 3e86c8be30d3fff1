//! Whole messages: header and body.

use std::ffi::{c_char, c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering};

use super::{MSG_HEADER_SIZE, auth, bind, body, multipart, request, response, twMessage};
use crate::connection::{Incoming, next_request_id};
use crate::ffi::base_types::stream::set_offset;
use crate::ffi::base_types::twStream;
use crate::ffi::definitions::{
    TW_AUTH, TW_BIND, TW_MSG_VERSION, TW_MULTIPART_REQ, TW_MULTIPART_RESP, TW_REQUEST, TW_RESPONSE, TW_UNKNOWN,
    TWX_AUTH, TWX_BIND, TWX_DEL, TWX_GET, TWX_POST, TWX_PUT, TWX_SUCCESS, TWX_UNBIND, msgCodeEnum, msgType,
};
use crate::ffi::errors::{TW_INVALID_MSG_CODE, TW_OK, TW_UNKNOWN_ERROR};
use crate::ffi::guard::guard;
use crate::ffi::{logger, memory, text};
use crate::wire::{self, Body, Chunk, HEADER_LEN, Header, MessageCode, NO_SESSION};

/// A request of the platform as a message, to be deleted with `twMessage_Delete`. NULL when there is no memory.
pub fn incoming_to_c(incoming: &Incoming) -> *mut twMessage {
    // SAFETY: a fresh body that nobody else knows.
    unsafe { with_body(from_header(&incoming.header), request::to_c(&incoming.request).cast()) }
}

fn from_header(header: &Header) -> twMessage {
    let code = header.code.0.into();
    twMessage {
        r#type: type_of(code),
        version: header.version,
        code,
        requestId: header.request_id,
        endpointId: header.endpoint_id,
        sessionId: header.session_id,
        multipartMarker: 0,
        length: MSG_HEADER_SIZE as u32,
        body: ptr::null_mut(),
    }
}

/// The header of a message.
///
/// # Safety
/// `message` is live.
pub unsafe fn header_of(message: *const twMessage) -> Header {
    // SAFETY: by contract of this function.
    unsafe {
        Header {
            version: (*message).version,
            code: MessageCode((*message).code as u8),
            request_id: (*message).requestId,
            endpoint_id: (*message).endpointId,
            session_id: (*message).sessionId,
        }
    }
}

fn body_to_c(body: &Body) -> *mut c_void {
    match body {
        Body::Auth { claims } => claims.first().map_or(ptr::null_mut(), |(name, value)| auth::to_c(name, value)).cast(),
        Body::Bind { gateway, names } => bind::to_c(gateway.as_ref(), names).cast(),
        Body::Request(request) => request::to_c(request).cast(),
        Body::Response(response) => response::to_c(response).cast(),
    }
}

/// What the body of a message of that code is.
fn type_of(code: msgCodeEnum) -> msgType {
    match code {
        TWX_GET | TWX_PUT | TWX_POST | TWX_DEL => TW_REQUEST,
        TWX_BIND | TWX_UNBIND => TW_BIND,
        TWX_AUTH => TW_AUTH,
        code if code >= TWX_SUCCESS => TW_RESPONSE,
        _ => TW_UNKNOWN,
    }
}

fn empty(code: msgCodeEnum, id: u32) -> twMessage {
    let r#type = type_of(code);
    twMessage {
        r#type,
        version: TW_MSG_VERSION as u8,
        code,
        requestId: if id == 0 { next_id() } else { id },
        endpointId: 0,
        sessionId: if r#type == TW_AUTH { NO_SESSION } else { 0 },
        multipartMarker: 0,
        length: MSG_HEADER_SIZE as u32,
        body: ptr::null_mut(),
    }
}

/// A message around a body, which is taken, also when there is no memory for the message. NULL for a NULL body.
unsafe fn with_body(mut message: twMessage, body: *mut c_void) -> *mut twMessage {
    if body.is_null() {
        return ptr::null_mut();
    }
    message.body = body;
    // SAFETY: the body is of the type of the message and the caller gives it away.
    unsafe {
        message.length = (MSG_HEADER_SIZE as u32).saturating_add(length_of(message.r#type, body));
        let made = memory::alloc(message);
        if made.is_null() {
            delete_body(message.r#type, body);
        }
        made
    }
}

unsafe fn length_of(r#type: msgType, body: *const c_void) -> u32 {
    // SAFETY: the caller's body is live and of that type.
    unsafe {
        match r#type {
            TW_REQUEST => (*body.cast::<super::twRequestBody>()).length,
            TW_RESPONSE => (*body.cast::<super::twResponseBody>()).length,
            TW_AUTH => (*body.cast::<super::twAuthBody>()).length,
            TW_BIND => (*body.cast::<super::twBindBody>()).length,
            TW_MULTIPART_REQ => multipart::encoded_length(body.cast(), true),
            TW_MULTIPART_RESP => multipart::encoded_length(body.cast(), false),
            _ => 0,
        }
    }
}

unsafe fn delete_body(r#type: msgType, body: *mut c_void) {
    if body.is_null() {
        return;
    }
    // SAFETY: the caller gives away a body of that type.
    unsafe {
        match r#type {
            TW_REQUEST => request::twRequestBody_Delete(body.cast()),
            TW_RESPONSE => response::twResponseBody_Delete(body.cast()),
            TW_AUTH => auth::twAuthBody_Delete(body.cast()),
            TW_BIND => bind::twBindBody_Delete(body.cast()),
            TW_MULTIPART_REQ | TW_MULTIPART_RESP => {
                multipart::twMultipartBody_Delete(body);
                TW_OK
            }
            other => {
                log::error!("the body of a message of unknown type {other} is not freed");
                TW_UNKNOWN_ERROR
            }
        };
    }
}

/// The request id that a message made in C got last. The counter itself is the connection's.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub static globalRequestId: AtomicU32 = AtomicU32::new(0);

fn next_id() -> u32 {
    let id = next_request_id();
    globalRequestId.store(id, Ordering::Relaxed);
    id
}

/// The next request id: one counter for the process, starting at 1, never 0. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn twMessage_GetRequestId() -> u32 {
    guard(0, next_id)
}

/// Makes a message without body; for `reqId` 0 it gets the next request id. The caller deletes it with
/// `twMessage_Delete`. NULL when there is no memory. A message is not thread-safe.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMessage_Create(code: msgCodeEnum, reqId: u32) -> *mut twMessage {
    guard(ptr::null_mut(), || memory::alloc(empty(code, reqId)))
}

/// Makes a message of code GET, PUT, POST or DEL with an empty request body and the next request id; NULL for any other
/// code. See `twMessage_Create`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMessage_CreateRequestMsg(code: msgCodeEnum) -> *mut twMessage {
    guard(ptr::null_mut(), || {
        if type_of(code) != TW_REQUEST {
            return ptr::null_mut();
        }
        // SAFETY: a fresh body that nobody else knows.
        unsafe { with_body(empty(code, 0), request::twRequestBody_Create().cast()) }
    })
}

/// Makes a response with an empty body, the answer to a request when the ids are those of the request; NULL for a code
/// below 0x40. See `twMessage_Create`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMessage_CreateResponseMsg(
    code: msgCodeEnum,
    id: u32,
    sessionId: u32,
    endpointId: u32,
) -> *mut twMessage {
    guard(ptr::null_mut(), || {
        if type_of(code) != TW_RESPONSE {
            return ptr::null_mut();
        }
        let message = twMessage { sessionId, endpointId, ..empty(code, id) };
        // SAFETY: a fresh body that nobody else knows.
        unsafe { with_body(message, response::twResponseBody_Create().cast()) }
    })
}

/// Makes a BIND, or an UNBIND if `isUnbind` is not 0, of a name, which is copied, or of none for NULL. See
/// `twMessage_Create`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMessage_CreateBindMsg(name: *mut c_char, isUnbind: c_char) -> *mut twMessage {
    guard(ptr::null_mut(), || {
        let code = if isUnbind == 0 { TWX_BIND } else { TWX_UNBIND };
        // SAFETY: NULL or a C string; a fresh body that nobody else knows.
        unsafe { with_body(empty(code, 0), bind::twBindBody_Create(name).cast()) }
    })
}

/// Makes an AUTH with a claim; both texts are copied. NULL for NULL. See `twMessage_Create`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMessage_CreateAuthMsg(claimName: *mut c_char, claimValue: *mut c_char) -> *mut twMessage {
    guard(ptr::null_mut(), || {
        // SAFETY: NULL or C strings; a fresh body that nobody else knows.
        unsafe {
            match (text::bytes(claimName), text::bytes(claimValue)) {
                (Some(name), Some(value)) => with_body(empty(TWX_AUTH, 0), auth::to_c(name, value).cast()),
                _ => ptr::null_mut(),
            }
        }
    })
}

/// Reads a message from a stream, from its beginning whatever the cursor is; the stream stays the caller's. The caller
/// deletes the message. A piece of a large message has the type TW_MULTIPART_REQ or TW_MULTIPART_RESP and a
/// `twMultipartBody`. NULL for NULL, for an unknown code and for what is cut off or malformed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMessage_CreateFromStream(s: *mut twStream) -> *mut twMessage {
    guard(ptr::null_mut(), || {
        if s.is_null() {
            return ptr::null_mut();
        }
        // SAFETY: a live stream.
        unsafe {
            set_offset(s, 0);
            body::from_stream(s, decode)
        }
    })
}

/// A message of the bytes, which it may not use up, and how many it took. `None`, with a line in the log, when it cannot be
/// read.
pub fn decode(bytes: &[u8]) -> Option<(*mut twMessage, usize)> {
    let (header, is_piece) =
        wire::decode_header(bytes).inspect_err(|error| log::warn!("a message cannot be read: {error}")).ok()?;
    let rest = bytes.get(HEADER_LEN..)?;
    if is_piece {
        return Some((piece(header, rest)?, bytes.len()));
    }
    let (body, used) = body::decode(header.code, rest)?;
    // SAFETY: a fresh body of the type that the code says.
    let made = unsafe { with_body(from_header(&header), body_to_c(&body)) };
    Some((made, HEADER_LEN + used))
}

fn piece(header: Header, rest: &[u8]) -> Option<*mut twMessage> {
    let chunk = Chunk::decode(header, rest)
        .inspect_err(|error| log::warn!("a piece of a message cannot be read: {error}"))
        .ok()?;
    let r#type = if header.code.is_request() { TW_MULTIPART_REQ } else { TW_MULTIPART_RESP };
    let message = twMessage { r#type, multipartMarker: 1, ..from_header(&header) };
    // SAFETY: a fresh body of that type.
    Some(unsafe { with_body(message, multipart::to_c(&chunk).cast()) })
}

/// The whole message whose pieces have the header of `piece` and together this body. NULL when it cannot be read.
pub fn assembled(piece: &twMessage, joined: &[u8]) -> *mut twMessage {
    let Some((body, _)) = body::decode(MessageCode(piece.code as u8), joined) else { return ptr::null_mut() };
    let whole = twMessage { r#type: type_of(piece.code), multipartMarker: 0, ..*piece };
    // SAFETY: a fresh body of the type that the code says.
    unsafe { with_body(whole, body_to_c(&body)) }
}

/// Moves a message out of a variable: returns the pointer and sets the variable to NULL. NULL for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMessage_ZeroCopy(msg: *mut *mut twMessage) -> *mut twMessage {
    guard(ptr::null_mut(), || {
        // SAFETY: NULL or a place for a pointer.
        if msg.is_null() { ptr::null_mut() } else { unsafe { ptr::replace(msg, ptr::null_mut()) } }
    })
}

/// Deletes a message with its body. NULL is only logged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMessage_Delete(input: *mut c_void) {
    guard((), || {
        let message = input.cast::<twMessage>();
        if message.is_null() {
            logger::install();
            log::error!("twMessage_Delete: there is no message to delete");
            return;
        }
        // SAFETY: the caller gives the message away.
        unsafe {
            delete_body((*message).r#type, (*message).body);
            memory::free(message);
        }
    });
}

/// Gives a message its body, of the kind that its code asks for; the body is taken and the one before deleted. `length`
/// becomes that of header and body as the body is now. 0; -1 for NULL and 303 for a code without a kind of body: the body
/// then stays the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twMessage_SetBody(msg: *mut twMessage, body: *mut c_void) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if msg.is_null() || body.is_null() {
            return -1;
        }
        // SAFETY: a live message, and a body that the caller gives away.
        unsafe {
            let r#type = type_of((*msg).code);
            if r#type == TW_UNKNOWN {
                return TW_INVALID_MSG_CODE;
            }
            if (*msg).body != body {
                delete_body((*msg).r#type, (*msg).body);
            }
            (*msg).r#type = r#type;
            (*msg).body = body;
            (*msg).length = (MSG_HEADER_SIZE as u32).saturating_add(length_of(r#type, body));
        }
        TW_OK
    })
}
