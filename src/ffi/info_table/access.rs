//! Cells of a table by column name and row, and tables of one cell.

use super::{row, shape, table, twInfoTable};
use crate::ffi::base_types::primitive::{self, content, twPrimitive_Delete};
use crate::ffi::base_types::{twLocation, twPrimitive};
use crate::ffi::definitions::{TW_BLOB, TW_NOTHING, TW_STRING};
use crate::ffi::errors::{
    TW_ERROR_ALLOCATING_MEMORY, TW_ERROR_GETTING_PRIMITIVE, TW_INVALID_PARAM, TW_OK, TW_UNKNOWN_ERROR,
};
use crate::ffi::guard::guard;
use crate::ffi::os_port::DATETIME;
use crate::ffi::recursive::Guard;
use crate::ffi::{memory, text};
use std::ffi::{c_char, c_int};
use std::ptr;

/// The cell, or NULL for a NULL argument, an unknown column, a row out of range and an empty shell.
unsafe fn cell(it: *mut twInfoTable, name: *const c_char, row_number: i32) -> *mut twPrimitive {
    // SAFETY: the caller's table and C string are live.
    unsafe {
        let Some(name) = text::bytes(name) else { return ptr::null_mut() };
        if it.is_null() {
            return ptr::null_mut();
        }
        let _guard = Guard::lock((*it).mtx);
        if (*it).ds.is_null() {
            return ptr::null_mut();
        }
        let Some(place) = shape::place((*it).ds, name).and_then(|place| c_int::try_from(place).ok()) else {
            return ptr::null_mut();
        };
        row::twInfoTableRow_GetEntry(table::twInfoTable_GetEntry(it, row_number), place)
    }
}

/// Hands out what `read` finds in a cell. 0; 101 when there is no such cell, for a NULL place, and when `read` refuses.
unsafe fn get<T>(
    it: *mut twInfoTable,
    name: *const c_char,
    row: i32,
    value: *mut T,
    read: impl FnOnce(&twPrimitive) -> Result<T, c_int>,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if value.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: the caller's table; `value` is a place for a `T`, which may be unaligned inside a packed struct.
        unsafe {
            let cell = cell(it, name, row);
            if cell.is_null() {
                return TW_INVALID_PARAM;
            }
            match read(&*cell) {
                Ok(found) => {
                    value.write_unaligned(found);
                    TW_OK
                }
                Err(code) => code,
            }
        }
    })
}

/// Copies the text, or the bytes, of a cell into a new string, which the caller frees. An empty cell gives NULL.
///
/// 0; 101 for NULL, an unknown column, a row out of range, an empty shell and a cell that holds no text: `*value` is left
/// alone then; 102 when there is no memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTable_GetString(
    it: *mut twInfoTable,
    name: *const c_char,
    row: i32,
    value: *mut *mut c_char,
) -> c_int {
    // SAFETY: the same arguments; content is read for its own families only.
    unsafe {
        get(it, name, row, value, |cell| match cell.typeFamily {
            TW_NOTHING => Ok(ptr::null_mut()),
            TW_STRING | TW_BLOB => {
                let Some(bytes) = content(cell) else { return Ok(ptr::null_mut()) };
                let copy = memory::copy_bytes(bytes);
                if copy.is_null() { Err(TW_ERROR_ALLOCATING_MEMORY) } else { Ok(copy) }
            }
            _ => Err(TW_INVALID_PARAM),
        })
    }
}

/// Reads a cell as a NUMBER, **whatever it holds**: ask only for what the column is known to have. 0; 101 as for
/// `twInfoTable_GetString`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTable_GetNumber(
    it: *mut twInfoTable,
    name: *const c_char,
    row: i32,
    value: *mut f64,
) -> c_int {
    // SAFETY: the same arguments; any bytes are a number.
    unsafe { get(it, name, row, value, |cell| Ok(cell.val.number)) }
}

