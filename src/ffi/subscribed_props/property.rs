//! `twSubscribedProperty`: a value type that programs may make themselves.

use std::ffi::{c_char, c_int, c_void};
use std::ptr;

use super::twSubscribedProperty;
use crate::ffi::base_types::{compare, encode, stream, twPrimitive, twStream};
use crate::ffi::convert::{self, ConvertError};
use crate::ffi::definitions::{BaseType, TW_BOOLEAN, TW_DATETIME, TW_STRING};
use crate::ffi::errors::{TW_INVALID_PARAM, TW_OK, TW_UNKNOWN_ERROR};
use crate::ffi::guard::guard;
use crate::ffi::info_table::row::{twInfoTableRow_CreateFromStream, twInfoTableRow_Delete, twInfoTableRow_GetEntry};
use crate::ffi::info_table::twInfoTableRow;
use crate::ffi::os_port::DATETIME;
use crate::ffi::properties::{twProperty, twProperty_Delete, twPropertyVTQ_Create};
use crate::ffi::{memory, text};
use crate::model::Text;
use crate::things::PropertyValue;

/// The number of the log level "error", which a failed write returns.
const LEVEL_ERROR: c_int = 4;
/// The size of something incomplete.
const NO_SIZE: u32 = u32::MAX;

/// Makes a value of a property of a thing. Value and texts are copied; time 0 is now, a NULL quality "GOOD". The caller deletes
/// it with twSubscribedProperty_Delete. NULL when the thing, the name or the value is NULL or cannot be copied.
///
/// cbindgen:ignore
///
/// # Safety
/// The texts are NULL or C strings, the value NULL or a live primitive.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twSubscribedProperty_Create(
    entityName: *mut c_char,
    propertyName: *mut c_char,
    value: *mut twPrimitive,
    timestamp: DATETIME,
    quality: *mut c_char,
    fold: c_char,
) -> *mut twSubscribedProperty {
    guard(ptr::null_mut(), || {
        if entityName.is_null() || propertyName.is_null() || value.is_null() {
            return ptr::null_mut();
        }
        // SAFETY: by contract of this function; what was made is freed again on failure.
        unsafe {
            let copy = compare::copy(value, 0);
            let property = twPropertyVTQ_Create(propertyName, copy, timestamp, quality);
            if property.is_null() {
                crate::ffi::base_types::primitive::twPrimitive_Delete(copy.cast());
                return ptr::null_mut();
            }
            adopt(text::bytes(entityName).unwrap_or_default(), property, fold)
        }
    })
}

/// A subscribed property around a property, which it owns: deleted when there is no memory.
///
/// # Safety
/// `property` is a complete property of ours.
unsafe fn adopt(entity: &[u8], property: *mut twProperty, fold: c_char) -> *mut twSubscribedProperty {
    let entity = memory::copy_bytes(entity);
    let made = if entity.is_null() {
        ptr::null_mut()
    } else {
        memory::alloc(twSubscribedProperty { entity, prop: property, fold, foldedPropertyNeedsUpdate: 0, size: 0 })
    };
    // SAFETY: by contract of this function.
    unsafe {
        if made.is_null() {
            memory::free(entity);
            twProperty_Delete(property.cast());
        } else {
            (*made).size = size_of_property(made);
        }
    }
    made
}

/// Deletes a value of a property of a thing. NULL is fine.
///
/// # Safety
/// `prop` is NULL or a value of twSubscribedProperty_Create that is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twSubscribedProperty_Delete(prop: *mut c_void) {
    guard((), || {
        let property = prop.cast::<twSubscribedProperty>();
        if property.is_null() {
            return;
        }
        // SAFETY: by contract of this function.
        unsafe {
            memory::free((*property).entity.cast_mut());
            twProperty_Delete((*property).prop.cast());
            memory::free(property);
        }
    });
}

