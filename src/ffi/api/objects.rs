//! The structs that hang off the API object: message handler, WebSocket, TLS client, socket, connection info and the three
//! containers (api-behaviour.md 1.2). Made by Initialize, freed by Delete; the core works without them.

use std::ffi::{c_char, c_int};
use std::sync::atomic::{AtomicI8, Ordering};
use std::{mem, ptr};

use super::mirror::{bindListEntry_Delete, bindListEntry_Parser, deleteCallbackInfo, twCallbackInfoParser};
use super::{api_requesthandler, config, twApi};
use crate::ffi::connection_info::{twConnectionInfo, twConnectionInfo_Delete};
use crate::ffi::default_settings::twConfig;
use crate::ffi::dict::{twDict_Create, twDict_Delete};
use crate::ffi::list::{twList_Create, twList_Delete};
use crate::ffi::messages::compression;
use crate::ffi::messaging::{self, twMessageHandler};
use crate::ffi::os_port::mutex::{twMutex_Create, twMutex_Delete};
use crate::ffi::os_port::twSocket;
use crate::ffi::passwds::twPasswdCallbackFunction;
use crate::ffi::tls::twTlsClient;
use crate::ffi::websocket::twWs;
use crate::ffi::{memory, text};

/// Pointers to all of them; none is NULL.
pub(in crate::ffi) struct Objects {
    pub api: *mut twApi,
    pub handler: *mut twMessageHandler,
    pub ws: *mut twWs,
    pub tls: *mut twTlsClient,
    pub socket: *mut twSocket,
    pub info: *mut twConnectionInfo,
}

/// What Initialize was given.
pub(in crate::ffi) struct Arguments {
    pub host: *const c_char,
    pub port: u16,
    pub resource: *const c_char,
    pub key: twPasswdCallbackFunction,
    pub gateway: *const c_char,
    pub chunk_size: u32,
    pub frame_size: u16,
    pub autoreconnect: c_char,
}

/// Whether a pong has come.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub static receivedPong: AtomicI8 = AtomicI8::new(0);

/// The pong callback that is in place until the application registers one: the watchdog does the work, this notes the pong.
/// Returns 0.
///
/// # Safety
/// The arguments are not looked at.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pong_handler(_ws: *mut twWs, _data: *const c_char, _length: usize) -> c_int {
    receivedPong.store(1, Ordering::Relaxed);
    0
}

/// Zeroed memory for a struct, in which NULL and 0 mean "nothing".
fn zeroed<T>() -> *mut T {
    memory::zeroed(mem::size_of::<T>()).cast()
}

impl Objects {
    /// Makes all of them. `None` when there is no memory.
    ///
    /// # Safety
    /// The texts of `arguments` are NULL or C strings.
    pub unsafe fn create(arguments: &Arguments) -> Option<Self> {
        let ws = zeroed::<twWs>();
        // SAFETY: fresh, and freed after the handler.
        let handler = if ws.is_null() { ptr::null_mut() } else { unsafe { messaging::new_on(ws) } };
        let objects = Self { api: zeroed(), handler, ws, tls: zeroed(), socket: zeroed(), info: zeroed() };
        let missing = objects.api.is_null()
            || objects.handler.is_null()
            || objects.ws.is_null()
            || objects.tls.is_null()
            || objects.socket.is_null()
            || objects.info.is_null();
        if missing {
            // SAFETY: NULL or fresh memory.
            unsafe { objects.free_structs() };
            return None;
        }
        // SAFETY: fresh zeroed structs.
        unsafe {
            objects.fill_api(arguments, &config::current());
            objects.fill_connection(arguments);
        }
        Some(objects)
    }

    /// # Safety
    /// The structs are fresh.
    unsafe fn fill_api(&self, arguments: &Arguments, config: &twConfig) {
        // SAFETY: by contract of this function.
        unsafe {
            let api = &mut *self.api;
            api.mh = self.handler;
            api.callbackList = twDict_Create(Some(deleteCallbackInfo), Some(twCallbackInfoParser));
            api.boundList = twDict_Create(Some(bindListEntry_Delete), Some(bindListEntry_Parser));
            api.bindEventCallbackList = twList_Create(Some(deleteCallbackInfo));
            api.synchronizeStateEventCallbackList = twList_Create(Some(deleteCallbackInfo));
            api.autoreconnect = arguments.autoreconnect;
            api.manuallyDisconnected = 1;
            api.duty_cycle = config.duty_cycle;
            api.duty_cycle_period = config.duty_cycle_period;
            api.mtx = twMutex_Create();
            api.ping_rate = config.ping_rate;
            api.handle_pongs = 1;
            api.connectionInfo = self.info;
            (*self.handler).on_pong = Some(pong_handler);
            (*self.handler).defaultRequestCallback = Some(api_requesthandler);
        }
    }

    /// # Safety
    /// The structs are fresh, the texts NULL or C strings.
    unsafe fn fill_connection(&self, arguments: &Arguments) {
        let copy = |value| {
            // SAFETY: by contract of this function.
            unsafe { text::duplicate(value, usize::MAX) }
        };
        // SAFETY: by contract of this function.
        unsafe {
            let ws = &mut *self.ws;
            ws.connection = self.tls;
            ws.messageChunkSize = arguments.chunk_size;
            ws.frameSize = arguments.frame_size;
            ws.host = copy(arguments.host);
            ws.port = arguments.port;
            ws.resource = copy(arguments.resource);
            ws.api_key_callback = arguments.key;
            ws.gatewayName = copy(arguments.gateway);
            ws.sessionId = u32::MAX;
            let tls = &mut *self.tls;
            tls.connection = self.socket;
            tls.validateCert = 1;
            tls.isEncrypted = 1;
            tls.isEnabled = 1;
            let socket = &mut *self.socket;
            socket.sock = -1;
            socket.host = copy(arguments.host);
            socket.port = arguments.port;
            let info = &mut *self.info;
            info.ws_host = copy(arguments.host);
            info.ws_port = arguments.port;
            info.appkeyFunction = arguments.key;
        }
    }

    /// Frees everything.
    ///
    /// # Safety
    /// Nothing uses the objects any more.
    pub unsafe fn delete(&self) {
        // SAFETY: by contract of this function; all texts are copies of ours.
        unsafe {
            let api = &*self.api;
            twDict_Delete(api.callbackList);
            twDict_Delete(api.boundList);
            twList_Delete(api.bindEventCallbackList);
            twList_Delete(api.synchronizeStateEventCallbackList);
            twMutex_Delete(api.mtx);
            let (ws, socket) = (&*self.ws, &*self.socket);
            for copy in
                [ws.host, ws.resource, ws.gatewayName, ws.gatewayType, socket.host, socket.proxyHost, socket.proxyUser]
            {
                memory::free(copy);
            }
            twConnectionInfo_Delete(self.info.cast());
            self.free_other_structs();
        }
    }

    /// # Safety
    /// Nothing uses the structs any more.
    unsafe fn free_structs(&self) {
        // SAFETY: by contract of this function.
        unsafe {
            self.free_other_structs();
            memory::free(self.info);
        }
    }

    /// All but the connection info.
    ///
    /// # Safety
    /// Nothing uses the structs any more.
    unsafe fn free_other_structs(&self) {
        // SAFETY: by contract of this function.
        unsafe {
            memory::free(self.api);
            messaging::delete_struct(self.handler);
            compression::release(self.ws);
            memory::free(self.ws);
            memory::free(self.tls);
            memory::free(self.socket);
        }
    }
}
