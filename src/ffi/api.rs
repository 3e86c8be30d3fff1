//! `twApi.h`: The application interface: initialise, connect, bind things, register properties/services/events, read/write/push, invoke services, fire events, TLS and proxy settings, event callbacks.

mod application;
mod bind;
mod config;
mod default_handler;
mod dispatch;
mod events;
mod flags;
mod handlers;
pub(super) mod instance;
mod lifecycle;
mod message_handler;
mod mirror;
mod objects;
mod options;
mod proxy;
mod pump;
mod register;
mod requests;
pub(super) mod security;
mod state;
mod subscribed;

pub(super) use application::ask_key;
pub use bind::*;
pub(super) use config::{current as current_config, update as update_config};
pub use dispatch::{
    findCallback, getMetadataService, isFileTransferService, isTunnelService, notifyPropertyUpdateHandler,
};
pub use events::*;
pub(super) use handlers::c_string;
pub use lifecycle::*;
pub use message_handler::api_requesthandler;
pub(super) use message_handler::{expect_answer, expect_no_answer, give_up_handler};
pub use mirror::{
    bindListEntry_Create, bindListEntry_Delete, bindListEntry_Parser, deleteCallbackInfo, twCallbackInfoParser,
};
pub use options::{
    twedge_connect_waits, twedge_duty_cycle_starts_online, twedge_exact_bind_events, twedge_first_synchronization_wait,
    twedge_last_error, twedge_pong_watchdog_stays,
};
pub(super) use proxy::is_socket_of_api;
pub use proxy::{twApi_ClearProxyInfo, twApi_SetProxyInfo};
pub use pump::twMessageHandler_msgHandlerTask;
pub use register::*;
pub use requests::*;
pub(super) use security::tls_options;
pub use security::*;
pub use state::*;
pub use subscribed::*;
pub(super) use subscribed::{push_values, push_values_async};

use libc::pthread_mutex_t;
use std::ffi::{c_char, c_int, c_void};
use std::sync::atomic::{AtomicPtr, Ordering};

use super::connection_info::twConnectionInfo;
use super::definitions::{characteristicEnum, entityTypeEnum, msgCodeEnum};
use super::dict::twDict;
use super::info_table::twInfoTable;
use super::list::twList;
use super::messages::twMessage;
use super::messaging::twMessageHandler;

/// The offline message store is off unless a build asks for it; the header lets the build define it.
/// cbindgen:ignore
pub const OFFLINE_MSG_STORE: c_int = 0;
pub type property_cb = Option<
    unsafe extern "C" fn(
        entityName: *const c_char,
        propertyName: *const c_char,
        value: *mut *mut twInfoTable,
        isWrite: c_char,
        userdata: *mut c_void,
    ) -> msgCodeEnum,
>;
pub type service_cb = Option<
    unsafe extern "C" fn(
        entityName: *const c_char,
        serviceName: *const c_char,
        params: *mut twInfoTable,
        content: *mut *mut twInfoTable,
        userdata: *mut c_void,
    ) -> msgCodeEnum,
>;
pub type genericRequest_cb = Option<unsafe extern "C" fn(msg: *mut twMessage) -> *mut twMessage>;
pub type bindEvent_cb = Option<unsafe extern "C" fn(entityName: *mut c_char, isBound: c_char, userdata: *mut c_void)>;
pub type synchronizeEvent_cb =
    Option<unsafe extern "C" fn(entityName: *mut c_char, subscriptionInfo: *mut twInfoTable, userdata: *mut c_void)>;
pub type authEvent_cb =
    Option<unsafe extern "C" fn(credentialType: *mut c_char, credentialValue: *mut c_char, userdata: *mut c_void)>;
pub type init_cb_t = Option<unsafe extern "C" fn(userdata: *mut c_void)>;

