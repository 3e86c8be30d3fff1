//! `twInfoTable.h`: Data shapes, rows and info tables with their wire and JSON forms.

pub mod access;
pub mod json;
pub mod row;
pub mod shape;
pub mod table;

use libc::pthread_mutex_t;
use std::ffi::{c_char, c_int};

use super::base_types::twPrimitive;
use super::definitions::BaseType;
use super::list::twList;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twDataShapeAspect {
    pub name: *mut c_char,
    pub value: *mut twPrimitive,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twDataShapeEntry {
    pub name: *mut c_char,
    pub description: *mut c_char,
    pub r#type: BaseType,
    pub aspects: *mut twList,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twDataShape {
    pub numEntries: c_int,
    pub entries: *mut twList,
    pub name: *mut c_char,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twInfoTableRow {
    pub numFields: u16,
    pub fieldEntries: *mut twList,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twInfoTable {
    pub ds: *mut twDataShape,
    pub rows: *mut twList,
    pub length: u32,
    pub mtx: *mut pthread_mutex_t,
}
