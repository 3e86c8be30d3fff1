//! `twPrimitive`: a typed value. Content is judged by `typeFamily`, identity by `type`: programs change both.

use super::names::known;
use super::{limits, twLocation, twPrimitive, twPrimitive_bytes, twPrimitive_val};
use crate::ffi::definitions::{
    BaseType, TW_BLOB, TW_BOOLEAN, TW_DATETIME, TW_IMAGE, TW_INFOTABLE, TW_INTEGER, TW_LOCATION, TW_NOTHING, TW_NUMBER,
    TW_STRING, TW_VARIANT,
};
use crate::ffi::guard::guard;
use crate::ffi::info_table::{table, twInfoTable};
use crate::ffi::os_port::DATETIME;
use crate::ffi::{memory, text};
use crate::model::Family;
use std::ffi::{c_char, c_void};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{mem, ptr};

/// The family that C gives to values of a type: the type itself but for texts and blobs. `None` for types without
/// values: TIMESPAN, SCHEDULE and numbers without a name.
pub fn family(base_type: BaseType) -> Option<BaseType> {
    Some(match known(base_type)?.family()? {
        Family::Text => TW_STRING,
        Family::Blob => TW_BLOB,
        _ => base_type,
    })
}

/// No content. Every byte is zero, also beside a small member: `twPrimitive_IsTrue` looks at all of them.
pub fn no_content() -> twPrimitive_val {
    // SAFETY: all members are plain numbers and pointers, for which zero is a value.
    unsafe { mem::zeroed() }
}

