//! Shapes and tables to JSON and back.

use super::{row, shape, table, twDataShape, twDataShapeAspect, twDataShapeEntry, twInfoTable, twInfoTableRow};
use crate::ffi::base_types::names::{baseTypeFromString, baseTypeToString};
use crate::ffi::base_types::primitive::{self, twPrimitive_Delete};
use crate::ffi::base_types::{compare::MAX_DEPTH, json, twPrimitive};
use crate::ffi::cjson::node::{self, append_after, append_member, children, kind, member};
use crate::ffi::cjson::{
    cJSON, cJSON_Array, cJSON_False, cJSON_NULL, cJSON_Number, cJSON_Object, cJSON_String, cJSON_True,
};
use crate::ffi::definitions::TW_JSON;
use crate::ffi::guard::guard;
use crate::ffi::recursive::Guard;
use crate::ffi::{list, text};
use std::ffi::c_char;
use std::ptr;

/// Adds the member `fieldDefinitions` with the fields of a shape to an object, and the member `name` if the shape has one.
///
/// Returns `parent`, or for NULL a new object that the caller deletes. NULL for a NULL shape.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDataShape_ToJson(ds: *mut twDataShape, parent: *mut cJSON) -> *mut cJSON {
    guard(ptr::null_mut(), || {
        if ds.is_null() {
            return ptr::null_mut();
        }
        // SAFETY: the caller's shape and tree.
        unsafe {
            let object = if parent.is_null() { node::new(cJSON_Object) } else { parent };
            let fields = node::new(cJSON_Object);
            for field in list::values::<twDataShapeEntry>((*ds).entries) {
                if !field.is_null() {
                    append_member(fields, text::bytes((*field).name).unwrap_or_default(), field_to_json(field));
                }
            }
            append_member(object, b"fieldDefinitions", fields);
            if let Some(name) = text::bytes((*ds).name) {
                append_member(object, b"name", node::text_node(name));
            }
            object
        }
    })
}

/// Adds a member with the name of a field and its definition to an object.
///
/// Returns `parent`, or for NULL a new object that the caller deletes. NULL for a NULL field.
///
/// cbindgen:ignore
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twDataShapeEntry_ToJson(entry: *mut twDataShapeEntry, parent: *mut cJSON) -> *mut cJSON {
    guard(ptr::null_mut(), || {
        if entry.is_null() {
            return ptr::null_mut();
        }
        // SAFETY: the caller's field and tree.
        unsafe {
            let object = if parent.is_null() { node::new(cJSON_Object) } else { parent };
            append_member(object, text::bytes((*entry).name).unwrap_or_default(), field_to_json(entry));
            object
        }
    })
}