/// The name of the property, from `malloc`: the key function of dictionaries of such values. NULL for NULL.
///
/// cbindgen:ignore
///
/// # Safety
/// `item` is NULL or a live value.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twSubscribedProperty_Parse(item: *mut c_void) -> *const c_char {
    guard(ptr::null(), || {
        // SAFETY: by contract of this function.
        let name = unsafe { item.cast::<twSubscribedProperty>().as_ref().and_then(|item| item.prop.as_ref()) };
        // SAFETY: a C string or NULL.
        let name = name.and_then(|property| unsafe { text::bytes(property.name) });
        name.map_or(ptr::null(), |name| memory::copy_bytes(name).cast_const())
    })
}

/// Bytes that a value counts in the queue: its structs, its texts with their ends and its encoded length. All bits set for NULL
/// and for one without thing, name, value or quality.
///
/// cbindgen:ignore
///
/// # Safety
/// `p` is NULL or a live value.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twSubscribedProperty_GetSize(p: *mut twSubscribedProperty) -> u32 {
    // SAFETY: by contract of this function.
    guard(NO_SIZE, || unsafe { size_of_property(p) })
}

/// # Safety
/// `p` is NULL or a live value.
unsafe fn size_of_property(p: *const twSubscribedProperty) -> u32 {
    // SAFETY: by contract of this function.
    unsafe {
        let Some(Parts { entity, name, value, quality, .. }) = Parts::of(p) else { return NO_SIZE };
        let structs = size_of::<twSubscribedProperty>() + size_of::<twProperty>() + size_of::<twPrimitive>();
        let texts = entity.len() + 1 + name.len() + 1 + quality.len() + 1;
        let fixed = u32::try_from(structs + texts).unwrap_or(NO_SIZE);
        fixed.saturating_add((*value).length)
    }
}

/// A complete value, taken apart.
struct Parts<'a> {
    entity: &'a [u8],
    name: &'a [u8],
    value: *mut twPrimitive,
    time: DATETIME,
    quality: &'a [u8],
    fold: bool,
}

impl<'a> Parts<'a> {
    /// # Safety
    /// `p` is NULL or live for the life of the parts.
    unsafe fn of(p: *const twSubscribedProperty) -> Option<Self> {
        // SAFETY: by contract of this function; members are NULL or C strings.
        unsafe {
            let p = p.as_ref()?;
            let property = p.prop.as_ref()?;
            Some(Self {
                entity: text::bytes(p.entity)?,
                name: text::bytes(property.name)?,
                value: (!property.value.is_null()).then_some(property.value)?,
                time: property.timestamp,
                quality: text::bytes(property.quality)?,
                fold: p.fold != 0,
            })
        }
    }
}

/// Writes a value to a stream as one row of six cells: thing, name, value, time, quality, fold. All of it or nothing.
/// Returns 0, 101 for NULL or something incomplete, 102, 4 when the value or the stream cannot be written.
///
/// # Safety
/// `p` is NULL or a live value, `s` NULL or a live stream.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twSubscribedProperty_ToStream(p: *mut twSubscribedProperty, s: *mut twStream) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if s.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: by contract of this function.
        unsafe {
            let Some(parts) = Parts::of(p) else { return TW_INVALID_PARAM };
            let mut bytes = Vec::new();
            if let Err(code) = encode_row(&parts, &mut bytes) {
                log::error!("a value of {} cannot be written: error {code}", String::from_utf8_lossy(parts.name));
                return LEVEL_ERROR;
            }
            match stream::write(s, &bytes) {
                code @ (TW_OK | crate::ffi::errors::TW_ERROR_ALLOCATING_MEMORY) => code,
                _ => LEVEL_ERROR,
            }
        }
    })
}

