//! Memory that C owns or may free: everything here comes from the C allocator.

use std::ffi::{c_char, c_void};
use std::{mem, ptr};

/// A copy of `value` in C memory, to be freed with [`free`] or by C. NULL when there is no memory.
pub fn alloc<T>(value: T) -> *mut T {
    // SAFETY: malloc may be called with any size; one byte keeps NULL meaning "no memory" for empty types.
    let place = unsafe { libc::malloc(mem::size_of::<T>().max(1)) }.cast::<T>();
    if !place.is_null() {
        // SAFETY: `place` is fresh, large enough, and malloc aligns for every C type.
        unsafe { place.write(value) };
    }
    place
}

/// `length` zero bytes. NULL when there is no memory.
pub fn zeroed(length: usize) -> *mut c_char {
    // SAFETY: calloc may be called with any size.
    unsafe { libc::calloc(length.max(1), 1) }.cast()
}

/// A copy of the bytes followed by a NUL. NULL when there is no memory.
pub fn copy_bytes(bytes: &[u8]) -> *mut c_char {
    let Some(size) = bytes.len().checked_add(1) else { return ptr::null_mut() };
    // SAFETY: malloc may be called with any size.
    let place = unsafe { libc::malloc(size) }.cast::<u8>();
    if !place.is_null() {
        // SAFETY: `place` is fresh and has `bytes.len() + 1` bytes.
        unsafe {
            ptr::copy_nonoverlapping(bytes.as_ptr(), place, bytes.len());
            place.add(bytes.len()).write(0);
        }
    }
    place.cast()
}

/// Gives memory back to the C allocator. NULL is fine.
///
/// # Safety
/// `place` is NULL or came from the C allocator and is not used afterwards.
pub unsafe fn free<T>(place: *mut T) {
    // SAFETY: see above.
    unsafe { libc::free(place.cast::<c_void>()) }
}

/// The bytes at `data`; empty for NULL.
///
/// # Safety
/// `data` is NULL or points to `length` readable bytes that nobody changes while the slice is used.
pub unsafe fn slice<'a>(data: *const c_char, length: usize) -> &'a [u8] {
    if data.is_null() || length == 0 {
        return &[];
    }
    // SAFETY: see above.
    unsafe { std::slice::from_raw_parts(data.cast(), length) }
}
