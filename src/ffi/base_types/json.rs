//! Primitives to JSON and back.

use super::primitive::{self, content};
use super::{compare::MAX_DEPTH, twLocation, twPrimitive};
use crate::ffi::cjson::node::{self, append_member, children, kind, member};
use crate::ffi::cjson::{
    cJSON, cJSON_Array, cJSON_False, cJSON_NULL, cJSON_Number, cJSON_Object, cJSON_String, cJSON_True, parse, print,
};
use crate::ffi::definitions::{
    BaseType, TW_BLOB, TW_BOOLEAN, TW_DATETIME, TW_IMAGE, TW_INFOTABLE, TW_INTEGER, TW_JSON, TW_LOCATION, TW_NOTHING,
    TW_NUMBER, TW_QUERY, TW_STRING, TW_VARIANT,
};
use crate::ffi::guard::guard;
use crate::ffi::info_table::{json, table};
use crate::ffi::os_port::DATETIME;
use crate::ffi::{memory, text};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::ffi::c_char;
use std::ptr;

/// Adds a member with the value of a primitive to an object.
///
/// BLOB and IMAGE as base64, JSON and QUERY texts as the tree that they are (left out when they are none), DATETIME as
/// milliseconds, LOCATION and INFOTABLE as objects. A VARIANT ignores `name`: it adds `baseType`, "VARIANT", and `value`.
/// Returns `parent`, or for NULL a new object that the caller deletes. NULL, with nothing added, for NULL, TIMESPAN and
/// other unknown families, and a blob or JSON text without data.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPrimitive_ToJson(
    name: *const c_char,
    p: *mut twPrimitive,
    parent: *mut cJSON,
) -> *mut cJSON {
    guard(ptr::null_mut(), || {
        // SAFETY: the caller's primitive, C string and tree.
        unsafe {
            let Some(name) = text::bytes(name) else { return ptr::null_mut() };
            if p.is_null() {
                return ptr::null_mut();
            }
            let object = if parent.is_null() { node::new(cJSON_Object) } else { parent };
            if object.is_null() || add(object, name, p, 0) {
                return object;
            }
            if parent.is_null() {
                node::delete(object);
            }
            ptr::null_mut()
        }
    })
}

/// Adds the member; whether the primitive has a JSON form. A form that cannot be made leaves the member out.
///
/// # Safety
/// Both are live.
pub unsafe fn add(object: *mut cJSON, name: &[u8], p: *const twPrimitive, depth: usize) -> bool {
    // SAFETY: see above; each member is read for its own family only.
    unsafe {
        let val = (*p).val;
        if (*p).r#type == TW_NOTHING {
            return append_member(object, name, node::new(cJSON_NULL));
        }
        match (*p).typeFamily {
            TW_NOTHING => append_member(object, name, node::new(cJSON_NULL)),
            TW_STRING if matches!((*p).r#type, TW_JSON | TW_QUERY) => match content(p) {
                Some(text) => {
                    append_member(object, name, parse::parse(until_nul(text)).0);
                    true
                }
                None => false,
            },
            TW_STRING => append_member(object, name, node::text_node(until_nul(content(p).unwrap_or_default()))),
            TW_BLOB => match content(p) {
                Some(bytes) => append_member(object, name, node::text_node(STANDARD.encode(bytes).as_bytes())),
                None => false,
            },
            TW_NUMBER => append_member(object, name, node::number(val.number)),
            TW_INTEGER => append_member(object, name, node::number(f64::from(val.integer))),
            TW_DATETIME => append_member(object, name, node::number(val.datetime as i64 as f64)),
            TW_BOOLEAN => {
                append_member(object, name, node::new(if val.boolean != 0 { cJSON_True } else { cJSON_False }))
            }
            TW_LOCATION => {
                let place = node::new(cJSON_Object);
                for (name, value) in [
                    (&b"elevation"[..], val.location.elevation),
                    (b"latitude", val.location.latitude),
                    (b"longitude", val.location.longitude),
                ] {
                    append_member(place, name, node::number(value));
                }
                append_member(object, name, place)
            }
            TW_INFOTABLE => {
                if !val.infotable.is_null() && depth < MAX_DEPTH {
                    append_member(object, name, json::table_to_json(val.infotable, depth + 1));
                }
                true
            }
            TW_VARIANT => {
                append_member(object, b"baseType", node::text_node(b"VARIANT"));
                if !val.variant.is_null() && depth < MAX_DEPTH {
                    add(object, b"value", val.variant, depth + 1);
                }
                true
            }
            _ => false,
        }
    }
}

/// A node's text is a C string.
fn until_nul(bytes: &[u8]) -> &[u8] {
    bytes.split(|&byte| byte == 0).next().unwrap_or_default()
}