unsafe fn field_to_json(field: *const twDataShapeEntry) -> *mut cJSON {
    let object = node::new(cJSON_Object);
    // SAFETY: the caller's field.
    unsafe {
        append_member(object, b"name", node::text_node(text::bytes((*field).name).unwrap_or_default()));
        append_member(object, b"description", node::text_node(text::bytes((*field).description).unwrap_or_default()));
        let base_type = text::bytes(baseTypeToString((*field).r#type)).unwrap_or_default();
        append_member(object, b"baseType", node::text_node(base_type));
        let aspects = node::new(cJSON_Object);
        for aspect in list::values::<twDataShapeAspect>((*field).aspects) {
            if !aspect.is_null() && !(*aspect).value.is_null() && !aspects.is_null() {
                json::add(aspects, text::bytes((*aspect).name).unwrap_or_default(), (*aspect).value, 0);
            }
        }
        append_member(object, b"aspects", aspects);
    }
    object
}

/// Makes an object of a table: `rows`, an array of objects with a member per column, and `datashape`, as of
/// `twDataShape_ToJson`. A row with more or fewer cells than there are columns is left out. The caller deletes the object
/// with `cJSON_Delete`. NULL for NULL and for an empty shell.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTable_ToJson(it: *mut twInfoTable) -> *mut cJSON {
    // SAFETY: the caller's table.
    guard(ptr::null_mut(), || unsafe { table_to_json(it, 0) })
}

/// As `twInfoTable_ToJson`, for a table inside `depth` other values.
///
/// # Safety
/// `table` is NULL or live.
pub unsafe fn table_to_json(table: *const twInfoTable, depth: usize) -> *mut cJSON {
    if table.is_null() {
        return ptr::null_mut();
    }
    // SAFETY: see above; the tree is fresh.
    unsafe {
        let _guard = Guard::lock((*table).mtx);
        if (*table).ds.is_null() || (*table).rows.is_null() {
            return ptr::null_mut();
        }
        let columns: Vec<&[u8]> = list::values::<twDataShapeEntry>((*(*table).ds).entries)
            .map(|field| if field.is_null() { None } else { text::bytes((*field).name) }.unwrap_or_default())
            .collect();
        let (object, rows) = (node::new(cJSON_Object), node::new(cJSON_Array));
        let mut last = ptr::null_mut();
        for each in list::values::<twInfoTableRow>((*table).rows) {
            let line = if rows.is_null() || each.is_null() { continue } else { row_to_json(each, &columns, depth) };
            if !line.is_null() {
                append_after(rows, last, line);
                last = line;
            }
        }
        append_member(object, b"rows", rows);
        append_member(object, b"datashape", twDataShape_ToJson((*table).ds, ptr::null_mut()));
        object
    }
}

unsafe fn row_to_json(row: *const twInfoTableRow, columns: &[&[u8]], depth: usize) -> *mut cJSON {
    // SAFETY: the caller's row; the tree is fresh.
    unsafe {
        let cells: Vec<*mut twPrimitive> = list::values::<twPrimitive>((*row).fieldEntries).collect();
        if cells.len() != columns.len() {
            return ptr::null_mut();
        }
        let object = node::new(cJSON_Object);
        for (name, &cell) in columns.iter().zip(&cells) {
            if !object.is_null() && !cell.is_null() {
                json::add(object, name, cell, depth);
            }
        }
        object
    }
}

/// Makes a table of a JSON tree, which stays the caller's; so does the table.
///
/// An object with `dataShape`, in any case, that has `fieldDefinitions`, and the array `rows` is read as a table; a
/// missing or null member makes an empty cell. Any other node makes a table of one cell of type JSON in a column
/// `singleEntryName`, or `_content_` for NULL. NULL for NULL, and for a shape without fields.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twInfoTable_CreateFromJson(
    json: *mut cJSON,
    singleEntryName: *mut c_char,
) -> *mut twInfoTable {
    guard(ptr::null_mut(), || {
        if json.is_null() {
            return ptr::null_mut();
        }
        // SAFETY: the caller's tree and C string.
        unsafe { table_from_json(json, text::bytes(singleEntryName), 0) }
    })
}

/// The fields and the rows of a table's JSON form.
unsafe fn parts(object: *const cJSON) -> Option<(*mut cJSON, *mut cJSON)> {
    // SAFETY: the caller's tree.
    unsafe {
        let shape = member(object, b"dataShape");
        let fields = if shape.is_null() { ptr::null_mut() } else { member(shape, b"fieldDefinitions") };
        let rows = member(object, b"rows");
        (!fields.is_null() && !rows.is_null() && kind(rows) == cJSON_Array).then_some((fields, rows))
    }
}

/// Whether a node is the JSON form of a table.
///
/// # Safety
/// `object` is live.
pub unsafe fn is_table(object: *const cJSON) -> bool {
    // SAFETY: see above.
    unsafe { parts(object) }.is_some()
}

/// As `twInfoTable_CreateFromJson`, for a table inside `depth` other values.
///
/// # Safety
/// `object` is live.
pub unsafe fn table_from_json(object: *const cJSON, name: Option<&[u8]>, depth: usize) -> *mut twInfoTable {
    if depth > MAX_DEPTH {
        return ptr::null_mut();
    }
    // SAFETY: see above; the parts are fresh and freed as a whole on failure.
    unsafe {
        let Some((fields, lines)) = parts(object) else { return single(object, name.unwrap_or(b"_content_")) };
        let columns = shape_from_json(fields);
        if columns.is_null() {
            return ptr::null_mut();
        }
        let made = table::twInfoTable_Create(columns);
        if made.is_null() {
            shape::twDataShape_Delete(columns.cast());
            return made;
        }
        for line in children(lines) {
            let line = row_from_json(line, columns, depth);
            if table::twInfoTable_AddRow(made, line) != 0 {
                row::twInfoTableRow_Delete(line.cast());
                table::twInfoTable_Delete(made.cast());
                return ptr::null_mut();
            }
        }
        made
    }
}

