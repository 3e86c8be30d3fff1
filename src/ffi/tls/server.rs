//! The server's end of TLS, on a socket that a program has accepted.

use std::ffi::c_int;
use std::ptr;
use std::sync::Arc;

use super::client;
use super::session::{Role, Session};
use super::twTlsClient;
use crate::ffi::errors::{TW_OK, TW_SOCKET_INIT_ERROR};
use crate::ffi::guard::guard;
use crate::ffi::os_port::{OPEN, socket};
use crate::ffi::slot;

/// What a call that names no client returns.
const FAILED: c_int = -1;
/// A handshake that failed gives the number of the log level "error" (api-behaviour.md 8.4).
const LEVEL_ERROR: c_int = 4;

/// Makes a client the server's end of the connection that its socket holds: `t->connection` with the descriptor of an accepted
/// connection in `sock`, and `state` OPEN. Certificate and key must have been loaded. `twTlsServer_Accept` makes the handshake.
/// Returns 0, -1 for NULL, 1001 without connection, certificate or key, and for the client of the API object.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTlsServer_Create(t: *mut twTlsClient) -> c_int {
    guard(TW_SOCKET_INIT_ERROR, || {
        if t.is_null() {
            return FAILED;
        }
        // SAFETY: the caller's client.
        match unsafe { create(t) } {
            Ok(()) => TW_OK,
            Err(reason) => {
                log::error!("twTlsServer_Create: {reason}");
                TW_SOCKET_INIT_ERROR
            }
        }
    })
}

/// # Safety
/// `t` is a client.
unsafe fn create(t: *mut twTlsClient) -> Result<(), String> {
    if client::is_of_api(t) {
        return Err("the client of the API object is no server".to_owned());
    }
    // SAFETY: by contract of this function, and no mirror.
    unsafe {
        let descriptor = (*t).connection.as_ref().filter(|socket| socket.state == OPEN).map(|socket| socket.sock);
        let descriptor = descriptor.ok_or("the socket is not open: accept a connection first")?;
        let config = client::options(t).server_config().map_err(|error| error.to_string())?;
        let config = config.ok_or("load a certificate and its key first")?;
        let session = Session::new(descriptor, Role::Server(config)).map_err(|error| error.to_string())?;
        slot::replace(ptr::addr_of_mut!((*t).ssl), Some(Arc::new(session)));
    }
    Ok(())
}

/// Makes the handshake of a server, within `twcfg.connect_timeout`. Afterwards the client reads and writes. Blocks. Returns 0, -1
/// for NULL, 1001 without `twTlsServer_Create`, 4 when the handshake fails.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTlsServer_Accept(t: *mut twTlsClient) -> c_int {
    guard(LEVEL_ERROR, || {
        if t.is_null() {
            return FAILED;
        }
        // SAFETY: the caller's client; the session of a mirror is NULL.
        let Some(session) = (unsafe { client::session(t) }) else { return TW_SOCKET_INIT_ERROR };
        match session.handshake(socket::connect_deadline()) {
            Ok(()) => TW_OK,
            Err(error) => {
                log::error!("twTlsServer_Accept: {error}");
                LEVEL_ERROR
            }
        }
    })
}
