//! Aspects, fields and data shapes.

use super::{twDataShape, twDataShapeAspect, twDataShapeEntry};
use crate::ffi::base_types::compare;
use crate::ffi::base_types::decode::{Reader, Unreadable, from_stream};
use crate::ffi::base_types::primitive::{text_length, twPrimitive_Delete};
use crate::ffi::base_types::{encode, twPrimitive, twStream};
use crate::ffi::definitions::BaseType;
use crate::ffi::errors::{
    TW_ERROR_ADDING_DATASHAPE_ENTRY, TW_ERROR_ALLOCATING_MEMORY, TW_INDEX_NOT_FOUND, TW_INVALID_PARAM, TW_OK,
    TW_UNKNOWN_ERROR,
};
use crate::ffi::guard::guard;
use crate::ffi::{list, memory, text};
use std::ffi::{c_char, c_int, c_void};
use std::ptr;

/// Makes an aspect with a copy of the name. The value is taken. The caller owns the aspect. NULL when either is NULL or
/// there is no memory: the value then stays the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDataShapeAspect_Create(
    name: *const c_char,
    value: *mut twPrimitive,
) -> *mut twDataShapeAspect {
    guard(ptr::null_mut(), || {
        if value.is_null() {
            return ptr::null_mut();
        }
        // SAFETY: a C string of the caller's.
        let Some(name) = (unsafe { text::bytes(name) }) else { return ptr::null_mut() };
        let name = memory::copy_bytes(name);
        if name.is_null() {
            return ptr::null_mut();
        }
        let aspect = memory::alloc(twDataShapeAspect { name, value });
        if aspect.is_null() {
            // SAFETY: nobody else knows the copy.
            unsafe { memory::free(name) };
        }
        aspect
    })
}

/// Deletes an aspect with its value. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDataShapeAspect_Delete(aspect: *mut c_void) {
    guard((), || {
        let aspect = aspect.cast::<twDataShapeAspect>();
        if aspect.is_null() {
            return;
        }
        // SAFETY: the caller gives the aspect away.
        unsafe {
            memory::free((*aspect).name);
            twPrimitive_Delete((*aspect).value.cast());
            memory::free(aspect);
        }
    });
}

/// A field around strings in C memory, which it owns from then on, also when it cannot be made.
///
/// # Safety
/// The strings are from `malloc`, or NULL.
pub unsafe fn adopt_entry(name: *mut c_char, description: *mut c_char, base_type: BaseType) -> *mut twDataShapeEntry {
    // SAFETY: the strings are ours.
    unsafe {
        let aspects = list::twList_Create(Some(twDataShapeAspect_Delete));
        let entry = if aspects.is_null() {
            ptr::null_mut()
        } else {
            memory::alloc(twDataShapeEntry { name, description, r#type: base_type, aspects })
        };
        if entry.is_null() {
            list::twList_Delete(aspects);
            memory::free(name);
            memory::free(description);
        }
        entry
    }
}

/// Gives an aspect to a field; `false` when that fails, the aspect then stays the caller's.
///
/// # Safety
/// Both are live.
pub unsafe fn add_aspect(entry: *mut twDataShapeEntry, aspect: *mut twDataShapeAspect) -> bool {
    // SAFETY: see above.
    unsafe {
        if (*entry).aspects.is_null() {
            (*entry).aspects = list::twList_Create(Some(twDataShapeAspect_Delete));
        }
        list::twList_Add((*entry).aspects, aspect.cast()) == TW_OK
    }
}

/// Makes a field with copies of name and description; the description may be NULL. The caller owns it. NULL when the name
/// is NULL or there is no memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDataShapeEntry_Create(
    name: *const c_char,
    description: *const c_char,
    r#type: BaseType,
) -> *mut twDataShapeEntry {
    guard(ptr::null_mut(), || {
        // SAFETY: C strings of the caller's.
        unsafe {
            let Some(name) = text::bytes(name) else { return ptr::null_mut() };
            let name = memory::copy_bytes(name);
            if name.is_null() {
                return ptr::null_mut();
            }
            let description = text::bytes(description).map_or(ptr::null_mut(), memory::copy_bytes);
            adopt_entry(name, description, r#type)
        }
    })
}

/// Deletes a field with its aspects. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDataShapeEntry_Delete(entry: *mut c_void) {
    guard((), || {
        let entry = entry.cast::<twDataShapeEntry>();
        if entry.is_null() {
            return;
        }
        // SAFETY: the caller gives the field away.
        unsafe {
            memory::free((*entry).name);
            memory::free((*entry).description);
            list::twList_Delete((*entry).aspects);
            memory::free(entry);
        }
    });
}

/// Adds an aspect to a field. The name is copied, the value is taken. 0; 101 for NULL, 102 when there is no memory: the
/// value then stays the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDataShapeEntry_AddAspect(
    entry: *mut twDataShapeEntry,
    name: *const c_char,
    value: *mut twPrimitive,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if entry.is_null() || name.is_null() || value.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: live objects of the caller's.
        unsafe {
            let aspect = twDataShapeAspect_Create(name, value);
            if aspect.is_null() {
                return TW_ERROR_ALLOCATING_MEMORY;
            }
            if add_aspect(entry, aspect) {
                return TW_OK;
            }
            memory::free((*aspect).name);
            memory::free(aspect);
            TW_ERROR_ALLOCATING_MEMORY
        }
    })
}

