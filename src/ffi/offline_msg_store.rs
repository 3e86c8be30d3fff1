//! `twOfflineMsgStore.h`: Store of messages made while off line.

use libc::pthread_mutex_t;
use std::ffi::CStr;
use std::ffi::{c_char, c_uint};
use std::sync::atomic::{AtomicBool, Ordering};

use super::list::twList;
use crate::store::Format;

pub const PERSISTED_MSG_SEPARATOR: &CStr = c"!twMsg!";

static ORIGINAL_FORMAT: AtomicBool = AtomicBool::new(false);

/// Whether files of stores are written as the original SDK does, for devices that may go back to it; 0, the default, writes records
/// with checksums. Both forms are read. Counts for stores that are opened afterwards: call it before twApi_Initialize. An addition to
/// the interface. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn twedge_SetOriginalStoreFormat(enable: c_char) {
    ORIGINAL_FORMAT.store(enable != 0, Ordering::Relaxed);
}

/// How stores are written.
pub(in crate::ffi) fn format() -> Format {
    if ORIGINAL_FORMAT.load(Ordering::Relaxed) { Format::Original } else { Format::Checksummed }
}

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
