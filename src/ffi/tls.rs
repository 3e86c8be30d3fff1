//! `twTls.h`: TLS client objects over a socket, certificate settings, SHA-1 and MD5 helpers.

pub(super) mod client;
mod descriptor;
mod digest;
mod no_tls;
mod server;
pub(super) mod session;
pub(super) mod settings;

pub use client::*;
pub use digest::*;
pub use no_tls::*;
pub use server::*;
pub use settings::*;

use libc::pthread_mutex_t;
use std::ffi::{c_char, c_int};

use super::os_port::twSocket;
use super::passwds::twPasswdCallbackFunction;

/// cbindgen:ignore
/// OpenSSL's context type. Pointers of this type hold what was loaded into a client, in a form of ours.
#[repr(C)]
pub struct SSL_CTX {
    _opaque: [u8; 0],
}

/// cbindgen:ignore
/// OpenSSL's connection type. Pointers of this type hold the connection of a client, in a form of ours.
#[repr(C)]
pub struct SSL {
    _opaque: [u8; 0],
}

pub const TW_SUBJECT_CN: c_int = 0;
pub const TW_SUBJECT_O: c_int = 1;
pub const TW_SUBJECT_OU: c_int = 2;
pub const TW_ISSUER_CN: c_int = 3;
pub const TW_ISSUER_O: c_int = 4;
pub const TW_ISSUER_OU: c_int = 5;
pub const TW_READ_TIMEOUT: c_int = -333;

/// A TLS client. The flags, the prescribed fields and the callback are the state: a handshake looks at what it finds there.
/// `ctx` and `ssl` belong to the library.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct twTlsClient {
    pub connection: *mut twSocket,
    pub ctx: *mut SSL_CTX,
    pub ssl: *mut SSL,
    pub options: u32,
    pub x509_data: *mut *mut c_char,
    pub keypasswdCallback: twPasswdCallbackFunction,
    pub read_buf: *mut c_char,
    pub selfSignedOk: c_char,
    pub validateCert: c_char,
    pub isEncrypted: c_char,
    pub isEnabled: c_char,
    pub mtx: *mut pthread_mutex_t,
}
