//! `zlib.h`: the one type of zlib that a public struct shows.

use std::ffi::{c_char, c_int, c_uchar, c_uint, c_ulong, c_void};

/// cbindgen:ignore
/// State of zlib's own; never dereferenced here.
#[repr(C)]
pub struct internal_state {
    _opaque: [u8; 0],
}

/// Layout of zlib's stream, of which `twWs` holds two by value.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct z_stream {
    pub next_in: *mut c_uchar,
    pub avail_in: c_uint,
    pub total_in: c_ulong,
    pub next_out: *mut c_uchar,
    pub avail_out: c_uint,
    pub total_out: c_ulong,
    pub msg: *mut c_char,
    pub state: *mut internal_state,
    pub zalloc: Option<unsafe extern "C" fn(*mut c_void, c_uint, c_uint) -> *mut c_void>,
    pub zfree: Option<unsafe extern "C" fn(*mut c_void, *mut c_void)>,
    pub opaque: *mut c_void,
    pub data_type: c_int,
    pub adler: c_ulong,
    pub reserved: c_ulong,
}
