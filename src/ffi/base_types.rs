//! `twBaseTypes.h`: Byte streams, locations and typed primitive values with their wire and JSON forms.

pub mod compare;
pub mod decode;
pub mod encode;
pub mod json;
mod limits;
pub mod names;
pub mod primitive;
pub mod stream;

use libc::FILE;
use std::ffi::c_char;

use super::definitions::BaseType;
use super::info_table::twInfoTable;
use super::os_port::DATETIME;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twStream {
    pub data: *mut c_char,
    pub ptr: *mut c_char,
    pub length: u32,
    pub maxlength: u32,
    pub ownsData: c_char,
    pub file: *mut FILE,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twLocation {
    pub latitude: f64,
    pub longitude: f64,
    pub elevation: f64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twPrimitive {
    pub r#type: BaseType,
    pub typeFamily: BaseType,
    pub length: u32,
    pub val: twPrimitive_val,
}

/// The bytes of a text, BLOB or image.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct twPrimitive_bytes {
    pub data: *mut c_char,
    pub len: i32,
}

/// The payload of a primitive; `typeFamily` says which member is valid.
#[repr(C)]
#[derive(Clone, Copy)]
pub union twPrimitive_val {
    pub integer: i32,
    pub number: f64,
    pub datetime: DATETIME,
    pub location: twLocation,
    pub boolean: c_char,
    pub bytes: twPrimitive_bytes,
    pub infotable: *mut twInfoTable,
    pub variant: *mut twPrimitive,
}