/// Reads a cell as an INTEGER, **whatever it holds**, as `twInfoTable_GetNumber`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTable_GetInteger(
    it: *mut twInfoTable,
    name: *const c_char,
    row: i32,
    value: *mut i32,
) -> c_int {
    // SAFETY: the same arguments; any bytes are an integer.
    unsafe { get(it, name, row, value, |cell| Ok(cell.val.integer)) }
}

/// Reads a cell as a LOCATION, **whatever it holds**, as `twInfoTable_GetNumber`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTable_GetLocation(
    it: *mut twInfoTable,
    name: *const c_char,
    row: i32,
    value: *mut twLocation,
) -> c_int {
    // SAFETY: the same arguments; any bytes are a location.
    unsafe { get(it, name, row, value, |cell| Ok(cell.val.location)) }
}

/// Gives the bytes of a BLOB, IMAGE or text cell, which **belong to the table**, and their number. An empty cell gives
/// NULL and 0. 0; 101 as for `twInfoTable_GetString`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTable_GetBlob(
    it: *mut twInfoTable,
    name: *const c_char,
    row: i32,
    value: *mut *mut c_char,
    length: *mut i32,
) -> c_int {
    if length.is_null() {
        return TW_INVALID_PARAM;
    }
    // SAFETY: the same arguments; content is read for its own families only.
    unsafe {
        get(it, name, row, value, |cell| match cell.typeFamily {
            TW_NOTHING => {
                length.write_unaligned(0);
                Ok(ptr::null_mut())
            }
            TW_STRING | TW_BLOB => {
                length.write_unaligned(cell.val.bytes.len);
                Ok(cell.val.bytes.data)
            }
            _ => Err(TW_INVALID_PARAM),
        })
    }
}

/// Reads a cell as a DATETIME, **whatever it holds**, as `twInfoTable_GetNumber`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTable_GetDatetime(
    it: *mut twInfoTable,
    name: *const c_char,
    row: i32,
    value: *mut DATETIME,
) -> c_int {
    // SAFETY: the same arguments; any bytes are a time.
    unsafe { get(it, name, row, value, |cell| Ok(cell.val.datetime)) }
}

/// Reads a cell as a BOOLEAN, **whatever it holds**, as `twInfoTable_GetNumber`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTable_GetBoolean(
    it: *mut twInfoTable,
    name: *const c_char,
    row: i32,
    value: *mut c_char,
) -> c_int {
    // SAFETY: the same arguments; any byte is a truth value.
    unsafe { get(it, name, row, value, |cell| Ok(cell.val.boolean)) }
}

/// Gives a cell itself, which **belongs to the table**. 0; 402 with NULL in `*value` when there is no such cell; 101 when
/// `value` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTable_GetPrimitive(
    it: *mut twInfoTable,
    name: *const c_char,
    row: i32,
    value: *mut *mut twPrimitive,
) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if value.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: the caller's table and a place for a pointer.
        unsafe {
            let cell = cell(it, name, row);
            value.write_unaligned(cell);
            if cell.is_null() { TW_ERROR_GETTING_PRIMITIVE } else { TW_OK }
        }
    })
}

