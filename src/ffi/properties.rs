//! `twProperties.h`: Property definitions and property values with timestamp and quality.

use super::base_types::decode::{Unreadable, from_stream};
use super::base_types::primitive::{now, twPrimitive_Delete};
use super::base_types::twStream;
use super::cjson::{cJSON_Object, node};
use super::guard::guard;
use super::{memory, text};
use std::ffi::c_char;
use std::ffi::c_void;
use std::ptr;

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

/// Makes the definition of a property with copies of the texts. `description` may be NULL; `pushType` NULL makes a
/// property without push type. `aspects` is an object with `pushType`, if any, and `pushThreshold`. The caller deletes the
/// definition. NULL when the name is NULL or there is no memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPropertyDef_Create(
    name: *mut c_char,
    r#type: BaseType,
    description: *mut c_char,
    pushType: *mut c_char,
    pushThreshold: f64,
) -> *mut twPropertyDef {
    guard(ptr::null_mut(), || {
        // SAFETY: the caller's strings; the parts are fresh and freed as a whole on failure.
        unsafe {
            let Some(name) = text::bytes(name) else { return ptr::null_mut() };
            let name = memory::copy_bytes(name);
            let description = text::bytes(description).map_or(ptr::null_mut(), memory::copy_bytes);
            let aspects = push_aspects(text::bytes(pushType), pushThreshold);
            let definition = if name.is_null() || aspects.is_null() {
                ptr::null_mut()
            } else {
                memory::alloc(twPropertyDef { name, description, r#type, aspects })
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

/// The aspects that say when the value is pushed. NULL when there is no memory.
pub fn push_aspects(push_type: Option<&[u8]>, threshold: f64) -> *mut cJSON {
    let aspects = node::new(cJSON_Object);
    // SAFETY: a fresh object.
    unsafe {
        let typed = push_type.is_none_or(|text| node::append_member(aspects, b"pushType", node::text_node(text)));
        if typed && node::append_member(aspects, b"pushThreshold", node::number(threshold)) {
            return aspects;
        }
        node::delete(aspects);
    }
    ptr::null_mut()
}

/// Deletes the definition of a property. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPropertyDef_Delete(input: *mut c_void) {
    guard((), || {
        let definition = input.cast::<twPropertyDef>();
        if definition.is_null() {
            return;
        }
        // SAFETY: the caller gives the definition away.
        unsafe {
            memory::free((*definition).name);
            memory::free((*definition).description);
            node::delete((*definition).aspects);
            memory::free(definition);
        }
    });
}

/// Makes a property value of quality "GOOD", as `twPropertyVTQ_Create`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twProperty_Create(
    name: *mut c_char,
    value: *mut twPrimitive,
    timestamp: DATETIME,
) -> *mut twProperty {
    // SAFETY: the same arguments.
    unsafe { twPropertyVTQ_Create(name, value, timestamp, ptr::null_mut()) }
}

/// Makes a property value: name, value, time and quality. The value is taken, the texts are copied; time 0 is now, quality
/// NULL is "GOOD". The caller deletes it with `twProperty_Delete`. NULL when name or value is NULL or there is no memory:
/// the value then stays the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPropertyVTQ_Create(
    name: *mut c_char,
    value: *mut twPrimitive,
    timestamp: DATETIME,
    quality: *mut c_char,
) -> *mut twProperty {
    guard(ptr::null_mut(), || {
        // SAFETY: the caller's strings and value.
        unsafe {
            let Some(name) = text::bytes(name) else { return ptr::null_mut() };
            if value.is_null() {
                return ptr::null_mut();
            }
            let name = memory::copy_bytes(name);
            let quality = memory::copy_bytes(text::bytes(quality).unwrap_or(b"GOOD"));
            adopt(name, value, if timestamp == 0 { now() } else { timestamp }, quality)
        }
    })
}

/// A property value around strings in C memory, which it owns from then on. NULL, with the strings freed and the value
/// left alone, when a string is NULL or there is no memory.
unsafe fn adopt(
    name: *mut c_char,
    value: *mut twPrimitive,
    timestamp: DATETIME,
    quality: *mut c_char,
) -> *mut twProperty {
    let property = if name.is_null() || quality.is_null() {
        ptr::null_mut()
    } else {
        memory::alloc(twProperty { name, value, timestamp, quality })
    };
    if property.is_null() {
        // SAFETY: the strings are ours.
        unsafe {
            memory::free(name);
            memory::free(quality);
        }
    }
    property
}

/// Reads a property value from a stream: name, typed value, time and quality. The caller deletes it. NULL for NULL and on
/// failure. Missing bytes read as zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twProperty_CreateFromStream(s: *mut twStream) -> *mut twProperty {
    // SAFETY: a live stream; the parts are fresh and freed on failure.
    unsafe {
        from_stream(s, |reader| {
            let name = reader.string()?;
            let value = reader.primitive(0).inspect_err(|_| memory::free(name))?;
            let timestamp = reader.datetime();
            let quality = reader.string().unwrap_or(ptr::null_mut());
            let property = adopt(name, value, timestamp, quality);
            if property.is_null() {
                twPrimitive_Delete(value.cast());
                return Err(Unreadable);
            }
            Ok(property)
        })
    }
}

/// Deletes a property value. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twProperty_Delete(input: *mut c_void) {
    guard((), || {
        let property = input.cast::<twProperty>();
        if property.is_null() {
            return;
        }
        // SAFETY: the caller gives the property away.
        unsafe {
            memory::free((*property).name);
            memory::free((*property).quality);
            twPrimitive_Delete((*property).value.cast());
            memory::free(property);
        }
    });
}
