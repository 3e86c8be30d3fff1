//! `twMap.h`: Hash map with string keys.

use std::ffi::{c_char, c_int, c_void};

pub const TW_MAP_MISSING: c_int = -3;
pub const TW_MAP_FULL: c_int = -2;
pub const TW_MAP_OMEM: c_int = -1;
pub const TW_MAP_OK: c_int = 0;
pub type twMap = c_void;
pub type map_del_func = Option<unsafe extern "C" fn(item: *mut c_void)>;
pub type map_key_parse_func = Option<unsafe extern "C" fn(item: *mut c_void) -> *const c_char>;
pub type twMap_foreach_fn = Option<
    unsafe extern "C" fn(
        key: *mut c_void,
        key_size: usize,
        data: *mut c_void,
        data_size: usize,
        arg: *mut c_void,
    ) -> c_int,
>;
