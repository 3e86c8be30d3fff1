//! `twHttpProxy.h`: HTTP proxy connection.
//!
//! The exchange itself is the core's (`net::proxy`); here it is driven on a blocking socket of the port.

use std::ffi::{c_char, c_int, c_void};
use std::time::Instant;

use zeroize::Zeroizing;

use super::errors::{TW_INVALID_PARAM, TW_OK};
use super::guard::guard;
use super::os_port::socket::{connect_deadline, connect_tcp, twSocket_Close, twSocket_Write, wait};
use super::os_port::{CLOSED, OPEN, errno, twSocket};
use super::passwds::secret_of;
use super::{memory, text};
use crate::net::proxy::{
    Challenge, ConnectRequest, Credentials, DigestChallenge, Handshake, Progress, Proxy, ProxyError, ProxyUser,
    parse_challenges,
};

/// The schemes that are known, the preferred one first.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub static mut supportAuthTypes: [*mut c_char; 3] =
    [c"NTLM".as_ptr().cast_mut(), c"Digest".as_ptr().cast_mut(), c"Basic".as_ptr().cast_mut()];

/// What a header with credentials begins with.
const HEADER: &[u8] = b"Proxy-Authorization:";
/// Bytes read at once.
const READ_SIZE: usize = 4096;

/// Has the proxy, to which the socket is connected, connect it to the socket's `host` and `port`: one CONNECT request and its answer,
/// for at most `twcfg.connect_timeout`. If the proxy asks for credentials, the socket is connected to it again, and the request
/// repeated once with NTLM, Digest or Basic credentials of `proxyUser` and `proxyPassCallback`. `authCredentials` is NULL, or the
/// text (or the whole line) of a `Proxy-Authorization` header to be sent at once, in which case the proxy is not asked twice.
///
/// Returns 0; 101 for a NULL socket; 1000 when the request cannot be written (the socket is not open); 1006 when the proxy refuses, or
/// refuses the credentials; 1007 without an answer; 1008 when the answer ends early; 1009 when credentials are wanted and user or
/// callback are missing; 1010 when no scheme of the proxy is known; errno when it cannot be connected again. The socket stays as it is
/// then: to be closed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn connectToProxy(s: *mut twSocket, authCredentials: *mut c_char) -> c_int {
    guard(TW_INVALID_PARAM, || {
        if s.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: by contract a valid socket that no other thread uses, and a C string or NULL.
        unsafe { connect(s, text::bytes(authCredentials), connect_deadline()) }
    })
}

/// See [`connectToProxy`].
///
/// # Safety
/// The socket is valid, and no other thread uses it.
pub(super) unsafe fn connect(s: *mut twSocket, credentials: Option<&[u8]>, deadline: Instant) -> c_int {
    // SAFETY: by contract of this function.
    let socket = unsafe { &*s };
    // SAFETY: texts of the socket.
    let (proxy, host) = unsafe { (proxy_of(socket), text::bytes(socket.host)) };
    let host = String::from_utf8_lossy(host.unwrap_or_default()).into_owned();
    let mut handshake = match credentials {
        None => Handshake::new(&proxy, &host, socket.port),
        Some(header) => Handshake::with_credentials(&proxy, &host, socket.port, header_text(header)),
    };
    // SAFETY: as above.
    match unsafe { exchange(s, &mut handshake, deadline) } {
        Ok(()) => TW_OK,
        Err(Failure::Proxy(error)) => {
            log::error!("the HTTP proxy {proxy} does not let the connection through: {error}");
            c_int::from(error.result())
        }
        Err(Failure::Connect(code)) => {
            log::error!("the HTTP proxy {proxy} asks for credentials, but cannot be connected again (error {code})");
            code
        }
    }
}

/// The proxy of a socket.
///
/// # Safety
/// Its texts are NULL or C strings.
unsafe fn proxy_of(socket: &twSocket) -> Proxy {
    // SAFETY: by contract of this function.
    let (host, user) = unsafe { (text::bytes(socket.proxyHost), text::bytes(socket.proxyUser)) };
    let host = String::from_utf8_lossy(host.unwrap_or_default()).into_owned();
    let callback = socket.proxyPassCallback;
    let user = user.filter(|_| callback.is_some());
    let user =
        user.map(|name| ProxyUser { name: name.to_vec(), password: std::sync::Arc::new(move || secret_of(callback)) });
    Proxy { host, port: socket.proxyPort, user }
}

/// The text of a header that may be given as a whole line.
fn header_text(header: &[u8]) -> Zeroizing<Vec<u8>> {
    let is_line = header.get(..HEADER.len()).is_some_and(|start| start.eq_ignore_ascii_case(HEADER));
    let value = if is_line { header.get(HEADER.len()..).unwrap_or_default() } else { header };
    Zeroizing::new(value.trim_ascii().to_vec())
}

enum Failure {
    Proxy(ProxyError),
    /// errno, or -1.
    Connect(c_int),
}

