//! `twOSPort.h`: Operating system services: time, mutexes, sockets, sleeping, directories and files.

mod directory;
mod logging;
pub mod mutex;
pub(in crate::ffi) mod proxy;
pub(in crate::ffi) mod socket;
mod tasks;
mod terminal;
pub mod time;

use libc::addrinfo;
use std::ffi::{c_char, c_int};

use super::passwds::twPasswdCallbackFunction;

pub use logging::LOGGING_FUNCTION;

pub const TW_AXTLS_MAX_CERT_SIZE: c_int = 16384;
/// A socket that is not open. Written out in the header with its type.
/// cbindgen:ignore
pub const CLOSED: c_char = 0;
/// A socket that is open.
/// cbindgen:ignore
pub const OPEN: c_char = 1;
/// Milliseconds since 1970-01-01 UTC; the port header defines it for C.
/// cbindgen:ignore
pub type DATETIME = u64;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twSocket {
    pub sock: c_int,
    pub addr: addrinfo,
    pub addrInfo: *mut addrinfo,
    pub state: c_char,
    pub host: *mut c_char,
    pub port: u16,
    pub proxyHost: *mut c_char,
    pub proxyPort: u16,
    pub proxyUser: *mut c_char,
    pub proxyPassCallback: twPasswdCallbackFunction,
}

/// The C library's error number of the calling thread.
pub(crate) fn errno() -> c_int {
    // SAFETY: the location of errno is always valid for the calling thread.
    unsafe { *errno_location() }
}

/// Sets the C library's error number of the calling thread.
pub(crate) fn set_errno(code: c_int) {
    // SAFETY: as above.
    unsafe { *errno_location() = code };
}

#[cfg(any(target_os = "android", target_os = "netbsd", target_os = "openbsd"))]
use libc::__errno as errno_location;
#[cfg(any(target_os = "linux", target_os = "redox", target_os = "dragonfly"))]
use libc::__errno_location as errno_location;
#[cfg(any(target_vendor = "apple", target_os = "freebsd"))]
use libc::__error as errno_location;
