//! `cJSON.h`: the JSON tree that property and service definitions carry.

pub mod node;
pub mod parse;
pub mod print;
#[cfg(test)]
mod tests;
pub mod tree;

use std::ffi::{c_char, c_int, c_void};

pub const cJSON_False: c_int = 0;
pub const cJSON_True: c_int = 1;
pub const cJSON_NULL: c_int = 2;
pub const cJSON_Number: c_int = 3;
pub const cJSON_String: c_int = 4;
pub const cJSON_Array: c_int = 5;
pub const cJSON_Object: c_int = 6;
pub const cJSON_IsReference: c_int = 256;

/// A node of a JSON tree.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct cJSON {
    pub next: *mut cJSON,
    pub prev: *mut cJSON,
    pub child: *mut cJSON,
    pub r#type: c_int,
    pub valuestring: *mut c_char,
    pub valueint: c_int,
    pub valuedouble: f64,
    pub string: *mut c_char,
}

/// The allocator pair of `cJSON_InitHooks`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct cJSON_Hooks {
    pub malloc_fn: Option<unsafe extern "C" fn(usize) -> *mut c_void>,
    pub free_fn: Option<unsafe extern "C" fn(*mut c_void)>,
}

/// How deep trees may be: what is deeper is neither parsed nor printed nor copied, so that no text and no tree that a
/// program linked into itself exhausts the stack.
///
/// cbindgen:ignore
pub(crate) const MAX_DEPTH: usize = 1000;
