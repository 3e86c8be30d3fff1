//! Initialize, connect, run, disconnect, delete (api-behaviour.md 2, 4.1).

use std::ffi::{c_char, c_int, c_void};
use std::net::ToSocketAddrs;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

use std::time::Duration;

use libc::pthread_mutex_t;

use super::instance::{self, EndpointArguments, Facade};
use super::objects::{Arguments, Objects};
use super::{config, init_cb, init_cb_t, options, pump, twApi};
use crate::connection::{ConnectOptions, RequestError};
use crate::ffi::connection_info::twConnectionInfo;
use crate::ffi::dict::twDict_Cleanup;
use crate::ffi::errors::{
    TW_ERROR_ALLOCATING_MEMORY, TW_ERROR_CREATING_SSL_CTX, TW_HOST_NOT_FOUND, TW_INVALID_PARAM,
    TW_NULL_OR_INVALID_API_SINGLETON, TW_NULL_OR_INVALID_MSG_HANDLER, TW_OK, TW_UNKNOWN_ERROR,
    TW_WEBSOCKET_MSG_TOO_LARGE, TW_WEBSOCKET_NOT_CONNECTED,
};
use crate::ffi::file_manager::{self, twFileManager_CheckStalledTransfers, twFileManager_Delete};
use crate::ffi::guard::guard;
use crate::ffi::logger::twLogger_Delete;
use crate::ffi::messaging::{eventcb, twMessageHandler, twMessageHandler_CleanupOldMessages};
use crate::ffi::os_port::DATETIME;
use crate::ffi::passwds::twPasswdCallbackFunction;
use crate::ffi::subscribed_props::Manager;
use crate::ffi::tasker::{twTaskFunction, twTasker_CreateTask};
use crate::ffi::tls::client::cipher_set_is_usable;
use crate::ffi::tunnel_manager::{self, twTunnelManager_Delete};
use crate::ffi::{memory, offline_msg_store, shapes, standard_props, text};

/// What this library is compatible with.
const VERSION: &std::ffi::CStr = c"2.2.1";
/// A few functions return the number of the log level "error" (api-behaviour.md 4.1).
const LEVEL_ERROR: c_int = 4;
/// The longest ping text in bytes.
const MAX_PING: usize = 110;

/// The version of the C interface, "2.2.1". The SDK's.
#[unsafe(no_mangle)]
pub extern "C" fn twApi_GetVersion() -> *mut c_char {
    VERSION.as_ptr().cast_mut()
}

/// The version of this library. The SDK's. An addition to the interface.
#[unsafe(no_mangle)]
pub extern "C" fn twedge_version() -> *const c_char {
    const OWN: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    OWN.as_ptr().cast()
}

/// Registers a function that every twApi_Initialize calls first. NULL removes it. Survives twApi_Delete. Returns 0.
///
/// # Safety
/// `twcfg.initCallback` is NULL or what an earlier call of this function has put there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_RegisterInitCallback(cb: init_cb_t, userdata: *mut c_void) -> c_int {
    guard(TW_OK, || {
        let fresh = memory::alloc(init_cb { cb, userdata });
        let old = config::current().initCallback;
        // SAFETY: a field of the configuration.
        config::update(|config| unsafe { (*config).initCallback = fresh });
        // SAFETY: made by an earlier call, and replaced above.
        unsafe { memory::free(old) };
        TW_OK
    })
}

/// Does nothing: stands in `twcfg.initCallback` when no function is registered.
///
/// # Safety
/// The argument is not looked at.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn emptyCallback(_userdata: *mut c_void) {}

/// Writes the versions of the interface, of this library and of TLS to the log, at level WARN.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn twDisplayVersionInformation() {
    guard((), || {
        crate::ffi::logger::install();
        log::warn!(
            "C interface {}, twedge {}, TLS by rustls with ring, no FIPS",
            VERSION.to_string_lossy(),
            env!("CARGO_PKG_VERSION")
        );
    });
}