/// A table of one cell, which it owns from then on. NULL when there is no memory; the cell then stays the caller's.
unsafe fn single(name: *const c_char, value: *mut twPrimitive) -> *mut twInfoTable {
    // SAFETY: the parts are fresh until they are joined.
    unsafe {
        let field = shape::twDataShapeEntry_Create(name, ptr::null(), (*value).r#type);
        let fields = if field.is_null() { ptr::null_mut() } else { shape::twDataShape_Create(field) };
        if fields.is_null() {
            shape::twDataShapeEntry_Delete(field.cast());
            return ptr::null_mut();
        }
        let made = table::twInfoTable_Create(fields);
        if made.is_null() {
            shape::twDataShape_Delete(fields.cast());
            return ptr::null_mut();
        }
        let line = row::twInfoTableRow_Create(value);
        if table::twInfoTable_AddRow(made, line) == TW_OK {
            return made;
        }
        if !line.is_null() {
            crate::ffi::list::twList_ClearEntries((*line).fieldEntries);
            row::twInfoTableRow_Delete(line.cast());
        }
        table::twInfoTable_Delete(made.cast());
        ptr::null_mut()
    }
}

/// Makes a table with one column and one row. `value` is taken. The caller owns the table. NULL for NULL and when there is
/// no memory: the value then stays the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTable_CreateFromPrimitive(
    name: *const c_char,
    value: *mut twPrimitive,
) -> *mut twInfoTable {
    guard(ptr::null_mut(), || {
        if name.is_null() || value.is_null() {
            return ptr::null_mut();
        }
        // SAFETY: the caller's name and value.
        unsafe { single(name, value) }
    })
}

/// A table of one cell that was made for it, and is deleted when the table cannot be made.
unsafe fn of_new(name: *const c_char, make: impl FnOnce() -> *mut twPrimitive) -> *mut twInfoTable {
    guard(ptr::null_mut(), || {
        if name.is_null() {
            return ptr::null_mut();
        }
        // SAFETY: the caller's name; the value is fresh.
        unsafe {
            let value = make();
            let made = twInfoTable_CreateFromPrimitive(name, value);
            if made.is_null() {
                twPrimitive_Delete(value.cast());
            }
            made
        }
    })
}

/// Makes a table of one STRING cell, as `twInfoTable_CreateFromPrimitive` of `twPrimitive_CreateFromString`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTable_CreateFromString(
    name: *const c_char,
    value: *mut c_char,
    duplicate: c_char,
) -> *mut twInfoTable {
    // SAFETY: the same arguments.
    unsafe { of_new(name, || primitive::twPrimitive_CreateFromString(value, duplicate)) }
}

/// Makes a table of one NUMBER cell. The caller owns it. NULL for a NULL name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTable_CreateFromNumber(name: *const c_char, value: f64) -> *mut twInfoTable {
    // SAFETY: the same arguments.
    unsafe { of_new(name, || primitive::number(value)) }
}

/// Makes a table of one INTEGER cell. The caller owns it. NULL for a NULL name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTable_CreateFromInteger(name: *const c_char, value: i32) -> *mut twInfoTable {
    // SAFETY: the same arguments.
    unsafe { of_new(name, || primitive::integer(value)) }
}

/// Makes a table of one LOCATION cell with a copy of `value`. The caller owns it. NULL for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTable_CreateFromLocation(
    name: *const c_char,
    value: *mut twLocation,
) -> *mut twInfoTable {
    // SAFETY: the same arguments.
    unsafe { of_new(name, || primitive::twPrimitive_CreateFromLocation(value)) }
}

/// Makes a table of one BLOB or IMAGE cell, as `twInfoTable_CreateFromPrimitive` of `twPrimitive_CreateFromBlob`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTable_CreateFromBlob(
    name: *const c_char,
    value: *mut c_char,
    length: i32,
    isImage: c_char,
    duplicate: c_char,
) -> *mut twInfoTable {
    // SAFETY: the same arguments.
    unsafe { of_new(name, || primitive::twPrimitive_CreateFromBlob(value, length, isImage, duplicate)) }
}

/// Makes a table of one DATETIME cell. The caller owns it. NULL for a NULL name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTable_CreateFromDatetime(name: *const c_char, value: DATETIME) -> *mut twInfoTable {
    // SAFETY: the same arguments.
    unsafe { of_new(name, || primitive::datetime(value)) }
}

/// Makes a table of one BOOLEAN cell. The caller owns it. NULL for a NULL name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTable_CreateFromBoolean(name: *const c_char, value: c_char) -> *mut twInfoTable {
    // SAFETY: the same arguments.
    unsafe { of_new(name, || primitive::boolean(value)) }
}
