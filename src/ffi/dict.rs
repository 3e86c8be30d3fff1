//! `twDict.h`: Dictionary that is either a list or a hash map, chosen at run time.

use std::ffi::{c_char, c_int, c_void};

pub const TW_DICT_MISSING: c_int = -3;
pub const TW_DICT_FULL: c_int = -2;
pub const TW_DICT_OMEM: c_int = -1;
pub const TW_DICT_OK: c_int = 0;
pub const TW_DICTIONARY_LIST: c_int = 1;
pub const TW_DICTIONARY_MAP: c_int = 2;
pub type twDictionaryMode = c_int;
pub type twDict = c_void;
pub type dict_del_func = Option<unsafe extern "C" fn(item: *mut c_void)>;
pub type dict_key_parse_func = Option<unsafe extern "C" fn(item: *mut c_void) -> *const c_char>;
pub type twDict_foreach_fn = Option<
    unsafe extern "C" fn(
        key: *mut c_void,
        key_size: usize,
        data: *mut c_void,
        data_size: usize,
        arg: *mut c_void,
    ) -> c_int,
>;
