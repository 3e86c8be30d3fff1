//! `twMessaging.h`: Message handler: request and response callbacks over one websocket.
//!
//! The connection of the API object keeps its own table of requests in flight and its own queue. What is here serves
//! programs that send messages by themselves, that register for single requests or answers, or that feed messages in.

mod events;
mod handler;
mod queue;
mod requests;
mod responses;

pub use events::*;
pub use handler::*;
pub use queue::*;
pub use requests::*;
pub use responses::*;

use libc::pthread_mutex_t;
use std::ffi::{c_char, c_int};

use super::definitions::{characteristicEnum, entityTypeEnum, msgCodeEnum};
use super::info_table::twInfoTable;
use super::list::twList;
use super::messages::twMessage;
use super::websocket::twWs;

pub type message_cb = Option<unsafe extern "C" fn(ws: *mut twWs, msg: *mut twMessage) -> c_int>;
pub type dumpLog_cb = Option<unsafe extern "C" fn() -> c_int>;
pub type response_cb =
    Option<unsafe extern "C" fn(id: u32, code: msgCodeEnum, reason: *mut c_char, content: *mut twInfoTable) -> c_int>;
pub type eventcb = Option<unsafe extern "C" fn(ws: *mut twWs, data: *const c_char, length: usize) -> c_int>;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twRequestCallbackStruct {
    pub cb: message_cb,
    pub entityType: entityTypeEnum,
    pub entityName: *mut c_char,
    pub characteristicType: characteristicEnum,
    pub characteristicName: *mut c_char,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twResponseCallbackStruct {
    pub received: c_char,
    pub cb: response_cb,
    pub requestId: u32,
    pub sessionId: u32,
    pub expirationTime: u64,
    pub code: msgCodeEnum,
    pub content: *mut twInfoTable,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twMessageHandler {
    pub ws: *mut twWs,
    pub responseCallbackList: *mut twList,
    pub incomingRequestCallbacks: *mut twList,
    pub multipartMessageList: *mut twList,
    pub defaultRequestCallback: message_cb,
    pub dumpIncomingMsgList: dumpLog_cb,
    pub on_ws_connected: eventcb,
    pub on_ws_close: eventcb,
    pub on_ping: eventcb,
    pub on_pong: eventcb,
    pub mtx: *mut pthread_mutex_t,
}
