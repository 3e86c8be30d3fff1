//! Names of base types, and byte order.

use crate::ffi::definitions::{BaseType, TW_NOTHING};
use crate::ffi::text;
use crate::model;
use std::ffi::{CStr, CString, c_char};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicI8, Ordering};

/// The base type of the core for one that C knows. LONG is not among those: the C interface has NUMBER in its place.
pub fn known(base_type: BaseType) -> Option<model::BaseType> {
    let code = match base_type {
        TW_NOTHING => u8::MAX,
        _ => u8::try_from(base_type).ok().filter(|&code| code != u8::MAX)?,
    };
    Some(model::BaseType(code)).filter(|known| known.name().is_some() && *known != model::BaseType::LONG)
}

/// The names as C strings, by wire number.
static NAMES: LazyLock<Vec<Option<CString>>> = LazyLock::new(|| {
    (0..=u8::MAX).map(|code| model::BaseType(code).name().and_then(|name| CString::new(name).ok())).collect()
});

/// The name of a base type; "UNKNOWN" for a number without one. The text is constant.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn baseTypeToString(b: BaseType) -> *const c_char {
    let unknown: &CStr = c"UNKNOWN";
    let name = known(b).and_then(|known| NAMES.get(usize::from(known.0))).and_then(Option::as_deref);
    name.unwrap_or(unknown).as_ptr()
}

/// The base type of exactly that name; `TW_NOTHING` for any other text and for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn baseTypeFromString(s: *const c_char) -> BaseType {
    // SAFETY: a C string of the caller's.
    let name = unsafe { text::bytes(s) }.and_then(|name| std::str::from_utf8(name).ok());
    let found = name.and_then(model::BaseType::from_name).filter(|found| *found != model::BaseType::LONG);
    match found {
        Some(model::BaseType::NOTHING) | None => TW_NOTHING,
        Some(found) => BaseType::from(found.0),
    }
}

/// Whether this machine is little endian: -1 until one of the swap functions has run, then 1 or 0.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub static twBaseTypes_isLittleEndian: AtomicI8 = AtomicI8::new(-1);

/// Turns `count` bytes between the order of this machine and that of the network, in place. NULL is left alone.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn swapbytes(bytes: *mut c_char, count: usize) {
    twBaseTypes_isLittleEndian.store(i8::from(cfg!(target_endian = "little")), Ordering::Relaxed);
    if cfg!(target_endian = "little") && !bytes.is_null() && count > 0 {
        // SAFETY: the caller's bytes.
        unsafe { std::slice::from_raw_parts_mut(bytes, count) }.reverse();
    }
}

/// Turns two bytes between the order of this machine and that of the network, in place.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn swap2bytes(bytes: *mut c_char) {
    // SAFETY: the caller's bytes.
    unsafe { swapbytes(bytes, 2) }
}

/// Turns four bytes between the order of this machine and that of the network, in place.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn swap4bytes(bytes: *mut c_char) {
    // SAFETY: the caller's bytes.
    unsafe { swapbytes(bytes, 4) }
}

/// Turns eight bytes between the order of this machine and that of the network, in place.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn swap8bytes(bytes: *mut c_char) {
    // SAFETY: the caller's bytes.
    unsafe { swapbytes(bytes, 8) }
}
