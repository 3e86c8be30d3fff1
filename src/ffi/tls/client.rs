//! TLS clients that programs make for themselves: a socket of theirs, settings, and a session on it.
//!
//! The struct is the state: a handshake looks at the flags and fields that it finds there. What C has no form for, loaded
//! certificates and keys, is behind `ctx`; the session is behind `ssl`. The client of the API object is no such thing: it shows
//! the API's settings, and calls for it set them.

use std::ffi::{c_char, c_int, c_void};
use std::ptr;
use std::slice;
use std::sync::atomic::AtomicPtr;
use std::sync::{Arc, Mutex};

use std::time::{Duration, Instant};

use libc::pthread_mutex_t;

use super::session::{Role, Session};
use super::{TW_SUBJECT_CN, settings, twTlsClient};
use crate::ffi::errors::{
    TW_ERROR_ALLOCATING_MEMORY, TW_ERROR_CREATING_SSL_CTX, TW_HOST_NOT_FOUND, TW_INVALID_PARAM, TW_INVALID_SSL_CERT,
    TW_OK, TW_SOCKET_INIT_ERROR, TW_SOCKET_NOT_FOUND, TW_UNKNOWN_ERROR,
};
use crate::ffi::guard::guard;
use crate::ffi::os_port::mutex::{twMutex_Create, twMutex_Delete};
use crate::ffi::os_port::socket::{self, twSocket_Close, twSocket_Create, twSocket_Delete};
use crate::ffi::os_port::{OPEN, twSocket};
use crate::ffi::work::locked;
use crate::ffi::{api, memory, slot, text};
use crate::net::tls::{Anchors, Identity, TlsOptions, X509Fields, cipher_text_selects_nothing};
use crate::net::transport::TransportError;

/// What a call that names no client, or cannot read or write, returns.
const FAILED: c_int = -1;
/// How many fields of a certificate can be prescribed.
pub(super) const FIELDS: usize = 6;

/// What was loaded into a client.
#[derive(Default)]
pub(super) struct Context {
    pub anchors: Mutex<Anchors>,
    pub identity: Mutex<Identity>,
}

/// What was loaded into a client, made when it is missing.
///
/// # Safety
/// `t` is a client that is no mirror.
pub(super) unsafe fn context(t: *mut twTlsClient) -> Arc<Context> {
    // SAFETY: by contract of this function; the field holds contexts only.
    unsafe {
        let field = ptr::addr_of_mut!((*t).ctx);
        slot::get(field).unwrap_or_else(|| {
            let fresh = Arc::new(Context::default());
            slot::replace(field, Some(Arc::clone(&fresh)));
            fresh
        })
    }
}

/// # Safety
/// `t` is a client that is no mirror.
pub(in crate::ffi) unsafe fn session(t: *mut twTlsClient) -> Option<Arc<Session>> {
    // SAFETY: by contract of this function; the field holds sessions only.
    unsafe { slot::get(ptr::addr_of!((*t).ssl)) }
}

/// Whether the client of that address belongs to the API object.
pub(super) fn is_of_api(t: *const twTlsClient) -> bool {
    api::instance::of_tls_client(t).is_some()
}

/// False when `twcfg.cipher_set` is a text that selects no cipher suite, which is logged.
pub(in crate::ffi) fn cipher_set_is_usable() -> bool {
    // SAFETY: a C string of the program, or NULL; read at this moment as the specification says.
    let Some(ciphers) = (unsafe { text::bytes(api::current_config().cipher_set) }) else { return true };
    let ciphers = String::from_utf8_lossy(ciphers);
    if cipher_text_selects_nothing(&ciphers) {
        log::error!("twcfg.cipher_set selects no cipher suite: {ciphers:?}");
        return false;
    }
    true
}

/// NULL: making a client needs no lock. A program may put a mutex of its own there.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub static tlsClientCreate_Mutex: AtomicPtr<pthread_mutex_t> = AtomicPtr::new(ptr::null_mut());

/// Makes a client for a host and port, whose name is looked up now; it is not connected, and nothing is loaded into it. The
/// host is copied, `options` is only kept. The client is given to the caller through `client`, for `twTlsClient_Delete`.
/// Blocks for the look-up. Returns 0, 101 for a NULL host or client, 1004 when the name is not known, 1005 when
/// `twcfg.cipher_set` selects nothing, 102; then `*client` is left alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTlsClient_Create(
    host: *const c_char,
    port: i16,
    options: u32,
    client: *mut *mut twTlsClient,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if host.is_null() || client.is_null() {
            return TW_INVALID_PARAM;
        }
        if !cipher_set_is_usable() {
            return TW_ERROR_CREATING_SSL_CTX;
        }
        // SAFETY: the caller's host and place.
        unsafe {
            let connection = twSocket_Create(host, port, options);
            if connection.is_null() {
                return TW_HOST_NOT_FOUND;
            }
            let made = new_client(connection, options);
            if made.is_null() {
                twSocket_Delete(connection);
                return TW_ERROR_ALLOCATING_MEMORY;
            }
            client.write(made);
        }
        TW_OK
    })
}