fn call_init_callback() {
    if config::current().initCallback.is_null() {
        let empty = memory::alloc(init_cb { cb: Some(emptyCallback), userdata: ptr::null_mut() });
        // SAFETY: a field of the configuration.
        config::update(|config| unsafe { (*config).initCallback = empty });
    }
    // SAFETY: not NULL unless there is no memory; what a program or we have put there.
    let registered = config::current().initCallback;
    if registered.is_null() {
        return;
    }
    // SAFETY: as above.
    if let init_cb { cb: Some(function), userdata } = unsafe { registered.read() } {
        // SAFETY: the application's function.
        unsafe { function(userdata) };
    }
}

/// Makes the API object. Must come before everything else; opens no connection and starts no thread. Texts are copied. A second
/// call does nothing. `app_key_function` is asked for the application key at each connect, with a buffer and its size.
/// `messageChunkSize` and `frameSize` in bytes (8192 is usual), `autoreconnect` keeps a connection that was made once.
/// Returns 0, 101 for a missing argument or a chunk size above the frame size, 1004 when the host name cannot be resolved (after the
/// retries of `twcfg`), 1005 when `twcfg.cipher_set` selects nothing, 102.
///
/// # Safety
/// The texts are NULL or C strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_Initialize(
    host: *mut c_char,
    port: u16,
    resource: *mut c_char,
    app_key_function: twPasswdCallbackFunction,
    gatewayName: *mut c_char,
    messageChunkSize: u32,
    frameSize: u16,
    autoreconnect: c_char,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        twDisplayVersionInformation();
        call_init_callback();
        // SAFETY: by contract of this function.
        let (host_name, path) = unsafe { (text::text(host), text::text(resource)) };
        let (Some(host_name), Some(path), Some(_), true) = (host_name, path, app_key_function, port != 0) else {
            return TW_INVALID_PARAM;
        };
        if instance::exists() {
            return TW_OK;
        }
        if messageChunkSize > u32::from(frameSize) || frameSize == 0 {
            log::error!("the message chunk size {messageChunkSize} is above the frame size {frameSize}: lower it");
            return TW_INVALID_PARAM;
        }
        let host_name = host_name.to_string_lossy().into_owned();
        if let Err(code) = check_environment(&host_name, port) {
            return code;
        }
        let arguments = Arguments {
            host,
            port,
            resource,
            key: app_key_function,
            gateway: gatewayName,
            chunk_size: messageChunkSize,
            frame_size: frameSize,
            autoreconnect,
        };
        // SAFETY: by contract of this function.
        let Some(objects) = (unsafe { Objects::create(&arguments) }) else { return TW_ERROR_ALLOCATING_MEMORY };
        config::raise_max_message_size();
        let facade = Facade::new(
            objects,
            EndpointArguments {
                host: host_name,
                port,
                resource: path.to_string_lossy().into_owned(),
                chunk_size: messageChunkSize,
                frame_size: frameSize,
            },
        );
        if !instance::install(&facade) {
            // SAFETY: nobody has seen these objects.
            unsafe { facade.delete_objects() };
            return TW_OK;
        }
        offline_msg_store::adopt(facade.connection());
        facade.refresh_gateway();
        pump::install(&facade);
        if !Manager::start(facade.things().subscribed.clone()) {
            log::error!("there is no memory for the manager of subscribed properties: they cannot be set");
        }
        file_manager::attach();
        tunnel_manager::create_if_enabled();
        TW_OK
    })
}

/// What the original finds out when it makes its WebSocket object: the cipher list, and whether the host name resolves.
fn check_environment(host: &str, port: u16) -> Result<(), c_int> {
    if !cipher_set_is_usable() {
        return Err(TW_ERROR_CREATING_SSL_CTX);
    }
    let mut retries = config::current().connect_retries;
    loop {
        let resolved = (host, port).to_socket_addrs().map(|mut addresses| addresses.next().is_some());
        if resolved.unwrap_or(false) {
            return Ok(());
        }
        log::error!("the host name {host:?} cannot be resolved: check it and the name servers of the device");
        if retries == 0 {
            return Err(TW_HOST_NOT_FOUND);
        }
        retries = if retries > 0 { retries - 1 } else { retries };
        std::thread::sleep(Duration::from_millis(u64::from(config::current().connect_retry_interval)));
    }
}

