//! Tables: a shape and rows.

use super::{row, shape, twDataShape, twDataShapeEntry, twInfoTable, twInfoTableRow};
use crate::ffi::base_types::compare::{self, MAX_DEPTH};
use crate::ffi::base_types::decode::from_stream;
use crate::ffi::base_types::{encode, twPrimitive, twStream};
use crate::ffi::errors::{TW_ERROR_ALLOCATING_MEMORY, TW_INVALID_PARAM, TW_OK, TW_UNKNOWN_ERROR};
use crate::ffi::guard::guard;
use crate::ffi::recursive::{self, Guard};
use crate::ffi::{list, memory, text};
use std::ffi::{c_int, c_void};
use std::ptr;

/// Makes a table without rows. The shape is taken. The caller owns the table. NULL for NULL and when there is no memory:
/// the shape then stays the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTable_Create(shape: *mut twDataShape) -> *mut twInfoTable {
    guard(ptr::null_mut(), || {
        if shape.is_null() {
            return ptr::null_mut();
        }
        // SAFETY: the parts are fresh until they are joined.
        unsafe {
            let rows = list::twList_Create(Some(row::twInfoTableRow_Delete));
            let mtx = recursive::create();
            let length = shape::twDataShape_GetLength(shape).saturating_add(1);
            let table = if rows.is_null() || mtx.is_null() {
                ptr::null_mut()
            } else {
                memory::alloc(twInfoTable { ds: shape, rows, length, mtx })
            };
            if table.is_null() {
                list::twList_Delete(rows);
                recursive::delete(mtx);
            }
            table
        }
    })
}

/// Frees what a table holds and leaves an empty shell.
///
/// # Safety
/// `table` is live and in use by nobody else.
pub unsafe fn empty(table: *mut twInfoTable) {
    // SAFETY: see above.
    unsafe {
        if !(*table).ds.is_null() {
            shape::twDataShape_Delete((*table).ds.cast());
        }
        list::twList_Delete((*table).rows);
        recursive::delete((*table).mtx);
        (*table).ds = ptr::null_mut();
        (*table).rows = ptr::null_mut();
        (*table).mtx = ptr::null_mut();
    }
}

/// Deletes a table, or the shell of an emptied one. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTable_Delete(it: *mut c_void) {
    guard((), || {
        let table = it.cast::<twInfoTable>();
        if table.is_null() {
            return;
        }
        // SAFETY: the caller gives the table away.
        unsafe {
            empty(table);
            memory::free(table);
        }
    });
}

/// Moves the content of a table into a new one; the old one is an empty shell then. NULL when there is no memory.
///
/// # Safety
/// `table` is live.
pub unsafe fn take(table: *mut twInfoTable) -> *mut twInfoTable {
    // SAFETY: see above.
    unsafe {
        let taken = memory::alloc(*table);
        if !taken.is_null() {
            (*table).ds = ptr::null_mut();
            (*table).rows = ptr::null_mut();
            (*table).mtx = ptr::null_mut();
        }
        taken
    }
}

/// Makes a table with the content of `it`, without copying: `it` is an empty shell then, which its owner still deletes.
/// NULL for NULL and when there is no memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTable_ZeroCopy(it: *mut twInfoTable) -> *mut twInfoTable {
    guard(ptr::null_mut(), || {
        if it.is_null() {
            return ptr::null_mut();
        }
        // SAFETY: a live table.
        unsafe { take(it) }
    })
}

/// Makes a deep copy, with names, aspects and cells. The caller owns it. NULL for NULL, for an empty shell, for a table
/// with a value that cannot be copied and when there is no memory.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTable_FullCopy(it: *mut twInfoTable) -> *mut twInfoTable {
    // SAFETY: a live table.
    guard(ptr::null_mut(), || unsafe { copy(it, 0) })
}

/// As `twInfoTable_FullCopy`, for a table inside `depth` other values.
///
/// # Safety
/// `table` is NULL or live.
pub unsafe fn copy(table: *const twInfoTable, depth: usize) -> *mut twInfoTable {
    if table.is_null() || depth > MAX_DEPTH {
        return ptr::null_mut();
    }
    // SAFETY: see above; the copy is fresh and freed as a whole on failure.
    unsafe {
        let _guard = Guard::lock((*table).mtx);
        if (*table).ds.is_null() || (*table).rows.is_null() {
            return ptr::null_mut();
        }
        let fields = shape::copy((*table).ds);
        let made = twInfoTable_Create(fields);
        if made.is_null() {
            if !fields.is_null() {
                shape::twDataShape_Delete(fields.cast());
            }
            return ptr::null_mut();
        }
        for each in list::values::<twInfoTableRow>((*table).rows) {
            if each.is_null() {
                continue;
            }
            let each = row::copy(each, depth);
            if twInfoTable_AddRow(made, each) != TW_OK {
                row::twInfoTableRow_Delete(each.cast());
                twInfoTable_Delete(made.cast());
                return ptr::null_mut();
            }
        }
        made
    }
}

/// Compares two tables: names and types of their columns, the number of rows, every cell, and their encoded lengths.
///
/// 0: equal, always for a table and itself. 1: they differ. -1: one is NULL or an empty shell.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTable_Compare(p1: *mut twInfoTable, p2: *mut twInfoTable) -> c_int {
    // SAFETY: the same arguments.
    guard(-1, || unsafe { compare(p1, p2, 0) })
}

