//! `twPrimitiveUtils.h`: Variadic builders of data shapes, rows and info tables.

use super::base_types::twLocation;
use super::guard::guard;
use super::memory;
use std::ptr;

/// Makes a location on the heap, for `twPrimitive_CreateFromLocationAndDelete`; otherwise the caller frees it. NULL when
/// there is no memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twCreateLocationFrom(latitude: f64, longitude: f64, elevation: f64) -> *mut twLocation {
    guard(ptr::null_mut(), || memory::alloc(twLocation { latitude, longitude, elevation }))
}