static DELETING: AtomicBool = AtomicBool::new(false);

/// The right to delete the API object, until dropped.
struct DeletionTurn;

impl DeletionTurn {
    fn take() -> Option<Self> {
        (!DELETING.swap(true, Ordering::AcqRel)).then_some(Self)
    }
}

impl Drop for DeletionTurn {
    fn drop(&mut self) {
        DELETING.store(false, Ordering::Release);
    }
}

/// Disconnects, moves property values that were not sent to disk, frees the API object, the file and tunnel managers and everything registered, and resets the logger. No other thread may be inside the SDK.
/// Returns 0, also without an API object, or 100 when a dictionary or map of the application is still alive.
///
/// # Safety
/// Pointers into the API object are not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_Delete() -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        // A callback of the disconnect below may call this again, and so may another thread: one of them does it.
        let Some(_turn) = DeletionTurn::take() else { return TW_OK };
        let Some(facade) = instance::current().or_else(instance::uninstall) else { return TW_OK };
        facade.connection().disconnect(b"Shutting down");
        facade.connection().stop_connection_attempt();
        twTunnelManager_Delete();
        pump::uninstall();
        facade.connection().shut_down();
        Manager::stop();
        offline_msg_store::delete();
        instance::uninstall();
        super::export(ptr::null_mut());
        // SAFETY: by contract of this function. Without a manager nothing happens.
        unsafe { twFileManager_Delete() };
        standard_props::forget_all();
        shapes::forget_all_names();
        // SAFETY: the connection has been shut down, so that nothing of ours uses the objects; the program must not either.
        unsafe { facade.delete_objects() };
        drop(facade);
        twLogger_Delete();
        // SAFETY: no arguments.
        unsafe { twDict_Cleanup() }
    })
}

/// Connects: opens the connection, authenticates and binds, with up to `retries` attempts (-1 without end, 0 none at all) of
/// `timeout` milliseconds each to open it. Both are kept for automatic reconnects. Returns at once with 0 while another thread connects.
/// Returns 0, 600, 1001 name, TCP, TLS or proxy, 1000 request not written, 201 bad answer to the upgrade, 202 no answer, 1101 key refused,
/// 1114 no answer to AUTH or BIND, otherwise as the platform says.
///
/// # Safety
/// Callbacks run in this call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_Connect(timeout: u32, retries: i16) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let Some(facade) = instance::current() else { return TW_NULL_OR_INVALID_API_SINGLETON };
        config::raise_max_message_size();
        // SAFETY: fields of the API object, written as C would.
        unsafe {
            (*facade.api()).connect_timeout = timeout;
            (*facade.api()).connect_retries = retries;
        }
        let options =
            ConnectOptions { timeout: Duration::from_millis(u64::from(timeout)), retries: i32::from(retries) };
        let connected = facade.connection().connect(options);
        offline_msg_store::show();
        match connected {
            Ok(()) => TW_OK,
            Err(error) => {
                log::error!("{error}");
                c_int::from(error.result())
            }
        }
    })
}

/// Unbinds everything, closes the connection and keeps it closed until the next twApi_Connect. A NULL reason is an empty one.
/// Returns 0, 600.
///
/// # Safety
/// The reason is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_Disconnect(reason: *mut c_char) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let Some(facade) = instance::current() else { return TW_NULL_OR_INVALID_API_SINGLETON };
        // SAFETY: by contract of this function.
        let reason = unsafe { text::bytes(reason) }.unwrap_or_default();
        facade.connection().disconnect(reason);
        TW_OK
    })
}

