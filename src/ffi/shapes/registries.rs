//! What each thing is made of (ext-files-tunnels.md 1.1): real lists of C that live as long as the process.

use std::collections::BTreeSet;
use std::ffi::{c_char, c_void};
use std::ptr;

use super::{constructors, twThingNameToShapeRecord, twThingNameToTemplateRecord};
use crate::ffi::guard::guard;
use crate::ffi::lasting::LastingList;
use crate::ffi::list::{self, twList, twList_Add, twList_Clear};
use crate::ffi::recursive::Guard;
use crate::ffi::{memory, text};

static THING_SHAPES: LastingList = LastingList::new(twThingNameToShapeList_Delete);
static THING_TEMPLATES: LastingList = LastingList::new(twThingNameToTemplateList_Delete);

/// Notes that a thing is made of a template. The same once (E11).
pub(super) fn note_template(thing: &[u8], template: &[u8]) {
    let is_this = |record: &twThingNameToTemplateRecord| {
        // SAFETY: the names of a record are C strings or NULL.
        unsafe { is(record.entityName, thing) && is(record.templateName, template) }
    };
    note(THING_TEMPLATES.get(), is_this, || twThingNameToTemplateRecord {
        entityName: memory::copy_bytes(thing),
        templateName: memory::copy_bytes(template),
    });
}

/// Notes that a thing has a shape. The same once (E11).
pub(super) fn note_shape(thing: &[u8], shape: &[u8]) {
    let is_this = |record: &twThingNameToShapeRecord| {
        // SAFETY: the names of a record are C strings or NULL.
        unsafe { is(record.entityName, thing) && is(record.shapeName, shape) }
    };
    note(THING_SHAPES.get(), is_this, || twThingNameToShapeRecord {
        entityName: memory::copy_bytes(thing),
        shapeName: memory::copy_bytes(shape),
    });
}

/// Adds a record to a list unless one like it is there.
fn note<T>(list: *mut twList, is_this: impl Fn(&T) -> bool, record: impl FnOnce() -> T) {
    if list.is_null() {
        return;
    }
    // SAFETY: our list of such records, locked between the look and the addition; it takes the record.
    unsafe {
        let _guard = Guard::lock((*list).mtx);
        if !any(list, is_this) {
            twList_Add(list, memory::alloc(record()).cast());
        }
    }
}

/// # Safety
/// A list of such records, or NULL.
unsafe fn any<T>(list: *mut twList, is_this: impl Fn(&T) -> bool) -> bool {
    // SAFETY: by contract of this function.
    unsafe { list::values::<T>(list).any(|record| record.as_ref().is_some_and(&is_this)) }
}

/// # Safety
/// `text` is NULL or a C string.
unsafe fn is(text: *const c_char, wanted: &[u8]) -> bool {
    // SAFETY: by contract of this function.
    unsafe { text::bytes(text) == Some(wanted) }
}

/// Whether a record says that the thing is made of that template or one that inherits it.
pub fn has_template(thing: &[u8], template: &[u8]) -> bool {
    // SAFETY: our list; the names of a record are C strings or NULL.
    unsafe {
        any(THING_TEMPLATES.get(), |record: &twThingNameToTemplateRecord| {
            is(record.entityName, thing) && is(record.templateName, template)
        })
    }
}

/// Whether a record says that the thing has that shape.
pub fn has_shape(thing: &[u8], shape: &[u8]) -> bool {
    // SAFETY: our list; the names of a record are C strings or NULL.
    unsafe {
        any(THING_SHAPES.get(), |record: &twThingNameToShapeRecord| {
            is(record.entityName, thing) && is(record.shapeName, shape)
        })
    }
}

/// The names of the things made of a template, or with a shape.
pub fn things_with(name: &[u8], is_shape: bool) -> BTreeSet<Vec<u8>> {
    // SAFETY: our lists; the names of a record are C strings or NULL.
    unsafe {
        if is_shape {
            let records = list::values::<twThingNameToShapeRecord>(THING_SHAPES.get());
            let wanted = records.filter_map(|record| record.as_ref()).filter(|record| is(record.shapeName, name));
            wanted.filter_map(|record| text::bytes(record.entityName).map(<[u8]>::to_vec)).collect()
        } else {
            let records = list::values::<twThingNameToTemplateRecord>(THING_TEMPLATES.get());
            let wanted = records.filter_map(|record| record.as_ref()).filter(|record| is(record.templateName, name));
            wanted.filter_map(|record| text::bytes(record.entityName).map(<[u8]>::to_vec)).collect()
        }
    }
}

/// Forgets all of it, the two built-in templates excepted.
pub fn clear() {
    // SAFETY: our containers.
    unsafe {
        twList_Clear(THING_SHAPES.get());
        twList_Clear(THING_TEMPLATES.get());
    }
    constructors::clear();
}

/// The list of what shapes things have (values `twThingNameToShapeRecord`). The SDK's.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn twGetThingNameToShapeList() -> *mut twList {
    guard(ptr::null_mut(), || THING_SHAPES.get())
}

/// The list of what templates things are made of (values `twThingNameToTemplateRecord`). The SDK's.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn twGetThingNameToTemplateList() -> *mut twList {
    guard(ptr::null_mut(), || THING_TEMPLATES.get())
}

/// Deletes a value of the list of twGetThingNameToShapeList. NULL-safe.
///
/// cbindgen:ignore
///
/// # Safety
/// `item` is NULL or such a record on the heap that is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twThingNameToShapeList_Delete(item: *mut c_void) {
    guard((), || {
        let record = item.cast::<twThingNameToShapeRecord>();
        if !record.is_null() {
            // SAFETY: by contract of this function.
            unsafe {
                memory::free((*record).entityName);
                memory::free((*record).shapeName);
                memory::free(record);
            }
        }
    });
}

/// Deletes a value of the list of twGetThingNameToTemplateList. NULL-safe.
///
/// cbindgen:ignore
///
/// # Safety
/// `item` is NULL or such a record on the heap that is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twThingNameToTemplateList_Delete(item: *mut c_void) {
    guard((), || {
        let record = item.cast::<twThingNameToTemplateRecord>();
        if !record.is_null() {
            // SAFETY: by contract of this function.
            unsafe {
                memory::free((*record).entityName);
                memory::free((*record).templateName);
                memory::free(record);
            }
        }
    });
}

/// Notes that a thing has a shape, without running the shape's constructor. NULL is ignored.
///
/// cbindgen:ignore
///
/// # Safety
/// The texts are NULL or C strings (copied).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twSetThingAsUsingShape(entityName: *const c_char, shapeName: *const c_char) {
    guard((), || {
        // SAFETY: by contract of this function.
        match unsafe { (text::bytes(entityName), text::bytes(shapeName)) } {
            (Some(thing), Some(shape)) => note_shape(thing, shape),
            _ => log::error!("twSetThingAsUsingShape needs the names of a thing and of a shape"),
        }
    });
}
