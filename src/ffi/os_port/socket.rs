//! Plain TCP sockets for programs that use the port's own (api-behaviour.md 12.5). The SDK itself does not. With a proxy set
//! (`proxy.rs`) they lead through it.
//!
//! Descriptors block, as C expects; waiting with a limit is done with `poll` before.

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::mem;
use std::ptr;
use std::time::{Duration, Instant};

use libc::addrinfo;

use super::{CLOSED, OPEN, errno, set_errno, twSocket};
use crate::ffi::default_settings::twcfg;
use crate::ffi::errors::TW_OK;
use crate::ffi::guard::guard;
use crate::ffi::http_proxy;
use crate::ffi::memory;

/// What C gets for a failure that has no code of its own.
const FAILED: c_int = -1;

/// The addresses of a host, to be freed with `freeaddrinfo`. NULL when there are none.
fn resolve(host: &CStr, port: u16) -> *mut addrinfo {
    // SAFETY: a zeroed addrinfo means "no wishes".
    let mut hints: addrinfo = unsafe { mem::zeroed() };
    hints.ai_socktype = libc::SOCK_STREAM;
    let Ok(service) = CString::new(port.to_string()) else { return ptr::null_mut() };
    let mut found = ptr::null_mut();
    // SAFETY: terminated strings, initialized hints, a place for the result.
    let code = unsafe { libc::getaddrinfo(host.as_ptr(), service.as_ptr(), &hints, &mut found) };
    if code == 0 { found } else { ptr::null_mut() }
}

/// Makes a socket for a host and port, whose name is looked up now; it is not connected. An empty host is not looked up.
/// The host is copied, `options` has no effect. To be given to `twSocket_Delete`. NULL if the host is NULL or unknown or
/// there is no memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twSocket_Create(host: *const c_char, port: i16, options: u32) -> *mut twSocket {
    let _ = options;
    if host.is_null() {
        return ptr::null_mut();
    }
    guard(ptr::null_mut(), || {
        // Ports above 32767 come as negative numbers.
        let port = port as u16;
        // SAFETY: the caller's host is terminated.
        let host = unsafe { CStr::from_ptr(host) };
        let found = if host.is_empty() { ptr::null_mut() } else { resolve(host, port) };
        if found.is_null() && !host.is_empty() {
            log::error!("the host {:?} is not known", host.to_string_lossy());
            return ptr::null_mut();
        }
        let socket = memory::alloc(twSocket {
            sock: -1,
            // SAFETY: what getaddrinfo gave, or zeroes, which are valid.
            addr: unsafe { found.as_ref().copied().unwrap_or_else(|| mem::zeroed()) },
            addrInfo: found,
            state: CLOSED,
            host: memory::copy_bytes(host.to_bytes()),
            port,
            proxyHost: ptr::null_mut(),
            proxyPort: 0,
            proxyUser: ptr::null_mut(),
            proxyPassCallback: None,
        });
        if socket.is_null() {
            free_addresses(found);
        }
        socket
    })
}

/// Another name of `twSocket_Create`.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPosixSocket_Create(host: *const c_char, port: i16, options: u32) -> *mut twSocket {
    // SAFETY: the caller's host.
    unsafe { twSocket_Create(host, port, options) }
}

fn free_addresses(addresses: *mut addrinfo) {
    if !addresses.is_null() {
        // SAFETY: from getaddrinfo, and forgotten by the callers.
        unsafe { libc::freeaddrinfo(addresses) };
    }
}

/// Connects a socket, trying the addresses of its host one after the other, for at most `twcfg.connect_timeout` altogether. With a
/// proxy set it connects to the proxy and has that connect to the host, as `connectToProxy` does. 0, errno of the last attempt, -1
/// for NULL and a socket without address, 1000 and 1006 to 1010 for what the proxy does, after which the socket is closed. An open
/// socket: 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twSocket_Connect(s: *mut twSocket) -> c_int {
    // SAFETY: the caller's socket.
    guard(FAILED, || unsafe { connect_until(s, connect_deadline()) })
}

/// `twSocket_Connect` with a deadline.
///
/// # Safety
/// The socket is NULL or valid, and not used by another thread meanwhile.
pub(in crate::ffi) unsafe fn connect_until(s: *mut twSocket, deadline: Instant) -> c_int {
    // SAFETY: by contract of this function.
    unsafe {
        let Some(socket) = s.as_mut() else { return FAILED };
        if socket.state == OPEN {
            return TW_OK;
        }
        let code = connect_tcp(socket, deadline);
        if code != TW_OK || socket.proxyHost.is_null() {
            return code;
        }
        let code = http_proxy::connect(s, None, deadline);
        if code != TW_OK {
            twSocket_Close(s);
        }
        code
    }
}

/// When a connect that begins now has to be done.
pub(in crate::ffi) fn connect_deadline() -> Instant {
    // SAFETY: a field that programs write at any time; any value is valid.
    let patience = unsafe { (&raw const twcfg.connect_timeout).read_volatile() };
    Instant::now() + Duration::from_millis(patience.into())
}

