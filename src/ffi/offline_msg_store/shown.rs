//! What programs see of the store.

use std::ffi::{c_char, c_int};
use std::os::unix::ffi::OsStrExt;
use std::ptr;
use std::sync::atomic::Ordering;

use super::store::{Current, current};
use super::{tw_offline_msg_store, twOfflineMsgStore};
use crate::ffi::guard::guard;
use crate::ffi::list::{twList_Add, twList_Clear, twList_GetCount};
use crate::ffi::os_port::mutex::{twMutex_Lock, twMutex_Unlock};
use crate::ffi::{memory, text};

/// Brings the struct up to date.
pub fn show() {
    if let Some(current) = current() {
        current.show();
    }
}

impl Current {
    fn show(&self) {
        let version = self.store.version();
        if self.shown.swap(version, Ordering::AcqRel) == version {
            return;
        }
        let path = self.store.path();
        // SAFETY: our struct, which lives as long as this; the mutex in it keeps two threads apart.
        unsafe {
            let object = self.object;
            twMutex_Lock((*object).mtx);
            (*object).offlineMsgEnabled = c_char::from(self.store.is_accepting());
            (*object).offlineMsgSize = self.store.waiting_bytes();
            if let Some(path) = path {
                let fresh = memory::copy_bytes(path.as_os_str().as_bytes());
                memory::free(ptr::replace(&raw mut (*object).offlineMsgFile, fresh));
            }
            if !(*object).offlineMsgList.is_null() {
                twList_Clear((*object).offlineMsgList);
                // Asked for with the mutex held: what is shown last is what is there.
                for message in self.store.waiting_messages() {
                    twList_Add((*object).offlineMsgList, memory::copy_bytes(&message).cast());
                }
            }
            twMutex_Unlock((*object).mtx);
        }
    }

    /// Also when only a flag has changed.
    pub fn show_again(&self) {
        self.shown.store(u64::MAX, Ordering::Release);
        self.show();
    }
}

/// Reads the struct behind the exported pointer, which may be a program's own.
fn with_struct<T>(on_nothing: T, read: impl FnOnce(&twOfflineMsgStore) -> T) -> T {
    show();
    // Another thread may end the store meanwhile: ours lives on until it has been read.
    let _current = current();
    let object = tw_offline_msg_store.load(Ordering::Acquire);
    // SAFETY: NULL, ours, or a struct that the program has put there and keeps.
    match unsafe { object.as_ref() } {
        Some(object) => read(object),
        None => on_nothing,
    }
}

/// The store of offline messages, NULL when there is none. The SDK's.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn getOfflineMsgStore() -> *mut twOfflineMsgStore {
    guard(ptr::null_mut(), || {
        show();
        tw_offline_msg_store.load(Ordering::Acquire)
    })
}

/// How many messages wait in RAM; -1 without a list, that is without a store or with a file.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn getOfflineMsgListCount() -> c_int {
    guard(-1, || {
        with_struct(-1, |object| match object.offlineMsgList.is_null() {
            true => -1,
            // SAFETY: a list of ours or of the program.
            false => unsafe { twList_GetCount(object.offlineMsgList) },
        })
    })
}

/// Bytes of the messages that wait; all bits set when there are none, and without a store.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn getOfflineMsgSize() -> u64 {
    guard(u64::MAX, || {
        with_struct(u64::MAX, |object| match object.offlineMsgSize {
            0 => u64::MAX,
            size => size,
        })
    })
}

/// Whether messages are kept in a list in RAM.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn isOfflineMsgListEnabled() -> c_char {
    guard(0, || with_struct(0, |object| c_char::from(!object.offlineMsgList.is_null())))
}

/// The path of the file of messages, given to the caller: free it. NULL in RAM and without a store.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn getOfflineMsgDirectory() -> *mut c_char {
    guard(ptr::null_mut(), || {
        with_struct(ptr::null_mut(), |object| {
            // SAFETY: NULL or a C string of ours or of the program.
            unsafe { text::bytes(object.offlineMsgFile) }.map_or(ptr::null_mut(), memory::copy_bytes)
        })
    })
}