/// As `twInfoTable_Compare`, for tables inside `depth` other values.
///
/// # Safety
/// Both are NULL or live.
pub unsafe fn compare(p1: *const twInfoTable, p2: *const twInfoTable, depth: usize) -> c_int {
    if p1.is_null() || p2.is_null() || depth > MAX_DEPTH {
        return -1;
    }
    // SAFETY: see above. The order of the locks is the same whichever table comes first.
    unsafe {
        let (low, high) = if p1 < p2 { (p1, p2) } else { (p2, p1) };
        let _low = Guard::lock((*low).mtx);
        let _high = Guard::lock((*high).mtx);
        if [p1, p2].iter().any(|&table| (*table).ds.is_null() || (*table).rows.is_null()) {
            return -1;
        }
        if ptr::eq(p1, p2) {
            return 0;
        }
        c_int::from(!(same_columns((*p1).ds, (*p2).ds) && same_rows(p1, p2, depth) && same_encoded_length(p1, p2)))
    }
}

unsafe fn same_columns(a: *const twDataShape, b: *const twDataShape) -> bool {
    // SAFETY: the caller's shapes are live.
    unsafe {
        let (a, b) = (
            list::values::<twDataShapeEntry>((*a).entries).filter(|field| !field.is_null()),
            list::values::<twDataShapeEntry>((*b).entries).filter(|field| !field.is_null()),
        );
        a.map(|field| ((*field).r#type, text::bytes((*field).name).unwrap_or_default()))
            .eq(b.map(|field| ((*field).r#type, text::bytes((*field).name).unwrap_or_default())))
    }
}

unsafe fn same_rows(a: *const twInfoTable, b: *const twInfoTable, depth: usize) -> bool {
    // SAFETY: the caller's tables are live and locked.
    unsafe {
        let mut a = list::values::<twInfoTableRow>((*a).rows).filter(|row| !row.is_null());
        let mut b = list::values::<twInfoTableRow>((*b).rows).filter(|row| !row.is_null());
        loop {
            match (a.next(), b.next()) {
                (None, None) => return true,
                (Some(a), Some(b)) if same_cells(a, b, depth) => {}
                _ => return false,
            }
        }
    }
}

unsafe fn same_cells(a: *const twInfoTableRow, b: *const twInfoTableRow, depth: usize) -> bool {
    // SAFETY: the caller's rows are live.
    unsafe {
        let mut a = list::values::<twPrimitive>((*a).fieldEntries);
        let mut b = list::values::<twPrimitive>((*b).fieldEntries);
        loop {
            match (a.next(), b.next()) {
                (None, None) => return true,
                (Some(a), Some(b)) if compare::compare(a, b, depth) == 0 => {}
                _ => return false,
            }
        }
    }
}

/// Descriptions and aspects are compared by nothing but this.
unsafe fn same_encoded_length(a: *const twInfoTable, b: *const twInfoTable) -> bool {
    let length = |table: *const twInfoTable| {
        let mut out = Vec::new();
        // SAFETY: the caller's tables are live.
        unsafe { encode::table(&mut out, table, 0) }.map(|()| out.len())
    };
    length(a) == length(b)
}

/// Appends a row, which is taken. 0; 101 for NULL and for an empty shell, 102 when there is no memory: the row then stays
/// the caller's.
///
/// The table's `length` grows by that of the row as it is now; encoding counts the cells that are there then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTable_AddRow(it: *mut twInfoTable, row: *mut twInfoTableRow) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if it.is_null() || row.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: live objects of the caller's.
        unsafe {
            let _guard = Guard::lock((*it).mtx);
            if (*it).rows.is_null() {
                return TW_INVALID_PARAM;
            }
            let length = row::twInfoTableRow_GetLength(row);
            if list::twList_Add((*it).rows, row.cast()) != TW_OK {
                return TW_ERROR_ALLOCATING_MEMORY;
            }
            (*it).length = (*it).length.saturating_add(length);
        }
        TW_OK
    })
}

/// The row at a place, counted from 0; it belongs to the table. NULL for NULL and out of range.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTable_GetEntry(it: *mut twInfoTable, index: c_int) -> *mut twInfoTableRow {
    guard(ptr::null_mut(), || {
        if it.is_null() {
            return ptr::null_mut();
        }
        // SAFETY: a live table.
        unsafe {
            let _guard = Guard::lock((*it).mtx);
            let entry = list::twList_GetByIndex((*it).rows, index);
            if entry.is_null() { ptr::null_mut() } else { (*entry).value.cast() }
        }
    })
}

/// Writes a table to a stream: all of it or nothing. 0; 101 for NULL and for an empty shell; the codes of
/// `twPrimitive_ToStream`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTable_ToStream(it: *mut twInfoTable, s: *mut twStream) -> c_int {
    guard(TW_UNKNOWN_ERROR, || {
        if it.is_null() || s.is_null() {
            return TW_INVALID_PARAM;
        }
        // SAFETY: live objects of the caller's.
        unsafe { encode::to_stream(s, |out| encode::table(out, it, 0)) }
    })
}

/// Reads a table from a stream. The caller deletes it. NULL for NULL and on failure: a value of a type without values,
/// more than 64 values inside each other. Missing bytes read as zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTable_CreateFromStream(s: *mut twStream) -> *mut twInfoTable {
    // SAFETY: a live stream.
    unsafe { from_stream(s, |reader| reader.table(0)) }
}