unsafe fn string_length(string: *const c_char) -> u32 {
    // SAFETY: a C string of the caller's or NULL.
    text_length(unsafe { text::bytes(string) }.map_or(0, <[u8]>::len))
}

/// The length of a field by the count of the `length` members: with its marker. Aspect names count one length byte
/// whatever their length, NOTHING counts a byte of content. 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDataShapeEntry_GetLength(entry: *mut twDataShapeEntry) -> u32 {
    guard(0, || {
        if entry.is_null() {
            return 0;
        }
        // SAFETY: a live field.
        unsafe {
            // Marker, type, and the number of aspects in two bytes.
            let mut length = 4 + string_length((*entry).name) + string_length((*entry).description);
            for aspect in list::values::<twDataShapeAspect>((*entry).aspects) {
                if aspect.is_null() || (*aspect).value.is_null() {
                    continue;
                }
                let name = text::bytes((*aspect).name).map_or(0, <[u8]>::len);
                let name = u32::try_from(name).unwrap_or(u32::MAX);
                length = length.saturating_add(name.saturating_add(2).saturating_add((*(*aspect).value).length));
            }
            length
        }
    })
}

/// Writes a field with its marker to a stream. 0; 101 for NULL; the codes of `twPrimitive_ToStream`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDataShapeEntry_ToStream(entry: *mut twDataShapeEntry, s: *mut twStream) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if entry.is_null() || s.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: live objects of the caller's.
        unsafe { encode::to_stream(s, |out| encode::entry(out, entry)) }
    })
}

/// Makes a data shape. Its first field is taken; NULL makes a shape without fields. The caller owns the shape. NULL when
/// there is no memory: the field then stays the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDataShape_Create(firstEntry: *mut twDataShapeEntry) -> *mut twDataShape {
    guard(ptr::null_mut(), || {
        // SAFETY: the parts are fresh until they are joined.
        unsafe {
            let entries = list::twList_Create(Some(twDataShapeEntry_Delete));
            if entries.is_null() {
                return ptr::null_mut();
            }
            let shape = memory::alloc(twDataShape { numEntries: 0, entries, name: ptr::null_mut() });
            if shape.is_null() {
                list::twList_Delete(entries);
                return ptr::null_mut();
            }
            if !firstEntry.is_null() && twDataShape_AddEntry(shape, firstEntry) != TW_OK {
                twDataShape_Delete(shape.cast());
                return ptr::null_mut();
            }
            shape
        }
    })
}

/// Deletes a shape with its fields. NULL leaves a line in the log.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDataShape_Delete(ds: *mut c_void) {
    guard((), || {
        let shape = ds.cast::<twDataShape>();
        if shape.is_null() {
            log::debug!("twDataShape_Delete: NULL");
            return;
        }
        // SAFETY: the caller gives the shape away.
        unsafe {
            list::twList_Delete((*shape).entries);
            memory::free((*shape).name);
            memory::free(shape);
        }
    });
}

/// Appends a field, which is taken. 0; 101 for NULL, 400 when it cannot be added: the field then stays the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDataShape_AddEntry(ds: *mut twDataShape, entry: *mut twDataShapeEntry) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if ds.is_null() || entry.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: live objects of the caller's.
        unsafe {
            if list::twList_Add((*ds).entries, entry.cast()) != TW_OK {
                return TW_ERROR_ADDING_DATASHAPE_ENTRY;
            }
            (*ds).numEntries = (*ds).numEntries.saturating_add(1);
        }
        TW_OK
    })
}

/// Names a shape with a copy of `name`. 0; 101 for NULL; 102 when there is no memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDataShape_SetName(ds: *mut twDataShape, name: *mut c_char) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        // SAFETY: live objects of the caller's; the name may be the shape's own.
        unsafe {
            let Some(bytes) = text::bytes(name) else { return TW_INVALID_PARAM };
            if ds.is_null() {
                return TW_INVALID_PARAM;
            }
            let copy = memory::copy_bytes(bytes);
            if copy.is_null() {
                return TW_ERROR_ALLOCATING_MEMORY;
            }
            memory::free((*ds).name);
            (*ds).name = copy;
        }
        TW_OK
    })
}

