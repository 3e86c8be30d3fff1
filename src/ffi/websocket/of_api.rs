//! The WebSocket of the API object: it shows the connection that the library keeps, and calls for it act on that.

use std::ffi::c_int;
use std::time::{Duration, Instant};

use super::twWs;
use crate::connection::{ConnectOptions, RequestError, Work};
use crate::ffi::api::instance::{self, Facade};
use crate::ffi::errors::{TW_ERROR_WRITING_TO_WEBSOCKET, TW_OK, TW_WEBSOCKET_NOT_CONNECTED};

/// One attempt to connect, unless there is a link.
pub(super) fn connect(facade: &Facade, timeout: Duration) -> c_int {
    if facade.connection().has_link() {
        return TW_OK;
    }
    match facade.connection().connect(ConnectOptions { timeout, retries: 1 }) {
        Ok(()) => TW_OK,
        Err(error) => {
            log::error!("{error}");
            c_int::from(error.result())
        }
    }
}

/// Waits for a message.
pub(super) fn receive(facade: &Facade, deadline: Instant) -> c_int {
    if !facade.connection().has_link() {
        return TW_WEBSOCKET_NOT_CONNECTED;
    }
    facade.connection().wait_for_work(Work::Handler, deadline, &|| facade.connection().has_link());
    TW_OK
}

fn code_of(result: Result<(), RequestError>) -> c_int {
    match result {
        Ok(()) => TW_OK,
        Err(RequestError::NotConnected | RequestError::Forked) => TW_WEBSOCKET_NOT_CONNECTED,
        Err(error) => {
            log::warn!("nothing was sent over the WebSocket: {error}");
            TW_ERROR_WRITING_TO_WEBSOCKET
        }
    }
}

pub(super) fn send(facade: &Facade, message: &[u8], is_text: bool) -> c_int {
    if is_text {
        log::error!(
            "the platform understands binary messages only: text is not sent over the WebSocket of the API object"
        );
        return TW_ERROR_WRITING_TO_WEBSOCKET;
    }
    code_of(facade.connection().send_encoded(vec![message.to_vec()]))
}

pub(super) fn control(facade: &Facade, is_ping: bool, text: &[u8]) -> c_int {
    match is_ping {
        true => code_of(facade.connection().ping(Some(text))),
        false => code_of(facade.connection().pong(text)),
    }
}

/// Says that a callback for messages is not called.
pub(super) fn warn_of_messages(ws: *const twWs) {
    if instance::of_websocket(ws).is_some() {
        log::warn!(
            "a callback for the messages of the API's WebSocket is not called: register handlers for properties and services, or \
             one with twApi_RegisterDefaultRequestHandler"
        );
    }
}