/// Connects to one of the addresses. 0, errno, -1 when there are none.
pub(in crate::ffi) fn connect_tcp(socket: &mut twSocket, deadline: Instant) -> c_int {
    let mut code = FAILED;
    let mut address: *const addrinfo = socket.addrInfo;
    // SAFETY: the list is from getaddrinfo or NULL.
    while let Some(candidate) = unsafe { address.as_ref() } {
        match open(candidate, deadline) {
            Ok(descriptor) => {
                socket.sock = descriptor;
                socket.state = OPEN;
                return TW_OK;
            }
            Err(error) => code = error,
        }
        address = candidate.ai_next;
    }
    set_errno(code.max(0));
    code
}

/// Looks up the addresses that the socket is to be connected to, those of `host`, in place of the ones that it has. False, with those
/// kept, when the name is not known.
///
/// # Safety
/// `host` is a C string.
pub(in crate::ffi) unsafe fn look_up(socket: &mut twSocket, host: *const c_char, port: u16) -> bool {
    // SAFETY: by contract of this function; the list is what getaddrinfo gave.
    unsafe {
        let found = resolve(CStr::from_ptr(host), port);
        let Some(&address) = found.as_ref() else { return false };
        free_addresses(mem::replace(&mut socket.addrInfo, found));
        socket.addr = address;
    }
    true
}

/// Gives a socket that is closed another host and port, for its next connect. The host, or the proxy if one is set, is looked up.
/// False when that name is not known: then nothing has changed.
///
/// # Safety
/// The socket is NULL or valid and not used by another thread meanwhile, `host` a C string.
pub(in crate::ffi) unsafe fn retarget(s: *mut twSocket, host: *const c_char, port: u16) -> bool {
    // SAFETY: by contract of this function; the old host is from the C allocator.
    unsafe {
        let Some(socket) = s.as_mut() else { return false };
        let found = match socket.proxyHost.is_null() {
            true => look_up(socket, host, port),
            false => look_up(socket, socket.proxyHost, socket.proxyPort),
        };
        if !found {
            log::error!("the host {:?}, or the proxy on the way to it, is not known", CStr::from_ptr(host));
            return false;
        }
        let copy = memory::copy_bytes(CStr::from_ptr(host).to_bytes());
        memory::free(mem::replace(&mut socket.host, copy));
        socket.port = port;
    }
    true
}

/// A connected, blocking descriptor, or errno.
fn open(address: &addrinfo, deadline: Instant) -> Result<c_int, c_int> {
    let kind = address.ai_socktype | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
    // SAFETY: plain system call.
    let descriptor = unsafe { libc::socket(address.ai_family, kind, address.ai_protocol) };
    if descriptor < 0 {
        return Err(errno());
    }
    match connect(descriptor, address, deadline) {
        Ok(()) => Ok(descriptor),
        Err(code) => {
            // SAFETY: the descriptor is ours.
            unsafe { libc::close(descriptor) };
            Err(code)
        }
    }
}

fn connect(descriptor: c_int, address: &addrinfo, deadline: Instant) -> Result<(), c_int> {
    // SAFETY: the address has the length that getaddrinfo says.
    if unsafe { libc::connect(descriptor, address.ai_addr, address.ai_addrlen) } != 0 {
        if errno() != libc::EINPROGRESS {
            return Err(errno());
        }
        if !wait(descriptor, libc::POLLOUT, deadline)? {
            return Err(libc::ETIMEDOUT);
        }
        let mut code: c_int = 0;
        let mut length = mem::size_of::<c_int>() as libc::socklen_t;
        let place = (&raw mut code).cast::<c_void>();
        // SAFETY: a place of the size given.
        unsafe { libc::getsockopt(descriptor, libc::SOL_SOCKET, libc::SO_ERROR, place, &mut length) };
        if code != 0 {
            return Err(code);
        }
    }
    let on: c_int = 1;
    let (value, length) = ((&raw const on).cast::<c_void>(), mem::size_of::<c_int>() as libc::socklen_t);
    // SAFETY: an option of the size given; the flags are read before they are written.
    unsafe {
        // Small messages must not wait for the acknowledgement of earlier ones.
        libc::setsockopt(descriptor, libc::IPPROTO_TCP, libc::TCP_NODELAY, value, length);
        let flags = libc::fcntl(descriptor, libc::F_GETFL);
        libc::fcntl(descriptor, libc::F_SETFL, flags & !libc::O_NONBLOCK);
    }
    Ok(())
}

/// Waits until the descriptor is ready; false when the time is up.
pub(in crate::ffi) fn wait(descriptor: c_int, events: libc::c_short, deadline: Instant) -> Result<bool, c_int> {
    loop {
        let left = deadline.saturating_duration_since(Instant::now()).as_nanos().div_ceil(1_000_000);
        let mut poll = libc::pollfd { fd: descriptor, events, revents: 0 };
        // SAFETY: one entry.
        match unsafe { libc::poll(&mut poll, 1, c_int::try_from(left).unwrap_or(c_int::MAX)) } {
            0 if Instant::now() >= deadline => return Ok(false),
            0 => {}
            -1 if errno() == libc::EINTR => {}
            -1 => return Err(errno()),
            _ if poll.revents & libc::POLLNVAL != 0 => return Err(libc::EBADF),
            _ => return Ok(true),
        }
    }
}

