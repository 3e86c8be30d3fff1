//! The HTTP proxy of the main connection (api-behaviour.md 4.2, 8.5). It takes effect with the next connect, whoever asks for that.

use std::ffi::{c_char, c_int};
use std::net::ToSocketAddrs;
use std::sync::Arc;

use super::instance::{self, Facade};
use crate::connection::Endpoint;
use crate::ffi::errors::{TW_INVALID_PARAM, TW_OK, TW_SOCKET_INIT_ERROR, TW_UNKNOWN_ERROR};
use crate::ffi::guard::guard;
use crate::ffi::os_port::{proxy, twSocket};
use crate::ffi::passwds::{secret_of, twPasswdCallbackFunction};
use crate::ffi::text;
use crate::net::dial::Route;
use crate::net::proxy::{Proxy, ProxyUser};

/// Makes the API connect through an HTTP proxy from its next connect on, in place of an earlier one, and closes the connection. Host
/// and user are copied. User (for NTLM `DOMAIN\user`) and callback may be NULL if the proxy asks for nothing; the callback is asked
/// for the password with each connect for which the proxy wants one, on the thread that connects. Tunnels use the proxy too, unless
/// they were given their own. Returns 0, 1001 without an API object or while a program has taken its socket away, 101 for a NULL
/// host, port 0 and a host whose name is not known now: then nothing has changed.
///
/// # Safety
/// The texts are NULL or C strings (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twApi_SetProxyInfo(
    proxyHost: *mut c_char,
    proxyPort: u16,
    proxyUser: *mut c_char,
    proxyPassCallback: twPasswdCallbackFunction,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let Some(facade) = facade_with_socket() else { return TW_SOCKET_INIT_ERROR };
        // SAFETY: by contract of this function.
        let (host, user) = unsafe { (text::text(proxyHost), text::text(proxyUser)) };
        let Some(host) = host.filter(|_| proxyPort != 0) else { return TW_INVALID_PARAM };
        let host = host.to_string_lossy().into_owned();
        if !is_known(&host, proxyPort) {
            return TW_INVALID_PARAM;
        }
        let user = user.filter(|_| proxyPassCallback.is_some()).map(|name| ProxyUser {
            name: name.as_bytes().to_vec(),
            password: Arc::new(move || secret_of(proxyPassCallback)),
        });
        let route = Route::Proxy(Arc::new(Proxy { host, port: proxyPort, user }));
        // SAFETY: by contract of this function.
        unsafe { change(&facade, route, proxyHost, proxyPort, proxyUser, proxyPassCallback) };
        TW_OK
    })
}

/// Makes the API connect to the platform directly from its next connect on, and closes the connection. Returns 0, also when no proxy
/// was set, 1001 without an API object or while a program has taken its socket away, 101 when the name of the platform's host is not
/// known now: then nothing has changed.
#[unsafe(no_mangle)]
pub extern "C" fn twApi_ClearProxyInfo() -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        let Some(facade) = facade_with_socket() else { return TW_SOCKET_INIT_ERROR };
        let Endpoint { host, port, .. } = facade.connection().endpoint();
        if !is_known(&host, port) {
            return TW_INVALID_PARAM;
        }
        // SAFETY: no texts.
        unsafe { change(&facade, Route::Direct, std::ptr::null(), 0, std::ptr::null(), None) };
        TW_OK
    })
}

/// Whether a socket is the one of the API object.
pub(in crate::ffi) fn is_socket_of_api(socket: *mut twSocket) -> bool {
    !socket.is_null() && instance::current().is_some_and(|facade| facade.objects().socket == socket)
}

/// The API object, if C has left its chain of structs down to the socket in place.
fn facade_with_socket() -> Option<Arc<Facade>> {
    let facade = instance::current()?;
    // SAFETY: pointers that C has put there, or ours.
    let socket = unsafe {
        let handler = (*facade.api()).mh.as_ref()?;
        handler.ws.as_ref()?.connection.as_ref()?.connection
    };
    (!socket.is_null()).then_some(facade)
}

fn is_known(host: &str, port: u16) -> bool {
    let known = (host, port).to_socket_addrs().is_ok_and(|mut addresses| addresses.next().is_some());
    if !known {
        log::error!("the host name {host:?} cannot be resolved: check it and the name servers of the device");
    }
    known
}

/// Changes the way to the platform, and shows that in the visible structs.
///
/// # Safety
/// The texts are NULL or C strings.
unsafe fn change(
    facade: &Facade,
    route: Route,
    host: *const c_char,
    port: u16,
    user: *const c_char,
    callback: twPasswdCallbackFunction,
) {
    facade.set_route(route);
    facade.registering(|_| {
        let info = facade.objects().info;
        // SAFETY: by contract of this function; the structs live as long as the facade.
        unsafe {
            Facade::replace_text(&raw mut (*info).proxy_host, host);
            Facade::replace_text(&raw mut (*info).proxy_user, user);
            (*info).proxy_port = port;
            (*info).proxy_pwd = callback;
            proxy::store(facade.objects().socket, host, port, user, callback);
        }
    });
    // After the change, so that a reconnect goes the new way; the close callback runs in here.
    facade.connection().close(1000, b"Proxy changed");
}