/// A primitive in C memory. NULL when there is no memory.
pub fn new(base_type: BaseType, family: BaseType, length: u32, val: twPrimitive_val) -> *mut twPrimitive {
    memory::alloc(twPrimitive { r#type: base_type, typeFamily: family, length, val })
}

/// The encoded length of a text of `count` bytes.
pub fn text_length(count: usize) -> u32 {
    u32::try_from(if count > 127 { count.saturating_add(4) } else { count + 1 }).unwrap_or(u32::MAX)
}

/// The encoded length of a blob of `count` bytes.
pub fn blob_length(count: usize) -> u32 {
    u32::try_from(count.saturating_add(4)).unwrap_or(u32::MAX)
}

/// A text or blob over memory that it owns from then on. NULL when there is no memory; `data` then stays the caller's.
pub fn owning(base_type: BaseType, family: BaseType, data: *mut c_char, count: usize, length: u32) -> *mut twPrimitive {
    let mut val = no_content();
    val.bytes = twPrimitive_bytes { data, len: i32::try_from(count).unwrap_or(i32::MAX) };
    new(base_type, family, length, val)
}

/// A text or blob with a copy of the bytes.
pub fn copying(base_type: BaseType, family: BaseType, bytes: &[u8]) -> *mut twPrimitive {
    if i32::try_from(bytes.len()).is_err() {
        return ptr::null_mut();
    }
    let data = memory::copy_bytes(bytes);
    if data.is_null() {
        return ptr::null_mut();
    }
    let length = if family == TW_STRING { text_length(bytes.len()) } else { blob_length(bytes.len()) };
    let primitive = owning(base_type, family, data, bytes.len(), length);
    if primitive.is_null() {
        // SAFETY: nobody else knows the copy.
        unsafe { memory::free(data) };
    }
    primitive
}

/// The bytes of a text or blob, `None` when there is no data. A negative length is none.
///
/// # Safety
/// `primitive` is live and of one of the two families.
pub unsafe fn content<'a>(primitive: *const twPrimitive) -> Option<&'a [u8]> {
    // SAFETY: see above.
    unsafe {
        let bytes = (*primitive).val.bytes;
        (!bytes.data.is_null()).then(|| memory::slice(bytes.data, usize::try_from(bytes.len).unwrap_or(0)))
    }
}

/// A NUMBER.
pub fn number(value: f64) -> *mut twPrimitive {
    let mut val = no_content();
    val.number = value;
    new(TW_NUMBER, TW_NUMBER, 8, val)
}

/// An INTEGER.
pub fn integer(value: i32) -> *mut twPrimitive {
    let mut val = no_content();
    val.integer = value;
    new(TW_INTEGER, TW_INTEGER, 4, val)
}

/// A BOOLEAN with exactly that byte.
pub fn boolean(value: c_char) -> *mut twPrimitive {
    let mut val = no_content();
    val.boolean = value;
    new(TW_BOOLEAN, TW_BOOLEAN, 1, val)
}

/// A DATETIME.
pub fn datetime(value: DATETIME) -> *mut twPrimitive {
    let mut val = no_content();
    val.datetime = value;
    new(TW_DATETIME, TW_DATETIME, 8, val)
}

/// A LOCATION.
pub fn location(value: twLocation) -> *mut twPrimitive {
    let mut val = no_content();
    val.location = value;
    new(TW_LOCATION, TW_LOCATION, 24, val)
}

/// NOTHING. It counts one byte, though none is encoded.
pub fn nothing() -> *mut twPrimitive {
    new(TW_NOTHING, TW_NOTHING, 1, no_content())
}

/// A VARIANT that owns `inner` from then on. NULL when there is no memory; `inner` then stays the caller's.
///
/// # Safety
/// `inner` is live.
pub unsafe fn variant(inner: *mut twPrimitive) -> *mut twPrimitive {
    let mut val = no_content();
    val.variant = inner;
    // SAFETY: see above.
    new(TW_VARIANT, TW_VARIANT, unsafe { (*inner).length }.saturating_add(1), val)
}

/// An INFOTABLE that owns the table from then on. NULL when there is no memory; the table then stays the caller's.
///
/// # Safety
/// `table` is live.
pub unsafe fn infotable(table: *mut twInfoTable) -> *mut twPrimitive {
    let mut val = no_content();
    val.infotable = table;
    // SAFETY: see above.
    new(TW_INFOTABLE, TW_INFOTABLE, unsafe { (*table).length }, val)
}

/// Milliseconds since 1970 UTC by the clock on the wall.
pub fn now() -> DATETIME {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    DATETIME::try_from(since.as_millis()).unwrap_or(DATETIME::MAX)
}

/// Makes a primitive without value, type `TW_NOTHING`. The caller deletes it, as all primitives of the functions here,
/// with `twPrimitive_Delete`. NULL when there is no memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPrimitive_Create() -> *mut twPrimitive {
    guard(ptr::null_mut(), nothing)
}

/// Makes a primitive from a pointer to a value of the given type.
///
/// Texts: a NUL-terminated string; with `duplicateCharArray` not 0 copied and cut at `twcfg.max_string_prop_length`,
/// otherwise the heap pointer is taken. BLOB and IMAGE: the same with `blobLength` bytes. INFOTABLE: the table is emptied,
/// its shell stays the caller's. VARIANT: the inner primitive is taken. The others are read. NULL for a NULL pointer, for
/// TIMESPAN, for a type without values and when there is no memory: nothing is taken then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPrimitive_CreateFromVariable(
    value: *const c_void,
    r#type: BaseType,
    duplicateCharArray: c_char,
    blobLength: u32,
) -> *mut twPrimitive {
    guard(ptr::null_mut(), || {
        let Some(family) = family(r#type) else {
            log::warn!("twPrimitive_CreateFromVariable: type {} has no values", r#type);
            return ptr::null_mut();
        };
        if value.is_null() {
            return ptr::null_mut();
        }
        // SAFETY: the pointer is to a value of the type, as documented.
        unsafe {
            match family {
                TW_STRING => from_text(value.cast(), r#type, duplicateCharArray != 0),
                TW_BLOB => from_blob(value.cast(), r#type, duplicateCharArray != 0, blobLength),
                TW_NUMBER => number(value.cast::<f64>().read_unaligned()),
                TW_INTEGER => integer(value.cast::<i32>().read_unaligned()),
                TW_BOOLEAN => boolean(value.cast::<c_char>().read()),
                TW_DATETIME => datetime(value.cast::<DATETIME>().read_unaligned()),
                TW_LOCATION => location(value.cast::<twLocation>().read_unaligned()),
                TW_VARIANT => variant(value.cast_mut().cast()),
                TW_INFOTABLE => from_table(value.cast_mut().cast()),
                _ => nothing(),
            }
        }
    })
}

unsafe fn from_text(value: *const c_char, base_type: BaseType, duplicate: bool) -> *mut twPrimitive {
    // SAFETY: the caller's string, read up to the limit when it is copied.
    unsafe {
        if duplicate {
            return copying(base_type, TW_STRING, text::bytes_up_to(value, limits::max_string()).unwrap_or_default());
        }
        let count = libc::strlen(value);
        owning(base_type, TW_STRING, value.cast_mut(), count, text_length(count))
    }
}

unsafe fn from_blob(value: *const c_char, base_type: BaseType, duplicate: bool, count: u32) -> *mut twPrimitive {
    let Ok(size) = i32::try_from(count) else { return ptr::null_mut() };
    let size = usize::try_from(size).unwrap_or(0);
    if duplicate {
        // SAFETY: the caller's bytes.
        return copying(base_type, TW_BLOB, unsafe { memory::slice(value, size) });
    }
    owning(base_type, TW_BLOB, value.cast_mut(), size, blob_length(size))
}

unsafe fn from_table(shell: *mut twInfoTable) -> *mut twPrimitive {
    // SAFETY: the caller's table; on failure its content goes back into the shell.
    unsafe {
        let taken = table::take(shell);
        if taken.is_null() {
            return ptr::null_mut();
        }
        let primitive = infotable(taken);
        if primitive.is_null() {
            *shell = *taken;
            memory::free(taken);
        }
        primitive
    }
}

/// Makes a STRING. With `duplicate` not 0 the string is copied and cut at `twcfg.max_string_prop_length`, otherwise the
/// heap pointer is taken. NULL for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPrimitive_CreateFromString(value: *const c_char, duplicate: c_char) -> *mut twPrimitive {
    // SAFETY: the same arguments.
    unsafe { twPrimitive_CreateFromVariable(value.cast(), TW_STRING, duplicate, 0) }
}

/// Makes a BLOB, or an IMAGE if `isImage` is not 0, of `length` bytes. With `duplicate` not 0 they are copied, otherwise
/// the heap pointer is taken. NULL for NULL and for a negative length.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPrimitive_CreateFromBlob(
    value: *const c_char,
    length: i32,
    isImage: c_char,
    duplicate: c_char,
) -> *mut twPrimitive {
    let Ok(length) = u32::try_from(length) else { return ptr::null_mut() };
    let base_type = if isImage != 0 { TW_IMAGE } else { TW_BLOB };
    // SAFETY: the same arguments.
    unsafe { twPrimitive_CreateFromVariable(value.cast(), base_type, duplicate, length) }
}

/// Makes a NUMBER.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPrimitive_CreateFromNumber(value: f64) -> *mut twPrimitive {
    guard(ptr::null_mut(), || number(value))
}

