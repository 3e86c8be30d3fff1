//! `stringUtils.h`: String copies, case change and concatenation.

use super::errors::{TW_ERROR_ALLOCATING_MEMORY, TW_INVALID_PARAM, TW_OK, TW_UNKNOWN_ERROR};
use super::guard::guard;
use super::memory;
use super::text::{self, MAX_STRING};
use std::ffi::{c_char, c_int};
use std::ptr;

/// Changes a string in place and returns it. NULL is returned.
unsafe fn change(input: *mut c_char, change: impl Fn(&mut u8)) -> *mut c_char {
    if !input.is_null() {
        // SAFETY: the caller's NUL-terminated string, which it may change.
        unsafe {
            let length = libc::strlen(input);
            if length > 0 {
                std::slice::from_raw_parts_mut(input.cast::<u8>(), length).iter_mut().for_each(change);
            }
        }
    }
    input
}

/// Turns the ASCII letters of a string into small ones, in place. Returns `input`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lowercase(input: *mut c_char) -> *mut c_char {
    // SAFETY: the same argument.
    unsafe { change(input, |byte| byte.make_ascii_lowercase()) }
}

/// Turns the ASCII letters of a string into capitals, in place. Returns `input`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn uppercase(input: *mut c_char) -> *mut c_char {
    // SAFETY: the same argument.
    unsafe { change(input, |byte| byte.make_ascii_uppercase()) }
}

/// The small letter for an ASCII capital; anything else as it is.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn locase(character: c_int) -> c_int {
    u8::try_from(character).map_or(character, |byte| c_int::from(byte.to_ascii_lowercase()))
}

/// The capital for a small ASCII letter; anything else as it is.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn upcase(character: c_int) -> c_int {
    u8::try_from(character).map_or(character, |byte| c_int::from(byte.to_ascii_uppercase()))
}

/// Copies a string, cut at 65536 bytes. The caller frees the copy. NULL for NULL and when there is no memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn duplicateString(input: *const c_char) -> *mut c_char {
    // SAFETY: the same argument.
    unsafe { duplicateStringN(input, MAX_STRING) }
}

/// Copies a string, cut at `maxlen` bytes. The caller frees the copy. NULL for NULL and when there is no memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn duplicateStringN(input: *const c_char, maxlen: usize) -> *mut c_char {
    // SAFETY: the caller's string.
    guard(ptr::null_mut(), || unsafe { text::duplicate(input, maxlen) })
}

/// Appends a string to another from `malloc`, which is replaced: `*dest` may be NULL. The result is cut at 65536 bytes.
/// 0; 101 for NULL; 102 when there is no memory, `*dest` is then as before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn concatenateStrings(dest: *mut *mut c_char, src: *const c_char) -> c_int {
    // SAFETY: the same arguments.
    unsafe { concatenateStringsN(dest, src, MAX_STRING) }
}

/// As `concatenateStrings`; the result is cut at `maxlen` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn concatenateStringsN(dest: *mut *mut c_char, src: *const c_char, maxlen: usize) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if dest.is_null() || src.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: the caller's strings; the old one is ours to free.
        unsafe {
            let old = dest.read();
            let front = text::bytes_up_to(old, maxlen).unwrap_or_default();
            let back = text::bytes_up_to(src, maxlen - front.len()).unwrap_or_default();
            let joined = memory::copy_bytes(&[front, back].concat());
            if joined.is_null() {
                return TW_ERROR_ALLOCATING_MEMORY;
            }
            memory::free(old);
            dest.write(joined);
        }
        TW_OK
    })
}

/// Whether a string ends with another: 1 or 0. Every string ends with the empty one. 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn stringEndsWithSuffix(str: *const c_char, suf: *const c_char) -> c_char {
    guard(0, || {
        // SAFETY: the caller's strings.
        let (string, suffix) = unsafe { (text::bytes(str), text::bytes(suf)) };
        c_char::from(string.zip(suffix).is_some_and(|(string, suffix)| string.ends_with(suffix)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_is_changed_in_place_for_ascii_only() {
        let mut bytes = *b"aZ\xc3\xa9-9\0";
        let string = bytes.as_mut_ptr().cast::<c_char>();
        // SAFETY: a C string that may be changed.
        unsafe {
            assert_eq!(uppercase(string), string);
            assert_eq!(text::bytes(string), Some(&b"AZ\xc3\xa9-9"[..]));
            assert_eq!(lowercase(string), string);
            assert_eq!(text::bytes(string), Some(&b"az\xc3\xa9-9"[..]));
            assert!(lowercase(ptr::null_mut()).is_null());
        }
    }

    #[test]
    fn copies_are_cut() {
        let long = std::ffi::CString::new("x".repeat(70_000)).unwrap();
        // SAFETY: C strings; what is given is freed.
        unsafe {
            let copy = duplicateString(long.as_ptr());
            assert_eq!(libc::strlen(copy), 65_536);
            memory::free(copy);
            let copy = duplicateStringN(c"abc".as_ptr(), 2);
            assert_eq!(text::bytes(copy), Some(&b"ab"[..]));
            memory::free(copy);
            assert!(duplicateString(ptr::null()).is_null());
        }
    }

    #[test]
    fn strings_are_joined() {
        let mut joined = ptr::null_mut();
        // SAFETY: C strings; what is given is freed.
        unsafe {
            assert_eq!(concatenateStrings(&mut joined, c"ab".as_ptr()), 0);
            assert_eq!(concatenateStrings(&mut joined, c"cd".as_ptr()), 0);
            assert_eq!(text::bytes(joined), Some(&b"abcd"[..]));
            // A string may be joined to itself.
            assert_eq!(concatenateStringsN(&mut joined, joined, 6), 0);
            assert_eq!(text::bytes(joined), Some(&b"abcdab"[..]));
            assert_eq!(concatenateStringsN(&mut joined, c"x".as_ptr(), 4), 0);
            assert_eq!(text::bytes(joined), Some(&b"abcd"[..]));
            assert_eq!(concatenateStrings(&mut joined, ptr::null()), 101);
            assert_eq!(concatenateStrings(ptr::null_mut(), c"x".as_ptr()), 101);
            memory::free(joined);
        }
    }

    #[test]
    fn suffixes() {
        // SAFETY: C strings or NULL.
        unsafe {
            assert_eq!(stringEndsWithSuffix(c"file.txt".as_ptr(), c".txt".as_ptr()), 1);
            assert_eq!(stringEndsWithSuffix(c"file.txt".as_ptr(), c".tx".as_ptr()), 0);
            assert_eq!(stringEndsWithSuffix(c"t".as_ptr(), c"txt".as_ptr()), 0);
            assert_eq!(stringEndsWithSuffix(c"t".as_ptr(), c"".as_ptr()), 1);
            assert_eq!(stringEndsWithSuffix(ptr::null(), c"".as_ptr()), 0);
            assert_eq!(stringEndsWithSuffix(c"t".as_ptr(), ptr::null()), 0);
        }
    }
}
