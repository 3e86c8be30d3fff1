//! The message handler of the API object: what reaches it from the connection, and what programs put into it.

use std::ffi::c_int;
use std::ptr;
use std::sync::Arc;
use std::time::Instant;

use super::handlers::{c_string, failure};
use super::instance::{self, Facade};
use crate::connection::{Incoming, Outcome, Reply, RequestError};
use crate::ffi::convert;
use crate::ffi::definitions::{TW_REQUEST, msgCodeEnum};
use crate::ffi::errors::{TW_INVALID_MSG_BODY, TW_NULL_OR_INVALID_API_SINGLETON, TW_OK, TW_UNKNOWN_ERROR};
use crate::ffi::guard::guard;
use crate::ffi::messages::message::{
    header_of, incoming_to_c, twMessage_CreateResponseMsg, twMessage_Delete, twMessage_SetBody,
};
use crate::ffi::messages::send::twMessage_Send;
use crate::ffi::messages::{request, response, twMessage};
use crate::ffi::messaging::{self, message_cb, twMessageHandler};
use crate::ffi::websocket::twWs;
use crate::wire::Response;

/// The API object whose own handler this is, whatever `tw_api` shows now.
fn owner(handler: *const twMessageHandler) -> Option<Arc<Facade>> {
    instance::any().filter(|facade| ptr::eq(facade.objects().handler, handler))
}

/// If this is the handler of the API object: closes the connection and takes the handler out of the object. Whether it is.
pub(in crate::ffi) fn give_up_handler(handler: *mut twMessageHandler) -> bool {
    let Some(facade) = owner(handler) else { return false };
    // SAFETY: the structs live as long as the facade; single fields are written as C would.
    unsafe {
        (*handler).on_ws_connected = None;
        (*handler).on_ws_close = None;
        (*handler).on_ping = None;
        (*handler).on_pong = None;
        facade.connection().close(1000, b"Message handler deleted");
        let api = facade.api();
        if (*api).mh == handler {
            (*api).mh = ptr::null_mut();
        }
    }
    true
}

/// If this is the handler of the API object: tells its connection that somebody waits for the answer of that id.
pub(in crate::ffi) fn expect_answer(handler: *mut twMessageHandler, id: u32, until: Instant) {
    let Some(facade) = owner(handler) else { return };
    let own = Arc::downgrade(&facade);
    facade.connection().expect(
        id,
        until,
        Box::new(move |id, outcome| {
            if let Some(facade) = own.upgrade() {
                tell(&facade, id, outcome);
            }
        }),
    );
}

/// Undoes [`expect_answer`].
pub(in crate::ffi) fn expect_no_answer(handler: *mut twMessageHandler, id: u32) {
    if let Some(facade) = owner(handler) {
        facade.connection().expect_no_more(id);
    }
}

fn tell(facade: &Facade, id: u32, outcome: Outcome) {
    let handler = facade.objects().handler;
    let session = outcome.as_ref().map_or(0, |answer| answer.header.session_id);
    let (code, reason, content) = match outcome {
        Ok(answer) => (answer.code(), answer.reason.as_ref().map(c_string), answer.content),
        // SAFETY: the handler lives as long as the facade.
        Err(RequestError::TimedOut(_)) => return unsafe { messaging::time_out(handler, id) },
        Err(error) => (error.message_code(), Some(c_string(&error.to_string().as_str().into())), None),
    };
    let reason = reason.as_ref().map_or(ptr::null_mut(), |reason| reason.as_ptr().cast_mut());
    let content = content.as_ref().map_or(ptr::null_mut(), convert::table_to_c);
    // SAFETY: as above; the reason lives until the call returns, the table is given away.
    unsafe { messaging::complete(handler, (id, session), msgCodeEnum::from(code.0), reason, content) };
}

/// The function of a program that gets a request in place of the registrations: one for this request alone, or one that has
/// taken the place of ours.
fn function_before_us(
    request: &crate::wire::Request,
) -> Option<unsafe extern "C" fn(*mut twWs, *mut twMessage) -> c_int> {
    let handler = super::exported_handler();
    if handler.is_null() {
        return None;
    }
    // SAFETY: a handler that the program or we have put there.
    let function = unsafe { messaging::function_for(handler, request).or((*handler).defaultRequestCallback) };
    function.filter(|_| !is_own_dispatcher(function))
}

fn is_own_dispatcher(function: message_cb) -> bool {
    function.is_some_and(|function| ptr::fn_addr_eq(function, api_requesthandler as unsafe extern "C" fn(_, _) -> _))
}

/// The answer to a request of the connection; `None` when none is to be sent, because somebody answers by himself.
pub(super) fn answer(facade: &Arc<Facade>, incoming: &Incoming) -> Option<Reply> {
    let Some(function) = function_before_us(&incoming.request) else { return facade.registry().answer(incoming) };
    let message = incoming_to_c(incoming);
    if message.is_null() {
        return Some(failure("out of memory"));
    }
    // SAFETY: the application's function with a message that lives until it returns.
    unsafe {
        function(facade.objects().ws, message);
        twMessage_Delete(message.cast());
    }
    None
}

/// Serves a request with what is registered with the twApi functions, and answers it over the WebSocket object. The message
/// stays the caller's. The default request callback of the API object's message handler. Returns 0, 600 without an API
/// object, 602 for a message that is no request, otherwise as twMessage_Send.
///
/// # Safety
/// `ws` is NULL or live, `msg` NULL or a live message whose body is of its type; callbacks run in this call.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn api_requesthandler(ws: *mut twWs, msg: *mut twMessage) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let Some(facade) = instance::current() else { return TW_NULL_OR_INVALID_API_SINGLETON };
        // SAFETY: by contract of this function.
        unsafe {
            if msg.is_null() || (*msg).r#type != TW_REQUEST {
                return TW_INVALID_MSG_BODY;
            }
            let request = match request::from_c((*msg).body.cast()) {
                Ok(request) => request,
                Err(error) => {
                    log::error!("a request cannot be served: {error}");
                    return TW_INVALID_MSG_BODY;
                }
            };
            let incoming = Incoming { header: header_of(msg), request, link: 0 };
            match facade.registry().answer(&incoming) {
                Some(reply) => send_reply(ws, msg, reply),
                None => TW_OK,
            }
        }
    })
}

/// # Safety
/// As for [`api_requesthandler`].
unsafe fn send_reply(ws: *mut twWs, to: *const twMessage, reply: Reply) -> c_int {
    // SAFETY: by contract of this function; the answer is ours.
    unsafe {
        let code = reply.code.0.into();
        let body = response::to_c(&Response { reason: reply.reason, content: reply.content });
        let mut answer = twMessage_CreateResponseMsg(code, (*to).requestId, (*to).sessionId, (*to).endpointId);
        if twMessage_SetBody(answer, body.cast()) != TW_OK {
            response::twResponseBody_Delete(body);
        }
        let code = twMessage_Send(&mut answer, ws);
        if !answer.is_null() {
            twMessage_Delete(answer.cast());
        }
        code
    }
}
