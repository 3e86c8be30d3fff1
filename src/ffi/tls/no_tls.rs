//! What the macros of `twNoTls.h`, the backend without TLS, call. That header declares it.

use std::ffi::c_void;

use crate::ffi::memory;

/// Returns its argument.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn returnValue(v: i16) -> i16 {
    v
}

/// One zero byte, to be freed by the caller: the context of a client without TLS. NULL when there is no memory.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub extern "C" fn mallocByte() -> *mut c_void {
    memory::zeroed(1).cast()
}
