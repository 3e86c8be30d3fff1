//! `twThreadUtils.h`: Polled functions and the ready-made main loops (threading models).

use std::ffi::{c_char, c_uint};

/// Any value of `enum twThreadingModel`, also one without a name.
pub type twThreadingModel = c_uint;

/// The named values of `enum twThreadingModel`, as the C header shows them; in Rust the constants of the same names are used.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum enum_twThreadingModel {
    TW_THREADING_SINGLE = 0,
    TW_THREADING_TASKER = 1,
    TW_THREADING_MULTI = 2,
}

enum_constants! { twThreadingModel = enum_twThreadingModel;
    TW_THREADING_SINGLE, TW_THREADING_TASKER, TW_THREADING_MULTI,
}

pub type twOnPolled = Option<unsafe extern "C" fn(entityName: *mut c_char)>;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twPolledFunctionRecord {
    pub onPolledFunction: twOnPolled,
    pub shapeName: *mut c_char,
    pub templateName: *mut c_char,
}

pub type twPolledFunctionListRecord = twPolledFunctionRecord;
