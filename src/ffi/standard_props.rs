//! `twStandardProps.h`: Values and change listeners of standard properties.

use std::ffi::c_char;

use super::base_types::twPrimitive;

pub type PropertyChangeListenerFunction = Option<unsafe extern "C" fn(*const c_char, *const c_char, *mut twPrimitive)>;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct twPropertyChangeRecord {
    pub listenerFunction: PropertyChangeListenerFunction,
    pub entityName: *mut c_char,
    pub propertyName: *mut c_char,
}
