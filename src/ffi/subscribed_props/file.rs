//! The file of waiting values as the manager shows it: its path, and a stream of the program's own to read.

use std::os::unix::ffi::OsStrExt;
use std::ptr;

use super::twSubscribedPropsMgr;
use crate::ffi::base_types::stream::{twStream_CreateFromFile, twStream_Delete};
use crate::ffi::{memory, text};
use crate::things::SubscribedProperties;

/// Shows the file, if it is open.
///
/// # Safety
/// The struct is one that nobody else uses yet.
pub(super) unsafe fn open(object: *mut twSubscribedPropsMgr, values: &SubscribedProperties) {
    let Some(path) = values.store_path() else { return };
    // SAFETY: by contract of this function.
    unsafe {
        (*object).subscribedPropsFile = text::to_c(path.as_os_str().as_bytes());
        (*object).persistedValues = twStream_CreateFromFile((*object).subscribedPropsFile);
    }
}

/// Shows how long the file is now. Waits for who writes it.
///
/// # Safety
/// The struct lives; a stream that the program has taken out of it is left alone.
pub(super) unsafe fn refresh(object: *mut twSubscribedPropsMgr, values: &SubscribedProperties) {
    let Some(length) = values.stored_length() else { return };
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    // SAFETY: by contract of this function.
    unsafe {
        let Some(stream) = (*object).persistedValues.as_mut() else { return };
        if length < stream.length && !stream.file.is_null() {
            // Shortened: it may be another file of the same name.
            stream.file = libc::freopen((*object).subscribedPropsFile, c"a+b".as_ptr(), stream.file);
        }
        stream.length = length;
    }
}

/// Closes what is shown.
///
/// # Safety
/// The struct is not used by anybody else any more.
pub(super) unsafe fn close(object: *mut twSubscribedPropsMgr) {
    // SAFETY: by contract of this function.
    unsafe {
        twStream_Delete(ptr::replace(&raw mut (*object).persistedValues, ptr::null_mut()).cast());
        memory::free(ptr::replace(&raw mut (*object).subscribedPropsFile, ptr::null_mut()));
    }
}
