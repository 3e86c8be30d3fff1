//! Tree to text.

use super::node::{children, kind};
use super::{
    MAX_DEPTH, cJSON, cJSON_Array, cJSON_False, cJSON_NULL, cJSON_Number, cJSON_Object, cJSON_String, cJSON_True, node,
};
use crate::ffi::guard::guard;
use crate::ffi::text;
use std::ffi::c_char;
use std::io::Write;
use std::ptr;

/// A node that is no JSON value, or too many of them inside each other.
struct Unprintable;

/// The text of a tree, `None` when a node is of no known kind.
///
/// # Safety
/// `item` is NULL or live.
pub unsafe fn print(item: *const cJSON, formatted: bool) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    // SAFETY: see above.
    (!item.is_null() && unsafe { value(&mut out, item, 0, formatted) }.is_ok()).then_some(out)
}

unsafe fn value(out: &mut Vec<u8>, item: *const cJSON, level: usize, formatted: bool) -> Result<(), Unprintable> {
    if level > MAX_DEPTH {
        return Err(Unprintable);
    }
    // SAFETY: the caller's tree is live.
    unsafe {
        match kind(item) {
            cJSON_NULL => out.extend_from_slice(b"null"),
            cJSON_False => out.extend_from_slice(b"false"),
            cJSON_True => out.extend_from_slice(b"true"),
            cJSON_Number => number(out, (*item).valuedouble),
            cJSON_String => string(out, text::bytes((*item).valuestring).unwrap_or_default()),
            cJSON_Array => {
                out.push(b'[');
                for (place, child) in children(item).enumerate() {
                    if place > 0 {
                        out.extend_from_slice(if formatted { b", " } else { b"," });
                    }
                    value(out, child, level + 1, formatted)?;
                }
                out.push(b']');
            }
            cJSON_Object => object(out, item, level, formatted)?,
            _ => return Err(Unprintable),
        }
    }
    Ok(())
}

unsafe fn object(out: &mut Vec<u8>, item: *const cJSON, level: usize, formatted: bool) -> Result<(), Unprintable> {
    // SAFETY: the caller's tree is live.
    unsafe {
        let empty = (*item).child.is_null();
        out.push(b'{');
        if formatted {
            out.push(b'\n');
        }
        for child in children(item) {
            if formatted {
                tabs(out, level + 1);
            }
            string(out, text::bytes((*child).string).unwrap_or_default());
            out.extend_from_slice(if formatted { b":\t" } else { b":" });
            value(out, child, level + 1, formatted)?;
            if !(*child).next.is_null() {
                out.push(b',');
            }
            if formatted {
                out.push(b'\n');
            }
        }
        if formatted {
            tabs(out, if empty { level.saturating_sub(1) } else { level });
        }
        out.push(b'}');
    }
    Ok(())
}

fn tabs(out: &mut Vec<u8>, count: usize) {
    out.resize(out.len() + count, b'\t');
}

/// A text that reads back to the same number: an integer in full up to 1e60, otherwise the shortest that does. What JSON
/// has no number for is null.
fn number(out: &mut Vec<u8>, value: f64) {
    let size = value.abs();
    let written = if !value.is_finite() {
        out.write_all(b"null")
    } else if value.fract() == 0.0 && size < 1e60 {
        write!(out, "{value:.0}")
    } else if (1e-6..=1e15).contains(&size) {
        write!(out, "{value}")
    } else {
        write!(out, "{value:e}")
    };
    debug_assert!(written.is_ok(), "a vector takes everything");
}

fn string(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'"');
    for &byte in bytes {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            8 => out.extend_from_slice(b"\\b"),
            12 => out.extend_from_slice(b"\\f"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..=31 => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                out.extend_from_slice(b"\\u00");
                out.push(HEX[usize::from(byte >> 4)]);
                out.push(HEX[usize::from(byte & 15)]);
            }
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

unsafe fn printed(item: *const cJSON, formatted: bool) -> *mut c_char {
    guard(ptr::null_mut(), || {
        // SAFETY: the caller's tree.
        unsafe { print(item, formatted) }.map_or(ptr::null_mut(), |text| node::string(&text))
    })
}

/// The text of a tree, with a line per member of an object. The caller frees it. NULL for NULL, for a node of no known
/// kind and when there is no memory. Numbers read back to the same number; NaN and infinities print as null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_Print(item: *mut cJSON) -> *mut c_char {
    // SAFETY: the same argument.
    unsafe { printed(item, true) }
}

/// The text of a tree without white space, otherwise as `cJSON_Print`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cJSON_PrintUnformatted(item: *mut cJSON) -> *mut c_char {
    // SAFETY: the same argument.
    unsafe { printed(item, false) }
}
