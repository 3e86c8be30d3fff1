//! The application behind the connection: C callbacks, called on threads that the application lends.

use std::ffi::{c_char, c_int};
use std::ptr;
use std::sync::{Arc, Weak};

use zeroize::Zeroizing;

use super::instance::Facade;
use super::{bind, events, message_handler, register, subscribed};
use crate::connection::{AppKey, Application, BindEvent, Incoming, Reply};
use crate::ffi::file_manager;
use crate::ffi::messaging::{
    eventcb, msgHandlerOnClose, msgHandlerOnConnect, msgHandlerOnPing, msgHandlerOnPong, twMessageHandler,
};
use crate::ffi::passwds::TW_MAX_PASSWORD_LENGTH;
use crate::ffi::subscribed_props::Manager;
use crate::ffi::websocket::{twWs, ws_data_cb};
use crate::model::{InfoTable, Text};
use crate::things::UpdateObserver;

/// Longest key in bytes; the buffer has one more for the terminator that the callback may have overwritten.
const KEY_BUFFER: usize = TW_MAX_PASSWORD_LENGTH as usize;

/// See the module. The facade owns the connection, which owns this.
pub(super) struct CApplication {
    facade: Weak<Facade>,
}

impl CApplication {
    pub fn new(facade: Weak<Facade>) -> Self {
        Self { facade }
    }

    fn with<T>(&self, act: impl FnOnce(&Arc<Facade>) -> T) -> Option<T> {
        self.facade.upgrade().map(|facade| act(&facade))
    }

    /// Calls one of the four event callbacks: that of the message handler, unless a program has put a function of its own into
    /// the slot of the WebSocket, which is the handler's otherwise.
    fn event(
        &self,
        slot: impl FnOnce(*const twWs) -> ws_data_cb,
        pick: impl FnOnce(*const twMessageHandler) -> eventcb,
        data: &[u8],
        terminated: bool,
    ) {
        self.with(|facade| {
            let handler = super::exported_handler();
            let of_handler = || if handler.is_null() { None } else { pick(handler) };
            let Some(function) = slot(facade.objects().ws).or_else(of_handler) else { return };
            let mut copy = data.to_vec();
            if terminated {
                copy.push(0);
            }
            let pointer = if data.is_empty() && !terminated { ptr::null() } else { copy.as_ptr().cast() };
            // SAFETY: the application's function; the data live until it returns.
            unsafe { function(facade.objects().ws, pointer, data.len()) };
        });
    }
}

/// What is in a slot, if it is none of the message handler's functions.
fn of_program(slot: ws_data_cb, own: unsafe extern "C" fn(*mut twWs, *const c_char, usize) -> c_int) -> ws_data_cb {
    slot.filter(|function| !ptr::fn_addr_eq(*function, own))
}

/// The platform wants a thing synchronized: the next tick does it.
impl UpdateObserver for CApplication {
    fn update_requested(&self, thing: &Text) -> bool {
        self.with(|facade| {
            bind::show_update(facade, thing, true);
            facade.connection().notify_property_update(thing)
        })
        .unwrap_or(true)
    }
}

/// Asks the application for its key.
pub(in crate::ffi) fn ask_key(facade: &Facade) -> AppKey {
    // SAFETY: the struct lives as long as the facade.
    let callback = unsafe { (*facade.objects().ws).api_key_callback };
    let mut buffer = Zeroizing::new(vec![0u8; KEY_BUFFER + 1]);
    if let Some(callback) = callback {
        // SAFETY: the application's function, with a buffer of the size that it is told.
        unsafe { callback(buffer.as_mut_ptr().cast::<c_char>(), KEY_BUFFER as u32) };
    }
    let length = buffer.iter().position(|&byte| byte == 0).unwrap_or(KEY_BUFFER);
    if length == 0 {
        log::warn!("the application key callback has given no key");
    }
    AppKey::new(buffer[..length].to_vec())
}

impl Application for CApplication {
    fn app_key(&self) -> AppKey {
        self.with(|facade| ask_key(facade)).unwrap_or_else(|| AppKey::new(Vec::new()))
    }

    fn bound_names(&self) -> Vec<Text> {
        self.with(|facade| facade.bound_names()).unwrap_or_default()
    }

    fn on_connect(&self) {
        let own = msgHandlerOnConnect as unsafe extern "C" fn(*mut twWs) -> c_int;
        // SAFETY: a slot of a live WebSocket; fields are read at each event, as a program may change them.
        let slot = self.with(|facade| unsafe { (*facade.objects().ws).on_ws_connected });
        if let Some(function) = slot.flatten().filter(|function| !ptr::fn_addr_eq(*function, own)) {
            // SAFETY: the application's function.
            self.with(|facade| unsafe { function(facade.objects().ws) });
            return;
        }
        // SAFETY: a live handler.
        self.event(|_| None, |handler| unsafe { (*handler).on_ws_connected }, &[], false);
    }

    fn on_close(&self, payload: &[u8]) {
        file_manager::link_ended();
        // SAFETY: a live WebSocket and a live handler.
        unsafe {
            let slot = |ws: *const twWs| of_program((*ws).on_ws_close, msgHandlerOnClose);
            self.event(slot, |handler| (*handler).on_ws_close, payload, true);
        }
    }

    fn on_ping(&self, payload: &[u8]) {
        // SAFETY: a live WebSocket and a live handler.
        unsafe {
            let slot = |ws: *const twWs| of_program((*ws).on_ws_ping, msgHandlerOnPing);
            self.event(slot, |handler| (*handler).on_ping, payload, true);
        }
    }

    fn on_pong(&self, payload: &[u8]) {
        // SAFETY: a live WebSocket and a live handler.
        unsafe {
            let slot = |ws: *const twWs| of_program((*ws).on_ws_pong, msgHandlerOnPong);
            self.event(slot, |handler| (*handler).on_pong, payload, true);
        }
    }

    fn on_session(&self) {
        self.with(|facade| {
            if let Some(session) = facade.connection().session_id() {
                // SAFETY: a field of a struct that lives as long as the facade.
                unsafe { ptr::addr_of_mut!((*facade.objects().ws).sessionId).write_volatile(session) };
            }
            facade.things().subscribed.connection_started();
        });
    }

    fn on_bound(&self, event: &BindEvent) {
        self.with(|facade| {
            if !bind::is_quiet() {
                events::call_bind(facade, event);
            }
        });
    }

    fn on_authenticated(&self) {
        self.with(|facade| {
            let key = ask_key(facade);
            events::call_authenticated(&Text::from("appKey"), key.as_bytes());
        });
    }

    fn handle_request(&self, incoming: &Incoming) -> Option<Reply> {
        self.with(|facade| message_handler::answer(facade, incoming))?
    }

    fn update_push_types(&self, thing: &Text, subscriptions: &InfoTable) {
        self.with(|facade| bind::show_update(facade, thing, false));
        self.with(|facade| {
            let applied = facade.things().subscribed.apply_subscriptions(thing, subscriptions);
            register::show_push_settings(facade, thing, &applied.changed);
        });
    }

    fn on_synchronized(&self, thing: &Text, subscriptions: &InfoTable) {
        self.with(|_| {
            if !subscriptions.rows.is_empty() {
                events::call_synchronized(thing, subscriptions);
            }
        });
    }

    fn push(&self, thing: &Text) {
        // Without a manager nothing waits.
        if let Some(manager) = Manager::current() {
            subscribed::push_values(manager.values(), Some(thing), 0);
        }
    }
}