/// Reads a field of the object that `tw_api` shows now, as it is.
macro_rules! shown {
    ($field:ident, $otherwise:expr) => {{
        let api = super::exported();
        // SAFETY: an API object of the program's or ours, of which C may write single fields meanwhile.
        if api.is_null() { $otherwise } else { unsafe { ptr::addr_of!((*api).$field).read_volatile() } }
    }};
}

/// Whether the connection is open and authenticated. FALSE without an API object, message handler or WebSocket.
#[unsafe(no_mangle)]
pub extern "C" fn twApi_isConnected() -> c_char {
    guard(0, || {
        let ws = super::exported_websocket();
        // SAFETY: a live WebSocket object.
        let is_open = !ws.is_null() && unsafe { ptr::addr_of!((*ws).isConnected).read_volatile() } != 0;
        c_char::from(is_open && shown!(isAuthenticated, 0) != 0)
    })
}

/// Whether a connect call is at work. FALSE without an API object.
#[unsafe(no_mangle)]
pub extern "C" fn twApi_ConnectionInProgress() -> c_char {
    guard(0, || c_char::from(shown!(connectionInProgress, 0) != 0))
}

/// Ends a connect call of another thread after its current step. Returns 0.
#[unsafe(no_mangle)]
pub extern "C" fn twApi_StopConnectionAttempt() -> c_int {
    guard(TW_OK, || {
        if let Some(facade) = instance::current() {
            facade.connection().stop_connection_attempt();
        }
        TW_OK
    })
}

/// The API object, NULL when there is none. The SDK's.
#[unsafe(no_mangle)]
pub extern "C" fn twApi_GetApi() -> *mut twApi {
    super::exported()
}

/// The connection settings, NULL without an API object. The SDK's.
#[unsafe(no_mangle)]
pub extern "C" fn twApi_GetConnectionInfo() -> *mut twConnectionInfo {
    guard(ptr::null_mut(), || shown!(connectionInfo, ptr::null_mut()))
}

/// Whether the platform has accepted the key on this connection. FALSE without an API object.
#[unsafe(no_mangle)]
pub extern "C" fn twApi_GetIsAuthenticated() -> c_char {
    guard(0, || c_char::from(shown!(isAuthenticated, 0) != 0))
}

/// Sets that flag; FALSE stops sending. Returns 0, 4 without an API object.
#[unsafe(no_mangle)]
pub extern "C" fn twApi_SetIsAuthenticated(value: c_char) -> c_int {
    guard(LEVEL_ERROR, || {
        let api = super::exported();
        if api.is_null() {
            return LEVEL_ERROR;
        }
        // SAFETY: an API object of the program's or ours.
        unsafe { ptr::addr_of_mut!((*api).isAuthenticated).write_volatile(c_char::from(value != 0)) };
        TW_OK
    })
}

/// Changes fields of the object that `tw_api` shows, which takes effect at once.
fn set(change: impl FnOnce(*mut twApi)) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let api = super::exported();
        if api.is_null() {
            return TW_NULL_OR_INVALID_API_SINGLETON;
        }
        change(api);
        instance::current();
        TW_OK
    })
}

/// Sets which share of each period is spent online: `duty_cycle` in percent (100 and more: always), `period` in milliseconds (0: no
/// duty cycle). Returns 0, 600.
#[unsafe(no_mangle)]
pub extern "C" fn twApi_SetDutyCycle(duty_cycle: u8, period: u32) -> c_int {
    let duty = duty_cycle.min(100);
    // SAFETY: fields of the API object and of the configuration, written as C would.
    set(|api| unsafe {
        (*api).duty_cycle = duty;
        (*api).duty_cycle_period = period;
        config::update(|config| {
            (*config).duty_cycle = duty;
            (*config).duty_cycle_period = period;
        });
    })
}

/// Sets the interval of pings in milliseconds. Returns 0, 600.
#[unsafe(no_mangle)]
pub extern "C" fn twApi_SetPingRate(rate: u32) -> c_int {
    // SAFETY: a field of the API object, written as C would.
    set(|api| unsafe { (*api).ping_rate = rate })
}

