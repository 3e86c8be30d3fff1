//! `twList.h`: Doubly linked list with a lock, an element destructor and an optional key function.

use libc::pthread_mutex_t;
use std::ffi::{c_char, c_int, c_void};

pub const TW_FOREACH_CONTINUE: c_int = 0;
pub const TW_FOREACH_EXIT: c_int = 1;
pub type del_func = Option<unsafe extern "C" fn(item: *mut c_void)>;
pub type parse_func = Option<unsafe extern "C" fn(item: *mut c_void) -> *const c_char>;
pub type twForEachHander = Option<
    unsafe extern "C" fn(
        key: *mut c_void,
        key_size: usize,
        data: *mut c_void,
        data_size: usize,
        userData: *mut c_void,
    ) -> c_int,
>;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct ListEntry {
    pub next: *mut ListEntry,
    pub prev: *mut ListEntry,
    pub value: *mut c_void,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twList {
    pub count: c_int,
    pub first: *mut ListEntry,
    pub last: *mut ListEntry,
    pub mtx: *mut pthread_mutex_t,
    pub delete_function: del_func,
    pub parse_function: parse_func,
}
