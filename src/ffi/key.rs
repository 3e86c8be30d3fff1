//! Keys that a program's key function makes from its values.

use super::{memory, text};
use std::ffi::{c_char, c_void};

/// A key: a string from `malloc`, freed when dropped.
pub struct Key(*const c_char);

impl Key {
    /// The key of a value; `None` when the function gives NULL.
    ///
    /// # Safety
    /// `value` is what `parse` expects, and `parse` gives NULL or a NUL-terminated string from `malloc`.
    pub unsafe fn of(parse: unsafe extern "C" fn(*mut c_void) -> *const c_char, value: *mut c_void) -> Option<Self> {
        // SAFETY: see above.
        let key = unsafe { parse(value) };
        (!key.is_null()).then_some(Self(key))
    }

    /// Its bytes, without terminator.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: a C string that lives as long as `self`.
        unsafe { text::bytes(self.0) }.unwrap_or_default()
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        // SAFETY: ours, from malloc.
        unsafe { memory::free(self.0.cast_mut()) };
    }
}