/// Sets the time of one attempt of automatic reconnects, in milliseconds, until the next twApi_Connect. Returns 0, 600.
#[unsafe(no_mangle)]
pub extern "C" fn twApi_SetConnectTimeout(timeout: u32) -> c_int {
    // SAFETY: a field of the API object, written as C would.
    set(|api| unsafe { (*api).connect_timeout = timeout })
}

/// Sets the number of attempts that is kept until the next twApi_Connect. Returns 0, 600.
#[unsafe(no_mangle)]
pub extern "C" fn twApi_SetConnectRetries(retries: i8) -> c_int {
    // SAFETY: a field of the API object, written as C would.
    set(|api| unsafe { (*api).connect_retries = i16::from(retries) })
}

/// Sets the name of the gateway that this device is, sent with every BIND once name and type are set. Copied.
/// Returns 0, 600, 101 for NULL.
///
/// # Safety
/// The name is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_SetGatewayName(input_name: *const c_char) -> c_int {
    // SAFETY: by contract of this function; the field is ours.
    guard(TW_UNKNOWN_ERROR, || set_gateway(input_name, |facade| unsafe { &raw mut (*facade.objects().ws).gatewayName }))
}

/// Sets the type of the gateway that this device is; see twApi_SetGatewayName. Returns 0, 600, 101 for NULL.
///
/// # Safety
/// The type is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_SetGatewayType(input_type: *const c_char) -> c_int {
    // SAFETY: by contract of this function; the field is ours.
    guard(TW_UNKNOWN_ERROR, || set_gateway(input_type, |facade| unsafe { &raw mut (*facade.objects().ws).gatewayType }))
}

fn set_gateway(value: *const c_char, place: impl FnOnce(&Facade) -> *mut *mut c_char) -> c_int {
    let Some(facade) = instance::current() else { return TW_NULL_OR_INVALID_API_SINGLETON };
    if value.is_null() {
        return TW_INVALID_PARAM;
    }
    let place = place(&facade);
    // SAFETY: a text field of one of our objects, and a C string.
    facade.registering(|_| unsafe { Facade::replace_text(place, value) });
    facade.refresh_gateway();
    TW_OK
}

/// Does what is due: delivers events, authenticates and synchronizes, reconnects, keeps the duty cycle. Call it every few
/// milliseconds from one thread, or let twExt_Start, a twThread or the tasker do so. The arguments are not looked at.
///
/// # Safety
/// Callbacks run in this call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_TaskerFunction(_now: DATETIME, _params: *mut c_void) {
    guard((), || {
        if let Some(facade) = instance::current() {
            facade.connection().tick();
            offline_msg_store::show();
        }
        twFileManager_CheckStalledTransfers();
    });
}

/// Runs a function every `runTimeIntervalMsec` milliseconds in the thread of the tasker. Returns the slot, 0 to 4, or 700.
///
/// # Safety
/// The function may be called from another thread.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_CreateTask(runTimeIntervalMsec: u32, func: twTaskFunction) -> c_int {
    // SAFETY: by contract of this function.
    unsafe { twTasker_CreateTask(runTimeIntervalMsec, func) }
}

/// Reports asynchronous requests whose time is up, now. Returns 0, 600.
#[unsafe(no_mangle)]
pub extern "C" fn twApi_CleanupOldMessages() -> c_int {
    guard(TW_UNKNOWN_ERROR, || match instance::current() {
        Some(facade) => {
            facade.connection().report_overdue();
            let handler = super::exported_handler();
            if !handler.is_null() {
                // SAFETY: a handler that the program or we have put there.
                unsafe { twMessageHandler_CleanupOldMessages(handler) };
            }
            TW_OK
        }
        None => TW_NULL_OR_INVALID_API_SINGLETON,
    })
}

