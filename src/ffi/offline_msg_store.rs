//! `twOfflineMsgStore.h`: Store of messages made while off line.

mod calls;
mod options;
mod shown;
mod store;

pub use calls::*;
pub(super) use options::{format, stores_every_value, stores_unanswered, storing_window};
pub use options::{
    twedge_original_store_format, twedge_store_every_value, twedge_store_unanswered_messages,
    twedge_store_values_within,
};
pub(super) use shown::show;
pub use shown::{
    getOfflineMsgDirectory, getOfflineMsgListCount, getOfflineMsgSize, getOfflineMsgStore, isOfflineMsgListEnabled,
};
pub(super) use store::{adopt, delete};

use libc::pthread_mutex_t;
use std::ffi::{CStr, c_char, c_uint};
use std::sync::atomic::AtomicPtr;

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

/// What the store of offline messages shows: read it, changes have no effect.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct twOfflineMsgStore {
    pub mtx: *mut pthread_mutex_t,
    /// Whether requests that cannot be sent are stored.
    pub offlineMsgEnabled: c_char,
    /// Whether they are stored in a file.
    pub onDisk: c_char,
    /// Bytes of the messages that wait to be sent.
    pub offlineMsgSize: u64,
    /// The messages that wait to be sent, as bytes on the heap; NULL when they are in a file.
    pub offlineMsgList: *mut twList,
    /// The path of the file; NULL when there is none.
    pub offlineMsgFile: *mut c_char,
}

/// The store of offline messages, for programs that declare it themselves. NULL while there is none; a program may set it to NULL, which
/// means the same.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub static tw_offline_msg_store: AtomicPtr<twOfflineMsgStore> = AtomicPtr::new(std::ptr::null_mut());
