//! Rows: the cells of one line of a table.

use super::twInfoTableRow;
use crate::ffi::base_types::decode::{Unreadable, from_stream};
use crate::ffi::base_types::primitive::twPrimitive_Delete;
use crate::ffi::base_types::{compare, encode, twPrimitive, twStream};
use crate::ffi::errors::{TW_ERROR_ALLOCATING_MEMORY, TW_INVALID_PARAM, TW_OK, TW_UNKNOWN_ERROR};
use crate::ffi::guard::guard;
use crate::ffi::{list, memory};
use std::ffi::{c_int, c_void};
use std::ptr;

/// A row without cells. NULL when there is no memory.
pub fn empty() -> *mut twInfoTableRow {
    // SAFETY: the list is fresh.
    unsafe {
        let cells = list::twList_Create(Some(twPrimitive_Delete));
        if cells.is_null() {
            return ptr::null_mut();
        }
        let row = memory::alloc(twInfoTableRow { numFields: 0, fieldEntries: cells });
        if row.is_null() {
            list::twList_Delete(cells);
        }
        row
    }
}

/// Makes a row. Its first cell is taken. The caller owns the row. NULL for NULL and when there is no memory: the cell then
/// stays the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTableRow_Create(firstEntry: *mut twPrimitive) -> *mut twInfoTableRow {
    guard(ptr::null_mut(), || {
        if firstEntry.is_null() {
            return ptr::null_mut();
        }
        let row = empty();
        // SAFETY: a fresh row.
        unsafe {
            if !row.is_null() && twInfoTableRow_AddEntry(row, firstEntry) != TW_OK {
                twInfoTableRow_Delete(row.cast());
                return ptr::null_mut();
            }
        }
        row
    })
}

/// Deletes a row with its cells. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTableRow_Delete(row: *mut c_void) {
    guard((), || {
        let row = row.cast::<twInfoTableRow>();
        if row.is_null() {
            return;
        }
        // SAFETY: the caller gives the row away.
        unsafe {
            list::twList_Delete((*row).fieldEntries);
            memory::free(row);
        }
    });
}

/// The number of cells; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTableRow_GetCount(row: *mut twInfoTableRow) -> c_int {
    if row.is_null() {
        return 0;
    }
    // SAFETY: a live row.
    c_int::from(unsafe { (*row).numFields })
}

/// The length of a row by the count of the `length` members, with its marker. 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTableRow_GetLength(row: *mut twInfoTableRow) -> u32 {
    guard(0, || {
        if row.is_null() {
            return 0;
        }
        // SAFETY: a live row. Marker and count take three bytes, each cell has a type byte.
        unsafe {
            list::values::<twPrimitive>((*row).fieldEntries).fold(3, |length: u32, cell| {
                let content = if cell.is_null() { 0 } else { (*cell).length };
                length.saturating_add(content).saturating_add(1)
            })
        }
    })
}

/// Appends a cell, which is taken; it is not checked against any shape. Add all cells before the row is added to a table:
/// the table's `length` counts the row as it is then.
///
/// 0; 101 for NULL and for more cells than 65535, 102 when there is no memory: the cell then stays the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTableRow_AddEntry(row: *mut twInfoTableRow, entry: *mut twPrimitive) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if row.is_null() || entry.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: live objects of the caller's.
        unsafe {
            let Some(count) = (*row).numFields.checked_add(1) else { return TW_INVALID_PARAM };
            if (*row).fieldEntries.is_null() {
                (*row).fieldEntries = list::twList_Create(Some(twPrimitive_Delete));
            }
            if list::twList_Add((*row).fieldEntries, entry.cast()) != TW_OK {
                return TW_ERROR_ALLOCATING_MEMORY;
            }
            (*row).numFields = count;
        }
        TW_OK
    })
}

/// The cell at a place, counted from 0; it belongs to the row. NULL for NULL and out of range.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTableRow_GetEntry(row: *mut twInfoTableRow, index: c_int) -> *mut twPrimitive {
    guard(ptr::null_mut(), || {
        if row.is_null() {
            return ptr::null_mut();
        }
        // SAFETY: a live row.
        unsafe {
            let entry = list::twList_GetByIndex((*row).fieldEntries, index);
            if entry.is_null() { ptr::null_mut() } else { (*entry).value.cast() }
        }
    })
}

/// Writes a row with its marker to a stream. 0; 101 for NULL; the codes of `twPrimitive_ToStream`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTableRow_ToStream(row: *mut twInfoTableRow, s: *mut twStream) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if row.is_null() || s.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: live objects of the caller's.
        unsafe { encode::to_stream(s, |out| encode::row(out, row, 0)) }
    })
}

/// A deep copy. NULL when there is no memory or a cell cannot be copied.
///
/// # Safety
/// `row` is live.
pub unsafe fn copy(row: *const twInfoTableRow, depth: usize) -> *mut twInfoTableRow {
    let made = empty();
    if made.is_null() {
        return made;
    }
    // SAFETY: see above; the copy is fresh and freed as a whole on failure.
    unsafe {
        for cell in list::values::<twPrimitive>((*row).fieldEntries) {
            let cell = compare::copy(cell, depth);
            if twInfoTableRow_AddEntry(made, cell) != TW_OK {
                twPrimitive_Delete(cell.cast());
                twInfoTableRow_Delete(made.cast());
                return ptr::null_mut();
            }
        }
    }
    made
}

/// Reads a row with its marker from a stream. The caller deletes it. NULL at the end marker, for NULL and on failure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTableRow_CreateFromStream(s: *mut twStream) -> *mut twInfoTableRow {
    // SAFETY: a live stream.
    unsafe { from_stream(s, |reader| if reader.another() { reader.row(0) } else { Err(Unreadable) }) }
}
