//! `twOSPort.h`: Operating system services: time, mutexes, sockets, sleeping, directories and files.

use libc::addrinfo;
use std::ffi::{c_char, c_int};

use super::passwds::twPasswdCallbackFunction;

pub const TW_AXTLS_MAX_CERT_SIZE: c_int = 16384;
pub const CLOSED: c_char = 0;
pub const OPEN: c_char = 1;
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
