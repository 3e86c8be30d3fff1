//! `twProperties.h`: Property definitions and property values with timestamp and quality.

use std::ffi::c_char;

use super::base_types::twPrimitive;
use super::cjson::cJSON;
use super::definitions::BaseType;
use super::os_port::DATETIME;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twPropertyDef {
    pub name: *mut c_char,
    pub description: *mut c_char,
    pub r#type: BaseType,
    pub aspects: *mut cJSON,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twProperty {
    pub name: *mut c_char,
    pub value: *mut twPrimitive,
    pub timestamp: DATETIME,
    pub quality: *mut c_char,
}
