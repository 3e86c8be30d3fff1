//! Primitives, shapes and tables to bytes, exactly as they go over the wire (protocol.md 5).

use super::primitive::content;
use super::{limits, stream, twPrimitive, twStream};
use crate::ffi::definitions::{
    TW_BLOB, TW_BOOLEAN, TW_DATETIME, TW_INFOTABLE, TW_INTEGER, TW_LOCATION, TW_NOTHING, TW_NUMBER, TW_STRING,
    TW_TIMESPAN, TW_VARIANT,
};
use crate::ffi::errors::{TW_INVALID_BASE_TYPE, TW_INVALID_PARAM, TW_OK, TW_UNKNOWN_ERROR};
use crate::ffi::guard::guard;
use crate::ffi::info_table::{twDataShape, twDataShapeEntry, twInfoTable, twInfoTableRow};
use crate::ffi::{list, text};
use std::ffi::{c_char, c_int};

use super::compare::MAX_DEPTH;

/// Appends a text: its length in one byte or four, then its bytes. What is too long is cut.
pub fn string(out: &mut Vec<u8>, bytes: &[u8]) {
    let bytes = &bytes[..bytes.len().min(limits::max_string()).min(0x7fff_ffff)];
    match u8::try_from(bytes.len()) {
        Ok(length) if length < 128 => out.push(length),
        _ => out.extend_from_slice(&(bytes.len() as u32 | 0x8000_0000).to_be_bytes()),
    }
    out.extend_from_slice(bytes);
}

/// Appends the text of a C string; NULL is an empty one.
///
/// # Safety
/// `text` is NULL or NUL-terminated.
pub unsafe fn c_string(out: &mut Vec<u8>, text: *const c_char) {
    // SAFETY: see above. Beyond the limit nothing is needed.
    string(out, unsafe { text::bytes_up_to(text, limits::max_string()) }.unwrap_or_default());
}

