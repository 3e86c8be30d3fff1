//! `twPasswds.h`: Password callback type and conversion to a text buffer.

use super::guard::guard;
use super::{memory, text};
use std::ffi::{c_char, c_int, c_uint};
use std::ptr;
use zeroize::{Zeroize, Zeroizing};

pub const TW_MAX_PASSWORD_LENGTH: c_int = 256;
pub type twPasswdCallbackFunction = Option<unsafe extern "C" fn(passwdBuffer: *mut c_char, maxPasswdSize: c_uint)>;

/// The size of the buffers here.
const SIZE: usize = TW_MAX_PASSWORD_LENGTH as usize;

/// Whether a pointer is no function but a key of 36 letters, digits and hyphens, as programs written for releases before
/// 2.1.3 pass it.
unsafe fn is_key_text(pointer: *const u8) -> bool {
    // SAFETY: functions and strings are readable; reading stops at the first byte that is of no such text.
    unsafe {
        (0..36).all(|place| {
            let byte = pointer.add(place).read();
            byte.is_ascii_alphanumeric() || byte == b'-'
        }) && pointer.add(36).read() == 0
    }
}

/// Makes a buffer of 256 zero bytes and lets `callback` fill it with a secret of at most 255. The caller gives it to
/// `twFreePasswd`. Empty for NULL, and for a key text in place of a function, which leaves a line in the log. NULL when
/// there is no memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twConvertCallbackToPasswd(callback: twPasswdCallbackFunction) -> *mut c_char {
    guard(ptr::null_mut(), || {
        let buffer = memory::zeroed(SIZE);
        let Some(fill) = callback.filter(|_| !buffer.is_null()) else { return buffer };
        // SAFETY: the program's function, or a text in its place, and a buffer of the size that is told.
        unsafe {
            if is_key_text(fill as *const u8) {
                log::error!("a secret was passed where a function that supplies it is expected: pass the function");
                return buffer;
            }
            fill(buffer, SIZE as c_uint);
            buffer.add(SIZE - 1).write(0);
        }
        buffer
    })
}

/// Overwrites and frees what `twConvertCallbackToPasswd` gave. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twFreePasswd(twPasswd: *mut c_char) {
    guard((), || {
        if !twPasswd.is_null() {
            // SAFETY: such a buffer, which the caller gives away.
            unsafe {
                std::slice::from_raw_parts_mut(twPasswd.cast::<u8>(), SIZE).zeroize();
                memory::free(twPasswd);
            }
        }
    });
}

/// What a callback supplies now, as `twConvertCallbackToPasswd` gives it.
pub(super) fn secret_of(callback: twPasswdCallbackFunction) -> Zeroizing<Vec<u8>> {
    // SAFETY: the program's function; a buffer of ours with a C string in it, or NULL.
    unsafe {
        let buffer = twConvertCallbackToPasswd(callback);
        let secret = Zeroizing::new(text::bytes(buffer).unwrap_or_default().to_vec());
        twFreePasswd(buffer);
        secret
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    unsafe extern "C" fn key(buffer: *mut c_char, size: c_uint) {
        assert_eq!(size, 256);
        // SAFETY: the buffer has that size.
        unsafe { libc::strcpy(buffer, c"secret".as_ptr()) };
    }

    unsafe extern "C" fn too_long(buffer: *mut c_char, size: c_uint) {
        // SAFETY: the buffer has that size.
        unsafe { libc::memset(buffer.cast(), i32::from(b'x'), size as usize) };
    }

    unsafe fn taken(callback: twPasswdCallbackFunction) -> Vec<u8> {
        // SAFETY: a buffer with a C string, given back.
        unsafe {
            let buffer = twConvertCallbackToPasswd(callback);
            let secret = text::bytes(buffer).unwrap().to_vec();
            twFreePasswd(buffer);
            secret
        }
    }

    #[test]
    fn the_callback_fills_the_buffer() {
        // SAFETY: functions of ours.
        unsafe {
            assert_eq!(taken(Some(key)), b"secret");
            assert_eq!(taken(Some(too_long)).len(), 255);
            assert_eq!(taken(None), b"");
            twFreePasswd(ptr::null_mut());
        }
    }

    #[test]
    fn a_key_in_place_of_a_function_gives_nothing() {
        let text = c"1724be81-fa15-4485-a966-287bf8f6683f";
        // SAFETY: what programs do; the text is never called.
        unsafe {
            let callback: twPasswdCallbackFunction = std::mem::transmute(text.as_ptr());
            assert_eq!(taken(callback), b"");
        }
    }
}
