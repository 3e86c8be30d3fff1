//! `twExt.h`: what the umbrella header declares itself.

use std::ffi::c_int;

use super::errors::{TW_OK, TW_UNKNOWN_ERROR};
use super::guard::guard;
use super::{shapes, standard_props, thread_utils};

/// Ends the extension layer: stops what twExt_Start has started, and forgets registered templates and shapes, what things
/// are made of, polled functions and property change listeners. The two built-in templates stay, and so do the values and
/// names of things, which go with twApi_Delete. May be called again, with and without an API object, before or after
/// twApi_Delete; everything can be registered anew afterwards.
/// Returns 0.
///
/// # Safety
/// Pointers into what is forgotten are not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twExt_Delete() -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        thread_utils::forget_all();
        standard_props::forget_listeners();
        shapes::clear();
        TW_OK
    })
}
