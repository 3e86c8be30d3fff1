//! `twServices.h`: Service definitions.

use std::ffi::c_char;

use super::cjson::cJSON;
use super::definitions::BaseType;
use super::info_table::twDataShape;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twServiceDef {
    pub name: *mut c_char,
    pub description: *mut c_char,
    pub inputs: *mut twDataShape,
    pub outputType: BaseType,
    pub outputDataShape: *mut twDataShape,
    pub aspects: *mut cJSON,
}