/// Appends type byte and content. On an error the type byte has been appended.
///
/// # Safety
/// `p` is NULL or live.
pub unsafe fn primitive(out: &mut Vec<u8>, p: *const twPrimitive, depth: usize) -> Result<(), c_int> {
    if p.is_null() || depth > MAX_DEPTH {
        return Err(TW_INVALID_PARAM);
    }
    // SAFETY: see above; each member is read for its own family only.
    unsafe {
        // The low byte: NOTHING is ff.
        out.push((*p).r#type as u8);
        let val = (*p).val;
        match (*p).typeFamily {
            // TIMESPAN has no content that this interface could hold.
            TW_NOTHING | TW_TIMESPAN => {}
            TW_STRING => string(out, content(p).unwrap_or_default()),
            TW_BLOB => {
                let bytes = content(p).unwrap_or_default();
                out.extend_from_slice(&(bytes.len() as u32).to_be_bytes());
                out.extend_from_slice(bytes);
            }
            TW_NUMBER => out.extend_from_slice(&val.number.to_be_bytes()),
            TW_INTEGER => out.extend_from_slice(&val.integer.to_be_bytes()),
            TW_BOOLEAN => out.push(val.boolean as u8),
            TW_DATETIME => out.extend_from_slice(&val.datetime.to_be_bytes()),
            TW_LOCATION => {
                for number in [val.location.longitude, val.location.latitude, val.location.elevation] {
                    out.extend_from_slice(&number.to_be_bytes());
                }
            }
            TW_VARIANT if val.variant.is_null() => {}
            TW_VARIANT => primitive(out, val.variant, depth + 1)?,
            TW_INFOTABLE if val.infotable.is_null() => {}
            TW_INFOTABLE => table(out, val.infotable, depth + 1)?,
            _ => return Err(TW_INVALID_BASE_TYPE),
        }
    }
    Ok(())
}

/// Appends a field with its marker.
///
/// # Safety
/// `entry` is live.
pub unsafe fn entry(out: &mut Vec<u8>, entry: *const twDataShapeEntry) -> Result<(), c_int> {
    // SAFETY: see above.
    unsafe {
        out.push(1);
        c_string(out, (*entry).name);
        c_string(out, (*entry).description);
        out.push((*entry).r#type as u8);
        let count_at = out.len();
        out.extend_from_slice(&[0, 0]);
        let mut count: u16 = 0;
        for aspect in list::values::<crate::ffi::info_table::twDataShapeAspect>((*entry).aspects) {
            if aspect.is_null() || (*aspect).value.is_null() {
                continue;
            }
            count = count.checked_add(1).ok_or(TW_INVALID_PARAM)?;
            c_string(out, (*aspect).name);
            primitive(out, (*aspect).value, 0)?;
        }
        out[count_at..count_at + 2].copy_from_slice(&count.to_be_bytes());
    }
    Ok(())
}

/// Appends the fields and the end marker.
///
/// # Safety
/// `shape` is live.
pub unsafe fn shape(out: &mut Vec<u8>, shape: *const twDataShape) -> Result<(), c_int> {
    // SAFETY: see above.
    unsafe {
        for field in list::values::<twDataShapeEntry>((*shape).entries) {
            if !field.is_null() {
                entry(out, field)?;
            }
        }
    }
    out.push(0);
    Ok(())
}

/// Appends a row with its marker and as many cells as are really there.
///
/// # Safety
/// `row` is live.
pub unsafe fn row(out: &mut Vec<u8>, row: *const twInfoTableRow, depth: usize) -> Result<(), c_int> {
    // SAFETY: see above.
    unsafe {
        out.push(1);
        let count_at = out.len();
        out.extend_from_slice(&[0, 0]);
        let mut count: u16 = 0;
        for cell in list::values::<twPrimitive>((*row).fieldEntries) {
            count = count.checked_add(1).ok_or(TW_INVALID_PARAM)?;
            if cell.is_null() {
                out.push(TW_NOTHING as u8);
            } else {
                primitive(out, cell, depth)?;
            }
        }
        out[count_at..count_at + 2].copy_from_slice(&count.to_be_bytes());
    }
    Ok(())
}

/// Appends a table: fields, end marker, rows, end marker. An emptied shell is an error.
///
/// # Safety
/// `it` is live.
pub unsafe fn table(out: &mut Vec<u8>, it: *const twInfoTable, depth: usize) -> Result<(), c_int> {
    if depth > MAX_DEPTH {
        return Err(TW_INVALID_PARAM);
    }
    // SAFETY: see above.
    unsafe {
        let _guard = crate::ffi::recursive::Guard::lock((*it).mtx);
        if (*it).ds.is_null() || (*it).rows.is_null() {
            return Err(TW_INVALID_PARAM);
        }
        shape(out, (*it).ds)?;
        for each in list::values::<twInfoTableRow>((*it).rows) {
            if !each.is_null() {
                row(out, each, depth)?;
            }
        }
    }
    out.push(0);
    Ok(())
}

/// Encodes with `encode` and adds the bytes to a stream, all or none of them.
///
/// # Safety
/// `s` is live.
pub unsafe fn to_stream(s: *mut twStream, encode: impl FnOnce(&mut Vec<u8>) -> Result<(), c_int>) -> c_int {
    let mut bytes = Vec::new();
    match encode(&mut bytes) {
        // SAFETY: see above.
        Ok(()) => unsafe { stream::write(s, &bytes) },
        Err(code) => code,
    }
}

/// Writes type byte and content of a primitive to a stream.
///
/// 0; 101 for NULL; 403 when the family is unknown, after the type byte; the codes of `twStream_AddBytes`. TIMESPAN, and
/// VARIANT and INFOTABLE with NULL inside, are written as the type byte alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twPrimitive_ToStream(p: *mut twPrimitive, s: *mut twStream) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if p.is_null() || s.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: a live primitive and a live stream.
        unsafe {
            let mut bytes = Vec::new();
            match primitive(&mut bytes, p, 0) {
                Ok(()) => stream::write(s, &bytes),
                Err(TW_INVALID_BASE_TYPE) if bytes.len() == 1 => match stream::write(s, &bytes) {
                    TW_OK => TW_INVALID_BASE_TYPE,
                    code => code,
                },
                Err(code) => code,
            }
        }
    })
}

/// Writes a string with its length to a stream; NULL is written as an empty one, what is longer than
/// `twcfg.max_string_prop_length` is cut. 0; 101 for a NULL stream; the codes of `twStream_AddBytes`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn stringToStream(string: *mut c_char, s: *mut twStream) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if s.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: a C string and a live stream.
        unsafe {
            to_stream(s, |out| {
                c_string(out, string);
                Ok(())
            })
        }
    })
}