fn new_client(connection: *mut twSocket, options: u32) -> *mut twTlsClient {
    let made = memory::alloc(twTlsClient {
        connection,
        ctx: ptr::null_mut(),
        ssl: ptr::null_mut(),
        options,
        x509_data: memory::zeroed(FIELDS * size_of::<*mut c_char>()).cast(),
        keypasswdCallback: None,
        read_buf: ptr::null_mut(),
        selfSignedOk: 0,
        validateCert: 1,
        isEncrypted: 1,
        isEnabled: 1,
        mtx: twMutex_Create(),
    });
    if !made.is_null() {
        // SAFETY: a client of ours.
        unsafe { context(made) };
    }
    made
}

/// What a handshake works with: what was loaded, and the fields as they are now.
///
/// # Safety
/// `t` is a client that is no mirror.
pub(super) unsafe fn options(t: *mut twTlsClient) -> TlsOptions {
    // SAFETY: by contract of this function.
    unsafe {
        let context = context(t);
        TlsOptions {
            anchors: locked(&context.anchors).clone(),
            self_signed_ok: (*t).selfSignedOk != 0,
            validate: (*t).validateCert != 0,
            check_host_name: api::current_config().enable_tls_hostname_validation != 0,
            fields: prescribed(t),
            identity: locked(&context.identity).clone(),
        }
    }
}

/// # Safety
/// As for [`options`].
unsafe fn prescribed(t: *mut twTlsClient) -> X509Fields {
    // SAFETY: by contract of this function; the texts are C strings or NULL.
    unsafe {
        let texts: &[*mut c_char] = match (*t).x509_data.is_null() {
            true => &[],
            false => slice::from_raw_parts((*t).x509_data, FIELDS),
        };
        let field = |index: c_int| {
            let text = usize::try_from(index).ok().and_then(|index| texts.get(index).copied());
            text::bytes(text.unwrap_or(ptr::null_mut())).map(<[u8]>::to_vec)
        };
        X509Fields {
            subject_cn: field(TW_SUBJECT_CN),
            subject_o: field(super::TW_SUBJECT_O),
            subject_ou: field(super::TW_SUBJECT_OU),
            issuer_cn: field(super::TW_ISSUER_CN),
            issuer_o: field(super::TW_ISSUER_O),
            issuer_ou: field(super::TW_ISSUER_OU),
        }
    }
}

/// The host that the client connects to.
///
/// # Safety
/// As for [`options`]; the socket is NULL or valid.
unsafe fn host(t: *mut twTlsClient) -> String {
    // SAFETY: by contract of this function.
    let host = unsafe { (*t).connection.as_ref().and_then(|socket| text::bytes(socket.host)) };
    String::from_utf8_lossy(host.unwrap_or_default()).into_owned()
}

/// Connects with the results of `twTlsClient_Connect`. A client that is connected stays so.
///
/// # Safety
/// As for [`host`].
unsafe fn connect(t: *mut twTlsClient, deadline: Instant) -> c_int {
    // SAFETY: by contract of this function.
    unsafe {
        let socket = (*t).connection;
        if socket.is_null() {
            return TW_SOCKET_INIT_ERROR;
        }
        if (*socket).state == OPEN && session(t).is_some() {
            return TW_OK;
        }
        slot::replace::<Session, _>(ptr::addr_of_mut!((*t).ssl), None);
        if socket::connect_until(socket, deadline) != TW_OK {
            log::error!("no connection to {:?} port {}", host(t), (*socket).port);
            return TW_SOCKET_INIT_ERROR;
        }
        match open(t, (*socket).sock, deadline) {
            Ok(session) => {
                slot::replace(ptr::addr_of_mut!((*t).ssl), Some(Arc::new(session)));
                TW_OK
            }
            Err((code, reason)) => {
                log::error!("the connection to {:?} failed: {reason}", host(t));
                twSocket_Close(socket);
                code
            }
        }
    }
}

