//! Copying, comparing and weighing primitives.

use super::primitive::{self, content, copying};
use super::{twLocation, twPrimitive};
use crate::ffi::definitions::{
    TW_BLOB, TW_BOOLEAN, TW_DATETIME, TW_INFOTABLE, TW_INTEGER, TW_LOCATION, TW_NOTHING, TW_NUMBER, TW_STRING,
    TW_VARIANT,
};
use crate::ffi::guard::guard;
use crate::ffi::info_table::table;
use crate::ffi::{list, memory};
use std::cmp::Ordering;
use std::ffi::{c_char, c_int};
use std::ptr;

/// How deep copies and comparisons follow values inside values: deeper than any sensible one, and a value that a program
/// made to contain itself ends there, too.
pub const MAX_DEPTH: usize = 256;

/// A deep copy, also of a VARIANT; a text or blob without data becomes an empty one. NULL for what has no content that
/// could be copied.
///
/// # Safety
/// `p` is NULL or live.
pub unsafe fn copy(p: *const twPrimitive, depth: usize) -> *mut twPrimitive {
    if p.is_null() || depth > MAX_DEPTH {
        return ptr::null_mut();
    }
    // SAFETY: see above; each member is read for its own family only.
    unsafe {
        let source = *p;
        match source.typeFamily {
            TW_STRING | TW_BLOB => {
                let made = copying(source.r#type, source.typeFamily, content(p).unwrap_or_default());
                if !made.is_null() && !source.val.bytes.data.is_null() {
                    (*made).length = source.length;
                }
                made
            }
            TW_INFOTABLE => {
                let inner = table::copy(source.val.infotable, depth + 1);
                if inner.is_null() {
                    return ptr::null_mut();
                }
                let made = primitive::infotable(inner);
                if made.is_null() {
                    table::twInfoTable_Delete(inner.cast());
                } else {
                    (*made).r#type = source.r#type;
                }
                made
            }
            TW_VARIANT => {
                let inner = copy(source.val.variant, depth + 1);
                if inner.is_null() {
                    return ptr::null_mut();
                }
                let made = primitive::variant(inner);
                if made.is_null() {
                    primitive::twPrimitive_Delete(inner.cast());
                } else {
                    (*made).r#type = source.r#type;
                }
                made
            }
            TW_NOTHING | TW_NUMBER | TW_INTEGER | TW_BOOLEAN | TW_DATETIME | TW_LOCATION => memory::alloc(source),
            _ => ptr::null_mut(),
        }
    }
}

/// Makes a deep copy that keeps the exact type. The caller deletes it.
///
/// NULL for NULL, for a VARIANT, for TIMESPAN and unknown families, and for a text, blob or table without data.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPrimitive_FullCopy(p: *mut twPrimitive) -> *mut twPrimitive {
    guard(ptr::null_mut(), || {
        // SAFETY: a live primitive.
        unsafe {
            if p.is_null() {
                return ptr::null_mut();
            }
            match (*p).typeFamily {
                TW_VARIANT => ptr::null_mut(),
                TW_STRING | TW_BLOB if (*p).val.bytes.data.is_null() => ptr::null_mut(),
                _ => copy(p, 0),
            }
        }
    })
}

/// Compares two primitives by the family of the first.
///
/// 0: equal, always for a primitive and itself. -1: one is NULL, or what they hold cannot be compared. 1: their exact
/// types, the lengths of their texts or blobs, or their values differ; texts and blobs of one length give the sign of
/// their byte order. Tables: as `twInfoTable_Compare`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPrimitive_Compare(p1: *mut twPrimitive, p2: *mut twPrimitive) -> c_int {
    // SAFETY: the same arguments.
    guard(-1, || unsafe { compare(p1, p2, 0) })
}

/// As `twPrimitive_Compare`, `depth` values deep.
///
/// # Safety
/// Both are NULL or live.
pub unsafe fn compare(p1: *const twPrimitive, p2: *const twPrimitive, depth: usize) -> c_int {
    if p1.is_null() || p2.is_null() || depth > MAX_DEPTH {
        return -1;
    }
    if ptr::eq(p1, p2) {
        return 0;
    }
    // SAFETY: see above; a pointer of the second is followed only if its family is that of the first.
    unsafe {
        let (a, b) = (&*p1, &*p2);
        if a.r#type != b.r#type {
            return 1;
        }
        let points = matches!(a.typeFamily, TW_STRING | TW_BLOB | TW_INFOTABLE | TW_VARIANT);
        if points && a.typeFamily != b.typeFamily {
            return 1;
        }
        match a.typeFamily {
            TW_NOTHING => 0,
            TW_NUMBER => c_int::from(a.val.number != b.val.number),
            TW_INTEGER => c_int::from(a.val.integer != b.val.integer),
            TW_BOOLEAN => c_int::from(a.val.boolean != b.val.boolean),
            TW_DATETIME => c_int::from(a.val.datetime != b.val.datetime),
            TW_LOCATION => c_int::from(!same_place(a.val.location, b.val.location)),
            TW_STRING | TW_BLOB => compare_bytes(content(p1).unwrap_or_default(), content(p2).unwrap_or_default()),
            TW_INFOTABLE => table::compare(a.val.infotable, b.val.infotable, depth + 1),
            TW_VARIANT => compare(a.val.variant, b.val.variant, depth + 1),
            _ => -1,
        }
    }
}

fn same_place(a: twLocation, b: twLocation) -> bool {
    a.latitude == b.latitude && a.longitude == b.longitude && a.elevation == b.elevation
}

fn compare_bytes(a: &[u8], b: &[u8]) -> c_int {
    if a.len() != b.len() {
        return 1;
    }
    match a.cmp(b) {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    }
}

/// Whether a value counts as true: a number, time or coordinate that is not 0, a text or blob that is not empty (so
/// "false" is true), a table with rows, a VARIANT around such a value. 0 for NULL, NOTHING and TIMESPAN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPrimitive_IsTrue(p1: *mut twPrimitive) -> c_char {
    guard(0, || {
        let mut p = p1.cast_const();
        for _ in 0..MAX_DEPTH {
            // SAFETY: a live primitive; each member is read for its own family only.
            unsafe {
                if p.is_null() {
                    return 0;
                }
                match (*p).typeFamily {
                    TW_VARIANT => p = (*p).val.variant,
                    // `boolean` is handed out as it is.
                    TW_BOOLEAN => return (*p).val.boolean,
                    _ => return c_char::from(is_true(p)),
                }
            }
        }
        0
    })
}

unsafe fn is_true(p: *const twPrimitive) -> bool {
    // SAFETY: the caller's primitive is live.
    unsafe {
        let val = (*p).val;
        match (*p).typeFamily {
            TW_STRING | TW_BLOB => val.bytes.len > 0,
            TW_NUMBER => val.number != 0.0,
            // All eight bytes: a value set through a wider member counts.
            TW_INTEGER | TW_DATETIME => val.datetime != 0,
            TW_LOCATION => {
                let location = val.location;
                location.latitude != 0.0 || location.longitude != 0.0 || location.elevation != 0.0
            }
            TW_INFOTABLE => !val.infotable.is_null() && list::twList_GetCount((*val.infotable).rows) > 0,
            _ => false,
        }
    }
}