impl From<ProxyError> for Failure {
    fn from(error: ProxyError) -> Self {
        Self::Proxy(error)
    }
}

/// Drives the exchange to its end. The password callback may run in here.
unsafe fn exchange(s: *mut twSocket, handshake: &mut Handshake, deadline: Instant) -> Result<(), Failure> {
    // SAFETY: by contract of the caller a valid socket of its own.
    unsafe {
        loop {
            send(s, &handshake.request()?)?;
            loop {
                let mut buffer = [0; READ_SIZE];
                let progress = match receive(s, &mut buffer, deadline)? {
                    [] => handshake.ended()?,
                    bytes => handshake.feed(bytes)?,
                };
                match progress {
                    Progress::Waiting => {}
                    Progress::Send(request) => send(s, &request)?,
                    Progress::Open => return Ok(()),
                    Progress::Reconnect => break,
                }
            }
            twSocket_Close(s);
            match connect_tcp(&mut *s, deadline) {
                TW_OK => {}
                code => return Err(Failure::Connect(code)),
            }
        }
    }
}

/// Writes everything.
///
/// # Safety
/// The socket is valid.
pub(super) unsafe fn send(s: *mut twSocket, bytes: &[u8]) -> Result<(), ProxyError> {
    let length = c_int::try_from(bytes.len()).map_err(|error| ProxyError::Write(error.to_string()))?;
    // SAFETY: by contract of this function; the bytes are only read.
    unsafe {
        if (*s).state == CLOSED {
            return Err(ProxyError::Write("the socket is not open".to_owned()));
        }
        match twSocket_Write(s, bytes.as_ptr().cast_mut().cast(), length, 0) {
            written if written == length => Ok(()),
            _ => Err(ProxyError::Write(std::io::Error::last_os_error().to_string())),
        }
    }
}

/// Reads what has come, waiting for it until the deadline; nothing at the end of the connection.
///
/// # Safety
/// The socket is valid.
pub(super) unsafe fn receive(s: *mut twSocket, buffer: &mut [u8], deadline: Instant) -> Result<&[u8], ProxyError> {
    let failed = |code| ProxyError::Read(std::io::Error::from_raw_os_error(code).to_string());
    // SAFETY: by contract of this function.
    let descriptor = unsafe { (*s).state == OPEN }.then(|| unsafe { (*s).sock });
    let descriptor = descriptor.ok_or_else(|| failed(libc::ENOTCONN))?;
    loop {
        if !wait(descriptor, libc::POLLIN, deadline).map_err(failed)? {
            return Err(ProxyError::Timeout);
        }
        // SAFETY: a buffer of that size.
        let count = unsafe { libc::recv(descriptor, buffer.as_mut_ptr().cast::<c_void>(), buffer.len(), 0) };
        match usize::try_from(count) {
            Ok(count) => return Ok(buffer.get(..count).unwrap_or_default()),
            Err(_) if matches!(errno(), libc::EINTR | libc::EAGAIN) => {}
            Err(_) => return Err(failed(errno())),
        }
    }
}

/// The answer to a Digest challenge (the text of a `Proxy-Authenticate` header) for the socket's `host` and `port` and its
/// `proxyUser`, whose password is asked for: the text of a `Proxy-Authorization` header. Given to the caller, who frees it. NULL for a
/// NULL argument, without user or callback, and when the challenge cannot be answered.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn createDigestCredentials(s: *mut twSocket, challenge: *const c_char) -> *mut c_char {
    guard(std::ptr::null_mut(), || {
        // SAFETY: by contract NULL or a valid socket and a C string.
        let (Some(socket), Some(challenge)) = (unsafe { s.as_ref() }, unsafe { text::bytes(challenge) }) else {
            return std::ptr::null_mut();
        };
        // SAFETY: texts of the socket.
        let (proxy, host) = unsafe { (proxy_of(socket), text::bytes(socket.host).unwrap_or_default()) };
        let header =
            digest_header(&proxy, &String::from_utf8_lossy(host), socket.port, &String::from_utf8_lossy(challenge));
        match header {
            Ok(header) => memory::copy_bytes(&header),
            Err(reason) => {
                log::error!("no answer to a Digest challenge: {reason}");
                std::ptr::null_mut()
            }
        }
    })
}

fn digest_header(proxy: &Proxy, host: &str, port: u16, challenge: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    let user = proxy.user.as_ref().ok_or("the socket has no proxy user, or no password callback")?;
    let is_digest = |challenge: &Challenge| challenge.scheme.eq_ignore_ascii_case("Digest");
    let challenges = parse_challenges(challenge);
    let challenge = challenges.iter().find(|challenge| is_digest(challenge)).ok_or("there is none")?;
    let digest = DigestChallenge::of(challenge)?;
    let request = ConnectRequest { host: host.to_owned(), port, proxy: proxy.host.clone() };
    let credentials = Credentials { user: user.name.clone(), password: (user.password)() };
    let header = digest.credentials(&credentials, &request.target()).map_err(|error| error.to_string())?;
    Ok(Zeroizing::new(header))
}
