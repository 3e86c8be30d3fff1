//! `twServices.h`: Service definitions.

use super::cjson::{cJSON_Object, node};
use super::guard::guard;
use super::info_table::shape::twDataShape_Delete;
use super::{memory, text};
use std::ffi::c_char;
use std::ffi::c_void;
use std::ptr;

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

/// Makes the definition of a service with copies of the texts; `description` may be NULL. The shapes are taken and may be
/// NULL. `aspects` is an empty object. The caller deletes the definition. NULL when the name is NULL or there is no memory:
/// the shapes then stay the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twServiceDef_Create(
    name: *mut c_char,
    description: *mut c_char,
    inputs: *mut twDataShape,
    outputType: BaseType,
    outputDataShape: *mut twDataShape,
) -> *mut twServiceDef {
    guard(ptr::null_mut(), || {
        // SAFETY: the caller's strings; the parts are fresh until they are joined.
        unsafe {
            let Some(name) = text::bytes(name) else { return ptr::null_mut() };
            let name = memory::copy_bytes(name);
            let description = text::bytes(description).map_or(ptr::null_mut(), memory::copy_bytes);
            let aspects = node::new(cJSON_Object);
            let definition = if name.is_null() || aspects.is_null() {
                ptr::null_mut()
            } else {
                memory::alloc(twServiceDef { name, description, inputs, outputType, outputDataShape, aspects })
            };
            if definition.is_null() {
                memory::free(name);
                memory::free(description);
                node::delete(aspects);
            }
            definition
        }
    })
}

/// Deletes the definition of a service with its shapes. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twServiceDef_Delete(input: *mut c_void) {
    guard((), || {
        let definition = input.cast::<twServiceDef>();
        if definition.is_null() {
            return;
        }
        // SAFETY: the caller gives the definition away.
        unsafe {
            memory::free((*definition).name);
            memory::free((*definition).description);
            for shape in [(*definition).inputs, (*definition).outputDataShape] {
                if !shape.is_null() {
                    twDataShape_Delete(shape.cast());
                }
            }
            node::delete((*definition).aspects);
            memory::free(definition);
        }
    });
}
