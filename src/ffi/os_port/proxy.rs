//! The proxy of a plain socket (api-behaviour.md 4.2, 8.5).

use std::ffi::{CStr, c_char, c_int};

use super::socket::{look_up, twSocket_Close};
use super::twSocket;
use crate::ffi::errors::{TW_INVALID_PARAM, TW_OK, TW_SOCKET_INIT_ERROR};
use crate::ffi::guard::guard;
use crate::ffi::passwds::twPasswdCallbackFunction;
use crate::ffi::{api, memory, text};

/// Makes a socket connect through an HTTP proxy from its next connect on, in place of an earlier one, and closes it. Host and user
/// are copied. User and callback may be NULL if the proxy asks for nothing; the callback is asked for the password with each connect
/// for which the proxy wants one, on the thread that connects. For the API's own socket this is `twApi_SetProxyInfo`.
/// Returns 0, 1001 for a NULL socket, 101 for a NULL host, port 0 and a host whose name is not known now: then nothing has changed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twSocket_SetProxyInfo(
    s: *mut twSocket,
    proxyHost: *mut c_char,
    proxyPort: u16,
    proxyUser: *mut c_char,
    passwdCallbackFunction: twPasswdCallbackFunction,
) -> c_int {
    guard(TW_SOCKET_INIT_ERROR, || {
        if api::is_socket_of_api(s) {
            // SAFETY: the caller's texts.
            return unsafe { api::twApi_SetProxyInfo(proxyHost, proxyPort, proxyUser, passwdCallbackFunction) };
        }
        // SAFETY: the caller's socket is NULL or valid, and not used by another thread meanwhile.
        let Some(socket) = (unsafe { s.as_mut() }) else { return TW_SOCKET_INIT_ERROR };
        if proxyHost.is_null() || proxyPort == 0 {
            return TW_INVALID_PARAM;
        }
        // SAFETY: texts of the caller and of the socket, which are copied and freed.
        unsafe {
            if *proxyHost == 0 || !look_up(socket, proxyHost, proxyPort) {
                log::error!(
                    "the proxy {:?} is not known: check its name and the DNS settings",
                    CStr::from_ptr(proxyHost)
                );
                return TW_INVALID_PARAM;
            }
            twSocket_Close(s);
            store(s, proxyHost, proxyPort, proxyUser, passwdCallbackFunction);
        }
        TW_OK
    })
}

/// Makes a socket connect to its host directly from its next connect on, and closes it. For the API's own socket this is
/// `twApi_ClearProxyInfo`. Returns 0, also when no proxy was set, 1001 for a NULL socket, 101 when the name of the socket's host is
/// not known now: then nothing has changed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twSocket_ClearProxyInfo(s: *mut twSocket) -> c_int {
    guard(TW_SOCKET_INIT_ERROR, || {
        if api::is_socket_of_api(s) {
            return api::twApi_ClearProxyInfo();
        }
        // SAFETY: the caller's socket is NULL or valid, and not used by another thread meanwhile.
        let Some(socket) = (unsafe { s.as_mut() }) else { return TW_SOCKET_INIT_ERROR };
        // SAFETY: texts of the socket, which are freed.
        unsafe {
            if socket.host.is_null() || *socket.host == 0 || !look_up(socket, socket.host, socket.port) {
                log::error!("the socket's own host is not known: the proxy stays set");
                return TW_INVALID_PARAM;
            }
            twSocket_Close(s);
            store(s, std::ptr::null(), 0, std::ptr::null(), None);
        }
        TW_OK
    })
}

/// Writes the four fields of a socket, with copies.
///
/// # Safety
/// The socket is valid, its texts are from the allocator, the new ones NULL or C strings.
pub(in crate::ffi) unsafe fn store(
    s: *mut twSocket,
    host: *const c_char,
    port: u16,
    user: *const c_char,
    callback: twPasswdCallbackFunction,
) {
    // SAFETY: by contract of this function. Copied before the old ones are freed: they may be the same.
    unsafe {
        let copies = [host, user].map(|value| text::duplicate(value, usize::MAX));
        memory::free(std::mem::replace(&mut (*s).proxyHost, copies[0]));
        memory::free(std::mem::replace(&mut (*s).proxyUser, copies[1]));
        (*s).proxyPort = port;
        (*s).proxyPassCallback = callback;
    }
}