/// Makes an INTEGER.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPrimitive_CreateFromInteger(value: i32) -> *mut twPrimitive {
    guard(ptr::null_mut(), || integer(value))
}

/// Makes a BOOLEAN of exactly that byte: 0 is false, anything else true.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPrimitive_CreateFromBoolean(value: c_char) -> *mut twPrimitive {
    guard(ptr::null_mut(), || boolean(value))
}

/// Makes a DATETIME of milliseconds since 1970 UTC; times before that in two's complement.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPrimitive_CreateFromDatetime(value: DATETIME) -> *mut twPrimitive {
    guard(ptr::null_mut(), || datetime(value))
}

/// Makes a DATETIME of now.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPrimitive_CreateFromCurrentTime() -> *mut twPrimitive {
    guard(ptr::null_mut(), || datetime(now()))
}

/// Makes a LOCATION with a copy of `value`. NULL for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPrimitive_CreateFromLocation(value: *const twLocation) -> *mut twPrimitive {
    // SAFETY: the same argument.
    unsafe { twPrimitive_CreateFromVariable(value.cast(), TW_LOCATION, 0, 0) }
}

/// Makes a LOCATION with a copy of `value`, which came from `malloc`, and frees `value`. NULL for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPrimitive_CreateFromLocationAndDelete(value: *const twLocation) -> *mut twPrimitive {
    // SAFETY: the caller gives the location away.
    unsafe {
        let primitive = twPrimitive_CreateFromLocation(value);
        memory::free(value.cast_mut());
        primitive
    }
}

/// Makes an INFOTABLE. The table is emptied: its shell stays the caller's, who still deletes it. NULL for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPrimitive_CreateFromInfoTable(it: *mut twInfoTable) -> *mut twPrimitive {
    // SAFETY: the same argument.
    unsafe { twPrimitive_CreateFromVariable(it.cast(), TW_INFOTABLE, 0, 0) }
}

/// Makes a VARIANT around `input`, which is taken. NULL for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPrimitive_CreateVariant(input: *mut twPrimitive) -> *mut twPrimitive {
    // SAFETY: the same argument.
    unsafe { twPrimitive_CreateFromVariable(input.cast(), TW_VARIANT, 0, 0) }
}

/// Deletes a primitive and what it holds. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPrimitive_Delete(p: *mut c_void) {
    guard((), || {
        let mut primitive = p.cast::<twPrimitive>();
        while !primitive.is_null() {
            // SAFETY: the caller gives the primitive away; a VARIANT owns the next one.
            primitive = unsafe {
                let mut inner = ptr::null_mut();
                match (*primitive).typeFamily {
                    TW_STRING | TW_BLOB => memory::free((*primitive).val.bytes.data),
                    TW_INFOTABLE => table::twInfoTable_Delete((*primitive).val.infotable.cast()),
                    TW_VARIANT => inner = (*primitive).val.variant,
                    _ => {}
                }
                memory::free(primitive);
                inner
            };
        }
    });
}

/// Makes a primitive with the content of `p`, without copying: `p` then is `TW_NOTHING`, and still the caller's. NULL for
/// NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPrimitive_ZeroCopy(p: *mut twPrimitive) -> *mut twPrimitive {
    guard(ptr::null_mut(), || {
        if p.is_null() {
            return ptr::null_mut();
        }
        // SAFETY: a live primitive.
        unsafe {
            let moved = memory::alloc(*p);
            if !moved.is_null() {
                (*p).r#type = TW_NOTHING;
                (*p).typeFamily = TW_NOTHING;
                (*p).val = no_content();
            }
            moved
        }
    })
}

/// Gives the string of a text primitive, to be freed by the caller, and deletes the primitive. For any other primitive
/// NULL: it is then not deleted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPrimitive_DecoupleStringAndDelete(p: *mut twPrimitive) -> *mut c_char {
    guard(ptr::null_mut(), || {
        // SAFETY: a live primitive, which the caller gives away if it is a text.
        unsafe {
            if p.is_null() || (*p).typeFamily != TW_STRING {
                return ptr::null_mut();
            }
            let string = (*p).val.bytes.data;
            memory::free(p);
            string
        }
    })
}