/// # Safety
/// The value of the parts is live.
unsafe fn encode_row(parts: &Parts<'_>, out: &mut Vec<u8>) -> Result<(), c_int> {
    const CELLS: u16 = 6;
    out.push(1);
    out.extend_from_slice(&CELLS.to_be_bytes());
    text_cell(out, parts.entity);
    text_cell(out, parts.name);
    // SAFETY: by contract of this function.
    unsafe { encode::primitive(out, parts.value, 0)? };
    out.push(TW_DATETIME as u8);
    out.extend_from_slice(&parts.time.to_be_bytes());
    text_cell(out, parts.quality);
    out.extend_from_slice(&[TW_BOOLEAN as u8, u8::from(parts.fold)]);
    Ok(())
}

fn text_cell(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(TW_STRING as u8);
    encode::string(out, bytes);
}

/// Reads a value from a stream as twSubscribedProperty_ToStream writes it. The caller deletes it. NULL for NULL and for anything
/// that is no such row.
///
/// cbindgen:ignore
///
/// # Safety
/// `s` is NULL or a live stream.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twSubscribedProperty_CreateFromStream(s: *mut twStream) -> *mut twSubscribedProperty {
    guard(ptr::null_mut(), || {
        // SAFETY: by contract of this function; the row is ours.
        unsafe {
            let row = twInfoTableRow_CreateFromStream(s);
            if row.is_null() {
                return ptr::null_mut();
            }
            let made = from_row(row).unwrap_or(ptr::null_mut());
            twInfoTableRow_Delete(row.cast());
            made
        }
    })
}

/// # Safety
/// `row` is live.
unsafe fn from_row(row: *mut twInfoTableRow) -> Option<*mut twSubscribedProperty> {
    let cell = |index: c_int, family: BaseType| {
        // SAFETY: by contract of this function.
        let cell = unsafe { twInfoTableRow_GetEntry(row, index).as_ref() };
        cell.filter(|cell| cell.typeFamily == family).map(|cell| cell.val)
    };
    // SAFETY: a cell is read as what its family says; texts have a NUL behind them.
    unsafe {
        let string = |index| Some(cell(index, TW_STRING)?.bytes.data);
        let (entity, name, quality) = (string(0)?, string(1)?, string(4)?);
        let (time, fold) = (cell(3, TW_DATETIME)?.datetime, cell(5, TW_BOOLEAN)?.boolean);
        let made = twSubscribedProperty_Create(entity, name, twInfoTableRow_GetEntry(row, 2), time, quality, fold);
        (!made.is_null()).then(|| {
            // Create takes 0 for "now".
            (*(*made).prop).timestamp = time;
            made
        })
    }
}

/// The value as the core has it, and its thing.
///
/// # Safety
/// `p` is NULL or live.
pub(super) unsafe fn to_value(p: *const twSubscribedProperty) -> Result<(Text, PropertyValue), ConvertError> {
    // SAFETY: by contract of this function.
    unsafe {
        let parts = Parts::of(p).ok_or(ConvertError::Null)?;
        let value = convert::value_from_c(parts.value)?;
        let quality = parts.quality.into();
        Ok((parts.entity.into(), PropertyValue { name: parts.name.into(), value, time: parts.time as i64, quality }))
    }
}

/// A value of the core as C sees it. NULL when there is no memory.
pub(super) fn from_value(thing: &Text, value: &PropertyValue, fold: bool) -> *mut twSubscribedProperty {
    let property = property_of(value);
    if property.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: made above.
    unsafe { adopt(thing, property, c_char::from(fold)) }
}

/// The property inside of such a value.
pub(super) fn property_of(value: &PropertyValue) -> *mut twProperty {
    let (name, quality) = (text::to_c(&value.name), text::to_c(&value.quality));
    let primitive = convert::value_to_c(&value.value);
    if !name.is_null() && !quality.is_null() && !primitive.is_null() {
        let property = twProperty { name, value: primitive, timestamp: value.time as u64, quality };
        let made = memory::alloc(property);
        if !made.is_null() {
            return made;
        }
    }
    // SAFETY: all three were made above.
    unsafe {
        memory::free(name);
        memory::free(quality);
        crate::ffi::base_types::primitive::twPrimitive_Delete(primitive.cast());
    }
    ptr::null_mut()
}