/// Makes a primitive of a type from a JSON node, or from its member `name` if that is not NULL. The caller deletes it.
///
/// What kind the node is of is not looked at, only the value that belongs to the type: its text for texts (always of type
/// STRING) and blobs (always IMAGE), its numbers, or a numeric text, for NUMBER, INTEGER and DATETIME; any node but false
/// is a true BOOLEAN, whose byte is the node's kind. JSON and QUERY take the node itself, as JSON. A VARIANT takes the
/// type that the node suggests, from the member `value` where one of the name is missing. NULL for NULL, TIMESPAN, types
/// without values, and a text type without a text. NOTHING for a missing member.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPrimitive_CreateFromJson(
    j: *mut cJSON,
    name: *mut c_char,
    r#type: BaseType,
) -> *mut twPrimitive {
    guard(ptr::null_mut(), || {
        if j.is_null() {
            return ptr::null_mut();
        }
        // SAFETY: the caller's tree and C string.
        unsafe { create(j, text::bytes(name), r#type, 0) }
    })
}

/// As `twPrimitive_CreateFromJson`.
///
/// # Safety
/// `parent` is live.
pub unsafe fn create(parent: *const cJSON, name: Option<&[u8]>, base_type: BaseType, depth: usize) -> *mut twPrimitive {
    let Some(family) = primitive::family(base_type).filter(|_| depth < MAX_DEPTH) else { return ptr::null_mut() };
    if family == TW_NOTHING {
        return primitive::nothing();
    }
    // SAFETY: see above.
    unsafe {
        let mut found = match name {
            Some(name) => member(parent, name).cast_const(),
            None => parent,
        };
        if found.is_null() && family == TW_VARIANT && is_variant(parent) {
            found = member(parent, b"value");
        }
        if found.is_null() {
            return primitive::nothing();
        }
        of_node(found, base_type, family, depth)
    }
}

/// Whether an object is the JSON form of a VARIANT.
unsafe fn is_variant(object: *const cJSON) -> bool {
    // SAFETY: the caller's tree.
    unsafe {
        let base_type = member(object, b"baseType");
        !base_type.is_null() && text::bytes((*base_type).valuestring) == Some(b"VARIANT")
    }
}

unsafe fn of_node(found: *const cJSON, base_type: BaseType, family: BaseType, depth: usize) -> *mut twPrimitive {
    // SAFETY: the caller's tree.
    unsafe {
        let string = text::bytes((*found).valuestring);
        match family {
            TW_STRING if matches!(base_type, TW_JSON | TW_QUERY) => match print::print(found, false) {
                Some(text) => primitive::copying(TW_JSON, TW_STRING, &text),
                None => ptr::null_mut(),
            },
            TW_STRING => string.map_or(ptr::null_mut(), |text| primitive::copying(TW_STRING, TW_STRING, text)),
            TW_BLOB => string.map_or(ptr::null_mut(), |text| primitive::copying(TW_IMAGE, TW_BLOB, &decode(text))),
            TW_NUMBER => primitive::number(number(string).unwrap_or((*found).valuedouble)),
            // The conversion goes to the nearest value that there is.
            TW_INTEGER => primitive::integer(number(string).map_or((*found).valueint, |number| number as i32)),
            TW_DATETIME => {
                let milliseconds = number(string).unwrap_or((*found).valuedouble);
                primitive::datetime(milliseconds as i64 as DATETIME)
            }
            TW_BOOLEAN => primitive::boolean(kind(found) as c_char),
            TW_LOCATION => {
                let coordinate = |name| {
                    let found = member(found, name);
                    if found.is_null() { 0.0 } else { (*found).valuedouble }
                };
                let (latitude, longitude) = (coordinate(b"latitude"), coordinate(b"longitude"));
                primitive::location(twLocation { latitude, longitude, elevation: coordinate(b"elevation") })
            }
            TW_INFOTABLE => {
                let inner = json::table_from_json(found, None, depth + 1);
                if inner.is_null() {
                    return ptr::null_mut();
                }
                let made = primitive::infotable(inner);
                if made.is_null() {
                    table::twInfoTable_Delete(inner.cast());
                }
                made
            }
            TW_VARIANT => variant(found, depth),
            _ => primitive::nothing(),
        }
    }
}

/// A VARIANT of the type that a node suggests.
unsafe fn variant(found: *const cJSON, depth: usize) -> *mut twPrimitive {
    // SAFETY: the caller's tree.
    unsafe {
        let inner = match kind(found) {
            cJSON_Object if is_variant(found) => create(found, Some(b"value"), TW_VARIANT, depth + 1),
            _ => create(found, None, suggested_type(found), depth + 1),
        };
        if inner.is_null() || (*inner).typeFamily == TW_VARIANT {
            return inner;
        }
        let made = primitive::variant(inner);
        if made.is_null() {
            primitive::twPrimitive_Delete(inner.cast());
        }
        made
    }
}

/// The base type whose JSON form a node looks like.
unsafe fn suggested_type(found: *const cJSON) -> BaseType {
    // SAFETY: the caller's tree.
    unsafe {
        match kind(found) {
            cJSON_False | cJSON_True => TW_BOOLEAN,
            cJSON_Number => TW_NUMBER,
            cJSON_String => TW_STRING,
            cJSON_Array => TW_JSON,
            cJSON_Object if json::is_table(found) => TW_INFOTABLE,
            cJSON_Object if is_location(found) => TW_LOCATION,
            cJSON_Object => TW_JSON,
            _ => TW_NOTHING,
        }
    }
}

unsafe fn is_location(object: *const cJSON) -> bool {
    // SAFETY: the caller's tree.
    unsafe {
        let names = [&b"latitude"[..], b"longitude", b"elevation"];
        children(object).count() == names.len() && names.iter().all(|name| !member(object, name).is_null())
    }
}

/// The number that a text begins with, as the C library reads it; `None` for no text.
fn number(text: Option<&[u8]>) -> Option<f64> {
    let copy = memory::copy_bytes(text?);
    if copy.is_null() {
        return None;
    }
    // SAFETY: a C string that is ours.
    unsafe {
        let number = libc::strtod(copy, ptr::null_mut());
        memory::free(copy);
        Some(number)
    }
}

/// The bytes of a base64 text. Of one that is not base64, as many bytes as it has characters: what can be decoded, then
/// zeros.
fn decode(text: &[u8]) -> Vec<u8> {
    let (decoded, complete) = crate::ffi::tomcrypt::decode_leniently(text);
    if complete {
        return decoded;
    }
    let mut bytes = decoded;
    bytes.resize(text.len(), 0);
    bytes
}