/// Sends a ping with a text of up to 110 bytes, NULL for the time of day. Copied. Returns 0, 600, 203 offline, 208 too long.
///
/// # Safety
/// The text is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_SendPing(content: *mut c_char) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let Some(facade) = instance::current() else { return TW_NULL_OR_INVALID_API_SINGLETON };
        // SAFETY: by contract of this function.
        let text = unsafe { text::bytes(content) };
        if text.is_some_and(|text| text.len() > MAX_PING) {
            return TW_WEBSOCKET_MSG_TOO_LARGE;
        }
        match facade.connection().ping(text) {
            Ok(()) => TW_OK,
            Err(RequestError::NotConnected) => TW_WEBSOCKET_NOT_CONNECTED,
            Err(error) => c_int::from(error.result()),
        }
    })
}

/// Puts a callback into the message handler.
fn set_event(place: impl FnOnce(*mut twMessageHandler)) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if super::exported().is_null() {
            return TW_NULL_OR_INVALID_API_SINGLETON;
        }
        let handler = super::exported_handler();
        if handler.is_null() {
            return TW_NULL_OR_INVALID_MSG_HANDLER;
        }
        place(handler);
        TW_OK
    })
}

/// Sets the function that is called when a connection is open, before it is authenticated; NULL clears it. Returns 0, 600.
#[unsafe(no_mangle)]
pub extern "C" fn twApi_RegisterConnectCallback(cb: eventcb) -> c_int {
    // SAFETY: a field of a live handler.
    set_event(|handler| unsafe { (*handler).on_ws_connected = cb })
}

/// Sets the function that is called when a connection has ended, with the reason; NULL clears it. Returns 0, 600.
#[unsafe(no_mangle)]
pub extern "C" fn twApi_RegisterCloseCallback(cb: eventcb) -> c_int {
    // SAFETY: a field of a live handler.
    set_event(|handler| unsafe { (*handler).on_ws_close = cb })
}

/// Sets the function that is called for each ping of the platform, which the SDK has answered; NULL clears it. Returns 0, 600.
#[unsafe(no_mangle)]
pub extern "C" fn twApi_RegisterPingCallback(cb: eventcb) -> c_int {
    // SAFETY: a field of a live handler.
    set_event(|handler| unsafe { (*handler).on_ping = cb })
}

/// Sets the function that is called for each pong; NULL clears it. Either way the SDK stops looking after missing pongs, for
/// good. Returns 0, 600.
#[unsafe(no_mangle)]
pub extern "C" fn twApi_RegisterPongCallback(cb: eventcb) -> c_int {
    // SAFETY: a field of a live handler.
    let code = set_event(|handler| unsafe { (*handler).on_pong = cb });
    if code == TW_OK && !options::pong_watchdog_stays() {
        // SAFETY: a field of the API object, written as C would.
        return set(|api| unsafe { (*api).handle_pongs = 0 });
    }
    code
}

/// Does nothing: stubs belong to debug builds of the original. Returns 0.
#[unsafe(no_mangle)]
pub extern "C" fn twApi_CreateStubs() -> c_int {
    TW_OK
}

/// Does nothing: stubs belong to debug builds of the original. Returns 0.
#[unsafe(no_mangle)]
pub extern "C" fn twApi_DeleteStubs() -> c_int {
    TW_OK
}

/// What stubs a debug build of the original would use: none, NULL as in every release build.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub static twApi_stub: AtomicPtr<c_void> = AtomicPtr::new(ptr::null_mut());

/// Whether stubs are in use. Returns -1 while `twApi_stub` is NULL, else 0.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn twStubs_Use() -> c_int {
    if twApi_stub.load(Ordering::Acquire).is_null() { -1 } else { TW_OK }
}

/// Does nothing: stubs belong to debug builds of the original. Returns 0.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn twStubs_Reset() -> c_int {
    TW_OK
}

/// A delete function for containers that do not own their values: does nothing.
///
/// # Safety
/// The argument is not looked at.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twGenericDoNothingDeletionHandler(_item: *mut c_void) {}

/// The mutex of twApi_Initialize in the original; NULL here, where it needs none.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub static twInitMutex: AtomicPtr<pthread_mutex_t> = AtomicPtr::new(ptr::null_mut());
