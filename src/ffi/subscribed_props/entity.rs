//! The entries of the manager's two dictionaries, one for each thing.

use std::ffi::{c_char, c_void};
use std::ptr;

use super::property::{twSubscribedProperty_Delete, twSubscribedProperty_Parse};
use super::{twEntityCurrentValues, twEntitySavedProperties};
use crate::ffi::dict::twDict_Delete;
use crate::ffi::guard::guard;
use crate::ffi::list::{twList_Create, twList_Delete};
use crate::ffi::map::twMap_Create;
use crate::ffi::{memory, text};

/// An entry without values for a thing, whose name is copied. Given to the caller. NULL for NULL and when there is no memory.
///
/// cbindgen:ignore
///
/// # Safety
/// `name` is NULL or a C string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twEntitySavedProperties_Create(name: *mut c_char) -> *mut twEntitySavedProperties {
    // SAFETY: by contract of this function.
    guard(ptr::null_mut(), || match unsafe { text::bytes(name) } {
        Some(name) => new_saved(name),
        None => ptr::null_mut(),
    })
}

pub(super) fn new_saved(name: &[u8]) -> *mut twEntitySavedProperties {
    // SAFETY: what was made is freed again on failure.
    unsafe {
        let (name, props) = (memory::copy_bytes(name), twList_Create(Some(twSubscribedProperty_Delete)));
        let made = match name.is_null() || props.is_null() {
            true => ptr::null_mut(),
            false => memory::alloc(twEntitySavedProperties { name, props }),
        };
        if made.is_null() {
            memory::free(name);
            twList_Delete(props);
        }
        made
    }
}

/// Deletes an entry with its list of values. NULL is fine.
///
/// cbindgen:ignore
///
/// # Safety
/// `item` is NULL or an entry on the heap that is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twEntitySavedProperties_Delete(item: *mut c_void) {
    guard((), || {
        let entry = item.cast::<twEntitySavedProperties>();
        if entry.is_null() {
            return;
        }
        // SAFETY: by contract of this function.
        unsafe {
            twList_Delete((*entry).props);
            memory::free((*entry).name);
            memory::free(entry);
        }
    });
}

/// The name of the thing, from `malloc`: the key function of the dictionary. NULL for NULL.
///
/// cbindgen:ignore
///
/// # Safety
/// `item` is NULL or an entry.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twEntitySavedProperties_Parse(item: *mut c_void) -> *const c_char {
    // SAFETY: by contract of this function.
    guard(ptr::null(), || unsafe { key(item.cast::<twEntitySavedProperties>().as_ref().map(|entry| entry.name)) })
}

/// # Safety
/// The name is NULL or a C string.
unsafe fn key(name: Option<*mut c_char>) -> *const c_char {
    // SAFETY: by contract of this function.
    let bytes = name.and_then(|name| unsafe { text::bytes(name) });
    bytes.map_or(ptr::null(), |name| memory::copy_bytes(name).cast_const())
}

pub(super) fn new_current(name: &[u8]) -> *mut twEntityCurrentValues {
    // SAFETY: what was made is freed again on failure.
    unsafe {
        let name = memory::copy_bytes(name);
        // Always a map: it is understood in every mode of dictionaries.
        let props = twMap_Create(Some(twSubscribedProperty_Delete), Some(twSubscribedProperty_Parse));
        let made = match name.is_null() || props.is_null() {
            true => ptr::null_mut(),
            false => memory::alloc(twEntityCurrentValues { name, props }),
        };
        if made.is_null() {
            memory::free(name);
            twDict_Delete(props);
        }
        made
    }
}

/// Deletes an entry with its dictionary of values. NULL is fine.
///
/// cbindgen:ignore
///
/// # Safety
/// `item` is NULL or an entry on the heap that is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twEntityCurrentValues_Delete(item: *mut c_void) {
    guard((), || {
        let entry = item.cast::<twEntityCurrentValues>();
        if entry.is_null() {
            return;
        }
        // SAFETY: by contract of this function.
        unsafe {
            twDict_Delete((*entry).props);
            memory::free((*entry).name);
            memory::free(entry);
        }
    });
}

/// The name of the thing, from `malloc`: the key function of the dictionary. NULL for NULL.
///
/// cbindgen:ignore
///
/// # Safety
/// `item` is NULL or an entry.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twEntityCurrentValues_Parse(item: *mut c_void) -> *const c_char {
    // SAFETY: by contract of this function.
    guard(ptr::null(), || unsafe { key(item.cast::<twEntityCurrentValues>().as_ref().map(|entry| entry.name)) })
}
