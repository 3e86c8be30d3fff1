//! `twPath.h`: Absolute path of a relative one.

use std::ffi::c_char;
use std::ptr;

/// The absolute path without links and dots, to be freed by the caller. NULL if `relativePath` is NULL or names nothing
/// that exists, with errno saying why.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPath_GetFullPath(relativePath: *const c_char) -> *mut c_char {
    if relativePath.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: the path is terminated; with NULL the result comes from malloc.
    unsafe { libc::realpath(relativePath, ptr::null_mut()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ffi::{memory, text};

    #[test]
    fn only_what_exists_has_a_full_path() {
        // SAFETY: the paths are terminated, the result is freed once.
        unsafe {
            let path = twPath_GetFullPath(c"/tmp/..".as_ptr());
            assert_eq!(text::bytes(path), Some(&b"/"[..]));
            memory::free(path);
            assert!(twPath_GetFullPath(c"/no such place".as_ptr()).is_null());
            assert!(twPath_GetFullPath(ptr::null()).is_null());
        }
    }
}