/// Starts a session on a connected socket.
///
/// # Safety
/// As for [`host`].
unsafe fn open(t: *mut twTlsClient, descriptor: c_int, deadline: Instant) -> Result<Session, (c_int, String)> {
    let failed = |reason: String| (TW_SOCKET_INIT_ERROR, reason);
    // SAFETY: by contract of this function.
    let (is_encrypted, options, host) = unsafe { ((*t).isEncrypted != 0 && (*t).isEnabled != 0, options(t), host(t)) };
    let role = match is_encrypted {
        true => Role::Client(options.client_config().map_err(|error| failed(error.to_string()))?, &host),
        false => Role::Plain,
    };
    let session = Session::new(descriptor, role).and_then(|session| session.handshake(deadline).map(|()| session));
    session.map_err(|error| match error {
        TransportError::Certificate(rejected) => (TW_INVALID_SSL_CERT, rejected.to_string()),
        other => failed(other.to_string()),
    })
}

/// Connects and makes the TLS handshake, unless the client is connected: with a proxy set, through that. The socket, and then
/// the handshake, have `twcfg.connect_timeout`. After a failure the socket is closed. For the client of the API object see
/// twApi_Connect: here it is only said whether it is connected.
/// Blocks. Returns 0, -1 for NULL, 1001 name, socket, proxy or handshake, 1002 certificate or a field of it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTlsClient_Connect(t: *mut twTlsClient) -> c_int {
    guard(TW_SOCKET_INIT_ERROR, || {
        if t.is_null() {
            return FAILED;
        }
        if let Some(facade) = api::instance::of_tls_client(t) {
            if facade.connection().has_link() {
                return TW_OK;
            }
            log::error!("the TLS client of the API object is connected by twApi_Connect");
            return TW_SOCKET_INIT_ERROR;
        }
        // SAFETY: the caller's client.
        unsafe { connect(t, socket::connect_deadline()) }
    })
}

/// As `twTlsClient_Connect`: there is no resumption of sessions, every connection checks the certificate anew. The session is
/// not looked at.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTlsClient_ConnectSession(
    t: *mut twTlsClient,
    sessionId: *mut c_void,
    sessionLength: c_int,
) -> c_int {
    let _ = (sessionId, sessionLength);
    // SAFETY: the caller's client.
    unsafe { twTlsClient_Connect(t) }
}

/// Closes the client, looks the host up, which may be another one and is copied, and connects. A proxy that is set stays set.
/// Blocks. Returns 0, 101 for NULL, 1003 when the name is not known: then the client is closed and can connect to its old host;
/// otherwise as `twTlsClient_Connect`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTlsClient_Reconnect(t: *mut twTlsClient, host: *const c_char, port: i16) -> c_int {
    guard(TW_SOCKET_INIT_ERROR, || {
        if t.is_null() || host.is_null() {
            return TW_INVALID_PARAM;
        }
        if is_of_api(t) {
            log::error!("the TLS client of the API object is connected by twApi_Connect");
            return TW_SOCKET_INIT_ERROR;
        }
        // SAFETY: the caller's client and host.
        unsafe { reconnect(t, host, port as u16, socket::connect_deadline()) }
    })
}

/// The same with a deadline, for a client that is no mirror.
///
/// # Safety
/// As for [`host`]; the host is a C string.
pub(in crate::ffi) unsafe fn reconnect(
    t: *mut twTlsClient,
    host: *const c_char,
    port: u16,
    deadline: Instant,
) -> c_int {
    // SAFETY: by contract of this function.
    unsafe {
        close(t);
        if !socket::retarget((*t).connection, host, port) {
            return TW_SOCKET_NOT_FOUND;
        }
        connect(t, deadline)
    }
}

/// Ends the session and closes the socket.
///
/// # Safety
/// As for [`host`].
pub(in crate::ffi) unsafe fn close(t: *mut twTlsClient) {
    // SAFETY: by contract of this function.
    unsafe {
        if let Some(session) = slot::replace::<Session, _>(ptr::addr_of_mut!((*t).ssl), None) {
            session.close();
        }
        twSocket_Close((*t).connection);
    }
}

/// Ends TLS in order and closes the connection; a thread that reads or writes returns with -1. The client can connect again. On the client of
/// the API object the link to the platform is closed. Returns 0, also when it is not connected, 101 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTlsClient_Close(t: *mut twTlsClient) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if t.is_null() {
            return TW_INVALID_PARAM;
        }
        match api::instance::of_tls_client(t) {
            Some(facade) => _ = facade.connection().close(1000, b"TLS client closed"),
            // SAFETY: the caller's client.
            None => unsafe { close(t) },
        }
        TW_OK
    })
}

/// Closes and frees a client with its socket. The client of the API object is left to twApi_Delete. Returns 0, 101 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTlsClient_Delete(t: *mut twTlsClient) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if t.is_null() {
            return TW_INVALID_PARAM;
        }
        if is_of_api(t) {
            log::error!("the TLS client of the API object is deleted by twApi_Delete");
            return TW_OK;
        }
        // SAFETY: a client that the caller gives up.
        unsafe {
            close(t);
            slot::replace::<Context, _>(ptr::addr_of_mut!((*t).ctx), None);
            if !(*t).connection.is_null() {
                twSocket_Delete((*t).connection);
            }
            settings::free_fields(t);
            memory::free((*t).read_buf);
            twMutex_Delete((*t).mtx);
            memory::free(t);
        }
        TW_OK
    })
}