/// For twedge_connection_state(): there is no link, and none will be opened until twApi_Connect.
pub const TWEDGE_DISCONNECTED: c_int = 0;
/// There is no link; it will be opened without being told, at `next_attempt`.
pub const TWEDGE_WAITING: c_int = 1;
/// An attempt to connect is under way.
pub const TWEDGE_CONNECTING: c_int = 2;
/// Authenticated; the platform has refused a BIND or has not answered it, which is tried again at `next_attempt`.
pub const TWEDGE_NOT_BOUND: c_int = 3;
/// Authenticated, and everything is bound.
pub const TWEDGE_ONLINE: c_int = 4;
/// Bytes of the text of an error with the NUL at its end.
pub const TWEDGE_ERROR_TEXT: usize = 256;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct callbackInfo {
    pub entityType: entityTypeEnum,
    pub entityName: *mut c_char,
    pub characteristicType: characteristicEnum,
    pub characteristicName: *mut c_char,
    pub characteristicDefinition: *mut c_void,
    pub cb: *mut c_void,
    pub userdata: *mut c_void,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct bindListEntry {
    pub name: *mut c_char,
    pub needsPropertyUpdate: c_char,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct init_cb {
    pub cb: init_cb_t,
    pub userdata: *mut c_void,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twApi {
    pub mh: *mut twMessageHandler,
    pub callbackList: *mut twDict,
    pub boundList: *mut twDict,
    pub bindEventCallbackList: *mut twList,
    pub synchronizeStateEventCallbackList: *mut twList,
    pub defaultRequestHandler: genericRequest_cb,
    pub autoreconnect: c_char,
    pub manuallyDisconnected: i8,
    pub isAuthenticated: c_char,
    pub duty_cycle: u8,
    pub duty_cycle_period: u32,
    pub mtx: *mut pthread_mutex_t,
    pub offlineMsgEnabled: c_char,
    pub offlineMsgList: *mut twList,
    pub offlineMsgSize: u32,
    pub offlineMsgFile: *mut c_char,
    pub subscribedPropsFile: *mut c_char,
    pub subscribedPropsSize: u32,
    pub ping_rate: u32,
    pub handle_pongs: c_char,
    pub connect_timeout: u32,
    pub connect_retries: i16,
    pub connectionInProgress: c_char,
    pub firstConnectionComplete: c_char,
    pub connectionInfo: *mut twConnectionInfo,
    pub firstSynchronizationComplete: c_char,
    pub tw_property_dict: *mut twDict,
    pub tw_used_property_names: *mut twDict,
    pub tw_used_service_names: *mut twDict,
}

/// The API object, for programs that declare it themselves. NULL before Initialize and after Delete; a program may set it to NULL.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub static tw_api: AtomicPtr<twApi> = AtomicPtr::new(std::ptr::null_mut());

/// What C sees as `tw_api` now.
pub(super) fn exported() -> *mut twApi {
    tw_api.load(Ordering::Acquire)
}

/// The WebSocket object of what C sees as `tw_api`; NULL when a part on the way is missing.
pub(super) fn exported_websocket() -> *mut super::websocket::twWs {
    let handler = exported_handler();
    // SAFETY: a message handler that the program or we have put there.
    if handler.is_null() { std::ptr::null_mut() } else { unsafe { (*handler).ws } }
}

/// Its message handler.
pub(super) fn exported_handler() -> *mut twMessageHandler {
    let api = exported();
    // SAFETY: an API object that the program or we have put there.
    if api.is_null() { std::ptr::null_mut() } else { unsafe { (*api).mh } }
}

/// Whether the object that C sees as `tw_api` says that its session is authenticated.
pub(super) fn is_shown_authenticated() -> bool {
    let api = exported();
    // SAFETY: an API object of the program's or ours, of which C may write single fields meanwhile.
    !api.is_null() && unsafe { std::ptr::addr_of!((*api).isAuthenticated).read_volatile() } != 0
}

fn export(api: *mut twApi) {
    tw_api.store(api, Ordering::Release);
}