/// Closes the socket if it is open, looks its host (with a proxy set: the proxy) up again and connects. Results of `twSocket_Connect`; if the name is
/// not known now, the old addresses are tried.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twSocket_Reconnect(s: *mut twSocket) -> c_int {
    // SAFETY: the caller's socket is NULL or valid, and not used by another thread meanwhile.
    unsafe {
        twSocket_Close(s);
        let Some(socket) = s.as_mut() else { return FAILED };
        guard((), || {
            let (host, port) = match socket.proxyHost.is_null() {
                true => (socket.host, socket.port),
                false => (socket.proxyHost, socket.proxyPort),
            };
            if !host.is_null() && *host != 0 && !look_up(socket, host, port) {
                log::warn!("the host {:?} is not known now: its old addresses are tried", CStr::from_ptr(host));
            }
        });
        twSocket_Connect(s)
    }
}

/// Closes the connection. 0; -1 for NULL and a socket that is not open.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twSocket_Close(s: *mut twSocket) -> c_int {
    // SAFETY: the caller's socket is NULL or valid.
    let Some(socket) = (unsafe { s.as_mut() }) else { return FAILED };
    if socket.state != OPEN {
        return FAILED;
    }
    socket.state = CLOSED;
    let descriptor = mem::replace(&mut socket.sock, -1);
    // SAFETY: plain system calls; shutdown wakes a thread that waits for data.
    unsafe {
        libc::shutdown(descriptor, libc::SHUT_RDWR);
        libc::close(descriptor);
    }
    TW_OK
}

/// Waits up to `timeout` milliseconds for data. 1 when there are some or the connection has ended, 0 when not, -1 on an
/// error and when the socket is not open.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twSocket_WaitFor(s: *mut twSocket, timeout: c_int) -> c_int {
    // SAFETY: the caller's socket is NULL or valid.
    match unsafe { s.as_ref() } {
        Some(socket) if socket.state == OPEN => {
            let deadline = Instant::now() + Duration::from_millis(u64::try_from(timeout).unwrap_or(0));
            match wait(socket.sock, libc::POLLIN, deadline) {
                Ok(ready) => c_int::from(ready),
                Err(code) => {
                    set_errno(code);
                    FAILED
                }
            }
        }
        _ => FAILED,
    }
}

/// Reads up to `len` bytes into `buf`, waiting up to `timeout` milliseconds for the first. Their number; 0 when the time
/// is up or the connection has ended; -1 on an error, for NULL and when the socket is not open.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twSocket_Read(s: *mut twSocket, buf: *mut c_char, len: c_int, timeout: c_int) -> c_int {
    let Ok(length) = usize::try_from(len) else { return FAILED };
    if buf.is_null() {
        return FAILED;
    }
    // SAFETY: the caller's socket is NULL or valid, the buffer as large as told.
    unsafe {
        match twSocket_WaitFor(s, timeout) {
            1 => c_int::try_from(libc::recv((*s).sock, buf.cast(), length, 0)).unwrap_or(FAILED),
            other => other,
        }
    }
}

/// Writes `len` bytes, waiting as long as it takes (`timeout` has no effect). Their number, or -1 on an error, for NULL
/// and when the socket is not open. No SIGPIPE is raised.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twSocket_Write(s: *mut twSocket, buf: *mut c_char, len: c_int, timeout: c_int) -> c_int {
    let _ = timeout;
    let Ok(length) = usize::try_from(len) else { return FAILED };
    // SAFETY: the caller's socket is NULL or valid.
    let descriptor = match unsafe { s.as_ref() } {
        Some(socket) if socket.state == OPEN && !buf.is_null() => socket.sock,
        _ => return FAILED,
    };
    let mut written = 0;
    while written < length {
        // SAFETY: the caller's buffer is as large as told.
        let count = unsafe { libc::send(descriptor, buf.add(written).cast(), length - written, libc::MSG_NOSIGNAL) };
        match usize::try_from(count) {
            Ok(count) => written += count,
            Err(_) if errno() == libc::EINTR => {}
            Err(_) => return FAILED,
        }
    }
    len
}

/// Closes and frees a socket. 0; -1 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twSocket_Delete(s: *mut twSocket) -> c_int {
    if s.is_null() {
        return FAILED;
    }
    // SAFETY: by contract a socket of `twSocket_Create` that is not used any more.
    unsafe {
        twSocket_Close(s);
        free_addresses((*s).addrInfo);
        memory::free((*s).host);
        memory::free((*s).proxyHost);
        memory::free((*s).proxyUser);
        memory::free(s);
    }
    TW_OK
}

/// The error number that the last of these functions left on this thread (errno).
#[unsafe(no_mangle)]
pub extern "C" fn twSocket_GetLastError() -> c_int {
    errno()
}
