//! `twShapes.h`: Thing templates and shapes, extension libraries, namespaced services and standard property registration.

use std::ffi::c_char;

use super::info_table::twInfoTable;

pub type shapeHandlerFunction = Option<unsafe extern "C" fn(*const c_char, *const c_char)>;
pub type templateHandlerFunction = Option<unsafe extern "C" fn(*const c_char, *const c_char)>;
pub type InitialConfigurationHandler = Option<unsafe extern "C" fn() -> *mut twInfoTable>;
pub type OnConfigureHandler = Option<unsafe extern "C" fn(*mut twInfoTable, *mut c_char)>;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twThingNameToTemplateRecord {
    pub entityName: *mut c_char,
    pub templateName: *mut c_char,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twThingNameToShapeRecord {
    pub entityName: *mut c_char,
    pub shapeName: *mut c_char,
}
