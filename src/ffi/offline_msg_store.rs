//! `twOfflineMsgStore.h`: Store of messages made while off line.

use libc::pthread_mutex_t;
use std::ffi::CStr;
use std::ffi::{c_char, c_uint};

use super::list::twList;

pub const PERSISTED_MSG_SEPARATOR: &CStr = c"!twMsg!";

/// Any value of `enum OfflineRequest`, also one without a name.
pub type OfflineRequest = c_uint;

/// The named values of `enum OfflineRequest`, as the C header shows them; in Rust the constants of the same names are used.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum enum_OfflineRequest {
    OFFLINE_MSG_STORE_FLUSH = 0,
    OFFLINE_MSG_STORE_WRITE = 1,
}

enum_constants! { OfflineRequest = enum_OfflineRequest;
    OFFLINE_MSG_STORE_FLUSH, OFFLINE_MSG_STORE_WRITE,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twOfflineMsgStore {
    pub mtx: *mut pthread_mutex_t,
    pub offlineMsgEnabled: c_char,
    pub onDisk: c_char,
    pub offlineMsgSize: u64,
    pub offlineMsgList: *mut twList,
    pub offlineMsgFile: *mut c_char,
}
