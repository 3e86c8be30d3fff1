//! C strings to texts and back.

use super::memory;
use crate::model::Text;
use std::ffi::{CStr, c_char};
use std::ptr;

/// The longest text that the plain string helpers of the C interface produce (api-behaviour.md 13).
pub const MAX_STRING: usize = 65_536;

/// The bytes of a C string without its terminator, `None` for NULL.
///
/// # Safety
/// `text` is NULL or NUL-terminated, and unchanged while the slice is used.
pub unsafe fn bytes<'a>(text: *const c_char) -> Option<&'a [u8]> {
    // SAFETY: see above.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_bytes())
}

/// A C string, `None` for NULL.
///
/// # Safety
/// As for [`bytes`].
pub unsafe fn c_str<'a>(text: *const c_char) -> Option<&'a CStr> {
    // SAFETY: see above.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) })
}

/// The bytes of a C string, at most `max` of them: reads no further.
///
/// # Safety
/// `text` is NULL, or NUL-terminated, or at least `max` bytes long; unchanged while the slice is used.
pub unsafe fn bytes_up_to<'a>(text: *const c_char, max: usize) -> Option<&'a [u8]> {
    if text.is_null() {
        return None;
    }
    // SAFETY: strnlen stops at the terminator or at `max`.
    let length = unsafe { libc::strnlen(text, max) };
    // SAFETY: these bytes were just read.
    Some(unsafe { memory::slice(text, length) })
}

/// A copy of a C string as a text, `None` for NULL.
///
/// # Safety
/// As for [`bytes`].
pub unsafe fn text(text: *const c_char) -> Option<Text> {
    // SAFETY: see above.
    unsafe { bytes(text) }.map(Text::from)
}

/// A copy of a C string in C memory, cut at `max` bytes. NULL for NULL and when there is no memory.
///
/// # Safety
/// As for [`bytes_up_to`].
pub unsafe fn duplicate(text: *const c_char, max: usize) -> *mut c_char {
    // SAFETY: see above.
    unsafe { bytes_up_to(text, max) }.map_or(ptr::null_mut(), memory::copy_bytes)
}

/// A text as a C string in C memory. C sees it end at its first NUL. NULL when there is no memory.
pub fn to_c(text: &[u8]) -> *mut c_char {
    memory::copy_bytes(text)
}

/// The same for a text that may be missing: `None` gives NULL.
pub fn option_to_c(text: Option<&Text>) -> *mut c_char {
    text.map_or(ptr::null_mut(), |text| to_c(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_is_none() {
        // SAFETY: NULL is allowed everywhere.
        unsafe {
            assert!(bytes(ptr::null()).is_none());
            assert!(text(ptr::null()).is_none());
            assert!(duplicate(ptr::null(), 5).is_null());
        }
    }

    #[test]
    fn a_copy_is_cut() {
        // SAFETY: the literals are NUL-terminated, the copy is freed once.
        unsafe {
            let copy = duplicate(c"abcdef".as_ptr(), 4);
            assert_eq!(bytes(copy), Some(&b"abcd"[..]));
            memory::free(copy);
            assert_eq!(bytes_up_to(c"ab".as_ptr(), 4), Some(&b"ab"[..]));
        }
    }
}