unsafe fn single(found: *const cJSON, name: &[u8]) -> *mut twInfoTable {
    // SAFETY: the caller's tree; the parts are fresh.
    unsafe {
        let (value, name) = (json::create(found, None, TW_JSON, 0), text::to_c(name));
        let made = super::access::twInfoTable_CreateFromPrimitive(name, value);
        if made.is_null() {
            twPrimitive_Delete(value.cast());
        }
        crate::ffi::memory::free(name);
        made
    }
}

/// A shape with a field per member; NULL when there is none.
unsafe fn shape_from_json(fields: *const cJSON) -> *mut twDataShape {
    // SAFETY: the caller's tree; the shape is fresh.
    unsafe {
        let made = shape::twDataShape_Create(ptr::null_mut());
        for definition in children(fields) {
            let field = field_from_json(definition);
            if shape::twDataShape_AddEntry(made, field) != 0 {
                shape::twDataShapeEntry_Delete(field.cast());
            }
        }
        if !made.is_null() && (*made).numEntries == 0 {
            shape::twDataShape_Delete(made.cast());
            return ptr::null_mut();
        }
        made
    }
}

unsafe fn field_from_json(definition: *const cJSON) -> *mut twDataShapeEntry {
    // SAFETY: the caller's tree; the field is fresh.
    unsafe {
        let string = |name: &[u8]| {
            let found = member(definition, name);
            if found.is_null() { ptr::null_mut() } else { (*found).valuestring }
        };
        let own_name = string(b"name");
        let name = if own_name.is_null() { (*definition).string } else { own_name };
        let base_type = baseTypeFromString(string(b"baseType"));
        let field = shape::twDataShapeEntry_Create(name, string(b"description"), base_type);
        for aspect in children(member(definition, b"aspects")) {
            let value = aspect_from_json(aspect);
            if shape::twDataShapeEntry_AddAspect(field, (*aspect).string, value) != 0 {
                twPrimitive_Delete(value.cast());
            }
        }
        field
    }
}

/// The value of an aspect by its kind: an integral number is an INTEGER if it is in the range of one.
unsafe fn aspect_from_json(aspect: *const cJSON) -> *mut twPrimitive {
    // SAFETY: the caller's tree.
    unsafe {
        match kind(aspect) {
            cJSON_False => primitive::boolean(0),
            cJSON_True => primitive::boolean(1),
            cJSON_String => primitive::twPrimitive_CreateFromString((*aspect).valuestring, 1),
            cJSON_Number => {
                let number = (*aspect).valuedouble;
                let integer = number as i32;
                if f64::from(integer) == number { primitive::integer(integer) } else { primitive::number(number) }
            }
            _ => primitive::nothing(),
        }
    }
}

unsafe fn row_from_json(line: *const cJSON, columns: *const twDataShape, depth: usize) -> *mut twInfoTableRow {
    let made = row::empty();
    if made.is_null() {
        return made;
    }
    // SAFETY: the caller's tree and shape; the row is fresh.
    unsafe {
        for field in list::values::<twDataShapeEntry>((*columns).entries) {
            let name = text::bytes((*field).name).unwrap_or_default();
            let found = member(line, name);
            let missing = !found.is_null() && kind(found) == cJSON_NULL;
            let mut cell =
                if missing { ptr::null_mut() } else { json::create(line, Some(name), (*field).r#type, depth) };
            if cell.is_null() {
                cell = primitive::nothing();
            }
            if row::twInfoTableRow_AddEntry(made, cell) != 0 {
                twPrimitive_Delete(cell.cast());
                row::twInfoTableRow_Delete(made.cast());
                return ptr::null_mut();
            }
        }
    }
    made
}