/// Finds the place of the field of exactly that name. 0; 401 with -1 in `*index` when there is none; 101 for NULL, with
/// -1 in `*index` if that is not NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDataShape_GetEntryIndex(
    ds: *mut twDataShape,
    name: *const c_char,
    index: *mut c_int,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if index.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: live objects of the caller's.
        unsafe {
            index.write(-1);
            let Some(name) = text::bytes(name) else { return TW_INVALID_PARAM };
            if ds.is_null() {
                return TW_INVALID_PARAM;
            }
            match place(ds, name).and_then(|place| c_int::try_from(place).ok()) {
                Some(place) => {
                    index.write(place);
                    TW_OK
                }
                None => TW_INDEX_NOT_FOUND,
            }
        }
    })
}

/// The place of the field of exactly that name.
///
/// # Safety
/// `shape` is live.
pub unsafe fn place(shape: *const twDataShape, name: &[u8]) -> Option<usize> {
    // SAFETY: see above.
    unsafe {
        list::values::<twDataShapeEntry>((*shape).entries)
            .position(|field| !field.is_null() && text::bytes((*field).name) == Some(name))
    }
}

/// The length of a shape by the count of the `length` members: its fields and the end marker. 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDataShape_GetLength(ds: *mut twDataShape) -> u32 {
    guard(0, || {
        if ds.is_null() {
            return 0;
        }
        // SAFETY: a live shape.
        unsafe {
            list::values::<twDataShapeEntry>((*ds).entries)
                .fold(1, |length: u32, field| length.saturating_add(twDataShapeEntry_GetLength(field)))
        }
    })
}

/// Writes the fields of a shape and the end marker to a stream. 0; 101 for NULL; the codes of `twPrimitive_ToStream`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDataShape_ToStream(ds: *mut twDataShape, s: *mut twStream) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if ds.is_null() || s.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: live objects of the caller's.
        unsafe { encode::to_stream(s, |out| encode::shape(out, ds)) }
    })
}

/// A deep copy, with name and aspects. NULL when there is no memory or an aspect cannot be copied.
///
/// # Safety
/// `shape` is live.
pub unsafe fn copy(shape: *const twDataShape) -> *mut twDataShape {
    // SAFETY: see above; the copy is fresh and freed as a whole on failure.
    unsafe {
        let made = twDataShape_Create(ptr::null_mut());
        if made.is_null() {
            return made;
        }
        let named = (*shape).name.is_null() || twDataShape_SetName(made, (*shape).name) == TW_OK;
        let complete = list::values::<twDataShapeEntry>((*shape).entries).all(|field| {
            field.is_null() || {
                let field = copy_entry(field);
                let added = twDataShape_AddEntry(made, field) == TW_OK;
                if !added {
                    twDataShapeEntry_Delete(field.cast());
                }
                added
            }
        });
        if named && complete {
            return made;
        }
        twDataShape_Delete(made.cast());
        ptr::null_mut()
    }
}

unsafe fn copy_entry(entry: *const twDataShapeEntry) -> *mut twDataShapeEntry {
    // SAFETY: the caller's field is live; the copy is fresh and freed as a whole on failure.
    unsafe {
        let name = if (*entry).name.is_null() { c"".as_ptr() } else { (*entry).name };
        let made = twDataShapeEntry_Create(name, (*entry).description, (*entry).r#type);
        if made.is_null() {
            return made;
        }
        for aspect in list::values::<twDataShapeAspect>((*entry).aspects) {
            if aspect.is_null() || (*aspect).value.is_null() {
                continue;
            }
            let value = compare::copy((*aspect).value, 0);
            let name = if (*aspect).name.is_null() { c"".as_ptr() } else { (*aspect).name };
            if twDataShapeEntry_AddAspect(made, name, value) != TW_OK {
                twPrimitive_Delete(value.cast());
                twDataShapeEntry_Delete(made.cast());
                return ptr::null_mut();
            }
        }
        made
    }
}

/// Reads an aspect, name and value, from a stream. The caller deletes it. NULL for NULL and on failure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDataShapeAspect_CreateFromStream(s: *mut twStream) -> *mut twDataShapeAspect {
    // SAFETY: a live stream.
    unsafe { from_stream(s, Reader::aspect) }
}

/// Reads a field with its marker from a stream. The caller deletes it. NULL at the end marker, for NULL and on failure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDataShapeEntry_CreateFromStream(s: *mut twStream) -> *mut twDataShapeEntry {
    // SAFETY: a live stream.
    unsafe { from_stream(s, |reader| if reader.another() { reader.entry() } else { Err(Unreadable) }) }
}

/// Reads a shape, up to and with its end marker, from a stream. The caller deletes it. NULL for NULL and on failure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDataShape_CreateFromStream(s: *mut twStream) -> *mut twDataShape {
    // SAFETY: a live stream.
    unsafe { from_stream(s, Reader::shape) }
}