/// The session of a client that can read and write; `None` is logged for the client of the API object.
///
/// # Safety
/// `t` is NULL or a client.
unsafe fn open_session(t: *mut twTlsClient) -> Option<Arc<Session>> {
    if t.is_null() {
        return None;
    }
    if is_of_api(t) {
        log::error!("the connection of the API object cannot be read or written from outside");
        return None;
    }
    // SAFETY: by contract of this function.
    unsafe { session(t) }
}

/// Reads up to `len` bytes, decrypted, into `buf`, waiting up to `timeout` milliseconds for the first. Their number; 0 when
/// the time is up; -1 for NULL, on an error, and when the peer has ended the connection or there is none. One thread may read
/// while another one writes. The client of the API object cannot be read: -1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTlsClient_Read(t: *mut twTlsClient, buf: *mut c_char, len: c_int, timeout: c_int) -> c_int {
    guard(FAILED, || {
        let Ok(room) = usize::try_from(len) else { return FAILED };
        // SAFETY: the caller's client and buffer.
        unsafe {
            let Some(session) = open_session(t).filter(|_| !buf.is_null()) else { return FAILED };
            let patience = Duration::from_millis(u64::try_from(timeout).unwrap_or(0));
            let buffer = slice::from_raw_parts_mut(buf.cast::<u8>(), room);
            match session.read(buffer, Instant::now() + patience) {
                Ok(count) => c_int::try_from(count).unwrap_or(FAILED),
                Err(error) => {
                    log::debug!("reading from {:?}: {error}", host(t));
                    FAILED
                }
            }
        }
    })
}

/// Encrypts and sends `len` bytes, waiting as long as it takes (`timeout` has no effect). Their number, or -1 for NULL, on an
/// error, and when there is no connection. The client of the API object cannot be written: -1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTlsClient_Write(t: *mut twTlsClient, buf: *mut c_char, len: c_int, timeout: c_int) -> c_int {
    let _ = timeout;
    guard(FAILED, || {
        let Ok(length) = usize::try_from(len) else { return FAILED };
        // SAFETY: the caller's client and bytes.
        unsafe {
            let Some(session) = open_session(t).filter(|_| !buf.is_null()) else { return FAILED };
            match session.submit(memory::slice(buf, length)).and_then(|()| session.drain()) {
                Ok(()) => len,
                Err(error) => {
                    log::debug!("writing to {:?}: {error}", host(t));
                    FAILED
                }
            }
        }
    })
}

/// Judges the certificate that the server has shown by the settings of the client as they are now. Returns 0 when it passes, for
/// NULL, and when nothing is to be validated (no encryption, validation switched off); 1002 when it does not pass, or there is none because
/// the client is not connected. On the client of the API object: the certificate of the link, which was judged when it was
/// opened.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTlsClient_ValidateCert(t: *mut twTlsClient) -> c_int {
    guard(TW_INVALID_SSL_CERT, || {
        // SAFETY: the caller's client.
        let Some(client) = (unsafe { t.as_ref() }) else { return TW_OK };
        if client.isEncrypted == 0 || client.isEnabled == 0 || client.validateCert == 0 {
            return TW_OK;
        }
        if let Some(facade) = api::instance::of_tls_client(t) {
            return if facade.connection().has_link() { TW_OK } else { TW_INVALID_SSL_CERT };
        }
        // SAFETY: as above.
        let (shown, options, host) = unsafe {
            let shown = session(t).map(|session| session.peer_certificates());
            (shown.unwrap_or_default(), options(t), host(t))
        };
        match options.judge(&shown, &host) {
            Ok(()) => TW_OK,
            Err(rejected) => {
                log::error!("twTlsClient_ValidateCert: {rejected}");
                TW_INVALID_SSL_CERT
            }
        }
    })
}

/// Whether the client encrypts: 1 from the start, 0 after `twTlsClient_DisableEncryption`; 101 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTlsClient_IsEncrypted(t: *mut twTlsClient) -> c_int {
    // SAFETY: the caller's client.
    unsafe { t.as_ref() }.map_or(TW_INVALID_PARAM, |client| c_int::from(client.isEncrypted))
}

/// The session to be given to `twTlsClient_ConnectSession`: NULL, there is no resumption of sessions.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twTlsClient_GetSessionId(t: *mut twTlsClient) -> *mut c_void {
    let _ = t;
    ptr::null_mut()
}
